# json.tcl --
#
#      Writes JSON (RFC 8259) from byte strings.  What comes out is UTF-8, as
#      bytes; what goes in need not be.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::json {
    namespace export string path object array list

    variable escapes
    ::apply {{} {
        variable ::dtsm::json::escapes {\" \\\" \\ \\\\}
        for {set i 0} {$i < 32} {incr i} {
            lappend escapes [format %c $i] [format {\u%04x} $i]
        }
        lappend escapes \x7f {\u007f}
    }}
}

# dtsm::json::quoted --
#
#      A JSON string from well-formed UTF-8; what is unseen (bytes.tcl) is
#      escaped.

proc ::dtsm::json::quoted {bytes} {
    variable escapes
    set text [::string map $escapes $bytes]
    if {![::string is ascii $text]} {
        set text [::dtsm::bytes::unseen $text [namespace which Units]]
    }
    return "\"$text\""
}

# dtsm::json::Units --
#
#      A character, UTF-8, as UTF-16 in JSON's escapes.  Programs read the
#      character; a reader of the JSON itself sees that it is there.

proc ::dtsm::json::Units {bytes} {
    binary scan $bytes cu* parts
    set code [expr {[lindex $parts 0] & (0xff >> ([llength $parts] + 1))}]
    foreach part [lrange $parts 1 end] {
        set code [expr {$code << 6 | ($part & 0x3f)}]
    }
    if {$code < 0x10000} {
        return [format {\u%04x} $code]
    }
    incr code -0x10000
    return [format {\u%04x\u%04x} [expr {0xd800 | $code >> 10}] \
        [expr {0xdc00 | ($code & 0x3ff)}]]
}

# dtsm::json::base64 --
#
#      The bytes in base 64, quoted.

proc ::dtsm::json::base64 {bytes} {
    return "\"[binary encode base64 $bytes]\""
}

# dtsm::json::string --
#
#      A JSON string, or {"base64":...} for what is not UTF-8.

proc ::dtsm::json::string {bytes} {
    if {[::dtsm::bytes::isUtf8 $bytes]} {
        return [quoted $bytes]
    }
    return "{\"base64\":[base64 $bytes]}"
}

# dtsm::json::path --
#
#      The member of an object that names a path.

proc ::dtsm::json::path {bytes} {
    if {[::dtsm::bytes::isUtf8 $bytes]} {
        return "\"path\":[quoted $bytes]"
    }
    return "\"path_base64\":[base64 $bytes]"
}

# dtsm::json::array --
#
#      A JSON array.
#
# Arguments:
#      items      Values that are JSON already.
#      separator  Between two of them, behind the comma.

proc ::dtsm::json::array {items {separator ""}} {
    return "\[[join $items ,$separator]\]"
}

# dtsm::json::list --
#
#      A JSON array of strings.

proc ::dtsm::json::list {words} {
    return [array [lmap word $words {string $word}]]
}
