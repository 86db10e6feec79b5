# options.tcl --
#
#      Parse the command lines of the dtsm command's verbs, and print their
#      help, both from the table in optiontable.tcl.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::options {
    namespace export parse help overview rows wrong checkWord unknownVerb
}

# dtsm::options::wrong --
#
#      Raise an error about the command line.

proc ::dtsm::options::wrong {message {help "help run"}} {
    return -code error -errorcode {DTSM USAGE} \
        "$message; see \"dtsm $help\""
}

# dtsm::options::rows --
#
#      The options of a verb, with the headings above them.
#
# Results:
#      names argument help ...; a heading has no names.

proc ::dtsm::options::rows {verb} {
    variable table
    set result {}
    set heading {}
    foreach {names argument takers text} $table {
        if {![llength $names]} {
            set heading $text
        } elseif {![llength $takers] || $verb in $takers} {
            if {$heading ne ""} {
                lappend result {} {} $heading
                set heading {}
            }
            lappend result $names $argument $text
        }
    }
    return $result
}

# dtsm::options::checkWord --
#
#      Raise an error unless an option's value is one of the words that its
#      row lists.

proc ::dtsm::options::checkWord {verb option value} {
    foreach {names argument .} [rows $verb] {
        set words [split $argument |]
        if {$option ne [lindex $names 0] || [llength $words] < 2
                || $value in $words} {
            continue
        }
        wrong "$option is [join $words { or }], not\
            \"[::dtsm::bytes::shown $value]\"[meant \
            [nearest $value $words]]" "help $verb"
    }
}

# ---------------------------------------------------------------- help

# dtsm::options::overview --
#
#      What "dtsm help" prints.

proc ::dtsm::options::overview {} {
    variable verbs
    set lines [list "dtsm traces builds: it hides what they do not declare." {}]
    foreach {verb arguments line} $verbs {
        lappend lines "  dtsm $verb $arguments" "          $line"
    }
    lappend lines {} "\"dtsm VERB --help\" prints the options of a verb,\
        \"dtsm --version\" the version." \
        "The manual is dtsm(1)."
    return [join $lines \n]
}

# dtsm::options::help --
#
#      The help of a verb.

proc ::dtsm::options::help {verb} {
    variable verbs
    variable notes
    foreach {known arguments line} $verbs {
        if {$known eq $verb} {
            break
        }
    }
    set lines [list "Usage: dtsm $verb $arguments" {} \
        "[string toupper $line 0 0]." {}]
    foreach {names argument text} [rows $verb] {
        if {![llength $names]} {
            lappend lines $text:
            continue
        }
        lappend lines "  [join [lmap name $names {
            string trimright "$name $argument"
        }] {, }]" "          [regsub -all {\n\s+} $text "\n          "]"
    }
    if {[dict exists $notes $verb]} {
        lappend lines [dict get $notes $verb]
    }
    return [join $lines \n]
}

# ---------------------------------------------------------------- hints

# dtsm::options::distance --
#
#      How many characters have to be inserted, removed, replaced, or swapped
#      with their neighbour to get from one word to another.

proc ::dtsm::options::distance {one other} {
    set before {}
    set line {}
    for {set j 0} {$j <= [string length $other]} {incr j} {
        lappend line $j
    }
    for {set i 1} {$i <= [string length $one]} {incr i} {
        set next [list $i]
        set a [string index $one $i-1]
        for {set j 1} {$j <= [string length $other]} {incr j} {
            set b [string index $other $j-1]
            set cost [expr {min([lindex $line $j] + 1,
                [lindex $next $j-1] + 1,
                [lindex $line $j-1] + ($a ne $b))}]
            if {$i > 1 && $j > 1 && $a eq [string index $other $j-2]
                    && $b eq [string index $one $i-2]} {
                set cost [expr {min($cost, [lindex $before $j-2] + 1)}]
            }
            lappend next $cost
        }
        set before $line
        set line $next
    }
    return [lindex $line end]
}

# dtsm::options::nearest --
#
#      The known word that a mistyped one is likely to be; empty if none is
#      near enough.  Minus signs at the start do not count.

proc ::dtsm::options::nearest {word known} {
    set typed [string trimleft $word -]
    if {[string length $typed] > 40} {
        return {}
    }
    set best {}
    set least [expr {1 + max(1, [string length $typed] / 3)}]
    foreach candidate $known {
        set name [string trimleft $candidate -]
        set distance [distance $typed $name]
        if {$distance < $least && $distance < [string length $name]} {
            set best $candidate
            set least $distance
        }
    }
    return $best
}

# dtsm::options::meant --
#
#      The question that goes behind a message, if there is a near word.

proc ::dtsm::options::meant {word} {
    return [expr {$word eq "" ? "" : "; did you mean \"$word\"?"}]
}

# dtsm::options::unknownVerb --
#
#      Raise the error about a word that is no verb.  One that is a program
#      was meant to be run.
#
# Arguments:
#      words    The word, and what follows it.

proc ::dtsm::options::unknownVerb {words} {
    variable verbs
    set known [lmap {name . .} $verbs {set name}]
    set word [lindex $words 0]
    if {$word eq ""} {
        wrong "no verb given; verbs are [join $known {, }]" help
    }
    if {[string index $word 0] eq "-"} {
        set message "unknown option \"[::dtsm::bytes::shown $word]\""
        foreach {names . .} [rows run] {
            if {[regsub {=.*$} $word {}] in $names} {
                append message "; options follow the verb, as in\
                    \"dtsm run [lindex $names 0]\""
                break
            }
        }
        wrong $message help
    }
    set message "unknown verb \"[::dtsm::bytes::shown $word]\""
    set near [nearest $word $known]
    if {$near ne ""} {
        append message [meant "dtsm $near"]
    } elseif {[::dtsm::system which $word] ne ""} {
        append message [meant "dtsm run -- [join [lmap part $words {
            ::dtsm::bytes::shown $part
        }]]"]
    }
    wrong $message help
}

# dtsm::options::Unknown --
#
#      Raise the error about a word that is no option of a verb.

proc ::dtsm::options::Unknown {verb word} {
    variable table
    set message "unknown option \"[::dtsm::bytes::shown $word]\""
    set known {}
    foreach {names . .} [rows $verb] {
        foreach name $names {
            if {[string match --* $name]} {
                lappend known $name
            }
        }
    }
    set near [nearest $word $known]
    if {$near ne ""} {
        append message [meant $near]
    } else {
        foreach {names . takers .} $table {
            if {$word in $names} {
                append message " of $verb; \"dtsm [lindex $takers 0]\" has it"
                break
            }
        }
    }
    wrong $message "help $verb"
}

# ---------------------------------------------------------------- parse

# dtsm::options::parse --
#
#      Take the options of a verb off its words.  They end at --, and at the
#      first word that does not begin with -.
#
# Results:
#      A list {option value option value ...} in their order, by their first
#      names, and the words that are left.
#
# Errors: DTSM USAGE; DTSM HELP verb and DTSM SHOWVERSION, which ask for that.

proc ::dtsm::options::parse {verb words} {
    foreach {names argument .} [rows $verb] {
        foreach name $names {
            set takes($name) [list [lindex $names 0] [expr {$argument ne ""}]]
        }
    }
    set result {}
    while {[llength $words]} {
        set words [lassign $words word]
        if {$word eq "--"} {
            break
        }
        if {[string index $word 0] ne "-" || $word eq "-"} {
            set words [linsert $words 0 $word]
            break
        }
        set value {}
        set inline [expr {[regexp {^(--[a-z-]+)=(.*)$} $word . word value]
            || [regexp {^(-[A-Za-z])(.+)$} $word . word value]}]
        if {![info exists takes($word)]} {
            Unknown $verb $word[expr {[string match --* $word] ? "" : $value}]
        }
        lassign $takes($word) name hasArgument
        if {$hasArgument && !$inline} {
            if {![llength $words]} {
                wrong "option $word needs an argument" "help $verb"
            }
            set words [lassign $words value]
        } elseif {$inline && !$hasArgument} {
            if {[string match --* $word]} {
                wrong "option $word takes no argument" "help $verb"
            }
            # The next of several letters.
            set words [linsert $words 0 -$value]
            set value {}
        }
        if {$hasArgument && $value eq ""} {
            wrong "the argument of option $word is empty" "help $verb"
        }
        Asks $verb $name
        lappend result $name $value
    }
    return [list $result $words]
}

# dtsm::options::Asks --
#
#      Options that end the parsing.

proc ::dtsm::options::Asks {verb name} {
    switch -- $name {
        --help {
            return -code error -level 2 -errorcode [list DTSM HELP $verb] {}
        }
        --version {
            return -code error -level 2 -errorcode {DTSM SHOWVERSION} {}
        }
    }
}
