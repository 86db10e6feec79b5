# lint.tcl --
#
#       Check the look of the sources: lengths of lines, tabs, blanks at line
#       ends, left-over notes, paths of one machine.
#
#       tclsh lint.tcl DIRECTORY
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set maxColumns 80
set status 0

proc bad {place message} {
    puts stderr "$place: $message"
    set ::status 1
}

set root [lindex $argv 0]
set patterns {
    core/*.[ch] generic/*.[ch] unix/*.[chS] macosx/*.[ch] trace/*/*.[ch]
    library/*.tcl tests/*.tcl tests/*.test
    tests/children/*.[ch] tests/fuzz/*.c tools/*.tcl tools/*.py bench/*.[ch]
    bench/*.tcl
    *.in bootstrap configure.ac aclocal.m4
}
# In pieces, so that this file passes its own check.
set notes "\\m(TO[]DO|FIX[]ME|XX[]X|HA[]CK)\\M"
set machine "(^|\[\\s\"'=\])/(wo[]rk|fa[]rm|ro[]ot|ho[]me)/\\w"
set fileCount 0
foreach pattern $patterns {
    foreach file [lsort [glob -nocomplain [file join $root $pattern]]] {
        incr fileCount
        set name [string range $file [string length $root]+1 end]
        set channel [open $file]
        fconfigure $channel -encoding utf-8
        set lines [split [read $channel] \n]
        close $channel
        if {[lindex $lines end] ne {}} {
            bad $name "no newline at its end"
        }
        set number 0
        set inside 0
        foreach line $lines {
            incr number
            # There a name starts at the procedure's own namespace; Tcl 9 does
            # not go on to the global one.
            if {[regexp {^(proc \w+::|\})} $line]} {
                set inside [string match proc* $line]
            }
            if {$inside && [string match tests/* $name]
                    && [regexp {\$[A-Za-z]\w*::} $line]} {
                bad $name:$number "a variable's name without :: before it"
            }
            if {[string length [string map [list \t "        "] $line]]
                    > $maxColumns && ![string match *http* $line]} {
                bad $name:$number "wider than $maxColumns columns"
            }
            # Tcl 8.6 reads a script in the locale's encoding.
            if {![string is ascii $line]
                    && [file extension $file] in {.tcl .test .py}} {
                bad $name:$number "not ASCII"
            }
            if {[regexp {[ \t]$} $line]} {
                bad $name:$number "blanks at the line's end"
            }
            if {[regexp {\t} $line] && ![string match *Makefile.in $file]
                    && ![regexp {\.test$} $file]} {
                bad $name:$number "a tab"
            }
            if {[regexp $notes $line]} {
                bad $name:$number "a left-over note"
            }
            if {[regexp $machine $line]} {
                bad $name:$number "a path of one machine"
            }
        }
    }
}
puts "$fileCount files looked at"
exit $status
