# subst.tcl --
#
#       Replace @NAME@ in a file:
#
#       tclsh subst.tcl ?-packages DIRECTORY? FROM TO NAME=VALUE ...
#
#       NAME:file=VALUE takes the absolute name of a file.  In FROM, @NAME:word@
#       is the value as a word of Tcl, @NAME:pc@ as pkg-config reads it.
#
#       @INTERPRETER@ is DTSM_LAUNCHER, if the kernel takes that name behind #!,
#       else TCLSH_PROG.
#
#       -packages also sets @PACKAGES@: name, version and file of each package
#       that a script of DIRECTORY provides.  A name left over is an error.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

proc readFile {name} {
    set channel [open $name]
    fconfigure $channel -encoding utf-8
    set text [read $channel]
    close $channel
    return $text
}

# providedPackages --
#
#       What the scripts of a directory provide, one `name version file` a line.
#       The version may stand for ours.

proc providedPackages {directory ours} {
    set lines {}
    foreach file [lsort [glob -nocomplain -directory $directory *.tcl]] {
        foreach {- name version} [regexp -all -inline -line \
                {^\s*package provide (\S+) (\S+)$} [readFile $file]] {
            if {![regexp {^[0-9.ab]+$} $version]} {
                set version $ours
            }
            # The script that the package dtsm itself sources is no other
            # package.
            if {$name ne "dtsm"} {
                lappend lines "    [list $name $version [file tail $file]]"
            }
        }
    }
    return [join $lines \n]
}

set packages {}
if {[lindex $argv 0] eq "-packages"} {
    set packages [lindex $argv 1]
    set argv [lrange $argv 2 end]
}
set values [dict create]
foreach pair [lassign $argv from to] {
    set at [string first = $pair]
    set name [string range $pair 0 $at-1]
    set value [string range $pair $at+1 end]
    if {[regsub {:file$} $name {} name]} {
        set value [file normalize $value]
    }
    dict set values $name $value
}
if {$packages ne {}} {
    dict set values PACKAGES \
            [providedPackages $packages [dict get $values VERSION]]
}

if {[dict exists $values DTSM_LAUNCHER]} {
    set name [dict get $values DTSM_LAUNCHER]
    dict set values INTERPRETER [expr {[regexp {\s} $name]
            || [string length [encoding convertto utf-8 $name]] > 120
            ? [dict get $values TCLSH_PROG] : $name}]
}

# quoted --
#
#       A value as its reader takes it.

proc quoted {value how} {
    switch -- $how {
        :word {
            return [list $value]
        }
        :pc {
            return [regsub -all {[^\w./+@:,${}-]} \
                    [string map {$ $$} $value] {\\&}]
        }
    }
    return $value
}

set text {}
set rest [readFile $from]
while {[regexp -indices {@([A-Z][A-Z_]*)(:[a-z]+)?@} $rest all name how]} {
    set name [string range $rest {*}$name]
    if {![dict exists $values $name]} {
        puts stderr "subst.tcl: $from: no value for @$name@"
        exit 1
    }
    append text [string range $rest 0 [lindex $all 0]-1] \
            [quoted [dict get $values $name] [string range $rest {*}$how]]
    set rest [string range $rest [lindex $all 1]+1 end]
}
append text $rest
set channel [open $to.new w]
fconfigure $channel -encoding utf-8
puts -nonewline $channel $text
close $channel
file rename -force $to.new $to
