# registrymacports.tcl --
#
#      The registry of MacPorts: macports:FILE, its registry.db.
#
# The file is opened read-only, by SQLite's own package, because TDBC's driver
# cannot.  Columns of MacPorts' collation VERSION must not be compared, and an
# index over one not be used: we do not have that collation.  So the ports are
# read once, without an index.
#
# Names of ports are compared without case, as the database does: A to Z are a
# to z.  So are paths where the database has its index for that, but then the
# file must be the same: on a volume that folds no case another spelling is
# another file.
#
# MacPorts keeps the database with a write-ahead log.  SQLite makes the log's
# files if they are missing, even to read; in a directory that this process may
# not write to, a database without a log is opened as one that does not change.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::registry {
    # How long to wait for another process' transaction, in ms.

    variable busyMs 5000
}

oo::class create ::dtsm::registry::MacPorts {
    superclass ::dtsm::registry::Owners
    variable name file nameOf idsOf leading realOf foldsPaths

    constructor {rest} {
        set name macports:[::dtsm::bytes::shown $rest]
        # Absolute, because to SQLite some names are no files (:memory:).
        set file [::dtsm::bytes::toFile [::dtsm::bytes::absolute $rest]]
        ::dtsm::registry::needPackage macports sqlite3 libsqlite3-tcl
        if {![file isfile $file]} {
            my Fail OPEN "there is no such file"
        }
        try {
            my Open $file
        } on error message {
            set code [my ErrorCode]
            # SQLITE_READONLY, SQLITE_CANTOPEN
            if {$code in {8 14} && ![file exists $file-wal]} {
                try {
                    my Open file:[string map {% %25 ? %3f # %23} \
                        $file]?immutable=1 -uri 1
                    return
                } on error message {
                    set code [my ErrorCode]
                }
            }
            # SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB
            if {$code in {1 11 26}} {
                my Fail SCHEMA "is not a MacPorts registry: $message"
            }
            my Fail OPEN "cannot be read: $message"
        }
    }

    # Open --
    #
    #      Open the database, read the ports, and try the other tables.

    method Open {name args} {
        catch {db close}
        set nameOf {}
        set idsOf {}
        sqlite3 [self namespace]::db $name -readonly 1 -create 0 {*}$args
        db timeout $::dtsm::registry::busyMs
        db eval {
            SELECT id, name AS port FROM ports NOT INDEXED
            WHERE +state = 'installed'
        } {
            set port [my Folded $port]
            dict set nameOf $id $port
            dict lappend idsOf $port $id
        }
        db eval {SELECT name FROM dependencies WHERE id = 0}
        set foldsPaths [db exists {
            SELECT 1 FROM sqlite_master
            WHERE type = 'index' AND name = 'file_actual_nocase'
        }]
        my Lead
    }

    # Lead --
    #
    #      Which directories of ports lead elsewhere, as where the prefix is a
    #      symlink: questions are about resolved paths.

    method Lead {} {
        set leading {}
        set realOf {{} {}}
        db eval {
            SELECT DISTINCT rtrim(actual_path, replace(actual_path, '/', ''))
                AS directory
            FROM files WHERE active = 1 AND actual_path LIKE '/%'
        } {
            set directory [encoding convertto utf-8 $directory]
            set directory [string trimright $directory /]
            set real [my Real $directory]
            if {$real ne $directory} {
                dict lappend leading $real/ $directory/
            }
        }
        set realOf {}
    }

    # Real --
    #
    #      A directory with symlinks followed; of each, only the last component
    #      is examined.

    method Real {directory} {
        if {![dict exists $realOf $directory]} {
            set slash [string last / $directory]
            set real [my Real [string range $directory 0 $slash-1]][
                string range $directory $slash end]
            if {[::dtsm::system link $real] ne ""} {
                set real [string trimright [::dtsm::bytes::resolved $real] /]
            }
            dict set realOf $directory $real
        }
        return [dict get $realOf $directory]
    }

    # ErrorCode --
    #
    #      SQLite's number of what failed last; SQLITE_CANTOPEN when it did
    #      not even open.

    method ErrorCode {} {
        return [expr {[catch {db errorcode} code] ? 14 : $code}]
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
    #      A port's name as SQLite's NOCASE compares it.

    method Folded {text} {
        return [encoding convertto utf-8 [string map {
            A a B b C c D d E e F f G g H h I i J j K k L l M m N n O o P p
            Q q R r S s T t U u V v W w X x Y y Z z
        } $text]]
    }

    method owners {path} {
        set slash [string last / $path]
        set directory [string range $path 0 $slash]
        set directories [list $directory]
        if {[dict exists $leading $directory]} {
            lappend directories {*}[dict get $leading $directory]
        }
        set result {}
        foreach directory $directories {
            set key [::dtsm::registry::key \
                $directory[string range $path $slash+1 end]]
            set ids [db eval {
                SELECT id FROM files WHERE actual_path = $key AND active = 1
            }]
            if {$foldsPaths && ![llength $ids]} {
                set ids [my Spelt $path $key]
            }
            foreach id $ids {
                if {[dict exists $nameOf $id]} {
                    lappend result [dict get $nameOf $id]
                }
            }
        }
        return [lsort -unique $result]
    }

    # Spelt --
    #
    #      Whose the path is under another spelling, if that is the same file.

    method Spelt {path key} {
        set ids {}
        db eval {
            SELECT id, actual_path AS other
            FROM files INDEXED BY file_actual_nocase
            WHERE actual_path = $key COLLATE NOCASE AND active = 1
        } {
            if {[my IsSame $path [encoding convertto utf-8 $other]]} {
                lappend ids $id
            }
        }
        return $ids
    }

    method IsSame {path other} {
        foreach name [list $path $other] entry {one two} {
            if {[catch {file lstat [::dtsm::bytes::toFile $name] $entry}]} {
                return 0
            }
        }
        return [expr {$one(dev) == $two(dev) && $one(ino) == $two(ino)}]
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
