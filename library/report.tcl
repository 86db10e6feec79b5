# report.tcl --
#
#      What a session found: the words and the order that all formats share.
#      The formats are in reporttext.tcl, reportjson.tcl, reportmarkdown.tcl
#      and reporthtml.tcl.
#
# A finding is the dictionary of the session's collect, with `command' (the
# words of it) and `end' (the session's wait); one of a kept map (contents.tcl)
# has neither.  All text is byte strings.  There may be many paths, so they are
# never Tcl values here, unless a format lists them.
#
# The order in all formats: the verdict in one sentence; hidden files, by
# package, with what to do about them; what was refused for want of an answer;
# hidden paths that are absent anyway; programs looked for in PATH; what is
# ignored; what is unknown; what was not traced; the run and its rules.
#
# Names, reasons and messages are others' text: a build's processes, a map and
# registries can put anything into them.  Each format has one procedure that
# writes such text, and nothing else does: dtsm::bytes::shown (text),
# dtsm::json::string and path, Span and Code (Markdown), Html.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::report {
    namespace export write verdict only

    # 1: list what is folded otherwise.

    variable verbose 0

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

# dtsm::report::existing, dtsm::report::absent --
#
#      The violations whose files are there, and the others.

proc ::dtsm::report::existing {finding} {
    return [lmap entry [dict get $finding violations] {
        if {![lindex $entry 1]} {
            continue
        }
        set entry
    }]
}

proc ::dtsm::report::absent {finding} {
    return [lmap entry [dict get $finding violations] {
        if {[lindex $entry 1]} {
            continue
        }
        set entry
    }]
}

# dtsm::report::byPackage --
#
#      Violations by the package that owns their files.
#
# Results:
#      package entries ..., sorted; those of no known package last, as "".

proc ::dtsm::report::byPackage {violations} {
    set groups {}
    foreach entry $violations {
        dict lappend groups [Package [lindex $entry 3]] $entry
    }
    set last {}
    if {[dict exists $groups {}]} {
        set last [list {} [dict get $groups {}]]
        dict unset groups {}
    }
    return [concat [lsort -stride 2 $groups] $last]
}

proc ::dtsm::report::Package {details} {
    return [expr {[dict exists $details package]
        ? [dict get $details package] : ""}]
}

# dtsm::report::remedy --
#
#      What can be copied to be rid of a violation: the dependency, or a line
#      for a policy.

proc ::dtsm::report::remedy {path details} {
    set package [Package $details]
    return [expr {$package eq "" ? "ignore [::dtsm::bytes::written $path]"
        : "Build-Depends: $package"}]
}

# dtsm::report::partial --
#
#      1 if something of the run was not seen.

proc ::dtsm::report::partial {finding} {
    return [expr {[llength [dict get $finding untraced]]
        || [llength [dict get $finding readonly]]
        || [dict get $finding unseen] != 0 || [dict get $finding unstored]
        || [dict get $finding lost]}]
}

# dtsm::report::verdict --
#
#      What a run showed, in one sentence without its full stop.

proc ::dtsm::report::verdict {finding} {
    set hidden [llength [existing $finding]]
    set unanswered [llength [dict get $finding unanswered]]
    set unknown [llength [dict get $finding unknown]]
    if {$hidden} {
        set text [counted $hidden "undeclared file was hidden" \
            "undeclared files were hidden"]
    } elseif {$unanswered} {
        set text "[counted $unanswered path paths] could not be used, because\
            the registry gave no answer"
    } elseif {$unknown} {
        set text "nothing was hidden, but [counted $unknown \
            "unknown path was" "unknown paths were"] used"
    } elseif {[dict get $finding default] eq "allow"
            && ![regexp {deny|ask} [dict values [dict get $finding rules]]]} {
        set text "no rule hides anything: all was allowed and recorded"
    } else {
        set text "nothing undeclared was used"
    }
    if {[partial $finding]} {
        append text ", as far as dtsm could see"
    }
    return $text
}

# dtsm::report::only --
#
#      A finding of which only one kind is reported: hidden, unknown, or used.

proc ::dtsm::report::only {finding kind} {
    dict set finding only $kind
    foreach {name kinds} {
        violations hidden unanswered hidden probed hidden ignored hidden
        unknown unknown lookedAt unknown
        untraced {} supervised {} readonly {} ended {} waiting {} rules {}
    } {
        if {$kind ne $kinds} {
            dict set finding $name {}
        }
    }
    return $finding
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

# dtsm::report::facts --
#
#      What a page of Markdown or HTML says about the run.
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
        hidden "[llength [existing $finding]] files,\
            [llength [absent $finding]] absent paths"
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
#      The tables of a page of Markdown or HTML.
#
# Results:
#      heading columns rows ...; a row has for each cell its kind (code:
#      others' text; line: the same, written as in a policy; text: ours) and
#      its bytes.

proc ::dtsm::report::tables {finding} {
    set hidden {}
    foreach {package entries} [byPackage [existing $finding]] {
        foreach entry $entries {
            lassign $entry path . by details
            lappend hidden [list code $package code $path code $by \
                line [remedy $path $details]]
        }
    }
    dict set finding absent [absent $finding]
    foreach kind {unanswered absent probed ignored} {
        set $kind [lmap entry [dict get $finding $kind] {
            list code [lindex $entry 0] code [lindex $entry 2]
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
    set asked {Path {First asked for by}}
    return [list \
        {Undeclared files that were hidden} {Package Path
            {First asked for by} {To declare or ignore it}} $hidden \
        {Refused because the registry gave no answer} $asked $unanswered \
        {Hidden paths that are absent anyway} $asked $absent \
        {Looked for in PATH, hidden and absent} $asked $probed \
        {Hidden and ignored} $asked $ignored \
        {Unknown and used} {Path Package} $unknown \
        {Unknown, only looked at} {Path Package} $lookedAt \
        {Not traced} {Program Why Times} $untraced \
        {Could only read the map} {Program Times} $readonly \
        {Ended before they started} {Program Times} $ended \
        Supervised {Program Times} $supervised]
}

# dtsm::report::ruleTable --
#
#      The rules, in the form of tables.

proc ::dtsm::report::ruleTable {finding} {
    return [list Rules {Path Verdict} [lmap {path verdict} \
            [dict get $finding rules] {
        list code $path text $verdict
    }]]
}

# dtsm::report::write --
#
#      Write a report in one of its formats; each has a procedure.
#
# Arguments:
#      contents What the finding is of: its paths and json are the paths.
#      channel  A binary one.

proc ::dtsm::report::write {format finding contents channel} {
    [string map {list listing} $format] $finding $contents $channel
}
