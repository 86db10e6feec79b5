# command.tcl --
#
#      The dtsm command: its verbs, its options, its help.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::command {
    # Exit statuses of our own; 126 and 127 are as those of env(1).

    variable statusFindings 3
    variable statusFailure 125
    variable statusNotExecutable 126
    variable statusNotFound 127

    # verb, arguments, one line

    variable verbs {
        run     "?option ...? -- command ?arg ...?"
                "run a command traced"
        report  FILE
                "print what a kept map holds"
        stat    FILE
                "print the sizes and counters of a kept map"
        check   FILE
                "verify a kept map"
        help    "?verb?"
                "print this, or what a verb does"
    }

    # Options of run: name, argument, help.

    variable runOptions {
        --allow P
            "Paths at and below P may be used.  Of the rules that cover a
            path the longest holds; of two for one path the last."
        --deny P
            "Paths at and below P look absent; folders stay visible.  Where
            P is a symlink, what it leads to is denied as well.  A command
            that is denied is not started."
        --ask P
            "Paths at and below P are put to the registry, each once.  Without
            one they may be used and are listed as unknown.  Folders and what
            is not there need no question."
        --default allow|deny|ask
            "What holds for a path that no rule covers: allow, unless said."
        --report FILE
            "Write what was found to FILE as JSON; - is standard output."
        --fail-on violation|missing|unknown|untraced|never
            "Exit with status 3 when the command succeeded but something
            that exists was refused (violation), something that does not
            exist was (missing), something was used that the registry does
            not know (unknown), or a process was not traced (untraced).  What
            was refused because the registry gave no answer is a violation.
            May be given for several; never is what holds unless said."
        --strict ""
            "The same as --fail-on untraced."
        --no-supervise ""
            "Do not supervise programs that cannot be traced (static ones,
            those of another libc): they run unseen and are named.  Without
            root's rights, what starts such a program, and all below it, cannot
            gain rights from setuid programs any more; this avoids it."
        --keep FILE
            "Leave the map in FILE, which must not exist yet."
        --help ""
            "Print this."
    }
    variable failOn {violation missing unknown untraced never}
    variable defaults {allow deny ask}
}

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
            Wrong [expr {$verb eq "" ? "a verb is missing"
                : "unknown verb \"[::dtsm::bytes::shown $verb]\""}] help
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
#      A message on standard error.  That it is closed is no failure.  What
#      holds names as bytes is UTF-8 by now; other messages are text.

proc ::dtsm::command::Say {message} {
    if {![::dtsm::bytes::isUtf8 $message]} {
        set message [encoding convertto utf-8 $message]
    }
    catch {puts stderr "dtsm: $message"; flush stderr}
}

# dtsm::command::Wrong --
#
#      Give up for a wrong command line.

proc ::dtsm::command::Wrong {message {help "help run"}} {
    return -code error -errorcode {DTSM USAGE} \
        "$message; see \"dtsm $help\""
}

# ---------------------------------------------------------------- help

proc ::dtsm::command::Verb-help {trace words} {
    variable verbs
    variable runOptions
    if {[llength $words] > 1} {
        Wrong "help takes one verb" help
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
            if {$verb eq "run"} {
                PutRunHelp
            }
            return 0
        }
    }
    Wrong "unknown verb \"[::dtsm::bytes::shown $topic]\"" help
}

proc ::dtsm::command::PutRunHelp {} {
    variable runOptions
    puts ""
    foreach {name argument help} $runOptions {
        puts [string trimright "  $name $argument"]
        puts "          [regsub -all {\n\s+} $help "\n          "]"
    }
    puts {
P may be relative to the working folder.  The exit status is the command's;
128 + N when signal N ended it; 3 for what --fail-on names; 125 when dtsm
itself failed; 126 when the command cannot be executed; 127 when it is not
there.}
}

# ---------------------------------------------------------------- run

# dtsm::command::ParseRun --
#
#      The settings that a command line asks for, as a dictionary: rules,
#      default, report, fail-on, keep, supervise, command.

proc ::dtsm::command::ParseRun {words} {
    variable runOptions
    variable failOn
    variable defaults
    set result {rules {} default allow report {} fail-on {} keep {}
        supervise 1}
    foreach {name argument .} $runOptions {
        set takes($name) [expr {$argument ne ""}]
    }
    while {[llength $words]} {
        set words [lassign $words word]
        if {$word eq "--"} {
            break
        }
        if {[string index $word 0] ne "-"} {
            set words [linsert $words 0 $word]
            break
        }
        set inline [regexp {^(--[a-z-]+)=(.*)$} $word . word value]
        if {![info exists takes($word)]} {
            Wrong "unknown option \"[::dtsm::bytes::shown $word]\""
        }
        if {$takes($word)} {
            if {!$inline} {
                if {![llength $words]} {
                    Wrong "option $word lacks its argument"
                }
                set words [lassign $words value]
            }
            if {$value eq ""} {
                Wrong "the argument of option $word is empty"
            }
        } elseif {$inline} {
            Wrong "option $word takes no argument"
        }
        switch -- $word {
            --allow - --deny - --ask {
                dict lappend result rules [string range $word 2 end] $value
            }
            --default {
                CheckWord $word $value $defaults
                dict set result default $value
            }
            --report - --keep {
                dict set result [string range $word 2 end] \
                    [::dtsm::bytes::toText $value]
            }
            --fail-on {
                CheckWord $word $value $failOn
                if {$value eq "never"} {
                    dict set result fail-on {}
                } else {
                    dict lappend result fail-on $value
                }
            }
            --strict {
                dict lappend result fail-on untraced
            }
            --no-supervise {
                dict set result supervise 0
            }
            --help {
                Wrong "--help comes first"
            }
        }
    }
    if {![llength $words]} {
        Wrong "there is no command to run"
    }
    dict set result command $words
    return $result
}

proc ::dtsm::command::CheckWord {option value allowed} {
    if {$value ni $allowed} {
        Wrong "$option is [join $allowed { or }], not\
            \"[::dtsm::bytes::shown $value]\""
    }
}

# dtsm::command::Verb-run --
#
#      Run a command traced, and say what was found.

proc ::dtsm::command::Verb-run {trace words} {
    variable statusNotFound
    variable statusNotExecutable
    set settings [ParseRun $words]
    set report [OpenReport [dict get $settings report]]
    set session {}
    ::dtsm::process hold
    try {
        set session [::dtsm::Session new -trace $trace \
            -default [dict get $settings default] \
            -rules [dict get $settings rules] \
            -keep [dict get $settings keep] \
            -supervise [dict get $settings supervise]]
        $session probe
        $session fence 1
        try {
            $session spawn [dict get $settings command]
            set end [$session wait]
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
        set finding [$session collect]
        dict set finding end $end
        dict set finding command [dict get $settings command]
    } on error {message options} {
        CloseReport $report [dict get $settings report] {}
        return -options $options $message
    } finally {
        if {$session ne ""} {
            $session destroy
        }
        ::dtsm::process release
    }
    catch {
        puts -nonewline stderr [::dtsm::report::text $finding]
        flush stderr
    }
    CloseReport $report [dict get $settings report] \
        [::dtsm::report::json $finding]
    return [ExitStatus $finding [dict get $settings fail-on]]
}

# dtsm::command::OpenReport, dtsm::command::CloseReport --
#
#      The report's file is opened before the command runs: one that cannot
#      be written is told now and not after an hour.  Without text, a file
#      that only we made is removed again.

proc ::dtsm::command::OpenReport {file} {
    if {$file eq ""} {
        return {}
    }
    if {$file eq "-"} {
        return stdout
    }
    set channel [open $file w]
    fconfigure $channel -translation binary
    return $channel
}

proc ::dtsm::command::CloseReport {channel file text} {
    if {$channel eq ""} {
        return
    }
    if {$channel eq "stdout"} {
        puts -nonewline stdout $text
        flush stdout
        return
    }
    try {
        puts -nonewline $channel $text
        close $channel
    } on error {message options} {
        catch {close $channel}
        return -code error -errorcode [dict get $options -errorcode] \
            "couldn't write the report \"$file\":\
            [lindex [dict get $options -errorcode] 2]"
    }
    if {$text eq ""} {
        catch {file delete -- $file}
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
    if {[dict get $finding unseen] != 0} {
        lappend found untraced
    }
    foreach word $failOn {
        if {$code == 0 && $word in $found} {
            return $statusFindings
        }
    }
    return $code
}

# ---------------------------------------------------------------- kept maps

# dtsm::command::WithMap --
#
#      Attach to a kept map, run the script with its command in varName, and
#      detach.

proc ::dtsm::command::WithMap {verb words varName script} {
    upvar 1 $varName map
    if {[llength $words] != 1} {
        Wrong "$verb takes the name of one file" "help $verb"
    }
    set file [::dtsm::bytes::toText [lindex $words 0]]
    if {![file isfile $file]} {
        return -code error -errorcode {DTSM NOMAP} "\"$file\" is\
            [expr {[file exists $file] ? {no map} : {not there}}]"
    }
    if {![file size $file]} {
        return -code error -errorcode {DTSM NOMAP} \
            "\"$file\" is empty, not a map"
    }
    set map [::dtsm::open $file -readonly 1]
    try {
        uplevel 1 $script
    } finally {
        $map close
    }
}

proc ::dtsm::command::Verb-stat {trace words} {
    WithMap stat $words map {
        dict for {name value} [$map stats] {
            puts "$name $value"
        }
    }
    return 0
}

proc ::dtsm::command::Verb-check {trace words} {
    WithMap check $words map {
        set flaws [$map check]
    }
    foreach flaw $flaws {
        puts $flaw
    }
    if {[llength $flaws]} {
        return 1
    }
    puts "no flaws"
    return 0
}

proc ::dtsm::command::Verb-report {trace words} {
    WithMap report $words map {
        set entries [$map get -bytes 1 -void 1]
    }
    foreach {path flags} [lsort -stride 2 $entries] {
        puts "[::dtsm::bytes::shown $path]\t$flags"
    }
    return 0
}
