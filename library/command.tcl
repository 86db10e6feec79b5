# command.tcl --
#
#      The dtsm command: its verbs and its help.  Those that look at what runs
#      left are in kept.tcl.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::command {
    # Exit statuses of our own; 126 and 127 are as those of env(1).

    variable statusFindings 3
    variable statusFailure 125
    variable statusNotExecutable 126
    variable statusNotFound 127

    variable library [file dirname [file normalize [info script]]]

    # What registries need.

    variable registryFiles {policy ignore depends dpkg registry registryfile
        registrydb registrydpkg registrymacports}

    # What help says behind the options.

    variable notes {
        run {
P may be relative to the working folder.  The exit status is the command's;
128 + N when signal N ended it; 3 for what --fail-on names; 125 when dtsm
itself failed; 126 when the command cannot be executed; 127 when it is not
there.}
        deps {
The command runs with everything allowed.  Packages are those of --registry,
which is dpkg unless said and may be macports or tdbc.  What was read, written
or run counts as used; what was only looked at is told apart.  What every
build may use (build-essential, what is essential, and what they need) need
not be declared.  The control line is what was declared and touched or leads
to what was used, as it was written, and the shortest list of packages that
brings the rest.  What --ignore names is put to the registry, and so hidden
unless its package may be used; that, and what "dtsm policy probes" names,
does not count as used then.  The exit status is as for run.}
        clean {
A run that is killed (kill -9) leaves its directory (dtsm-* in
$XDG_RUNTIME_DIR, /tmp, /var/tmp or /dev/shm) and its map behind.  Those of
runs that are going on, of other users, and maps that were to be kept stay.}
        policy {
The policies that come with dtsm are system (without a registry), packages
(what holds with --registry) and probes, a part of packages: what tools look
for and go on without.  Without POLICY it is system.  A file has lines "allow
PATH", "deny PATH", "ask PATH", "ignore PATH" (see --ignore), "default
allow|deny|ask" and "include POLICY"; # begins a comment; $WORK is the working
folder, $TMPDIR, $HOME and other variables are the environment's.  Of a file
the rules are printed as they hold.}
    }

    # verb, arguments, one line

    variable verbs {
        run     "?option ...? -- command ?arg ...?"
                "run a command traced"
        deps    "?option ...? -- command ?arg ...?"
                "print which packages a command uses"
        policy  "?POLICY?"
                "print a ready policy, or what a file of rules means"
        report  "?option ...? FILE"
                "print the paths and rules of a kept map"
        stat    FILE
                "print the sizes and counters of a kept map"
        check   FILE
                "verify a kept map"
        clean   "?option ...?"
                "remove what killed runs left behind"
        help    "?verb?"
                "print this, or what a verb does"
    }
}

# dtsm::command::Need --
#
#      Read files of the library, each once: what a verb does without need not
#      be read.

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

::dtsm::command::Need bytes options

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
    variable verbs
    variable statusFailure
    fconfigure stderr -translation binary
    fconfigure stdout -translation binary
    try {
        set words [::dtsm::bytes::arguments $count]
        set verb [lindex $words 0]
        set words [lrange $words 1 end]
        if {$verb in {--help -h} || ($verb ne "help" && "--help"
                in [lrange $words 0 0])} {
            set words [expr {$verb in {--help -h} ? "" : $verb}]
            set verb help
        }
        if {$verb eq "--version"} {
            puts "dtsm [package require dtsm]"
            return 0
        }
        set known [lmap {name . .} $verbs {set name}]
        if {$verb ni $known} {
            ::dtsm::options::wrong [expr {$verb eq "" ? "a verb is missing"
                : "unknown verb \"[::dtsm::bytes::shown $verb]\""}] help
        }
        if {$verb in {report stat check clean}} {
            Need kept
        }
        return [Verb-$verb $trace $words]
    } trap {DTSM USAGE} message {
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

# dtsm::command::Say --
#
#      A message on standard error; names of others in it were shown
#      (dtsm::bytes), and what was not does no harm here.  That it is closed is
#      no failure.

proc ::dtsm::command::Say {message} {
    catch {
        puts stderr "dtsm: [::dtsm::bytes::printable \
            [::dtsm::bytes::ofMessage $message]]"
        flush stderr
    }
}

# ---------------------------------------------------------------- help

proc ::dtsm::command::Verb-help {trace words} {
    variable verbs
    variable notes
    if {[llength $words] > 1} {
        ::dtsm::options::wrong "help takes one verb" help
    }
    set topic [lindex $words 0]
    if {$topic eq ""} {
        puts "dtsm traces builds: it hides what they do not declare.\n"
        foreach {verb arguments line} $verbs {
            puts "  dtsm $verb $arguments"
            puts "          $line"
        }
        return 0
    }
    foreach {verb arguments line} $verbs {
        if {$verb eq $topic} {
            puts "dtsm $verb $arguments: $line"
            if {[::dtsm::options::takes $verb]} {
                puts "\n[::dtsm::options::help $verb]"
            }
            if {[dict exists $notes $verb]} {
                puts [dict get $notes $verb]
            }
            return 0
        }
    }
    ::dtsm::options::wrong \
        "unknown verb \"[::dtsm::bytes::shown $topic]\"" help
}

# ---------------------------------------------------------------- run

# dtsm::command::Parse --
#
#      The settings that a command line of run or deps asks for, as a
#      dictionary: verb, rules, default, report, fail-on, keep, map-dir,
#      supervise, format, patience, registry, depends, policy, ignore (lists),
#      command.

proc ::dtsm::command::Parse {verb words} {
    lassign [::dtsm::options::parse $verb $words] options command
    set result [list verb $verb rules {} ignore {} default {} report {} \
        keep {} map-dir {} fail-on {} supervise 1 format {} registry {} \
        depends {} policy {} patience 60]
    foreach {option value} $options {
        ::dtsm::options::checkWord $verb $option $value
        set name [string range $option 2 end]
        switch -- $option {
            --allow - --deny - --ask {
                dict lappend result rules $name $value
            }
            --report - --keep - --map-dir {
                dict set result $name [::dtsm::bytes::toFile $value]
            }
            --registry - --policy - --ignore {
                dict lappend result $name $value
            }
            --ignore-from {
                dict lappend result ignore {*}[IgnoredBy $value]
            }
            --depends {
                dict lappend result depends [list $option $value]
            }
            --depends-from {
                Need depends
                dict lappend result depends [list \
                    [::dtsm::bytes::shown $value] \
                    [::dtsm::depends::control $value]]
            }
            --fail-on {
                if {$value eq "never"} {
                    dict set result fail-on {}
                } else {
                    dict lappend result fail-on $value
                }
            }
            --patience {
                # Programs read it too, as plain digits.
                if {![regexp {^[1-9][0-9]{0,4}$} $value] || $value > 86400} {
                    ::dtsm::options::wrong "--patience is a number of\
                        seconds, 1 to 86400, not\
                        \"[::dtsm::bytes::shown $value]\"" "help $verb"
                }
                dict set result patience $value
            }
            --strict {
                dict lappend result fail-on untraced
            }
            --no-supervise {
                dict set result supervise 0
            }
            default {
                dict set result $name $value
            }
        }
    }
    if {[dict get $result keep] ne "" && [dict get $result map-dir] ne ""} {
        ::dtsm::options::wrong "--keep and --map-dir both say where the map\
            lies" "help $verb"
    }
    if {$verb eq "run" && [llength [dict get $result depends]]
            && ![llength [dict get $result registry]]} {
        ::dtsm::options::wrong "--depends needs --registry"
    }
    if {![llength $command]} {
        ::dtsm::options::wrong "there is no command to run" "help $verb"
    }
    if {[dict get $result format] eq ""} {
        dict set result format [expr {$verb eq "deps" ? "text"
            : [FormatOf [dict get $result report]]}]
    } elseif {[dict get $result report] eq "" && $verb eq "run"} {
        ::dtsm::options::wrong "--format needs --report" "help run"
    }
    dict set result command $command
    return $result
}

# dtsm::command::IgnoredBy --
#
#      The paths that a policy says to ignore.

proc ::dtsm::command::IgnoredBy {name} {
    Need policy
    return [dict get [::dtsm::policy::load $name] ignore]
}

# dtsm::command::FormatOf --
#
#      The format that a report's name asks for.

proc ::dtsm::command::FormatOf {file} {
    switch -- [string tolower [file extension $file]] {
        .html - .htm {
            return html
        }
        .md {
            return markdown
        }
    }
    return json
}

# dtsm::command::Compose --
#
#      Put the policies' rules, and what they ignore, before those of the
#      command line.

proc ::dtsm::command::Compose {settings} {
    Need ignore
    set ignore {}
    set names [dict get $settings policy]
    if {![llength $names] && [llength [dict get $settings registry]]} {
        set names packages
    }
    set rules {}
    set default allow
    foreach name $names {
        Need policy
        set policy [::dtsm::policy::load $name]
        lappend rules {*}[dict get $policy rules]
        lappend ignore {*}[dict get $policy ignore]
        if {[dict get $policy default] ne ""} {
            set default [dict get $policy default]
        }
    }
    dict set settings rules [concat $rules [dict get $settings rules]]
    dict set settings ignore [::dtsm::ignore::places \
        [concat $ignore [dict get $settings ignore]]]
    if {[dict get $settings default] eq ""} {
        dict set settings default $default
    }
    return $settings
}

# dtsm::command::Ready --
#
#      Registries as settings name them, in a process of their own.  deps
#      works on one that knows packages, dpkg unless said.
#
# Results:
#      A dtsm::Worker.

proc ::dtsm::command::Ready {settings} {
    Need server worker
    set verb [dict get $settings verb]
    set names [dict get $settings registry]
    if {![llength $names]} {
        set names dpkg
    }
    set worker [::dtsm::Worker new $names [dict get $settings depends]]
    try {
        lassign [$worker ready [expr {10 * [dict get $settings patience]}] \
            ::dtsm::command::Say] unmet knowing
        if {$verb eq "deps" && ([llength $names] > 1 || !$knowing)} {
            ::dtsm::options::wrong "deps wants one registry that knows\
                packages: dpkg, macports or tdbc" "help deps"
        }
        foreach text $unmet {
            Say "declared, but not installed: $text"
        }
    } on error {message options} {
        $worker destroy
        return -options $options $message
    }
    return $worker
}

# dtsm::command::Verb-run --
#
#      Run a command traced, and say what was found.

proc ::dtsm::command::Verb-run {trace words} {
    set settings [Compose [Parse run $words]]
    set format [dict get $settings format]
    return [Trace $trace $settings finding session worker {
        catch {
            puts -nonewline stderr [::dtsm::report::text $finding]
            flush stderr
        }
        NeedFormat $format
        list ::dtsm::report::write $format $finding $session
    }]
}

# dtsm::command::NeedFormat --
#
#      Read what writes a report in this format.

proc ::dtsm::command::NeedFormat {format} {
    if {$format in {markdown html}} {
        Need report$format
    }
}

# dtsm::command::Verb-deps --
#
#      Run a command traced with everything allowed, and say which packages
#      it used.  Of that what the command line ignores is put to the registry.

proc ::dtsm::command::Verb-deps {trace words} {
    Need deps depsdeclared depsreport policy ignore
    set settings [Parse deps $words]
    foreach path [dict get $settings ignore] {
        dict lappend settings rules ask $path
    }
    dict set settings ignore [::dtsm::ignore::places \
        [concat [IgnoredBy probes] [dict get $settings ignore]]]
    if {[dict get $settings report] eq ""} {
        dict set settings report -
    }
    dict set settings default allow
    return [Trace $trace $settings finding session worker {
        Doubts $finding
        set found [$worker deps [$session paths] \
            [dict get $settings ignore] ::dtsm::command::Say]
        list ::dtsm::command::Put [::dtsm::deps::[
            dict get $settings format] $found]
    }]
}

proc ::dtsm::command::Put {text channel} {
    puts -nonewline $channel $text
}

# dtsm::command::Doubts --
#
#      Why the list of packages may not be complete.

proc ::dtsm::command::Doubts {finding} {
    set untraced [::dtsm::report::total [dict get $finding untraced]]
    if {$untraced} {
        Say "[::dtsm::report::counted $untraced "process was" \
            "processes were"] not traced; what they used is not told"
    }
    set readOnly [::dtsm::report::total [dict get $finding readonly]]
    if {$readOnly} {
        Say "[::dtsm::report::counted $readOnly "program" "programs"] could\
            only read the map; what they used is not told"
    }
    if {[dict get $finding unseen] != 0} {
        Say "calls of supervised programs passed unseen; what they used is\
            not told"
    }
    if {[dict get $finding unstored] != 0} {
        Say [::dtsm::report::full $finding]
    }
    if {[dict get $finding end kind] eq "signal"
            || [dict get $finding end code] != 0} {
        Say "the command failed; what it did not come to is not told"
    }
}

# dtsm::command::Trace --
#
#      Run a command traced.
#
# Arguments:
#      script   Run in the caller, with the finding in findingName, and the
#               session and who has the registries, if any, in the other two;
#               gives a command that writes the report to a channel, its
#               last word.
#
# Results:
#      The exit status.

proc ::dtsm::command::Trace {trace settings findingName sessionName \
        workerName script} {
    variable statusNotFound
    variable statusNotExecutable
    upvar 1 $findingName finding $sessionName session \
        $workerName worker
    Need json contents place session collect spawn starts report
    set report [OpenReport [dict get $settings report]]
    set session {}
    set worker {}
    ::dtsm::process hold
    try {
        if {[dict get $settings verb] eq "deps"
                || [llength [dict get $settings registry]]} {
            set worker [Ready $settings]
        }
        set session [::dtsm::Session new -trace $trace \
            -default [dict get $settings default] \
            -rules [dict get $settings rules] \
            -keep [dict get $settings keep] \
            -dir [dict get $settings map-dir] \
            -supervise [dict get $settings supervise] \
            -patience [dict get $settings patience] \
            -worker $worker]
        $session probe
        if {[$session unsupervised] ne ""} {
            Say "static programs run untraced: [$session unsupervised]"
        }
        $session fence 1
        try {
            $session spawn [dict get $settings command]
            set end [$session wait 0]
            # Who outlives the command is left alone.
            $session fence 0
        } trap {DTSM DENIED} message {
            Say $message
            set end [list kind exit code $statusNotFound name {} wall 0.0]
        } trap {POSIX} {message options} {
            Say $message
            CloseReport $report [dict get $settings report] {}
            return [expr {[lindex [dict get $options -errorcode] 1]
                in {ENOENT ENOTDIR} ? $statusNotFound
                : $statusNotExecutable}]
        }
        set finding [::dtsm::ignore::apply [$session collect] \
            [dict get $settings ignore]]
        dict set finding end $end
        dict set finding command [dict get $settings command]
        CloseReport $report [dict get $settings report] [uplevel 1 $script]
    } on error {message options} {
        catch {CloseReport $report [dict get $settings report] {}}
        return -options $options $message
    } finally {
        if {$session ne ""} {
            $session destroy
        }
        if {$worker ne ""} {
            $worker destroy
        }
        ::dtsm::process release
    }
    return [ExitStatus $finding [dict get $settings fail-on]]
}

# dtsm::command::OpenReport, dtsm::command::CloseReport --
#
#      The report's file is opened before the command runs: one that cannot
#      be written is told now and not after an hour.  Until its report is
#      whole, a file that was there stays as it was.
#
# Arguments:
#      write    A command that writes the report to a channel, its last word;
#               empty for no report.
#
# Results:
#      OpenReport: what dtsm::replace begins; stdout; empty for no report.

proc ::dtsm::command::OpenReport {file} {
    if {$file in {"" -}} {
        return [string map {- stdout} $file]
    }
    set report [::dtsm::replace begin [::dtsm::bytes::fromText $file]]
    fconfigure [lindex $report 0] -buffersize 65536
    return $report
}

proc ::dtsm::command::CloseReport {report file write} {
    set channel [lindex $report 0]
    if {$channel eq ""
            || ($channel ne "stdout" && $channel ni [file channels])} {
        return
    }
    try {
        if {![llength $write]} {
            if {$channel ne "stdout"} {
                ::dtsm::replace abort $report
            }
            return
        }
        if {[lindex $report end] eq "file"} {
            chan truncate $channel 0
        }
        {*}$write $channel
        if {$channel eq "stdout"} {
            flush stdout
        } else {
            ::dtsm::replace commit $report
        }
    } trap POSIX {message options} {
        if {$channel ne "stdout" && $channel in [file channels]} {
            catch {::dtsm::replace abort $report}
        }
        return -code error -errorcode [dict get $options -errorcode] \
            "couldn't write the report \"$file\":\
            [lindex [dict get $options -errorcode] 2]"
    }
}

# dtsm::command::ExitStatus --
#
#      The status for a finding.

proc ::dtsm::command::ExitStatus {finding failOn} {
    variable statusFindings
    set code [dict get $finding end code]
    if {[dict get $finding end kind] eq "signal"} {
        return [expr {128 + $code}]
    }
    set found {}
    foreach violation [concat [dict get $finding violations] \
            [dict get $finding unanswered]] {
        lappend found [expr {[lindex $violation 1] ? "violation" : "missing"}]
    }
    foreach kind {unknown untraced} {
        if {[llength [dict get $finding $kind]]} {
            lappend found $kind
        }
    }
    if {[dict get $finding unseen] != 0
            || [dict get $finding unstored] != 0
            || [llength [dict get $finding readonly]]} {
        lappend found untraced
    }
    foreach word $failOn {
        if {$code == 0 && $word in $found} {
            return $statusFindings
        }
    }
    return $code
}

# ---------------------------------------------------------------- policy

# dtsm::command::Verb-policy --
#
#      Print a policy.

proc ::dtsm::command::Verb-policy {trace words} {
    if {[llength $words] > 1} {
        ::dtsm::options::wrong "policy takes one policy" "help policy"
    }
    set name [expr {[llength $words] ? [lindex $words 0] : "system"}]
    Need policy
    set text [::dtsm::policy::text $name]
    if {$text eq ""} {
        set text [::dtsm::policy::shown [::dtsm::policy::load $name]]
    }
    puts -nonewline $text
    return 0
}
