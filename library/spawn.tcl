# spawn.tcl --
#
#      A session's command: found as a traced shell would find it, started, and
#      waited for; and the probe that comes before it.  A part of dtsm::Session
#      (session.tcl).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

oo::define ::dtsm::Session {
    # probe --
    #
    #      Start a small program and see that it attached to the map.
    #
    # Errors: DTSM PROBE when it did not.

    method probe {} {
        set file [::dtsm::system which true]
        if {$file ne "" && [dict get [::dtsm::program $file] why] eq ""} {
            set argv [list $file]
        } else {
            set file $directory/probe.tcl
            close [open $file {WRONLY CREAT EXCL} 0600]
            set argv [list [::dtsm::bytes::fromText \
                [info nameofexecutable]] [::dtsm::bytes::fromText $file]]
        }
        set before [$map count attached]
        set end [my Run $argv]
        set probes [expr {[$map count attached] - $before}]
        # It is none of the build's programs.
        $map count attached [expr {-$probes}]
        $map count -of [dict get [::dtsm::program [lindex $argv 0]] key] \
            $probes
        if {[llength [::dtsm::process caught]]} {
            set name [lindex [::dtsm::process caught] 0]
            return -code error -errorcode [list DTSM INTERRUPTED $name] \
                "interrupted by $name"
        }
        if {$probes < 1} {
            return -code error -errorcode {DTSM PROBE} \
                "the tracing library\
                [::dtsm::bytes::shown [lindex $own 0]] did not load into\
                [::dtsm::bytes::shown [lindex $argv 0]]\
                ([dict get $end kind] [dict get $end code])"
        }
    }

    # Run --
    #
    #      Start a program and wait for it.  Where the supervisor has taken the
    #      descriptors that a start needs, the session goes on without it.

    method Run {argv} {
        try {
            set started [::dtsm::process spawn $argv -env [my environment]]
        } trap {POSIX EMFILE} {message options} {
            if {$socket eq ""} {
                return -options $options $message
            }
            set socket {}
            ::dtsm::supervise stop
            set unsupervised "cannot supervise: too many open files"
            set started [::dtsm::process spawn $argv -env [my environment]]
        }
        return [::dtsm::process wait $started [expr {$server ne ""}]]
    }

    # Program --
    #
    #      The file that a command's name means in a directory, as a traced
    #      shell there finds it: what is denied is passed over.
    #
    # Errors: DTSM DENIED when rules and registry leave none; POSIX ...

    method Program {argv dir} {
        set caller [info script]
        if {$caller eq ""} {
            set caller [info nameofexecutable]
        }
        set found [::dtsm::judge $mapFile \
            [::dtsm::bytes::fromText $logFile] [lindex [my Questions] 1] \
            [::dtsm::bytes::fromText [file normalize $caller]] $dir $argv]
        if {[dict get $found error] eq ""} {
            return [dict get $found file]
        }
        set name [::dtsm::bytes::shown [lindex $argv 0]]
        set denied {}
        dict for {path why} [dict get $found denied] {
            lappend denied "[dict get {rule "a rule denies" registry
                "the registry denies" silent "the registry did not answer for"
            } $why] [::dtsm::bytes::shown $path]"
        }
        if {[llength $denied]} {
            return -code error -errorcode {DTSM DENIED} \
                "$name: [join $denied {, }]"
        }
        return -code error -errorcode [list POSIX [dict get $found error]] \
            "$name: [dict get $found message]"
    }

    # spawn --
    #
    #      Start the command.  One that the loader will not trace is
    #      supervised, or runs all the same and is listed.
    #
    # Errors: DTSM DENIED when the command is denied; POSIX ... when it
    #      cannot be started.

    method spawn {argv {dir .}} {
        set started [clock microseconds]
        set file [my Program $argv $dir]
        set program [::dtsm::program $file $argv]
        set why [dict get $program why]
        set environment [my environment]
        if {$why eq "refused"} {
            # Another libc's loader would end the program.
            set environment [dict create LD_PRELOAD \
                [::dtsm::system environ LD_PRELOAD]]
        }
        set options [list -file $file -env $environment -cwd $dir]
        if {$why in {static refused direct} && $socket ne ""} {
            lappend options -supervise $socket \
                -mapped [dict get $program mapped]
        }
        set process [::dtsm::process spawn $argv {*}$options]
        if {$why in {{} direct}} {
            my Expect $program $dir
        }
        if {$why ne ""} {
            set resolved [::dtsm::bytes::resolved [dict get $program name]]
            if {$socket ne "" && [::dtsm::supervise joined $process]} {
                set supervisedCommand $resolved
            } else {
                set untracedCommand [list $resolved $why]
            }
        }
    }

    # wait --
    #
    #      Wait for the command.
    #
    # Arguments:
    #      events   0: but for questions there are none to be served.
    #
    # Results: a dictionary: kind, code, name as dtsm::process wait has
    #      them, and wall, the seconds that it took.

    method wait {{events 1}} {
        set end [::dtsm::process wait $process \
            [expr {$events || $server ne ""}]]
        dict set end wall [expr {
            ([clock microseconds] - $started) / 1e6}]
        return $end
    }
}
