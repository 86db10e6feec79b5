# registry.tcl --
#
#      What the registry dpkg costs: making its index, opening it, a lookup.
#
#      tclsh registry.tcl BUILD LIBRARY ?DIR?     DIR: the dpkg database
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

lassign $argv build library admin
set auto_path [linsert $auto_path 0 $build]
package require dtsm
foreach name {bytes policy depends dpkg registry registrydb registrydpkg} {
    source -encoding utf-8 [file join $library $name.tcl]
}
set name [expr {$admin eq "" ? "dpkg" : "dpkg:$admin"}]
set env(XDG_CACHE_HOME) [exec mktemp -d]

proc timed {what count unit script} {
    set times [lmap round {1 2 3 4 5 6 7} {
        lindex [time {uplevel 1 $script}] 0
    }]
    set median [lindex [lsort -real $times] 3]
    puts [format "%-36s %10.1f %s" $what [expr {1.0 * $median / $count}] $unit]
}

try {
    timed "make the index and open it" 1000 ms {
        file delete -force $env(XDG_CACHE_HOME)/dtsm
        [dtsm::registry::make $name] destroy
    }
    timed "open the kept index" 1000 ms {
        [dtsm::registry::make $name] destroy
    }
    set registry [dtsm::registry::make $name]
    timed "build-essential's closure" 1000 ms {
        $registry declare {{here "build-essential"}}
    }

    # A fixed choice of paths, in an order that is not the index's.
    set file [glob -directory $env(XDG_CACHE_HOME)/dtsm *.sqlite]
    tdbc::sqlite3::connection create db $file
    set all [lmap row [db allrows -as lists {SELECT path FROM file}] {
        encoding convertto utf-8 [lindex $row 0]
    }]
    db close
    set total [llength $all]
    puts [format "%-36s %10d" "paths in the index" $total]
    set paths {}
    for {set i 0} {$i < 10000} {incr i} {
        lappend paths [lindex $all [expr {$i * 7919 % $total}]]
    }
    set count [llength $paths]
    timed "a lookup, of $count owned paths" $count us {
        foreach path $paths {
            $registry ask $path
        }
    }
    timed "a lookup, of nobody's" $count us {
        foreach path $paths {
            $registry ask $path.none
        }
    }
} finally {
    file delete -force $env(XDG_CACHE_HOME)
}
