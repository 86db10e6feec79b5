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
    #      A dictionary: refused, unanswered: path exists ...; unknown and
    #      lookedAt: paths that the registry does not know, and that were used
    #      or not; distinct; answers, a list.

    method Judged {args} {
        set result {refused {} unanswered {} unknown {} lookedAt {}}
        set touched [my Touched]
        set answers [lassign [$map together \
            [list get {*}$touched -any {deny unknown}] \
            [list total {*}$touched] {*}$args] judged distinct]
        foreach {path flags} $judged {
            if {"deny" in $flags && "reported" in $flags} {
                dict lappend result [expr {"violation" in $flags ? "refused"
                    : "unanswered"}] $path [expr {"missing" ni $flags}]
            } elseif {"unknown" in $flags} {
                dict lappend result [expr {[my IsUsed $path $flags]
                    ? "unknown" : "lookedAt"}] $path
            }
        }
        dict set result distinct $distinct
        dict set result answers $answers
        return $result
    }

    # Known --
    #
    #      A sorted list of {path details} of what the registry does not know.
    #
    # Arguments:
    #      kind     unknown or lookedAt.

    method Known {judged kind} {
        return [lsort -index 0 [lmap path [dict get $judged $kind] {
            list $path [my Details $path]
        }]]
    }

    # Details --
    #
    #      What a registry said of a path; a kept map does not tell.

    method Details {path} {
        return {}
    }

    # IsUsed --
    #
    #      1 if a path was read, written or executed.  What was only looked at
    #      (stat, access) was not, nor was a folder that was listed.  A symlink
    #      that was followed is noted without saying what for: it was used if
    #      what it leads to was.

    method IsUsed {path flags} {
        foreach flag {read write exec} {
            if {$flag in $flags} {
                return 1
            }
        }
        if {"stat" in $flags || "list" in $flags
                || [catch {::dtsm::system resolve $path} target]
                || $target eq $path} {
            return 0
        }
        set found [lindex [$map get -bytes 1 -void 1 -rules 0 -under $target] 1]
        return [my IsUsed $target [linsert $found end stat]]
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
            unanswered $unanswered ignored {} \
            unknown [my Known $judged unknown] \
            lookedAt [my Known $judged lookedAt] \
            silent [$map count unanswered] supervised {} untraced {} \
            readonly {} \
            unseen 0 asked 0 failures 0 waiting {} lost 0 \
            unstored [$map count unstored]]
    }
}
