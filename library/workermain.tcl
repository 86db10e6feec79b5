# workermain.tcl --
#
#      The process of a dtsm::Worker (worker.tcl): opens registries, answers
#      for them and works on them.  Its argument is a script that loads the
#      package dtsm.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

eval [lindex $argv 0]
source -encoding utf-8 [file join [file dirname [info script]] start.tcl]
::dtsm::start::path [file dirname [info script]]
source -encoding utf-8 [file join [file dirname [info script]] command.tcl]
::dtsm::command::Need worker {*}$::dtsm::command::registryFiles

# next, put --
#
#      Read and write a message.  This process ends silently when dtsm is gone.

proc next {channel} {
    if {[catch {gets $channel line} length] || $length < 0} {
        exit
    }
    return [::dtsm::workerline::unpack $line]
}

proc put {channel args} {
    if {[catch {
        puts $channel [::dtsm::workerline::pack $args]
        flush $channel
    }]} {
        exit
    }
}

proc main {} {
    lassign [::dtsm::worker join] reader writer
    ::dtsm::workerline::configure $reader
    ::dtsm::workerline::configure $writer
    lassign [next $reader] names depends
    set ::dtsm::registry::progress [list put $writer progress]
    try {
        set opened [::dtsm::registry::several $names $depends]
        put $writer ready [lrange $opened 1 end]
    } on error {message options} {
        set code [dict get $options -errorcode]
        if {[lindex $code 0] ni {DTSM POSIX}} {
            set message [dict get $options -errorinfo]
        }
        put $writer failed $message $code
        exit
    }
    while 1 {
        if {[catch {do {*}[next $reader] [lindex $opened 0]} answer]} {
            put $writer error $answer
        } else {
            put $writer ok $answer
        }
    }
}

# do --
#
#      Carry out a message.

proc do {what argument registries} {
    switch -- $what {
        ask {
            return [::dtsm::registry::first $registries $argument]
        }
        deps {
            ::dtsm::command::Need deps depsdeclared
            lassign $argument paths ignored
            return [::dtsm::deps::find $paths [lindex $registries 0] \
                [::dtsm::policy::load packages] $ignored]
        }
    }
}
main
