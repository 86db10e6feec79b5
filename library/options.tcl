# options.tcl --
#
#      The options of the dtsm command's verbs: their help, and how they are
#      read from a command line.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::options {
    namespace export parse help takes wrong checkWord

    # What several verbs have: name, argument, help.

    variable packages {
        --registry R
            "Whose are the files, and may the build use them?  R is dpkg
            (Debian's packages), dpkg:DIR (a dpkg database elsewhere),
            macports:FILE (a registry.db of MacPorts), list:FILE (lines
            \"allow PATH\", \"deny PATH\"), tcl:FILE (a script with proc
            registry {path}) or tdbc:DRIVER:CONNECTION (a database).  May be
            given again: the first that knows a path decides."
        --depends LIST
            "What the build declares, as in Build-Depends: names with commas
            between them; alternatives, versions (which are not compared),
            architectures and build profiles are understood.  May be given
            again."
        --depends-from FILE
            "The same from FILE, a debian/control: Build-Depends,
            Build-Depends-Arch and Build-Depends-Indep.  May be given again."
        --ignore P
            "What is refused or unknown at and below P is no finding: it stays
            hidden, and is neither counted nor fatal.  For what a build looks
            for and goes on without; see \"dtsm policy probes\" for what needs
            no such option.  May be given again."
        --ignore-from FILE
            "The same from FILE: the lines \"ignore PATH\" of a policy.  May be
            given again."
    }

    variable run {
        --allow P
            "Paths at and below P may be used.  Of the rules that cover a
            path the longest holds; of two for one path the last."
        --deny P
            "Paths at and below P look absent; folders stay visible.  Where
            P is a symlink, or lies behind one, when the session begins,
            what it leads to is denied as well.  A command that is denied is
            not started."
        --ask P
            "Paths at and below P are put to the registry, each once.  Without
            one they may be used and are listed as unknown.  Folders and what
            is not there need no question."
        --default allow|deny|ask
            "What holds for a path that no rule covers: what the policy
            says, else allow."
        --policy POLICY
            "Rules from a file, or \"system\" or \"packages\", which come with
            dtsm; see \"dtsm policy\".  May be given again; later rules, and
            last those of the command line, come before earlier ones for the
            same path.  With --registry it is packages unless said."
    }
    append run $packages {
        --report FILE
            "Write what was found to FILE; - is standard output."
        --format json|text|markdown|html
            "How: JSON for programs, what is printed at the end, Markdown, or
            one page of HTML with a tree of all paths.  Unless said it is
            html or markdown when FILE ends in .html or .md, else json."
        --fail-on violation|missing|unknown|untraced|never
            "Exit with status 3 when the command succeeded but something
            that exists was refused (violation), something that does not
            exist was (missing), something was read, written or run that the
            registry does not know (unknown; what was only looked at does not
            count), or a process was not traced or the map was full (untraced;
            a process that was killed before its program ran does not count).
            What was refused because the registry gave no answer is a
            violation.  May be given for several; never is what holds unless
            said."
        --patience SECONDS
            "How long a program waits for an answer of the registry, which may
            hang, and is refused then; 60 unless said.  To open a registry may
            take ten times that."
        --strict ""
            "The same as --fail-on untraced."
        --no-supervise ""
            "Do not supervise programs that cannot be traced (static ones,
            those of another libc): they run unseen and are named.  Without
            root's rights, what starts such a program, and all below it, cannot
            gain rights from setuid programs any more; this avoids it."
        --keep FILE
            "Leave the map in FILE, which must not exist yet."
        --map-dir DIR
            "Where the map lies while the command runs.  Unless said it is the
            first of /dev/shm, the session's directory, /tmp and /var/tmp where
            64 MiB are free, else the one with most.  Memory is faster."
        --help ""
            "Print this."
    }

    variable deps $packages
    append deps {
        --map-dir DIR
            "As for run."
        --no-supervise ""
            "As for run."
        --format text|control|json
            "Text for a reader (unless said), a Build-Depends line, or JSON."
        --report FILE
            "Print to FILE and not to standard output."
        --help ""
            "Print this."
    }

    variable report {
        --format list|text|json|markdown|html
            "A line for each path (unless said), or as for run."
        --ignore P
            "As for run: what was refused or is unknown at and below P is no
            finding.  May be given again."
        --ignore-from FILE
            "The same from FILE, a policy.  May be given again."
        --help ""
            "Print this."
    }

    variable clean {
        --dry-run ""
            "Print what would be removed, and leave it."
        --help ""
            "Print this."
    }
}

# dtsm::options::wrong --
#
#      Give up for a wrong command line.

proc ::dtsm::options::wrong {message {help "help run"}} {
    return -code error -errorcode {DTSM USAGE} \
        "$message; see \"dtsm $help\""
}

# dtsm::options::checkWord --
#
#      Give up unless an option's value is one of those that are listed in
#      its help.

proc ::dtsm::options::checkWord {verb option value} {
    variable $verb
    foreach {name argument .} [set $verb] {
        if {$name eq $option && [string first | $argument] > 0
                && $value ni [split $argument |]} {
            wrong "$option is [join [split $argument |] { or }], not\
                \"[::dtsm::bytes::shown $value]\"" "help $verb"
        }
    }
}

# dtsm::options::takes --
#
#      1 if a verb has options.

proc ::dtsm::options::takes {verb} {
    return [info exists ::dtsm::options::$verb]
}

# dtsm::options::help --
#
#      The help of a verb's options.

proc ::dtsm::options::help {verb} {
    variable $verb
    set lines {}
    foreach {name argument text} [set $verb] {
        lappend lines [string trimright "  $name $argument"] \
            "          [regsub -all {\n\s+} $text "\n          "]"
    }
    return [join $lines \n]
}

# dtsm::options::parse --
#
#      Take the options of a verb off its words; -- ends them.
#
# Results:
#      A list {option value option value ...} in their order, and the words
#      that are left.
#
# Errors: DTSM USAGE

proc ::dtsm::options::parse {verb words} {
    variable $verb
    set help "help $verb"
    foreach {name argument .} [set $verb] {
        set takes($name) [expr {$argument ne ""}]
    }
    set result {}
    while {[llength $words]} {
        set words [lassign $words word]
        if {$word eq "--"} {
            break
        }
        if {[string index $word 0] ne "-"} {
            set words [linsert $words 0 $word]
            break
        }
        set value {}
        set inline [regexp {^(--[a-z-]+)=(.*)$} $word . word value]
        if {![info exists takes($word)]} {
            wrong "unknown option \"[::dtsm::bytes::shown $word]\"" $help
        }
        if {$takes($word)} {
            if {!$inline} {
                if {![llength $words]} {
                    wrong "option $word lacks its argument" $help
                }
                set words [lassign $words value]
            }
            if {$value eq ""} {
                wrong "the argument of option $word is empty" $help
            }
        } elseif {$inline} {
            wrong "option $word takes no argument" $help
        }
        if {$word eq "--help"} {
            wrong "--help comes first" $help
        }
        lappend result $word $value
    }
    return [list $result $words]
}
