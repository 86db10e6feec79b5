# contents.tcl --
#
#      What a map tells of the paths that a build touched, while its session
#      lives (session.tcl) and when the map was kept.
#
#      set contents [dtsm::Contents new $map]
#      $contents paths         what was touched: path flags ...
#      $contents json channel  the same, written as a JSON array
#      $contents finding       what reports need, as far as a map tells it
#
# All paths are byte strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

# map   A map's command.
# own   The session's own files, which are not listed.

oo::class create ::dtsm::Contents {
    variable map own

    constructor {kept} {
        set map $kept
        set own {}
    }

    # Touched --
    #
    #      What a command of the map, a list of words, tells of the paths that
    #      were touched: without mere spellings, which are aliases as all of
    #      the tracer's notes are, and without the session's own files.

    method Touched {verb args} {
        return [$map {*}$verb -rules 0 -void 1 -bytes 1 -without alias \
            -outside $own {*}$args]
    }

    method paths {} {
        return [my Touched get]
    }

    method json {channel} {
        my Touched [list json $channel]
    }

    # Judged --
    #
    #      What was refused or is unknown.
    #
    # Results:
    #      A dictionary: refused, unanswered: path exists ...; unknown: path
    #      ...

    method Judged {} {
        set result {refused {} unanswered {} unknown {}}
        foreach {path flags} [my Touched get -any {deny unknown}] {
            if {"deny" in $flags && "reported" in $flags} {
                dict lappend result [expr {"violation" in $flags ? "refused"
                    : "unanswered"}] $path [expr {"missing" ni $flags}]
            } elseif {"unknown" in $flags} {
                dict lappend result unknown $path
            }
        }
        return $result
    }

    # finding --
    #
    #      What a session's collect gives, without what only the session
    #      knew: the command and its end, who asked first, who was not traced,
    #      and what the registry said.

    method finding {} {
        set judged [my Judged]
        foreach kind {refused unanswered} {
            set $kind [lsort -index 0 [lmap {path exists} \
                    [dict get $judged $kind] {
                list $path $exists {} {}
            }]]
        }
        set default {}
        set rules {}
        foreach {path flags} [$map get -bytes 1 -rules 1] {
            if {$path eq "/"} {
                set default [lindex $flags 0]
            } else {
                lappend rules $path [lindex $flags 0]
            }
        }
        return [dict create default $default \
            rules [lsort -stride 2 $rules] traced [$map count attached] \
            distinct [my Touched total] violations $refused \
            unanswered $unanswered unknown [lsort [lmap path \
                    [dict get $judged unknown] {
                list $path {}
            }]] silent [$map count unanswered] supervised {} untraced {} \
            unseen 0 asked 0 failures 0 waiting {} lost 0]
    }
}
