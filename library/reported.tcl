# reported.tcl --
#
#      What a report in JSON (report.tcl) tells, to be shown in other formats.
#
#      set contents [dtsm::Reported new $bytes]
#      $contents paths         as of dtsm::Contents
#      $contents json channel  as of dtsm::Contents
#      $contents finding       as of dtsm::Contents; with command and end, if
#                              the report was that of a run
#      $contents only kind     as of dtsm::Contents
#
# All paths are byte strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

oo::class create ::dtsm::Reported {
    variable report kind

    # constructor --
    #
    # Errors: DTSM REPORT if these bytes are no report of version 1.

    constructor {bytes} {
        set kind {}
        try {
            set report [::dtsm::jsonread::value $bytes]
            if {[dict get $report version] ne "1"} {
                my Fail "has another version than 1"
            }
            my Check
        } trap {DTSM REPORT} {message options} {
            return -options $options $message
        } on error {} {
            my Fail "is not a report of dtsm in JSON"
        }
    }

    method Fail {why} {
        throw {DTSM REPORT} "the file $why"
    }

    # Check --
    #
    #      What the other methods rely on: where a text belongs there is one,
    #      and each path begins with /.

    method Check {} {
        foreach {path flags} [my paths] {
            if {[string index $path 0] ne "/"} {
                my Fail "has a path that is not absolute"
            }
            if {[llength $flags] > 16 || ![string is list $flags]} {
                my Fail "has flags that are none"
            }
        }
        my finding
    }

    # Path --
    #
    #      The path of an object, which may be in base 64.

    method Path {object} {
        if {[dict exists $object path_base64]} {
            return [binary decode base64 [dict get $object path_base64]]
        }
        return [dict get $object path]
    }

    method Get {name {default {}}} {
        return [expr {[dict exists $report {*}$name]
            ? [dict get $report {*}$name] : $default}]
    }

    method paths {} {
        set result {}
        foreach entry [my Get paths] {
            set flags [dict get $entry flags]
            if {$kind eq "" || [my Is $flags]} {
                dict set result [my Path $entry] $flags
            }
        }
        return $result
    }

    method json {channel} {
        puts -nonewline $channel [::dtsm::json::array [lmap {path flags} \
                [my paths] {
            string cat "{" [::dtsm::json::path $path] \
                ",\"flags\":" [::dtsm::json::list $flags] "}"
        }] \n]
    }

    method only {wanted} {
        set kind $wanted
    }

    # Is --
    #
    #      1 for the flags of a path that `only' left.

    method Is {flags} {
        switch -- $kind {
            hidden {
                return [expr {"deny" in $flags && "reported" in $flags}]
            }
            unknown {
                return [expr {"unknown" in $flags}]
            }
        }
        return [expr {"deny" ni $flags && ("read" in $flags
            || "write" in $flags || "exec" in $flags)}]
    }

    # Refused --
    #
    #      A list of {path exists program details}.

    method Refused {entries} {
        return [lmap entry $entries {
            list [my Path $entry] [string is true [dict get $entry exists]] \
                [dict get $entry by] [my Details $entry]
        }]
    }

    method Details {entry} {
        set result {}
        foreach key {package why} {
            if {[dict exists $entry $key]} {
                dict set result $key [dict get $entry $key]
            }
        }
        return $result
    }

    method Known {name} {
        return [lmap entry [my Get $name] {
            list [my Path $entry] [my Details $entry]
        }]
    }

    # Programs --
    #
    #      A list of {path count}, or of {path why count}.

    method Programs {name} {
        return [lmap entry [my Get [list processes $name]] {
            list [my Path $entry] \
                {*}[expr {[dict exists $entry why]
                    ? [list [dict get $entry why]] : ""}] \
                [my Count [dict get $entry count]]
        }]
    }

    method Count {value} {
        if {![string is wideinteger -strict $value]} {
            my Fail "has a count that is no number"
        }
        return $value
    }

    method finding {} {
        set rules {}
        foreach entry [my Get rules] {
            lappend rules [my Path $entry] [dict get $entry verdict]
        }
        set result [dict create default [my Get default] \
            rules $rules distinct [llength [my Get paths]] \
            violations [my Refused [my Get violations]] \
            unanswered [my Refused [my Get {unanswered paths}]] \
            ignored [my Refused [my Get ignored]] \
            probed [my Refused [my Get probed]] \
            unknown [my Known unknown] lookedAt [my Known looked_at] \
            waiting [lmap entry [my Get {registry waiting}] {
                list [my Path $entry] [dict get $entry seconds]
            }] failure [my Get {registry first}] lost 0]
        foreach {key name} {
            traced {processes traced} silent {unanswered count}
            unseen unseen asked asked unstored unstored
            failures {registry failures}
        } {
            dict set result $key [my Count [my Get $name 0]]
        }
        foreach name {supervised untraced readonly ended} {
            dict set result $name [my Programs $name]
        }
        return [my Ended $result]
    }

    # Ended --
    #
    #      A finding with the command and its end, if the report tells them.

    method Ended {finding} {
        if {![dict exists $report exit]} {
            return $finding
        }
        set exit [dict get $report exit]
        set end [list wall [expr {double([my Get wall_s])}]]
        if {[dict exists $exit signal]} {
            lappend end kind signal code 0 \
                name [dict get $exit signal]
        } else {
            lappend end kind exit code [my Count [dict get $exit status]] \
                name {}
        }
        dict set finding end $end
        dict set finding command [my Get command]
        return $finding
    }
}
