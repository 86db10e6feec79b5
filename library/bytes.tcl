# bytes.tcl --
#
#      Names of files as byte strings: every character stands for one byte.
#      A build's file names, and the words of its commands, need not be text
#      in any encoding, and Tcl's own argv and env would change such bytes.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::bytes {
    namespace export arguments fromText toText toFile contents ofMessage \
        isUtf8 shown plain written printable unseen absolute resolved \
        escape unescape

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

    # What a reader does not see, or what makes a terminal or a page show
    # something else than is there, in well-formed UTF-8: controls (C0, DEL,
    # C1), the soft hyphen, marks and controls of the writing direction, ends
    # of lines and paragraphs, and all else that Unicode has be ignored in
    # display (joiners, fillers, variation selectors, the byte order mark,
    # tags).  generic/tclDtsmJson.c has the same as numbers.

    variable unseen [string map {" " "" "\n" ""} {
        [\x00-\x1f\x7f]|\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8\x9c
        |\xe1(?:\x85[\x9f\xa0]|\x9e[\xb4\xb5]|\xa0[\x8b-\x8f])
        |\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf])|\xe3\x85\xa4
        |\xef(?:\xb8[\x80-\x8f]|\xbb\xbf|\xbe\xa0|\xbf[\xb0-\xbb\xbe\xbf])
        |\xf0(?:\x9b\xb2[\xa0-\xa3]|\x9d\x85[\xb3-\xba])
        |\xf3\xa0[\x80-\xbf][\x80-\xbf]
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
#      Tcl's own message about a directory lacks.
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
#      The bytes of others for a reader's eyes, on a terminal and in text:
#      what is unseen, and all that is not ASCII in a name that is not UTF-8,
#      as \xHH, byte by byte.  A \ that would read as one of these is \x5c, so
#      that two names never look alike.  Still a byte string.

proc ::dtsm::bytes::shown {bytes} {
    if {[string is ascii $bytes] && ![regexp {[\x00-\x1f\x7f\\]} $bytes]} {
        return $bytes
    }
    return [Escaped [append odd [Odd $bytes] {|\\(?=x[[:xdigit:]]{2})}] \
        $bytes Hex]
}

# dtsm::bytes::plain --
#
#      The same, but a \ stays: for what has names as shown gives them, or a \
#      of its own.

proc ::dtsm::bytes::plain {bytes} {
    return [Escaped [Odd $bytes] $bytes Hex]
}

# dtsm::bytes::written --
#
#      A path as a line of a policy has it.

proc ::dtsm::bytes::written {path} {
    return [plain [string map {\\ \\\\ # \\# $ \\$ { } \\x20} $path]]
}

# dtsm::bytes::printable --
#
#      A message, whose names are as shown gives them, in lines.  All but the
#      first are indented, so that none can pass for a message of its own.

proc ::dtsm::bytes::printable {message} {
    return [join [lmap line [split $message \n] {plain $line}] "\n    "]
}

# dtsm::bytes::unseen --
#
#      Well-formed UTF-8 with what is unseen replaced.
#
# Arguments:
#      command  A command prefix: gives what stands for some bytes.

proc ::dtsm::bytes::unseen {bytes command} {
    variable unseen
    return [Escaped $unseen $bytes $command]
}

# dtsm::bytes::Odd --
#
#      What must not be shown of some bytes, as an expression.

proc ::dtsm::bytes::Odd {bytes} {
    variable unseen
    return [expr {[isUtf8 $bytes] ? $unseen : {[\x00-\x1f\x7f-\xff]}}]
}

proc ::dtsm::bytes::Escaped {odd bytes command} {
    set result {}
    set kept 0
    foreach range [regexp -all -inline -indices $odd $bytes] {
        lassign $range first last
        append result [string range $bytes $kept $first-1] \
            [{*}$command [string range $bytes $first $last]]
        set kept [expr {$last + 1}]
    }
    return [append result [string range $bytes $kept end]]
}

proc ::dtsm::bytes::Hex {bytes} {
    binary scan $bytes H* digits
    return [regsub -all {..} $digits {\\x&}]
}

# dtsm::bytes::absolute --
#
#      The path from / on, with // and . folded and .. kept: leaving it out
#      behind a symlink would name another file.
#
# Arguments:
#      path     Relative to the working directory, or absolute.

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
