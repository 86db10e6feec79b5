# reporthtml.tcl --
#
#      A report as one page of HTML that needs nothing else: no script, no
#      style sheet, no network.  All paths are in a tree of <details>, whose
#      directories open where something was refused.
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

proc ::dtsm::report::Html {bytes {escape shown}} {
    return [string map {& &amp; < &lt; > &gt; \" &quot; ' &#39;} \
        [::dtsm::bytes::$escape $bytes]]
}

proc ::dtsm::report::HtmlCode {bytes {escape shown}} {
    return [expr {$bytes eq "" ? "" : "<code>[Html $bytes $escape]</code>"}]
}

# dtsm::report::HtmlCell --
#
#      A cell of a table, of a kind as tables has them.

proc ::dtsm::report::HtmlCell {kind bytes} {
    switch -- $kind {
        code {
            return [HtmlCode $bytes]
        }
        line {
            return [HtmlCode $bytes plain]
        }
    }
    return [Html $bytes]
}

# dtsm::report::HtmlTables --
#
#      Write the tables that have rows.

proc ::dtsm::report::HtmlTables {tables channel} {
    foreach {heading head rows} $tables {
        if {![llength $rows]} {
            continue
        }
        puts -nonewline $channel "<h2>$heading</h2>\n<table><tr><th>[
            join $head </th><th>]</th></tr>\n"
        foreach row $rows {
            puts $channel "<tr>[join [lmap {kind cell} $row {
                string cat <td> [HtmlCell $kind $cell] </td>
            }] {}]</tr>"
        }
        puts -nonewline $channel </table>\n
    }
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
#      The start of a path's or a directory's item in the tree.

proc ::dtsm::report::Item {name flags} {
    lassign [Kind $flags] classes words
    set class [expr {[llength $classes] ? " class=\"$classes\"" : ""}]
    set note [expr {[llength $words] ? "<small>$words</small>" : ""}]
    return [list "<li$class>" "[HtmlCode $name]$note"]
}

# dtsm::report::Count --
#
#      What the tree has to know of directories before it is written.
#
# Arguments:
#      paths    path flags ...
#
# Results:
#      below    directory -> how many paths are in it, at any depth
#      bad      directory -> 1 if something in it was refused
#      children directory -> how many entries it has itself

proc ::dtsm::report::Count {paths} {
    set below {}
    set bad {}
    set children {}
    foreach {path flags} $paths {
        set refused [expr {"deny" in $flags && "reported" in $flags}]
        set child $path
        while {[set slash [string last / $child]] > 0} {
            set directory [string range $child 0 $slash-1]
            dict incr below $directory
            if {$refused} {
                dict set bad $directory 1
            }
            if {![info exists counted($child)]} {
                set counted($child) 1
                dict incr children $directory
            }
            set child $directory
        }
    }
    return [list $below $bad $children]
}

# dtsm::report::Tree --
#
#      Write the tree of all paths.  A directory with nothing in it but one
#      other is shown as one with that.
#
# Arguments:
#      paths    path flags ...
#      channel  Where to.

proc ::dtsm::report::Tree {paths channel} {
    lassign [Count $paths] below bad children
    # "/" sorts before all else, so that a directory comes as one piece.
    set order [lsort -stride 2 [concat {*}[lmap path [dict keys $paths] {
        list [string map {/ \1} $path] $path
    }]]]
    set open {}             ;# directories whose items are open, outermost first
    puts -nonewline $channel "<ul>\n"
    foreach {. path} $order {
        while {[llength $open] && [string first [lindex $open end]/ $path]} {
            puts -nonewline $channel "</ul></details></li>\n"
            set open [lrange $open 0 end-1]
        }
        # The directories between the last open one and this path.
        set from [lindex $open end]
        set shown {}
        set directory $from
        set ends [expr {[dict exists $below $path] ? "end" : "end-1"}]
        foreach part [lrange [split [string range $path \
                [string length $from] end] /] 1 $ends] {
            append directory / $part
            append shown / $part
            if {![dict exists $paths $directory]
                    && [dict get $children $directory] == 1
                    && [dict exists $below [Only $directory $path]]} {
                continue        ;# goes on in its only child's item
            }
            OpenItem $directory [expr {$from eq "" ? $shown
                : [string range $shown 1 end]}] $paths $below $bad $channel
            lappend open $directory
            set from $directory
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

# dtsm::report::OpenItem --
#
#      Write the start of a directory's item, with the list of what is in it.

proc ::dtsm::report::OpenItem {directory name paths below bad channel} {
    set flags [expr {[dict exists $paths $directory]
        ? [dict get $paths $directory] : ""}]
    lassign [Item $name $flags] start text
    set isOpen [expr {[dict exists $bad $directory] ? " open" : ""}]
    puts -nonewline $channel "$start<details$isOpen><summary>$text\
        <small>[counted [dict get $below $directory] path \
        paths]</small></summary><ul>\n"
}

# dtsm::report::Only --
#
#      The entry of a directory that leads to path.

proc ::dtsm::report::Only {directory path} {
    set slash [string first / $path [string length $directory/]]
    return [expr {$slash < 0 ? $path : [string range $path 0 $slash-1]}]
}

# dtsm::report::html --
#
#      Write the report.
#
# Arguments: as those of dtsm::report::json.

proc ::dtsm::report::html {finding contents channel} {
    variable style
    set verdict [verdict $finding]
    puts -nonewline $channel [string cat "<!DOCTYPE html>\n" \
        "<html lang=\"en\"><head>\n<meta charset=\"utf-8\">\n" \
        "<meta name=\"viewport\" content=\"width=device-width\">\n" \
        "<title>dtsm: $verdict</title>\n<style>$style</style></head><body>\n" \
        "<h1>[string toupper $verdict 0 0]</h1>\n"]
    HtmlTables [tables $finding] $channel
    puts -nonewline $channel "<h2>The run</h2>\n<dl>\n"
    foreach {name value} [facts $finding HtmlCode] {
        puts -nonewline $channel "<dt>$name</dt><dd>$value</dd>\n"
    }
    puts -nonewline $channel </dl>\n
    HtmlTables [ruleTable $finding] $channel
    puts -nonewline $channel "<h2>Paths</h2>\n"
    Tree [$contents paths] $channel
    puts -nonewline $channel </body></html>\n
}
