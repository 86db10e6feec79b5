# bytes.tcl --
#
#      Names of files as byte strings: every character stands for one byte.
#      A build's file names, and the words of its commands, need not be text
#      in any encoding, and Tcl's own argv and env would change such bytes.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::bytes {
    namespace export arguments fromText toText toFile contents ofMessage \
        isUtf8 shown absolute resolved escape unescape

    # A string of well-formed UTF-8, as RFC 3629 has it.

    variable utf8 [string map {" " "" "\n" ""} {
        ^(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]
        |\xe0[\xa0-\xbf][\x80-\xbf]
        |[\xe1-\xec\xee\xef][\x80-\xbf][\x80-\xbf]
        |\xed[\x80-\x9f][\x80-\xbf]
        |\xf0[\x90-\xbf][\x80-\xbf][\x80-\xbf]
        |[\xf1-\xf3][\x80-\xbf][\x80-\xbf][\x80-\xbf]
        |\xf4[\x80-\x8f][\x80-\xbf][\x80-\xbf])*$
    }]
}

# dtsm::bytes::arguments --
#
#      The last words of this process' own command line, as the caller gave
#      them.
#
# Arguments:
#      count   How many of them.

proc ::dtsm::bytes::arguments {count} {
    return [::dtsm::system words $count]
}

# dtsm::bytes::fromText, dtsm::bytes::toText --
#
#      Between a name as Tcl's file commands take it and its bytes.  A name
#      that Tcl cannot say in this locale is an error, not another file.

proc ::dtsm::bytes::fromText {text} {
    return [encoding convertto [encoding system] $text]
}

proc ::dtsm::bytes::toText {bytes} {
    if {[catch {encoding convertfrom [encoding system] $bytes} text]
            || [fromText $text] ne $bytes} {
        return -code error -errorcode {DTSM ENCODING} \
            "\"[shown $bytes]\" is not text in this locale"
    }
    return $text
}

# dtsm::bytes::toFile --
#
#      A name as Tcl's file commands take it, for the file of just these
#      bytes: to them a leading ~ is a home, and a leading | of open a program
#      to run.

proc ::dtsm::bytes::toFile {bytes} {
    set text [toText $bytes]
    if {[string index $text 0] in {~ |}} {
        set text ./$text
    }
    return $text
}

# dtsm::bytes::contents --
#
#      The bytes of a file.  What goes wrong is told with its name, which
#      Tcl's own message about a folder lacks.
#
# Errors: POSIX ...; DTSM ENCODING

proc ::dtsm::bytes::contents {file} {
    try {
        set channel [open [toFile $file] r]
        fconfigure $channel -translation binary
        return [read $channel]
    } trap POSIX {. options} {
        set code [dict get $options -errorcode]
        return -code error -errorcode $code "couldn't open \"[shown $file]\":\
            [lindex $code 2]"
    } finally {
        if {[info exists channel]} {
            close $channel
        }
    }
}

# dtsm::bytes::ofMessage --
#
#      The bytes of a message.  What holds names as bytes is UTF-8 by now;
#      other messages are text.

proc ::dtsm::bytes::ofMessage {message} {
    if {[isUtf8 $message]} {
        return $message
    }
    return [encoding convertto utf-8 $message]
}

# dtsm::bytes::isUtf8 --
#
#      1 if the bytes are well-formed UTF-8.

proc ::dtsm::bytes::isUtf8 {bytes} {
    variable utf8
    return [expr {[string is ascii $bytes] || [regexp $utf8 $bytes]}]
}

# dtsm::bytes::shown --
#
#      The bytes for a reader's eyes: control characters, and all that is not
#      ASCII in a name that is not UTF-8, as \xHH.  Still a byte string.

proc ::dtsm::bytes::shown {bytes} {
    set odd [expr {[isUtf8 $bytes] ? {[\x00-\x1f\x7f]}
        : {[\x00-\x1f\x7f-\xff]}}]
    if {![regexp $odd $bytes]} {
        return $bytes
    }
    set result {}
    foreach char [split $bytes ""] {
        if {[regexp $odd $char]} {
            set char [format {\x%02x} [scan $char %c]]
        }
        append result $char
    }
    return $result
}

# dtsm::bytes::absolute --
#
#      The path from / on, with // and . folded and .. kept: leaving it out
#      behind a symlink would name another file.
#
# Arguments:
#      path     Relative to the working folder, or absolute.

proc ::dtsm::bytes::absolute {path} {
    if {[string index $path 0] ne "/"} {
        set path [::dtsm::system resolve .]/$path
    }
    set kept {}
    foreach part [split $path /] {
        if {$part ni {"" "."}} {
            lappend kept $part
        }
    }
    return /[join $kept /]
}

# dtsm::bytes::resolved --
#
#      The absolute path with its symlinks followed, as far as it is there.

proc ::dtsm::bytes::resolved {path} {
    set tail {}
    set head [absolute $path]
    while {[catch {::dtsm::system resolve $head} real]} {
        set slash [string last / $head]
        set tail [string range $head $slash end]$tail
        set head [string range $head 0 [expr {$slash - 1}]]
        if {$head eq ""} {
            set real /
            break
        }
    }
    set kept {}
    foreach part [split $real$tail /] {
        if {$part eq ".."} {
            set kept [lrange $kept 0 end-1]
        } elseif {$part ni {"" "."}} {
            lappend kept $part
        }
    }
    return /[join $kept /]
}

# dtsm::bytes::escape, dtsm::bytes::unescape --
#
#      A field of the session's log: %XX stands for that byte.

proc ::dtsm::bytes::escape {bytes} {
    set result {}
    foreach char [split $bytes ""] {
        if {[regexp {[\x00-\x20\x7f%]} $char]} {
            set char [format %%%02X [scan $char %c]]
        }
        append result $char
    }
    return $result
}

proc ::dtsm::bytes::unescape {field} {
    if {[string first % $field] < 0} {
        return $field
    }
    set result {}
    set parts [split $field %]
    append result [lindex $parts 0]
    foreach part [lrange $parts 1 end] {
        if {[scan [string range $part 0 1] %2x code] == 1} {
            append result [format %c $code] [string range $part 2 end]
        }
    }
    return $result
}
