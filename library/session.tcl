# session.tcl --
#
#      A traced session: a map with its rules, a folder with its log, and the
#      environment that makes programs load the tracing library.
#
#      set s [dtsm::Session new -trace FILE ?-default allow|deny|ask?
#              ?-rules {allow /usr deny /opt ask /x ...}? ?-first BOOL?
#              ?-registry PREFIX? ?-worker WORKER? ?-patience SECONDS?
#              ?-keep FILE? ?-dir FOLDER? ?-supervise BOOL?]
#      $s probe            prove that the library loads
#      $s unsupervised     why there is no supervisor though there could be
#      $s spawn argv ?dir? start the command
#      $s wait ?events?    how it ended; questions are answered meanwhile
#      $s fence ?bool?     whether denials are enforced
#      $s environment      what a traced program's environment needs
#      $s collect ?last?   collect.tcl
#      $s paths            contents.tcl
#      $s json channel     contents.tcl
#      $s destroy          removes folder and map, whatever happened before
#
# -first 1   Of the rules that cover a path the first in the list holds; else
#            the longest, and of two for one path the last.
# -registry  Answers for what an ask rule governs: PREFIX path returns allow,
#            deny or unknown, then keys and values.  Without one all of that is
#            unknown.
# -worker    A dtsm::Worker that answers instead (worker.tcl).
# -patience  The seconds that a program waits for an answer (60).
#
# All paths and words are byte strings, but for -trace, -keep and
# -dir.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

# dtsm::firstRules --
#
#      A list, path verdict ..., of which the first that covers a path holds,
#      as one of which the longest does.  All that cover a path cover the
#      longest of their paths too, so that one gets the verdict of the first.

proc ::dtsm::firstRules {rules} {
    set first {}
    set number 0
    # Here, the package's own foreach hides Tcl's.
    ::foreach {path verdict} $rules {
        if {![dict exists $first $path]} {
            dict set first $path [list [incr number] $verdict]
        }
    }
    set result {}
    dict for {path best} $first {
        set at $path
        while {$at ne "/"} {
            set at [string range $at 0 [string last / $at]-1]
            if {$at eq ""} {
                set at /
            }
            if {[dict exists $first $at]
                    && [lindex [dict get $first $at] 0] < [lindex $best 0]} {
                set best [dict get $first $at]
            }
        }
        dict set result $path [lindex $best 1]
    }
    return $result
}

oo::class create ::dtsm::Session {
    superclass ::dtsm::Contents
    variable settings folder held map mapFile mapHeld logFile log library own \
        rules verdictOf denied started process untracedCommand \
        supervisedCommand unsupervised socket finished server

    # constructor --
    #
    #      Makes folder, log and map, and stores the rules.
    #
    # Errors: DTSM NESTED inside another session; POSIX ...; DTSM ...

    constructor {args} {
        set settings [dict merge {-default allow -rules {} -first 0
            -registry {} -worker {} -patience 60 -keep {} -dir {}
            -supervise 1} $args]
        set folder {}
        set held {}
        set mapHeld {}
        set log {}
        set server {}
        set map {}
        set mapFile {}
        set untracedCommand {}
        set supervisedCommand {}
        set unsupervised {}
        set socket {}
        set process {}
        set finished 0
        try {
            my RefuseNested
            my NeedProc
            my MakeFolder
            my MakeMap
            my StoreRules
            my Serve
            my Supervise
        } on error {message options} {
            my Clean 1
            return -options $options $message
        }
    }

    destructor {
        my Clean [expr {!$finished}]
    }

    # RefuseNested --
    #
    #      Programs under two sessions would obey the inner one alone.

    method RefuseNested {} {
        set outer [::dtsm::system environ DTSM_MAP]
        if {$outer ne "" && ![catch {::dtsm::system resolve $outer}]} {
            return -code error -errorcode {DTSM NESTED} \
                "this is a traced session already (DTSM_MAP is\
                [::dtsm::bytes::shown $outer]); dtsm run does not nest"
        }
    }

    # NeedProc --
    #
    #      The tracing library resolves what is relative to a descriptor by
    #      /proc; without it a build would not be traced as it should.

    method NeedProc {} {
        if {[catch {::dtsm::system resolve /proc/self/fd}]} {
            return -code error -errorcode {DTSM NOPROC} \
                "/proc is not mounted here, and tracing needs it"
        }
    }

    # MakeFolder --
    #
    #      The session's folder (place.tcl) with its log, and the name under
    #      which the loader finds the library: it splits LD_PRELOAD at blanks
    #      and colons and expands $, so a name with one needs a link.  The log
    #      stays open: what is written lasts, whoever removes the file.

    method MakeFolder {} {
        set failure {{POSIX ENOENT} "there is no place for the session's\
            files: /tmp cannot be written"}
        foreach base [::dtsm::place::usable] {
            if {![catch {::dtsm::folder make $base/dtsm-XXXXXX} made options]} {
                break
            }
            set failure [list [dict get $options -errorcode] $made]
            set made {}
        }
        if {![info exists made] || ![llength $made]} {
            return -code error -errorcode [lindex $failure 0] \
                [lindex $failure 1]
        }
        lassign $made folder held
        set folder [::dtsm::bytes::toText $folder]
        set logFile $folder/log
        set log [open $logFile {RDWR CREAT EXCL APPEND} 0600]
        fconfigure $log -translation binary

        set file [dict get $settings -trace]
        if {![file readable $file]} {
            return -code error -errorcode {DTSM LIBRARY} \
                "the tracing library $file is missing"
        }
        set library [::dtsm::bytes::fromText [file normalize $file]]
        set own [list $library [::dtsm::bytes::resolved $library]]
        if {[regexp {[\s:$]} $library]} {
            file mkdir $folder/lib
            set link $folder/lib/libdtsmtrace.so
            file link -symbolic $link [file normalize $file]
            set library [::dtsm::bytes::fromText $link]
        }
    }

    # MakeMap --
    #
    #      Where -keep or -dir say; else where there is room (place.tcl).
    #      The working directory can have a name that Tcl cannot say: what is
    #      relative to it stays so for Tcl, and mapFile is a byte string.

    method MakeMap {} {
        set keep [dict get $settings -keep]
        if {$keep ne ""} {
            if {[file exists $keep]} {
                return -code error -errorcode {POSIX EEXIST} \
                    "$keep exists already"
            }
            set map [::dtsm::create -file $keep]
            set mapFile [::dtsm::bytes::resolved \
                [::dtsm::bytes::fromText $keep]]
        } else {
            set where [dict get $settings -dir]
            set map [expr {$where eq "" ? [::dtsm::place::map $folder]
                : [::dtsm::place::mapIn $folder [::dtsm::bytes::resolved \
                    [::dtsm::bytes::fromText $where]]]}]
            set mapFile [::dtsm::bytes::resolved \
                [::dtsm::bytes::fromText $folder/map]]
            if {[file type $folder/map] eq "link"} {
                set mapHeld [::dtsm::folder map \
                    [::dtsm::bytes::fromText $folder]]
            }
        }
    }

    # StoreRules --
    #
    #      All rules in one change.  A path is stored as given and, where
    #      that differs, resolved; one with .. means nothing as given.

    method StoreRules {} {
        set given {}
        foreach {verdict path} [dict get $settings -rules] {
            set whole [::dtsm::bytes::absolute $path]
            if {".." ni [split $whole /]} {
                lappend given $whole $verdict
            }
            lappend given [::dtsm::bytes::resolved $path] $verdict
        }
        if {[dict get $settings -first]} {
            set rules [::dtsm::firstRules $given]
        } else {
            set rules [dict create {*}$given]
        }
        set all [list / [list [dict get $settings -default] prefix]]
        dict for {path verdict} $rules {
            lappend all $path [list $verdict prefix]
        }
        lappend own $mapFile \
            [::dtsm::bytes::fromText $folder]
        foreach path $own {
            lappend all $path {allow prefix}
            if {[::dtsm::bytes::resolved $path] ne $path} {
                lappend own [::dtsm::bytes::resolved $path]
                lappend all [lindex $own end] {allow prefix}
            }
        }
        $map insert -bytes 1 {*}$all
        set verdictOf [dict map {path flags} $all {lindex $flags 0}]
    }

    # Serve --
    #
    #      Answer questions, if there can be any and somebody to ask.

    method Serve {} {
        set registry [expr {[dict get $settings -worker] ne ""
            ? [list [dict get $settings -worker] ask]
            : [list ::dtsm::atOnce [dict get $settings -registry]]}]
        if {[lindex $registry end] eq ""
                || "ask" ni [dict values $verdictOf]} {
            return
        }
        set server [::dtsm::Server new $registry]
        $server listen $folder/ask [list [namespace which my] Alive]
    }

    # Alive --
    #
    #      Who answers is there: programs may wait again (judgeAsk.c).

    method Alive {} {
        if {[llength [$map search @T]]} {
            $map forget @T
        }
    }

    # Questions --
    #
    #      The variable that says where questions go, if anywhere.

    method Questions {} {
        if {$server eq ""} {
            return {}
        }
        return [list DTSM_ASK [dict get $settings -patience]:[
            ::dtsm::bytes::fromText $folder/ask]]
    }

    # fence --
    #
    #      Whether denials are enforced, after changing it.

    method fence {args} {
        return [$map fence {*}$args]
    }

    # Supervise --
    #
    #      Start the supervisor of programs that do not load the library.
    #      Where there can be none, they run untraced and are named; why is
    #      kept, unless this system never has one.

    method Supervise {} {
        if {![dict get $settings -supervise]} {
            return
        }
        set file [::dtsm::bytes::fromText $folder/supervisor]
        if {![catch {::dtsm::supervise start \
                $mapFile \
                [::dtsm::bytes::fromText $logFile] $file \
                {*}[dict values [my Questions]]} message options]} {
            set socket $file
        } elseif {[lindex [dict get $options -errorcode] 1]
                ni {ENOTSUP EOPNOTSUPP}} {
            set unsupervised $message
        }
    }

    # unsupervised --
    #
    #      Why there is no supervisor though this system could have one, or
    #      nothing.

    method unsupervised {} {
        return $unsupervised
    }

    # Unsupervise --
    #
    #      End the supervisor; programs that still run go on without it.
    #
    # Results: how many calls passed unseen; -1 when it had ended by itself.

    method Unsupervise {} {
        if {$socket eq ""} {
            return 0
        }
        set socket {}
        if {$server ne ""} {
            # It must not wait for an answer of ours while we wait for it.
            $server close
        }
        return [::dtsm::supervise stop]
    }

    # environment --
    #
    #      What has to be set in the environment of a traced program, as a
    #      dictionary.

    method environment {} {
        set preload $library
        set former [::dtsm::system environ LD_PRELOAD]
        if {$former ne ""} {
            append preload : $former
        }
        return [list LD_PRELOAD $preload \
            DTSM_MAP $mapFile \
            DTSM_LOG [::dtsm::bytes::fromText $logFile] {*}[my Questions]]
    }

    # probe --
    #
    #      Start a small program and see that it attached to the map.
    #
    # Errors: DTSM PROBE when it did not.

    method probe {} {
        set file [::dtsm::system which true]
        if {$file ne "" && [::dtsm::system kind $file] eq ""} {
            set argv [list $file]
        } else {
            set file $folder/probe.tcl
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

    method Run {argv} {
        return [::dtsm::process wait \
            [::dtsm::process spawn $argv -env [my environment]] \
            [expr {$server ne ""}]]
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
        set file [my Program [lindex $argv 0]]
        set program [::dtsm::program $file $argv]
        my Loaded $program $dir
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

    # Clean --
    #
    #      Removes what the session made.
    #
    # Arguments:
    #      failed   1: also a map that was to be kept.

    method Clean {failed} {
        my Unsupervise
        if {$map ne ""} {
            catch {$map fence 0}
        }
        if {$server ne ""} {
            catch {$server destroy}
            set server {}
        }
        if {$map ne ""} {
            catch {$map close}
            set map {}
        }
        if {$log ne ""} {
            catch {::close $log}
            set log {}
        }
        if {$failed && $mapFile ne "" && [dict get $settings -keep] ne ""} {
            catch {file delete -- [dict get $settings -keep]}
        }
        if {$folder ne ""} {
            catch {::dtsm::folder remove \
                [::dtsm::bytes::fromText $folder] $held}
            set folder {}
        }
        if {$mapHeld ne ""} {
            # Still there if somebody removed the folder, with its notes.
            catch {file delete -- /proc/self/fd/$mapHeld/map}
            catch {
                file delete -- [::dtsm::bytes::toText [file dirname $mapFile]]
            }
            ::dtsm::folder release $mapHeld
            set mapHeld {}
        }
        set mapFile {}
        if {$held ne ""} {
            ::dtsm::folder release $held
            set held {}
        }
    }
}
