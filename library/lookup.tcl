# lookup.tcl --
#
#      Which file a session's own command is: looked up, recorded and refused
#      as a traced shell would do it.  A part of dtsm::Session (session.tcl).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

oo::define ::dtsm::Session {
    # Governed --
    #
    #      What the rules say of a resolved path: allow, deny or ask.

    method Governed {path} {
        while {![dict exists $verdictOf $path]} {
            set slash [string last / $path]
            set path [expr {$slash < 1 ? "/"
                : [string range $path 0 $slash-1]}]
        }
        return [dict get $verdictOf $path]
    }

    # Follow --
    #
    #      Where a path leads, one component at a time.
    #
    # Results: the resolved path, and a list of the symlinks on the way.

    method Follow {path} {
        set todo [split [::dtsm::bytes::absolute $path] /]
        set at {}
        set links {}
        while {[llength $todo]} {
            set todo [lassign $todo part]
            if {$part eq ".."} {
                set at [string range $at 0 [string last / $at]-1]
            } elseif {$part ni {"" "."}} {
                append at /$part
                set target [::dtsm::system link $at]
                if {$target ne "" && [llength $links] < 40} {
                    lappend links $at
                    set at [expr {[string index $target 0] eq "/" ? ""
                        : [string range $at 0 [string last / $at]-1]}]
                    set todo [concat [split $target /] $todo]
                }
            }
        }
        return [list [expr {$at eq "" ? "/" : $at}] $links]
    }

    # Ask --
    #
    #      Ask for a program as a traced process does: record it and the
    #      symlinks that lead to it, if the fence is up.  What a rule or the
    #      registry denies is a violation of ours, and what the registry is
    #      silent about is refused; if it is there, it is added to the member
    #      `denied'.
    #
    # Results: empty if there is such a program; denied; ENOENT; EACCES.

    method Ask {file} {
        set exists [expr {![catch {::dtsm::system resolve $file} . options]}]
        if {!$exists && [lindex [dict get $options -errorcode] 1]
                ni {ENOENT ENOTDIR}} {
            return EACCES
        }
        set missing [expr {$exists ? {} : "missing"}]
        set result [expr {!$exists ? "ENOENT"
            : [::dtsm::system which $file] eq "" ? "EACCES" : ""}]
        if {![$map fence]} {
            return $result
        }
        lassign [my Follow $file] path links
        set unknown {}
        foreach step [concat $links [list $path]] {
            set verdict allow
            if {[catch {::dtsm::system resolve $step/.}]} {
                set verdict [my Governed $step]
                set who "a rule denies"
                if {$verdict eq "ask"} {
                    set who "the registry denies"
                    set verdict [expr {!$exists ? "allow" : $server eq ""
                        ? "unknown" : [$server verdict $step \
                            [dict get $settings -patience]]}]
                }
            }
            set unknown [expr {$verdict eq "unknown" ? $verdict : {}}]
            if {$verdict in {deny {}}} {
                set why [expr {$verdict eq "" ? "unknown" : "violation"}]
                $map insert -bytes 1 $step \
                    [list deny $why reported exec {*}$missing]
                if {$verdict eq ""} {
                    set who "the registry did not answer for"
                    $map count unanswered 1
                }
                my LogRefused [expr {$verdict eq "" ? "unanswered"
                    : "refused"}] $step $exists
                if {$exists} {
                    dict set denied $step "$who [::dtsm::bytes::shown $step]"
                }
                return denied
            }
            if {$step ne $path} {
                $map insert -bytes 1 $step [list allow {*}$unknown]
            }
        }
        if {$exists || [my Governed $path] ne "ask"} {
            $map insert -bytes 1 $path \
                [list allow {*}$unknown exec {*}$missing]
        }
        return $result
    }

    # LogRefused --
    #
    #      A line of the log, as the tracing library writes it.  APPEND puts it
    #      at the end, wherever the channel was read last.

    method LogRefused {verb path exists} {
        set program [info script]
        if {$program eq ""} {
            set program [info nameofexecutable]
        }
        set program [::dtsm::bytes::fromText [file normalize $program]]
        set fields [lmap field [list $program [::dtsm::system resolve .] \
                $path] {
            ::dtsm::bytes::escape $field
        }]
        puts $log [join [list $verb [pid] {*}$fields $exists] \t]
        flush $log
    }

    # Program --
    #
    #      The file that a command's name means, as a traced shell finds it:
    #      what a rule denies is passed over, and so is a script whose
    #      interpreter is denied.
    #
    # Errors: DTSM DENIED when rules and registry leave none; POSIX ...

    method Program {name} {
        set failure {ENOENT "no such file or directory"}
        set denied {}
        foreach file [::dtsm::system candidates $name] {
            set asked $file
            for {set depth 0} {$depth < 6} {incr depth} {
                set answer [my Ask $asked]
                if {$answer ne ""} {
                    break
                }
                set asked [::dtsm::system interpreter $asked]
                if {$asked eq ""} {
                    break
                }
            }
            switch -- $answer {
                "" {
                    return $file
                }
                EACCES {
                    set failure {EACCES "permission denied"}
                }
            }
        }
        set name [::dtsm::bytes::shown $name]
        if {[llength $denied]} {
            return -code error -errorcode {DTSM DENIED} \
                "$name: [join [dict values $denied] {, }]"
        }
        return -code error -errorcode [list POSIX {*}$failure] \
            "$name: [lindex $failure 1]"
    }
}
