# bench.tcl --
#
#       What the benchmark's scripts share: a directory for the maps, the list
#       of paths, rounds and their medians.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval bench {
    variable rounds             ;# set,peer,figure -> values of all rounds
    variable order {}           ;# set -> peers as they came
    array set rounds {}
}

proc bench::say {words} {
    puts stderr "-- $words"
}

# bench::directory --
#
#       Make a directory for the maps of all peers: in memory where there is
#       enough of it, as a session of dtsm prefers it.

proc bench::directory {wanted} {
    set places [list $wanted]
    if {$wanted eq {}} {
        set places [list /dev/shm]
        if {[info exists ::env(TMPDIR)]} {
            lappend places $::env(TMPDIR)
        }
        lappend places /tmp
    }
    foreach place $places {
        if {![file isdirectory $place] || ![file writable $place]} {
            continue
        }
        set free [lindex [exec df -Pk $place] end-2]
        if {$free < 1048576} {
            continue
        }
        return [exec mktemp -d [file join $place dtsm-bench.XXXXXX]]
    }
    error "no directory with 1 GiB of room; give one with -dir"
}

# bench::paths --
#
#       Write the list of real paths.  Returns its name and length.

proc bench::paths {directory} {
    set file [file join $directory paths]
    set directories {}
    foreach name {/usr /etc /var} {
        if {[file isdirectory $name]} {
            lappend directories $name
        }
    }
    # find complains about directories that are not ours; those are left out.
    catch {exec sh -c {out=$1; shift
        find "$@" -xdev \( -type f -o -type l \) 2>/dev/null |
            LC_ALL=C sort >"$out"} sh $file {*}$directories}
    return [list $file [lindex [exec wc -l $file] 0]]
}

# bench::visitors --
#
#       The peers that have a visitor, ours first, without those missing now.

proc bench::visitors {programs missing} {
    set peers {}
    foreach file [lsort [glob -nocomplain -directory $programs visit-*]] {
        set peer [string range [file tail $file] 6 end]
        if {[file extension $file] eq {} && $peer ni $missing} {
            lappend peers $peer
        }
    }
    set first [lsearch -exact $peers dtsm]
    return [linsert [lreplace $peers $first $first] 0 dtsm]
}

# bench::collect --
#
#       Run a program and take its lines "KIND PEER FIGURE ROUND VALUE".

proc bench::collect {set command} {
    variable rounds
    variable order
    set channel [open |[concat $command [list 2>@stderr]]]
    while {[gets $channel line] >= 0} {
        lassign $line kind peer figure round value
        lappend rounds($set,$peer,$figure) $value
        if {![dict exists $order $set]
                || $peer ni [dict get $order $set]} {
            dict lappend order $set $peer
        }
    }
    close $channel
}

# bench::maps --
#
#       Run the rounds on maps of count paths, each with the next layout of the
#       program (bench.mk says why).  args: -plain, peers.

proc bench::maps {programs paths count rounds directory args} {
    set layouts [lsort [glob -directory $programs map-?]]
    for {set round 0} {$round < $rounds} {incr round} {
        collect $count [list \
                [lindex $layouts [expr {$round % [llength $layouts]}]] \
                $paths $count 1 $directory {*}$args]
    }
}

proc bench::save {file} {
    variable rounds
    set channel [open $file w]
    foreach key [lsort [array names rounds]] {
        puts $channel [list $key $rounds($key)]
    }
    close $channel
}

proc bench::peers {set} {
    variable order
    if {![dict exists $order $set]} {
        return {}
    }
    return [dict get $order $set]
}

proc bench::middle {values} {
    return [lindex [lsort -real $values] [expr {[llength $values] / 2}]]
}

# bench::median --
#
#       The median of a figure's rounds, "-" where there is none.

proc bench::median {set peer figure {format %s}} {
    variable rounds
    if {![info exists rounds($set,$peer,$figure)]} {
        return -
    }
    return [format $format [middle $rounds($set,$peer,$figure)]]
}

# bench::quotient --
#
#       The median of the rounds' quotients, not the quotient of medians: what
#       disturbs the machine disturbs the two of one round alike.

proc bench::quotient {set above below} {
    variable rounds
    if {![info exists rounds($set,$above)]
            || ![info exists rounds($set,$below)]} {
        return -
    }
    set quotients {}
    foreach a $rounds($set,$above) b $rounds($set,$below) {
        lappend quotients [expr {double($a) / $b}]
    }
    return [format %.2f [middle $quotients]]
}

proc bench::ratio {set peer figure} {
    return [quotient $set $peer,$figure private,$figure]
}

proc bench::over {set peer figure other} {
    return [quotient $set $peer,$figure $peer,$other]
}

# bench::times --
#
#       How many times a peer's median another's is, for what is not measured
#       in common rounds.

proc bench::times {set peer other figure} {
    set above [median $set $peer $figure]
    set below [median $set $other $figure]
    if {"-" in [list $above $below] || $below <= 0} {
        return -
    }
    return [format %.2f [expr {double($above) / $below}]]
}

# bench::spread --
#
#       How far the middle half of the rounds lies apart, in percent of the
#       median.

proc bench::spread {values} {
    set values [lsort -real $values]
    set count [llength $values]
    set low [lindex $values [expr {$count / 4}]]
    set high [lindex $values [expr {$count - 1 - $count / 4}]]
    set middle [lindex $values [expr {$count / 2}]]
    return [expr {$middle == 0 ? 0 : 100.0 * ($high - $low) / abs($middle)}]
}

proc bench::noise {set counts} {
    variable rounds
    set words {}
    foreach {figure name} {
        machine,spin "plain arithmetic" private,hit-hot "private hit 1000"
        private,hit-all "private hit all" private,insert "private insert"
        dtsm,hit-all "dtsm hit all" dtsm,insert "dtsm insert"
    } {
        lappend words [format "%s %.0f%%" $name \
                [spread $rounds($set,$figure)]]
    }
    return "[join [lrange $words 0 2] {, }],\n          [join \
            [lrange $words 3 end] {, }]; middle half of the rounds"
}

proc bench::spreads {set} {
    variable rounds
    set all {}
    foreach key [array names rounds $set,*,us-*] {
        lappend all [spread $rounds($key)]
    }
    return [format "median %.0f%%, worst %.0f%%" [middle $all] \
            [lindex [lsort -real $all] end]]
}

proc bench::head {names {width 9}} {
    row {} $names $width
}

proc bench::row {name values {width 9}} {
    set line [format "   %-18s" $name]
    foreach value $values {
        append line [format " %${width}s" $value]
    }
    puts [string trimright $line]
}
