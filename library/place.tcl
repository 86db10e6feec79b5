# place.tcl --
#
#      Where session directories lie: not in the build's TMPDIR, which builds
#      empty.  And where maps lie: where there is room.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::place {
    namespace export all usable map mapIn

    variable shared {/tmp /var/tmp /dev/shm}

    # A map grows until its place is full, and what does not fit is missing
    # from the report: a place with less room is taken when no other has more.

    variable room [expr {64 << 20}]

    # After the first, which is memory, comes the session's directory.

    variable memory /dev/shm
    variable others {/tmp /var/tmp}
}

# dtsm::place::all --
#
#      The directories in which sessions of this user may lie, whatever
#      environment they were started with, as byte strings.

proc ::dtsm::place::all {} {
    variable shared
    set result [lmap directory [glob -nocomplain -types d /run/user/*] {
        ::dtsm::bytes::fromText $directory
    }]
    set runtime [::dtsm::system environ XDG_RUNTIME_DIR]
    if {[string index $runtime 0] eq "/"} {
        lappend result $runtime
    }
    return [lsort -unique [lmap directory [concat $result $shared] {
        if {[catch {::dtsm::system resolve $directory} directory]} {
            continue
        }
        set directory
    }]]
}

# dtsm::place::usable --
#
#      The directories in which a session may make its own, the best first.
#      The loader splits LD_PRELOAD at blanks and colons, and expands $.  What
#      is the build's TMPDIR comes last.
#
# Results:
#      Byte strings.

proc ::dtsm::place::usable {} {
    variable shared
    set result {}
    set last {}
    catch {::dtsm::system resolve [::dtsm::system environ TMPDIR]} reach
    foreach directory [concat [list [::dtsm::system environ XDG_RUNTIME_DIR]] \
            $shared] {
        if {[string index $directory 0] ne "/" || [regexp {[\s:$]} $directory]
                || [catch {::dtsm::bytes::toText $directory} text]
                || ($directory ni $shared && (![file owned $text]
                    || ([file attributes $text -permissions] & 0o22)))
                || ![::dtsm::system room $directory]
                || [catch {::dtsm::system resolve $directory} real]} {
            continue
        }
        if {[string first $reach/ $real/] == 0} {
            lappend last $directory
        } else {
            lappend result $directory
        }
    }
    return [concat $result $last]
}

# dtsm::place::ordered --
#
#      The places for a map that are there, the best first: those with room
#      enough in the order of preference, then the others, the largest first.
#
# Arguments:
#      directory   The session's directory.

proc ::dtsm::place::ordered {directory} {
    variable room
    variable memory
    variable others
    set enough {}
    set small {}
    foreach place [list $memory $directory {*}$others] {
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

# dtsm::place::map --
#
#      A new map in the first place where it can be made: a place with room
#      may lack inodes, or have a quota.
#
# Errors: DTSM FULL, POSIX ...: those of the last place.

proc ::dtsm::place::map {directory} {
    set places [ordered $directory]
    if {![llength $places]} {
        set places [list $directory]
    }
    foreach place $places {
        if {![catch {
            mapIn $directory [::dtsm::bytes::fromText $place]
        } map options]} {
            return $map
        }
        if {[lrange [dict get $options -errorcode] 0 1] ne {DTSM FULL}
                && [lindex [dict get $options -errorcode] 0] ne "POSIX"} {
            break
        }
    }
    return -options $options $map
}

# dtsm::place::mapIn --
#
#      A new map in this place.  A failed one leaves nothing there, in the
#      order that keeps what is left findable (tclDtsmSession.c, L3).
#
# Arguments:
#      directory   The session's directory.
#      place    An absolute path, as bytes: a name that Tcl cannot say is
#               reached by a descriptor of the map's directory.

proc ::dtsm::place::mapIn {directory place} {
    set session [::dtsm::bytes::fromText $directory]
    if {$place eq $session} {
        return [::dtsm::create -file $directory/map]
    }
    set name [::dtsm::directory place $session $place]
    set number {}
    try {
        try {
            set file [::dtsm::bytes::toText $name]
        } trap {DTSM ENCODING} {} {
            set number [::dtsm::directory map $session]
            set file /proc/self/fd/$number/map
        }
        return [::dtsm::create -file $file]
    } on error {message options} {
        catch {
            file delete $file
            # The rest goes with the session where Tcl cannot say it.
            if {$number eq ""} {
                file delete $directory/place
                file delete [file dirname $file]
                file delete $directory/map
            }
        }
        return -options $options $message
    } finally {
        if {$number ne ""} {
            ::dtsm::directory release $number
        }
    }
}
