# runstrace.tcl --
#
#      A build's paths as `dtsm run' records them, beside those that strace
#      sees.  Each difference has to belong to a class that says why.
#
# The build is made twice in the same directory.  A path of strace's counts as
# dtsm reports it: its directory's symlinks followed, and those of its own where
# the call follows them.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

source [sourceFile library bytes.tcl]

namespace eval strace {
    # Calls and where their paths stand.  at: after a descriptor.  The
    # second word: 1 if the last symlink is followed.

    variable calls {
        open {plain 1} creat {plain 1} access {plain 1} stat {plain 1}
        lstat {plain 0} readlink {plain 0} execve {plain 1}
        unlink {plain 0} rmdir {plain 0} mkdir {plain 0} chdir {plain 1}
        chmod {plain 1} chown {plain 1} truncate {plain 1} statfs {plain 1}
        mknod {plain 0} openat {at 1} newfstatat {at 1} faccessat {at 1}
        faccessat2 {at 1} readlinkat {at 0} unlinkat {at 0} mkdirat {at 0}
        fchmodat {at 1} utimensat {at 1} statx {at 1} fchownat {at 1}
        rename {plain2 0} link {plain2 0} symlink {second 0}
        renameat {at2 0} renameat2 {at2 0} linkat {at2 0}
        symlinkat {secondat 0}
    }

    # Names that differ from one build to the next.

    variable temporary {
        {/cc[A-Za-z0-9]{6}(?=[./]|$)}   /ccXXXXXX
        {/conf(?=[0-9]*[A-Za-z])[A-Za-z0-9]{6}(?=/|$)} /confXXXXXX
        {/conf[0-9]+}                   /confN
        {/cf[0-9]+}                     /cfN
        {^/tmp/cg[A-Za-z0-9]{6}(?=/|$)} /tmp/cgXXXXXX
        {/st[A-Za-z0-9]{6}(?=/|$)}      /stXXXXXX
        {/Gm[A-Za-z0-9_]{6,}}           /GmXXXXXX
        {^/tmp/ar[A-Za-z0-9]{6}(?=/|$)} /tmp/arXXXXXX
        {/am4t\w{6}(?=/|$)}             /am4tXXXXXX
        {^(/tmp(?:/arXXXXXX)?)/ah[A-Za-z0-9]{6}(?=/|$)} {\1/ahXXXXXX}
        {/ztest[0-9]+(?=[./]|$)}        /ztestN
        {/m4-[A-Za-z0-9]{6}(?=/|$)}     /m4-XXXXXX
        {/(?=[^/]*[a-z])(?=[^/]*[A-Z])(?=[^/]*[0-9])\w{10}$} /XXXXXXXXXX
        {/proc/(?:self|[0-9]+)(?=/|$)}  /proc/PID
        {/TryCompile-[A-Za-z0-9]{6}(?=/|$)} /TryCompile-XXXXXX
        {cmTC_[0-9a-f]{5}}              cmTC_XXXXX
        {\.tmp[0-9a-f]{5}$}             .tmpXXXXX
        {/sh-thd[.-][A-Za-z0-9]+}       /sh-thd
        {/tcl_[A-Za-z0-9]{6}$}          /tcl_XXXXXX
        {/hsperfdata_[^/]+/[0-9]+$}     /hsperfdata/PID
        {/\.java_pid[0-9]+$}            /.java_pidPID
        {\.jar[0-9]{6,}\.jar$}          .jarN.jar
    }

    # Seen by strace alone, and why.

    variable onlyStrace {
        {^/etc/ld\.so\.(cache|preload|nohwcap)$}
            "the loader's own"
        {/glibc-hwcaps(/|$)}
            "the loader's search for libraries"
        {\.so(\.[0-9.]+)?$}
            "libraries that the loader opens for a program"
        {^/usr/lib/locale/|^/usr/share/locale|/gconv/|^/usr/share/zoneinfo}
            "libc's configuration: locale, gconv, time zones"
        {^/etc/(nsswitch\.conf|passwd|group|localtime)$}
            "libc's configuration: names and users"
        {^/etc/locale\.alias$}
            "libc's configuration: setlocale"
        {^/sys/devices/system/cpu(/|$)|^/proc/(stat|cpuinfo|meminfo)$}
            "libc counts processors"
        {^/proc/sys/vm/overcommit_memory$}
            "libc's malloc gives memory back"
        {^/proc/PID/loginuid$}
            "libc's getlogin"
        {^/proc/sys/kernel/ngroups_max$}
            "libc's sysconf"
    }

    # Recorded without a call of the kernel: the directory that bindtextdomain
    # is given, where a language without translations is in use.

    variable onlyRecorded {^/usr/share/locale$}
}

# strace::settled --
#
#      A path with its varying parts replaced.

proc strace::settled {path} {
    variable temporary
    foreach {pattern to} $temporary {
        regsub -all $pattern $path $to path
    }
    return $path
}

# strace::target --
#
#      What a call names: directories resolved, and the last symlink if the call
#      follows it.  A path with .. behind a directory that is not there ends at
#      that directory, for the kernel and in the report.

proc strace::target {path follow} {
    variable known
    if {![info exists known($path,$follow)]} {
        set parts [split [string trimleft [dtsm::bytes::absolute $path] /] /]
        set head {}
        foreach part $parts {
            if {$part eq ".." && [catch {dtsm::system resolve $head/}]} {
                set parts [split [string range $head 1 end] /]
                break
            }
            append head /$part
        }
        set name [lindex $parts end]
        set directory [dtsm::bytes::resolved /[join [lrange $parts 0 end-1] /]]
        set known($path,$follow) [expr {$follow || $name eq ".."
            ? [dtsm::bytes::resolved /[join $parts /]]
            : "[string trimright $directory /]/$name"}]
    }
    return $known($path,$follow)
}

# strace::paths --
#
#      The paths in one call's arguments, absolute; cwd is the caller's.

proc strace::paths {shape arguments cwd} {
    set name {"((?:[^"\\]|\\.)*)"}
    set at "(?:AT_FDCWD|\\d+)<(\[^>\]*)>, $name"
    set found {}
    switch -- $shape {
        plain {
            set found [lrange [regexp -inline "^$name" $arguments] 1 1]
        }
        plain2 {
            set found [lrange [regexp -inline "^$name, $name" \
                $arguments] 1 2]
        }
        second {
            set found [lrange [regexp -inline "^$name, $name" \
                $arguments] 2 2]
        }
        at - at2 - secondat {
            foreach {. directory path} [regexp -all -inline $at $arguments] {
                if {$path ne ""} {
                    lappend found [file join $directory $path]
                }
            }
            if {$shape eq "at"} {
                set found [lrange $found 0 0]
            }
        }
    }
    return [lmap path $found {
        set path [subst -nocommands -novariables $path]
        if {$path eq ""} {
            continue
        }
        file join $cwd $path
    }]
}

# strace::begins --
#
#      A process begins where its parent is, at the parent's fork or at its own
#      first call, whichever the trace has first.  A number that was another's
#      before has its parents in their order.

proc strace::begins {pid cwd} {
    variable parents
    variable begun
    variable directory
    variable traced
    variable loading
    set from {}
    if {[info exists parents($pid)]} {
        set from [lindex $parents($pid) [incr begun($pid)]-1]
    }
    set directory($pid) [expr {[info exists directory($from)]
        ? $directory($from) : $cwd}]
    set traced($pid) [expr {[info exists traced($from)] ? $traced($from) : 1}]
    set loading($pid) 0
}

# strace::service --
#
#      libc's name service, when it looks whether its configuration has
#      changed, asks for "/" too: a chroot would change both.

proc strace::service {pid call path} {
    variable last
    set service [expr {[info exists last($pid)]
        && $last($pid) eq "/etc/nsswitch.conf"}]
    set last($pid) $path
    return [expr {$service && $path eq "/" && $call in {newfstatat stat}}]
}

# strace::way --
#
#      How a path is named: 0, by the loader or its search; 1, as a link that
#      is read; 2, by the program.
#
#      Before a program runs, its loader opens libraries and its cache.  Then
#      and later, it asks for a directory after it has failed to open a library
#      in it.  How an open ended is not in its line when another process' line
#      came between.

proc strace::way {pid call path line} {
    variable loading
    variable lacking
    set library [regexp {\.so(\.|$)|/glibc-hwcaps} $path]
    set search [expr {$call in {newfstatat stat}
        && [info exists lacking($pid)]
        && [string trimright $path /] eq $lacking($pid)}]
    if {$call in {open openat} && $library
            && [regexp { = -1 |<unfinished } $line]} {
        set lacking($pid) [file dirname $path]
    } elseif {!$search} {
        unset -nocomplain lacking($pid)
    }
    if {$loading($pid) && !$search && !($library
            && $call in {openat access newfstatat open stat})} {
        set loading($pid) 0
    }
    return [expr {$loading($pid) || $search ? 0
        : $call in {readlink readlinkat} ? 1 : 2}]
}

# strace::parse --
#
#      What the dynamically linked processes of a trace named.
#
# Arguments:
#      file     As `strace -f -y -o' writes it.
#      cwd      Where the first process starts.
#
# Results:
#      A dictionary of settled paths; the value tells the strongest way in
#      which one was named: 0 by the loader, 1 by readlink, 2 by other calls.

proc strace::parse {file cwd} {
    variable calls
    foreach name {parents begun directory traced loading last lacking} {
        variable $name
        array unset $name
        array set $name {}
    }
    set lines [split [run::read $file] \n]
    foreach line $lines {
        if {[regexp {^(\d+) +(?:<\.\.\. )?(?:v?fork|clone3?)\W.* = (\d+)} \
                $line . pid child]} {
            lappend parents($child) $pid
        }
    }
    set result {}
    set first 1
    foreach line $lines {
        if {[regexp {^(\d+) +(?:<\.\.\. )?(?:v?fork|clone3?)\W.* = (\d+)} \
                $line . pid child]
                && [incr forks($child)] > [incr begun($child) 0]} {
            begins $child $cwd
        } elseif {[regexp {^(\d+) +\+\+\+ } $line . pid]} {
            unset -nocomplain directory($pid) lacking($pid) last($pid)
        }
        if {![regexp {^(\d+) +(\w+)\((.*)$} $line . pid call arguments]} {
            continue
        }
        if {![info exists directory($pid)]} {
            begins $pid $cwd
        }
        if {$call eq "fchdir" && [regexp {^\d+<([^>]*)>\) += 0} \
                $arguments . path]} {
            set directory($pid) $path
        }
        if {![dict exists $calls $call]} {
            continue
        }
        lassign [dict get $calls $call] shape follow
        set follow [expr {$follow && ![string match *NOFOLLOW* $arguments]}]
        set named [paths $shape $arguments $directory($pid)]
        set path [lindex $named 0]
        if {![llength $named] || [service $pid $call $path]} {
            continue
        }
        set way [way $pid $call $path $line]
        foreach path [expr {$traced($pid) && !$first ? $named : {}}] {
            set key [settled [target $path $follow]]
            if {![dict exists $result $key]
                    || [dict get $result $key] < $way} {
                dict set result $key $way
            }
        }
        set good [expr {[regexp { = 0$} $line]
            || [string match *<unfinished* $line]}]
        if {$call eq "chdir" && $good} {
            set directory($pid) [target [lindex $named 0] 1]
        } elseif {$call eq "execve" && $good} {
            set first 0
            set traced($pid) [expr {
                [dict get [dtsm::program [lindex $named 0]] why] eq ""}]
            set loading($pid) 1
        }
    }
    return $result
}

# strace::fresh --
#
#      The empty directory in which a build is made, each time the same.

proc strace::fresh {directory} {
    file delete -force $directory/work
    file mkdir $directory/work
    return $directory/work
}

# strace::status --
#
#      Run a command with no input and its output in a file.
#
# Results:
#      How it ended, as a report has it: {status 0}.

proc strace::status {output args} {
    if {![catch {exec {*}$args </dev/null >$output 2>@1} message options]} {
        return {status 0}
    }
    lassign [dict get $options -errorcode] kind pid code
    switch -- $kind {
        CHILDSTATUS {
            return [list status $code]
        }
        CHILDKILLED {
            return [list signal $code]
        }
    }
    return -options $options $message
}

# strace::recorded --
#
#      What a report has, settled: path flags ...

proc strace::recorded {report} {
    set recorded {}
    foreach entry [dict get $report paths] {
        dict set recorded [settled [encoding convertto utf-8 \
            [dict get $entry path]]] [dict get $entry flags]
    }
    return $recorded
}

# strace::watched --
#
#      Make a build in directory/work under strace.
#
# Results:
#      How it ended; path way ... as strace::parse has it.

proc strace::watched {directory command} {
    set work [fresh $directory]
    set status [status $directory/out env -C $work \
        strace -f -y -s 65535 -e signal=none \
        -e trace=%file,fchdir,fork,vfork,clone,clone3 \
        -o $directory/trace {*}$command]
    return [list $status [parse $directory/trace $work]]
}

# strace::both --
#
#      Make a build in directory/work twice, once under dtsm and once under
#      strace.
#
# Results:
#      A list of two dictionaries: path flags ... as dtsm reports it, path way
#      ... as strace::parse has it.

proc strace::both {directory command} {
    set report [runReport {} $command {} [list env -C [fresh $directory]]]
    if {[dict get $report exit] ne {status 0}} {
        error "the traced build failed: [runErrors]"
    }
    lassign [watched $directory $command] status seen
    if {$status ne {status 0}} {
        error "the build under strace failed: [run::read $directory/out]"
    }
    return [list [recorded $report] $seen]
}

# strace::differences --
#
#      What one of the two lacks and no class explains: {strace PATH} for what
#      dtsm lacks, {dtsm PATH FLAGS} for what strace has not seen.

proc strace::differences {recorded seen} {
    set differences {}
    dict for {path way} $seen {
        if {![dict exists $recorded $path] && $way > 0
                && [explained $path] eq ""
                && !($way == 1 && [above $path $recorded])} {
            lappend differences [list strace $path]
        }
    }
    variable onlyRecorded
    dict for {path flags} $recorded {
        if {![dict exists $seen $path] && ![step $path $flags $seen]
                && ![regexp $onlyRecorded $path]} {
            lappend differences [list dtsm $path $flags]
        }
    }
    return $differences
}

# compareWithStrace --
#
#      The differences of a build.

proc compareWithStrace {directory command} {
    lassign [strace::both $directory $command] recorded seen
    set differences [strace::differences $recorded $seen]
    if {[dict size $seen] < 100} {
        lappend differences "only [dict size $seen] paths were seen"
    }
    return $differences
}

# strace::explained --
#
#      The class of a path that strace alone has seen; empty if there is none.

proc strace::explained {path} {
    variable onlyStrace
    foreach {pattern why} $onlyStrace {
        if {[regexp $pattern $path]} {
            return $why
        }
    }
    return {}
}

# strace::step --
#
#       1 if a path that dtsm alone has is one that the kernel passes without
#       a call of its own: a symlink on the way, a directory above a path, or
#       a program that interprets a script.

proc strace::step {path flags seen} {
    if {![catch {file readlink $path}] || $flags eq {allow exec}} {
        return 1
    }
    return [above $path $seen]
}

# strace::above --
#
#      1 if the path is a directory above one of the dictionary's paths.  libc's
#      realpath asks of each directory on its way whether it is a symlink; where
#      the way leads through a symlink's target, dtsm records what it arrives
#      at and not those directories, which nothing depends on.

proc strace::above {path paths} {
    return [expr {[llength [dict keys $paths $path/*]] > 0}]
}
