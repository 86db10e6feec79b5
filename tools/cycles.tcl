# cycles.tcl --
#
#       Check that no function of the judge (trace/judge) is reached from below
#       itself, in one product:
#
#       tclsh cycles.tcl OBJECT...
#
# The call graph is taken from the objects of the product, in which each
# function has a section of its own: what its code refers to, and what the data
# of the judge's own files refers to, is below it.  What is inlined is a part
# of its caller.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set objects $argv
set global {}
set below {}
set judge {}

# A function's name in the graph: static ones may have the same in two files.
proc node {object name} {
    return [expr {[dict exists $::global $name] ? $name : "$object $name"}]
}

proc edge {from to} {
    dict set ::below $from $to {}
}

# What a relocation refers to, {} when it is neither code nor data.
proc target {object name} {
    regsub {[-+]0x[0-9a-f]+$} $name {} name
    if {[regexp {^\.text\.(?:unlikely\.|startup\.|hot\.)?(.+)$} $name - text]} {
        return [node $object $text]
    }
    if {[string match .* $name]} {
        return [expr {[regexp {^\.(data|rodata)} $name]
            && [string match */trace/judge/* $object] ? "$object data" : ""}]
    }
    return [node $object $name]
}

proc readCode {object} {
    set from {}
    foreach line [split [exec objdump -dr --no-show-raw-insn $object] \n] {
        if {[regexp {^[0-9a-f]+ <(.+)>:$} $line - name]} {
            set from [node $object $name]
            if {[string match */trace/judge/* $object]} {
                dict set ::judge $from {}
            }
        } elseif {[regexp {^\s+[0-9a-f]+: R_\S+\s+(\S+)} $line - name]} {
            set to [target $object $name]
            if {$to ne {}} {
                edge $from $to
            }
        } elseif {[regexp {\s(?:call|bl)\S*\s+[0-9a-f]+ <([^+>]+)>$} $line \
                - name]} {
            edge $from [node $object $name]
        }
    }
}

proc readData {object} {
    set isData 0
    foreach line [split [exec objdump -r $object] \n] {
        if {[regexp {^RELOCATION RECORDS FOR \[(.+)\]} $line - section]} {
            set isData [regexp {^\.(data|rodata)} $section]
        } elseif {$isData && [regexp {^[0-9a-f]+ R_\S+\s+(\S+)} $line - name]} {
            set to [target $object $name]
            if {$to ne {}} {
                edge "$object data" $to
            }
        }
    }
}

# The way from a function back to itself, {} when there is none.
proc cycle {start} {
    set todo [list $start]
    set from {}
    while {[llength $todo]} {
        set todo [lassign $todo at]
        if {![dict exists $::below $at]} {
            continue
        }
        foreach next [dict keys [dict get $::below $at]] {
            if {[dict exists $from $next]} {
                continue
            }
            dict set from $next $at
            lappend todo $next
            if {$next eq $start} {
                set way [list $start]
                for {} {$at ne $start} {set at [dict get $from $at]} {
                    set way [linsert $way 0 $at]
                }
                return [linsert $way 0 $start]
            }
        }
    }
    return {}
}

foreach object $objects {
    foreach line [split [exec nm -g --defined-only $object] \n] {
        dict set global [lindex $line end] {}
    }
}
foreach object $objects {
    readCode $object
    if {[string match */trace/judge/* $object]} {
        readData $object
    }
}
if {![dict size $judge]} {
    puts stderr "cycles.tcl: no function of the judge is in these objects"
    exit 1
}
set status 0
foreach name [dict keys $judge] {
    set way [cycle $name]
    if {[llength $way]} {
        puts stderr "cycles.tcl: [join $way { -> }]"
        set status 1
    }
}
if {!$status} {
    puts "[dict size $judge] functions of the judge, none below itself"
}
exit $status
