# depsdeclared.tcl --
#
#      What became of each thing that a build declares (deps.tcl): used, needed
#      for what was used, only looked at, untouched, or not installed.
#
# A declared package may own nothing that a build uses: the program python3
# belongs to python3.11-minimal, pkg-config was replaced by pkgconf, and
# default-jdk only depends on others.  The use of a package is attributed to the
# declared entries that lead to it in the fewest steps; of several such entries,
# to those that were touched themselves.  So each used package that may be used
# has an entry that is kept, and the kept entries bring all of them.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# dtsm::deps::Declared --
#
#      Arguments:
#      used, lookedAt  package files ...
#      registry        One that knows packages, with what was declared.
#
# Results:
#      A list of {text names state packages credit}: as it was written; its
#      alternatives; used, needed, lookedAt, untouched or absent; the packages
#      it stands for; and of those that count for it: package files ...

proc ::dtsm::deps::Declared {used lookedAt registry} {
    set base [$registry base]
    set entries {}
    set steps {}
    set needs {}
    foreach entry [$registry declared] {
        set packages [dict get $entry packages]
        set state [expr {[llength $packages] ? "untouched" : "absent"}]
        foreach package $packages {
            set one [State $package $used $lookedAt $base $registry]
            if {$one eq "used" || $state eq "untouched"} {
                set state $one
            }
        }
        lappend entries [list [dict get $entry text] \
            [dict get $entry names] $state $packages]
        lappend steps [Steps $packages $base $registry needs]
    }
    set credit [Credit $entries $steps $used $base]
    set result {}
    foreach entry $entries reached $steps number [Numbers $entries] {
        lassign $entry . . state packages
        set mine [expr {[dict exists $credit $number]
            ? [dict get $credit $number] : ""}]
        if {[llength $mine] && $state ne "used"} {
            set state needed
        }
        set own [Among $used $packages]
        if {![llength $own]} {
            set own [Among $used [expr {[llength $mine] ? $mine
                : $state eq "used" ? [dict keys $reached] : ""}]]
        }
        lappend result [list {*}[lreplace $entry 2 2 $state] $own]
    }
    return $result
}

proc ::dtsm::deps::Numbers {list} {
    set number -1
    return [lmap . $list {incr number}]
}

proc ::dtsm::deps::Among {used packages} {
    return [dict filter $used script {package .} {
        expr {$package in $packages}
    }]
}

# dtsm::deps::Steps --
#
#      In how many steps packages lead to each package that they need: 0 for
#      themselves.  Packages that every build may use lead nowhere.
#
# Arguments:
#      needsName  A variable of the caller: what was asked of the registry.

proc ::dtsm::deps::Steps {packages base registry needsName} {
    upvar 1 $needsName needs
    set result {}
    set step 0
    while {[llength $packages]} {
        set next {}
        foreach package $packages {
            if {[dict exists $result $package]
                    || ($step && [dict exists $base $package])} {
                continue
            }
            dict set result $package $step
            if {![dict exists $needs $package]} {
                dict set needs $package [$registry needs $package]
            }
            lappend next {*}[dict get $needs $package]
        }
        set packages [lsort -unique $next]
        incr step
    }
    return $result
}

# dtsm::deps::Credit --
#
#      To which entries the used packages are attributed; see the head of this
#      file.
#
# Results:
#      number packages ...; the entry's number, from 0.

proc ::dtsm::deps::Credit {entries steps used base} {
    set result {}
    foreach package [dict keys $used] {
        if {[dict exists $base $package]} {
            continue
        }
        set nearest {}
        set fewest Inf
        foreach reached $steps number [Numbers $steps] {
            if {![dict exists $reached $package]} {
                continue
            }
            set step [dict get $reached $package]
            if {$step < $fewest} {
                set nearest {}
                set fewest $step
            }
            if {$step == $fewest} {
                lappend nearest $number
            }
        }
        set touched [lmap number $nearest {
            if {[lindex $entries $number 2] eq "untouched"} {
                continue
            }
            set number
        }]
        foreach number [expr {[llength $touched] ? $touched : $nearest}] {
            dict lappend result $number $package
        }
    }
    return $result
}

# dtsm::deps::State --
#
#      Whether a package that was declared was used, lookedAt or untouched.
#      A package that exists only for its dependencies counts as they do.

proc ::dtsm::deps::State {package used lookedAt base registry {seen {}}} {
    if {[dict exists $used $package]} {
        return used
    }
    set state [expr {[dict exists $lookedAt $package] ? "lookedAt"
        : "untouched"}]
    if {[$registry meta $package] && $package ni $seen} {
        lappend seen $package
        foreach needed [$registry needs $package] {
            if {[dict exists $base $needed]} {
                continue
            }
            set one [State $needed $used $lookedAt $base $registry $seen]
            if {$one eq "used"} {
                return used
            } elseif {$one eq "lookedAt"} {
                set state $one
            }
        }
    }
    return $state
}
