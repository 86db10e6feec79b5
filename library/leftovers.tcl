# leftovers.tcl --
#
#      What killed sessions left behind: their directory and their map.  A
#      session holds a lock on its directory while it lives (dtsm::directory),
#      so a directory in use is never touched.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::leftovers {
    namespace export find mapOf remove
}

# dtsm::leftovers::find --
#
#      The directories of this user's sessions whose process is gone.

proc ::dtsm::leftovers::find {} {
    set result {}
    foreach base [::dtsm::place::all] {
        if {[catch {::dtsm::bytes::toText $base} base]} {
            continue
        }
        foreach directory [lsort [glob -nocomplain -types d -directory $base \
                dtsm-??????]] {
            # Directories of other users and of other kinds fail here.
            if {![catch {::dtsm::directory held \
                    [::dtsm::bytes::fromText $directory]} held] && !$held} {
                lappend result $directory
            }
        }
    }
    return $result
}

# dtsm::leftovers::mapOf --
#
#      The name of a session's map; empty if it is gone.  The target of the
#      link is the map only if its directory is the one that the session made.

proc ::dtsm::leftovers::mapOf {directory} {
    set bytes [::dtsm::bytes::fromText $directory]
    if {[catch {::dtsm::directory map $bytes} number]} {
        return {}
    }
    ::dtsm::directory release $number
    if {[catch {file readlink $directory/map} file]} {
        set file $directory/map
    }
    return [expr {[file isfile $file] ? $file : {}}]
}

# dtsm::leftovers::remove --
#
#      Remove what a session left.  Processes of it that still run are left
#      alone from now on.
#
# Results:
#      0 if the session has an owner again, or another cleaner was here first.
#
# Errors: POSIX ... when something stays.

proc ::dtsm::leftovers::remove {directory} {
    set name [::dtsm::bytes::fromText $directory]
    set number -1
    try {
        set number [::dtsm::directory take $name]
    } trap {POSIX EBUSY} {} {
        return 0
    } trap {POSIX ENOENT} {} {
        return 0
    } trap {POSIX ENODATA} {} {
    }
    try {
        OpenFence $name
        ::dtsm::directory remove $name $number
    } trap {POSIX ENOENT} {} {
        return 0
    } finally {
        if {$number >= 0} {
            ::dtsm::directory release $number
        }
    }
    return 1
}

# dtsm::leftovers::OpenFence --
#
#      Stop enforcing denials on a session's processes.  The map is reached by
#      the descriptor of its directory; the name may belong to another session.

proc ::dtsm::leftovers::OpenFence {name} {
    catch {
        set number [::dtsm::directory map $name]
        try {
            set map [::dtsm::open /proc/self/fd/$number/map]
            try {
                $map fence 0
            } finally {
                $map close
            }
        } finally {
            ::dtsm::directory release $number
        }
    }
}
