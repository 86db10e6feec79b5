# collect.tcl --
#
#      What a session found: what the map and the log tell.  A part of
#      dtsm::Session (session.tcl).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

oo::define ::dtsm::Session {
    # collect --
    #
    #      What the session found so far, as a dictionary:
    #      default      allow, deny or ask
    #      rules        path verdict ...
    #      traced       program images
    #      supervised   a list of {path count}
    #      untraced     a list of {path why count}
    #      readonly     a list of {path count}: programs that could only read
    #                   the map
    #      ended        a list of {path count}: they ended before they started
    #      unseen       calls of supervised programs that passed unseen; -1
    #                   when the supervisor ended early
    #      distinct     how many paths were touched
    #      violations   a list of {path exists program details}, sorted
    #      unanswered   the same of what was refused for want of an answer
    #      ignored      the same of what is ignored (ignore.tcl); none yet
    #      probed       the same of programs looked for in PATH (ignore.tcl);
    #                   none yet
    #      unknown      a list of {path details} of what the registry does not
    #                   know and was used, sorted
    #      lookedAt     the same of what was only looked at
    #      asked        questions that the registry answered
    #      silent       questions that got no answer
    #      failures     how often the registry failed
    #      failure      what it said the first time
    #      waiting      a list of {path seconds}: questions that wait for an
    #                   answer now
    #      lost         lines of the log that could not be understood
    #      unstored     how many findings did not fit into the map
    #      removed      files of the session that the build removed: log,
    #                   questions
    #
    # `details' are the registry's keys and values.
    #
    # Arguments:
    #      last     1: the command has ended, and so does its supervisor;
    #               before, `unseen' is 0.

    method collect {{last 1}} {
        # Before Unsupervise, which closes the socket itself.
        set removed [my Removed]
        set unseen [expr {$last ? [my Unsupervise] : 0}]
        set judged [my Judged \
            {get -rules 0 -void 1 -bytes 1 -flags alias -- @[UX]*}]
        set told [my Told $judged [lindex [dict get $judged answers] 0]]
        set finished 1
        set result [dict create default [dict get $settings -default] \
            rules $rules traced [$map count attached] \
            supervised [my Counted [dict get $told supervised]] \
            untraced [my Counted [dict get $told untraced]] \
            readonly [my Counted [dict get $told readOnly]] \
            ended [my Counted [dict get $told ended]] \
            unseen $unseen \
            distinct [dict get $judged distinct] \
            violations [my Refusals [dict get $told refused]] \
            unanswered [my Refusals [dict get $told unanswered]] \
            ignored {} probed {} unknown [my Known $judged unknown] \
            lookedAt [my Known $judged lookedAt] \
            silent [$map count unanswered] \
            unstored [$map count unstored] \
            asked 0 failures 0 failure {} waiting {} \
            lost [dict get $told lost] removed $removed]
        if {$server ne ""} {
            set result [dict merge $result [$server stats]]
        }
        return $result
    }

    # Told --
    #
    #      What the map's refusals, the command and the log say.
    #
    # Arguments:
    #      notes    The map's start keys and notes, and their flags.
    #
    # Results: a dictionary:
    #      refused, unanswered     path -> {path exists program}
    #      supervised, readOnly, ended     {path} -> how often
    #      untraced                {path why} -> how often
    #      known                   start key -> how many of its programs have
    #                              said themselves why they did not attach
    #      seen                    of refused and unanswered: in the log
    #      lost                    lines that make no sense

    method Told {judged notes} {
        set told {refused {} unanswered {} supervised {} untraced {}
            readOnly {} ended {} known {} seen {} lost 0}
        foreach kind {refused unanswered} {
            foreach {path exists} [dict get $judged $kind] {
                dict set told $kind $path [list $path $exists {}]
            }
        }
        if {$supervisedCommand ne ""} {
            my Count told supervised [list $supervisedCommand]
        }
        if {[llength $untracedCommand]} {
            my Count told untraced $untracedCommand
        }
        foreach line [my ReadLog [dict keys $notes @U*]] {
            my ReadLine told $notes [lmap field [split $line \t] {
                ::dtsm::bytes::unescape $field
            }]
        }
        foreach {path why count} [my Missing [dict filter $notes key @X*] \
                [dict get $told known]] {
            if {$why eq "ended"} {
                my Count told ended [list $path] $count
            } else {
                my Count told untraced [list $path $why] $count
            }
        }
        return $told
    }

    # Count --
    #
    #      Add to one of the counts in what was told.

    method Count {toldVar kind key {by 1}} {
        upvar 1 $toldVar told
        set counts [dict get $told $kind]
        dict set told $kind {}          ;# or the counts would be copied
        dict incr counts $key $by
        dict set told $kind $counts
    }

    # ReadLine --
    #
    #      Take a line of the log, in its fields, into what was told.

    method ReadLine {toldVar notes fields} {
        upvar 1 $toldVar told
        set verb [lindex $fields 0]
        switch -- $verb:[llength $fields] {
            refused:6 - unanswered:6 {
                lassign $fields . . program . path exists
                if {![dict exists $told seen $verb\t$path]} {
                    dict set told seen $verb\t$path {}
                    dict set told $verb $path \
                        [list $path [expr {$exists eq "1"}] $program]
                }
            }
            untraced:4 {
                my Count told untraced [lrange $fields 2 3]
            }
            unattached:5 {
                lassign $fields . . path why key
                my Count told known $key
                my Count told untraced [list [my Named $notes $key $path] $why]
            }
            supervised:3 {
                my Count told supervised [lrange $fields 2 2]
            }
            undone:3 {
                my Undo told [lindex $fields 2]
            }
            readonly:3 {
                my Count told readOnly [lrange $fields 2 2]
            }
            readonly:5 {
                # It was expected, but could not say that it came.
                my Count told known [lindex $fields 4]
                my Count told readOnly [lrange $fields 2 2]
            }
            default {
                dict incr told lost
            }
        }
    }

    # Undo --
    #
    #      Take back a start that the log has told of, but that failed.

    method Undo {toldVar path} {
        upvar 1 $toldVar told
        foreach kind {supervised readOnly} {
            if {[dict exists $told $kind [list $path]]} {
                my Count told $kind [list $path] -1
                return
            }
        }
        foreach key [dict keys [dict get $told untraced]] {
            if {[lindex $key 0] eq $path} {
                my Count told untraced $key -1
                return
            }
        }
    }

    # Counted --
    #
    #      A dictionary of lists and their counts, those above 0, as a list of
    #      {element ... count}.

    method Counted {counts} {
        set result {}
        dict for {key count} $counts {
            if {$count > 0} {
                lappend result [list {*}$key $count]
            }
        }
        return [lsort $result]
    }

    # Removed --
    #
    #      Which files that programs need are gone.  Without the log, processes
    #      put their lines into the map.

    method Removed {} {
        set removed {}
        if {![file exists $logFile]} {
            lappend removed log
        }
        if {$server ne "" && [$server listens]
                && ![file exists $directory/ask]} {
            lappend removed questions
        }
        return $removed
    }

    # Refusals --
    #
    #      What was refused, sorted, with what the registry said of it.

    method Refusals {refusals} {
        return [lmap refusal [lsort -index 0 [dict values $refusals]] {
            linsert $refusal end [my Details [lindex $refusal 0]]
        }]
    }

    method Details {path} {
        return [expr {$server eq "" ? {} : [$server details $path]}]
    }

    # ReadLog --
    #
    #      The lines of the log.  Those that a process could not write are
    #      in the map (judgeLog.c).
    #
    # Arguments:
    #      notes    Their paths there.

    method ReadLog {notes} {
        seek $log 0
        set text [read $log]
        return [concat [lrange [split $text \n] 0 end-1] [lmap name $notes {
            regsub {^@U\d\t} $name {}
        }]]
    }

    # news --
    #
    #      Which paths were refused since the last call.
    #
    # Results:
    #      path exists program ...; a path may come again.

    method news {} {
        seek $log $newsEnd
        set text [read $log]
        # The last line may not be complete yet.
        set end [expr {[string last \n $text] + 1}]
        incr newsEnd $end
        set result {}
        foreach line [split [string range $text 0 $end-1] \n] {
            set fields [lmap field [split $line \t] {
                ::dtsm::bytes::unescape $field
            }]
            if {[lindex $fields 0] eq "refused" && [llength $fields] == 6} {
                lassign $fields . . program . path exists
                lappend result $path [expr {$exists eq "1"}] $program
            }
        }
        return $result
    }

    method pid {} {
        return $process
    }
}
