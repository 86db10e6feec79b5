# syms.tcl --
#
#       Make the list of wrapped symbols and the export map:
#
#       tclsh syms.tcl ?-nm NM? ?-cc CC? inject.syms HEADER MAP
#
#       HEADER gets, in the order of the list,
#           DTSM_SYM(name)           for each name that this C library has
#           DTSM_ABSENT(name)        for each that it lacks, whose wrapper is
#                                    compiled all the same
#           DTSM_OLD(name, version)  for each of which it keeps an older
#                                    version, with DTSM_OLD_VERSION_name
#       MAP is the linker's version script: what the library exports, that is
#       what has default visibility, less what this C library lacks.
#
# A program that was linked with an older version of a name gets our wrapper
# of just that version: with an unversioned one it would end up in libc's
# default, which means something else.
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

set list [symlist::read $listFile]
set present [symlist::libraryNames $nm $cc]
set kept {}
set absent {}
foreach name [dict get $list wrapped] {
    if {[dict exists $present $name]} {
        lappend kept $name
    } else {
        lappend absent $name
    }
}
if {[llength $kept] == 0} {
    symlist::fail "the C library has none of the names of $listFile"
}

# Of several older versions the last one is wrapped.
set old [dict create]
set versions [dict create]
foreach name [dict get $list old] {
    if {$name ni $kept} {
        continue
    }
    set older [symlist::older [dict get $present $name]]
    if {[llength $older]} {
        dict set old $name [lindex $older end]
        dict lappend versions [lindex [dict get $present $name] 0] $name
        dict lappend versions [lindex $older end]
    }
}

set header "/* Made by tools/syms.tcl from inject.syms. */\n"
foreach name $kept {
    append header "DTSM_SYM($name)\n"
}
foreach name $absent {
    append header "DTSM_ABSENT($name)\n"
}
dict for {name version} $old {
    append header "#define DTSM_OLD_VERSION_$name \"$version\"\n"
    append header "#ifdef DTSM_OLD\nDTSM_OLD($name, \"$version\")\n#endif\n"
}

set local [list {*}$absent dtsmOld_*]
if {[dict size $versions]} {
    set map {}
    foreach version [lsort -dictionary [dict keys $versions]] {
        append map "$version {\n"
        set names [dict get $versions $version]
        if {[llength $names]} {
            append map "    global:\n        [join $names ";\n        "];\n"
        }
        if {[llength $local]} {
            append map "    local:\n        [join $local ";\n        "];\n"
            set local {}
        }
        append map "};\n"
    }
} else {
    lappend kept {*}[dict get $list hook]
    set map "{\n    global:\n        [join $kept ";\n        "];\n"
    append map "    local:\n        *;\n};\n"
}
symlist::write $headerFile $header
symlist::write $mapFile $map
puts "[llength $kept] names to wrap, [dict size $old] of them in an older\
        version too; [llength $absent] that this C library does not have:\
        $absent"
