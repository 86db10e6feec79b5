# start.tcl --
#
#      What dtsm and its worker do first, whatever environment they have.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::start {
    namespace export path
}

# dtsm::start::path --
#
#      Search packages only where this Tcl's own are, not where the environment
#      says: a search for a package runs every pkgIndex.tcl that it meets.
#
#      A Tcl that was asked for its working directory leaves relative names to
#      the kernel; before, it puts the directory before them, whose name need
#      not be text.
#
# Arguments:
#      ours     The directory of the package dtsm.

proc ::dtsm::start::path {ours} {
    global auto_path tcl_library tcl_pkgPath
    catch {pwd}
    set path [list $ours]
    if {[info exists tcl_library]} {
        lappend path $tcl_library [file dirname $tcl_library]
    }
    lappend path [file join [file dirname [file dirname \
        [info nameofexecutable]]] lib]
    if {[info exists tcl_pkgPath]} {
        lappend path {*}$tcl_pkgPath
    }
    set foreign [encoding convertfrom [::dtsm::system environ TCLLIBPATH]]
    if {[catch {llength $foreign}]} {
        set foreign {}
    }
    if {[info exists auto_path] && ![catch {llength $auto_path}]} {
        foreach directory $auto_path {
            if {$directory ni $foreign} {
                lappend path $directory
            }
        }
    }
    set auto_path {}
    foreach directory $path {
        if {$directory ni $auto_path} {
            lappend auto_path $directory
        }
    }
    # Modules are not set up yet, and that costs more than all of this.
    if {![llength [array names ::env TCL*_TM_PATH]]} {
        return
    }
    foreach directory [::tcl::tm::path list] {
        if {[Foreign $directory]} {
            ::tcl::tm::path remove $directory
        }
    }
}

# dtsm::start::Foreign --
#
#      1 for a directory of Tcl modules that a variable of the environment
#      names (tm(n): TCL8.6_TM_PATH, TCL8_6_TM_PATH).

proc ::dtsm::start::Foreign {directory} {
    foreach {name value} [array get ::env TCL*_TM_PATH] {
        foreach entry [split $value $::tcl_platform(pathSeparator)] {
            if {$entry ne "" && [file normalize $entry]
                    eq [file normalize $directory]} {
                return 1
            }
        }
    }
    return 0
}
