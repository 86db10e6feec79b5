# registrydpkg.tcl --
#
#      The registry of Debian's dpkg: dpkg, or dpkg:DIR for a database that is
#      not in /var/lib/dpkg.
#
# The database is indexed into an SQLite file with the tables that
# registrydb.tcl describes, and `meta', and kept in $XDG_CACHE_HOME/dtsm, else
# ~/.cache/dtsm.  Its name and its `meta' tell the state of the database that
# it was made from.  A process that finds no fitting index, or a broken one,
# makes one in a directory of its own and renames it; of several processes the
# last one wins, and their indexes are equal.  If there is no place for it, the
# index is made in memory.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::registry {
    # The index; its number is a part of the state.

    variable indexVersion 2
    variable indexTables {
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
        CREATE TABLE package (name TEXT PRIMARY KEY, base INTEGER NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE provides (name TEXT NOT NULL, package TEXT NOT NULL,
            PRIMARY KEY (name, package)) WITHOUT ROWID;
        CREATE TABLE depends (package TEXT NOT NULL, needs TEXT NOT NULL,
            PRIMARY KEY (package, needs)) WITHOUT ROWID;
        CREATE TABLE file (path TEXT NOT NULL, package TEXT NOT NULL,
            PRIMARY KEY (path, package)) WITHOUT ROWID;
    }

    # Leftovers of killed runs are removed when they are older; seconds.

    variable staleAge 3600
}

oo::class create ::dtsm::registry::Dpkg {
    superclass ::dtsm::registry::Database
    variable db name statements admin state arch

    constructor {rest} {
        set statements {}
        set name dpkg
        set admin /var/lib/dpkg
        if {$rest ne ""} {
            append name :[::dtsm::bytes::shown $rest]
            set admin [::dtsm::bytes::toFile $rest]
        }
        if {![file isfile [file join $admin status]]} {
            my Fail OPEN "there is no [file join $admin status]"
        }
        ::dtsm::registry::needPackage dpkg tdbc::sqlite3 tcl8.6-tdbc-sqlite3
        set state [list $::dtsm::registry::indexVersion \
            {*}[::dtsm::dpkg::state $admin]]
        if {![my UseCache]} {
            set db [::tdbc::sqlite3::connection new :memory:]
            my Fill
        }
        set arch [lindex [$db allrows -as lists \
            {SELECT value FROM meta WHERE name = 'arch'}] 0 0]
        my Prepare
    }

    # UseCache --
    #
    #      Open the kept index; make it first if there is none that fits.
    #
    # Results: 0 when there is no place for it.

    method UseCache {} {
        set directory [my CacheDirectory]
        if {$directory eq ""} {
            return 0
        }
        set place [format dpkg-%08x [zlib crc32 \
            [encoding convertto utf-8 [file normalize $admin]]]]
        set bytes [encoding convertto utf-8 $state]
        set file [file join $directory [format %s-%08x%08x.sqlite $place \
            [zlib crc32 $bytes] [zlib adler32 $bytes]]]
        if {[my Open $file]} {
            return 1
        }
        try {
            my Make $directory $file
        } on error {} {
            return 0
        }
        foreach other [glob -nocomplain -directory $directory \
                $place-*.sqlite] {
            if {$other ne $file} {
                catch {file delete -- $other}
            }
        }
        return [my Open $file]
    }

    # CacheDirectory --
    #
    #      Where indexes are kept; empty if there is no such place.

    method CacheDirectory {} {
        set directory [::dtsm::system environ XDG_CACHE_HOME]
        if {[string index $directory 0] ne "/"} {
            set directory [::dtsm::system environ HOME]
            if {[string index $directory 0] ne "/"} {
                return {}
            }
            append directory /.cache
        }
        if {[catch {
            set directory [file join [::dtsm::bytes::toText $directory] dtsm]
            if {![file isdirectory $directory]} {
                file mkdir $directory
                file attributes $directory -permissions 0700
            }
        }] || ![file owned $directory] || ![file writable $directory]} {
            return {}
        }
        return $directory
    }

    # Open --
    #
    #      Open an index if it is complete and was made from this state.

    method Open {file} {
        if {![file isfile $file] || ![file owned $file]} {
            return 0
        }
        try {
            set db [::tdbc::sqlite3::connection new $file]
            if {[$db allrows -as lists {PRAGMA quick_check(1)}] eq "ok"
                    && [$db allrows -as lists {
                        SELECT value FROM meta WHERE name = 'state'
                    }] eq [list [list $state]]} {
                return 1
            }
        } on error {} {
        }
        if {[info exists db]} {
            catch {$db close}
            unset db
        }
        return 0
    }

    # Make --
    #
    #      Make an index, and put it in its place.

    method Make {directory file} {
        foreach old [glob -nocomplain -directory $directory new-*] {
            if {[clock seconds] - [file mtime $old]
                    > $::dtsm::registry::staleAge} {
                file delete -force -- $old
            }
        }
        set new [::dtsm::bytes::toText [::dtsm::system directory \
            [::dtsm::bytes::fromText [file join $directory new-XXXXXX]]]]
        try {
            set db [::tdbc::sqlite3::connection new [file join $new index]]
            my Fill
            $db close
            file rename -force -- [file join $new index] $file
        } finally {
            unset -nocomplain db
            file delete -force -- $new
        }
    }

    # Progress --
    #
    #      Tell how much of the index is made, in steps of ten percent.

    method Progress {done all} {
        set step [expr {max($all / 10, 1)}]
        if {$::dtsm::registry::progress ne "" && $done % $step == 0} {
            {*}$::dtsm::registry::progress "indexing $all packages (once,\
                until packages change)" [expr {min(100 * $done / $all, 99)}]
        }
    }

    # Fill --
    #
    #      Put the dpkg database into an empty index.  All this goes to
    #      SQLite itself, which is several times quicker than through TDBC.

    method Fill {} {
        lassign [::dtsm::dpkg::packages $admin] native packages
        my Progress 0 [dict size $packages]
        set provided [::dtsm::dpkg::provided $native $packages]
        set needs [::dtsm::dpkg::needs $native $packages $provided]
        set base [::dtsm::dpkg::base $native $packages $provided $needs]
        set sqlite [$db getDBhandle]
        $sqlite eval {PRAGMA journal_mode = OFF}
        $sqlite eval $::dtsm::registry::indexTables
        $sqlite transaction {
            dict for {package entry} $packages {
                if {[dict get $entry installed]} {
                    set is [expr {$package in $base}]
                    $sqlite eval {INSERT INTO package VALUES ($package, $is)}
                }
            }
            # A declared name means a package of the machine's architecture.
            dict for {provide owners} $provided {
                foreach package [::dtsm::dpkg::fitting $packages $native \
                        $owners] {
                    $sqlite eval {
                        INSERT OR IGNORE INTO provides
                        VALUES ($provide, $package)
                    }
                }
            }
            dict for {package needed} $needs {
                foreach need $needed {
                    $sqlite eval {INSERT INTO depends VALUES ($package, $need)}
                }
            }
            set last {}
            set done 0
            ::dtsm::dpkg::files $admin $native $packages path package {
                if {$package ne $last} {
                    set last $package
                    my Progress [incr done] [dict size $packages]
                }
                set key [::dtsm::registry::key $path]
                $sqlite eval {
                    INSERT OR IGNORE INTO file VALUES ($key, $package)
                }
            }
            foreach path [::dtsm::dpkg::links $admin] {
                set key [::dtsm::registry::key $path]
                $sqlite eval {
                    INSERT INTO file SELECT $key, ''
                    WHERE NOT EXISTS (SELECT * FROM file WHERE path = $key)
                }
            }
            foreach {key value} [list state $state arch $native] {
                $sqlite eval {INSERT INTO meta VALUES ($key, $value)}
            }
        }
    }

    # owners --
    #
    #      The owner of a file that Python compiled is that of its source.

    method owners {path} {
        set result [next $path]
        if {![llength $result] && [regexp \
                {^(.*)/__pycache__/([^/.]+)\.[^/]*pyc$} $path \
                . directory module]} {
            set result [next $directory/$module.py]
        }
        return $result
    }

    method arch {} {
        return $arch
    }
}
