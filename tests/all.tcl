# all.tcl --
#
#       Run each tests/*.test in a process of its own and add up.
#
#       tclsh tests/all.tcl ?-file PATTERNS? ?-notfile PATTERNS? ?-jobs N?
#               ?tcltest options ...?
#
# Every other option goes to each file, for instance `-match insert-*`.  The
# exit status is 0 only if tests ran and none failed; a file that ends early
# (no summary, or a status other than 0) counts as a failed test.  The last
# line is `N passed, N failed, N skipped`.
#
# DTSM_TEST_PRELOAD   is loaded before each test's tclsh (a sanitizer).
# DTSM_TEST_SECONDS   is the most that one file may take (600).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval all {
    variable here [file dirname [file normalize [info script]]]
    variable passed 0
    variable failed 0
    variable skipped 0
    variable why [dict create]
    variable troubles {}

    # What cleanupTests prints when it ends a file.
    variable summary {^[^\t]*:\tTotal\t\d+\tPassed\t(\d+)}
    append summary {\tSkipped\t(\d+)\tFailed\t(\d+)}
}

# all::files --
#
#       The test files that -file and -notfile choose, sorted.

proc all::files {patterns excluded} {
    variable here
    set files {}
    foreach file [lsort [glob -nocomplain -directory $here *.test]] {
        set name [file tail $file]
        set chosen 0
        foreach pattern $patterns {
            if {[string match $pattern $name]} {
                set chosen 1
            }
        }
        foreach pattern $excluded {
            if {[string match $pattern $name]} {
                set chosen 0
            }
        }
        if {$chosen} {
            lappend files $file
        }
    }
    return $files
}

# all::run --
#
#       Run one file, pass its output on, and add its summary to ours.

proc all::run {file options} {
    variable passed
    variable failed
    variable skipped
    variable why
    variable troubles
    variable summary

    set name [file tail $file]
    set seconds 600
    if {[info exists ::env(DTSM_TEST_SECONDS)]} {
        set seconds $::env(DTSM_TEST_SECONDS)
    }
    set command [list timeout -k 10 $seconds]
    if {[info exists ::env(DTSM_TEST_PRELOAD)]
            && $::env(DTSM_TEST_PRELOAD) ne {}} {
        # Randomised addresses collide with a sanitizer's shadow.
        lappend command setarch -R env LD_PRELOAD=$::env(DTSM_TEST_PRELOAD)
    }
    lappend command [info nameofexecutable] $file {*}$options
    set summaries {}
    set inReasons 0
    set failures 0
    set began [clock milliseconds]
    set channel [open |[concat [list {*}$command] [list 2>@stderr <@stdin]]]
    fconfigure $channel -translation binary
    fconfigure stdout -translation binary
    while {[gets $channel line] >= 0} {
        if {[regexp $summary $line - good left bad]} {
            lappend summaries $good $left $bad
            continue
        }
        if {$line eq "Number of tests skipped for each constraint:"} {
            set inReasons 1
            continue
        }
        if {$inReasons && [regexp {^\t(\d+)\t(.+)$} $line - count reason]} {
            dict incr why $reason $count
            continue
        }
        set inReasons 0
        if {[regexp {^==== \S+ FAILED$} $line]} {
            incr failures
        }
        puts $line
    }
    set trouble {}
    if {[catch {close $channel} message options]} {
        set code [dict get $options -errorcode]
        switch -- [lindex $code 0] {
            CHILDSTATUS {
                set trouble "exit status [lindex $code 2]"
                if {[lindex $code 2] == 124} {
                    set trouble "took more than $seconds s"
                }
            }
            CHILDKILLED {set trouble "killed by [lindex $code 2]"}
            default {set trouble $message}
        }
    }
    set good 0
    set bad 0
    set left 0
    if {[llength $summaries] == 0} {
        set trouble [string trimright "ended early: $trouble" ": "]
    } else {
        foreach {a b c} $summaries {
            incr good $a
            incr left $b
            incr bad $c
        }
    }
    # Failures seen but not summed up, as in a file that died, count too.
    if {$failures > $bad} {
        set bad $failures
    }
    if {$trouble ne {}} {
        lappend troubles "$name: $trouble"
        puts "==== $name $trouble"
        incr bad
    }
    incr passed $good
    incr failed $bad
    incr skipped $left
    puts [format "%-24s %5d passed %4d failed %4d skipped %7.1f s" $name \
            $good $bad $left [expr {([clock milliseconds] - $began) / 1000.0}]]
    flush stdout
}

proc all::main {argv} {
    variable passed
    variable failed
    variable skipped
    variable why
    variable troubles

    set patterns *.test
    set excluded {}
    set options {}
    if {[llength $argv] % 2} {
        puts stderr "all.tcl: an option without its value: [lindex $argv end]"
        return 2
    }
    foreach {option value} $argv {
        switch -- $option {
            -file {set patterns $value}
            -notfile {set excluded $value}
            default {lappend options $option $value}
        }
    }
    set files [files $patterns $excluded]
    foreach file $files {
        run $file $options
    }
    if {[dict size $why] > 0} {
        puts "\nSkipped for want of:"
        foreach {reason count} [lsort -stride 2 $why] {
            puts [format "%6d  %s" $count $reason]
        }
    }
    foreach trouble $troubles {
        puts "$trouble"
    }
    set status [expr {$failed > 0}]
    if {$passed + $failed == 0} {
        puts "no test ran: [llength $files] files chosen by \"$patterns\""
        set status 1
    }
    puts "$passed passed, $failed failed, $skipped skipped"
    return $status
}

exit [all::main $argv]
