# agree.tcl --
#
#       Do real builds agree with the kernel?  `make agree` runs it; it needs
#       a network, and what the builds need.
#
#       agree.tcl ?all? ?NAME ...?
#
# Without a word, hello and json-c; agree::builds names the rest.  Each build
# is made in the same directory: twice plainly, under dtsm, under strace.  Then
# it says
#
#       covered    how much of what strace saw dynamically linked processes
#                  name is in the map,
#       touched    how much of the map was named, or is a step on the way,
#       identical  whether the traced build made the same files; those in
#                  which the two plain builds differ are set apart,
#       said       how many lines of its test suite's results are the same.
#
# The loader's own opens and what libc reads for itself are set apart and
# counted by class.  The exit status is 1 below 99.5%, or when a file, a line
# of a suite or the status differs.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set words $argv
set argv {}
source [file join [file dirname [file normalize [info script]]] common.tcl]
source [sourceFile tests runtools.tcl]
source [sourceFile tools sources.tcl]

namespace eval agree {
    variable wanted 99.5
    # package -> the command, the tools that it needs, and for one that runs
    # a test suite a pattern of the lines that have to be the same.

    variable builds {
        hello {{./configure && make} {make gcc}}
        json-c {{cmake -G Ninja -DCMAKE_BUILD_TYPE=Release . && ninja}
            {cmake ninja gcc}}
        bzip2 {{make} {make gcc}}
        cmark {{mkdir build && cd build && cmake .. && make && make test}
            {cmake make python3} {^\s*\d+/\d+ Test |^\d+% tests passed}}
        diffutils {{./configure && make && make -k check || :} {make gcc}
            {^(PASS|FAIL|SKIP|XFAIL|ERROR): |^# [A-Z]+:}}
        expat {{cd expat && cmake -DCMAKE_BUILD_TYPE=Release . && make &&
            make test} {cmake make g++} {^\d+% tests passed}}
        libcommons-codec-java {{mkdir -p out && javac -encoding UTF-8 -nowarn \
            -d out $(find src/main -name '*.java') &&
            jar cf codec.jar -C out .} {javac jar}}
        libjson-xs-perl {{perl Makefile.PL && make && make test}
            {perl make gcc} {^t/\S+ \.* |^Result:}}
        libyaml {{./bootstrap && ./configure && make && make check}
            {autoconf automake libtoolize} {^(PASS|FAIL): |^# [A-Z]+:}}
        lua5.4 {{make linux} {make gcc}}
        lz4 {{make} {make gcc}}
        nano {{./configure && make} {make gcc}}
        ninja-build {{/usr/bin/python3 configure.py --bootstrap} {python3 g++}}
        sed {{./configure && make && make -k check || :} {make gcc}
            {^(PASS|FAIL|SKIP|XFAIL|ERROR): |^# [A-Z]+:}}
        tcl8.6 {{cd unix && ./configure && make && make test} {make gcc}
            {Total\s+\d+|^====|^\S+\.test$}}
        xz-utils {{./configure --disable-nls --disable-doc && make &&
            make check} {make gcc}
            {^(PASS|FAIL|SKIP|XFAIL|ERROR): |^# [A-Z]+:}}
        zlib {{./configure && make && make test} {make gcc} {\*\*\* }}
    }
    variable usual {hello json-c}
}

proc agree::fail {message} {
    puts stderr "agree.tcl: $message"
    ::common::removeScratches
    exit 1
}

# agree::files --
#
#       What a folder holds: path -> digest of the file's bytes.

proc agree::files {folder} {
    set result {}
    foreach line [split [exec env -C $folder find . -type f -exec sha256sum \
            \{\} +] \n] {
        dict set result [string range $line 66 end] [string range $line 0 63]
    }
    return $result
}

# agree::said --
#
#       The lines of a build's output that match; those that both ways have to
#       say, in any order: parts of a suite run side by side.

proc agree::said {file pattern} {
    if {$pattern eq ""} {
        return {}
    }
    return [lsort [lmap line [lsearch -all -inline -regexp \
            [split [run::read $file] \n] $pattern] {
        regsub -all {\s*[\d.]+ (sec|wallclock)\M.*} $line {}
    }]]
}

# agree::compare --
#
#       Make a build all ways and say how they agree.
#
# Results:
#       1 if they do.

proc agree::compare {dir name command pattern} {
    variable wanted
    set source [sources::fetch $dir $name]
    set work $dir/work
    set command [list /bin/sh -c "cp -a '$source/.' . && $command"]
    foreach way {1 2} {
        file delete -force $work
        file mkdir $work
        exec env -C $work {*}$command >$dir/out 2>@1
        set plain($way) [files $work]
        set said($way) [said $dir/out $pattern]
    }
    file delete -force $work
    file mkdir $work
    set report [runReport {} $command {} [list env -C $work]]
    set traced [files $work]
    set said(traced) [said $::run::folder/out $pattern]
    lassign [strace::both $dir $command] recorded seen

    set varying {}
    set differing {}
    foreach path [lsort -unique [concat [dict keys $plain(1)] \
            [dict keys $plain(2)] [dict keys $traced]]] {
        set digests {}
        foreach files [list $plain(1) $plain(2) $traced] {
            lappend digests [expr {[dict exists $files $path]
                ? [dict get $files $path] : "absent"}]
        }
        lassign $digests one two three
        if {$one ne $two} {
            lappend varying $path
        } elseif {$three ne $one} {
            lappend differing $path
        }
    }

    # Set apart: what the loader named alone, and what libc reads for itself.
    set apart {}
    set counted 0
    dict for {path way} $seen {
        set why [expr {$way == 0 ? "the loader's own"
            : [strace::explained $path]}]
        if {![dict exists $recorded $path] && $why ne ""} {
            dict incr apart $why
        } else {
            incr counted
        }
    }
    set lacking {}
    set untouched {}
    foreach difference [strace::differences $recorded $seen] {
        lassign $difference who path flags
        if {$who eq "strace"} {
            lappend lacking $path
        } else {
            lappend untouched "$path ($flags)"
        }
    }
    set covered [expr {100.0 - 100.0 * [llength $lacking] / $counted}]
    set touched [expr {100.0 - 100.0 * [llength $untouched]
        / [dict size $recorded]}]
    puts "$name"
    puts [format "  covered    %.2f%% of %d paths that strace saw" $covered \
        $counted]
    puts [format "  touched    %.2f%% of %d paths in the map" $touched \
        [dict size $recorded]]
    puts "  identical  [expr {[dict size $traced] - [llength $varying]
        - [llength $differing]}] files; [llength $differing] differ;\
        [llength $varying] differ between plain builds"
    set otherwise {}
    if {$pattern ne ""} {
        set known [concat $said(1) $said(2)]
        foreach line $said(traced) {
            if {$line ni $known} {
                lappend otherwise $line
            }
        }
        puts "  said       [llength $said(traced)] lines of its suite,\
            [llength $said(1)] plainly; [llength $otherwise] differ"
    }
    set lines [expr {[llength $said(traced)] in [list [llength $said(1)] \
            [llength $said(2)]]}]
    foreach {title list} [list "said otherwise" $otherwise \
            "not in the map" $lacking \
            "not touched" $untouched "differ" $differing \
            "differ between plain builds" $varying] {
        foreach path $list {
            puts "  $title: $path"
        }
    }
    foreach why [lsort [dict keys $apart]] {
        puts "  set apart: [dict get $apart $why] x $why"
    }
    return [expr {$covered >= $wanted && $touched >= $wanted
        && ![llength $differing] && ![llength $otherwise] && $lines}]
}

if {![testConstraint strace]} {
    agree::fail "strace is missing, or may not trace here"
}
foreach tool {apt-get dpkg-source} {
    if {![common::works $tool --version]} {
        agree::fail "$tool is missing"
    }
}
if {![llength $words]} {
    set words $agree::usual
} elseif {$words eq "all"} {
    set words [dict keys $agree::builds]
}
set status 0
foreach name $words {
    if {![dict exists $agree::builds $name]} {
        agree::fail "there is no build $name; those are:\
            [join [dict keys $agree::builds] {, }]"
    }
    lassign [dict get $agree::builds $name] command tools pattern
    foreach tool $tools {
        if {![common::works $tool --version]} {
            agree::fail "$name needs $tool"
        }
    }
    if {[catch {agree::compare $::run::folder $name $command \
            $pattern} good options]} {
        puts stderr [dict get $options -errorinfo]
        agree::fail $name
    }
    set status [expr {$status || !$good}]
}
::common::removeScratches
exit $status
