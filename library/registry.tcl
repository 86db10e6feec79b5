# registry.tcl --
#
#      Registries: who owns a path, and may a build use it.
#
#      A registry is a command prefix.  {*}$prefix PATH answers a list: allow,
#      deny or unknown, then key value pairs: `package', the owner, and `why'.
#      PATH is a byte string, resolved.  Names of packages and other words are
#      byte strings too.
#
#      set r [dtsm::registry::make dpkg]
#      $r declare {{--depends "libpng-dev, zlib1g-dev (>= 1.2)"}}
#      $r ask /usr/include/png.h      allow package libpng-dev
#      $r destroy
#
#      dpkg  dpkg:DIR                 registrydpkg.tcl
#      tdbc:DRIVER:CONNECTION         registrydb.tcl
#      macports:FILE                  registrymacports.tcl
#      list:FILE  tcl:FILE            registryfile.tcl
#
# Those that know packages also answer who owns a path (owners) and what was
# declared (see Owners below).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

namespace eval ::dtsm::registry {
    namespace export make several first key needPackage

    # Called with what is being done and its percentage while something takes
    # long, as a command prefix; empty: nothing is told.

    variable progress {}

    # kind, what stands behind its colon (? for: may be left out), its class

    variable kinds {
        dpkg        ?DIR?               Dpkg
        macports    FILE                MacPorts
        list        FILE                List
        tcl         FILE                Script
        tdbc        DRIVER:CONNECTION   Database
    }
}

# dtsm::registry::make --
#
#      Open a registry.
#
# Arguments:
#      name     KIND or KIND:REST, a byte string.
#
# Results:
#      An object with the methods ask, declare, knowsPackages, destroy.
#
# Errors: DTSM REGISTRY ...; DTSM POLICY file line; POSIX ...

proc ::dtsm::registry::make {name} {
    variable kinds
    set colon [string first : $name]
    set kind [expr {$colon < 0 ? $name : [string range $name 0 $colon-1]}]
    set rest [expr {$colon < 0 ? "" : [string range $name $colon+1 end]}]
    foreach {known argument class} $kinds {
        if {$kind ne $known} {
            continue
        }
        if {$rest eq "" && ($colon >= 0
                || [string index $argument 0] ne "?")} {
            return -code error -errorcode {DTSM REGISTRY NAME} \
                "registry \"[::dtsm::bytes::shown $name]\" is incomplete:\
                $kind:[string trim $argument ?]"
        }
        return [::dtsm::registry::$class new $rest]
    }
    set names [lmap {known argument class} $kinds {
        string cat $known [expr {[string index $argument 0] eq "?"
            ? "" : ":$argument"}]
    }]
    return -code error -errorcode {DTSM REGISTRY NAME} \
        "unknown registry \"[::dtsm::bytes::shown $name]\"; known are\
        [join $names {, }]"
}

# dtsm::registry::several --
#
#      Open registries, and tell those that know packages what was declared.
#
# Arguments:
#      names    As for make.
#      depends  What was declared: a list of {where text}.
#
# Results:
#      A list of the registries, one of what was declared and none has, and
#      how many of them know packages.
#
# Errors: as those of make and declare; nothing is left open.

proc ::dtsm::registry::several {names depends} {
    set registries {}
    set knowing {}
    try {
        foreach name $names {
            set registry [make $name]
            lappend registries $registry
            if {[$registry knowsPackages]} {
                $registry declare $depends
                lappend knowing $registry
            }
        }
        if {[llength $depends] && ![llength $knowing]} {
            throw {DTSM REGISTRY DECLARE} \
                "[lindex $depends 0 0]: no --registry knows packages"
        }
    } on error {message options} {
        foreach registry $registries {
            $registry destroy
        }
        return -options $options $message
    }
    return [list $registries [Unmet $knowing] [llength $knowing]]
}

proc ::dtsm::registry::Unmet {registries} {
    set unmet {}
    foreach registry $registries {
        foreach entry [$registry declared] {
            dict incr unmet [dict get $entry text] \
                [expr {![llength [dict get $entry packages]]}]
        }
    }
    return [dict keys [dict filter $unmet script {text count} {
        expr {$count >= [llength $registries]}
    }]]
}

# dtsm::registry::first --
#
#      Ask several registries: the first answer that is not unknown.

proc ::dtsm::registry::first {registries path} {
    set answer unknown
    foreach registry $registries {
        set answer [$registry ask $path]
        if {[lindex $answer 0] ne "unknown"} {
            break
        }
    }
    return $answer
}

# dtsm::registry::key --
#
#      A path as databases have it: text.  A name that is not UTF-8 is taken
#      as ISO 8859-1.

proc ::dtsm::registry::key {path} {
    return [encoding convertfrom \
        [expr {[::dtsm::bytes::isUtf8 $path] ? "utf-8" : "iso8859-1"}] $path]
}

# dtsm::registry::callersPath --
#
#      The directories that the caller's TCLLIBPATH names.

proc ::dtsm::registry::callersPath {} {
    set path [encoding convertfrom [::dtsm::system environ TCLLIBPATH]]
    return [expr {[catch {llength $path}] ? {} : $path}]
}

# dtsm::registry::interpreter --
#
#      An interpreter for a script of the caller's, which may use packages of
#      TCLLIBPATH; its Tcl library is ours, whatever TCL_LIBRARY says.

proc ::dtsm::registry::interpreter {} {
    set kept {}
    foreach name {TCL_LIBRARY TCLLIBPATH} {
        set value [encoding convertfrom [::dtsm::system environ $name]]
        if {$value ne ""} {
            lappend kept $name $value
            set ::env($name) {}
            unset ::env($name)
        }
    }
    try {
        set child [interp create]
    } finally {
        array set ::env $kept
    }
    interp eval $child [list lappend auto_path {*}[callersPath]]
    return $child
}

# dtsm::registry::needPackage --
#
#      Load a Tcl package that a registry rests on: of this Tcl's own, else
#      one that the caller's TCLLIBPATH leads to.
#
# Arguments:
#      debian   The Debian package that has it for Tcl 8.6; empty if none has.

proc ::dtsm::registry::needPackage {registry package debian} {
    if {[catch {package require $package}]} {
        lappend ::auto_path {*}[::dtsm::registry::callersPath]
    }
    if {[catch {package require $package} message]} {
        set tcl [info tclversion]
        set how "for Tcl $tcl"
        if {$tcl eq "8.6" && $debian ne ""} {
            append how "; on Debian: apt-get install $debian"
        }
        return -code error \
            -errorcode [list DTSM REGISTRY PACKAGE $package] \
            "the registry $registry needs the package $package $how\
            ($message)"
    }
}

# ---------------------------------------------------------------- Owners

# A registry that knows packages and their dependencies.  A build may use the
# declared packages, those that every build may use, and all that these need.
#
# A class that inherits from it has
#
#      owners path      the packages that own a path (a byte string); an
#                       empty name stands for files of no package that
#                       every build may use
#      Known name       the packages that a declared name stands for
#      Needs package    the packages that one needs, without what these need
#      Base             the packages that every build may use
#      Meta package     1 if it exists only for its dependencies

oo::class create ::dtsm::registry::Owners {
    variable allowed base declared

    # declare --
    #
    #      Set what the build declares.
    #
    # Arguments:
    #      lists   A list of {where text}, see dtsm::depends::entries.
    #
    # Errors: DTSM DEPENDS where ...

    method declare {lists} {
        set declared {}
        set seeds {}
        set profiles [split [::dtsm::system environ DEB_BUILD_PROFILES]]
        foreach list $lists {
            lassign $list where text
            foreach entry [::dtsm::depends::entries $text $where \
                    [my arch] $profiles] {
                set packages {}
                foreach name [dict get $entry names] {
                    lappend packages {*}[my Known $name]
                }
                dict set entry packages [lsort -unique $packages]
                lappend declared $entry
                lappend seeds {*}$packages
            }
        }
        set base [my closure [my Base]]
        set allowed [my closure $seeds $base]
    }

    # closure --
    #
    #      Packages and all that they need, as the keys of a dictionary.
    #
    # Arguments:
    #      known    A closure to add to.

    method closure {packages {known {}}} {
        while {[llength $packages]} {
            set next {}
            foreach package $packages {
                if {![dict exists $known $package]} {
                    dict set known $package 1
                    lappend next {*}[my Needs $package]
                }
            }
            set packages $next
        }
        return $known
    }

    # ask --
    #
    #      May the build use this path?  See the head of this file.  A symlink
    #      of no package counts as its target.

    method ask {path} {
        set owners [my owners $path]
        if {![llength $owners] && [::dtsm::system link $path] ne ""
                && ![catch {::dtsm::system resolve $path} target]} {
            set owners [my owners $target]
        }
        if {![llength $owners]} {
            return unknown
        }
        foreach package $owners {
            if {$package eq ""} {
                return allow
            }
            if {[dict exists $allowed $package]} {
                return [list allow package $package]
            }
        }
        return [list deny package [lindex $owners 0] why "not declared"]
    }

    # What deps wants to know: the entries that were declared, each a
    # dictionary of text, names and packages; the closures of what every
    # build may use and of all that this one may; and whether a package is
    # exists only for its dependencies.

    method declared {} {
        return $declared
    }
    method base {} {
        return $base
    }
    method allowed {} {
        return $allowed
    }
    method needs {package} {
        return [my Needs $package]
    }
    method meta {package} {
        return [my Meta $package]
    }
    method knowsPackages {} {
        return 1
    }

    # The architecture that is built for.

    method arch {} {
        return $::tcl_platform(machine)
    }
    method Base {} {
        return {}
    }
    method Meta {package} {
        return 0
    }
}
