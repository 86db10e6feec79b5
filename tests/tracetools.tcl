# tracetools.tcl --
#
#       What the test files of the injected library share: a small world, a
#       session over it, programs that run in the session.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval traceTest {
    variable library [buildFile libdtsmtrace.so]
    variable calls [child calls]
    variable odd [child odd]
    variable rare [child rare]
    variable places [child places]
    variable hard [child hard]
}

# traceTest::begin --
#
#       A world and a session over it:
#
#           ok/file ok/link->file ok/todir->dir ok/dir/in ok/prog
#           no/file no/dir/in no/prog no/tofile->../ok/file no/todir->../ok/dir
#           ok/tono->../no/file ok/intono->../no

proc traceTest::begin {{fence 1}} {
    variable root [scratch]
    variable map
    variable log
    variable environment
    file mkdir $root/ok/dir $root/no/dir $root/other
    foreach name {ok/file ok/dir/in no/file no/dir/in} {
        close [open $root/$name w]
    }
    foreach name {ok/prog no/prog} {
        file copy /bin/true $root/$name
    }
    foreach {name text} {ok/link file ok/todir dir ok/tono ../no/file
            ok/intono ../no no/tofile ../ok/file no/todir ../ok/dir} {
        exec ln -s $text $root/$name
    }
    set log $root/log
    close [open $log w]
    set map [dtsm::create -dir $root]
    $map insert / {allow prefix} $root/no {deny prefix}
    $map fence $fence
    variable library
    set environment [list LD_PRELOAD=$library DTSM_MAP=[$map file] \
            DTSM_LOG=$log]
}

proc traceTest::end {} {
    variable map
    $map check
    $map destroy
}

# traceTest::run --
#
#       Run a command in the session, from the world's root.

proc traceTest::run {args} {
    variable root
    variable environment
    set here [pwd]
    cd $root
    try {
        return [exec env {*}$environment {*}$args]
    } finally {
        cd $here
    }
}

proc traceTest::call {args} {
    variable calls
    return [split [run $calls {*}$args] \n]
}

# traceTest::nobody --
#
#       As run, as a user without rights, to whom the map belongs.

proc traceTest::nobody {options args} {
    variable root
    variable map
    variable log
    variable environment
    exec chmod 755 $root
    exec chmod 666 $log
    exec chown 65534:65534 [$map file]
    set here [pwd]
    cd $root
    try {
        return [exec setpriv --reuid=65534 --regid=65534 --clear-groups \
                {*}$options env {*}$environment {*}$args]
    } finally {
        cd $here
    }
}

proc traceTest::odd {args} {
    variable odd
    return [split [run $odd {*}$args] \n]
}

proc traceTest::rare {args} {
    variable rare
    return [split [run $rare {*}$args] \n]
}

proc traceTest::places {args} {
    variable places
    return [split [run $places {*}$args] \n]
}

proc traceTest::hard {args} {
    variable hard
    return [split [run $hard {*}$args] \n]
}

proc traceTest::forks {args} {
    return [split [run [child forks] {*}$args] \n]
}

proc traceTest::scarce {args} {
    return [split [run [child scarce] {*}$args] \n]
}

# traceTest::directories --
#
#      Steps of the program directories, one word each.

proc traceTest::directories {args} {
    return [run [child directories] {*}$args]
}

# traceTest::aged --
#
#      Only a directory that is older than the grain of the file system's clock
#      is remembered.

proc traceTest::aged {} {
    after 150
}

# traceTest::compile --
#
#       Build a program at ok/NAME from C source.

proc traceTest::compile {name text args} {
    variable root
    set file $root/ok/$name
    set channel [open $file.c w]
    puts $channel $text
    close $channel
    exec gcc {*}$args -o $file $file.c
    return $file
}

# traceTest::flags --
#
#       What the map holds of a path below the root; nothing for a rule.

proc traceTest::flags {path} {
    variable map
    variable root
    set flags [$map search $root/$path]
    return [expr {"prefix" in $flags ? {} : $flags}]
}

proc traceTest::refused {} {
    variable log
    variable root
    set channel [open $log]
    set result {}
    foreach line [split [string trim [read $channel]] \n] {
        set fields [split $line \t]
        if {[lindex $fields 0] eq "refused"} {
            lappend result [string map [list $root/ {}] [lindex $fields 4]] \
                    [lindex $fields 5]
        }
    }
    close $channel
    return $result
}

proc traceTest::untraced {} {
    variable log
    set channel [open $log]
    set result {}
    foreach line [split [string trim [read $channel]] \n] {
        set fields [split $line \t]
        if {[lindex $fields 0] eq "untraced"} {
            lappend result [file tail [lindex $fields 2]] [lindex $fields 3]
        }
    }
    close $channel
    return $result
}

namespace eval traceTest {
    variable common {-constraints traceLibrary -setup traceTest::begin \
            -cleanup traceTest::end}
}
