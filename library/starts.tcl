# starts.tcl --
#
#      The programs that a session's processes started: the command itself,
#      and those that never attached.  A part of dtsm::Session (session.tcl).
#
# A program that should load the library is counted in the map under a key of
# its name before it starts, and taken off the count when it attaches
# (judgeStarts.h).  A program that is left at the end never attached: it was
# killed, or its loader could not start it.  Whether a program can load the
# library is judged before it starts, so only a program about which that proves
# nothing counts as untraced.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm {
    # A file that says Y where AppArmor is active; the profiles that confine
    # programs.

    variable apparmor {/sys/module/apparmor/parameters/enabled
        /etc/apparmor.d}
}

# dtsm::mayBeConfined --
#
#      Whether a security module may keep a program from loading the library:
#      where AppArmor is at work, when one of its profiles names the program.

proc ::dtsm::mayBeConfined {path} {
    # The package's own commands hide Tcl's of these names.
    variable apparmor
    lassign $apparmor switch profiles
    set tail [string range $path [string last / $path] end]
    try {
        set channel [::open $switch]
        set on [string match Y* [read $channel]]
        ::close $channel
        if {!$on} {
            return 0
        }
        ::foreach file [glob -nocomplain -types f -directory $profiles *] {
            set channel [::open $file]
            fconfigure $channel -translation binary
            set text [read $channel]
            ::close $channel
            if {[string first $tail $text] >= 0} {
                return 1
            }
        }
    } on error {} {
        # Absent, or not readable.
    }
    return 0
}

oo::define ::dtsm::Session {
    # Below --
    #
    #      An absolute path of a name that the command has in its directory.

    method Below {dir name} {
        if {[string index $name 0] ne "/" && $dir ne "."} {
            set name [::dtsm::bytes::fromText $dir]/$name
        }
        return [::dtsm::bytes::absolute $name]
    }

    # Expect --
    #
    #      Count the command as a program that should attach.
    #
    # Arguments:
    #      program  What dtsm::program says of it.

    method Expect {program dir} {
        if {[::dtsm::process byshell]} {
            set program [::dtsm::program /bin/sh]
        }
        if {[dict get $program name] eq ""} {
            return
        }
        set key [dict get $program key]
        set path [my Below $dir [dict get $program name]]
        $map insert -bytes 1 "$key\t$path" {allow alias}
        $map count -of $key 1
        if {![dict get $program proved]} {
            catch {$map mark $key +unknown}
        }
        $map count expected 1
    }

    # Missing --
    #
    #      The programs that were started and never attached.
    #
    # Arguments:
    #      notes    The map's start keys and notes, and their flags.
    #      known    Of start keys, how many of their programs have said
    #               themselves why they did not attach.
    #
    # Results:
    #      path why count ...; why is ended, refused or memory.

    method Missing {notes known} {
        set paths {}
        dict for {note .} $notes {
            if {[set at [string first \t $note]] >= 0} {
                dict lappend paths [string range $note 0 $at-1] \
                    [string range $note $at+1 end]
            }
        }
        set result {}
        set mounts [dict exists $notes @X-mounts]
        dict for {key flags} $notes {
            if {[string first \t $key] >= 0} {
                continue
            }
            set count [$map count -of $key]
            if {[dict exists $known $key]} {
                incr count -[dict get $known $key]
            }
            if {$count > 0} {
                set named [expr {[dict exists $paths $key]
                    ? [lsort [dict get $paths $key]] : {}}]
                lappend result [join $named { or }] \
                    [my WhyMissing $flags $named $mounts] $count
            }
        }
        return $result
    }

    # WhyMissing --
    #
    #      If one program attached under the same name, the others ended before
    #      they could.  If nothing is known about a program's loader, or if a
    #      limit, a mount or a security module may have kept it from loading the
    #      library, it may have run.

    method WhyMissing {flags named mounts} {
        if {"list" in $flags} {
            return memory
        }
        if {$mounts} {
            return refused
        }
        if {"read" in $flags} {
            return ended
        }
        if {"unknown" in $flags} {
            return refused
        }
        ::foreach path $named {
            if {[::dtsm::mayBeConfined $path]} {
                return refused
            }
        }
        return ended
    }

    # Named --
    #
    #      The path of a program that said itself that it could not attach:
    #      the one that it was started by, if the map has it.

    method Named {notes key path} {
        set noted [dict keys $notes "$key\t*"]
        return [expr {[llength $noted] == 1
            ? [string range [lindex $noted 0] [string length $key]+1 end]
            : $path}]
    }
}
