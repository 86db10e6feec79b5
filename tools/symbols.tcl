# symbols.tcl --
#
#       Check that the list of symbols, the injected library and the C library
#       agree:
#
#       tclsh symbols.tcl ?-nm NM? ?-cc CC? LIST NOPATH HEADER LIBRARY
#
# LIBRARY exports every wrapped name that this C library has, and nothing
# else.  A public name of the GNU C library is in LIST or in NOPATH, and an
# older version of a wrapped name that is other code is named by %old.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

source -encoding utf-8 [file join [file dirname [info script]] symlist.tcl]

set nm nm
set cc cc
while {[string match -* [lindex $argv 0]]} {
    switch -- [lindex $argv 0] {
        -nm {set nm [lindex $argv 1]}
        -cc {set cc [lindex $argv 1]}
        default {symlist::fail "unknown option [lindex $argv 0]"}
    }
    set argv [lrange $argv 2 end]
}
if {[llength $argv] != 4} {
    symlist::fail "usage: symbols.tcl ?-nm NM? ?-cc CC? LIST NOPATH HEADER\
            LIBRARY"
}
lassign $argv listFile nopathFile headerFile library
set status 0
proc flaw {message} {
    puts stderr "symbols.tcl: $message"
    set ::status 1
}

set list [symlist::read $listFile]
set wanted [dict create]
set text [join [symlist::lines $headerFile] \n]
foreach {- name} [regexp -all -inline {DTSM_SYM\((\w+)\)} $text] {
    dict set wanted $name 1
}
foreach name [dict get $list hook] {
    dict set wanted $name 1
}
set exported [symlist::dynamicNames $nm $library]
foreach name [dict keys $wanted] {
    if {![dict exists $exported $name]} {
        flaw "$name is listed and $library lacks it"
    }
}
foreach name [dict keys $exported] {
    if {![dict exists $wanted $name]} {
        flaw "$library exports $name, which is not listed"
    }
}

set present [symlist::libraryNames $nm $cc]
set nopath [dict create]
set families {}
foreach name [symlist::readNames $nopathFile] {
    if {[string match *\\** $name]} {
        lappend families $name
    } elseif {[dict exists $nopath $name]} {
        flaw "$name stands twice in $nopathFile"
    } else {
        dict set nopath $name 1
    }
}
foreach name [concat [dict get $list wrapped] [dict get $list unseen]] {
    if {[dict exists $nopath $name]} {
        flaw "$name stands in $listFile and in $nopathFile"
    }
    dict set nopath $name 1
}
dict for {name versions} $present {
    if {![dict exists $present gnu_get_libc_version]} {
        break
    }
    set public 0
    foreach {version -} $versions {
        if {$version ne "GLIBC_PRIVATE"} {
            set public 1
        }
    }
    if {$public && ![dict exists $nopath $name]
            && 1 ni [lmap family $families {string match $family $name}]} {
        flaw "this C library has a name that is not known: $name.  Does it\
                take a path?  Put it into $listFile or into $nopathFile"
    }
    if {[dict exists $wanted $name] && $name ni [dict get $list old]
            && [llength [symlist::older $versions]]} {
        flaw "$name has an older version that is other code\
                ([symlist::older $versions]); wrap it and name it in %old"
    }
}
puts "[dict size $exported] names wrapped,\
        [llength [dict get $list unseen]] known that are not"
exit $status
