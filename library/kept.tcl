# kept.tcl --
#
#      The verbs of the dtsm command for what runs leave: kept maps (stat,
#      check, report), and what must not stay (clean).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# dtsm::command::WithMap --
#
#      Attach to a kept map, run the script with its command in varName, and
#      detach.

proc ::dtsm::command::WithMap {verb words varName script} {
    upvar 1 $varName map
    if {[llength $words] != 1} {
        ::dtsm::options::wrong "$verb takes the name of one file" "help $verb"
    }
    set file [::dtsm::bytes::toFile [lindex $words 0]]
    if {![file isfile $file]} {
        return -code error -errorcode {DTSM NOMAP} "\"$file\" is\
            [expr {[file exists $file] ? {no map} : {not there}}]"
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

proc ::dtsm::command::Verb-report {trace words} {
    lassign [::dtsm::options::parse report $words] options words
    Need ignore
    set format list
    set ignore {}
    foreach {option value} $options {
        ::dtsm::options::checkWord report $option $value
        switch -- $option {
            --format {
                set format $value
            }
            --ignore {
                lappend ignore $value
            }
            --ignore-from {
                lappend ignore {*}[IgnoredBy $value]
            }
        }
    }
    WithMap report $words map {
        if {$format eq "list"} {
            # What resolves elsewhere is there under its own name, and the
            # tracer's notes are spellings too.
            foreach {path flags} [lsort -stride 2 \
                    [$map get -bytes 1 -void 1 -without alias]] {
                puts "[::dtsm::bytes::shown $path]\t$flags"
            }
            set unstored [$map count unstored]
            if {$unstored} {
                Need report
                flush stdout
                Say [::dtsm::report::full [list unstored $unstored]]
            }
        } else {
            Need contents json report
            NeedFormat $format
            set contents [::dtsm::Contents new $map]
            set finding [::dtsm::ignore::apply [$contents finding] \
                [::dtsm::ignore::places $ignore]]
            ::dtsm::report::write $format $finding $contents stdout
        }
    }
    return 0
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
    foreach folder [::dtsm::leftovers::find] {
        set names [lmap file [list [::dtsm::leftovers::mapOf $folder] \
                $folder] {
            if {$file eq ""} {
                continue
            }
            ::dtsm::bytes::fromText $file
        }]
        if {![dict exists $options --dry-run]} {
            try {
                if {![::dtsm::leftovers::remove $folder]} {
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
