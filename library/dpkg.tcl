# dpkg.tcl --
#
#      Reads the database of Debian's dpkg: what is installed, what it needs,
#      which files it owns.
#
# A package is known by its name; one of another architecture than the
# machine's by NAME:ARCH.  Paths are byte strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::dpkg {
    namespace export state packages provided needs base fitting files \
        links

    # What build-essential depends on, for a machine without that package.

    variable essential {
        build-essential gcc g++ make libc-dev libc6-dev dpkg-dev
    }
}

# dtsm::dpkg::Contents --
#
#      The bytes of a file of the database; of a missing one, none.

proc ::dtsm::dpkg::Contents {file} {
    if {![file exists $file]} {
        return {}
    }
    set channel [open $file r]
    fconfigure $channel -translation binary
    try {
        return [read $channel]
    } finally {
        close $channel
    }
}

# dtsm::dpkg::StatusFiles --
#
#      The status file and the changes that dpkg has not yet put into it.

proc ::dtsm::dpkg::StatusFiles {admin} {
    return [concat [list [file join $admin status]] \
        [lsort [glob -nocomplain -directory [file join $admin updates] \
            {[0-9]*}]]]
}

# dtsm::dpkg::state --
#
#      Text that changes when the database does: what status and diversions
#      say, when a directory of the database changed last, and the targets of
#      the directories in / that merging /usr replaces by symlinks.

proc ::dtsm::dpkg::state {admin} {
    set state [list [file normalize $admin]]
    foreach file [concat [StatusFiles $admin] \
            [list [file join $admin diversions]]] {
        set text [Contents $file]
        lappend state [string length $text] [zlib crc32 $text] \
            [zlib adler32 $text]
    }
    foreach directory {info alternatives} {
        if {[catch {file stat [file join $admin $directory] stat}]} {
            lappend state -
        } else {
            lappend state $stat(ino) $stat(mtime) $stat(ctime)
        }
    }
    foreach directory {/bin /sbin /lib /lib32 /lib64 /libx32 /libo32} {
        lappend state [::dtsm::system link $directory]
    }
    return $state
}

# dtsm::dpkg::packages --
#
#      All packages of the status file.
#
# Results:
#      The machine's architecture, and a dictionary: package; a dictionary of
#      name, arch, installed (0: only its configuration is left), essential
#      and the fields Multi-Arch, Depends, Pre-Depends, Recommends, Provides.

proc ::dtsm::dpkg::packages {admin} {
    set stanzas {}
    foreach file [StatusFiles $admin] {
        lappend stanzas {*}[split \
            [string map {\n\n \x01} [Contents $file]] \x01]
    }
    set empty {Package {} Status {} Architecture {} Multi-Arch no
        Essential no Depends {} Pre-Depends {} Recommends {} Provides {}}
    set entries {}
    set arches {}
    foreach stanza $stanzas {
        set fields $empty
        foreach line [split $stanza \n] {
            set colon [string first : $line]
            set field [string range $line 0 $colon-1]
            if {[dict exists $empty $field]} {
                dict set fields $field \
                    [string trim [string range $line $colon+1 end]]
            }
        }
        set name [dict get $fields Package]
        set arch [dict get $fields Architecture]
        set status [lindex [split [dict get $fields Status]] 2]
        if {$name eq "" || $status in {"" not-installed}} {
            continue
        }
        if {$arch ne "all"} {
            dict incr arches $arch [expr {$name eq "dpkg" ? 1000000 : 1}]
        }
        dict set entries $name:$arch [dict merge $fields [dict create \
            name $name arch $arch installed [expr {$status ne "config-files"}] \
            essential [expr {[dict get $fields Essential] eq "yes"}]]]
    }
    set native [lindex [lsort -integer -stride 2 -index 1 $arches] end-1]
    set result {}
    foreach entry [dict values $entries] {
        set package [dict get $entry name]
        if {[dict get $entry arch] ni [list all $native]} {
            append package : [dict get $entry arch]
        }
        dict set result $package $entry
    }
    return [list $native $result]
}

# dtsm::dpkg::provided --
#
#      Which installed packages a name may mean, a virtual one too.
#
# Results:
#      A dictionary: name; packages.

proc ::dtsm::dpkg::provided {native packages} {
    set result {}
    dict for {package entry} $packages {
        if {![dict get $entry installed]} {
            continue
        }
        dict lappend result [dict get $entry name] $package
        # A package for all architectures counts as one of the machine's.
        set arch [dict get $entry arch]
        dict lappend result [dict get $entry name]:[expr {
            $arch eq "all" ? $native : $arch}] $package
        foreach provide [::dtsm::depends::entries [dict get $entry Provides] \
                "Provides of $package" $native {}] {
            foreach name [dict get $provide names] {
                dict lappend result $name $package
            }
        }
    }
    return $result
}

# dtsm::dpkg::needs --
#
#      What each installed package needs: Depends and Pre-Depends, and of
#      alternatives every one that is installed, because any may be used.
#
# Arguments:
#      provided   From provided.
#
# Results:
#      A dictionary: package; packages.

proc ::dtsm::dpkg::needs {native packages provided} {
    set result {}
    dict for {package entry} $packages {
        if {![dict get $entry installed]} {
            continue
        }
        dict set result $package [Meant $packages $native $provided $package \
            [dict get $entry Depends],[dict get $entry Pre-Depends]]
    }
    return $result
}

# dtsm::dpkg::Meant --
#
#      The installed packages that a field of a package may mean.

proc ::dtsm::dpkg::Meant {packages native provided package text} {
    set arch [dict get $packages $package arch]
    if {$arch eq "all"} {
        set arch $native
    }
    set result {}
    foreach dependency [::dtsm::depends::entries $text \
            "what $package needs" $native {}] {
        foreach name [dict get $dependency names] {
            if {[dict exists $provided $name]} {
                lappend result {*}[fitting $packages $arch \
                    [dict get $provided $name]]
            }
        }
    }
    return [lsort -unique $result]
}

# dtsm::dpkg::base --
#
#      The packages that every build may use, without their dependencies:
#      essential packages, build-essential, and what those and their
#      dependencies recommend.  Their tools use recommended packages when they
#      are installed (dpkg-dev a Perl module, for instance), which the build has
#      no influence on.

proc ::dtsm::dpkg::base {native packages provided needs} {
    variable essential
    set result {}
    dict for {package entry} $packages {
        if {[dict get $entry installed] && [dict get $entry essential]} {
            lappend result $package
        }
    }
    foreach name $essential {
        if {[dict exists $provided $name]} {
            lappend result {*}[fitting $packages $native \
                [dict get $provided $name]]
        }
    }
    set todo $result
    set closure {}
    while {[llength $todo]} {
        set todo [lassign $todo package]
        if {![dict exists $closure $package]} {
            dict set closure $package 1
            lappend todo {*}[dict get $needs $package]
        }
    }
    foreach package [dict keys $closure] {
        lappend result {*}[Meant $packages $native $provided $package \
            [dict get $packages $package Recommends]]
    }
    return [lsort -unique $result]
}

# dtsm::dpkg::fitting --
#
#      The packages that can serve a package of an architecture: those of the
#      same architecture, of all, or with Multi-Arch: foreign; if there is none
#      of these, all packages.

proc ::dtsm::dpkg::fitting {packages arch candidates} {
    if {[llength $candidates] < 2} {
        return $candidates
    }
    set fitting {}
    foreach package $candidates {
        set entry [dict get $packages $package]
        if {[dict get $entry arch] in [list all $arch]
                || [dict get $entry Multi-Arch] eq "foreign"} {
            lappend fitting $package
        }
    }
    return [expr {[llength $fitting] ? $fitting : $candidates}]
}

# dtsm::dpkg::files --
#
#      Run a script for each file that a package owns, without directories.
#      Symlinks on the way to a file are followed, so /lib/x on a machine with
#      a merged /usr is /usr/lib/x; a diverted file has its new place.
#
# Arguments:
#      packages    From packages.
#      pathName, packageName
#                  Variables of the caller.

proc ::dtsm::dpkg::files {admin native packages pathName packageName script} {
    upvar 1 $pathName path $packageName package
    set keys {}
    dict for {key entry} $packages {
        dict lappend keys [dict get $entry name] $key
    }
    set owned {}
    set directories {}
    foreach file [glob -nocomplain -directory [file join $admin info] \
            *.list] {
        set name [file rootname [file tail $file]]
        set package $name
        if {[string match *:$native $name]} {
            set package [string range $name 0 [string last : $name]-1]
        } elseif {[dict exists $keys $name]} {
            set package [lindex [dict get $keys $name] 0]
        }
        set paths [split [Contents $file] \n]
        lappend owned $package $paths
        foreach path $paths {
            dict set directories \
                [string range $path 0 [string last / $path]-1] ""
        }
    }
    dict for {directory .} $directories {
        if {$directory ne ""} {
            set real [::dtsm::bytes::resolved $directory]
            dict set directories $directory [expr {$real eq "/" ? "" : $real}]
        }
    }
    set diversions [Diversions $admin $directories]
    foreach {package paths} $owned {
        foreach path $paths {
            if {$path in {"" /.} || [dict exists $directories $path]} {
                continue
            }
            set path [Placed $path $directories]
            if {[dict exists $diversions $path]} {
                lassign [dict get $diversions $path] to by
                if {$by ne $package} {
                    set path $to
                }
            }
            uplevel 1 $script
        }
    }
}

# dtsm::dpkg::Placed --
#
#      A path with its directory replaced by where that leads.

proc ::dtsm::dpkg::Placed {path directories} {
    set slash [string last / $path]
    set directory [string range $path 0 $slash-1]
    set tail [string range $path $slash end]
    if {[dict exists $directories $directory]} {
        return [dict get $directories $directory]$tail
    }
    return [::dtsm::bytes::resolved /$directory]$tail
}

# dtsm::dpkg::Diversions --
#
#      A dictionary: path; a list of where it went and the package whose own
#      file took its place, ":" when the administrator diverted it.

proc ::dtsm::dpkg::Diversions {admin directories} {
    set result {}
    foreach {from to by} [lrange \
            [split [Contents [file join $admin diversions]] \n] 0 end-1] {
        dict set result [Placed $from $directories] \
            [list [Placed $to $directories] $by]
    }
    return $result
}

# dtsm::dpkg::links --
#
#      The symlinks that update-alternatives keeps.  No package owns them; a
#      package owns their target.

proc ::dtsm::dpkg::links {admin} {
    set result {}
    foreach file [glob -nocomplain -directory \
            [file join $admin alternatives] *] {
        set lines [lrange [split [Contents $file] \n] 1 end]
        set lines [lassign $lines link]
        set name [::dtsm::bytes::fromText [file tail $file]]
        while {$link ne ""} {
            foreach path [list $link /etc/alternatives/$name] {
                lappend result [Placed $path {}]
            }
            set lines [lassign $lines name link]
            if {$name eq ""} {
                break
            }
        }
    }
    return [lsort -unique $result]
}
