# jsonread.tcl --
#
#      Reads JSON (RFC 8259) as json.tcl writes it.  Strings come out as byte
#      strings, in UTF-8, and {"base64":...} as the bytes that it stands for;
#      other objects as dictionaries, arrays as lists; true, false and null as
#      these words.  Text that is not JSON, or is nested more than 64 deep, is
#      an error.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::jsonread {
    namespace export value

    variable deepest 64

    # A token: a string, a number, a word or a mark; anything else is wrong.

    variable token {(?x)
        " (?: [^"\\] | \\. )* "
        | [][{}:,]
        | -? (?: 0 | [1-9][0-9]* ) (?: \.[0-9]+ )? (?: [eE][-+]?[0-9]+ )?
        | [a-z]+
        | [^\s]
    }
    variable escapes {\\\" \" \\\\ \\ \\/ / \\b \b \\f \f \\n \n \\r \r \\t \t}
}

# dtsm::jsonread::value --
#
#      The value of a text of JSON.
#
# Errors: DTSM JSON

proc ::dtsm::jsonread::value {text} {
    variable token
    set tokens [regexp -all -inline $token $text]
    set at 0
    set result [Value $tokens at 0]
    if {$at != [llength $tokens]} {
        Wrong
    }
    return $result
}

proc ::dtsm::jsonread::Wrong {} {
    return -code error -level 2 -errorcode {DTSM JSON} "this is not JSON"
}

# dtsm::jsonread::Value --
#
#      The value that begins at a token.

proc ::dtsm::jsonread::Value {tokens atVar depth} {
    upvar 1 $atVar at
    variable deepest
    set token [lindex $tokens $at]
    incr at
    switch -glob -- $token {
        \"?* {
            return [String $token]
        }
        "\{" - "\\[" {
            if {$depth >= $deepest} {
                Wrong
            }
            return [Members $tokens at $token [expr {$depth + 1}]]
        }
        -* - [0-9]* - true - false - null {
            # A lone minus sign is a token too.
            if {$token eq "-"} {
                Wrong
            }
            return $token
        }
    }
    Wrong
}

# dtsm::jsonread::Members --
#
#      What an object or an array holds; its first token was taken.

proc ::dtsm::jsonread::Members {tokens atVar open depth} {
    upvar 1 $atVar at
    set close [string map {\{ \} \[ \]} $open]
    set result {}
    if {[lindex $tokens $at] eq $close} {
        incr at
        return {}
    }
    while 1 {
        if {$open eq "\{"} {
            if {![string match \"?* [lindex $tokens $at]]
                    || [lindex $tokens $at+1] ne ":"} {
                Wrong
            }
            lappend result [String [lindex $tokens $at]]
            incr at 2
        }
        lappend result [Value $tokens at $depth]
        set mark [lindex $tokens $at]
        incr at
        if {$mark eq $close} {
            if {$open eq "\{" && [llength $result] == 2
                    && [lindex $result 0] eq "base64"} {
                return [binary decode base64 [lindex $result 1]]
            }
            return $result
        } elseif {$mark ne ","} {
            Wrong
        }
    }
}

# dtsm::jsonread::String --
#
#      The bytes of a quoted string.

proc ::dtsm::jsonread::String {token} {
    variable escapes
    set text [string range $token 1 end-1]
    if {[string first \\ $text] < 0} {
        return $text
    }
    set result {}
    set kept 0
    foreach range [regexp -all -inline -indices {(?x)
        \\u [dD][89abAB][[:xdigit:]]{2} \\u [dD][c-fC-F][[:xdigit:]]{2}
        | \\u [[:xdigit:]]{4}
        | \\.
    } $text] {
        lassign $range first last
        append result [string range $text $kept $first-1]
        set kept [expr {$last + 1}]
        set escape [string range $text $first $last]
        if {[string match {\\u?*} $escape]} {
            append result [Character $escape]
        } elseif {[dict exists $escapes $escape]} {
            append result [dict get $escapes $escape]
        } else {
            Wrong
        }
    }
    return $result[string range $text $kept end]
}

# dtsm::jsonread::Character --
#
#      The bytes of \uXXXX, or of two of them that are one character.

proc ::dtsm::jsonread::Character {escape} {
    if {[scan $escape {\u%4x\u%4x} code low] == 2} {
        set code [expr {0x10000 + (($code & 0x3ff) << 10) + ($low & 0x3ff)}]
    }
    if {$code < 0x80} {
        return [binary format c $code]
    }
    foreach {bound mark shifts} {
        0x800 0xc0 {6 0} 0x10000 0xe0 {12 6 0} 0x110000 0xf0 {18 12 6 0}
    } {
        if {$code < $bound} {
            break
        }
    }
    set bytes [lmap shift $shifts {expr {0x80 | (($code >> $shift) & 0x3f)}}]
    lset bytes 0 [expr {$mark | ($code >> [lindex $shifts 0])}]
    return [binary format c* $bytes]
}
