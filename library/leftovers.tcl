# leftovers.tcl --
#
#      What sessions left behind whose process was killed: their folder, and
#      the map that its link "map" names.  A session holds its folder as long
#      as it lives (dtsm::system hold), so what is in use is never touched.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::leftovers {
    namespace export find remove
}

# dtsm::leftovers::find --
#
#      The folders of this user's sessions, where sessions make them.
#
# Results:
#      folder held ...; held is 1 when its session still runs.

proc ::dtsm::leftovers::find {} {
    set bases /tmp
    set base [::dtsm::system environ TMPDIR]
    if {[string index $base 0] eq "/"
            && ![catch {::dtsm::bytes::toText $base} base]} {
        lappend bases $base
    }
    set bases [lsort -unique [lmap base $bases {file normalize $base}]]
    set result {}
    foreach base $bases {
        foreach folder [lsort [glob -nocomplain -types d -directory $base \
                dtsm-*]] {
            # Others' folders, and those that are no session's, fail here.
            if {![catch {::dtsm::system held \
                    [::dtsm::bytes::fromText $folder]} held]} {
                lappend result $folder $held
            }
        }
    }
    return $result
}

# dtsm::leftovers::mapOf --
#
#      The map of a folder's session, empty when it is not there any more.

proc ::dtsm::leftovers::mapOf {folder} {
    if {[catch {file readlink $folder/map} file] || ![file isfile $file]} {
        return {}
    }
    return $file
}

# dtsm::leftovers::remove --
#
#      Remove what a session left.  Processes of it that still run are left
#      alone from now on.
#
# Errors: POSIX ..., DTSM ... when the map is none, or not ours.

proc ::dtsm::leftovers::remove {folder} {
    set file [mapOf $folder]
    if {$file ne ""} {
        set map [::dtsm::open $file]
        try {
            $map fence 0
        } finally {
            $map close
        }
        file delete -- $file
    }
    file delete -force -- $folder
}
