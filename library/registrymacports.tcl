# registrymacports.tcl --
#
#      The registry of MacPorts: macports:FILE, its registry.db.
#
# The file is opened read-only, by SQLite's own package, because TDBC's driver
# cannot.  Columns of MacPorts' collation VERSION must not be compared, and an
# index over one not be used: we do not have that collation.  So the ports are
# read once, without an index.
#
# Names of ports are compared without case, so in lower case here.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

oo::class create ::dtsm::registry::MacPorts {
    superclass ::dtsm::registry::Owners
    variable name file nameOf idsOf

    constructor {rest} {
        set name macports:[::dtsm::bytes::shown $rest]
        # Absolute, for SQLite knows names that are no files (:memory:).
        set file [::dtsm::bytes::toFile [::dtsm::bytes::absolute $rest]]
        ::dtsm::registry::needPackage macports sqlite3 libsqlite3-tcl
        if {![file isfile $file]} {
            my Fail OPEN "there is no such file"
        }
        set nameOf {}
        set idsOf {}
        try {
            sqlite3 [self namespace]::db $file -readonly 1 -create 0
            db timeout 5000
            db eval {
                SELECT id, name AS port FROM ports NOT INDEXED
                WHERE +state = 'installed'
            } {
                set port [my Folded $port]
                dict set nameOf $id $port
                dict lappend idsOf $port $id
            }
            my owners /
            db eval {SELECT name FROM dependencies WHERE id = 0}
        } on error message {
            my Fail SCHEMA "is not a MacPorts registry: $message"
        }
    }

    destructor {
        catch {db close}
    }

    method Fail {code message} {
        return -level 2 -code error -errorcode [list DTSM REGISTRY $code] \
            "registry $name: $message"
    }

    # Folded --
    #
    #      A port's name as we compare it.

    method Folded {text} {
        return [encoding convertto utf-8 [string tolower $text]]
    }

    method owners {path} {
        set path [::dtsm::registry::key $path]
        set result {}
        foreach id [db eval {
            SELECT id FROM files WHERE actual_path = $path AND active = 1
        }] {
            if {[dict exists $nameOf $id]} {
                lappend result [dict get $nameOf $id]
            }
        }
        return [lsort -unique $result]
    }

    method Known {port} {
        set port [my Folded [::dtsm::registry::key $port]]
        return [expr {[dict exists $idsOf $port] ? [list $port] : {}}]
    }

    method Needs {port} {
        set result {}
        if {[dict exists $idsOf $port]} {
            foreach id [dict get $idsOf $port] {
                foreach needed [db eval {
                    SELECT name FROM dependencies WHERE id = $id
                }] {
                    lappend result \
                        {*}[my Known [encoding convertto utf-8 $needed]]
                }
            }
        }
        return $result
    }
}
