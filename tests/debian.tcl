# debian.tcl --
#
#       Are Debian packages built with what they declare, and not with less?
#       `make debian` runs it; it needs a network, and what the packages need
#       to be built.
#
#       debian.tcl ?package ...?
#
# Each package is built by dpkg-buildpackage: plainly; with the registry dpkg
# and the build dependencies of debian/control; and with one of them left out.
# Then it says
#
#       declared   how the second build ended, and what it was refused
#       without    the same of the third, with whose the files were
#
# A tool that a build tries to find and goes on without is refused where the
# machine has it and debian/control does not name it; those that we know are
# listed below, with the reason.  The exit status is 1 when a build with all
# that it declares fails or is refused something else, or when nothing of what
# was left out is missed.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set words $argv
set argv {}
source [file join [file dirname [file normalize [info script]]] common.tcl]
source [sourceFile tests runtools.tcl]
source [sourceFile tools sources.tcl]

namespace eval debian {

    # package -> the dependency to leave out, the packages whose files are
    # missed then, and those that the build tries to find (path reason ...).

    variable packages {
        hello {debhelper-compat {debhelper libdebhelper-perl} {}}
        libpng1.6 {zlib1g-dev {zlib1g-dev} {}}
        bc {libreadline-dev {libreadline-dev libncurses-dev} {
            /usr/lib/x86_64-linux-gnu/libfl.a "its configure tries -lfl, of a
                package that flex only recommends, and does without"
            /usr/lib/x86_64-linux-gnu/libfl.so "the same"
            /usr/lib/x86_64-linux-gnu/libl.a "its configure tries -ll, too"
        }}
        json-c {cmake {cmake cmake-data} {
            /usr/bin/valgrind "its CMakeLists.txt asks for a valgrind to test
                with, and does without"
        }}
    }
    variable build {dpkg-buildpackage -us -uc -b}
}

proc debian::fail {message} {
    puts stderr "debian.tcl: $message"
    ::common::removeScratches
    exit 1
}

# debian::without --
#
#       A debian/control as a file that lacks one of its build dependencies.

proc debian::without {control dependency file} {
    set text [run::read $control]
    set name [string map {. \\. + \\+} $dependency]
    set gone [regsub -all "(?n)\\m$name\\M\[^,\]*" $text {} text]
    if {!$gone} {
        error "$control does not name $dependency"
    }
    makeText $file $text
}

# debian::built --
#
#       Build the package in source, under `dtsm run` when options are given.
#
# Results:
#       Whether it succeeded, the seconds, the report.

proc debian::built {source {options {}}} {
    variable build
    catch {exec env -C $source fakeroot debian/rules clean 2>@1}
    set start [clock milliseconds]
    if {![llength $options]} {
        set good [expr {![catch {
            exec env -C $source {*}$build >$::run::directory/out 2>@1
        }]}]
        set report {}
    } else {
        set report [runReport $options $build {} [list env -C $source]]
        set good [expr {[dict get $report exit] eq "status 0"}]
    }
    return [list $good [expr {([clock milliseconds] - $start) / 1000.0}] \
        $report]
}

# debian::say --
#
#       Print a report.  Results: the violations that exist, as path package.

proc debian::say {title good seconds report} {
    set violations {}
    foreach violation [dict get $report violations] {
        if {[dict get $violation exists] eq "true"} {
            dict set violations [dict get $violation path] \
                [dict get $violation package]
        }
    }
    puts [format "  %-10s %s, %.1f s, %d programs, %d questions" $title \
        [expr {$good ? "built" : "failed"}] $seconds \
        [dict get $report processes traced] [dict get $report asked]]
    dict for {path package} $violations {
        puts "    refused: $path of $package"
    }
    return $violations
}

# debian::judge --
#
#       Build a package all ways.  Results: 1 if it was as it should be.

proc debian::judge {directory name} {
    variable packages
    lassign [dict get $packages $name] dependency missed known
    set source [sources::fetch $directory $name]
    set control $source/debian/control
    puts $name
    if {[catch {exec env -C $source dpkg-checkbuilddeps 2>@1} message]} {
        puts "  [lindex [split $message \n] 0]"
        return 0
    }
    lassign [built $source] good seconds
    puts [format "  %-10s %s, %.1f s" plainly \
        [expr {$good ? "built" : "failed"}] $seconds]
    if {!$good} {
        puts [run::read $::run::directory/out]
        return 0
    }
    lassign [built $source [list --registry dpkg --depends-from $control]] \
        good seconds report
    set result $good
    foreach path [dict keys [say declared $good $seconds $report]] {
        if {[dict exists $known $path]} {
            puts "    rightly: [regsub -all {\s+} [dict get $known $path] " "]"
        } else {
            set result 0
        }
    }
    without $control $dependency $directory/control
    set violations [say "without" {*}[built $source [list --registry dpkg \
        --depends-from $directory/control]]]
    set found 0
    dict for {path package} $violations {
        if {$package in $missed} {
            set found 1
        } elseif {![dict exists $known $path]} {
            set result 0
        }
    }
    puts "  left out   $dependency: [expr {$found ? "missed" : "not missed"}]"
    return [expr {$result && $found}]
}

foreach tool {apt-get dpkg-buildpackage fakeroot} {
    if {![common::works $tool --version]} {
        debian::fail "$tool is missing"
    }
}
if {![llength $words]} {
    set words [dict keys $debian::packages]
}
set status 0
foreach name $words {
    if {![dict exists $debian::packages $name]} {
        debian::fail "there is no package $name here; those are:\
            [join [dict keys $debian::packages] {, }]"
    }
    if {[catch {debian::judge $::run::directory $name} good options]} {
        puts stderr [dict get $options -errorinfo]
        debian::fail $name
    }
    puts "  [expr {$good ? "as it should be" : "NOT as it should be"}]"
    set status [expr {$status || !$good}]
}
::common::removeScratches
exit $status
