# contents.tcl --
#
#      What a map tells of the paths that a build touched, while its session
#      lives (session.tcl) and when the map was kept.
#
#      set contents [dtsm::Contents new $map]
#      $contents paths         what was touched: path flags ...
#      $contents json channel  the same, written as a JSON array
#      $contents finding       what reports need, as far as a map tells it
#      $contents total         how many paths
#      $contents programs      how many traced programs
#      $contents only kind     from now on, paths and json give those that were
#                              hidden, that are unknown, or that were used
#
# All paths are byte strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

# map   A map's command.
# own   The session's own files, which are not listed.
# kind  What `only' was told.

oo::class create ::dtsm::Contents {
    variable map own kind

    constructor {kept} {
        set map $kept
        set own {}
        set kind {}
    }

    # Touched --
    #
    #      The options that choose the paths that were touched, without aliases
    #      (spellings that resolve to another path, and the tracer's notes) and
    #      without the session's own files.

    method Touched {} {
        return [list -rules 0 -void 1 -bytes 1 -without alias -outside $own]
    }

    # total, programs --
    #
    #      How many paths were touched, and how many programs were traced.

    method total {} {
        return [$map total {*}[my Touched]]
    }

    method programs {} {
        return [$map count attached]
    }

    method only {wanted} {
        set kind $wanted
    }

    # Wanted --
    #
    #      The options that choose what `only' left.

    method Wanted {} {
        return [concat [my Touched] [dict get {
            {} {} hidden {-flags {deny reported}} unknown {-any unknown}
            used {-any {read write exec} -without {alias deny}}
        } $kind]]
    }

    method paths {} {
        return [$map get {*}[my Wanted]]
    }

    method json {channel} {
        $map json $channel {*}[my Wanted]
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
        set links {}
        set touched [my Touched]
        set answers [lassign [$map together \
            [list get {*}$touched -any {deny unknown}] \
            [list total {*}$touched] {*}$args] judged distinct]
        foreach {path flags} $judged {
            if {"deny" in $flags && "reported" in $flags} {
                dict lappend result [expr {"violation" in $flags ? "refused"
                    : "unanswered"}] $path [expr {"missing" ni $flags}]
            } elseif {"unknown" in $flags} {
                set use [my Kind $flags]
                if {$use eq ""} {
                    lappend links $path
                } else {
                    dict lappend result $use $path
                }
            }
        }
        dict for {use paths} [my Followed $links] {
            dict lappend result $use {*}$paths
        }
        dict set result distinct $distinct
        dict set result answers $answers
        return $result
    }

    # Kind --
    #
    #      What an unknown path's flags say: unknown when it was used (read,
    #      written or executed); lookedAt when it was only looked at (stat,
    #      access), or is a directory that was listed; nothing of a symlink that
    #      was followed.

    method Kind {flags} {
        foreach flag {read write exec} {
            if {$flag in $flags} {
                return unknown
            }
        }
        return [expr {"stat" in $flags || "list" in $flags ? "lookedAt" : ""}]
    }

    # Known --
    #
    #      A sorted list of {path details} of what the registry does not know.
    #
    # Arguments:
    #      use      unknown or lookedAt.

    method Known {judged use} {
        return [lsort -index 0 [lmap path [dict get $judged $use] {
            list $path [my Details $path]
        }]]
    }

    # Details --
    #
    #      What a registry said of a path; a kept map does not tell.

    method Details {path} {
        return {}
    }

    # Followed --
    #
    #      Which unknown symlinks were used.  The map records that a symlink was
    #      followed, not what for; it was used if its target was.
    #
    # Results:
    #      unknown links lookedAt links, as of Judged.

    method Followed {links} {
        set result {}
        if {[llength $links]} {
            set used [$map get {*}[my Touched] -any {read write exec}]
        }
        foreach link $links {
            set isUsed [expr {![catch {::dtsm::system resolve $link} target]
                && [dict exists $used $target]}]
            dict lappend result [expr {$isUsed ? "unknown" : "lookedAt"}] $link
        }
        return $result
    }

    # finding --
    #
    #      What a session's collect gives, without what only the session
    #      knew: the command and its end, who asked first, who was not traced,
    #      and what the registry said.

    method finding {} {
        set judged [my Judged {get -bytes 1 -rules 1}]
        foreach name {refused unanswered} {
            set $name [lsort -index 0 [lmap {path exists} \
                    [dict get $judged $name] {
                list $path $exists {} {}
            }]]
        }
        set default {}
        set rules {}
        foreach {path flags} [lindex [dict get $judged answers] 0] {
            set verdict [lsearch -inline -regexp $flags ^(allow|deny|ask)\$]
            if {$path eq "/"} {
                set default $verdict
            } else {
                lappend rules $path $verdict
            }
        }
        return [dict create default $default \
            rules [lsort -stride 2 $rules] traced [$map count attached] \
            distinct [dict get $judged distinct] violations $refused \
            unanswered $unanswered ignored {} probed {} \
            unknown [my Known $judged unknown] \
            lookedAt [my Known $judged lookedAt] \
            silent [$map count unanswered] supervised {} untraced {} \
            readonly {} ended {} \
            unseen 0 asked 0 failures 0 waiting {} lost 0 \
            unstored [$map count unstored]]
    }
}
