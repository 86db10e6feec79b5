# load.tcl --
#
#       What the injected library costs a program that does next to nothing,
#       beside a preloaded library that does nothing at all.
#
#       tclsh load.tcl BUILD LIBRARY PROGRAMS ?ROUNDS?
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

lassign $argv build library programs rounds
if {$rounds eq {}} {
    set rounds 400
}
set auto_path [linsert $auto_path 0 $build]
package require dtsm
foreach name {bytes server contents session lookup} {
    source -encoding utf-8 [file join $library $name.tcl]
}
set programs [file normalize $programs]
set nothing $programs/nothing.so

# relocations --
#
#       How many places of a library the loader has to fill in.

proc relocations {file} {
    if {[catch {exec readelf -rW $file} text]} {
        return -
    }
    return [regexp -all -line {^[0-9a-f]{8,} } $text]
}

set session [dtsm::Session new -trace $dtsm::traceLibrary]
try {
    set words {}
    foreach {name environment} [list plain {} \
            nothing [list LD_PRELOAD $nothing] \
            dtsm [$session environment]] {
        lappend words $name
        foreach {variable value} $environment {
            lappend words $variable=$value
        }
        lappend words --
    }
    puts "\n== load: the life of a program that does next to nothing =="
    puts "   relocations: nothing [relocations $nothing],\
            dtsm [relocations $dtsm::traceLibrary]"
    puts [format "   %-24s %10s %10s %10s" {} us faults calls]
    foreach command {/bin/true {/bin/sh -c {/bin/true; :}}} {
        foreach line [split [exec $programs/load $rounds {*}$words \
                {*}$command] \n] {
            lassign $line name . us . faults . calls
            puts [format "   %-24s %10.1f %10d %10d" \
                    "[file tail [lindex $command 0]], $name" $us $faults $calls]
        }
    }
} finally {
    $session destroy
}
