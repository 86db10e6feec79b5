# runtools.tcl --
#
#      What run.test needs: runs of the command, a JSON reader that shares
#      nothing with the writer, small files and programs.
#
# Words, output and paths are byte strings throughout.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval run {
    variable directory [scratch]
}
set dtsmCommand [buildFile dtsm]

testConstraint cc [common::works cc --version]
testConstraint make [common::works make --version]
testConstraint fullDevice [file exists /dev/full]
testConstraint noBlankInSource [expr {![regexp {[\s:]} [sourceFile]]}]
testConstraint autoconf [file exists [sourceFile configure]]

# makeText --
#
#      A file with these bytes.

proc makeText {file text {mode 0644}} {
    set channel [open $file w $mode]
    fconfigure $channel -translation binary
    puts -nonewline $channel $text
    close $channel
    file attributes $file -permissions $mode
}

proc run::read {file} {
    set channel [open $file]
    fconfigure $channel -translation binary
    set text [::read $channel]
    close $channel
    return $text
}

# run::directoryOfBytes --
#
#      A directory with this name, with a file `sec' and a directory `maps' in
#      it; for the words of runStatus.

proc run::directoryOfBytes {name} {
    set place [encoding convertto [encoding system] [scratch]]/$name
    set encoding [encoding system]
    encoding system iso8859-1
    exec sh -c {mkdir -p "$1/maps" && echo secret >"$1/sec"} sh $place
    encoding system $encoding
    return $place
}

# compile --
#
#      A program that does nothing, with these flags.

proc compile {file args} {
    makeText $file.c "int main(void) { return 0; }\n"
    exec cc {*}$args -o $file $file.c
}

testConstraint staticCC [expr {
    ![catch {compile $run::directory/static -static}]}]

# runStatus --
#
#      Run the dtsm command, and answer its exit status.
#
# Arguments:
#      words    Its words.
#      input    Its standard input.
#      set      NAME VALUE ... for its environment.
#      before   Words to put in front of it all.
#      command  The command itself.

proc runStatus {words {input {}} {set {}} {before {}} {command {}}} {
    variable ::run::directory
    if {$command eq ""} {
        set command $::dtsmCommand
    }
    makeText $directory/in $input
    set assignments {}
    foreach {name value} $set {
        lappend assignments $name=$value
    }
    set argv [list {*}$before env {*}$assignments $command {*}$words]

    # In this encoding, exec hands on the words' bytes as they are.
    set encoding [encoding system]
    encoding system iso8859-1
    set failed [catch {
        exec {*}$argv <$directory/in >$directory/out 2>$directory/err
    } message options]
    encoding system $encoding
    if {!$failed} {
        return 0
    }
    set code [dict get $options -errorcode]
    if {[lindex $code 0] ne "CHILDSTATUS"} {
        return -options $options $message
    }
    return [lindex $code 2]
}

proc runOutput {} {
    return [run::read $::run::directory/out]
}

proc runErrors {} {
    return [run::read $::run::directory/err]
}

# runReport --
#
#      The report of a run, as a dictionary.

proc runReport {options command {set {}} {before {}}} {
    set file $::run::directory/report
    runStatus [list run {*}$options --report $file -- {*}$command] \
        {} $set $before
    return [parseJson [run::read $file]]
}

# interrupt --
#
#      Start a run of a script that waits for its standard input, and send a
#      signal to dtsm once the script runs.
#
# Arguments:
#      directory   Where the run's files are.
#      signal   Its name without SIG.
#      traps    What the script does before we know that it runs.
#      script   And what afterwards.
#
# Results:
#      The exit status; what is left in directory; whether the map is left.

proc interrupt {directory signal traps script} {
    set before env
    if {[common::works env --default-signal true]} {
        lappend before --default-signal
    }
    set channel [open |[list {*}$before XDG_RUNTIME_DIR=$directory \
        $::dtsmCommand run -- \
        sh -c "ulimit -c 0; $traps; echo \$DTSM_MAP; $script" \
        2>$::run::directory/err] r+]
    gets $channel map
    set existed [file exists $map]
    exec kill -$signal [pid $channel]
    ::read $channel
    set code {- - 0}
    if {[catch {close $channel} message options]} {
        set code [dict get $options -errorcode]
    }
    if {!$existed} {
        error "no map $map"
    }
    return [list [lindex $code 2] [glob -nocomplain -directory $directory *] \
        [file exists $map]]
}

# changedCommand --
#
#      The dtsm command with another tracing library.

proc changedCommand {file library} {
    set text [run::read $::dtsmCommand]
    if {![regsub -line {^set dtsmTrace .*$} $text \
            [string map {\\ \\\\ & \\&} [list set dtsmTrace $library]] text]} {
        error "no such line"
    }
    makeText $file $text 0755
}

# ------------------------------------------------------------ JSON

# parseJson --
#
#      A JSON text as dictionaries, lists and strings.  Strict.

proc parseJson {text} {
    set text [encoding convertfrom utf-8 $text]
    set at 0
    set value [run::value $text at]
    run::blanks $text at
    if {$at != [string length $text]} {
        error "text behind the JSON value at $at"
    }
    return $value
}

proc run::blanks {text atName} {
    upvar 1 $atName at
    regexp -start $at -indices {\A[ \t\r\n]*} $text range
    set at [expr {[lindex $range 1] + 1}]
}

proc run::expect {text atName char} {
    upvar 1 $atName at
    blanks $text at
    if {[string index $text $at] ne $char} {
        error "no $char at $at"
    }
    incr at
}

proc run::value {text atName} {
    upvar 1 $atName at
    blanks $text at
    switch -- [string index $text $at] {
        "\{" {
            return [members $text at 1]
        }
        "\[" {
            return [members $text at 0]
        }
        "\"" {
            return [stringValue $text at]
        }
    }
    if {![regexp -start $at \
            {\A(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)} \
            $text word]} {
        error "no value at $at"
    }
    incr at [string length $word]
    return $word
}

proc run::members {text atName named} {
    upvar 1 $atName at
    set end [expr {$named ? "\}" : "\]"}]
    set result {}
    incr at
    blanks $text at
    if {[string index $text $at] eq $end} {
        incr at
        return {}
    }
    while 1 {
        if {$named} {
            blanks $text at
            lappend result [stringValue $text at]
            expect $text at :
        }
        lappend result [value $text at]
        blanks $text at
        set char [string index $text $at]
        incr at
        if {$char eq $end} {
            return $result
        }
        if {$char ne ","} {
            error "no comma at $at"
        }
    }
}

proc run::stringValue {text atName} {
    upvar 1 $atName at
    if {![regexp -start $at \
            {\A"((?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*)"} \
            $text whole inner]} {
        error "no string at $at"
    }
    incr at [string length $whole]
    return [subst -nocommands -novariables $inner]
}

source [file join [file dirname [info script]] runstrace.tcl]
