# testnames.tcl --
#
#       Check the names of tests: unique in the whole suite.
#
#       tclsh testnames.tcl FOLDER
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set status 0
set seen [dict create]
foreach file [lsort [glob -nocomplain -directory [lindex $argv 0] *.test]] {
    set channel [open $file]
    set number 0
    while {[gets $channel line] >= 0} {
        incr number
        # A name with a variable in it is made in a loop.
        if {![regexp {^\s*test\s+([^\s\{\}$\[]+)\s} $line - name]} {
            continue
        }
        set place [file tail $file]:$number
        if {[dict exists $seen $name]} {
            puts stderr "$place: test $name stands in\
                    [dict get $seen $name] too"
            set status 1
        }
        dict set seen $name $place
    }
    close $channel
}
puts "[dict size $seen] test names"
exit $status
