# trace.tcl --
#
#      The package dtsm::trace: programs that this script starts are traced
#      from start to stop.
#
#      dtsm::trace::allow rules /usr
#      dtsm::trace::deny rules /opt/local
#      dtsm::trace::start $workpath -rules $rules
#      dtsm::trace::fence
#      dtsm::trace::exec make
#      set found [dtsm::trace::violations]
#      dtsm::trace::stop
#
# The first rule in a list that covers a path wins; other paths are denied.
# / is always allowed, and directories are always visible.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require Tcl 8.6-

namespace eval ::dtsm::trace {
    namespace export allow deny ask start fence exec violations stop renew \
        session

    variable version [package require dtsm]
    variable session {}         ;# between start and stop
    variable environment {}     ;# name value ... before start
}
package provide dtsm::trace $::dtsm::trace::version

if {[info commands ::dtsm::Session] eq ""} {
    foreach file {
        bytes place server contents session collect spawn starts tell
    } {
        source -encoding utf-8 [file join [file dirname \
            [file normalize [info script]]] $file.tcl]
    }
}

# dtsm::trace::allow, dtsm::trace::deny, dtsm::trace::ask --
#
#      Append a rule to the list in a variable of the caller: for the path as
#      it is given and, where that differs, as it resolves.

proc ::dtsm::trace::allow {listVar path} {
    uplevel 1 [list ::dtsm::trace::Append $listVar allow $path]
}

proc ::dtsm::trace::deny {listVar path} {
    uplevel 1 [list ::dtsm::trace::Append $listVar deny $path]
}

proc ::dtsm::trace::ask {listVar path} {
    uplevel 1 [list ::dtsm::trace::Append $listVar ask $path]
}

proc ::dtsm::trace::Append {listVar verdict path} {
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

# dtsm::trace::Usual --
#
#      The rules of a build in workpath that is given no others.

proc ::dtsm::trace::Usual {workpath} {
    set rules {}
    allow rules $workpath
    foreach path {/tmp /var/tmp /dev /proc /sys /etc /run} {
        allow rules $path
    }
    set directory [::dtsm::system environ TMPDIR]
    if {$directory ne ""} {
        allow rules [::dtsm::bytes::toText $directory]
    }
    deny rules /usr/local
    foreach path {/usr /bin /sbin /lib /lib32 /lib64 /libx32} {
        allow rules $path
    }
    return $rules
}

# dtsm::trace::session --
#
#      A session, for scripts that want more than one at once: a dtsm::Session
#      (session.tcl).  Its fence is open.  What a script does not destroy goes
#      with the interpreter, or the process (generic/tclDtsmOwn.c).
#
#      -rules list         a first-match list (the platform's directories and
#                          workpath, but not /usr/local)
#      -default verdict    for what no rule covers (deny)
#      -registry prefix    answers for ask rules: prefix path -> allow, deny
#                          or unknown, then keys and values
#      -patience seconds   the time that a program waits for an answer (60);
#                          0: for ever
#      -onviolation prefix called from the event loop for each violation, as
#                          it comes: prefix path exists program
#      -trace file         the tracing library

proc ::dtsm::trace::session {workpath args} {
    set known {-rules -default -registry -patience -onviolation -trace}
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
        if {[dict exists $args -onviolation]
                && [llength [dict get $args -onviolation]]} {
            $session watch [list ::dtsm::trace::Tell \
                [dict get $args -onviolation]]
        }
    } on error {message options} {
        $session destroy
        return -options $options $message
    }
    return $session
}

# dtsm::trace::Tell --
#
#      One of a session's violations (tell.tcl), to a script's callback.

proc ::dtsm::trace::Tell {prefix path exists program} {
    {*}$prefix [Name $path] $exists [Name $program]
}

# dtsm::trace::Sensible --
#
#      Refuse values of options that make no sense: a session would take some
#      of them for something else.

proc ::dtsm::trace::Sensible {options} {
    set verdicts {allow deny ask}
    set bad {}
    if {[dict exists $options -default]
            && [dict get $options -default] ni $verdicts} {
        set bad "-default is allow, deny or ask, not\
            \"[dict get $options -default]\""
    }
    # Programs read it too, as plain digits.
    if {[dict exists $options -patience]
            && (![regexp {^(0|[1-9][0-9]{0,4})$} \
                [dict get $options -patience]]
                || [dict get $options -patience] > 86400)} {
        set bad "-patience is a number of seconds, 0 to 86400, not\
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

# dtsm::trace::start --
#
#      From now on this process' children are traced.  Options as for new.

proc ::dtsm::trace::start {workpath args} {
    variable session
    variable environment
    if {$session ne ""} {
        return -code error -errorcode {DTSM NESTED} \
            "tracing has started already: call stop first"
    }
    set session [session $workpath {*}$args]
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

proc ::dtsm::trace::Current {} {
    variable session
    if {$session eq ""} {
        return -code error -errorcode {DTSM NOSESSION} \
            "nothing is traced: call start first"
    }
    return $session
}

# dtsm::trace::fence --
#
#      From now on what is denied is hidden; until then it is only recorded.

proc ::dtsm::trace::fence {{on 1}} {
    [Current] fence $on
    return
}

# dtsm::trace::renew --
#
#      The registry answers otherwise from now on: what it said is asked again.

proc ::dtsm::trace::renew {} {
    [Current] renew
    return
}

# dtsm::trace::exec --
#
#      Run a command and answer questions while it runs, which exec does not:
#      programs that it starts wait for an answer until their patience ends.
#
# Results:
#      The exit status, 128 + N when signal N ended it.

proc ::dtsm::trace::exec {args} {
    set session [Current]
    $session spawn [lmap word $args {::dtsm::bytes::fromText $word}]
    set end [$session wait]
    set code [dict get $end code]
    return [expr {[dict get $end kind] eq "signal" ? 128 + $code : $code}]
}

# dtsm::trace::violations --
#
#      What was found so far, and a warning by ui_warn where that exists.
#
# Results:
#      A dictionary of sorted lists of paths: violations (hidden, and there),
#      missing (hidden, not there), unknown (allowed, of no known package),
#      unanswered (hidden for want of an answer); and untraced, a list of
#      {program why count}.

proc ::dtsm::trace::violations {} {
    set finding [[Current] collect 0]
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

proc ::dtsm::trace::Warn {text} {
    if {[info commands ::ui_warn] ne ""} {
        ::ui_warn $text
    }
}

# dtsm::trace::Name --
#
#      A path for Tcl; with \xHH where it is not text in this locale.

proc ::dtsm::trace::Name {path} {
    if {[catch {::dtsm::bytes::toText $path} text]} {
        return [::dtsm::bytes::shown $path]
    }
    return $text
}

# dtsm::trace::Seen --
#
#      A name of Name's for a reader's eyes.

proc ::dtsm::trace::Seen {name} {
    return [encoding convertfrom utf-8 [::dtsm::bytes::plain \
        [encoding convertto utf-8 $name]]]
}

# dtsm::trace::stop --
#
#      End the session.  Programs that still run are left alone.  Again:
#      nothing.

proc ::dtsm::trace::stop {} {
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
