# report.tcl --
#
#      What a session found, as text for a reader and as JSON.
#
# A finding is the dictionary of the session's collect, with `command' (the
# words of it) and `end' (the session's wait).  All text is byte strings.
# There may be many paths, so they are never Tcl values here.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::report {
    namespace export text json

    # Missing paths that the text names; the rest is counted.

    variable missingShown 5

    # What keeps a program from being traced.

    variable reasons {
        static          "statically linked"
        setuid          "changes its user"
        setgid          "changes its group"
        capabilities    "has file capabilities"
        architecture    "of another architecture"
        refused         "the loader did not take the library"
        direct          "makes system calls without libc"
        environment     "started without the session's environment"
        user            "of another user"
    }
}

# dtsm::report::counted --
#
#      A number and its noun: 1 process, 2 processes.

proc ::dtsm::report::counted {count one many} {
    return "$count [expr {$count == 1 ? $one : $many}]"
}

# dtsm::report::total --
#
#      How many processes a list stands for: the counts at its entries' ends.

proc ::dtsm::report::total {entries} {
    set count 0
    foreach entry $entries {
        incr count [lindex $entry end]
    }
    return $count
}

# dtsm::report::notes --
#
#      What is known of a path beside its name, for a reader.

proc ::dtsm::report::notes {by details} {
    set notes {}
    if {[dict exists $details package]} {
        lappend notes "of [::dtsm::bytes::shown [dict get $details package]]"
    }
    if {$by ne ""} {
        lappend notes "first asked for by [::dtsm::bytes::shown $by]"
    }
    return [expr {[llength $notes] ? "  ([join $notes {; }])" : ""}]
}

# dtsm::report::answers --
#
#      Lines about the registry's answers, and about those that it did not
#      give.

proc ::dtsm::report::answers {finding} {
    variable missingShown
    set lines {}
    set unknown [dict get $finding unknown]
    set count [llength $unknown]
    if {$count} {
        set some [lmap entry [lrange $unknown 0 $missingShown-1] {
            ::dtsm::bytes::shown [lindex $entry 0]
        }]
        if {$count > $missingShown} {
            lappend some ...
        }
        lappend lines "dtsm: [counted $count {path is} {paths are}] allowed\
            but unknown: [join $some {, }]"
    }
    set count [dict get $finding silent]
    if {$count} {
        set line "dtsm: [counted $count {question} {questions}] got no\
            answer from the registry's server"
        if {[llength [dict get $finding unanswered]]} {
            append line "; refused for that:"
        }
        lappend lines $line
        foreach entry [dict get $finding unanswered] {
            lassign $entry path . by details
            lappend lines "  [::dtsm::bytes::shown $path][notes $by {}]"
        }
    }
    set count [dict get $finding failures]
    if {$count} {
        lappend lines "dtsm: the registry failed for [counted $count path \
            paths], taken as denied: [::dtsm::bytes::shown \
            [::dtsm::bytes::ofMessage [dict get $finding failure]]]"
    }
    set count [llength [dict get $finding waiting]]
    if {$count} {
        lassign [dict get $finding waiting] oldest
        lassign $oldest path seconds
        lappend lines "dtsm: [counted $count {question was} {questions were}]\
            still with the registry at the end; about\
            [::dtsm::bytes::shown $path] it had said nothing for [format %.1f \
            $seconds] s"
    }
    return $lines
}

# dtsm::report::text --
#
#      The summary at the end of a run.

proc ::dtsm::report::text {finding} {
    variable missingShown
    variable reasons
    set there {}
    set missing {}
    foreach violation [dict get $finding violations] {
        lassign $violation path exists by details
        if {$exists} {
            lappend there $path $by $details
        } else {
            lappend missing $path
        }
    }
    set lines {}
    set count [expr {[llength $there] / 3}]
    if {$count} {
        lappend lines "dtsm: [counted $count {violation exists} \
            {violations exist}]:"
    }
    foreach {path by details} $there {
        lappend lines "  [::dtsm::bytes::shown $path][notes $by $details]"
    }
    set count [llength $missing]
    if {$count} {
        set some [lmap path [lrange $missing 0 $missingShown-1] {
            ::dtsm::bytes::shown $path
        }]
        if {$count > $missingShown} {
            lappend some ...
        }
        lappend lines "dtsm: [counted $count {violation does} \
            {violations do}] not exist: [join $some {, }]"
    }
    if {![llength [dict get $finding violations]]} {
        lappend lines "dtsm: no violations"
    }
    lappend lines {*}[answers $finding]

    set traced [dict get $finding traced]
    set supervised [total [dict get $finding supervised]]
    set untraced [total [dict get $finding untraced]]
    set line "dtsm: [counted $traced program programs] traced"
    if {$supervised} {
        append line ", $supervised supervised"
    }
    if {$untraced} {
        append line ", [counted $untraced {process was} \
            {processes were}] not traced:"
    }
    lappend lines $line
    foreach entry [dict get $finding untraced] {
        lassign $entry path why count
        set reason $why
        if {[dict exists $reasons $why]} {
            set reason [dict get $reasons $why]
        }
        if {$path eq ""} {
            set path "(not known which)"
        }
        lappend lines "  [::dtsm::bytes::shown $path]: $reason, $count x"
    }
    if {[dict get $finding unseen] > 0} {
        lappend lines "dtsm: [counted [dict get $finding unseen] call calls] of\
            supervised programs could not be looked at"
    } elseif {[dict get $finding unseen] < 0} {
        lappend lines "dtsm: the supervisor ended early; what supervised\
            programs did afterwards was not seen"
    }
    if {[dict get $finding lost]} {
        lappend lines "dtsm: [counted [dict get $finding lost] line \
            lines] of the log could not be read"
    }
    lappend lines "dtsm: [counted [dict get $finding distinct] \
        {distinct path} {distinct paths}], [format %.1f \
        [dict get $finding end wall]] s"
    return [join $lines \n]\n
}

# dtsm::report::members --
#
#      What the registry said of a path, as further members of its object.

proc ::dtsm::report::members {details} {
    set result {}
    foreach key {package why} {
        if {[dict exists $details $key]} {
            append result ",\"$key\":[::dtsm::json::string \
                [dict get $details $key]]"
        }
    }
    return $result
}

# dtsm::report::json --
#
#      Write the report for programs, version 1, as UTF-8.
#
# Arguments:
#      session  What the finding is of: its json is the paths.
#      channel  A binary one.

proc ::dtsm::report::json {finding session channel} {
    set end [dict get $finding end]
    if {[dict get $end kind] eq "signal"} {
        set exit "{\"signal\":[::dtsm::json::string [dict get $end name]]}"
    } else {
        set exit "{\"status\":[dict get $end code]}"
    }
    set rules [lmap {path verdict} [dict get $finding rules] {
        set path [::dtsm::json::path $path]
        set verdict [::dtsm::json::string $verdict]
        string cat "{" $path ",\"verdict\":" $verdict "}"
    }]
    set untraced [lmap entry [dict get $finding untraced] {
        lassign $entry path why count
        set path [::dtsm::json::path $path]
        set why [::dtsm::json::string $why]
        string cat "{" $path ",\"why\":" $why ",\"count\":" $count "}"
    }]
    set supervised [lmap entry [dict get $finding supervised] {
        lassign $entry path count
        string cat "{" [::dtsm::json::path $path] ",\"count\":" $count "}"
    }]
    set unknown [lmap entry [dict get $finding unknown] {
        lassign $entry path details
        string cat "{" [::dtsm::json::path $path] [members $details] "}"
    }]
    foreach kind {violations unanswered} {
        set $kind [lmap entry [dict get $finding $kind] {
            lassign $entry path exists by details
            set exists [expr {$exists ? "true" : "false"}]
            set path [::dtsm::json::path $path]
            set by [::dtsm::json::string $by]
            string cat "{" $path ",\"exists\":" $exists ",\"by\":" $by \
                [members $details] "}"
        }]
    }
    set before [::list \
        "\"version\":1" \
        "\"command\":[::dtsm::json::list [dict get $finding command]]" \
        "\"exit\":$exit" \
        "\"wall_s\":[format %.3f [dict get $end wall]]" \
        "\"default\":[::dtsm::json::string [dict get $finding default]]" \
        "\"rules\":[::dtsm::json::array $rules]" \
        "\"processes\":{\"traced\":[dict get $finding traced],\"supervised\":[
            ::dtsm::json::array $supervised],\"untraced\":[
            ::dtsm::json::array $untraced]}" \
        "\"paths\":"]
    set after [::list {} \
        "\"violations\":[::dtsm::json::array $violations \n]" \
        "\"unknown\":[::dtsm::json::array $unknown \n]" \
        "\"asked\":[dict get $finding asked]" \
        "\"unseen\":[dict get $finding unseen]"]
    if {[dict get $finding silent]} {
        lappend after "\"unanswered\":{\"count\":[
            dict get $finding silent],\"paths\":[
            ::dtsm::json::array $unanswered \n]}"
    }
    set registry {}
    if {[dict get $finding failures]} {
        lappend registry "\"failures\":[dict get $finding failures]" \
            "\"first\":[::dtsm::json::string [::dtsm::bytes::ofMessage \
                [dict get $finding failure]]]"
    }
    if {[llength [dict get $finding waiting]]} {
        lappend registry "\"waiting\":[::dtsm::json::array [lmap entry \
                [dict get $finding waiting] {
            lassign $entry path seconds
            string cat "{" [::dtsm::json::path $path] ",\"seconds\":" \
                [format %.3f $seconds] "}"
        }]]"
    }
    if {[llength $registry]} {
        lappend after "\"registry\":{[join $registry ,]}"
    }
    puts -nonewline $channel "{[join $before ,\n]"
    $session json $channel
    puts -nonewline $channel "[join $after ,\n]}\n"
}
