# depends.tcl --
#
#      Debian's way to write what a build needs: lists such as
#      "libpng-dev (>= 1.6), cc | gcc [linux-any] <!nocheck>", and the fields
#      of a debian/control that hold them.  Nothing here looks at a system.
#
# An entry is a dictionary: `text', as it was written, and `names', its
# alternatives that hold for the architecture and the build profiles.  A name
# is NAME, or NAME:ARCH.  Versions are read and not compared: whether what is
# installed is new enough is dpkg-checkbuilddeps' question.  Texts are byte
# strings.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::depends {
    namespace export entries control

    # NAME:ARCH (RELATION VERSION) [ARCHITECTURES] <PROFILES> ...

    variable alternative {}
    append alternative {^([A-Za-z0-9][A-Za-z0-9+._-]*)(?::([a-z0-9-]+))?} \
        {\s*(?:\(\s*(?:<<|<=|=|>=|>>|<|>)\s*[^\s()]+\s*\))?} \
        {\s*(?:\[([^][]+)\])?\s*((?:<[^<>]+>\s*)*)$}

    # Architectures whose processor has another name.

    variable processors {armel arm armhf arm x32 amd64}
}

# dtsm::depends::entries --
#
#      The entries of a list.
#
# Arguments:
#      text      The list.
#      where     What errors name: an option, a file.
#      arch      The architecture that is built for, as dpkg names it.
#      profiles  The build profiles in force.
#
# Errors: DTSM DEPENDS where text

proc ::dtsm::depends::entries {text where arch profiles} {
    variable alternative
    set result {}
    foreach entry [split $text ,] {
        set entry [regsub -all {\s+} [string trim $entry] " "]
        if {$entry eq ""} {
            continue
        }
        set names {}
        foreach one [split $entry |] {
            if {![regexp $alternative [string trim $one] \
                    . name qualifier architectures formula]} {
                return -code error \
                    -errorcode [list DTSM DEPENDS $where $entry] \
                    "$where: \"[::dtsm::bytes::shown $entry]\" is no\
                    dependency; write\
                    NAME, NAME (>= VERSION) or NAME | NAME, and a comma\
                    between two"
            }
            if {$qualifier ni {"" any native}} {
                append name : $qualifier
            }
            if {[HoldsFor $architectures $arch]
                    && [HoldsIn $formula $profiles]} {
                lappend names $name
            }
        }
        if {[llength $names]} {
            lappend result [dict create text $entry names $names]
        }
    }
    return $result
}

# dtsm::depends::HoldsFor --
#
#      1 if a list of architectures, such as "linux-any !s390x", means arch.

proc ::dtsm::depends::HoldsFor {architectures arch} {
    set excluded 0
    foreach word $architectures {
        if {[string index $word 0] eq "!"} {
            set excluded 1
            if {[IsArchitecture [string range $word 1 end] $arch]} {
                return 0
            }
        } elseif {[IsArchitecture $word $arch]} {
            return 1
        }
    }
    return [expr {$excluded || ![llength $architectures]}]
}

# dtsm::depends::IsArchitecture --
#
#      1 if a name or wildcard means arch: amd64, linux-any, any-arm.

proc ::dtsm::depends::IsArchitecture {wildcard arch} {
    if {$wildcard eq $arch || $wildcard eq "any"} {
        return 1
    }
    if {"any" ni [split $wildcard -]} {
        return 0
    }
    foreach want [lreverse [split $wildcard -]] have [Parts $arch] {
        if {$want ni [list "" any $have]} {
            return 0
        }
    }
    return 1
}

# dtsm::depends::Parts --
#
#      Processor, system and C library of an architecture.

proc ::dtsm::depends::Parts {arch} {
    variable processors
    lassign [lreverse [split $arch -]] processor system library
    if {[dict exists $processors $processor]} {
        set processor [dict get $processors $processor]
    }
    return [list $processor \
        [expr {$system eq "" ? "linux" : $system}] \
        [expr {$library eq "" ? "gnu" : $library}]]
}

# dtsm::depends::HoldsIn --
#
#      1 if a formula of build profiles, such as "<!nocheck cross> <pkg.a.b>",
#      holds: any of its terms with all of its words.

proc ::dtsm::depends::HoldsIn {formula profiles} {
    set terms [regexp -all -inline {<[^<>]+>} $formula]
    foreach term $terms {
        set holds 1
        foreach word [string trim $term "<> "] {
            set without [string match !* $word]
            set on [expr {[string trimleft $word !] in $profiles}]
            if {$on == $without} {
                set holds 0
            }
        }
        if {$holds} {
            return 1
        }
    }
    return [expr {![llength $terms]}]
}

# dtsm::depends::control --
#
#      What the source package of a debian/control needs to be built: the
#      text of Build-Depends, Build-Depends-Arch and Build-Depends-Indep.
#
# Errors: DTSM DEPENDS file; POSIX ...

proc ::dtsm::depends::control {file} {
    set text [::dtsm::bytes::contents $file]
    set file [::dtsm::bytes::shown $file]
    set fields {}
    set name {}
    set number 0
    foreach line [split $text \n] {
        set line [string trimright $line \r]
        incr number
        if {[string index $line 0] eq "#"} {
            continue
        }
        if {[string trim $line] eq ""} {
            if {[dict size $fields]} {
                break
            }
        } elseif {[regexp {^([!-9;-~]+):(.*)$} $line . name value]} {
            set name [string tolower $name]
            dict set fields $name $value
        } elseif {[regexp {^[ \t]} $line] && $name ne ""} {
            dict append fields $name " $line"
        } else {
            return -code error -errorcode [list DTSM DEPENDS $file] \
                "$file:$number: neither a field nor its continuation"
        }
    }
    if {![dict exists $fields source]} {
        return -code error -errorcode [list DTSM DEPENDS $file] \
            "$file: no field Source in its first paragraph; a source\
            package's debian/control is wanted"
    }
    set lists {}
    foreach name {build-depends build-depends-arch build-depends-indep} {
        if {[dict exists $fields $name]} {
            lappend lists [dict get $fields $name]
        }
    }
    return [join $lists ,]
}
