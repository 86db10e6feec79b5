# tracelib.tcl --
#
#       The command tracelib of MacPorts over our sessions, and the few
#       commands beside it that test files of MacPorts' trace mode use.  With
#       them such files run here:
#
#           TCLLIBPATH="$build $source/tests/tracelib" tclsh access.test
#
# tracelib setname FILE        of the server's socket; ours has its own
# tracelib opensocket          this interpreter is the one that serves
# tracelib setsandbox STRING   "PATH=ACTION:PATH=ACTION...", the first that
#                              covers a path holds: + allow, - deny, ? ask;
#                              \ before \, : and = in a path.  From now on
#                              programs that the caller starts are traced
# tracelib enablefence         what is denied is hidden
# tracelib setdeps NAMES       of whose files an ask allows
# tracelib run                 serve until closesocket; then call, for each
#                              path, slave_add_sandbox_violation and
#                              slave_add_sandbox_unknown
# tracelib closesocket         run comes to its end
# tracelib clean               nothing is left
#
# The one that serves may be another thread than the one that starts programs,
# as it is in MacPorts; it needs the package Thread and waits for events until
# it is told to run.  $::tracelib::owner there is a command prefix that tells
# whose a path is, "" when nobody's.
#
# What MacPorts' programs ask of darwintrace.h (to switch its library off from
# within, or for its socket's number) has no counterpart: ours holds no
# descriptor, and is not switched off.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require Tcl 8.6-
package require dtsm::trace
package provide Pextlib 1.0

namespace eval ::tracelib {
    namespace export setname opensocket setsandbox enablefence setdeps run \
        closesocket clean
    namespace ensemble create

    variable server {}          ;# the thread that serves
    variable owner {}           ;# what follows: where it serves
    variable depends {}
    variable session {}
    variable ended 0
    variable running 0
    variable fence 0
    variable saved {}           ;# where programs start: name, value if any
}

# tracelib::Here, tracelib::There --
#
#       The name of this thread.  Run a command where it serves.

proc ::tracelib::Here {} {
    return [expr {[info commands ::thread::id] eq "" ? "here" : [thread::id]}]
}

proc ::tracelib::There {async args} {
    variable server
    if {[info commands ::tsv::exists] ne ""
            && [::tsv::exists tracelib server]} {
        set server [::tsv::get tracelib server]
    }
    if {$server eq ""} {
        return -code error -errorcode {TRACELIB NOSERVER} \
            "nobody serves: call tracelib opensocket first"
    }
    if {$server eq [Here]} {
        return [uplevel #0 $args]
    }
    return [::thread::send {*}$async $server $args]
}

# tracelib::Rules --
#
#       A sandbox's string as a list, verdict path ...

proc ::tracelib::Rules {text} {
    set rules {}
    while {$text ne ""} {
        if {![regexp {^((?:[^\\:=]|\\[\\:=])+)=([-+?])(?::(.*))?$} $text \
                . path action text]} {
            return -code error -errorcode {TRACELIB SANDBOX} "bad sandbox at\
                \"$text\": must be PATH=+, PATH=- or PATH=?, with : between\
                two and \\ before each \\, : and = of a path"
        }
        lappend rules [dict get {+ allow - deny ? ask} $action] \
            [::dtsm::bytes::absolute [::dtsm::bytes::fromText \
                [string map {\\\\ \\ \\: : \\= =} $path]]]
    }
    return $rules
}

# tracelib::Begin --
#
#       Where it serves: a session with these rules, in place of a former one.
#
# Results:
#       The environment of its programs.

proc ::tracelib::Begin {rules} {
    variable session
    variable fence
    End
    set session [::dtsm::trace::session / -rules $rules \
        -registry ::tracelib::Registry]
    $session fence $fence
    return [dict map {name value} [$session environment] {
        ::dtsm::bytes::toText $value
    }]
}

proc ::tracelib::Registry {path} {
    variable owner
    variable depends
    set name {}
    if {[llength $owner]} {
        set name [uplevel #0 [linsert $owner end \
            [::dtsm::bytes::toText $path]]]
    }
    if {$name eq ""} {
        return unknown
    }
    return [expr {$name in $depends ? "allow" : "deny"}]
}

proc ::tracelib::End {} {
    variable session
    set ending $session
    set session {}
    if {$ending ne ""} {
        $ending destroy
    }
}

proc ::tracelib::Fence {on} {
    variable session
    variable fence $on
    if {$session ne ""} {
        $session fence $on
    }
}

proc ::tracelib::Depends {names} {
    variable depends $names
}

# tracelib::Stop --
#
#       Where it serves: run ends, now or when it is called.  With clean, all
#       is as before opensocket once run has told what was found.

proc ::tracelib::Stop {clean} {
    variable ended
    variable running
    if {$clean && !$running} {
        End
        Fence 0
        Depends {}
    } elseif {$clean} {
        set ended 2
    } elseif {$ended == 0} {
        set ended 1
    }
}

#
# The verbs
#

proc ::tracelib::setname {file} {
    return
}

proc ::tracelib::opensocket {} {
    variable ended 0
    variable server [Here]
    if {[info commands ::tsv::set] ne ""} {
        ::tsv::set tracelib server $server
    }
    return
}

proc ::tracelib::setsandbox {text} {
    variable saved
    set rules [Rules $text]
    Restore
    dict for {name value} [There {} ::tracelib::Begin $rules] {
        dict set saved $name [expr {[info exists ::env($name)]
            ? [list $::env($name)] : ""}]
        set ::env($name) $value
    }
    return
}

proc ::tracelib::Restore {} {
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

proc ::tracelib::enablefence {} {
    There {} ::tracelib::Fence 1
    return
}

proc ::tracelib::setdeps {names} {
    There {} ::tracelib::Depends $names
    return
}

proc ::tracelib::run {} {
    variable ended
    variable running 1
    variable session
    while {$ended == 0} {
        vwait ::tracelib::ended
    }
    set running 0
    if {$session ne ""} {
        set found [$session collect 0]
        foreach kind {violations unknown lookedAt} verb {
            violation unknown unknown
        } {
            foreach entry [dict get $found $kind] {
                uplevel #0 [list slave_add_sandbox_$verb \
                    [::dtsm::trace::Name [lindex $entry 0]]]
            }
        }
    }
    if {$ended == 2} {
        Stop 1
    }
    return
}

proc ::tracelib::closesocket {} {
    There -async ::tracelib::Stop 0
    Restore
    return
}

proc ::tracelib::clean {} {
    There -async ::tracelib::Stop 1
    Restore
    return
}

#
# Beside it
#

# mktemp --
#
#       A name that no file has yet.

proc ::mktemp {template} {
    set name [string trimright [exec mktemp -u $template]]
    return $name
}

proc ::realpath {path} {
    return [::dtsm::bytes::toText [::dtsm::bytes::resolved \
        [::dtsm::bytes::absolute [::dtsm::bytes::fromText $path]]]]
}

# symlink --
#
#       A symlink that need not lead anywhere.

proc ::symlink {text name} {
    exec ln -s -- $text $name
    return
}

proc ::getuid {} {
    return [exec id -u]
}
