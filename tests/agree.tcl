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
#       status     how each ended,
#       seconds    how long each took,
#       covered    how much of what strace saw dynamically linked processes
#                  name is in the map,
#       touched    how much of the map was named, or is a step on the way,
#       identical  whether the traced build made the same files.  Those in
#                  which the two plain builds differ are compared without
#                  their numbers, and set apart if they differ all the same,
#       said       whether the lines of its test suite's results are the same.
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
        diffutils {{./configure && make && make -k check} {make gcc}
            {^(PASS|FAIL|SKIP|XFAIL|ERROR): |^# [A-Z]+:}}
        expat {{cd expat && ./buildconf.sh && ./configure --without-docbook &&
            make && make check} {autoconf automake libtoolize g++}
            {^(PASS|FAIL): |^# [A-Z]+:}}
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
        sed {{./configure && make && make -k check} {make gcc}
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
#       What a directory holds: path -> digest of the file's bytes.

proc agree::files {directory} {
    set result {}
    foreach line [split [exec env -C $directory find . -type f -exec sha256sum \
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
        regsub -all {\s*\.*\s*[\d.]+ (sec|wallclock)\M.*} $line {}
    }]]
}

# agree::text --
#
#       A file's text without its numbers and the names that vary: times,
#       process IDs, temporary files.  For a file of other bytes, the file's.

proc agree::text {file} {
    set text [run::read $file]
    if {[string first \0 $text] >= 0} {
        return $text
    }
    foreach {pattern to} {
        {\m(cc|conf|tmp[.-])[A-Za-z0-9]{6}\M} {\1XXXXXX}
        {\m(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\M} DAY
        {[0-9a-f]*[0-9][0-9a-f.]*} 0
    } {
        regsub -all $pattern $text $to text
    }
    return $text
}

# agree::build --
#
#       Make the build one way, in work, and keep what it made in directory/WAY.
#
# Results:
#       A dictionary: status, seconds, files, said; report if it was traced.

proc agree::build {directory way command pattern} {
    set work [strace::fresh $directory]
    set start [clock milliseconds]
    if {$way eq "traced"} {
        set report [runReport {} $command {} [list env -C $work]]
        set status [dict get $report exit]
        set output $::run::directory/out
        dict set result report $report
    } else {
        set output $directory/out
        set status [strace::status $output env -C $work {*}$command]
    }
    dict set result status $status
    dict set result seconds \
        [expr {([clock milliseconds] - $start) / 1000.0}]
    dict set result files [files $work]
    dict set result said [said $output $pattern]
    file delete -force $directory/$way
    file rename $work $directory/$way
    return $result
}

# agree::sameFiles --
#
#       Compare what the builds made.
#
# Results:
#       How many files are the same; the names of those that are not; of those
#       in which the plain builds differ, the names of those that are the same
#       but for numbers, and of the others.

proc agree::sameFiles {directory ways} {
    set same 0
    set differing {}
    set alike {}
    set varying {}
    set trees [dict map {way result} $ways {dict get $result files}]
    foreach path [lsort -unique [concat {*}[lmap {way tree} $trees {
        dict keys $tree
    }]]] {
        set digests [lmap {way tree} $trees {
            expr {[dict exists $tree $path] ? [dict get $tree $path] : "absent"}
        }]
        lassign $digests one two three
        if {$one eq $two} {
            if {$one eq $three} {
                incr same
            } else {
                lappend differing $path
            }
            continue
        }
        if {"absent" ni $digests} {
            lassign [lmap way [dict keys $trees] {
                text $directory/$way/$path
            }] one two three
        }
        lappend [expr {$one ne $two ? "varying"
            : $one eq $three ? "alike" : "differing"}] $path
    }
    return [list $same $differing $alike $varying]
}

# agree::sameLines --
#
#       The lines of its suite's results that the traced build alone has, or
#       how many there are where that differs.

proc agree::sameLines {ways} {
    foreach way {1 2 traced} {
        set said($way) [dict get $ways $way said]
    }
    set known [concat $said(1) $said(2)]
    set otherwise [lmap line $said(traced) {
        if {$line in $known} {
            continue
        }
        set line
    }]
    set counts [list [llength $said(1)] [llength $said(2)]]
    if {[llength $said(traced)] ni $counts} {
        lappend otherwise "[llength $said(traced)] lines, not [join $counts /]"
    }
    return $otherwise
}

# agree::samePaths --
#
#       Compare the paths of the map with those that strace saw.
#
# Results:
#       Covered and touched in per cent, of how many; what is not in the map;
#       what was not touched; how many paths are set apart, by class.

proc agree::samePaths {recorded seen} {
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
    set size [dict size $recorded]
    return [list [expr {100.0 - 100.0 * [llength $lacking] / $counted}] \
        $counted [expr {100.0 - 100.0 * [llength $untouched] / $size}] $size \
        $lacking $untouched $apart]
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
    set command [list /bin/sh -c "cp -a '$source/.' . && $command"]
    foreach way {1 2 traced} {
        dict set ways $way [build $dir $way $command $pattern]
    }
    lassign [strace::watched $dir $command] status seen
    set statuses [list {*}[lmap {way result} $ways {
        dict get $result status
    }] $status]
    set recorded [strace::recorded [dict get $ways traced report]]

    lassign [sameFiles $dir $ways] same differing alike varying
    lassign [samePaths $recorded $seen] covered counted touched size \
        lacking untouched apart
    set otherwise [sameLines $ways]
    puts "$name"
    puts "  status     [join $statuses {, }] (twice plainly, traced, strace)"
    puts "  seconds    [join [lmap {way result} $ways {
        format %.1f [dict get $result seconds]
    }] {, }] (twice plainly, traced)"
    puts [format "  covered    %.2f%% of %d paths that strace saw" $covered \
        $counted]
    puts [format "  touched    %.2f%% of %d paths in the map" $touched $size]
    puts "  identical  $same files; [llength $differing] differ; between plain\
        builds differ [expr {[llength $alike] + [llength $varying]}],\
        [llength $alike] of them in numbers only"
    if {$pattern ne ""} {
        puts "  said       [llength [dict get $ways traced said]] lines of its\
            suite; [llength $otherwise] differ"
    }
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
        && [llength [lsort -unique $statuses]] == 1
        && ![llength $differing] && ![llength $otherwise]}]
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
    if {[catch {agree::compare $::run::directory $name $command \
            $pattern} good options]} {
        puts stderr [dict get $options -errorinfo]
        agree::fail $name
    }
    set status [expr {$status || !$good}]
}
::common::removeScratches
exit $status
