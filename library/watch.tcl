# watch.tcl --
#
#      What a session finds, told as it comes.  A part of dtsm::Session
#      (session.tcl).
#
# Programs write a line into the log when a path is refused for the first time.
# What they keep in the map instead (judgeLog.c) is told by collect alone.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm {
    variable watchMs 100        ;# how often the log is looked at
}

oo::define ::dtsm::Session {
    # news --
    #
    #      What was refused since this was asked last, each path once: a list
    #      of {violation|unanswered path exists program}.

    method news {} {
        if {$log eq ""} {
            return {}
        }
        seek $log $logAt
        set text [read $log]
        set end [string last \n $text]
        incr logAt [expr {$end + 1}]
        set result {}
        foreach line [split [string range $text 0 $end-1] \n] {
            lassign [lmap field [split $line \t] {
                ::dtsm::bytes::unescape $field
            }] verb . program . path exists
            if {$verb ni {refused unanswered} || $path eq ""
                    || [dict exists $told $path]} {
                continue
            }
            dict set told $path {}
            lappend result [list [expr {$verb eq "refused" ? "violation"
                : $verb}] $path [expr {$exists eq "1"}] $program]
        }
        return $result
    }

    # watch --
    #
    #      Call a command prefix with kind, path, exists and program, as of
    #      news, in the global namespace, from the event loop.  Empty: no more.

    method watch {prefix} {
        my Unwatch
        if {[llength $prefix]} {
            set ticker [after $::dtsm::watchMs \
                [list [namespace which my] Tick $prefix]]
        }
    }

    method Unwatch {} {
        after cancel $ticker
        set ticker {}
    }

    # Tick --
    #
    #      The callback may end the session.

    method Tick {prefix} {
        set self [self]
        my watch $prefix
        foreach one [my news] {
            if {[catch {uplevel #0 [list {*}$prefix {*}$one]} message \
                    options]} {
                {*}[interp bgerror {}] $message $options
            }
            if {[info commands $self] eq ""} {
                return
            }
        }
    }

    # renew --
    #
    #      The registry answers otherwise from now on: its former answers, and
    #      all verdicts that may rest on them, are void.  An answer that is on
    #      its way now may still be an old one.

    method renew {} {
        if {$server ne ""} {
            $server forget
        }
        $map forget @A -below
        $map forget / -below
        return
    }
}
