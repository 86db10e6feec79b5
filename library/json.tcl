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
#      A JSON string from well-formed UTF-8.

proc ::dtsm::json::quoted {bytes} {
    variable escapes
    return "\"[::string map $escapes $bytes]\""
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
