# common.tcl --
#
#       What every test file sources first: tcltest, the packages of this
#       build, temporary directories, built children, constraints.
#
# `make test` sets DTSM_BUILD (the build directory) and DTSM_SRC (the source
# directory); a file run by hand takes both to be the directory above this one.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require Tcl 8.6-
package require tcltest 2.5
namespace import -force ::tcltest::test ::tcltest::testConstraint \
        ::tcltest::cleanupTests ::tcltest::makeFile ::tcltest::removeFile

namespace eval common {
    variable here [file dirname [file normalize [info script]]]
    variable source [file dirname $here]
    variable build $source
    if {[info exists ::env(DTSM_SRC)]} {
        set source $::env(DTSM_SRC)
    }
    if {[info exists ::env(DTSM_BUILD)]} {
        set build $::env(DTSM_BUILD)
    }
    variable scratches {}
    variable scratchCount 0
}

::tcltest::configure {*}$argv
::tcltest::configure -singleproc 0

# The caller's own session or package path must not get into the tests.
foreach name {DTSM_MAP DTSM_LOG DTSM_ASK DTSM_MAY} {
    unset -nocomplain ::env($name)
}

set auto_path [linsert $auto_path 0 $common::build]
package require dtsm

# buildFile, sourceFile --
#
#       The path of something in the build or the source directory.

proc buildFile {args} {
    return [file join $common::build {*}$args]
}

proc sourceFile {args} {
    return [file join $common::source {*}$args]
}

# child --
#
#       The path of the program built from tests/children/NAME.c.

proc child {name} {
    return [file join $common::build tests children $name]
}

# scratch --
#
#       A fresh directory (its symlinks resolved), removed when the file ends.

proc scratch {} {
    variable common::scratches
    variable common::scratchCount
    set base /tmp
    if {[info exists ::env(TMPDIR)] && [file isdirectory $::env(TMPDIR)]} {
        set base $::env(TMPDIR)
    }
    set base [file normalize [file join $base x]]
    set directory [exec mktemp -d [file dirname $base]/dtsmtest-XXXXXX]
    lappend scratches $directory
    return $directory
}

# common::removeScratches --
#
#       Remove what scratch made; a test may have taken rights away.

proc common::removeScratches {} {
    variable scratches
    foreach directory $scratches {
        catch {exec chmod -R u+rwX $directory 2>@1}
        catch {exec rm -rf $directory 2>@1}
    }
    set scratches {}
}

# tcltest calls this from cleanupTests.
proc ::tcltest::cleanupTestsHook {} {
    ::common::removeScratches
}

# common::works --
#
#       1 if a command succeeds, else 0.

proc common::works {args} {
    return [expr {![catch {exec {*}$args </dev/null >/dev/null 2>/dev/null}]}]
}

# common::onlyOnce --
#
#       Before each test: a name stands for one.  tools/testnames.tcl sees
#       those that are written down, this also those that a loop makes.

proc common::onlyOnce {command operation} {
    variable names
    set name [lindex $command 1]
    if {[info exists names($name)]} {
        error "test $name was there before"
    }
    set names($name) 1
}
trace add execution test enter common::onlyOnce

# Constraints; each says in its name what is wanting.
testConstraint root [expr {[exec id -u] == 0}]
testConstraint notRoot [expr {[exec id -u] != 0}]
testConstraint tcl8 [expr {![package vsatisfies [package provide Tcl] 9.0-]}]
testConstraint tcl9 [package vsatisfies [package provide Tcl] 9.0-]
testConstraint threads [expr {![catch {package require Thread}]}]
testConstraint strace [common::works strace -f -e trace=%file true]
testConstraint musl [common::works musl-gcc --version]
testConstraint gcc [common::works gcc --version]
testConstraint m32 [expr {![catch {
    exec gcc -m32 -x c -o /dev/null - << \
        "#include <errno.h>\nint main(void) { return 0; }\n"
}]}]
# Some kernels start no program of 32 bits.
testConstraint runs32 [expr {[testConstraint m32] && ![catch {
    set program [file join [scratch] program]
    exec gcc -m32 -x c -o $program - << "int main(void) { return 0; }\n"
    exec $program
}]}]
testConstraint ownMounts [common::works unshare -rm true]
# Another user, whom the directories above this build let in.
testConstraint otherUser [expr {[exec id -u] == 0
        && [common::works setpriv --reuid=65534 --regid=65534 \
                --clear-groups test -r [buildFile pkgIndex.tcl]]}]
testConstraint traceLibrary [file exists [buildFile libdtsmtrace.so]]
testConstraint testCommands [expr {![catch {package require dtsm::test}]}]
testConstraint staticChild [expr {
    [llength [glob -nocomplain [child static*]]] > 0}]
# A build for old kernels, whose maps stay as large as they were made.
testConstraint growingMaps [expr {![info exists ::env(DTSM_OLD_KERNEL)]}]
# A build with what macOS falls back to makes its system calls by libc.
testConstraint ownCalls [expr {![info exists ::env(DTSM_PORTABLE)]}]
testConstraint plain [expr {![info exists ::env(DTSM_SANITIZER)]}]
