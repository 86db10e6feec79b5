# reportfile.tcl --
#
#      The files that reports are written to.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

# dtsm::command::NeedFormat --
#
#      Read what writes a report in this format.

proc ::dtsm::command::NeedFormat {format} {
    Need report report[string map {list text} $format]
}

# dtsm::command::Writer --
#
#      A command that writes a report to a channel, its last word.
#
# Arguments:
#      only     The kind of paths that is wanted; empty for all.

proc ::dtsm::command::Writer {format finding contents only} {
    Need json
    NeedFormat $format
    if {$only ne ""} {
        set finding [::dtsm::report::only $finding $only]
        $contents only $only
    }
    return [list ::dtsm::report::write $format $finding $contents]
}

proc ::dtsm::command::Put {text channel} {
    puts -nonewline $channel $text
}

# dtsm::command::OpenReport, dtsm::command::CloseReport --
#
#      The report's file is opened before the command runs: one that cannot
#      be written is told now and not after an hour.  Until its report is
#      whole, a file that was there stays as it was.
#
# Arguments:
#      write    A command that writes the report to a channel, its last word;
#               empty for no report.
#
# Results:
#      OpenReport: what dtsm::replace begins; stdout; empty for no report.

proc ::dtsm::command::OpenReport {file} {
    if {$file in {"" -}} {
        return [string map {- stdout} $file]
    }
    set report [::dtsm::replace begin [::dtsm::bytes::fromText $file]]
    fconfigure [lindex $report 0] -buffersize 65536
    return $report
}

proc ::dtsm::command::CloseReport {report file write} {
    set channel [lindex $report 0]
    if {$channel eq ""
            || ($channel ne "stdout" && $channel ni [file channels])} {
        return
    }
    try {
        if {![llength $write]} {
            if {$channel ne "stdout"} {
                ::dtsm::replace abort $report
            }
            return
        }
        if {[lindex $report end] eq "file"} {
            chan truncate $channel 0
        }
        {*}$write $channel
        if {$channel eq "stdout"} {
            flush stdout
        } else {
            ::dtsm::replace commit $report
        }
    } trap POSIX {message options} {
        if {$channel ne "stdout" && $channel in [file channels]} {
            catch {::dtsm::replace abort $report}
        }
        return -code error -errorcode [dict get $options -errorcode] \
            "couldn't write the report \"$file\":\
            [lindex [dict get $options -errorcode] 2]"
    }
}
