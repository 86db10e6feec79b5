# session.tcl --
#
#      A traced session: a map with its rules, a directory with its log, and the
#      environment that makes programs load the tracing library.
#
#      set s [dtsm::Session new -trace FILE ?-default allow|deny|ask?
#              ?-rules {allow /usr deny /opt ask /x ...}? ?-first BOOL?
#              ?-registry PREFIX? ?-worker WORKER? ?-patience SECONDS?
#              ?-keep FILE? ?-dir DIRECTORY? ?-supervise BOOL?]
#      $s probe            prove that the library loads
#      $s unsupervised     why there is no supervisor though there could be
#      $s spawn argv ?dir? start the command
#      $s wait ?events?    how it ended; questions are answered meanwhile
#      $s fence ?bool?     whether denials are enforced
#      $s record most      have processes and their accesses recorded
#      $s environment      what a traced program's environment needs
#      $s news             what was refused since the last call
#      $s pid              the command's process
#      $s collect ?last?   collect.tcl
#      $s watch, renew     tell.tcl
#      $s paths            contents.tcl
#      $s json channel     contents.tcl
#      $s destroy          removes directory and map, whatever happened before
#
# -first 1   The first rule in the list that covers a path wins; else the
#            longest does, and of two rules for the same path the last.
# -registry  Answers for what an ask rule governs: PREFIX path returns allow,
#            deny or unknown, then keys and values.  Without one all of that is
#            unknown.
# -worker    A dtsm::Worker that answers instead (worker.tcl).
# -patience  The seconds that a program waits for an answer (60); 0: for ever.
#
# All paths and words are byte strings, except those of -trace, -keep and -dir.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

# dtsm::firstRules --
#
#      Turn a list, path verdict ..., in which the first match wins, into one in
#      which the longest match wins.  All rules that cover a path also cover the
#      longest of their own paths, so the longest rule gets the verdict of the
#      first.  The result is equivalent.

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
    variable settings directory held map mapFile mapHeld logFile log library \
        own rules verdictOf started process untracedCommand \
        supervisedCommand unsupervised socket finished server newsEnd \
        told ticker

    # constructor --
    #
    #      Makes directory, log and map, and stores the rules.
    #
    # Errors: DTSM NESTED inside another session; POSIX ...; DTSM ...

    constructor {args} {
        my only {}
        set settings [dict merge {-default allow -rules {} -first 0
            -registry {} -worker {} -patience 60 -keep {} -dir {}
            -supervise 1} $args]
        set directory {}
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
        set newsEnd 0
        set told {}
        set ticker {}
        try {
            my RefuseNested
            my NeedProc
            my MakeDirectory
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
    #      A program under two sessions would obey the inner one only.

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
    #      The tracing library resolves paths relative to a descriptor through
    #      /proc; without /proc a build cannot be traced correctly.

    method NeedProc {} {
        if {[catch {::dtsm::system resolve /proc/self/fd}]} {
            return -code error -errorcode {DTSM NOPROC} \
                "/proc is not mounted here, and tracing needs it"
        }
    }

    # MakeDirectory --
    #
    #      The session's directory (place.tcl) with its log, and the name under
    #      which the loader finds the library: it splits LD_PRELOAD at blanks
    #      and colons and expands $, so a name with one needs a link.  The log
    #      stays open, so that its lines are not lost if the file is removed.

    method MakeDirectory {} {
        set failure {{POSIX ENOENT} "there is no place for the session's\
            files: /tmp cannot be written"}
        foreach base [::dtsm::place::usable] {
            if {![catch {
                ::dtsm::directory make $base/dtsm-XXXXXX
            } made options]} {
                break
            }
            set failure [list [dict get $options -errorcode] $made]
            set made {}
        }
        if {![info exists made] || ![llength $made]} {
            return -code error -errorcode [lindex $failure 0] \
                [lindex $failure 1]
        }
        lassign $made directory held
        set directory [::dtsm::bytes::toText $directory]
        set logFile $directory/log
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
            file mkdir $directory/lib
            set link $directory/lib/libdtsmtrace.so
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
            set map [expr {$where eq "" ? [::dtsm::place::map $directory]
                : [::dtsm::place::mapIn $directory [::dtsm::bytes::resolved \
                    [::dtsm::bytes::fromText $where]]]}]
            set mapFile [::dtsm::bytes::resolved \
                [::dtsm::bytes::fromText $directory/map]]
            if {[file type $directory/map] eq "link"} {
                set mapHeld [::dtsm::directory map \
                    [::dtsm::bytes::fromText $directory]]
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
            [::dtsm::bytes::fromText $directory]
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
    #      Answer questions, if there can be any and there is a registry.

    method Serve {} {
        set registry [expr {[dict get $settings -worker] ne ""
            ? [list [dict get $settings -worker] ask]
            : [list ::dtsm::atOnce [dict get $settings -registry]]}]
        if {[lindex $registry end] eq ""
                || "ask" ni [dict values $verdictOf]} {
            return
        }
        set server [::dtsm::Server new $registry]
        $server listen $directory/ask [list [namespace which my] Alive]
    }

    # Alive --
    #
    #      The registry answers again, so programs may wait for it again
    #      (judgeAsk.c).

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
        # Programs read digits; 0 would be a second, so for ever is months.
        set seconds [dict get $settings -patience]
        return [list DTSM_ASK [expr {$seconds ? $seconds : 9999999}]:[
            ::dtsm::bytes::fromText $directory/ask]]
    }

    # fence --
    #
    #      Whether denials are enforced, after changing it.

    method fence {args} {
        return [$map fence {*}$args]
    }

    # record --
    #
    #      Have the map hold which process touched what: so many accesses at
    #      most.

    method record {most} {
        $map recording $most
        return
    }

    # Supervise --
    #
    #      Start the supervisor of programs that do not load the library.
    #      Without a supervisor they run untraced and are named; the reason is
    #      kept, unless this system never has one.

    method Supervise {} {
        if {![dict get $settings -supervise]} {
            return
        }
        set file [::dtsm::bytes::fromText $directory/supervisor]
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

    # Clean --
    #
    #      Removes what the session made.
    #
    # Arguments:
    #      failed   1: also a map that was to be kept.

    method Clean {failed} {
        after cancel $ticker
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
        if {$directory ne ""} {
            catch {::dtsm::directory remove \
                [::dtsm::bytes::fromText $directory] $held}
            set directory {}
        }
        if {$mapHeld ne ""} {
            # It is still there if the directory was removed with its notes.
            catch {file delete -- /proc/self/fd/$mapHeld/map}
            catch {
                file delete -- [::dtsm::bytes::toText [file dirname $mapFile]]
            }
            ::dtsm::directory release $mapHeld
            set mapHeld {}
        }
        set mapFile {}
        if {$held ne ""} {
            ::dtsm::directory release $held
            set held {}
        }
    }
}
