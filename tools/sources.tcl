# sources.tcl --
#
#       Sources of Debian packages, for who builds something real: by
#       `apt-get source` with a sources list, a state and a cache of its own;
#       the machine's are left alone.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval sources {}

# sources::release --
#
#       The sources list of this machine's release.

proc sources::release {} {
    set channel [open /etc/os-release]
    set text [read $channel]
    close $channel
    foreach line [split $text \n] {
        if {[regexp {^(ID|VERSION_CODENAME)="?([^"]*)"?$} $line - key value]} {
            set $key $value
        }
    }
    if {![info exists VERSION_CODENAME] || $ID ni {debian ubuntu}} {
        error "no sources are known for this system (/etc/os-release)"
    }
    set key /usr/share/keyrings/$ID-archive-keyring.gpg
    set uri [dict get {debian http://deb.debian.org/debian
        ubuntu http://archive.ubuntu.com/ubuntu} $ID]
    set parts [dict get {debian main ubuntu {main universe}} $ID]
    set option [expr {[file exists $key] ? " \[signed-by=$key\]" : ""}]
    return "deb-src$option $uri $VERSION_CODENAME $parts\n"
}

# sources::fetch --
#
#       The sources of a package, below directory.
#
# Results:
#       The directory that holds them.

proc sources::fetch {directory package} {
    set apt $directory/apt
    file mkdir $apt/state/lists/partial $apt/cache/archives/partial \
            $directory/$package
    set options [list -q -o Dir::Etc::sourcelist=$apt/sources.list \
        -o Dir::Etc::sourceparts=- -o Dir::State=$apt/state \
        -o Dir::Cache=$apt/cache -o Acquire::Retries=2 \
        -o APT::Sandbox::User=root]
    if {![file exists $apt/sources.list]} {
        set list [release]
        set channel [open $apt/sources.list w]
        puts -nonewline $channel $list
        close $channel
        exec apt-get {*}$options update 2>@1
    }
    exec env -C $directory/$package apt-get {*}$options source $package 2>@1
    return [lindex [glob -types d $directory/$package/*] 0]
}
