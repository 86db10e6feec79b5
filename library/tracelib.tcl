# tracelib.tcl --
#
#      The package dtsm::tracelib: MacPorts' command tracelib over sessions of
#      dtsm::trace, in place of pextlib's, with its eight verbs.
#
#      package require Pextlib 1.0
#      package require dtsm::tracelib
#
#      setname FILE         of the server's socket; ours has its own
#      opensocket           this interpreter is the one that serves
#      setsandbox STRING    "PATH=ACTION:PATH=ACTION...", the first that covers
#                           a path holds: + allow, - deny, ? ask; \ before \, :
#                           and = in a path.  From now on programs that the
#                           caller starts are traced
#      enablefence          what is denied is hidden
#      setdeps NAMES        of whose files an ask allows; ASCII letters are
#                           compared without case.  What was answered by
#                           former names is void
#      run                  serve until closesocket or clean; meanwhile, and at
#                           the end, call for each path once, in the caller's
#                           namespace, slave_add_sandbox_violation and
#                           slave_add_sandbox_unknown, and at the end, if it is
#                           there, slave_add_untraced
#      closesocket          run has come to its end when this returns
#      clean                nothing is left when this returns
#
# One thread serves, any thread calls the others; where they are two, the
# package Thread is needed, and the one that serves waits for events but while
# it runs.  closesocket and clean that a callback of run's calls in its own
# interpreter cannot wait for run: it ends after the callback.
#
# $::dtsm::tracelib::owner there is a command prefix that tells whose a path is,
# "" when nobody's; by default MacPorts' open registry is asked.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require Tcl 8.6-
package require dtsm::trace

namespace eval ::dtsm::tracelib {
    namespace ensemble create -command ::tracelib -map {
        setname SetName opensocket OpenSocket run Run clean Clean
        setsandbox SetSandbox closesocket CloseSocket setdeps SetDeps
        enablefence EnableFence
    }

    variable version [package require dtsm]

    # Where it serves:
    variable owner ::dtsm::tracelib::RegistryOwner
    variable depends {}         ;# name 1 ...
    variable session {}
    variable fence 0
    variable running 0
    variable ended 0            ;# what ends run: 1 closesocket, 2 clean
    variable tick 0             ;# changes when run has something to do
    variable news {}            ;# kind words ..., to be told by run
    variable told               ;# kind,words: it was, or will be
    array set told {}

    # Where programs start:
    variable saved {}           ;# name, value if any
}
package provide dtsm::tracelib $::dtsm::tracelib::version

# dtsm::tracelib::Here, There --
#
#      The name of this thread.  Run a command where it serves, and wait for
#      its end.

proc ::dtsm::tracelib::Here {} {
    return [expr {[info commands ::thread::id] eq "" ? "here"
        : [::thread::id]}]
}

proc ::dtsm::tracelib::There {args} {
    if {[Serves]} {
        return [uplevel #0 $args]
    }
    if {[info commands ::tsv::exists] eq ""
            || ![::tsv::exists dtsm::tracelib server]
            || [set thread [::tsv::get dtsm::tracelib server]] eq [Here]
            || ![::thread::exists $thread]} {
        return -code error -errorcode {DTSM NOSERVER} \
            "nobody serves: call tracelib opensocket first, here or in\
            another thread"
    }
    return [::thread::send $thread $args]
}

# dtsm::tracelib::Serves --
#
#      1 where this interpreter is the one that serves.

proc ::dtsm::tracelib::Serves {} {
    variable server
    return [info exists server]
}

# dtsm::tracelib::Rules --
#
#      A sandbox's string as a list, verdict path ...

proc ::dtsm::tracelib::Rules {text} {
    set rules {}
    while {$text ne ""} {
        if {![regexp {^((?:[^\\:=]|\\[\\:=])+)=([-+?])(?::(.*))?$} $text \
                . path action text]} {
            return -code error -errorcode {DTSM INVALID SANDBOX} \
                "bad sandbox at \"$text\": must be PATH=+, PATH=- or PATH=?,\
                with : between two and \\ before each \\, : and = of a path"
        }
        lappend rules [dict get {+ allow - deny ? ask} $action] \
            [::dtsm::bytes::absolute [::dtsm::bytes::fromText \
                [string map {\\\\ \\ \\: : \\= =} $path]]]
    }
    return $rules
}

# dtsm::tracelib::Begin --
#
#      Where it serves: a session with these rules, in place of a former one.
#
# Results:
#      The environment of its programs.

proc ::dtsm::tracelib::Begin {rules} {
    variable session
    variable fence
    End
    set session [::dtsm::trace::session / -rules $rules -patience 0 \
        -registry ::dtsm::tracelib::Registry \
        -onviolation ::dtsm::tracelib::Violation]
    $session fence $fence
    return [dict map {name value} [$session environment] {
        ::dtsm::bytes::toText $value
    }]
}

# dtsm::tracelib::Registry --
#
#      The session's registry: whose is the path, and is it declared?

proc ::dtsm::tracelib::Registry {path} {
    variable owner
    variable depends
    set name [uplevel #0 [list {*}$owner [::dtsm::bytes::toText $path]]]
    if {$name eq ""} {
        Add unknown [list [::dtsm::trace::Name $path]]
        return unknown
    }
    return [expr {[dict exists $depends [Folded $name]] ? "allow" : "deny"}]
}

# dtsm::tracelib::RegistryOwner --
#
#      The port that owns a path, by the registry that MacPorts has opened in
#      this interpreter.

proc ::dtsm::tracelib::RegistryOwner {path} {
    if {[info commands ::registry::entry] eq ""} {
        return {}
    }
    set entry [::registry::entry owner $path]
    return [expr {$entry eq "" ? "" : [$entry name]}]
}

proc ::dtsm::tracelib::Folded {name} {
    return [string map {
        A a B b C c D d E e F f G g H h I i J j K k L l M m N n O o P p
        Q q R r S s T t U u V v W w X x Y y Z z
    } $name]
}

# dtsm::tracelib::Add, Violation --
#
#      Something for run to tell.

proc ::dtsm::tracelib::Add {kind words} {
    variable news
    variable told
    variable tick
    if {![info exists told($kind,$words)]} {
        set told($kind,$words) 1
        lappend news $kind $words
        incr tick
    }
}

proc ::dtsm::tracelib::Violation {path exists program} {
    Add violation [list $path]
}

proc ::dtsm::tracelib::End {} {
    variable session
    set ending $session
    set session {}
    if {$ending ne ""} {
        $ending destroy
    }
}

proc ::dtsm::tracelib::Fence {on} {
    variable session
    variable fence $on
    if {$session ne ""} {
        $session fence $on
    }
}

proc ::dtsm::tracelib::Depends {names} {
    variable session
    variable depends {}
    foreach name $names {
        dict set depends [Folded $name] 1
    }
    if {$session ne ""} {
        $session renew
    }
}

# dtsm::tracelib::Stop --
#
#      Where it serves: run comes to its end, now or when it is called.

proc ::dtsm::tracelib::Stop {how} {
    variable ended
    variable tick
    set ended $how
    incr tick
}

proc ::dtsm::tracelib::Runs {} {
    variable running
    return $running
}

# dtsm::tracelib::Cleaned --
#
#      Where it serves and run has ended: all is as before opensocket.

proc ::dtsm::tracelib::Cleaned {} {
    variable news {}
    variable told
    variable server
    End
    Fence 0
    Depends {}
    array unset told
    if {[info commands ::tsv::unset] ne "" && [Serves]
            && [::tsv::exists dtsm::tracelib server]
            && [::tsv::get dtsm::tracelib server] eq $server} {
        ::tsv::unset dtsm::tracelib server
    }
    unset -nocomplain server
}

# dtsm::tracelib::StopAll --
#
#      Stop it where it serves, and wait until run has returned.  Another
#      thread answers while it runs, and then when it has returned.
#
# Results:
#      1; 0 when nobody serves, or when run waits for us.

proc ::dtsm::tracelib::StopAll {how} {
    try {
        There ::dtsm::tracelib::Stop $how
        if {[Serves]} {
            return [expr {![Runs]}]
        }
        while {[There ::dtsm::tracelib::Runs]} {
            continue
        }
        return 1
    } trap {DTSM NOSERVER} {} {
        return 0
    }
}

# dtsm::tracelib::Tell --
#
#      Tell the callers of run what is new.  An error of theirs is reported as
#      all background errors.

proc ::dtsm::tracelib::Tell {verbs} {
    variable news
    while {[llength $news]} {
        set news [lassign $news kind words]
        if {[dict get $verbs $kind] ne "" && [catch {
            uplevel #0 [list [dict get $verbs $kind] {*}$words]
        } message options]} {
            {*}[interp bgerror {}] $message $options
        }
    }
}

# dtsm::tracelib::Finish --
#
#      What only the end tells.

proc ::dtsm::tracelib::Finish {} {
    variable session
    if {$session eq ""} {
        return
    }
    set found [$session collect 0]
    foreach {key kind} {
        violations violation unknown unknown lookedAt unknown
    } {
        foreach entry [dict get $found $key] {
            Add $kind [list [::dtsm::trace::Name [lindex $entry 0]]]
        }
    }
    foreach entry [dict get $found untraced] {
        Add untraced [lreplace $entry 0 0 \
            [::dtsm::trace::Name [lindex $entry 0]]]
    }
}

#
# The verbs
#

proc ::dtsm::tracelib::SetName {file} {
    return
}

proc ::dtsm::tracelib::OpenSocket {} {
    variable ended 0
    variable news {}
    variable told
    variable server [Here]
    array unset told
    if {[info commands ::tsv::set] ne ""} {
        ::tsv::set dtsm::tracelib server $server
    }
    return
}

proc ::dtsm::tracelib::SetSandbox {text} {
    variable saved
    set rules [Rules $text]
    Restore
    dict for {name value} [There ::dtsm::tracelib::Begin $rules] {
        dict set saved $name [expr {[info exists ::env($name)]
            ? [list $::env($name)] : ""}]
        set ::env($name) $value
    }
    return
}

proc ::dtsm::tracelib::Restore {} {
    variable saved
    dict for {name former} $saved {
        if {[llength $former]} {
            set ::env($name) [lindex $former 0]
        } else {
            unset -nocomplain ::env($name)
        }
    }
    set saved {}
}

proc ::dtsm::tracelib::EnableFence {} {
    There ::dtsm::tracelib::Fence 1
    return
}

proc ::dtsm::tracelib::SetDeps {names} {
    There ::dtsm::tracelib::Depends $names
    return
}

proc ::dtsm::tracelib::Run {} {
    variable running 1
    variable ended
    set verbs {}
    foreach {kind name} {
        violation slave_add_sandbox_violation
        unknown slave_add_sandbox_unknown untraced slave_add_untraced
    } {
        dict set verbs $kind [uplevel 1 [list namespace which $name]]
    }
    try {
        while {$ended == 0} {
            vwait ::dtsm::tracelib::tick
            Tell $verbs
        }
        Finish
        Tell $verbs
    } finally {
        set running 0
        if {$ended == 2} {
            Cleaned
        }
    }
    return
}

proc ::dtsm::tracelib::CloseSocket {} {
    StopAll 1
    Restore
    return
}

proc ::dtsm::tracelib::Clean {} {
    if {[StopAll 2]} {
        # Where run has just ended it has done so already.
        try {
            There ::dtsm::tracelib::Cleaned
        } trap {DTSM NOSERVER} {} {
        }
    }
    Restore
    return
}
