# report.tcl --
#
#      What a session found, as text for a reader and as JSON; the words of
#      its Markdown (reportmarkdown.tcl) and HTML (reporthtml.tcl).
#
# A finding is the dictionary of the session's collect, with `command' (the
# words of it) and `end' (the session's wait); one of a kept map (contents.tcl)
# has neither.  All text is byte strings.  There may be many paths, so they are
# never Tcl values here.
#
# Names, reasons and messages are others' text: a build's processes, a map and
# registries can put anything into them.  Each format has one procedure that
# writes such text, and nothing else does: dtsm::bytes::shown (text),
# dtsm::json::string and path, Span and Code (Markdown), Html.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::report {
    namespace export text json write

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
        filter          "a filter of its own kept paths from being looked at"
        readonly        "could only read the map"
        scope           "loaded a library whose calls pass by (RTLD_DEEPBIND)"
        namespace       "loaded a library into a namespace of its own (dlmopen)"
        memory          "limited to too little memory for the library and map"
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

# dtsm::report::some --
#
#      The first of some paths, in a line of text.

proc ::dtsm::report::some {paths} {
    variable missingShown
    set some [lmap path [lrange $paths 0 $missingShown-1] {
        ::dtsm::bytes::shown $path
    }]
    if {[llength $paths] > $missingShown} {
        lappend some ...
    }
    return [join $some {, }]
}

# dtsm::report::ignored --
#
#      A line about what was refused and is ignored.

proc ::dtsm::report::ignored {finding} {
    set paths [lmap entry [dict get $finding ignored] {lindex $entry 0}]
    set count [llength $paths]
    if {!$count} {
        return {}
    }
    return [list "dtsm: [counted $count {refused path is} \
        {refused paths are}] ignored: [some $paths]"]
}

# dtsm::report::answers --
#
#      Lines about the registry's answers, and about those that it did not
#      give.

proc ::dtsm::report::answers {finding} {
    set lines {}
    set paths [lmap entry [dict get $finding unknown] {lindex $entry 0}]
    set count [llength $paths]
    if {$count} {
        lappend lines "dtsm: [counted $count {path is} {paths are}] allowed\
            but unknown: [some $paths]"
    }
    set paths [lmap entry [dict get $finding lookedAt] {lindex $entry 0}]
    set count [llength $paths]
    if {$count} {
        lappend lines "dtsm: [counted $count {unknown path was} \
            {unknown paths were}] only looked at: [some $paths]"
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
    return $lines
}

# dtsm::report::full --
#
#      What it means that something did not go into the map.

proc ::dtsm::report::full {finding} {
    return "the map was full [counted [dict get $finding unstored] time \
        times]: paths that were touched then are missing (--map-dir names a\
        place with more room)"
}

# dtsm::report::remarks --
#
#      Sentences about what may be missing or wrong in a finding.
#
# Arguments:
#      quote    A command prefix: others' text as the format has it.

proc ::dtsm::report::remarks {finding quote} {
    set lines {}
    set count [dict get $finding failures]
    if {$count} {
        lappend lines "the registry failed for [counted $count path \
            paths], taken as denied: [{*}$quote \
            [::dtsm::bytes::ofMessage [dict get $finding failure]]]"
    }
    set count [llength [dict get $finding waiting]]
    if {$count} {
        lassign [dict get $finding waiting] oldest
        lassign $oldest path seconds
        lappend lines "[counted $count {question was} {questions were}]\
            still with the registry at the end; about\
            [{*}$quote $path] it had said nothing for [format %.1f \
            $seconds] s"
    }
    if {[dict get $finding unseen] > 0} {
        lappend lines "[counted [dict get $finding unseen] call calls] of\
            supervised programs could not be looked at"
    } elseif {[dict get $finding unseen] < 0} {
        lappend lines "the supervisor ended early; what supervised programs\
            did afterwards was not seen"
    }
    if {[dict get $finding unstored]} {
        lappend lines [full $finding]
    }
    if {[dict exists $finding removed]} {
        foreach {what line} {
            log         "the session's log was removed before the end"
            questions   "the session's socket for questions was removed; what\
                was asked afterwards got no answer"
        } {
            if {$what in [dict get $finding removed]} {
                lappend lines $line
            }
        }
    }
    if {[dict get $finding lost]} {
        lappend lines "[counted [dict get $finding lost] line lines] of the\
            log could not be read"
    }
    if {![dict exists $finding end]} {
        lappend lines "a kept map does not tell which programs were not\
            traced, nor who asked for a path"
    }
    return $lines
}

# dtsm::report::reason --
#
#      Why a program was not traced, for a reader: a reason of ours, or the
#      log's own word, which is others' text.
#
# Results:
#      The kind of a table's cell (see tables), and its bytes.

proc ::dtsm::report::reason {why} {
    variable reasons
    if {[dict exists $reasons $why]} {
        return [list text [dict get $reasons $why]]
    }
    return [list code $why]
}

# dtsm::report::shownProgram --
#
#      A program's path for a reader.  A full map may lack it.

proc ::dtsm::report::shownProgram {path} {
    return [expr {$path eq "" ? "(not known which)"
        : [::dtsm::bytes::shown $path]}]
}

# dtsm::report::text --
#
#      The summary at the end of a run.

proc ::dtsm::report::text {finding} {
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
        lappend lines "dtsm: [counted $count {violation does} \
            {violations do}] not exist: [some $missing]"
    }
    if {![llength [dict get $finding violations]]} {
        lappend lines "dtsm: no violations"
    }
    lappend lines {*}[ignored $finding] {*}[answers $finding]

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
        lappend lines "  [shownProgram $path]:\
            [::dtsm::bytes::shown [lindex [reason $why] 1]], $count x"
    }
    set count [total [dict get $finding ended]]
    if {$count} {
        lappend lines "dtsm: [counted $count process processes] ended before\
            [expr {$count == 1 ? "it" : "they"}] started:"
    }
    foreach entry [dict get $finding ended] {
        lassign $entry path count
        lappend lines "  [shownProgram $path], $count x"
    }
    set count [total [dict get $finding readonly]]
    if {$count} {
        lappend lines "dtsm: [counted $count program programs] could only\
            read the map; what [expr {$count == 1 ? "it" : "they"}] touched\
            and started is not recorded:"
    }
    foreach entry [dict get $finding readonly] {
        lassign $entry path count
        lappend lines "  [::dtsm::bytes::shown $path], $count x"
    }
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

# dtsm::report::facts --
#
#      What a page of Markdown or HTML says first.
#
# Arguments:
#      quote    A command prefix: others' text as the format has it.
#
# Results:
#      name value ...

proc ::dtsm::report::facts {finding quote} {
    set result {}
    if {[dict exists $finding end]} {
        set end [dict get $finding end]
        lappend result command \
            [{*}$quote [join [dict get $finding command] { }]] ended [expr {
            [dict get $end kind] eq "signal" ? [dict get $end name]
            : "with status [dict get $end code]"}] \
            took "[format %.1f [dict get $end wall]] s"
    }
    set programs "[dict get $finding traced] traced"
    foreach {kind words} {supervised supervised untraced "not traced"
            ended "ended before they started" readonly "not recorded"} {
        set count [total [dict get $finding $kind]]
        if {$count} {
            append programs ", $count $words"
        }
    }
    lappend result default [dict get $finding default] programs $programs \
        paths [dict get $finding distinct] \
        violations [llength [dict get $finding violations]]
    if {[dict get $finding asked]} {
        lappend result "questions answered" [dict get $finding asked]
    }
    foreach line [remarks $finding $quote] {
        lappend result note $line
    }
    return $result
}

# dtsm::report::tables --
#
#      The tables of such a page.
#
# Results:
#      heading columns rows ...; a row has for each cell its kind (code:
#      others' text; text: ours) and its bytes.

proc ::dtsm::report::tables {finding} {
    foreach kind {violations unanswered ignored} {
        set $kind [lmap entry [dict get $finding $kind] {
            lassign $entry path exists by details
            list code $path text [expr {$exists ? "yes" : "no"}] \
                code [Package $details] code $by
        }]
    }
    foreach kind {unknown lookedAt} {
        set $kind [lmap entry [dict get $finding $kind] {
            lassign $entry path details
            list code $path code [Package $details]
        }]
    }
    set untraced [lmap entry [dict get $finding untraced] {
        lassign $entry path why count
        list code $path {*}[reason $why] text $count
    }]
    foreach kind {supervised readonly ended} {
        set $kind [lmap entry [dict get $finding $kind] {
            list code [lindex $entry 0] text [lindex $entry 1]
        }]
    }
    set rules [lmap {path verdict} [dict get $finding rules] {
        list code $path text $verdict
    }]
    set asked {Path Exists Package {First asked for by}}
    return [list Violations $asked $violations \
        {Refused without an answer} $asked $unanswered \
        {Allowed but unknown} {Path Package} $unknown \
        {Unknown, only looked at} {Path Package} $lookedAt \
        {Refused and ignored} $asked $ignored \
        {Not traced} {Program Why Times} $untraced \
        {Could only read the map} {Program Times} $readonly \
        Supervised {Program Times} $supervised \
        {Ended before they started} {Program Times} $ended \
        Rules {Path Verdict} $rules]
}

proc ::dtsm::report::Package {details} {
    return [expr {[dict exists $details package]
        ? [dict get $details package] : ""}]
}

# dtsm::report::write --
#
#      Write a report in one of its formats, see dtsm::report::json.

proc ::dtsm::report::write {format finding contents channel} {
    switch -- $format {
        text {
            puts -nonewline $channel [text $finding]
        }
        list {
            puts -nonewline $channel [listed $finding $contents]
        }
        default {
            $format $finding $contents $channel
        }
    }
}

# dtsm::report::listed --
#
#      A line for each path and each rule.  A path that resolves elsewhere is
#      listed under its own name only.

proc ::dtsm::report::listed {finding contents} {
    set flagsOf {}
    foreach {path verdict} [concat [dict get $finding rules] \
            [::list / [dict get $finding default]]] {
        if {$verdict ne ""} {
            dict set flagsOf $path [expr {$verdict eq "ask"
                ? {prefix ask} : "$verdict prefix"}]
        }
    }
    foreach {path flags} [$contents paths] {
        dict set flagsOf $path $flags
    }
    set lines {}
    foreach {path flags} [lsort -stride 2 $flagsOf] {
        append lines [::dtsm::bytes::shown $path] \t $flags \n
    }
    return $lines
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
#      Write the report for programs, version 1, as UTF-8.  Of a kept map it
#      lacks what that does not tell: command, exit, wall_s, and who was
#      supervised or not traced.
#
# Arguments:
#      contents What the finding is of: its json is the paths.
#      channel  A binary one.

proc ::dtsm::report::json {finding contents channel} {
    set before [::list "\"version\":1"]
    if {[dict exists $finding end]} {
        set end [dict get $finding end]
        set exit [expr {[dict get $end kind] eq "signal"
            ? "\"signal\":[::dtsm::json::string [dict get $end name]]"
            : "\"status\":[dict get $end code]"}]
        lappend before \
            "\"command\":[::dtsm::json::list [dict get $finding command]]" \
            "\"exit\":{$exit}" "\"wall_s\":[format %.3f [dict get $end wall]]"
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
    foreach kind {supervised readonly ended} {
        set $kind [lmap entry [dict get $finding $kind] {
            lassign $entry path count
            string cat "{" [::dtsm::json::path $path] ",\"count\":" $count \
                "}"
        }]
    }
    foreach kind {unknown lookedAt} {
        set $kind [lmap entry [dict get $finding $kind] {
            lassign $entry path details
            string cat "{" [::dtsm::json::path $path] [members $details] "}"
        }]
    }
    foreach kind {violations unanswered ignored} {
        set $kind [lmap entry [dict get $finding $kind] {
            lassign $entry path exists by details
            set exists [expr {$exists ? "true" : "false"}]
            set path [::dtsm::json::path $path]
            set by [::dtsm::json::string $by]
            string cat "{" $path ",\"exists\":" $exists ",\"by\":" $by \
                [members $details] "}"
        }]
    }
    set processes "\"traced\":[dict get $finding traced]"
    if {[dict exists $finding end]} {
        append processes ",\"supervised\":[::dtsm::json::array $supervised]" \
            ",\"untraced\":[::dtsm::json::array $untraced]"
        foreach kind {readonly ended} {
            if {[llength [set $kind]]} {
                append processes \
                    ",\"$kind\":[::dtsm::json::array [set $kind]]"
            }
        }
    }
    lappend before \
        "\"default\":[::dtsm::json::string [dict get $finding default]]" \
        "\"rules\":[::dtsm::json::array $rules]" \
        "\"processes\":{$processes}" \
        "\"paths\":"
    set after [::list {} \
        "\"violations\":[::dtsm::json::array $violations \n]" \
        "\"unknown\":[::dtsm::json::array $unknown \n]" \
        "\"asked\":[dict get $finding asked]" \
        "\"unseen\":[dict get $finding unseen]" \
        "\"unstored\":[dict get $finding unstored]"]
    foreach {kind name} {lookedAt looked_at ignored ignored} {
        if {[llength [set $kind]]} {
            lappend after "\"$name\":[::dtsm::json::array [set $kind] \n]"
        }
    }
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
    $contents json $channel
    puts -nonewline $channel "[join $after ,\n]}\n"
}
