# settings.tcl --
#
#      What a command line of run or deps asks for.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# dtsm::command::Parse --
#
#      The settings that a command line of run or deps asks for, as a
#      dictionary: verb, rules, default, report, fail-on, keep, map-dir,
#      supervise, processes, format, patience, quiet, verbose, live, summary,
#      only, registry, depends, policy, ignore (lists), command.

proc ::dtsm::command::Parse {verb words} {
    lassign [::dtsm::options::parse $verb $words] options command
    set result [list verb $verb rules {} ignore {} default {} report {} \
        keep {} map-dir {} fail-on {} supervise 1 processes 0 format {} \
        registry {} depends {} policy {} patience 60 quiet 0 \
        verbose 0 live 0 summary {} only {}]
    foreach {option value} $options {
        ::dtsm::options::checkWord $verb $option $value
        set result [Set $result $verb $option $value]
    }
    if {[dict get $result keep] eq "-"} {
        ::dtsm::options::wrong "--keep needs a file: a map is mapped, and\
            cannot go to standard output" "help $verb"
    }
    if {[dict get $result keep] ne "" && [dict get $result map-dir] ne ""} {
        ::dtsm::options::wrong "--keep and --map-dir both say where the map\
            lies" "help $verb"
    }
    if {$verb eq "run" && [llength [dict get $result depends]]
            && ![llength [dict get $result registry]]} {
        ::dtsm::options::wrong "--depends needs --registry"
    }
    if {![llength $command]} {
        ::dtsm::options::wrong "no command given" "help $verb"
    }
    if {[dict get $result only] ne "" && [dict get $result report] eq ""} {
        ::dtsm::options::wrong "--only needs --report" "help $verb"
    }
    if {[dict get $result format] eq ""} {
        dict set result format [expr {$verb eq "deps" ? "text"
            : [FormatOf [dict get $result report] json]}]
    } elseif {[dict get $result report] eq "" && $verb eq "run"} {
        ::dtsm::options::wrong "--format needs --report" "help run"
    }
    dict set result command $command
    return $result
}

# dtsm::command::Set --
#
#      Settings with one option more.

proc ::dtsm::command::Set {settings verb option value} {
    set name [string range $option 2 end]
    switch -- $option {
        --allow - --deny - --ask {
            dict lappend settings rules $name $value
        }
        --report - --keep - --map-dir - --summary {
            dict set settings $name [::dtsm::bytes::toFile $value]
        }
        --registry - --policy - --ignore {
            dict lappend settings $name $value
        }
        --ignore-from {
            dict lappend settings ignore {*}[IgnoredBy $value]
        }
        --depends {
            dict lappend settings depends [list $option $value]
        }
        --depends-from {
            Need depends
            dict lappend settings depends [list \
                [::dtsm::bytes::shown $value] [::dtsm::depends::control $value]]
        }
        --fail-on {
            if {$value eq "never"} {
                dict set settings fail-on {}
            } else {
                dict lappend settings fail-on $value
            }
        }
        --patience {
            # Programs read it too, as plain digits.
            if {![regexp {^[1-9][0-9]{0,4}$} $value] || $value > 86400} {
                ::dtsm::options::wrong "--patience is a number of\
                    seconds, 1 to 86400, not\
                    \"[::dtsm::bytes::shown $value]\"" "help $verb"
            }
            dict set settings patience $value
        }
        --strict {
            dict lappend settings fail-on untraced
        }
        --no-supervise {
            dict set settings supervise 0
        }
        --processes {
            dict set settings processes 1
        }
        --quiet - --verbose - --live {
            dict set settings $name 1
        }
        default {
            dict set settings $name $value
        }
    }
    return $settings
}

# dtsm::command::IgnoredBy --
#
#      The paths that a policy says to ignore.

proc ::dtsm::command::IgnoredBy {name} {
    Need policy
    return [dict get [::dtsm::policy::load $name] ignore]
}

# dtsm::command::FormatOf --
#
#      The format that a report's name asks for.
#
# Arguments:
#      none     The format if the name has no ending.
#
# Errors: DTSM USAGE if no format has this ending.

proc ::dtsm::command::FormatOf {file none} {
    set ending [file extension [string trimleft [file tail $file] .]]
    switch -- [string tolower $ending] {
        "" - . {
            return $none
        }
        .json {
            return json
        }
        .html - .htm {
            return html
        }
        .md - .markdown {
            return markdown
        }
        .txt {
            return text
        }
    }
    set ending [::dtsm::bytes::shown [::dtsm::bytes::fromText $ending]]
    ::dtsm::options::wrong "no report format has the ending \"$ending\"\
        (.json, .txt, .md and .html do); give --format"
}

# dtsm::command::Compose --
#
#      Put the policies' rules, and what they ignore, before those of the
#      command line.

proc ::dtsm::command::Compose {settings} {
    Need ignore
    set ignore {}
    set names [dict get $settings policy]
    if {![llength $names] && [llength [dict get $settings registry]]} {
        set names packages
    }
    set rules {}
    set default allow
    foreach name $names {
        Need policy
        set policy [::dtsm::policy::load $name]
        lappend rules {*}[dict get $policy rules]
        lappend ignore {*}[dict get $policy ignore]
        if {[dict get $policy default] ne ""} {
            set default [dict get $policy default]
        }
    }
    dict set settings rules [concat $rules [dict get $settings rules]]
    dict set settings ignore [::dtsm::ignore::places \
        [concat $ignore [dict get $settings ignore]]]
    if {[dict get $settings default] eq ""} {
        dict set settings default $default
    }
    return $settings
}
