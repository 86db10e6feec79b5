# server.tcl --
#
#      Answers a session's questions: may this path be used?
#
#      set s [dtsm::Server new registry]
#      $s listen file alive     answer traced programs at this socket
#      $s verdict path          allow, deny or unknown
#      $s details path          what the registry said of it beside that
#      $s stats                 asked, failures, failure
#      $s close                 answer nobody any more
#      $s destroy
#
# A registry is a command prefix.  It is called with a path, a byte string,
# and returns a list: allow, deny or unknown, then keys and values, of which
# `package' and `why' go into reports.  It is called once for each path; when
# it fails or returns something else, that counts as a failure and as deny.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

oo::class create ::dtsm::Server {
    variable registry answers listener alive asked failures failure

    constructor {prefix} {
        set registry $prefix
        set answers {}
        set listener {}
        set asked 0
        set failures 0
        set failure {}
    }

    destructor {
        my close
    }

    method close {} {
        if {$listener ne ""} {
            $listener close
            set listener {}
        }
    }

    # listen --
    #
    #      Arguments:
    #      file     Where the socket is made.
    #      script   Run in the global namespace before each answer.

    method listen {file script} {
        set alive $script
        set listener [::dtsm::listen $file \
            [list [namespace which my] Answer]]
    }

    # Answer --
    #
    #      To one question.  A program that died meanwhile is no failure.

    method Answer {channel path} {
        uplevel #0 $alive
        set verdict [my verdict $path]
        incr asked
        catch {
            puts -nonewline $channel \
                [dict get {allow a deny d unknown u} $verdict]
        }
        catch {::close $channel}
    }

    method verdict {path} {
        if {![dict exists $answers $path]} {
            try {
                set answer [uplevel #0 [list {*}$registry $path]]
                if {[lindex $answer 0] ni {allow deny unknown}
                        || [llength $answer] % 2 == 0} {
                    error "the registry answered \"$answer\", not allow, deny\
                        or unknown"
                }
            } on error message {
                incr failures
                if {$failure eq ""} {
                    set failure $message
                }
                set answer deny
            }
            dict set answers $path $answer
        }
        return [lindex [dict get $answers $path] 0]
    }

    method details {path} {
        if {![dict exists $answers $path]} {
            return {}
        }
        return [lrange [dict get $answers $path] 1 end]
    }

    method stats {} {
        return [list asked $asked failures $failures failure $failure]
    }
}
