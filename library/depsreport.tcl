# depsreport.tcl --
#
#      What deps::find found, for a reader, as a Build-Depends line, and as
#      JSON.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::deps {
    namespace export text control json

    # A package's name that may stand in a control file.

    variable packageName {^[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9-]+)?$}
}

# dtsm::deps::control --
#
#      A Build-Depends line: what was declared and touched, or leads to what
#      was, as it was written; and what is missing.  A package whose name
#      cannot stand there is told in a comment.

proc ::dtsm::deps::control {found} {
    variable packageName
    set items {}
    set comments {}
    foreach entry [dict get $found entries] {
        lassign $entry text names state
        if {$state in {used needed lookedAt}} {
            lappend items [::dtsm::bytes::shown $text]
        }
    }
    foreach package [dict get $found needed] {
        if {[regexp $packageName $package]} {
            lappend items $package
        } else {
            append comments "# used, but no name for this line:\
                [::dtsm::bytes::shown $package]\n"
        }
    }
    return "Build-Depends:[join [lmap item $items {string cat " " $item}] \
        ,]\n$comments"
}

# dtsm::deps::Names --
#
#      The declared entries of some states, each as its alternatives.

proc ::dtsm::deps::Names {found states} {
    set result {}
    foreach entry [dict get $found entries] {
        if {[lindex $entry 2] in $states} {
            lappend result [join [lindex $entry 1] " | "]
        }
    }
    return [lsort -unique $result]
}

# dtsm::deps::Entries --
#
#      Lines for the declared entries of some states: as they were declared,
#      and how many files of which packages were used.

proc ::dtsm::deps::Entries {found states} {
    set lines {}
    foreach entry [dict get $found entries] {
        lassign $entry text names state packages credit
        if {$state ni $states} {
            continue
        }
        set line "  [::dtsm::bytes::shown $text]"
        if {[dict size $credit]} {
            set count [::tcl::mathop::+ {*}[dict values $credit]]
            set line [format "%-32s %5d %s" $line $count [Files $count]]
            set packages [lsort [dict keys $credit]]
            if {[lindex $packages 0] ni $names || [llength $packages] > 1} {
                append line " of [join [lmap package $packages {
                    ::dtsm::bytes::shown $package
                }] {, }]"
            }
        }
        lappend lines $line
    }
    return [lsort -unique $lines]
}

proc ::dtsm::deps::Files {count} {
    return [expr {$count == 1 ? "file" : "files"}]
}

# dtsm::deps::Counted --
#
#      Lines that name packages and how many of their files.

proc ::dtsm::deps::Counted {packages} {
    return [lmap {package count} $packages {
        format "  %-30s %5d %s" [::dtsm::bytes::shown $package] $count \
            [Files $count]
    }]
}

# dtsm::deps::Looked --
#
#      The same of packages that may not be needed: their number, unless all
#      is to be listed.

proc ::dtsm::deps::Looked {packages} {
    if {![llength $packages] || $::dtsm::report::verbose} {
        return [Counted $packages]
    }
    return [list "[::dtsm::report::counted [expr {[llength $packages] / 2}] \
        package packages] (--verbose lists them)"]
}

# dtsm::deps::Ignored --
#
#      Lines that name what was ignored, and whose it is.

proc ::dtsm::deps::Ignored {found} {
    return [lmap entry [dict get $found ignored] {
        lassign $entry path package
        string cat "  " [::dtsm::bytes::shown $path] " (of " \
            [::dtsm::bytes::shown $package] ")"
    }]
}

# dtsm::deps::Grouped --
#
#      The packages that were used, by why they may be: implied by others that
#      were declared, basic, or undeclared; those that were declared
#      themselves are in none.

proc ::dtsm::deps::Grouped {found} {
    set direct {}
    foreach entry [dict get $found entries] {
        lappend direct {*}[lindex $entry 3]
    }
    set groups {implied {} basic {} undeclared {}}
    foreach {package count} [dict get $found used] {
        if {$package in [dict get $found undeclared]} {
            dict lappend groups undeclared $package $count
        } elseif {$package ni $direct} {
            dict lappend groups [expr {[dict exists $found base $package]
                ? "basic" : "implied"}] $package $count
        }
    }
    return $groups
}

# dtsm::deps::text --
#
#      For a reader.

proc ::dtsm::deps::text {found} {
    set groups [Grouped $found]
    set looked {}
    foreach {package count} [dict get $found lookedAt] {
        if {![dict exists $found base $package]} {
            lappend looked $package $count
        }
    }
    set lines {}
    foreach {head body} [list \
        "declared and used" [Entries $found used] \
        "declared, and what it needs was used" [Entries $found needed] \
        "used, needed by what is declared" \
            [Counted [dict get $groups implied]] \
        "used and NOT declared" [Counted [dict get $groups undeclared]] \
        "declared and only looked at" [Entries $found lookedAt] \
        "declared and never touched" [Entries $found untouched] \
        "declared, but not installed" [Entries $found absent] \
        "only looked at, or read with a whole directory" [Looked $looked] \
        "used, of no package" [lmap path [dict get $found unowned] {
            string cat "  " [::dtsm::bytes::shown $path]
        }] \
        "ignored, of packages that are not declared" [Ignored $found] \
    ] {
        if {[llength $body] == 1 && [string index [lindex $body 0] 0] ne " "} {
            lappend lines "$head: [lindex $body 0]"
        } elseif {[llength $body]} {
            lappend lines "$head:" {*}$body
        }
    }
    lappend lines "used, of every build: [::dtsm::report::counted [expr {
        [llength [dict get $groups basic]] / 2}] package packages]"
    return [join $lines \n]\n
}

# dtsm::deps::json --
#
#      For programs, version 1.

proc ::dtsm::deps::json {found} {
    foreach group {used lookedAt} {
        set $group [::dtsm::json::array [lmap {package count} \
                [dict get $found $group] {
            set package [::dtsm::json::string $package]
            string cat "{\"package\":" $package ",\"files\":" $count "}"
        }]]
    }
    set unowned [lmap path [dict get $found unowned] {
        string cat "{" [::dtsm::json::path $path] "}"
    }]
    set ignored [lmap entry [dict get $found ignored] {
        lassign $entry path package
        set path [::dtsm::json::path $path]
        string cat "{" $path ",\"package\":" \
            [::dtsm::json::string $package] "}"
    }]
    set members [list "\"version\":1" "\"used\":$used"]
    foreach {name states} {
        declared {used needed} untouched untouched not_installed absent
    } {
        lappend members "\"$name\":[::dtsm::json::list [Names $found $states]]"
    }
    lappend members \
        "\"undeclared\":[::dtsm::json::list [dict get $found undeclared]]" \
        "\"looked_at\":$lookedAt" \
        "\"unowned\":[::dtsm::json::array $unowned]" \
        "\"ignored\":[::dtsm::json::array $ignored]"
    return "{[join $members ,\n]}\n"
}
