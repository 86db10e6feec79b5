# registrydb.tcl --
#
#      Registries in a database, through TDBC.
#
#      tdbc:sqlite3:FILE               tdbc:odbc:CONNECTION STRING
#      tdbc:postgres:NAME=VALUE ...    tdbc:mysql:NAME=VALUE ...
#
# with the names that the driver's manual gives without their minus sign, such
# as host, port, user, db.  The database is only read.  Its tables, which are
# also those of the index that registrydpkg.tcl makes:
#
#      package(name, base)      a package; base is 1 for those that every
#                               build may use, else 0
#      provides(name, package)  other names that may be declared for it
#      depends(package, needs)  what a package needs, one row each
#      file(path, package)      who owns a path, one row each; an empty
#                               package: a file of no package that every
#                               build may use
#
# All columns are text but base, an integer.  Names of packages are those of
# package.name.  Paths are absolute, with no symlinked directory in them.  Give
# file a key that begins with path, and depends one that begins with package.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::registry {
    # Drivers that take the whole connection as one word.

    variable oneWord {sqlite3 odbc}

    # Drivers that Debian has a package of, tcl8.6-tdbc-DRIVER.

    variable packaged {mysql odbc postgres sqlite3}
}

oo::class create ::dtsm::registry::Database {
    superclass ::dtsm::registry::Owners
    variable db name statements

    # constructor --
    #
    #      Connects.
    #
    # Arguments:
    #      rest   DRIVER:CONNECTION

    constructor {rest} {
        variable ::dtsm::registry::oneWord
        variable ::dtsm::registry::packaged
        set statements {}
        set name tdbc:[::dtsm::bytes::shown $rest]
        if {![regexp {^([a-z0-9]+):(.+)$} $rest . driver connection]} {
            my Fail NAME "is incomplete: tdbc:DRIVER:CONNECTION"
        }
        if {$driver eq "sqlite3"} {
            # Absolute, because to SQLite some names are no files (:memory:).
            set connection [::dtsm::bytes::absolute $connection]
        }
        set connection [::dtsm::bytes::toText $connection]
        ::dtsm::registry::needPackage tdbc:$driver tdbc::$driver \
            [expr {$driver in $packaged ? "tcl8.6-tdbc-$driver" : ""}]
        if {$driver in $oneWord} {
            if {$driver eq "sqlite3" && ![file isfile $connection]} {
                my Fail OPEN "there is no such file"
            }
            set words [list $connection]
        } else {
            set words {}
            foreach word [regexp -all -inline {\S+} $connection] {
                if {![regexp {^([a-z_]+)=(.*)$} $word . option value]} {
                    my Fail NAME "\"$word\" is not NAME=VALUE"
                }
                lappend words -$option $value
            }
        }
        try {
            set db [::tdbc::${driver}::connection new {*}$words]
        } on error message {
            my Fail OPEN "cannot connect: $message"
        }
        my Prepare
    }

    destructor {
        if {[info exists db]} {
            $db close
        }
    }

    # Fail --
    #
    #      Give up.

    method Fail {code message} {
        return -level 2 -code error -errorcode [list DTSM REGISTRY $code] \
            "registry $name: $message"
    }

    # Prepare --
    #
    #      The questions that are asked.

    method Prepare {} {
        foreach {question sql} {
            owners {SELECT package FROM file WHERE path = :key
                ORDER BY package}
            needs {SELECT needs FROM depends WHERE package = :key}
            known {SELECT name FROM package WHERE name = :key
                UNION SELECT package FROM provides WHERE name = :key}
            base {SELECT name FROM package WHERE base = 1}
        } {
            try {
                dict set statements $question [$db prepare $sql]
                my Rows $question ""
            } on error message {
                my Fail SCHEMA "does not have the tables of a registry:\
                    $message"
            }
        }
    }

    # Rows --
    #
    #      The first column of what a question answers, as byte strings.

    method Rows {question key} {
        set result {}
        set rows [[dict get $statements $question] execute \
            [dict create key [::dtsm::registry::key $key]]]
        try {
            while {[$rows nextlist row]} {
                lappend result [encoding convertto utf-8 [lindex $row 0]]
            }
        } finally {
            $rows close
        }
        return $result
    }

    method owners {path} {
        return [my Rows owners $path]
    }
    method Known {name} {
        return [my Rows known $name]
    }
    method Needs {package} {
        return [my Rows needs $package]
    }
    method Base {} {
        return [my Rows base {}]
    }

    # Meta --
    #
    #      A package whose only files, if any, are its documents.

    method Meta {package} {
        set question {SELECT COUNT(*) FROM file WHERE package = :package
            AND path NOT LIKE '%/share/doc/%'
            AND path NOT LIKE '%/share/lintian/%'}
        return [expr {![lindex [$db allrows -as lists $question \
            [dict create package [::dtsm::registry::key $package]]] 0 0]}]
    }
}
