# worker.tcl --
#
#      Registries in a process of their own: a registry may loop, wait for a
#      dead database or end, and the session goes on.
#
#      set w [dtsm::Worker new registries depends]
#      $w ready seconds say progress
#                            wait until they are open
#      $w ask path callback  callback ok ANSWER, or callback error MESSAGE
#      $w deps paths ignored say
#                            what deps::find finds with the first of them
#      $w destroy            ends the process, and all that it started
#
# Questions are answered in order, on the event loop.  Waiting serves events;
# `say' is a command prefix that is called now and then with a sentence about
# the wait, and `progress' one that is called with what is being done and how
# many percent of it are.
#
# The two processes exchange lines, each a Tcl list: first {registries depends},
# answered by any number of {progress TEXT PERCENT} and then {ready VALUE} or
# {failed MESSAGE ERRORCODE}; later {ask PATH} or {deps {PATHS IGNORED}},
# answered by {ok ANSWER} or {error MESSAGE}.  The worker ends when its input
# does.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

namespace eval ::dtsm::workerline {
    # A list with its line ends hidden, and back.

    proc pack {list} {
        return [string map {\\ \\\\ \n \\n} $list]
    }
    proc unpack {line} {
        return [string map {\\\\ \\ \\n \n} $line]
    }
    proc configure {channel args} {
        fconfigure $channel -encoding utf-8 -translation lf -buffering line \
            {*}$args
    }

    variable main [file join [file dirname [file normalize [info script]]] \
        workermain.tcl]
}

oo::class create ::dtsm::Worker {
    variable reader writer pid opened failure callbacks tick answer \
        told heard

    constructor {registries depends} {
        set opened {}
        set failure {}
        set callbacks {}
        set tick 0
        set told {}
        set heard 0
        set argv [lmap word [list [info nameofexecutable] \
                $::dtsm::workerline::main \
                [package ifneeded dtsm [package require dtsm]]] {
            ::dtsm::bytes::fromText $word
        }]
        lassign [::dtsm::worker start $argv] reader writer pid
        ::dtsm::workerline::configure $writer -blocking 0
        ::dtsm::workerline::configure $reader -blocking 0
        fileevent $reader readable [list [namespace which my] Read]
        my Put [list $registries $depends]
    }

    destructor {
        my End
    }

    # End --
    #
    #      How the process ended, for a reader; empty if it was ended before.
    #
    # Arguments:
    #      ms       How long to wait until it ends by itself.

    method End {{ms 0}} {
        if {$reader eq ""} {
            return {}
        }
        catch {close $reader}
        catch {close $writer}
        set reader {}
        lassign [::dtsm::worker end $pid $ms] kind code
        return [expr {$kind eq "exit" ? "status $code" : "signal $code"}]
    }

    method Put {message} {
        catch {puts $writer [::dtsm::workerline::pack $message]}
    }

    # Read --
    #
    #      A message came, or the end of the worker.

    method Read {} {
        if {[catch {gets $reader line} length]} {
            set length -1
        } elseif {$length < 0 && ![eof $reader]} {
            return
        }
        incr tick
        if {$length < 0} {
            set failure "the registry's process ended ([my End 1000])"
            set waiting $callbacks
            set callbacks {}
            foreach callback $waiting {
                {*}$callback error $failure
            }
            return
        }
        set message [::dtsm::workerline::unpack $line]
        if {[lindex $message 0] eq "progress"} {
            set heard [clock milliseconds]
            if {$told ne ""} {
                {*}$told {*}[lrange $message 1 2]
            }
            return
        }
        if {$opened eq ""} {
            set opened $message
            return
        }
        set callbacks [lassign $callbacks callback]
        {*}$callback {*}$message
    }

    # ready --
    #
    #      Arguments:
    #      seconds  How long to wait.
    #
    # Results: what was declared and none has; how many know packages.
    #
    # Errors: those of the registries; DTSM INTERRUPTED ...; DTSM REGISTRY
    #      WORKER when it ended or the time is over.

    method ready {seconds say {progress {}}} {
        set told $progress
        if {![my Wait {$opened ne "" || $failure ne ""} $seconds $say \
                "the registry is not open yet"]} {
            set failure "the registry did not open in [format %g $seconds] s"
        }
        lassign $opened outcome value code
        switch -- $outcome {
            ready {
                return $value
            }
            failed {
                return -code error -errorcode $code $value
            }
        }
        return -code error -errorcode {DTSM REGISTRY WORKER} $failure
    }

    # Wait --
    #
    #      Serve events until a condition holds.
    #
    # Arguments:
    #      condition  An expression over our variables.
    #      seconds    How long to wait; Inf for no end.
    #      what       Said, with the time that has passed, now and then.
    #
    # Results: 1, or 0 when the time is over.
    #
    # Errors: DTSM INTERRUPTED name

    method Wait {condition seconds say what} {
        set begin [clock milliseconds]
        set heard $begin
        set next 5
        while {![expr $condition]} {
            set timer [after 50 [list incr [my varname tick]]]
            vwait [my varname tick]
            after cancel $timer
            set name [lindex [::dtsm::process caught] 0]
            if {$name ne ""} {
                throw [list DTSM INTERRUPTED $name] "interrupted by $name"
            }
            set passed [expr {([clock milliseconds] - $begin) / 1000.0}]
            if {$passed >= $seconds} {
                return 0
            }
            if {([clock milliseconds] - $heard) / 1000.0 >= $next} {
                {*}$say "$what after $next s"
                set next [expr {$next * 2}]
            }
        }
        return 1
    }

    method ask {path callback} {
        my Send [list ask $path] $callback
    }

    method Send {message callback} {
        if {$reader eq ""} {
            {*}$callback error $failure
            return
        }
        lappend callbacks $callback
        my Put $message
    }

    # deps --
    #
    #      Arguments:
    #      paths    path flags ..., as from a session.
    #      ignored  As from dtsm::ignore::places.
    #
    # Errors: the registry's; DTSM INTERRUPTED ...

    method deps {paths ignored say} {
        set answer {}
        my Send [list deps [list $paths $ignored]] \
            [list lappend [my varname answer]]
        my Wait {[llength $answer]} Inf $say \
            "the registry has not told whose the files are"
        if {[lindex $answer 0] eq "error"} {
            return -code error -errorcode {DTSM REGISTRY WORKER} \
                [lindex $answer 1]
        }
        return [lindex $answer 1]
    }
}
