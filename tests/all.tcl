# all.tcl --
#
#       Run each tests/*.test in a process of its own and add up.
#
#       tclsh tests/all.tcl ?-file PATTERNS? ?-notfile PATTERNS?
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

# all::command --
#
#       The words that run a file in a process of its own, which may take so
#       long.

proc all::command {file seconds options} {
    set command [list timeout -k 10 $seconds]
    if {[info exists ::env(DTSM_TEST_PRELOAD)]
            && $::env(DTSM_TEST_PRELOAD) ne {}} {
        # Randomised addresses collide with a sanitizer's shadow.
        lappend command setarch -R env LD_PRELOAD=$::env(DTSM_TEST_PRELOAD)
    }
    return [list {*}$command [info nameofexecutable] $file {*}$options]
}

# all::listen --
#
#       Hand on what a file prints, but for its summaries.
#
# Results:
#       passed, failed and skipped; how many summaries there were.  Failures
#       that were seen but not summed up, as in a file that died, count too.

proc all::listen {channel} {
    variable why
    variable summary
    set sums {0 0 0}
    set count 0
    set failures 0
    set inReasons 0
    while {[gets $channel line] >= 0} {
        if {[regexp $summary $line - good left bad]} {
            set sums [lmap a $sums b [list $good $bad $left] {expr {$a + $b}}]
            incr count
            continue
        }
        if {$line eq "Number of tests skipped for each constraint:"} {
            set inReasons 1
            continue
        }
        if {$inReasons && [regexp {^\t(\d+)\t(.+)$} $line - number reason]} {
            dict incr why $reason $number
            continue
        }
        set inReasons 0
        if {[regexp {^==== \S+ FAILED$} $line]} {
            incr failures
        }
        puts $line
    }
    lassign $sums good bad left
    return [list $good [expr {max($bad, $failures)}] $left $count]
}

# all::trouble --
#
#       Close a file's channel, and tell how its process ended, if not well.

proc all::trouble {channel seconds} {
    if {![catch {close $channel} message options]} {
        return {}
    }
    set code [dict get $options -errorcode]
    switch -- [lindex $code 0] {
        CHILDSTATUS {
            return [expr {[lindex $code 2] == 124 ? "took more than $seconds s"
                : "exit status [lindex $code 2]"}]
        }
        CHILDKILLED {
            return "killed by [lindex $code 2]"
        }
    }
    return $message
}

# all::run --
#
#       Run one file, pass its output on, and add its summary to ours.

proc all::run {file options} {
    variable passed
    variable failed
    variable skipped
    variable troubles

    set name [file tail $file]
    set seconds 600
    if {[info exists ::env(DTSM_TEST_SECONDS)]} {
        set seconds $::env(DTSM_TEST_SECONDS)
    }
    set began [clock milliseconds]
    set channel [open |[list {*}[command $file $seconds $options] \
        2>@stderr <@stdin]]
    fconfigure $channel -translation binary
    fconfigure stdout -translation binary
    lassign [listen $channel] good bad left count
    set trouble [trouble $channel $seconds]
    if {$count == 0} {
        set trouble [string trimright "ended early: $trouble" ": "]
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
