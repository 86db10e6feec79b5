# session.tcl --
#
#      A traced session: a map with its rules, a folder with its log, and the
#      environment that makes programs load the tracing library.
#
#      set s [dtsm::Session new -trace FILE ?-default allow|deny?
#              ?-rules {allow /usr deny /opt ...}? ?-keep FILE?
#              ?-supervise bool?]
#      $s probe            prove that the library loads
#      $s spawn argv       start the command
#      $s wait             how it ended
#      $s collect          what the map and the log tell; ends the session
#      $s destroy          removes folder and map, whatever happened before
#
# All paths and words are byte strings, but for -trace and -keep.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require TclOO

# A smaller /dev/shm would fill up; then the map lies in the session's folder.

namespace eval ::dtsm {
    variable shmRoom [expr {64 << 20}]
}

oo::class create ::dtsm::Session {
    variable settings folder map mapFile logFile library own probes rules \
        verdictOf denied started process untracedCommand \
        supervisedCommand socket finished

    # constructor --
    #
    #      Makes folder, log and map, and stores the rules.
    #
    # Errors: DTSM NESTED inside another session; POSIX ...; DTSM ...

    constructor {args} {
        set settings [dict merge {-default allow -rules {} -keep {}
            -supervise 1} $args]
        set folder {}
        set map {}
        set mapFile {}
        set probes 0
        set untracedCommand {}
        set supervisedCommand {}
        set socket {}
        set process {}
        set finished 0
        try {
            my RefuseNested
            my MakeFolder
            my MakeMap
            my StoreRules
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

    # MakeFolder --
    #
    #      The session's folder with its log, and the name under which the
    #      loader finds the library: it splits LD_PRELOAD at blanks and
    #      colons and expands $, so a name with one needs a link.

    method MakeFolder {} {
        set base [::dtsm::system environ TMPDIR]
        if {[string index $base 0] ne "/" || [regexp {[\s:$]} $base]
                || [catch {::dtsm::bytes::toText $base}]} {
            set base /tmp
        }
        set folder [::dtsm::bytes::toText \
            [::dtsm::system folder $base/dtsm-XXXXXX]]
        set logFile $folder/log
        close [open $logFile {WRONLY CREAT EXCL} 0600]

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
    #      In memory if that has room, else in the session's folder.

    method MakeMap {} {
        set keep [dict get $settings -keep]
        if {$keep ne ""} {
            if {[file exists $keep]} {
                return -code error -errorcode {POSIX EEXIST} \
                    "$keep exists already"
            }
            set mapFile [file normalize $keep]
            set map [::dtsm::create -file $mapFile]
        } else {
            set room [::dtsm::system room /dev/shm]
            set where [expr {$room >= $::dtsm::shmRoom
                ? "/dev/shm" : $folder}]
            set map [::dtsm::create -dir $where]
            set mapFile [file normalize [$map file]]
        }
    }

    # StoreRules --
    #
    #      All rules in one change.  A path is stored as given and, where
    #      that differs, resolved; one with .. means nothing as given.  For a
    #      path given twice the last rule holds.

    method StoreRules {} {
        set rules {}
        foreach {verdict path} [dict get $settings -rules] {
            set given [::dtsm::bytes::absolute $path]
            if {".." ni [split $given /]} {
                dict set rules $given $verdict
            }
            dict set rules [::dtsm::bytes::resolved $path] $verdict
        }
        set all [list / [list [dict get $settings -default] prefix]]
        dict for {path verdict} $rules {
            lappend all $path [list $verdict prefix]
        }
        lappend own [::dtsm::bytes::fromText $mapFile] \
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

    # Supervise --
    #
    #      Start the supervisor of programs that do not load the library.
    #      Where there can be none, they run untraced and are named.

    method Supervise {} {
        if {![dict get $settings -supervise]} {
            return
        }
        set file [::dtsm::bytes::fromText $folder/supervisor]
        if {![catch {::dtsm::supervise start \
                [::dtsm::bytes::fromText $mapFile] \
                [::dtsm::bytes::fromText $logFile] $file}]} {
            set socket $file
        }
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
            DTSM_MAP [::dtsm::bytes::fromText $mapFile] \
            DTSM_LOG [::dtsm::bytes::fromText $logFile]]
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
        $map count expected 1
        set before [$map count attached]
        set end [my Run $argv]
        set probes [expr {[$map count attached] - $before}]
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
            [::dtsm::process spawn $argv -env [my environment]]]
    }

    # Governed --
    #
    #      What the rules say of a resolved path: allow or deny.

    method Governed {path} {
        while {![dict exists $verdictOf $path]} {
            set slash [string last / $path]
            set path [string range $path 0 [expr {max($slash - 1, 0)}]]
        }
        return [dict get $verdictOf $path]
    }

    # Follow --
    #
    #      Where a path leads, one component at a time.
    #
    # Results: the resolved path, and a list of the symlinks on the way.

    method Follow {path} {
        set todo [split [::dtsm::bytes::absolute $path] /]
        set at {}
        set links {}
        while {[llength $todo]} {
            set todo [lassign $todo part]
            if {$part eq ".."} {
                set at [string range $at 0 [string last / $at]-1]
            } elseif {$part ni {"" "."}} {
                append at /$part
                set target [::dtsm::system link $at]
                if {$target ne "" && [llength $links] < 40} {
                    lappend links $at
                    set at [expr {[string index $target 0] eq "/" ? ""
                        : [string range $at 0 [string last / $at]-1]}]
                    set todo [concat [split $target /] $todo]
                }
            }
        }
        return [list [expr {$at eq "" ? "/" : $at}] $links]
    }

    # Ask --
    #
    #      Ask for a program as a traced process does: record it and the
    #      symlinks that lead to it.  What a rule denies is a violation of
    #      ours; if it is there, it is added to the member `denied'.
    #
    # Results: empty if there is such a program; denied; ENOENT; EACCES.

    method Ask {file} {
        set exists [expr {![catch {::dtsm::system resolve $file} . options]}]
        if {!$exists && [lindex [dict get $options -errorcode] 1]
                ni {ENOENT ENOTDIR}} {
            return EACCES
        }
        set missing [expr {$exists ? {} : "missing"}]
        lassign [my Follow $file] path links
        foreach step [concat $links [list $path]] {
            if {[my Governed $step] eq "deny"
                    && [catch {::dtsm::system resolve $step/.}]} {
                $map insert -bytes 1 $step \
                    [list deny violation reported exec {*}$missing]
                my LogRefused $step $exists
                if {$exists && $step ni $denied} {
                    lappend denied $step
                }
                return denied
            }
            if {$step ne $path} {
                $map insert -bytes 1 $step allow
            }
        }
        $map insert -bytes 1 $path [list allow exec {*}$missing]
        return [expr {!$exists ? "ENOENT"
            : [::dtsm::system which $file] eq "" ? "EACCES" : ""}]
    }

    # LogRefused --
    #
    #      A line of the log, as the tracing library writes it.

    method LogRefused {path exists} {
        set program [info script]
        if {$program eq ""} {
            set program [info nameofexecutable]
        }
        set program [::dtsm::bytes::fromText [file normalize $program]]
        set fields [lmap field [list $program [::dtsm::system resolve .] \
                $path] {
            ::dtsm::bytes::escape $field
        }]
        set channel [open $logFile {WRONLY APPEND}]
        fconfigure $channel -translation binary
        puts $channel [join [list refused [pid] {*}$fields $exists] \t]
        close $channel
    }

    # Program --
    #
    #      The file that a command's name means, as a traced shell finds it:
    #      what a rule denies is passed over, and so is a script whose
    #      interpreter is denied.
    #
    # Errors: DTSM DENIED when rules leave none; POSIX ...

    method Program {name} {
        set failure {ENOENT "no such file or directory"}
        set denied {}
        foreach file [::dtsm::system candidates $name] {
            set asked $file
            for {set depth 0} {$depth < 6} {incr depth} {
                set answer [my Ask $asked]
                if {$answer ne ""} {
                    break
                }
                set asked [::dtsm::system interpreter $asked]
                if {$asked eq ""} {
                    break
                }
            }
            switch -- $answer {
                "" {
                    return $file
                }
                EACCES {
                    set failure {EACCES "permission denied"}
                }
            }
        }
        set name [::dtsm::bytes::shown $name]
        if {[llength $denied]} {
            set shown [lmap path $denied {::dtsm::bytes::shown $path}]
            return -code error -errorcode {DTSM DENIED} \
                "$name: a rule denies [join $shown {, }]"
        }
        return -code error -errorcode [list POSIX {*}$failure] \
            "$name: [lindex $failure 1]"
    }

    # spawn --
    #
    #      Raise the fence and start the command.  A command that the loader
    #      will not trace is supervised, or runs all the same and is listed.
    #
    # Errors: DTSM DENIED when a rule denies the command; POSIX ... when it
    #      cannot be started.

    method spawn {argv} {
        set started [clock microseconds]
        set file [my Program [lindex $argv 0]]
        set why [::dtsm::system kind $file]
        set environment [my environment]
        if {$why eq "refused"} {
            # Another libc's loader would end the program.
            set environment [dict create LD_PRELOAD \
                [::dtsm::system environ LD_PRELOAD]]
        }
        $map fence 1
        set options [list -file $file -env $environment]
        if {$why eq ""} {
            $map count expected 1
        } elseif {$why in {static refused} && $socket ne ""} {
            lappend options -supervise $socket \
                -mapped [::dtsm::system mapped $file]
        }
        set process [::dtsm::process spawn $argv {*}$options]
        if {$why ne ""} {
            set resolved [::dtsm::bytes::resolved $file]
            if {$socket ne "" && [::dtsm::supervise joined $process]} {
                set supervisedCommand $resolved
            } else {
                set untracedCommand [list $resolved $why]
            }
        }
    }

    # wait --
    #
    #      Wait for the command, and open the fence: who outlives it is left
    #      alone.
    #
    # Results: a dictionary: kind, code, name as dtsm::process wait has
    #      them, and wall, the seconds that it took.

    method wait {} {
        set end [::dtsm::process wait $process]
        dict set end wall [expr {
            ([clock microseconds] - $started) / 1e6}]
        $map fence 0
        return $end
    }

    # collect --
    #
    #      What the session found, as a dictionary:
    #      default      allow or deny
    #      rules        path verdict ...
    #      traced       program images
    #      supervised   a list of {path count}
    #      untraced     a list of {path why count}
    #      unseen       calls of supervised programs that passed unseen; -1
    #                   when the supervisor ended early
    #      paths        path flags ..., without mere spellings, sorted
    #      violations   a list of {path exists program}, sorted
    #      lost         lines of the log that make no sense

    method collect {} {
        set unseen [my Unsupervise]
        set paths {}
        set violations {}
        set lines [my ReadLog]
        foreach {path flags} [$map get -rules 0 -bytes 1 -void 1] {
            if {[regexp {^@U\d\t(.*)$} $path . line]} {
                lappend lines $line
            } elseif {"alias" in $flags || [my IsOwn $path]} {
                continue
            } else {
                dict set paths $path $flags
                if {"violation" in $flags && "reported" in $flags} {
                    dict set violations $path \
                        [list $path [expr {"missing" ni $flags}] {}]
                }
            }
        }
        set untraced {}
        set supervised {}
        set lost 0
        if {$supervisedCommand ne ""} {
            dict incr supervised $supervisedCommand
        }
        if {[llength $untracedCommand]} {
            dict incr untraced $untracedCommand
        }
        foreach line $lines {
            set fields [lmap field [split $line \t] {
                ::dtsm::bytes::unescape $field
            }]
            switch -- [lindex $fields 0]:[llength $fields] {
                refused:6 {
                    lassign $fields . . program . path exists
                    if {![info exists seen($path)]} {
                        set seen($path) 1
                        dict set violations $path \
                            [list $path [expr {$exists eq "1"}] $program]
                    }
                }
                untraced:4 {
                    dict incr untraced [lrange $fields 2 3]
                }
                supervised:3 {
                    dict incr supervised [lindex $fields 2]
                }
                default {
                    incr lost
                }
            }
        }
        set attached [$map count attached]
        set refused [expr {[$map count expected] - $attached}]
        if {$refused > 0} {
            dict incr untraced {{} refused} $refused
        }
        set finished 1
        return [dict create default [dict get $settings -default] \
            rules $rules traced [expr {$attached - $probes}] \
            supervised [lsort [lmap {path count} $supervised {
                list $path $count
            }]] \
            untraced [lsort [lmap {key count} $untraced {
                list {*}$key $count
            }]] \
            unseen $unseen \
            paths [lsort -stride 2 $paths] \
            violations [lsort -index 0 [dict values $violations]] \
            lost $lost]
    }

    # IsOwn --
    #
    #      1 for the session's own files, which are no news to anybody.

    method IsOwn {path} {
        foreach prefix $own {
            if {$path eq $prefix
                    || [string first $prefix/ $path] == 0} {
                return 1
            }
        }
        return 0
    }

    # ReadLog --
    #
    #      The lines of the log.  Those that a process could not write are
    #      in the map (dtsmTraceLog.c).

    method ReadLog {} {
        set channel [open $logFile r]
        fconfigure $channel -translation binary
        set text [read $channel]
        close $channel
        return [lrange [split $text \n] 0 end-1]
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
            catch {$map close}
            set map {}
        }
        if {$mapFile ne ""
                && ($failed || [dict get $settings -keep] eq "")} {
            catch {file delete -- $mapFile}
        }
        set mapFile {}
        if {$folder ne ""} {
            catch {file delete -force -- $folder}
            set folder {}
        }
    }
}
