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
    #      The options that choose the paths that were touched: without mere
    #      spellings, which are aliases as all of the tracer's notes are, and
    #      without the session's own files.

    method Touched {} {
        return [list -rules 0 -void 1 -bytes 1 -without alias -outside $own]
    }

    method paths {} {
        return [$map get {*}[my Touched]]
    }

    method json {channel} {
        $map json $channel {*}[my Touched]
    }

    # Judged --
    #
    #      What was refused or is unknown, how many paths were touched, and
    #      what else the map is asked: one walk answers all.
    #
    # Arguments:
    #      args     Questions, as the map's together takes them.
    #
    # Results:
    #      A dictionary: refused, unanswered: path exists ...; unknown: path
    #      ...; distinct; answers, a list.

    method Judged {args} {
        set result {refused {} unanswered {} unknown {}}
        set touched [my Touched]
        set answers [lassign [$map together \
            [list get {*}$touched -any {deny unknown}] \
            [list total {*}$touched] {*}$args] judged distinct]
        foreach {path flags} $judged {
            if {"deny" in $flags && "reported" in $flags} {
                dict lappend result [expr {"violation" in $flags ? "refused"
                    : "unanswered"}] $path [expr {"missing" ni $flags}]
            } elseif {"unknown" in $flags} {
                dict lappend result unknown $path
            }
        }
        dict set result distinct $distinct
        dict set result answers $answers
        return $result
    }

    # finding --
    #
    #      What a session's collect gives, without what only the session
    #      knew: the command and its end, who asked first, who was not traced,
    #      and what the registry said.

    method finding {} {
        set judged [my Judged {get -bytes 1 -rules 1}]
        foreach kind {refused unanswered} {
            set $kind [lsort -index 0 [lmap {path exists} \
                    [dict get $judged $kind] {
                list $path $exists {} {}
            }]]
        }
        set default {}
        set rules {}
        foreach {path flags} [lindex [dict get $judged answers] 0] {
            if {$path eq "/"} {
                set default [lindex $flags 0]
            } else {
                lappend rules $path [lindex $flags 0]
            }
        }
        return [dict create default $default \
            rules [lsort -stride 2 $rules] traced [$map count attached] \
            distinct [dict get $judged distinct] violations $refused \
            unanswered $unanswered unknown [lsort [lmap path \
                    [dict get $judged unknown] {
                list $path {}
            }]] silent [$map count unanswered] supervised {} untraced {} \
            ended {} unseen 0 asked 0 failures 0 waiting {} lost 0]
    }
}
