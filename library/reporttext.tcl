# reporttext.tcl --
#
#      A report as text for a reader: the summary at the end of a run, and the
#      list of paths.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::report {
    # Absent paths that a line names; the rest is counted.

    variable absentShown 5
}

# dtsm::report::asker --
#
#      The program that asked for a path first, behind the path.

proc ::dtsm::report::asker {by} {
    return [expr {$by eq "" ? ""
        : "  (first asked for by [::dtsm::bytes::shown $by])"}]
}

# dtsm::report::some --
#
#      The first of some entries' paths, in a line of text.

proc ::dtsm::report::some {entries} {
    variable absentShown
    variable verbose
    set last [expr {$verbose ? "end" : $absentShown - 1}]
    set some [lmap entry [lrange $entries 0 $last] {
        ::dtsm::bytes::shown [lindex $entry 0]
    }]
    if {[llength $entries] > [llength $some]} {
        lappend some ...
    }
    return [join $some {, }]
}

# dtsm::report::aboutHidden --
#
#      The verdict, and below it hidden files with what to do about them.

proc ::dtsm::report::aboutHidden {finding} {
    set hidden [existing $finding]
    set lines [list "dtsm: [verdict $finding][expr {[llength $hidden]
        ? ":" : ""}]"]
    foreach {package entries} [byPackage $hidden] {
        lappend lines [expr {$package eq ""
            ? "  of no known package: allow what the build needs, ignore the\
                rest"
            : "  [::dtsm::bytes::shown $package]: add it to Build-Depends if\
                the build needs it"}]
        foreach entry $entries {
            lassign $entry path . by details
            lappend lines "    [::dtsm::bytes::shown $path][asker $by]"
            if {$package eq ""} {
                lappend lines "      [::dtsm::bytes::plain \
                    [remedy $path $details]]"
            }
        }
    }
    return $lines
}

# dtsm::report::aboutSilence --
#
#      Questions that the registry did not answer, and refusals for that.

proc ::dtsm::report::aboutSilence {finding} {
    set count [dict get $finding silent]
    if {!$count} {
        return {}
    }
    set line "dtsm: [counted $count {question} {questions}] got no\
        answer from the registry's server"
    if {[llength [dict get $finding unanswered]]} {
        append line "; refused for that:"
    }
    return [concat [list $line] [lmap entry [dict get $finding unanswered] {
        lassign $entry path . by
        string cat "  " [::dtsm::bytes::shown $path] [asker $by]
    }]]
}

# dtsm::report::aboutAbsent --
#
#      Hidden paths that are no loss.

proc ::dtsm::report::aboutAbsent {finding} {
    set lines {}
    set absent [absent $finding]
    set count [llength $absent]
    if {$count} {
        set more [expr {[llength [existing $finding]] ? "more " : ""}]
        lappend lines "dtsm: [counted $count "${more}hidden path was probed;\
            it is absent anyway" "${more}hidden paths were probed; they are\
            absent anyway"]: [some $absent]"
    }
    set count [llength [dict get $finding probed]]
    if {$count} {
        lappend lines "dtsm: [counted $count {program was} {programs were}]\
            looked for in hidden directories of PATH, and not there:\
            [some [dict get $finding probed]]"
    }
    set count [llength [dict get $finding ignored]]
    if {$count} {
        lappend lines "dtsm: [counted $count {hidden path is} \
            {hidden paths are}] ignored: [some [dict get $finding ignored]]"
    }
    return $lines
}

# dtsm::report::aboutUnknown --
#
#      Paths that the registry does not know.

proc ::dtsm::report::aboutUnknown {finding} {
    variable verbose
    set lines {}
    set count [llength [dict get $finding unknown]]
    if {$count} {
        lappend lines "dtsm: [counted $count {unknown path was} \
            {unknown paths were}] used: [some [dict get $finding unknown]]"
    }
    set count [llength [dict get $finding lookedAt]]
    if {$count} {
        set line "dtsm: [counted $count {unknown path was} \
            {unknown paths were}] only looked at"
        append line [expr {$verbose ? ": [some [dict get $finding lookedAt]]"
            : " (--verbose lists [expr {$count == 1 ? "it" : "them"}])"}]
        lappend lines $line
    }
    return $lines
}

# dtsm::report::aboutPrograms --
#
#      How many programs were traced, and which were not.

proc ::dtsm::report::aboutPrograms {finding} {
    set supervised [total [dict get $finding supervised]]
    set untraced [total [dict get $finding untraced]]
    set line "dtsm: [counted [dict get $finding traced] program programs]\
        traced"
    if {$supervised} {
        append line ", $supervised supervised"
    }
    if {$untraced} {
        append line ", [counted $untraced {process was} \
            {processes were}] not traced:"
    }
    set lines [list $line]
    foreach entry [dict get $finding untraced] {
        lassign $entry path why count
        lappend lines "  [shownProgram $path]:\
            [::dtsm::bytes::shown [lindex [reason $why] 1]], $count x"
    }
    foreach {kind one many} {
        ended       "process ended before it started"
            "processes ended before they started"
        readonly    "program could only read the map; what it touched and\
            started is not recorded"
            "programs could only read the map; what they touched and started\
            is not recorded"
    } {
        set count [total [dict get $finding $kind]]
        if {$count} {
            lappend lines "dtsm: [counted $count $one $many]:"
        }
        foreach entry [dict get $finding $kind] {
            lassign $entry path count
            lappend lines "  [shownProgram $path], $count x"
        }
    }
    return $lines
}

# dtsm::report::summary --
#
#      The summary at the end of a run.

proc ::dtsm::report::summary {finding} {
    set lines [concat [aboutHidden $finding] [aboutSilence $finding] \
        [aboutAbsent $finding] [aboutUnknown $finding] \
        [aboutPrograms $finding]]
    foreach line [remarks $finding ::dtsm::bytes::shown] {
        lappend lines "dtsm: $line"
    }
    set line "dtsm: [counted [dict get $finding distinct] {distinct path} \
        {distinct paths}]"
    if {[dict exists $finding end]} {
        append line ", [format %.1f [dict get $finding end wall]] s"
    }
    lappend lines $line
    return [join $lines \n]\n
}

# dtsm::report::text --
#
#      Write the summary, or the one kind of paths that is wanted.

proc ::dtsm::report::text {finding contents channel} {
    set only [expr {[dict exists $finding only]
        ? [dict get $finding only] : ""}]
    switch -- $only {
        hidden {
            set lines [concat [aboutHidden $finding] [aboutSilence $finding] \
                [aboutAbsent $finding]]
        }
        unknown {
            variable verbose 1
            set lines [aboutUnknown $finding]
            if {![llength $lines]} {
                set lines [list "dtsm: nothing unknown was touched"]
            }
        }
        used {
            set paths [lsort [dict keys [$contents paths]]]
            set lines [concat [list "dtsm: [counted [llength $paths] \
                "path was" "paths were"] used[expr {[llength $paths]
                ? ":" : ""}]"] [lmap path $paths {
                    string cat "  " [::dtsm::bytes::shown $path]
                }]]
        }
        default {
            puts -nonewline $channel [summary $finding]
            return
        }
    }
    puts -nonewline $channel [join $lines \n]\n
}

# dtsm::report::listing --
#
#      A line for each path and each rule.  A path that resolves elsewhere is
#      listed under its own name only.

proc ::dtsm::report::listing {finding contents channel} {
    set flagsOf {}
    foreach {path verdict} [concat [dict get $finding rules] \
            [list / [dict get $finding default]]] {
        if {$verdict ne "" && ![dict exists $finding only]} {
            dict set flagsOf $path [expr {$verdict eq "ask"
                ? {prefix ask} : "$verdict prefix"}]
        }
    }
    foreach {path flags} [$contents paths] {
        dict set flagsOf $path $flags
    }
    foreach {path flags} [lsort -stride 2 $flagsOf] {
        puts $channel "[::dtsm::bytes::shown $path]\t$flags"
    }
}
