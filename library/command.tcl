# command.tcl --
#
#      The dtsm command: its start, its help and its policies.  The verbs that
#      run a command are in runcommand.tcl, those for what runs leave in
#      kept.tcl.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::command {
    # Exit statuses of our own; 126 and 127 are as those of env(1).

    variable statusFindings 3
    variable statusFailure 125
    variable statusNotExecutable 126
    variable statusNotFound 127
    # What a recording may hold: 16 GiB of map have room for more.
    variable accessesMost 100000000

    variable library [file dirname [file normalize [info script]]]

    # What registries need.

    variable registryFiles {policy ignore depends dpkg registry registryfile
        registrydb registrydpkg registrymacports}

    # What each verb needs to begin with.

    variable verbFiles {
        run {settings reportfile runcommand}
        deps {settings reportfile runcommand}
        report {settings reportfile kept}
        stat kept check kept clean kept policy policy help {}
    }
}

# dtsm::command::Need --
#
#      Read files of the library, each once: a verb reads only what it uses.

proc ::dtsm::command::Need {args} {
    variable library
    variable read
    foreach name $args {
        if {![info exists read($name)]} {
            uplevel #0 [list source -encoding utf-8 \
                [file join $library $name.tcl]]
            set read($name) 1
        }
    }
}

::dtsm::command::Need bytes optiontable options

# dtsm::command::main --
#
#      The whole command.
#
# Arguments:
#      trace    The tracing library's file.
#      count    How many words of the command line are ours.
#
# Results:
#      The exit status.

proc ::dtsm::command::main {trace count} {
    variable statusFailure
    fconfigure stderr -translation binary
    fconfigure stdout -translation binary
    set words {}
    try {
        try {
            set words [::dtsm::bytes::arguments $count]
            return [Dispatch $trace $words]
        } trap {DTSM HELP} {. options} {
            puts [::dtsm::options::help \
                [lindex [dict get $options -errorcode] 2]]
        } trap {DTSM SHOWVERSION} {} {
            puts "dtsm [package require dtsm]"
        }
        flush stdout
        return 0
    } trap {DTSM USAGE} message {
        Say $message
    } trap {POSIX EPIPE} {message options} {
        # What a verb prints that runs no command is all that it does: when
        # the reader has seen enough, it ends as others do.
        if {[lindex $words 0] ni {run deps}} {
            return [expr {128 + 13}]
        }
        Say $message
    } trap {DTSM INTERRUPTED} {message options} {
        Say $message
        set name [lindex [dict get $options -errorcode] 2]
        return [expr {128 + [dict get {
            SIGHUP 1 SIGINT 2 SIGQUIT 3 SIGUSR1 10 SIGUSR2 12 SIGALRM 14
            SIGTERM 15 SIGVTALRM 26} $name]}]
    } on error {message options} {
        set code [dict get $options -errorcode]
        Say [expr {[lindex $code 0] in {DTSM POSIX} ? $message
            : [dict get $options -errorinfo]}]
    }
    return $statusFailure
}

# dtsm::command::Dispatch --
#
#      Carry out a verb.
#
# Results:
#      The exit status.

proc ::dtsm::command::Dispatch {trace words} {
    variable verbFiles
    set verb [lindex $words 0]
    switch -- $verb {
        --help - -h {
            set verb help
            set words {}
        }
        --version - -V {
            throw {DTSM SHOWVERSION} {}
        }
    }
    if {![dict exists $verbFiles $verb]} {
        ::dtsm::options::unknownVerb $words
    }
    Need {*}[dict get $verbFiles $verb]
    return [Verb-$verb $trace [lrange $words 1 end]]
}

# dtsm::command::Say --
#
#      A message on standard error; names of others in it were shown
#      (dtsm::bytes), and those that were not do no harm here.  A closed
#      standard error is no failure.

proc ::dtsm::command::Say {message} {
    catch {
        puts stderr "dtsm: [::dtsm::bytes::printable \
            [::dtsm::bytes::ofMessage $message]]"
        flush stderr
    }
}

# dtsm::command::Operands --
#
#      The words of a verb behind its options, of which it has none of its
#      own.

proc ::dtsm::command::Operands {verb words most wrong} {
    lassign [::dtsm::options::parse $verb $words] . words
    if {[llength $words] > $most} {
        ::dtsm::options::wrong $wrong "help $verb"
    }
    return $words
}

# dtsm::command::Verb-help --
#
#      Print the help of the command, or of a verb.

proc ::dtsm::command::Verb-help {trace words} {
    variable verbFiles
    set topic [lindex [Operands help $words 1 "help takes one verb"] 0]
    if {$topic eq ""} {
        puts [::dtsm::options::overview]
    } elseif {[dict exists $verbFiles $topic]} {
        puts [::dtsm::options::help $topic]
    } else {
        ::dtsm::options::unknownVerb [list $topic]
    }
    return 0
}

# dtsm::command::Verb-policy --
#
#      Print a policy.

proc ::dtsm::command::Verb-policy {trace words} {
    set words [Operands policy $words 1 "policy takes one policy"]
    set name [expr {[llength $words] ? [lindex $words 0] : "system"}]
    set text [::dtsm::policy::text $name]
    if {$text eq ""} {
        set text [::dtsm::policy::shown [::dtsm::policy::load $name]]
    }
    puts -nonewline $text
    return 0
}
