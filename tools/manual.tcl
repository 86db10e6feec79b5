# manual.tcl --
#
#       Make manual pages from their doctools sources, with tcllib's doctools.
#
#       tclsh manual.tcl ?-check? DIRECTORY NAME.man PAGE ...
#
#       DIRECTORY is that of the sources of dtsm.  In a source, a line
#
#       @VERBS@     stands for the verbs of the dtsm command, which a line
#                   "@VERB name@ text ..." of the source describes,
#       @OPTIONS@   for its options, and
#       @REASONS@   for the reasons why a program is not traced,
#
#       all from the tables of library/.  Pages use the macros of man(7) alone,
#       not those of Tcl's manuals, which only some readers have.  With -check
#       nothing is written; a page that is not what its source makes is named,
#       and the exit status is 1.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval manual {
    # The day that pages carry: that of the last release.
    variable date 2026-12-01
}

# manual::plain --
#
#       Text of ours as doctools takes it.

proc manual::plain {text} {
    return [string map {\[ [lb] \] [rb]} [regsub -all {\s+} $text { }]]
}

# manual::usage --
#
#       The words behind a verb: capitals and small words are arguments.

proc manual::usage {arguments} {
    set result {}
    foreach {. open words close} [regexp -all -inline \
            {(\[?)([^][]+)(\]?)} $arguments] {
        set words [string trim $words]
        if {$words eq ""} {
            continue
        }
        set words [expr {$words eq "--" ? {[option --]} : "\[arg {$words}\]"}]
        lappend result [string map {\[ [lb]} $open]$words[string map \
            {\] [rb]} $close]
    }
    return [join $result]
}

# manual::verbs --
#
#       A call for each verb, with what the source says about it.

proc manual::verbs {about} {
    set lines {}
    foreach {verb arguments line} $::dtsm::options::verbs {
        lappend lines "\[call \[cmd dtsm\] \[method $verb\]\
            [usage $arguments]\]" "[string toupper [plain $line] 0 0]." \
            [expr {[dict exists $about $verb] ? [dict get $about $verb] : ""}]
    }
    return $lines
}

# manual::options --
#
#       The options: a subsection for each heading of the table.

proc manual::options {} {
    set lines {}
    set open 0
    foreach {names argument verbs text} $::dtsm::options::table {
        if {![llength $names]} {
            if {$open} {
                lappend lines {[list_end]}
            }
            lappend lines "\[subsection {$text}\]" {[list_begin definitions]}
            set open 1
            continue
        }
        set spelled [join [lmap name $names {
            string cat "\[option $name\]" \
                [expr {$argument eq "" ? "" : " \[arg {$argument}\]"}]
        }] {, }]
        set takers [expr {[llength $verbs] ? [join $verbs {, }] : "all"}]
        lappend lines "\[def \"$spelled   ($takers)\"\]" [plain $text]
    }
    return [concat $lines {{[list_end]}}]
}

proc manual::reasons {} {
    set lines {{[list_begin definitions]}}
    dict for {word text} $::dtsm::report::reasons {
        lappend lines "\[def \[const $word\]\]" "[plain $text]"
    }
    return [concat $lines {{[list_end]}}]
}

# manual::source --
#
#       A doctools source with its lines @...@ replaced.

proc manual::source {text} {
    set about {}
    foreach {. verb line} [regexp -all -inline -line \
            {^@VERB (\w+)@ (.*)$} $text] {
        dict append about $verb " $line"
    }
    set lines {}
    foreach line [split $text \n] {
        switch -regexp -- $line {
            {^@VERB \w+@ } {}
            ^@VERBS@$ {
                lappend lines {*}[verbs $about]
            }
            ^@OPTIONS@$ {
                lappend lines {*}[options]
            }
            ^@REASONS@$ {
                lappend lines {*}[reasons]
            }
            default {
                lappend lines $line
            }
        }
    }
    return [join $lines \n]
}

# manual::wrapped --
#
#       Running text in lines of 78 bytes.  Those that end with `end' are one
#       line for the reader.

proc manual::wrapped {line {end {}}} {
    set result {}
    set line [string trimright $line]
    while {[string length $line] > 78} {
        set at [string last " " $line 78]
        # A line that begins with a dot or a quote would be a request.
        while {$at > 0 && [string index $line $at+1] in {. '}} {
            set at [string last " " $line $at-1]
        }
        if {$at < 1} {
            break
        }
        set piece [string range $line 0 $at]
        lappend result [expr {$end eq "" ? [string trimright $piece]
            : "$piece$end"}]
        set line [string range $line $at+1 end]
    }
    return [concat $result [list $line]]
}

# manual::page --
#
#       What doctools wrote, in the macros of man(7).

proc manual::page {name text} {
    variable date
    set lines [list ".\\\" Made from doc/$name by tools/manual.tcl; change\
        that file." ".\\\" Copyright (c) 2026 The dtsm authors.  See\
        license.terms."]
    set macro 0
    set asIs 0
    foreach line [split $text \n] {
        if {[regexp {^\.TH "(.*?)" (\S+) (\S+) \S* (".*")$} $line \
                . title section version series]} {
            set version [string map {\\& {}} $version]
            set line ".TH [string toupper $title] $section $date \"dtsm\
                $version\" $series"
        } elseif {[regexp {^\.de } $line]} {
            set macro 1
        }
        set isMacro $macro
        if {$line eq ".."} {
            set macro 0
        }
        if {$isMacro || (!$asIs && [regexp \
                {^('\\"|\.\\"|\.BS|\.BE|\.AS|\.ta |\.ad|\.if|\.nr|$)} $line])} {
            continue
        }
        switch -glob -- $line {
            .CS {
                set asIs 1
                lappend lines .PP {.RS 4} .nf
            }
            .CE {
                set asIs 0
                while {[lindex $lines end] eq ""} {
                    set lines [lrange $lines 0 end-1]
                }
                lappend lines .fi .RE .PP
            }
            .QW* {
                lappend lines "\"[lindex $line 1]\"[lindex $line 2]"
            }
            .* {
                lappend lines $line
            }
            default {
                set isTag [string match .TP* [lindex $lines end]]
                if {!$asIs} {
                    lappend lines {*}[wrapped $line \
                        [expr {$isTag ? "\\" : ""}]]
                } elseif {$line ne "" || [lindex $lines end] ne ".nf"} {
                    # Doctools' examples have two backslashes at the end of a
                    # line that goes on.
                    lappend lines [regsub {(\\\\)\\\\$} $line {\1}]
                }
            }
        }
    }
    return [join [tidy $lines] \n]\n
}

# manual::tidy --
#
#       Lines without those that space what stands apart anyway.

proc manual::tidy {lines} {
    set result {}
    for {set i 0} {$i < [llength $lines]} {incr i} {
        set line [lindex $lines $i]
        set next [lindex $lines $i+1]
        set last [lindex $result end]
        if {$line in {.sp .br .PP .LP .IP} && ([regexp {^\.S[HS] } $last]
                || [regexp {^\.(SH|SS|PP|LP|TP|sp)\M} $next] || $next eq "")} {
            continue
        }
        lappend result $line
    }
    return $result
}

# manual::make --
#
#       The page of a source.

proc manual::make {file} {
    set channel [open $file]
    fconfigure $channel -encoding utf-8
    set text [source [read $channel]]
    close $channel
    set name [file tail $file]
    ::doctools::new engine -file $name -format nroff
    set page [page $name [engine format $text]]
    engine destroy
    return $page
}

# manual::main --
#
#       Make or check pages.

proc manual::main {argv} {
    set check [expr {[lindex $argv 0] eq "-check"}]
    set argv [lassign [lrange $argv $check end] directory]
    uplevel #0 {package require doctools}
    foreach file {optiontable report} {
        uplevel #0 [list ::source -encoding utf-8 \
            [file join $directory library $file.tcl]]
    }
    set status 0
    foreach {from page} $argv {
        set text [make $from]
        if {!$check} {
            set channel [open $page w]
            fconfigure $channel -encoding utf-8
            puts -nonewline $channel $text
            close $channel
            continue
        }
        set channel [open $page]
        fconfigure $channel -encoding utf-8
        if {[read $channel] ne $text} {
            puts stderr "$page is not what $from makes: make doc"
            set status 1
        }
        close $channel
    }
    return $status
}

exit [manual::main $argv]
