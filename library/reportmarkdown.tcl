# reportmarkdown.tcl --
#
#      A report as Markdown (GitHub's, for its tables), to be pasted into a
#      bug report: what was refused, unknown and not traced, and how many
#      paths lie in each directory.  The paths one by one are in the other
#      formats.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::report {
    # Directories that are told apart, and how deep.

    variable foldersShown 40
    variable folderDepth 3
}

# dtsm::report::Span --
#
#      Bytes as a code span, in which nothing means anything but backquotes:
#      no link, address or heading, no mention of a user or an issue.

proc ::dtsm::report::Span {bytes {escape shown}} {
    set text [::dtsm::bytes::$escape $bytes]
    if {$text eq ""} {
        return {}
    }
    set fence `
    while {[string first $fence $text] >= 0} {
        append fence `
    }
    if {[string index $text 0] eq "`" || [string index $text end] eq "`"
            || [regexp {^ .* $} $text]} {
        # A reader takes one blank off both ends.
        set text " $text "
    }
    return $fence$text$fence
}

# dtsm::report::Code --
#
#      The same in a table's cell, which a bar would end.

proc ::dtsm::report::Code {bytes {escape shown}} {
    return [string map {| \\|} [Span $bytes $escape]]
}

# dtsm::report::Cell --
#
#      A cell of a table, of a kind as tables has them.

proc ::dtsm::report::Cell {kind bytes} {
    switch -- $kind {
        code {
            return [Code $bytes]
        }
        line {
            return [Code $bytes plain]
        }
    }
    return [Words $bytes]
}

# dtsm::report::Words --
#
#      Our own words in a table's cell.

proc ::dtsm::report::Words {text} {
    return [string map {| \\| < &lt; & &amp;} $text]
}

# dtsm::report::Rows --
#
#      A table with a heading; nothing without rows.
#
# Arguments:
#      head     Names of the columns.
#      rows     A list of lists of cells.

proc ::dtsm::report::Rows {heading head rows} {
    if {![llength $rows]} {
        return {}
    }
    set lines [list "## $heading" {} "| [join $head { | }] |" \
        "|[string repeat { --- |} [llength $head]]"]
    foreach row $rows {
        lappend lines "| [join $row { | }] |"
    }
    return [join $lines \n]\n\n
}

# dtsm::report::folders --
#
#      How many paths lie below each directory, down to a depth; one that holds
#      all that its parent does stands for it.
#
# Results:
#      A list of {directory count}, the fullest first.

proc ::dtsm::report::folders {paths depth} {
    set counts {}
    foreach path $paths {
        set parts [lrange [split $path /] 1 end-1]
        set folder {}
        dict incr counts /
        foreach part [lrange $parts 0 $depth-1] {
            append folder / $part
            dict incr counts $folder
        }
    }
    set kept {}
    dict for {folder count} $counts {
        set parent [string range $folder 0 [string last / $folder]-1]
        if {$parent eq ""} {
            set parent /
        }
        if {$folder ne "/" && [dict get $counts $parent] == $count} {
            dict unset kept $parent
        }
        dict set kept $folder $count
    }
    return [lsort -integer -decreasing -index 1 [lsort -index 0 [lmap \
            {folder count} $kept {
        list $folder $count
    }]]]
}

# dtsm::report::MarkdownTables --
#
#      Write tables as `tables' has them.

proc ::dtsm::report::MarkdownTables {tables channel} {
    foreach {heading head rows} $tables {
        puts -nonewline $channel [Rows $heading $head [lmap row $rows {
            lmap {kind cell} $row {Cell $kind $cell}
        }]]
    }
}

# dtsm::report::markdown --
#
#      Write the report.
#
# Arguments: as those of dtsm::report::json.

proc ::dtsm::report::markdown {finding contents channel} {
    variable foldersShown
    variable folderDepth
    puts -nonewline $channel "# dtsm: [verdict $finding]\n\n"
    MarkdownTables [tables $finding] $channel
    puts -nonewline $channel "## The run\n\n"
    foreach {name value} [facts $finding Span] {
        puts -nonewline $channel "- $name: $value\n"
    }
    puts -nonewline $channel \n
    MarkdownTables [ruleTable $finding] $channel
    set folders [folders [dict keys [$contents paths]] $folderDepth]
    set heading "Paths by directory"
    if {[llength $folders] > $foldersShown} {
        append heading " (the fullest $foldersShown of\
            [llength $folders])"
    }
    puts -nonewline $channel [Rows $heading {Directory Paths} [lmap entry \
            [lrange $folders 0 $foldersShown-1] {
        list [Code [lindex $entry 0]] [lindex $entry 1]
    }]]
}
