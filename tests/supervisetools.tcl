# supervisetools.tcl --
#
#      What the test files of the supervisor share: whether there can be one,
#      a small world, runs in it, static programs.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

source [file join [file dirname [info script]] runtools.tcl]

namespace eval supervised {
    variable directory [scratch]
    variable busybox [lindex [auto_execok busybox] 0]
}

# supervised::starts --
#
#      Can this system supervise at all?

proc supervised::starts {} {
    variable directory
    set map [dtsm::create -dir $directory]
    set failed [catch {
        dtsm::supervise start [$map file] $directory/log $directory/socket
        dtsm::supervise stop
    }]
    $map destroy
    file delete $directory/socket
    return [expr {!$failed}]
}

testConstraint supervises [supervised::starts]
testConstraint staticBusybox [expr {[testConstraint supervises]
    && $supervised::busybox ne ""
    && [dict get [dtsm::program $supervised::busybox] why] eq "static"}]
testConstraint staticPrograms [expr {[testConstraint supervises]
    && [testConstraint staticCC]}]

# supervised::begin --
#
#      A world: ok/file, ok/dir/in, ok/link->file, and no/file, which is
#      denied.  Another user may write beside them.

proc supervised::begin {} {
    variable root [scratch]
    file mkdir $root/ok/dir $root/no
    foreach {name text} {ok/file mine ok/dir/in inside no/file theirs} {
        makeText $root/$name $text\n
    }
    exec ln -s file $root/ok/link
    file attributes $root -permissions 0777
    return $root
}

# supervised::program --
#
#      Build a static program ok/NAME from C source.

proc supervised::program {name text args} {
    variable root
    makeText $root/$name.c $text
    exec cc -w -D_GNU_SOURCE -static {*}$args -o $root/ok/$name $root/$name.c
    file delete $root/$name.c
    return $root/ok/$name
}

# supervised::run --
#
#      Run a command in the world.
#
# Arguments:
#      argv     The command.
#      options  Of dtsm run.
#      before   Words in front of dtsm.
#
# Results:
#      What it wrote, standard error too, as lines.

proc supervised::run {argv {options {}} {before {}}} {
    variable root
    variable report
    variable status
    set here [pwd]
    cd $root
    try {
        set status [runStatus [list run --report $root/report \
            --deny $root/no {*}$options -- sh -c \
            "exec >$root/out 2>&1; \"\$@\"" - {*}$argv] {} {} $before]
    } finally {
        cd $here
    }
    set report [parseJson [run::read $root/report]]
    return [split [string trimright [run::read $root/out] \n] \n]
}

# supervised::programs --
#
#      The tails of the names of what was supervised, or untraced, with their
#      counts.

proc supervised::programs {{member supervised}} {
    variable report
    return [lsort [lmap entry [dict get $report processes $member] {
        list [file tail [dict get $entry path]] [dict get $entry count]
    }]]
}

proc supervised::unseen {} {
    variable report
    return [dict get $report unseen]
}

proc supervised::violations {} {
    variable report
    variable root
    return [lsort [lmap entry [dict get $report violations] {
        string map [list $root/ {}] [dict get $entry path]
    }]]
}
