# testnames.tcl --
#
#       Check the names of tests: words, unique in the whole suite.  A number
#       alone tells nothing, and changes its test when a row comes before it.
#       The names that a loop makes are checked as they run
#       (tests/common.tcl).
#
#       tclsh testnames.tcl FOLDER
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# Files with names that are numbers still; those of a section (the name up to
# its point) stand in one of them.
set numbered {
    clean.test darwintrace.test install.test listen.test lists.test
    model.test policy.test porttrace.test race.test readme.test
    searches.test tracelib.test worker.test
}

set status 0
set seen [dict create]
set sections [dict create]
foreach file [lsort [glob -nocomplain -directory [lindex $argv 0] *.test]] {
    set words [expr {[file tail $file] ni $numbered}]
    set channel [open $file]
    set number 0
    while {[gets $channel line] >= 0} {
        incr number
        if {$words && [regexp \
                {^\s*test\s+(\S+-(?:\d+|\$number)(?:\.\S*)?)\s} $line - name]} {
            puts stderr "[file tail $file]:$number: test $name is a number,\
                    not words"
            set status 1
        }
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
