# policy.tcl --
#
#      Policies: rules in a plain text format, and those that come with dtsm.
#
#      # Lines are comments, or a word and what it is about.
#      include system          another policy, by its name or its file
#      default deny            what no rule covers: allow, deny or ask
#      allow /usr/include      at and below this path
#      deny $HOME/.cache       # $NAME and ${NAME}: see Substitute
#      ask /opt
#      ignore /usr/bin/print   refused or not, it is no finding (ignore.tcl)
#
# A path goes to the line's end or a blank and #.  \#, \$ and \\ stand for
# themselves, \xHH for a byte.  The last of two rules for the same path, and of
# two defaults, wins; the longest rule that covers a path governs it, whatever
# the order.
#
# Paths and texts are byte strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::policy {
    namespace export text load lines bad governing shown

    variable verdicts {allow deny ask}

    # The policies that come with dtsm: name, text.

    variable ready {
system {# system --
#
#      What every build may touch on a GNU/Linux system: its programs,
#      libraries and headers, its configuration, devices, and directories for
#      temporary files.  Software installed outside the system, in /usr/local,
#      /opt or a home directory, looks absent.

default deny

# programs, compilers, libraries, headers, data
allow /bin
allow /sbin
allow /lib
allow /lib32
allow /lib64
allow /libx32
allow /usr/bin
allow /usr/sbin
allow /usr/include
allow /usr/lib
allow /usr/lib32
allow /usr/lib64
allow /usr/libx32
allow /usr/libexec
allow /usr/share

# configuration, state, devices, the kernel
allow /etc
allow /var/lib
allow /var/cache
allow /run
allow /var/run
allow /dev
allow /proc
allow /sys

# temporary files
allow /tmp
allow /var/tmp
allow $TMPDIR

# where the build is done: the directory in which dtsm was started
allow $WORK
}
probes {# probes --
#
#      Files that tools look for and do without, whatever is built.  A part
#      of the policy packages.

# debhelper tries to load the build systems of other packages
ignore /usr/share/perl5/Debian/Debhelper/Buildsystem/maven.pm
ignore /usr/share/perl5/Debian/Debhelper/Buildsystem/gradle.pm
ignore /usr/share/perl5/Debian/Debhelper/Buildsystem/mkcmake.pm
ignore /usr/share/perl5/Debian/Debhelper/Buildsystem/bmake.pm
ignore /usr/share/perl5/Debian/Debhelper/Buildsystem/golang.pm

# libtool tries the print of Korn shells; mailcap has a program of that name
ignore /usr/bin/print
}
packages {# packages --
#
#      The default policy with --registry: the registry decides on everything
#      except the system's configuration and state, devices, temporary files
#      and the working directory.

default ask
include probes

# configuration, state, devices, the kernel
allow /etc
allow /var/lib
allow /var/cache
allow /run
allow /var/run
allow /dev
allow /proc
allow /sys

# libraries of other ABIs: dpkg-shlibdeps looks into all of ld.so.conf
allow /lib32
allow /libx32
allow /usr/lib32
allow /usr/libx32

# the machine's own time zone and language
allow /usr/share/zoneinfo
allow /usr/lib/locale

# made on each machine from what its packages hold
allow /usr/share/mime

# temporary files
allow /tmp
allow /var/tmp
allow $TMPDIR

# where the build is done: the directory in which dtsm was started
allow $WORK
}
    }
}

# dtsm::policy::text --
#
#      The text of a policy that comes with dtsm; empty for another name.

proc ::dtsm::policy::text {name} {
    variable ready
    if {[dict exists $ready $name]} {
        return [dict get $ready $name]
    }
    return {}
}

# dtsm::policy::load --
#
#      Read a policy.
#
# Arguments:
#      name     One that comes with dtsm, or a file (a name with a slash, or
#               any other).
#      within   The files that include it, for errors and against circles.
#
# Results:
#      A dictionary: default (empty: none is given); rules, a list
#      {verdict path ...} in the order of the text; and ignore, a list of
#      paths.
#
# Errors: DTSM POLICY file line; POSIX ...

proc ::dtsm::policy::load {name {within {}}} {
    variable ready
    variable verdicts
    if {[dict exists $ready $name]} {
        set where "policy $name"
        set text [dict get $ready $name]
    } else {
        set where [::dtsm::bytes::resolved $name]
        if {$where in $within} {
            bad $where 0 "includes itself"
        }
        lappend within $where
        set text [::dtsm::bytes::contents $where]
    }
    set result {default {} rules {} ignore {}}
    foreach line [lines $text $where] {
        lassign $line number word rest
        if {$word eq "include"} {
            set part [Included $rest $where $number $within]
            if {[dict get $part default] ne ""} {
                dict set result default [dict get $part default]
            }
            foreach key {rules ignore} {
                dict lappend result $key {*}[dict get $part $key]
            }
        } elseif {$word eq "default"} {
            if {$rest ni $verdicts} {
                bad $where $number "default is [join $verdicts { or }],\
                    not \"[::dtsm::bytes::shown $rest]\""
            }
            dict set result default $rest
        } elseif {$word in $verdicts || $word eq "ignore"} {
            if {[string index $rest 0] ne "/"} {
                bad $where $number "\"[::dtsm::bytes::shown $rest]\" does\
                    not begin with /; \$WORK/... is below the working directory"
            }
            if {$word eq "ignore"} {
                dict lappend result ignore $rest
            } else {
                dict lappend result rules $word $rest
            }
        } else {
            bad $where $number "unknown word\
                \"[::dtsm::bytes::shown $word]\"; known are\
                [join $verdicts {, }], ignore, default and include"
        }
    }
    return $result
}

# dtsm::policy::Included --
#
#      The policy that an include names; a file beside the including one.

proc ::dtsm::policy::Included {name where number within} {
    variable ready
    if {![dict exists $ready $name] && [string index $name 0] ne "/"} {
        if {[string index $where 0] ne "/"} {
            bad $where $number "unknown policy"
        }
        set name [string range $where 0 [string last / $where]]$name
    }
    try {
        return [load $name $within]
    } trap POSIX message {
        bad $where $number $message
    }
}

# dtsm::policy::bad --
#
#      Give up for a wrong line; 0: for the whole of it.

proc ::dtsm::policy::bad {where number message} {
    set place [::dtsm::bytes::shown $where]
    if {$number} {
        append place :$number
    }
    return -code error -errorcode [list DTSM POLICY $where $number] \
        "$place: $message"
}

# dtsm::policy::lines --
#
#      The lines that say something, each a list {number word rest}.
#
# Arguments:
#      where    What errors name.

proc ::dtsm::policy::lines {text where} {
    set result {}
    set number 0
    foreach line [split $text \n] {
        incr number
        if {![regexp {^[ \t]*([^ \t\r#]\S*)[ \t]*(.*)$} $line . word rest]} {
            continue
        }
        set rest [Substitute $rest $where $number]
        if {$rest eq ""} {
            bad $where $number "nothing behind\
                \"[::dtsm::bytes::shown $word]\""
        }
        lappend result [list $number $word $rest]
    }
    return $result
}

# dtsm::policy::Substitute --
#
#      The rest of a line, without its comment, variables and \ replaced.
#      $WORK is the working directory; $TMPDIR is /tmp when it is not set or
#      relative, which would mean another directory to each program; other
#      variables come from the environment.

proc ::dtsm::policy::Substitute {rest where number} {
    set result {}
    set kept 0
    set pieces {}
    append pieces {\A(?:([ \t]+#.*\Z|#.*\Z)|([ \t\r]+)} \
        {|\\x([0-9A-Fa-f]{2})|\\([\\#$])} \
        {|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})|([^ \t\r\\$]+))}
    while {$rest ne ""} {
        if {![regexp $pieces $rest all comment blank hex char name braced \
                plain]} {
            bad $where $number "\"[::dtsm::bytes::shown \
                [string range $rest 0 9]]\": write \\\\ for \\ and \\\$ for \$"
        }
        set rest [string range $rest [string length $all] end]
        if {$comment ne "" && ([string index $comment 0] ne "#"
                || $result eq "")} {
            break
        } elseif {$comment ne ""} {
            append result #
            set rest [string range $comment 1 end]
            set kept [string length $result]
            continue
        }
        append name $braced
        if {$hex ne ""} {
            append result [format %c [scan $hex %x]]
        } elseif {$name ne ""} {
            append result [Variable $name $where $number]
        } else {
            append result $blank $char $plain
        }
        if {$blank eq ""} {
            set kept [string length $result]
        }
    }
    return [string range $result 0 $kept-1]
}

proc ::dtsm::policy::Variable {name where number} {
    if {$name eq "WORK"} {
        return [::dtsm::system resolve .]
    }
    set value [::dtsm::system environ $name]
    if {$name eq "TMPDIR" && [string index $value 0] ne "/"} {
        return /tmp
    }
    if {$value eq ""} {
        bad $where $number "the environment has no variable $name"
    }
    return $value
}

# dtsm::policy::governing --
#
#      What rules say of a path; one that is not absolute is below / too.
#
# Arguments:
#      verdictOf   A dictionary: path, verdict; complete with /.

proc ::dtsm::policy::governing {verdictOf path} {
    while {![dict exists $verdictOf $path]} {
        set slash [string last / $path]
        set path [expr {$slash < 1 ? "/"
            : [string range $path 0 $slash-1]}]
    }
    return [dict get $verdictOf $path]
}

# dtsm::policy::shown --
#
#      A policy as text, which load reads again: its last word on each path.

proc ::dtsm::policy::shown {policy} {
    set lines {}
    if {[dict get $policy default] ne ""} {
        lappend lines "default [dict get $policy default]"
    }
    set verdictOf {}
    foreach {verdict path} [dict get $policy rules] {
        dict set verdictOf [::dtsm::bytes::absolute $path] $verdict
    }
    foreach {path verdict} [lsort -stride 2 $verdictOf] {
        lappend lines "$verdict [::dtsm::bytes::written $path]"
    }
    foreach path [lsort -unique [lmap path [dict get $policy ignore] {
        ::dtsm::bytes::absolute $path
    }]] {
        lappend lines "ignore [::dtsm::bytes::written $path]"
    }
    return [join [concat $lines [list ""]] \n]
}
