# place.tcl --
#
#      Where sessions' directories lie: out of reach of the builds, which empty
#      their TMPDIR.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::place {
    namespace export all usable

    variable shared {/tmp /var/tmp /dev/shm}
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
