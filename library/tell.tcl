# tell.tcl --
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
    # watch --
    #
    #      Call a command prefix with path, exists and program, as of news, for
    #      each path once, in the global namespace, from the event loop.
    #      Empty: no more.

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
        foreach {path exists program} [my news] {
            if {[dict exists $told $path]} {
                continue
            }
            dict set told $path {}
            if {[catch {
                uplevel #0 [list {*}$prefix $path $exists $program]
            } message options]} {
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
