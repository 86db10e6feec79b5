# runcommand.tcl --
#
#      The verbs of the dtsm command that run a command traced: run and deps.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# dtsm::command::Ready --
#
#      Registries as settings name them, in a process of their own.  deps
#      works on one that knows packages, by default dpkg.
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
            ::dtsm::command::Say [expr {[dict get $settings quiet] ? ""
            : "::dtsm::command::Progress"}]] unmet knowing
        Progress {} 100
        if {$verb eq "deps" && ([llength $names] > 1 || !$knowing)} {
            ::dtsm::options::wrong "deps wants one registry that knows\
                packages: dpkg, macports or tdbc" "help deps"
        }
        foreach text $unmet {
            Say "declared, but not installed: $text"
        }
    } on error {message options} {
        Progress {} 100
        $worker destroy
        return -options $options $message
    }
    return $worker
}

# dtsm::command::Progress --
#
#      Show what takes long: once in a file, as a line that changes on a
#      terminal.
#
# Arguments:
#      percent  How much is done; at 100 the line goes.

proc ::dtsm::command::Progress {text percent} {
    variable progressing
    if {$percent == 100} {
        if {[info exists progressing] && $progressing} {
            catch {
                puts -nonewline stderr \r\x1b\[K
                flush stderr
            }
        }
        unset -nocomplain progressing
        return
    }
    Need watch
    regsub {\d{4,}} $text [::dtsm::watch::grouped \
        [regexp -inline {\d{4,}} $text]] text
    if {![info exists progressing]} {
        set progressing [expr {[::dtsm::watch::size] ne ""}]
        if {!$progressing} {
            Say $text
        }
    }
    if {$progressing} {
        catch {
            puts -nonewline stderr "\r\x1b\[Kdtsm: $text: $percent%"
            flush stderr
        }
    }
}

# dtsm::command::Verb-run --
#
#      Run a command traced, and say what was found.

proc ::dtsm::command::Verb-run {trace words} {
    return [Trace $trace [Compose [Parse run $words]] \
        ::dtsm::command::TellRun]
}

proc ::dtsm::command::TellRun {settings finding session worker} {
    Need reporttext
    set ::dtsm::report::verbose [dict get $settings verbose]
    set text [::dtsm::report::summary $finding]
    if {![dict get $settings quiet]} {
        catch {
            puts -nonewline stderr $text
            flush stderr
        }
    }
    set write {}
    if {[dict get $settings report] ne ""} {
        set write [Writer [dict get $settings format] $finding $session \
            [dict get $settings only]]
    }
    return [list $write [list ::dtsm::command::Put $text]]
}

# dtsm::command::Verb-deps --
#
#      Run a command traced with everything allowed, and say which packages
#      it used.  What the command line ignores is put to the registry.

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
    return [Trace $trace $settings ::dtsm::command::TellDeps]
}

proc ::dtsm::command::TellDeps {settings finding session worker} {
    if {![dict get $settings quiet]} {
        Doubts $finding
    }
    set ::dtsm::report::verbose [dict get $settings verbose]
    Need json
    set found [$worker deps [$session paths] [dict get $settings ignore] \
        ::dtsm::command::Say]
    return [list [list ::dtsm::command::Put \
        [::dtsm::deps::[dict get $settings format] $found]]]
}

# dtsm::command::Doubts --
#
#      Why the list of packages may not be complete.

proc ::dtsm::command::Doubts {finding} {
    set untraced [::dtsm::report::total [dict get $finding untraced]]
    if {$untraced} {
        Say "[::dtsm::report::counted $untraced "process was" \
            "processes were"] not traced; the list lacks what they used"
    }
    set readOnly [::dtsm::report::total [dict get $finding readonly]]
    if {$readOnly} {
        Say "[::dtsm::report::counted $readOnly "program" "programs"] could\
            only read the map; the list lacks what they used"
    }
    if {[dict get $finding unseen] != 0} {
        Say "calls of supervised programs passed unseen; the list lacks what\
            they used"
    }
    if {[dict get $finding unstored] != 0} {
        Say [::dtsm::report::full $finding]
    }
    if {[dict get $finding end kind] eq "signal"
            || [dict get $finding end code] != 0} {
        Say "the command failed; the list lacks what it would have used next"
    }
}

# dtsm::command::Trace --
#
#      Run a command traced.
#
# Arguments:
#      tell     A command prefix, called with the settings, the finding, the
#               session, and the worker that has the registries, if any; it
#               returns commands that write the report and the summary to a
#               channel, their last word.
#
# Results:
#      The exit status.

proc ::dtsm::command::Trace {trace settings tell} {
    Need contents place session collect spawn starts report ignore
    set files [list [dict get $settings report] [dict get $settings summary]]
    set opened [OpenReports $files]
    set session {}
    set worker {}
    ::dtsm::process hold
    try {
        if {[dict get $settings verb] eq "deps"
                || [llength [dict get $settings registry]]} {
            set worker [Ready $settings]
        }
        set session [NewSession $trace $settings $worker]
        set end [Execute $session $settings]
        if {[dict exists $end status]} {
            CloseReports $opened $files {}
            return [dict get $end status]
        }
        set finding [::dtsm::ignore::searches [::dtsm::ignore::apply \
            [$session collect] [dict get $settings ignore]] [SearchPath]]
        dict set finding end $end
        dict set finding command [dict get $settings command]
        CloseReports $opened $files \
            [{*}$tell $settings $finding $session $worker]
    } on error {message options} {
        catch {CloseReports $opened $files {}}
        return -options $options $message
    } finally {
        foreach object [list $session $worker] {
            if {$object ne ""} {
                $object destroy
            }
        }
        ::dtsm::process release
    }
    return [ExitStatus $finding [dict get $settings fail-on]]
}

# dtsm::command::SearchPath --
#
#      The directories of PATH.

proc ::dtsm::command::SearchPath {} {
    return [lmap directory [split [::dtsm::system environ PATH] :] {
        if {[string index $directory 0] ne "/"} {
            continue
        }
        set directory
    }]
}

# dtsm::command::NewSession --
#
#      A session as the settings say, in which the library was seen to load.

proc ::dtsm::command::NewSession {trace settings worker} {
    set options {}
    foreach {option name} {-default default -rules rules -keep keep
            -dir map-dir -supervise supervise -patience patience} {
        lappend options $option [dict get $settings $name]
    }
    set session [::dtsm::Session new -trace $trace {*}$options -worker $worker]
    try {
        $session probe
    } on error {message options} {
        $session destroy
        return -options $options $message
    }
    if {[$session unsupervised] ne "" && ![dict get $settings quiet]} {
        Say "static programs run untraced: [$session unsupervised]"
    }
    return $session
}

# dtsm::command::Execute --
#
#      Run the command in a session, with denials enforced, and show what it
#      does if that is wanted.  Processes that outlive it are left alone.
#
# Results:
#      How it ended, as the session's wait says it; or a dictionary with
#      `status', the exit status, if the command could not be executed.

proc ::dtsm::command::Execute {session settings} {
    variable statusNotFound
    variable statusNotExecutable
    variable accessesMost
    if {[dict get $settings processes]} {
        $session record $accessesMost
    }
    $session fence 1
    try {
        $session spawn [dict get $settings command]
        set watch [Watch $session $settings]
        try {
            set end [$session wait [expr {$watch ne ""}]]
        } finally {
            if {$watch ne ""} {
                $watch destroy
            }
        }
        $session fence 0
        return $end
    } trap {DTSM DENIED} message {
        Say $message
        return [list kind exit code $statusNotFound name {} wall 0.0]
    } trap {POSIX} {message options} {
        Say $message
        return [list status [expr {[lindex [dict get $options -errorcode] 1]
            in {ENOENT ENOTDIR} ? $statusNotFound : $statusNotExecutable}]]
    }
}

# dtsm::command::Watch --
#
#      Begin to show what the command does.
#
# Results:
#      A dtsm::Watch; empty if nothing is to be shown.

proc ::dtsm::command::Watch {session settings} {
    set live [dict get $settings live]
    set line [expr {![dict get $settings quiet]
        && [::dtsm::system terminal 2] ne ""}]
    if {!$live && !$line} {
        return {}
    }
    Need watch ignore
    if {!$live && [::dtsm::watch::size] eq ""} {
        return {}
    }
    return [::dtsm::Watch new $session $live $line \
        [dict get $settings ignore]]
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
