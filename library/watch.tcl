# watch.tcl --
#
#      What a user sees while a session's command runs: a status line at the
#      foot of the terminal, and each first refusal.
#
#      set w [dtsm::Watch new $session $live $line $places]
#      $w destroy        the status line goes
#
# The command writes to the same terminal.  So the status line has the last row
# for itself: the rest is made the region that scrolls (DECSTBM, which every
# terminal of today has), and what the command writes stays in there.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

namespace eval ::dtsm::watch {
    # Milliseconds between two looks; before the first, so that a short run
    # shows nothing; the share of the time that counting paths may take.

    variable period 250
    variable first 1000
    variable share 50
}

# dtsm::watch::size --
#
#      Rows and columns of the terminal that a status line may be on; empty
#      for none.

proc ::dtsm::watch::size {} {
    if {[::dtsm::system environ NO_COLOR] ne ""
            || [::dtsm::system environ TERM] in {"" dumb}} {
        return {}
    }
    set size [::dtsm::system terminal 2]
    return [expr {[lindex $size 0] < 4 || [lindex $size 1] < 20 ? "" : $size}]
}

# dtsm::watch::grouped --
#
#      A number with a comma before each three digits.

proc ::dtsm::watch::grouped {number} {
    while {[regsub {^(\d+)(\d{3})} $number {\1,\2} number]} {
        continue
    }
    return $number
}

# session   The session.
# live      1: print refusals.
# line      1: draw the status line.
# places    What is ignored, as from dtsm::ignore::places.
# drawn     Rows and columns of the terminal as it was divided; empty: not yet.
# seen      path -> 1 for refusals
# hidden    How many of them are of files that exist.
# paths     How many paths were touched when that was counted last.
# countAt   When they may be counted next, in microseconds.
# timer     Of the next look.

oo::class create ::dtsm::Watch {
    variable session live line places drawn seen hidden paths countAt timer

    constructor {watched isLive hasLine ignored} {
        set session $watched
        set live $isLive
        set line $hasLine
        set places $ignored
        set drawn {}
        set seen {}
        set hidden 0
        set paths 0
        set countAt 0
        set timer [after [expr {$live ? $::dtsm::watch::period
            : $::dtsm::watch::first}] [list [namespace which my] Look]]
    }

    destructor {
        after cancel $timer
        my News
        my Write [my Gone]
    }

    # Write --
    #
    #      To the terminal; that it is closed is no failure.

    method Write {text} {
        if {$text ne ""} {
            catch {
                puts -nonewline stderr $text
                flush stderr
            }
        }
    }

    method Look {} {
        set timer [after $::dtsm::watch::period \
            [list [namespace which my] Look]]
        my News
        if {$line} {
            my Draw
        }
    }

    # News --
    #
    #      Count new refusals, and print them if they are wanted.

    method News {} {
        set text {}
        foreach {path exists program} [$session news] {
            if {[dict exists $seen $path]
                    || [::dtsm::ignore::covers $places $path]} {
                continue
            }
            dict set seen $path 1
            incr hidden $exists
            append text "dtsm: hidden[expr {$exists ? "" : ", and absent"}]:\
                [::dtsm::bytes::shown $path]  (asked for by\
                [::dtsm::bytes::shown $program])\n"
        }
        if {$live} {
            my Write $text
        }
    }

    # Draw --
    #
    #      Bring the status line up to date; a terminal of another size is
    #      divided anew.

    method Draw {} {
        set size [::dtsm::watch::size]
        if {$size eq ""} {
            return
        }
        lassign $size rows columns
        set text {}
        if {$size ne $drawn} {
            # Down a line (IND), which scrolls on the last row, and up again:
            # the cursor is above the last row then, in its column.
            append text \x1bD\x1b\[1A\x1b7 "\x1b\[1;[expr {$rows - 1}]r" \x1b8
            set drawn $size
        }
        append text \x1b7\x1b\[0m "\x1b\[$rows;1H" \x1b\[K \
            [string range [my Text] 0 $columns-2] \x1b8
        my Write $text
    }

    # Gone --
    #
    #      What clears the status line and gives its row back.

    method Gone {} {
        if {$drawn eq ""} {
            return {}
        }
        set rows [lindex $drawn 0]
        set drawn {}
        return "\x1b7\x1b\[0m\x1b\[$rows;1H\x1b\[K\x1b\[1;${rows}r\x1b8"
    }

    # Text --
    #
    #      The status line's words, in ASCII.

    method Text {} {
        set now [clock microseconds]
        if {$now >= $countAt} {
            set paths [$session total]
            set took [expr {[clock microseconds] - $now}]
            set countAt [expr {$now + $::dtsm::watch::share * $took}]
        }
        set text "dtsm: [::dtsm::watch::grouped [$session programs]] programs,\
            [::dtsm::watch::grouped $paths] paths,\
            [::dtsm::watch::grouped $hidden] hidden"
        set command [my Command [$session pid]]
        if {$command ne ""} {
            append text ": " $command
        }
        return [regsub -all {[^ -~]} $text ?]
    }

    # Command --
    #
    #      The command line of the newest process below one; empty if it
    #      cannot be known.

    method Command {process} {
        for {set depth 0} {$depth < 64} {incr depth} {
            set children [my File /proc/$process/task/$process/children]
            if {![string is list $children] || ![llength $children]} {
                break
            }
            set process [lindex $children end]
        }
        set words [split [string trimright [my File \
            /proc/$process/cmdline] \0] \0]
        return [::dtsm::bytes::shown [join [lreplace $words 0 0 \
            [file tail [lindex $words 0]]]]]
    }

    # File --
    #
    #      The start of a file; empty if it cannot be read.

    method File {name} {
        set text {}
        catch {
            set channel [open $name rb]
            try {
                set text [read $channel 4096]
            } finally {
                close $channel
            }
        }
        return $text
    }
}
