# syms.tcl --
#
#       Make the list of wrapped symbols and the export map:
#
#       tclsh syms.tcl ?-nm NM? ?-cc CC? dtsmTrace.syms HEADER MAP
#
#       HEADER gets one line DTSM_SYM(name) for each name of the list that
#       the C library of this machine has, in the order of the list, and then
#       DTSM_ABSENT(name) for each that it lacks, whose wrapper is compiled
#       all the same; MAP is the linker's version script that exports just
#       the former.
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
if {[llength $argv] != 3} {
    symlist::fail "usage: syms.tcl ?-nm NM? ?-cc CC? LIST HEADER MAP"
}
lassign $argv listFile headerFile mapFile

set wanted [dict get [symlist::read $listFile] wrapped]
set present [symlist::libraryNames $nm $cc]
set kept {}
set absent {}
foreach name $wanted {
    if {[dict exists $present $name]} {
        lappend kept $name
    } else {
        lappend absent $name
    }
}
if {[llength $kept] == 0} {
    symlist::fail "the C library has none of the names of $listFile"
}

set header "/* Made by tools/syms.tcl from dtsmTrace.syms. */\n"
foreach name $kept {
    append header "DTSM_SYM($name)\n"
}
foreach name $absent {
    append header "DTSM_ABSENT($name)\n"
}
set map "{\n    global:\n"
foreach name $kept {
    append map "        $name;\n"
}
append map "    local:\n        *;\n};\n"
symlist::write $headerFile $header
symlist::write $mapFile $map
puts "[llength $kept] names to wrap; [llength $absent] that this C library\
        does not have: $absent"
