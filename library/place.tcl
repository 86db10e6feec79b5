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
    set result [lmap folder [glob -nocomplain -types d /run/user/*] {
        ::dtsm::bytes::fromText $folder
    }]
    set runtime [::dtsm::system environ XDG_RUNTIME_DIR]
    if {[string index $runtime 0] eq "/"} {
        lappend result $runtime
    }
    return [lsort -unique [lmap folder [concat $result $shared] {
        if {[catch {::dtsm::system resolve $folder} folder]} {
            continue
        }
        set folder
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
    foreach folder [concat [list [::dtsm::system environ XDG_RUNTIME_DIR]] \
            $shared] {
        if {[string index $folder 0] ne "/" || [regexp {[\s:$]} $folder]
                || [catch {::dtsm::bytes::toText $folder} text]
                || ($folder ni $shared && (![file owned $text]
                    || ([file attributes $text -permissions] & 0o22)))
                || ![::dtsm::system room $folder]
                || [catch {::dtsm::system resolve $folder} real]} {
            continue
        }
        if {[string first $reach/ $real/] == 0} {
            lappend last $folder
        } else {
            lappend result $folder
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

proc ::dtsm::place::ordered {folder} {
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

# dtsm::place::map --
#
#      A new map in the first place where it can be made: a place with room
#      may lack inodes, or have a quota.
#
# Errors: DTSM FULL, POSIX ...: those of the last place.

proc ::dtsm::place::map {folder} {
    set places [ordered $folder]
    if {![llength $places]} {
        set places [list $folder]
    }
    foreach place $places {
        if {![catch {
            mapIn $folder [::dtsm::bytes::fromText $place]
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
#      folder   The session's directory.
#      place    An absolute path, as bytes: a name that Tcl cannot say is
#               reached by a descriptor of the map's directory.

proc ::dtsm::place::mapIn {folder place} {
    set session [::dtsm::bytes::fromText $folder]
    if {$place eq $session} {
        return [::dtsm::create -file $folder/map]
    }
    set name [::dtsm::folder place $session $place]
    set number {}
    try {
        try {
            set file [::dtsm::bytes::toText $name]
        } trap {DTSM ENCODING} {} {
            set number [::dtsm::folder map $session]
            set file /proc/self/fd/$number/map
        }
        return [::dtsm::create -file $file]
    } on error {message options} {
        catch {
            file delete $file
            # The rest goes with the session where Tcl cannot say it.
            if {$number eq ""} {
                file delete $folder/place
                file delete [file dirname $file]
                file delete $folder/map
            }
        }
        return -options $options $message
    } finally {
        if {$number ne ""} {
            ::dtsm::folder release $number
        }
    }
}
