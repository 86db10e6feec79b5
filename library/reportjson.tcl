# reportjson.tcl --
#
#      A report for programs, in JSON, as UTF-8.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

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

# dtsm::report::object --
#
#      An object that begins with a path.
#
# Arguments:
#      args     Further members, as JSON.

proc ::dtsm::report::object {path args} {
    return "{[join [concat [list [::dtsm::json::path $path]] $args] ,]}"
}

# dtsm::report::refusals, dtsm::report::knowns, dtsm::report::programs --
#
#      Arrays of refused paths, of unknown ones, and of programs.

proc ::dtsm::report::refusals {entries} {
    return [::dtsm::json::array [lmap entry $entries {
        lassign $entry path exists by details
        object $path "\"exists\":[expr {$exists ? "true" : "false"}]" \
            "\"by\":[::dtsm::json::string $by][members $details]"
    }] \n]
}

proc ::dtsm::report::knowns {entries} {
    return [::dtsm::json::array [lmap entry $entries {
        lassign $entry path details
        string cat "{" [::dtsm::json::path $path] [members $details] "}"
    }] \n]
}

proc ::dtsm::report::programs {entries} {
    return [::dtsm::json::array [lmap entry $entries {
        set count "\"count\":[lindex $entry end]"
        if {[llength $entry] > 2} {
            set count "\"why\":[::dtsm::json::string [lindex $entry 1]],$count"
        }
        object [lindex $entry 0] $count
    }]]
}

# dtsm::report::ofRun --
#
#      The members about the run: command, exit and wall_s, which a kept map
#      does not tell, default, rules, and processes.

proc ::dtsm::report::ofRun {finding} {
    set result {}
    if {[dict exists $finding end]} {
        set end [dict get $finding end]
        set exit [expr {[dict get $end kind] eq "signal"
            ? "\"signal\":[::dtsm::json::string [dict get $end name]]"
            : "\"status\":[dict get $end code]"}]
        lappend result \
            "\"command\":[::dtsm::json::list [dict get $finding command]]" \
            "\"exit\":{$exit}" "\"wall_s\":[format %.3f [dict get $end wall]]"
    }
    set rules [lmap {path verdict} [dict get $finding rules] {
        object $path "\"verdict\":[::dtsm::json::string $verdict]"
    }]
    set processes "\"traced\":[dict get $finding traced]"
    if {[dict exists $finding end]} {
        foreach kind {supervised untraced readonly ended} {
            set entries [dict get $finding $kind]
            if {$kind in {supervised untraced} || [llength $entries]} {
                append processes ",\"$kind\":[programs $entries]"
            }
        }
    }
    lappend result \
        "\"default\":[::dtsm::json::string [dict get $finding default]]" \
        "\"rules\":[::dtsm::json::array $rules]" "\"processes\":{$processes}"
    return $result
}

# dtsm::report::ofRegistry --
#
#      The members about the registry's failures, if there are any.

proc ::dtsm::report::ofRegistry {finding} {
    set result {}
    if {[dict get $finding silent]} {
        lappend result "\"unanswered\":{\"count\":[
            dict get $finding silent],\"paths\":[
            refusals [dict get $finding unanswered]]}"
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
            object $path "\"seconds\":[format %.3f $seconds]"
        }]]"
    }
    if {[llength $registry]} {
        lappend result "\"registry\":{[join $registry ,]}"
    }
    return $result
}

# dtsm::report::json --
#
#      Write the report, version 1.

proc ::dtsm::report::json {finding contents channel} {
    set before [concat [list "\"version\":1"] [ofRun $finding] \
        [list "\"paths\":"]]
    set after [list {} \
        "\"violations\":[refusals [dict get $finding violations]]" \
        "\"unknown\":[knowns [dict get $finding unknown]]" \
        "\"asked\":[dict get $finding asked]" \
        "\"unseen\":[dict get $finding unseen]" \
        "\"unstored\":[dict get $finding unstored]"]
    if {[llength [dict get $finding lookedAt]]} {
        lappend after "\"looked_at\":[knowns [dict get $finding lookedAt]]"
    }
    foreach kind {ignored probed} {
        if {[llength [dict get $finding $kind]]} {
            lappend after "\"$kind\":[refusals [dict get $finding $kind]]"
        }
    }
    lappend after {*}[ofRegistry $finding]
    puts -nonewline $channel "{[join $before ,\n]"
    $contents json $channel
    puts -nonewline $channel "[join $after ,\n]}\n"
}
