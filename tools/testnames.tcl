# testnames.tcl --
#
#       Check the names of tests: unique in the whole suite, and those of a
#       section (the name up to its point) in one file.  The names that a loop
#       makes are checked as they run (tests/common.tcl).
#
#       tclsh testnames.tcl FOLDER
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set status 0
set seen [dict create]
set sections [dict create]
foreach file [lsort [glob -nocomplain -directory [lindex $argv 0] *.test]] {
    set channel [open $file]
    set number 0
    while {[gets $channel line] >= 0} {
        incr number
        if {[regexp {^\s*test\s+([a-z0-9]+-\d+)\.} $line - section]} {
            if {[dict exists $sections $section]
                    && [dict get $sections $section] ne $file} {
                puts stderr "[file tail $file]:$number: section $section is\
                        in [file tail [dict get $sections $section]] too"
                set status 1
            }
            dict set sections $section $file
        }
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
