# porttrace.tcl --
#
#      Trace mode with the verbs of MacPorts: programs that this script starts
#      are traced from trace_start to trace_stop.
#
#      porttrace::allow rules /usr
#      porttrace::deny rules /opt/local
#      porttrace::trace_start $workpath -rules $rules
#      porttrace::trace_enable_fence
#      porttrace::trace_exec make
#      set found [porttrace::trace_check_violations]
#      porttrace::trace_stop
#
# The first rule in a list that covers a path wins; other paths are denied.
# / is always allowed, and directories are always visible.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require Tcl 8.6-

namespace eval ::porttrace {
    namespace export allow deny ask trace_start trace_enable_fence \
        trace_exec trace_check_violations trace_stop new

    variable version [package require dtsm]
    variable session {}         ;# between trace_start and trace_stop
    variable sessions {}        ;# those that new made; some are gone
    variable environment {}     ;# name value ... before trace_start
}
package provide porttrace $::porttrace::version

if {[info commands ::dtsm::Session] eq ""} {
    foreach file {bytes place server contents session collect spawn starts} {
        source -encoding utf-8 [file join [file dirname \
            [file normalize [info script]]] $file.tcl]
    }
}

# porttrace::allow, porttrace::deny, porttrace::ask --
#
#      Append a rule to the list in a variable of the caller: for the path as
#      it is given and, where that differs, as it resolves.

proc ::porttrace::allow {listVar path} {
    uplevel 1 [list ::porttrace::Append $listVar allow $path]
}

proc ::porttrace::deny {listVar path} {
    uplevel 1 [list ::porttrace::Append $listVar deny $path]
}

proc ::porttrace::ask {listVar path} {
    uplevel 1 [list ::porttrace::Append $listVar ask $path]
}

proc ::porttrace::Append {listVar verdict path} {
    upvar 1 $listVar rules
    if {$path eq ""} {
        # An empty path would mean the working directory.
        return -level 2 -code error -errorcode {DTSM INVALID EMPTY} \
            "the path is empty"
    }
    set given [::dtsm::bytes::absolute [::dtsm::bytes::fromText $path]]
    set resolved [::dtsm::bytes::resolved $given]
    lappend rules $verdict $given
    if {$resolved ne $given} {
        lappend rules $verdict $resolved
    }
}

# porttrace::Usual --
#
#      The rules of a build in workpath that is given no others.

proc ::porttrace::Usual {workpath} {
    set rules {}
    allow rules $workpath
    foreach path {/tmp /var/tmp /dev /proc /sys /etc /run} {
        allow rules $path
    }
    set folder [::dtsm::system environ TMPDIR]
    if {$folder ne ""} {
        allow rules [::dtsm::bytes::toText $folder]
    }
    deny rules /usr/local
    foreach path {/usr /bin /sbin /lib /lib32 /lib64 /libx32} {
        allow rules $path
    }
    return $rules
}

# porttrace::new --
#
#      A session, for scripts that want more than one at once: a dtsm::Session
#      (session.tcl).  Its fence is open.
#
#      -rules list         a first-match list (the platform's directories and
#                          workpath, but not /usr/local)
#      -default verdict    for what no rule covers (deny)
#      -registry prefix    answers for ask rules: prefix path -> allow, deny
#                          or unknown, then keys and values
#      -patience seconds   the time that a program waits for an answer (60)
#      -trace file         the tracing library

proc ::porttrace::new {workpath args} {
    set known {-rules -default -registry -patience -trace}
    foreach {option .} $args {
        if {$option ni $known || [llength $args] % 2} {
            return -code error -errorcode {DTSM INVALID OPTIONS} "bad option\
                \"$option\": must be [join $known {, }], with a value"
        }
    }
    if {![dict exists $args -rules]} {
        dict set args -rules [Usual $workpath]
    }
    Sensible $args
    set session [::dtsm::Session new {*}[dict merge [dict create \
        -trace $::dtsm::traceLibrary -default deny] $args] -first 1]
    try {
        $session probe
    } on error {message options} {
        $session destroy
        return -options $options $message
    }
    variable sessions
    if {![llength $sessions]} {
        trace add execution ::exit enter ::porttrace::AtExit
    }
    set sessions [lmap one [list {*}$sessions $session] {
        if {[info commands $one] eq ""} {
            continue
        }
        set one
    }]
    return $session
}

# porttrace::AtExit --
#
#      A script that ends without ending its sessions leaves nothing either.

proc ::porttrace::AtExit {args} {
    variable sessions
    foreach one $sessions {
        catch {$one destroy}
    }
}

# porttrace::Sensible --
#
#      Refuse values of options that make no sense: a session would take some
#      of them for something else.

proc ::porttrace::Sensible {options} {
    set verdicts {allow deny ask}
    set bad {}
    if {[dict exists $options -default]
            && [dict get $options -default] ni $verdicts} {
        set bad "-default is allow, deny or ask, not\
            \"[dict get $options -default]\""
    }
    # Programs read it too, as plain digits.
    if {[dict exists $options -patience]
            && (![regexp {^[1-9][0-9]{0,4}$} [dict get $options -patience]]
                || [dict get $options -patience] > 86400)} {
        set bad "-patience is a number of seconds, 1 to 86400, not\
            \"[dict get $options -patience]\""
    }
    foreach {verdict path} [dict get $options -rules] {
        if {$verdict ni $verdicts || $path eq ""} {
            set bad "-rules are \"verdict path ...\" with allow, deny or ask,\
                not \"$verdict $path\""
        }
    }
    if {$bad ne ""} {
        return -level 2 -code error -errorcode {DTSM INVALID OPTIONS} $bad
    }
}

# porttrace::trace_start --
#
#      From now on this process' children are traced.  Options as for new.

proc ::porttrace::trace_start {workpath args} {
    variable session
    variable environment
    if {$session ne ""} {
        return -code error -errorcode {DTSM NESTED} \
            "tracing has started already: call trace_stop first"
    }
    set session [new $workpath {*}$args]
    set environment {}
    foreach {name value} [$session environment] {
        if {[info exists ::env($name)]} {
            dict set environment $name $::env($name)
        } else {
            lappend unset $name
        }
        set ::env($name) [::dtsm::bytes::toText $value]
    }
    if {[info exists unset]} {
        dict set environment {} $unset
    }
    return
}

proc ::porttrace::Session {} {
    variable session
    if {$session eq ""} {
        return -code error -errorcode {DTSM NOSESSION} \
            "nothing is traced: call trace_start first"
    }
    return $session
}

# porttrace::trace_enable_fence --
#
#      From now on what is denied is hidden; until then it is only recorded.

proc ::porttrace::trace_enable_fence {{on 1}} {
    [Session] fence $on
    return
}

# porttrace::trace_exec --
#
#      Run a command and answer questions while it runs, which exec does not:
#      programs that it starts wait for an answer until their patience ends.
#
# Results:
#      The exit status, 128 + N when signal N ended it.

proc ::porttrace::trace_exec {args} {
    set session [Session]
    $session spawn [lmap word $args {::dtsm::bytes::fromText $word}]
    set end [$session wait]
    set code [dict get $end code]
    return [expr {[dict get $end kind] eq "signal" ? 128 + $code : $code}]
}

# porttrace::trace_check_violations --
#
#      What was found so far, and a warning by ui_warn where that exists.
#
# Results:
#      A dictionary of sorted lists of paths: violations (hidden, and there),
#      missing (hidden, not there), unknown (allowed, of no known package),
#      unanswered (hidden for want of an answer); and untraced, a list of
#      {program why count}.

proc ::porttrace::trace_check_violations {} {
    set finding [[Session] collect 0]
    set found [dict create violations {} missing {} unknown {} unanswered {} \
        untraced {}]
    foreach entry [dict get $finding violations] {
        dict lappend found [expr {[lindex $entry 1] ? "violations"
            : "missing"}] [Name [lindex $entry 0]]
    }
    foreach entry [dict get $finding unanswered] {
        dict lappend found unanswered [Name [lindex $entry 0]]
    }
    foreach entry [lsort -index 0 [concat [dict get $finding unknown] \
            [dict get $finding lookedAt]]] {
        dict lappend found unknown [Name [lindex $entry 0]]
    }
    foreach entry [dict get $finding untraced] {
        dict lappend found untraced \
            [lreplace $entry 0 0 [Name [lindex $entry 0]]]
    }
    foreach entry [dict get $finding readonly] {
        lassign $entry path count
        dict lappend found untraced [list [Name $path] readonly $count]
    }
    foreach {kind text} {
        violations  "The following existing files were hidden from the build\
            system by trace mode:"
        unanswered  "The following files were hidden because the registry\
            gave no answer:"
        unknown     "The following files were used and belong to no package\
            that the registry knows:"
    } {
        if {[llength [dict get $found $kind]]} {
            Warn $text
            foreach path [dict get $found $kind] {
                Warn "  [Seen $path]"
            }
        }
    }
    return $found
}

proc ::porttrace::Warn {text} {
    if {[info commands ::ui_warn] ne ""} {
        ::ui_warn $text
    }
}

# porttrace::Name --
#
#      A path for Tcl; with \xHH where it is not text in this locale.

proc ::porttrace::Name {path} {
    if {[catch {::dtsm::bytes::toText $path} text]} {
        return [::dtsm::bytes::shown $path]
    }
    return $text
}

# porttrace::Seen --
#
#      A name of Name's for a reader's eyes.

proc ::porttrace::Seen {name} {
    return [encoding convertfrom utf-8 [::dtsm::bytes::plain \
        [encoding convertto utf-8 $name]]]
}

# porttrace::trace_stop --
#
#      End the session.  Programs that still run are left alone.  Again:
#      nothing.

proc ::porttrace::trace_stop {} {
    variable session
    variable environment
    if {$session eq ""} {
        return
    }
    dict for {name value} $environment {
        if {$name eq ""} {
            foreach name $value {
                unset -nocomplain ::env($name)
            }
        } else {
            set ::env($name) $value
        }
    }
    set ending $session
    set session {}
    $ending destroy
    return
}
