# deps.tcl --
#
#      Which packages a build used, from what a session found and what a
#      registry says, beside what the build declares.
#
# What counts.  A file that was read, written or executed is USED.  A file that
# was only looked at (stat, access: a configure script's search) is not, and is
# listed apart, because a build may find a program and never run it.  A symlink
# counts as its target: of gcc, only /usr/bin/gcc is a file of the package gcc.
# Some files that were read still count as looked at, because reading them does
# not show that the build needs them: files in /etc (the linker reads all of
# /etc/ld.so.conf.d); files of the machine's own time zone, language and kinds
# of files; libraries of another ABI (dpkg-shlibdeps looks into all directories
# of ld.so.conf); and files that were read together with all others of their
# kind in a listed directory that holds files of several packages (aclocal reads
# all of /usr/share/aclocal).  Directories and absent files do not count.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::deps {
    namespace export find

    # What every build reads, whichever package owns it.

    variable common {/etc allow /usr/lib32 allow /usr/libx32 allow
        /usr/share/zoneinfo allow /usr/lib/locale allow
        /usr/share/mime allow / ask}

    # While find runs: Scanned's answers by directory and kind of files.

    variable scans {}
}

# dtsm::deps::find --
#
#      Sort the packages that a build touched.
#
# Arguments:
#      paths     path flags ..., as from a session's collect.
#      registry  One that knows packages, with what was declared.
#      policy    As from dtsm::policy::load: a file of no package is reported
#                only if this policy does not allow it.
#      ignored   As from dtsm::ignore::places: files that do not count as used,
#                unless their package may be used.
#
# Results:
#      A dictionary:
#      used        package files ...; how many of its files
#      lookedAt    the same, for those of which no file was used
#      base        those of both that every build may use
#      entries     what was declared, as from Declared (depsdeclared.tcl)
#      undeclared  used packages that were not declared, nor are needed by
#                  one that was
#      needed      the shortest list of those whose dependencies bring the
#                  others
#      unowned     used files of no package
#      ignored     a list of {path package}: what did not count

proc ::dtsm::deps::find {paths registry policy {ignored {}}} {
    variable scans {}
    lassign [Touched $paths $registry $policy $ignored] used lookedAt unowned \
        passed
    set allowed [$registry allowed]
    set undeclared [lsort [lmap package [dict keys $used] {
        if {[dict exists $allowed $package]} {
            continue
        }
        set package
    }]]
    return [dict create used [lsort -stride 2 $used] \
        lookedAt [lsort -stride 2 $lookedAt] base [$registry base] \
        entries [Declared $used $lookedAt $registry] \
        undeclared $undeclared needed [Shortest $undeclared $registry] \
        unowned [lsort $unowned] ignored [lsort $passed]]
}

# dtsm::deps::Touched --
#
#      Which packages own the files that were touched.
#
# Results:
#      A list of used, lookedAt, unowned and ignored, as find has them.

proc ::dtsm::deps::Touched {paths registry policy ignored} {
    variable common
    set verdictOf [list / [dict get $policy default]]
    foreach {verdict path} [dict get $policy rules] {
        dict set verdictOf [::dtsm::bytes::resolved $path] $verdict
    }
    set allowed [$registry allowed]
    set used {}
    set lookedAt {}
    set unowned {}
    set passed {}
    foreach {path flags} $paths {
        if {"missing" in $flags || "alias" in $flags} {
            continue
        }
        set owners [$registry owners $path]
        if {"" in $owners} {
            continue
        }
        set owner [lindex $owners 0]
        set isAllowed 0
        foreach package $owners {
            if {[dict exists $allowed $package]} {
                set owner $package
                set isAllowed 1
                break
            }
        }
        if {!$isAllowed && [::dtsm::ignore::covers $ignored $path]} {
            if {[llength $owners]} {
                lappend passed [list $path $owner]
            }
            continue
        }
        if {"deny" in $flags} {
            continue
        }
        set kind lookedAt
        if {[::dtsm::policy::governing $common $path] eq "ask"} {
            set kind [Kind $path $flags $paths]
            if {$kind eq "used" && [Scanned $path $flags $paths $registry]} {
                set kind lookedAt
            }
        }
        if {[llength $owners]} {
            dict incr $kind $owner
        } elseif {$kind eq "used" && ![Leads $path $registry]
                && [::dtsm::policy::governing $verdictOf $path] ne "allow"} {
            lappend unowned $path
        }
    }
    foreach package [dict keys $used] {
        dict unset lookedAt $package
    }
    return [list $used $lookedAt $unowned $passed]
}

# dtsm::deps::Kind --
#
#      Whether an existing path was used or lookedAt.

proc ::dtsm::deps::Kind {path flags paths} {
    foreach flag {read write exec} {
        if {$flag in $flags} {
            return used
        }
    }
    if {"stat" ni $flags && "list" ni $flags
            && ![catch {::dtsm::system resolve $path} target]
            && $target ne $path && [dict exists $paths $target]} {
        return [Kind $target [dict get $paths $target] $paths]
    }
    return lookedAt
}

# dtsm::deps::Scanned --
#
#      Whether a path was read with all of its kind, see the head of this
#      file.

proc ::dtsm::deps::Scanned {path flags paths registry} {
    variable scans
    set slash [string last / $path]
    set directory [string range $path 0 $slash-1]
    if {"exec" in $flags || "write" in $flags
            || ![dict exists $paths $directory]
            || "list" ni [dict get $paths $directory]} {
        return 0
    }
    set kind [file extension $path]
    if {[dict exists $scans $directory $kind]} {
        return [dict get $scans $directory $kind]
    }
    set all 1
    set owners {}
    if {[catch {glob -nocomplain -tails -types {f l} -directory \
            [::dtsm::bytes::toText $directory] *} names]} {
        set names {}
    }
    foreach name $names {
        set name [::dtsm::bytes::fromText $name]
        if {[file extension $name] ne $kind || [IsDirectory $directory/$name]} {
            continue
        }
        if {![dict exists $paths $directory/$name] || [Kind $directory/$name \
                [dict get $paths $directory/$name] $paths] ne "used"} {
            set all 0
            break
        }
        lappend owners [lindex [$registry owners $directory/$name] 0]
    }
    set scan [expr {$all && [llength [lsort -unique $owners]] > 1}]
    dict set scans $directory $kind $scan
    return $scan
}

# dtsm::deps::Leads --
#
#      1 for a directory, and for a symlink that leads to a package's file.

proc ::dtsm::deps::Leads {path registry} {
    if {[IsDirectory $path]} {
        return 1
    }
    return [expr {[::dtsm::system link $path] ne ""
        && ![catch {::dtsm::system resolve $path} target]
        && [llength [$registry owners $target]]}]
}

proc ::dtsm::deps::IsDirectory {path} {
    return [expr {![catch {::dtsm::system resolve $path/.}]}]
}

# dtsm::deps::Shortest --
#
#      The packages that none of the others needs.

proc ::dtsm::deps::Shortest {packages registry} {
    set left $packages
    foreach package $packages {
        set others [lsearch -all -inline -not -exact $left $package]
        foreach other $others {
            if {[dict exists [$registry closure [list $other]] $package]} {
                set left $others
                break
            }
        }
    }
    return $left
}

