# server.tcl --
#
#      Answers a session's questions: may this path be used?
#
#      set s [dtsm::Server new registry]
#      $s listen file alive      answer traced programs at this socket
#      $s details path           what the registry said of it beside that
#      $s stats                  asked, failures, failure, waiting
#      $s close                  stop answering
#      $s destroy
#
# A registry is a command prefix.  It is called with a path, a byte string,
# and a callback, which it calls then or later: with the word ok and a list,
# allow, deny or unknown, then keys and values, of which `package' and `why' go
# into reports; or with the word error and a message.  It is called once for
# each path; an error, or another list, counts as a failure and as deny.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

# dtsm::atOnce --
#
#      A registry made of a simple one, which returns the list.

proc ::dtsm::atOnce {prefix path callback} {
    if {[catch {uplevel #0 [list {*}$prefix $path]} answer]} {
        {*}$callback error $answer
    } else {
        {*}$callback ok $answer
    }
}

oo::class create ::dtsm::Server {
    variable registry answers listener alive asked failures failure \
        waiting since

    constructor {prefix} {
        set registry $prefix
        set answers {}
        set listener {}
        set alive {}
        set asked 0
        set failures 0
        set failure {}
        set waiting {}          ;# path -> channels, in the questions' order
        set since {}            ;# path -> when it was asked, in ms
    }

    destructor {
        my close
    }

    method close {} {
        if {$listener ne ""} {
            $listener close
            set listener {}
        }
        dict for {path channels} $waiting {
            foreach channel $channels {
                catch {::close $channel}
            }
            dict set waiting $path {}
        }
    }

    method listens {} {
        return [expr {$listener ne ""}]
    }

    # listen --
    #
    #      Arguments:
    #      file     Where the socket is made.
    #      script   Run in the global namespace before each answer.

    method listen {file script} {
        set alive $script
        set listener [::dtsm::listen $file \
            [list [namespace which my] Question]]
    }

    # Question --
    #
    #      Programs ask about absolute paths; anything else is no question.

    method Question {channel path} {
        if {[string index $path 0] ne "/" || [string first \0 $path] >= 0} {
            catch {::close $channel}
            return
        }
        if {[dict exists $answers $path]} {
            my Answer $channel $path
        } else {
            my Ask $path $channel
        }
    }

    # Answer --
    #
    #      Answer one question.  A program that died meanwhile is no failure.

    method Answer {channel path} {
        uplevel #0 $alive
        incr asked
        catch {
            puts -nonewline $channel [dict get {allow a deny d unknown u} \
                [lindex [dict get $answers $path] 0]]
        }
        catch {::close $channel}
    }

    # Ask --
    #
    #      Put a path to the registry unless it waits for an answer already.

    method Ask {path args} {
        if {[dict exists $waiting $path]} {
            dict lappend waiting $path {*}$args
            return
        }
        dict set waiting $path $args
        dict set since $path [clock milliseconds]
        {*}$registry $path [list [namespace which my] Answered $path]
    }

    method Answered {path outcome answer} {
        if {$outcome eq "ok" && ([catch {lindex $answer 0} verdict]
                || $verdict ni {allow deny unknown}
                || [llength $answer] % 2 == 0)} {
            set outcome error
            set answer "the registry answered \"$answer\", not allow, deny\
                or unknown"
        }
        if {$outcome eq "error"} {
            incr failures
            if {$failure eq ""} {
                set failure $answer
            }
            set answer deny
        }
        dict set answers $path $answer
        set channels [dict get $waiting $path]
        dict unset waiting $path
        foreach channel $channels {
            my Answer $channel $path
        }
    }

    method details {path} {
        if {![dict exists $answers $path]} {
            return {}
        }
        return [lrange [dict get $answers $path] 1 end]
    }

    # stats --
    #
    #      As a dictionary; waiting is a list of {path seconds}, the oldest
    #      first.

    method stats {} {
        set now [clock milliseconds]
        return [list asked $asked failures $failures failure $failure \
            waiting [lmap path [dict keys $waiting] {
                list $path [expr {($now - [dict get $since $path]) / 1000.0}]
            }]]
    }
}
