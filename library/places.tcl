# places.tcl --
#
#      Where a session's map lies.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::places {
    namespace export create

    # A map grows until its place is full, and what does not fit is missing
    # from the report: a place with less room is taken when no other has more.

    variable room [expr {64 << 20}]

    # After the first, which is memory, comes the session's folder.

    variable memory /dev/shm
    variable others {/tmp /var/tmp}
}

# dtsm::places::ordered --
#
#      The places that are there, the best first: those with room enough in
#      the order of preference, then the others, the largest first.
#
# Arguments:
#      folder   The session's.

proc ::dtsm::places::ordered {folder} {
    variable room
    variable memory
    variable others
    set enough {}
    set small {}
    foreach place [list $memory $folder {*}$others] {
        set free [::dtsm::system room [::dtsm::bytes::fromText $place]]
        if {$free >= $room} {
            lappend enough $place
        } elseif {$free > 0} {
            lappend small [list $place $free]
        }
    }
    return [concat $enough [lmap one \
            [lsort -integer -decreasing -index 1 $small] {
        lindex $one 0
    }]]
}

# dtsm::places::create --
#
#      A new map in the first place that takes it: one may have room and yet
#      no inode, or a quota.
#
# Errors: DTSM FULL, POSIX ...: those of the last place.

proc ::dtsm::places::create {folder} {
    set places [ordered $folder]
    if {![llength $places]} {
        set places [list $folder]
    }
    foreach place $places {
        if {![catch {::dtsm::create -dir $place} map options]} {
            return $map
        }
        if {[lrange [dict get $options -errorcode] 0 1] ne {DTSM FULL}
                && [lindex [dict get $options -errorcode] 0] ne "POSIX"} {
            break
        }
    }
    return -options $options $map
}
