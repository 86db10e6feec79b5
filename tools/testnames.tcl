# testnames.tcl --
#
#       Check the names of tests: words, begun by their file's, unique in the
#       whole suite.  A number alone tells nothing, and changes its test when a
#       row comes before it.  The names that a loop makes are checked as they
#       run (tests/common.tcl).  The head of a file names the sources that it
#       covers.
#
#       tclsh testnames.tcl DIRECTORY
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set status 0
set seen [dict create]

proc wrong {place what} {
    puts stderr "$place: $what"
    set ::status 1
}

# checkHead --
#
#       The comment at the head of a file names a source or a directory of
#       them.

proc checkHead {file text} {
    regexp {^(?:#[^\n]*\n)+} $text head
    if {![regexp {\m(?:core|generic|unix|trace|library|tools|doc|demos)/\S*} \
            $head] && ![regexp {[\w*]\.(?:c|tcl|h|in|ac|m4|md)\M} \
            [string range $head [string first \n $head] end]]} {
        wrong $file "the head does not say which sources it covers"
    }
}

# checkName --
#
#       A name is words, and new.  One with a variable in it is made in a loop.

proc checkName {file number name} {
    set root [file rootname $file]
    if {![string match $root-?* $name]} {
        wrong $file:$number "test $name does not begin with $root-"
    }
    if {[regexp -- {-(?:\d+|\$(?:number|count|i|n))(?:\.\S*)?$} $name]} {
        wrong $file:$number "test $name is a number, not words"
    }
    if {[string first \$ $name] >= 0} {
        return
    }
    if {[dict exists $::seen $name]} {
        wrong $file:$number "test $name stands in [dict get $::seen $name] too"
    }
    dict set ::seen $name $file:$number
}

foreach path [lsort [glob -nocomplain -directory [lindex $argv 0] *.test]] {
    set file [file tail $path]
    set channel [open $path]
    set text [read $channel]
    close $channel
    checkHead $file $text
    set number 0
    foreach line [split $text \n] {
        incr number
        # Not the command that a shell has by the same name.
        if {[regexp {^\s*test\s+([a-z]\S*)(?:\s|$)} $line . name]} {
            checkName $file $number $name
        }
    }
}
puts "[dict size $seen] test names"
exit $status
