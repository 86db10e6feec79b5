# lengths.tcl --
#
#       No file has more than 500 lines, and no function in C, long macro, proc
#       or method more than 60: what is longer has two purposes, or steps that
#       want names.  A table is no function; a file of tests is a list of
#       cases and has no bound, its procs do.
#
#       What is longer all the same stands in a list, with its length and a
#       reason.  The list may only shrink: an entry that is exceeded is an
#       error, and so is one that is not needed.
#
#       tclsh lengths.tcl DIRECTORY ?LIST?
#
#       Without LIST, what is too long is printed as lines for it.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set maxFile 500
set maxFunction 60
set patterns {
    core/*.[ch] generic/*.[ch] unix/*.[ch] macosx/*.[ch]
    trace/*/*.[ch] library/*.tcl
    tests/*.tcl tests/*.test tests/children/*.[ch] tests/fuzz/*.c
    tests/tracelib/*.tcl tools/*.tcl tools/*.py bench/*.[ch] bench/*.tcl
    demos/*/*.c demos/*.tcl
}

# head --
#
#       The lines before a brace that begins a body: the first one's number,
#       and their text.

proc head {lines at} {
    set text {}
    while {$at > 0} {
        set line [lindex $lines $at-1]
        if {[regexp {^$|^[\}#]|[;/]$|\\$} $line]} {
            break
        }
        set text "$line\n$text"
        incr at -1
    }
    return [list $at $text]
}

# functionsOfC --
#
#       The functions of a C file, whose braces stand alone at the left edge,
#       and its macros: name, length, name, length ...

proc functionsOfC {lines} {
    set found {}
    set start -1
    set macro -1
    set number -1
    foreach line $lines {
        incr number
        if {$macro >= 0 && ![string match {*\\} $line]} {
            lappend found $define [expr {$number - $macro + 1}]
            set macro -1
        } elseif {$macro < 0
                && [regexp {^#\s*define\s+(\w+).*\\$} $line . define]} {
            set macro $number
        } elseif {$line eq "\{"} {
            lassign [head $lines $number] start text
            # A wrapper's head is a macro with a result, a name and parameters.
            if {![regexp {^[A-Z_0-9]+\([^()]*?\m(\w+),} $text . name]
                    && ![regexp {(\w+)\(} $text . name]} {
                set start -1
            }
        } elseif {$line eq "\}" && $start >= 0} {
            lappend found $name [expr {$number - $start + 1}]
            set start -1
        }
    }
    return $found
}

# functionsOfTcl --
#
#       The procs and methods of a script: name, length, name, length ...

proc functionsOfTcl {lines} {
    set found {}
    set text {}
    set number -1
    set pattern {(?x) ^\s* (?:oo::define\s+\S+\s+)?
        (?: (?:proc|method)\s+(\S+) | constructor | destructor ) \s}
    foreach line $lines {
        incr number
        if {$text ne ""} {
            append text \n $line
        } elseif {[regexp $pattern $line . name]} {
            set start $number
            set text $line
        }
        if {$text ne "" && [info complete $text]} {
            lappend found [expr {$name eq "" ? "constructor" : $name}] \
                [expr {$number - $start + 1}]
            set text {}
        }
    }
    return $found
}

# longOf --
#
#       What is too long in a file: "FILE NAME", length ...; a file's name is
#       "-".

proc longOf {root file} {
    set channel [open $root/$file]
    fconfigure $channel -encoding utf-8
    set lines [split [read $channel] \n]
    close $channel
    set long {}
    set count [expr {[llength $lines] - 1}]
    if {$count > $::maxFile && [file extension $file] ne ".test"} {
        lappend long "$file -" $count
    }
    switch -- [file extension $file] {
        .c - .h {
            set functions [functionsOfC $lines]
        }
        .tcl - .test {
            set functions [functionsOfTcl $lines]
        }
        default {
            set functions {}
        }
    }
    foreach {name length} $functions {
        if {$length > $::maxFunction} {
            lappend long "$file $name" $length
        }
    }
    return $long
}

# allowed --
#
#       The list of exceptions: "FILE NAME", length ...

proc allowed {file} {
    set result {}
    set channel [open $file]
    while {[gets $channel line] >= 0} {
        if {[string trim $line] eq "" || [string match #* $line]} {
            continue
        }
        if {![regexp {^(\S+)\s+(\S+)\s+(\d+)\s+\S} $line . file name length]} {
            puts stderr "$line: not FILE NAME LINES REASON"
            exit 1
        }
        dict set result "$file $name" $length
    }
    close $channel
    return $result
}

lassign $argv root list
set long {}
foreach pattern $patterns {
    foreach file [lsort [glob -nocomplain [file join $root $pattern]]] {
        set file [string range $file [string length $root]+1 end]
        lappend long {*}[longOf $root $file]
    }
}
if {$list eq ""} {
    foreach {what length} $long {
        puts "$what $length"
    }
    exit
}
set status 0
set exceptions [allowed $list]
foreach {what length} $long {
    if {![dict exists $exceptions $what]} {
        puts stderr "$what: $length lines, [expr {[string match {* -} $what]
            ? $maxFile : $maxFunction}] at most"
        set status 1
    } elseif {$length > [dict get $exceptions $what]} {
        puts stderr "$what: $length lines,\
            [dict get $exceptions $what] in [file tail $list]"
        set status 1
    }
    dict unset exceptions $what
}
foreach what [dict keys $exceptions] {
    puts stderr "$what: need not be in [file tail $list]"
    set status 1
}
puts "[expr {[llength $long] / 2}] files and functions are too long"
exit $status
