# subst.tcl --
#
#       Replace @NAME@ in a file:
#
#       tclsh subst.tcl ?-packages FOLDER? FROM TO NAME=VALUE ...
#
#       -packages also sets @PACKAGES@: name, version and file of each package
#       that a script of FOLDER provides.  A name left over is an error.
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
#       What the scripts of a folder provide, one `name version file` a line.
#       The version may stand for ours.

proc providedPackages {folder ours} {
    set lines {}
    foreach file [lsort [glob -nocomplain -directory $folder *.tcl]] {
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
    dict set values [string range $pair 0 $at-1] [string range $pair $at+1 end]
}
if {$packages ne {}} {
    dict set values PACKAGES \
            [providedPackages $packages [dict get $values VERSION]]
}
set map {}
dict for {name value} $values {
    lappend map @$name@ $value
}
set text [string map $map [readFile $from]]
if {[regexp {@[A-Z][A-Z_]*@} $text left]} {
    puts stderr "subst.tcl: $from: no value for $left"
    exit 1
}
set channel [open $to.new w]
fconfigure $channel -encoding utf-8
puts -nonewline $channel $text
close $channel
file rename -force $to.new $to
