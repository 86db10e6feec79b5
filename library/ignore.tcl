# ignore.tcl --
#
#      Paths whose refusal is no finding: files that tools look for and do
#      without.  They are judged as all others, so an undeclared file is hidden;
#      but it is neither counted nor fatal, and is listed apart.
#
#      set places [dtsm::ignore::places {/usr/bin/print ...}]
#      dtsm::ignore::covers $places /usr/bin/print     1
#      dtsm::ignore::apply $finding $places
#      dtsm::ignore::searches $finding [list /usr/local/bin /usr/bin]
#
# Paths are byte strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::ignore {
    namespace export places covers apply searches
}

# dtsm::ignore::places --
#
#      The paths as given and where they lead, as a dictionary's keys.

proc ::dtsm::ignore::places {paths} {
    set result {}
    foreach path $paths {
        dict set result [::dtsm::bytes::absolute $path] 1
        dict set result [::dtsm::bytes::resolved $path] 1
    }
    return $result
}

# dtsm::ignore::covers --
#
#      1 if a path is one of the places or below one.

proc ::dtsm::ignore::covers {places path} {
    if {![dict size $places]} {
        return 0
    }
    while {![dict exists $places $path]} {
        if {$path in {"" /}} {
            return 0
        }
        set slash [string last / $path]
        set path [string range $path 0 [expr {max($slash - 1, 0)}]]
    }
    return 1
}

# dtsm::ignore::apply --
#
#      A finding without what is ignored: `violations' and `unknown' lack it,
#      and `ignored' has those violations.  Paths that were refused because the
#      registry gave no answer stay: there the registry has failed.

proc ::dtsm::ignore::apply {finding places} {
    set ignored [dict get $finding ignored]
    foreach kind {violations unknown lookedAt} {
        set kept {}
        foreach entry [dict get $finding $kind] {
            if {![covers $places [lindex $entry 0]]} {
                lappend kept $entry
            } elseif {$kind eq "violations"} {
                lappend ignored $entry
            }
        }
        dict set finding $kind $kept
    }
    dict set finding ignored $ignored
    return $finding
}

# dtsm::ignore::searches --
#
#      A finding in which absent files in directories of PATH are not among the
#      violations but in `probed': a search for a program goes through all
#      directories before the one that has it.

proc ::dtsm::ignore::searches {finding directories} {
    set places [places $directories]
    set kept {}
    set probed [dict get $finding probed]
    foreach entry [dict get $finding violations] {
        lassign $entry path exists
        set directory [string range $path 0 [string last / $path]-1]
        if {$exists || ![dict exists $places $directory]} {
            lappend kept $entry
        } else {
            lappend probed $entry
        }
    }
    dict set finding violations $kept
    dict set finding probed $probed
    return $finding
}
