# deps.tcl --
#
#      Which packages a build used, from what a session found and what a
#      registry says, beside what the build declares.
#
# What counts.  A file that was read, written or executed is USED.  One that
# was only looked at (stat, access: a configure script's search) is not, and
# is told apart, because a build may find a program and never run it.  A
# symlink counts as what it leads to: of gcc only /usr/bin/gcc is a file of
# the package gcc.  Some counts as looked at, because it says nothing of what
# the build needs: what lies in /etc (the linker reads all of
# /etc/ld.so.conf.d, whoever put a file there), what is of the machine's own
# time zone and language, libraries of another ABI (dpkg-shlibdeps looks into
# all folders of ld.so.conf), and a file that was read with all others of its
# kind in a folder that was listed, when they are of several packages (aclocal
# reads all of /usr/share/aclocal).  Folders, and what was not there, do not
# count.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::deps {
    namespace export find text control json

    # What every build reads, whosever it is.

    variable common {/etc allow /usr/lib32 allow /usr/libx32 allow
        /usr/share/zoneinfo allow /usr/lib/locale allow / ask}

    # What Scanned found of a folder and a kind of files, while find runs.

    variable scans {}
}

# dtsm::deps::find --
#
#      Sort the packages that a build touched.
#
# Arguments:
#      paths     path flags ..., as from a session's collect.
#      registry  One that knows packages, with what was declared.
#      policy    As from dtsm::policy::load: what belongs to no package is
#                only told when this does not allow it.
#
# Results:
#      A dictionary:
#      used        package files ...; how many of its files
#      lookedAt    the same, for those of which no file was used
#      base        those of both that every build may use
#      entries     a list of {text names state packages}: what was declared,
#                  and used, lookedAt or untouched
#      undeclared  used packages that were not declared, nor are needed by
#                  one that was
#      needed      the shortest list of those that needs all the others
#      unowned     used files of no package

proc ::dtsm::deps::find {paths registry policy} {
    set verdictOf [list / [dict get $policy default]]
    foreach {verdict path} [dict get $policy rules] {
        dict set verdictOf [::dtsm::bytes::resolved $path] $verdict
    }
    set allowed [$registry allowed]
    set base [$registry base]
    set used {}
    set lookedAt {}
    set unowned {}
    variable common
    variable scans {}
    foreach {path flags} $paths {
        if {"missing" in $flags || "alias" in $flags} {
            continue
        }
        set owners [$registry owners $path]
        if {"" in $owners} {
            continue
        }
        set kind lookedAt
        if {[::dtsm::policy::governing $common $path] eq "ask"} {
            set kind [Kind $path $flags $paths]
            if {$kind eq "used" && [Scanned $path $flags $paths $registry]} {
                set kind lookedAt
            }
        }
        if {![llength $owners]} {
            if {$kind eq "used" && ![IsFolder $path] && [
                    ::dtsm::policy::governing $verdictOf $path] ne "allow"} {
                lappend unowned $path
            }
            continue
        }
        set owner [lindex $owners 0]
        foreach package $owners {
            if {[dict exists $allowed $package]} {
                set owner $package
                break
            }
        }
        dict incr $kind $owner
    }
    foreach package [dict keys $used] {
        dict unset lookedAt $package
    }
    set entries [lmap entry [$registry declared] {
        set state untouched
        foreach package [dict get $entry packages] {
            set one [State $package $used $lookedAt $base $registry]
            if {$one eq "used" || $state eq "untouched"} {
                set state $one
            }
        }
        list [dict get $entry text] [dict get $entry names] $state \
            [dict get $entry packages]
    }]
    set undeclared [lsort [lmap package [dict keys $used] {
        if {[dict exists $allowed $package]} {
            continue
        }
        set package
    }]]
    return [dict create used [lsort -stride 2 $used] \
        lookedAt [lsort -stride 2 $lookedAt] base $base entries $entries \
        undeclared $undeclared needed [Shortest $undeclared $registry] \
        unowned [lsort $unowned]]
}

# dtsm::deps::Kind --
#
#      Whether a path that was there was used or lookedAt.

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
    set folder [string range $path 0 $slash-1]
    if {"exec" in $flags || "write" in $flags || ![dict exists $paths $folder]
            || "list" ni [dict get $paths $folder]} {
        return 0
    }
    set kind [file extension $path]
    if {[dict exists $scans $folder $kind]} {
        return [dict get $scans $folder $kind]
    }
    set all 1
    set owners {}
    if {[catch {glob -nocomplain -tails -types {f l} -directory \
            [::dtsm::bytes::toText $folder] *} names]} {
        set names {}
    }
    foreach name $names {
        set name [::dtsm::bytes::fromText $name]
        if {[file extension $name] ne $kind || [IsFolder $folder/$name]} {
            continue
        }
        if {![dict exists $paths $folder/$name] || [Kind $folder/$name \
                [dict get $paths $folder/$name] $paths] ne "used"} {
            set all 0
            break
        }
        lappend owners [lindex [$registry owners $folder/$name] 0]
    }
    set scan [expr {$all && [llength [lsort -unique $owners]] > 1}]
    dict set scans $folder $kind $scan
    return $scan
}

proc ::dtsm::deps::IsFolder {path} {
    return [expr {![catch {::dtsm::system resolve $path/.}]}]
}

# dtsm::deps::State --
#
#      Whether a package that was declared was used, lookedAt or untouched.
#      One that is only there for what it needs counts as that does.

proc ::dtsm::deps::State {package used lookedAt base registry {seen {}}} {
    if {[dict exists $used $package]} {
        return used
    }
    set state [expr {[dict exists $lookedAt $package] ? "lookedAt"
        : "untouched"}]
    if {[$registry meta $package] && $package ni $seen} {
        lappend seen $package
        foreach needed [$registry needs $package] {
            if {[dict exists $base $needed]} {
                continue
            }
            set one [State $needed $used $lookedAt $base $registry $seen]
            if {$one eq "used"} {
                return used
            } elseif {$one eq "lookedAt"} {
                set state $one
            }
        }
    }
    return $state
}

# dtsm::deps::Shortest --
#
#      Those packages that no other of them needs.

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

# dtsm::deps::control --
#
#      A Build-Depends line: what was declared and touched, as it was written,
#      and what is missing.

proc ::dtsm::deps::control {found} {
    set items {}
    foreach entry [dict get $found entries] {
        lassign $entry text names state
        if {$state ne "untouched"} {
            lappend items $text
        }
    }
    lappend items {*}[dict get $found needed]
    return "Build-Depends:[join [lmap item $items {string cat " " $item}] ,]\n"
}

# dtsm::deps::Names --
#
#      The declared entries of a state, each as its alternatives.

proc ::dtsm::deps::Names {found state} {
    set result {}
    foreach entry [dict get $found entries] {
        if {[lindex $entry 2] eq $state} {
            lappend result [join [lindex $entry 1] " | "]
        }
    }
    return [lsort -unique $result]
}

# dtsm::deps::Counted --
#
#      Lines that name packages and how many of their files.

proc ::dtsm::deps::Counted {packages} {
    return [lmap {package count} $packages {
        format "  %-30s %5d %s" $package $count \
            [expr {$count == 1 ? "file" : "files"}]
    }]
}

# dtsm::deps::text --
#
#      For a reader.

proc ::dtsm::deps::text {found} {
    set direct {}
    foreach entry [dict get $found entries] {
        lappend direct {*}[lindex $entry 3]
    }
    set base [dict get $found base]
    foreach group {declared implied basic undeclared} {
        set $group {}
    }
    foreach {package count} [dict get $found used] {
        set group [expr {
            $package in [dict get $found undeclared] ? "undeclared"
            : $package in $direct ? "declared"
            : [dict exists $base $package] ? "basic" : "implied"}]
        lappend $group $package $count
    }
    set looked {}
    foreach {package count} [dict get $found lookedAt] {
        if {![dict exists $base $package]} {
            lappend looked $package $count
        }
    }
    set lines {}
    foreach {head body} [list \
        "declared and used" [Counted $declared] \
        "used, needed by what is declared" [Counted $implied] \
        "used and NOT declared" [Counted $undeclared] \
        "declared and never touched" \
            [lmap name [Names $found untouched] {string cat "  " $name}] \
        "only looked at, or read with a whole folder" [Counted $looked] \
        "used, of no package" [lmap path [dict get $found unowned] {
            string cat "  " [::dtsm::bytes::shown $path]
        }] \
    ] {
        if {[llength $body]} {
            lappend lines "$head:" {*}$body
        }
    }
    lappend lines "used, of every build:\
        [::dtsm::report::counted [expr {[llength $basic] / 2}] \
            package packages]"
    return [join $lines \n]\n
}

# dtsm::deps::json --
#
#      For programs, version 1.

proc ::dtsm::deps::json {found} {
    foreach group {used lookedAt} {
        set $group [::dtsm::json::array [lmap {package count} \
                [dict get $found $group] {
            set package [::dtsm::json::string $package]
            string cat "{\"package\":" $package ",\"files\":" $count "}"
        }]]
    }
    set unowned [lmap path [dict get $found unowned] {
        string cat "{" [::dtsm::json::path $path] "}"
    }]
    set members [list "\"version\":1" "\"used\":$used" \
        "\"declared\":[::dtsm::json::list [Names $found used]]" \
        "\"undeclared\":[::dtsm::json::list [dict get $found undeclared]]" \
        "\"untouched\":[::dtsm::json::list [Names $found untouched]]" \
        "\"looked_at\":$lookedAt" \
        "\"unowned\":[::dtsm::json::array $unowned]"]
    return "{[join $members ,\n]}\n"
}
