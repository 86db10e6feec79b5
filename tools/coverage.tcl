# coverage.tcl --
#
#       Make doc/coverage.md, the table of the names that take a path, from
#       the list:
#
#       tclsh coverage.tcl ?-nm NM? ?-cc CC? ?-check? inject.syms TABLE
#
#       -check   Write nothing; exit 1 when TABLE is not what it would be,
#                which for the versions can only be told with the C library
#                that it was made with.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

source -encoding utf-8 [file join [file dirname [info script]] symlist.tcl]

set nm nm
set cc cc
set check 0
while {[string match -* [lindex $argv 0]]} {
    switch -- [lindex $argv 0] {
        -nm {set nm [lindex $argv 1]}
        -cc {set cc [lindex $argv 1]}
        -check {
            set check 1
            set argv [lrange $argv 1 end]
            continue
        }
        default {symlist::fail "unknown option [lindex $argv 0]"}
    }
    set argv [lrange $argv 2 end]
}
if {[llength $argv] != 2} {
    symlist::fail "usage: coverage.tcl ?-nm NM? ?-cc CC? ?-check? LIST TABLE"
}
lassign $argv listFile tableFile

set list [symlist::read $listFile]
set present [symlist::libraryNames $nm $cc]

# The C library, as it names itself.
set library "the C library"
if {![catch {exec getconf GNU_LIBC_VERSION} version]} {
    set library "$version on $tcl_platform(machine)"
}

# since --
#
#       The first version of a name; more than one when older code is kept.

proc since {name} {
    upvar 1 present present
    if {![dict exists $present $name]} {
        return -
    }
    set versions {}
    foreach {version -} [dict get $present $name] {
        lappend versions [regsub {^GLIBC_} $version {}]
    }
    return [lindex [lsort -dictionary $versions] 0]
}

proc table {list library} {
    upvar 1 present present
    set text "# What the injected library wraps\n\n"
    append text "Made by `make doc` from trace/inject/inject.syms, with\
        $library.\n"
    append text "*Since* is the first version of the C library that has the\
        name; `-`: this\none does not have it, and a newer one that does is\
        covered all the same.\n*Old* says that a program linked with an older\
        version of the name, which\nmeans something else, keeps that\
        meaning.\n"
    dict for {group how} [dict get $list groups] {
        append text "\n## $group\n\n$how\n\n| name | since | old |\n|-|-|-|\n"
        dict for {name of} [dict get $list group] {
            if {$of eq $group} {
                append text "| $name | [since $name] |\
                    [expr {$name in [dict get $list old] ? "yes" : ""}] |\n"
            }
        }
    }
    append text "\n## Not wrapped\n\nThese read or write files of libc's own\
        choice, which are not recorded:\n\n"
    set line {}
    foreach name [lsort [dict get $list unseen]] {
        if {[string length $line] + [string length $name] > 74} {
            append text $line,\n
            set line {}
        } elseif {$line ne {}} {
            append line {, }
        }
        append line $name
    }
    return $text$line.\n
}

set text [table $list $library]
if {!$check} {
    symlist::write $tableFile $text
    exit 0
}
set former [join [symlist::lines $tableFile] \n]
if {[string first " with $library.\n" $former] < 0} {
    # Another C library: all but the versions.
    foreach name {text former} {
        regsub -line { with .*\.$} [set $name] {} $name
        regsub -all -line {^(\| \S+ \|) \S+ } [set $name] {\1 } $name
    }
}
if {$text ne $former} {
    symlist::fail "$tableFile is not what $listFile says; `make doc` makes it"
}
