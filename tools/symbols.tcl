# symbols.tcl --
#
#       Check that the list of symbols and the injected library agree:
#
#       tclsh symbols.tcl ?-nm NM? dtsmTrace.syms dtsmTraceSyms.h LIBRARY
#
# The library exports every wrapped name that this C library has, and nothing
# else.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

source -encoding utf-8 [file join [file dirname [info script]] symlist.tcl]

set nm nm
if {[lindex $argv 0] eq "-nm"} {
    set nm [lindex $argv 1]
    set argv [lrange $argv 2 end]
}
lassign $argv listFile headerFile library
set status 0
set list [symlist::read $listFile]

set channel [open $headerFile]
set wanted [dict create]
foreach {- name} [regexp -all -inline {DTSM_SYM\((\w+)\)} [read $channel]] {
    dict set wanted $name 1
}
close $channel
set exported [symlist::dynamicNames $nm $library]
foreach name [dict keys $wanted] {
    if {![dict exists $exported $name]} {
        puts stderr "symbols.tcl: $name is listed and $library lacks it"
        set status 1
    }
}
foreach name [dict keys $exported] {
    if {![dict exists $wanted $name]} {
        puts stderr "symbols.tcl: $library exports $name, which is not listed"
        set status 1
    }
}
puts "[dict size $exported] names wrapped,\
        [llength [dict get $list later]] known and not wrapped yet"
exit $status
