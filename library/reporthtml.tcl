# reporthtml.tcl --
#
#      A report as one page of HTML that needs nothing else: no script, no
#      style sheet, no network.  All paths are in a tree of <details>, whose
#      folders open where something was refused.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::report {
    variable style {
:root { color-scheme: light dark; --line: #8884; --bad: #c22; --odd: #a60 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem;
    margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem }
dt { opacity: .7 } dd { margin: 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
    border-bottom: 1px solid var(--line) }
ul { list-style: none; margin: 0; padding-left: 1.25rem;
    border-left: 1px solid var(--line) }
body > ul { padding: 0; border: 0 }
summary { cursor: pointer }
small { opacity: .7; margin-left: .5rem }
.refused > code, .refused > summary > code { color: var(--bad);
    font-weight: 600 }
.unknown > code, .unknown > summary > code { color: var(--odd) }
.missing > code, .missing > summary > code { text-decoration: line-through }
}
}

# dtsm::report::Html --
#
#      Bytes as text of a page: what HTML would read otherwise, escaped.

proc ::dtsm::report::Html {bytes} {
    return [string map {& &amp; < &lt; > &gt; \" &quot; ' &#39;} \
        [::dtsm::bytes::shown $bytes]]
}

proc ::dtsm::report::HtmlCode {bytes} {
    return [expr {$bytes eq "" ? "" : "<code>[Html $bytes]</code>"}]
}

# dtsm::report::Kind --
#
#      How a path is shown: the classes of its item, and the words beside it.

proc ::dtsm::report::Kind {flags} {
    set classes {}
    if {"deny" in $flags && "reported" in $flags} {
        lappend classes refused
    }
    foreach flag {unknown missing} {
        if {$flag in $flags} {
            lappend classes $flag
        }
    }
    set words [lmap flag $flags {
        if {$flag ni {missing unknown stat read write exec list}} {
            continue
        }
        set flag
    }]
    if {"refused" in $classes} {
        set words [linsert $words 0 refused]
    }
    return [list $classes $words]
}

# dtsm::report::Item --
#
#      The start of a path's or a folder's item in the tree.

proc ::dtsm::report::Item {name flags} {
    lassign [Kind $flags] classes words
    set class [expr {[llength $classes] ? " class=\"$classes\"" : ""}]
    set note [expr {[llength $words] ? "<small>$words</small>" : ""}]
    return [list "<li$class>" "[HtmlCode $name]$note"]
}

# dtsm::report::Tree --
#
#      Write the tree of all paths.  A folder with nothing in it but one other
#      is shown as one with that.
#
# Arguments:
#      paths    path flags ...
#      channel  Where to.

proc ::dtsm::report::Tree {paths channel} {
    set below {}                ;# folder -> paths in it, at any depth
    set bad {}                  ;# folder -> something in it was refused
    set children {}             ;# folder -> what lies right in it
    set order {}
    foreach {path flags} $paths {
        # "/" sorts before all else, so that a folder comes as one piece.
        lappend order [string map {/ \1} $path] $path
        set refused [expr {"deny" in $flags && "reported" in $flags}]
        set child $path
        while {[set slash [string last / $child]] > 0} {
            set folder [string range $child 0 $slash-1]
            dict incr below $folder
            if {$refused} {
                dict set bad $folder 1
            }
            if {![info exists counted($child)]} {
                set counted($child) 1
                dict incr children $folder
            }
            set child $folder
        }
    }
    set open {}                 ;# folders whose items are open, outermost first
    puts -nonewline $channel "<ul>\n"
    foreach {. path} [lsort -stride 2 $order] {
        while {[llength $open] && [string first [lindex $open end]/ $path]} {
            puts -nonewline $channel "</ul></details></li>\n"
            set open [lrange $open 0 end-1]
        }
        # The folders between the last open one and this path.
        set from [lindex $open end]
        set shown {}
        set folder $from
        set ends [expr {[dict exists $below $path] ? "end" : "end-1"}]
        foreach part [lrange [split [string range $path \
                [string length $from] end] /] 1 $ends] {
            append folder / $part
            append shown / $part
            if {![dict exists $paths $folder]
                    && [dict get $children $folder] == 1
                    && [dict exists $below [Only $folder $path]]} {
                continue        ;# goes on in its only child's item
            }
            set flags [expr {[dict exists $paths $folder]
                ? [dict get $paths $folder] : ""}]
            lassign [Item [expr {$from eq "" ? $shown
                : [string range $shown 1 end]}] $flags] start text
            set isOpen [expr {[dict exists $bad $folder] ? " open" : ""}]
            puts -nonewline $channel "$start<details$isOpen><summary>$text\
                <small>[counted [dict get $below $folder] path \
                paths]</small></summary><ul>\n"
            lappend open $folder
            set from $folder
            set shown {}
        }
        if {![dict exists $below $path]} {
            set name [expr {$from eq "" ? $path
                : [string range $path [string length $from]+1 end]}]
            puts -nonewline $channel "[join [Item $name \
                [dict get $paths $path]] {}]</li>\n"
        }
    }
    puts -nonewline $channel \
        "[string repeat </ul></details></li> [llength $open]]</ul>\n"
}

# dtsm::report::Only --
#
#      The child of folder that leads to path.

proc ::dtsm::report::Only {folder path} {
    set slash [string first / $path [string length $folder/]]
    return [expr {$slash < 0 ? $path : [string range $path 0 $slash-1]}]
}

# dtsm::report::html --
#
#      Write the report.
#
# Arguments: as those of dtsm::report::json.

proc ::dtsm::report::html {finding contents channel} {
    variable style
    puts -nonewline $channel [string cat "<!DOCTYPE html>\n" \
        "<html lang=\"en\"><head>\n<meta charset=\"utf-8\">\n" \
        "<meta name=\"viewport\" content=\"width=device-width\">\n" \
        "<title>dtsm report</title>\n<style>$style</style></head><body>\n" \
        "<h1>dtsm report</h1>\n<dl>\n"]
    foreach {name value} [facts $finding HtmlCode] {
        puts -nonewline $channel "<dt>$name</dt><dd>$value</dd>\n"
    }
    puts -nonewline $channel </dl>\n
    foreach {heading head rows} [tables $finding] {
        if {![llength $rows]} {
            continue
        }
        puts -nonewline $channel "<h2>$heading</h2>\n<table><tr><th>[
            join $head </th><th>]</th></tr>\n"
        foreach row $rows {
            puts -nonewline $channel <tr>
            foreach {kind cell} $row {
                puts -nonewline $channel "<td>[[expr {$kind eq "code"
                    ? "HtmlCode" : "Html"}] $cell]</td>"
            }
            puts -nonewline $channel </tr>\n
        }
        puts -nonewline $channel </table>\n
    }
    puts -nonewline $channel "<h2>Paths</h2>\n"
    Tree [$contents paths] $channel
    puts -nonewline $channel </body></html>\n
}
