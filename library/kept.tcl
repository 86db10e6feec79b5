# kept.tcl --
#
#      The verbs of the dtsm command for what runs leave behind: kept maps and
#      reports (stat, check, report), and leftovers of killed runs (clean).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# dtsm::command::WithMap --
#
#      Attach to a kept map, run the script with its command in varName, and
#      detach.

proc ::dtsm::command::WithMap {verb words varName script} {
    upvar 1 $varName map
    if {$verb ne "report"} {
        lassign [::dtsm::options::parse $verb $words] . words
    }
    if {[llength $words] != 1} {
        ::dtsm::options::wrong "$verb takes one file" "help $verb"
    }
    set file [::dtsm::bytes::toFile [lindex $words 0]]
    if {![file isfile $file]} {
        return -code error -errorcode {DTSM NOMAP} "\"$file\" is\
            [expr {[file exists $file] ? {not a map} : {not there}}]"
    }
    if {![file size $file]} {
        return -code error -errorcode {DTSM NOMAP} \
            "\"$file\" is empty, not a map"
    }
    set map [::dtsm::open $file -readonly 1]
    try {
        uplevel 1 $script
    } finally {
        $map close
    }
}

proc ::dtsm::command::Verb-stat {trace words} {
    WithMap stat $words map {
        dict for {name value} [$map stats] {
            puts "$name $value"
        }
    }
    return 0
}

proc ::dtsm::command::Verb-check {trace words} {
    WithMap check $words map {
        set flaws [$map check]
    }
    foreach flaw $flaws {
        puts "[lindex $flaw 0] (at byte [lindex $flaw 1])"
    }
    if {[llength $flaws]} {
        return 1
    }
    puts "no flaws"
    return 0
}

# dtsm::command::Verb-report --
#
#      Print a kept map, or a report in JSON, in any format.

proc ::dtsm::command::Verb-report {trace words} {
    lassign [::dtsm::options::parse report $words] options words
    Need ignore
    set settings {format {} ignore {} output - only {} verbose 0}
    foreach {option value} $options {
        ::dtsm::options::checkWord report $option $value
        switch -- $option {
            --ignore {
                dict lappend settings ignore $value
            }
            --ignore-from {
                dict lappend settings ignore {*}[IgnoredBy $value]
            }
            --verbose {
                dict set settings verbose 1
            }
            --output {
                dict set settings output [::dtsm::bytes::toFile $value]
            }
            default {
                dict set settings [string range $option 2 end] $value
            }
        }
    }
    if {[dict get $settings format] eq ""} {
        dict set settings format [FormatOf [dict get $settings output] list]
    }
    if {[llength $words] == 1 && [IsJson [lindex $words 0]]} {
        ShowJson [lindex $words 0] $settings
    } else {
        WithMap report $words map {
            Need contents
            Show [::dtsm::Contents new $map] $settings
        }
    }
    return 0
}

# dtsm::command::IsJson --
#
#      1 if a file begins as an object in JSON does, which no map does.

proc ::dtsm::command::IsJson {name} {
    set file [::dtsm::bytes::toFile $name]
    if {![file isfile $file]} {
        return 0
    }
    set channel [open $file rb]
    set start [read $channel 64]
    close $channel
    return [string match \{* [string trimleft $start " \t\r\n"]]
}

# dtsm::command::ShowJson --
#
#      Show a report in JSON.

proc ::dtsm::command::ShowJson {name settings} {
    Need json jsonread reported
    try {
        set contents [::dtsm::Reported new [::dtsm::bytes::contents $name]]
    } trap {DTSM REPORT} {message options} {
        return -options $options "\"[::dtsm::bytes::shown $name]\": $message"
    }
    Show $contents $settings
}

# dtsm::command::Show --
#
#      Write what a dtsm::Contents or dtsm::Reported tells.

proc ::dtsm::command::Show {contents settings} {
    Need report
    set ::dtsm::report::verbose [dict get $settings verbose]
    set format [dict get $settings format]
    set finding [::dtsm::ignore::apply [$contents finding] \
        [::dtsm::ignore::places [dict get $settings ignore]]]
    set file [dict get $settings output]
    CloseReport [OpenReport $file] $file \
        [Writer $format $finding $contents [dict get $settings only]]
    if {$format eq "list" && [dict get $finding unstored]} {
        Say [::dtsm::report::full $finding]
    }
}

# dtsm::command::Verb-clean --
#
#      Remove what killed runs left behind, and print its names.

proc ::dtsm::command::Verb-clean {trace words} {
    Need place leftovers
    lassign [::dtsm::options::parse clean $words] options words
    if {[llength $words]} {
        ::dtsm::options::wrong "clean takes no file" "help clean"
    }
    set status 0
    foreach directory [::dtsm::leftovers::find] {
        set names [lmap file [list [::dtsm::leftovers::mapOf $directory] \
                $directory] {
            if {$file eq ""} {
                continue
            }
            ::dtsm::bytes::fromText $file
        }]
        if {![dict exists $options --dry-run]} {
            try {
                if {![::dtsm::leftovers::remove $directory]} {
                    continue
                }
            } on error message {
                Say "[::dtsm::bytes::shown [lindex $names end]] stays: $message"
                set status 1
                continue
            }
        }
        foreach name $names {
            puts [::dtsm::bytes::shown $name]
        }
    }
    return $status
}
