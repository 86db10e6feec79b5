# registryfile.tcl --
#
#      Registries in a file of one's own.
#
#      list:FILE     lines "allow PATH", "deny PATH", "unknown PATH", with the
#                    comments, \ and variables of a policy (policy.tcl); each
#                    covers its path and all below, as written and with
#                    symlinks to directories followed, because questions are
#                    about resolved paths; the longest matching line wins, and
#                    a path that no line covers is unknown
#      tcl:FILE      a script, run in an interpreter of its own, that defines
#                    proc registry {path}; it answers as any registry
#
# Neither knows packages, so nothing can be declared.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

oo::class create ::dtsm::registry::Plain {
    method declare {lists} {
        if {[llength $lists]} {
            return -code error -errorcode {DTSM REGISTRY DECLARE} \
                "[lindex $lists 0 0]: the registry [my Name] knows no packages"
        }
    }
    method knowsPackages {} {
        return 0
    }
}

oo::class create ::dtsm::registry::List {
    superclass ::dtsm::registry::Plain
    variable verdictOf name

    constructor {file} {
        set name list:[::dtsm::bytes::shown $file]
        set where [::dtsm::bytes::absolute $file]
        set given {}
        foreach line [::dtsm::policy::lines \
                [::dtsm::bytes::contents $where] $where] {
            lassign $line number word path
            if {$word ni {allow deny unknown}} {
                ::dtsm::policy::bad $where $number "a line begins with allow,\
                    deny or unknown, not \"[::dtsm::bytes::shown $word]\""
            }
            if {[string index $path 0] ne "/"} {
                ::dtsm::policy::bad $where $number \
                    "\"[::dtsm::bytes::shown $path]\" does not begin with /"
            }
            dict set given [::dtsm::bytes::absolute $path] $word
        }
        set placed {/ unknown}
        dict for {path word} $given {
            dict set placed [my Placed $path] $word
        }
        set verdictOf [dict merge $placed $given]
    }

    # Placed --
    #
    #      A path with the symlinks to directories in it followed; one to a file
    #      is itself what is asked about.

    method Placed {path} {
        if {![catch {::dtsm::system resolve $path/.} directory]} {
            return $directory
        }
        set slash [string last / $path]
        set directory [::dtsm::bytes::resolved \
            [string range $path 0 [expr {max($slash - 1, 0)}]]]
        return [string trimright $directory /][string range $path $slash end]
    }

    method Name {} {
        return $name
    }

    method ask {path} {
        return [::dtsm::policy::governing $verdictOf $path]
    }
}

oo::class create ::dtsm::registry::Script {
    superclass ::dtsm::registry::Plain
    variable child name

    constructor {file} {
        set name tcl:[::dtsm::bytes::shown $file]
        set child [::dtsm::registry::interpreter]
        set path [file normalize [::dtsm::bytes::toFile $file]]
        if {![file readable $path]} {
            return -code error -errorcode {DTSM REGISTRY SCRIPT} \
                "registry $name: there is no such file, or it cannot be read"
        }
        set code [catch {
            interp eval $child [list source -encoding utf-8 $path]
        }]
        if {$code} {
            return -code error -errorcode {DTSM REGISTRY SCRIPT} \
                "registry $name: [my Trace $code]"
        }
        if {![llength [interp eval $child {info commands registry}]]} {
            return -code error -errorcode {DTSM REGISTRY SCRIPT} \
                "registry $name: the script does not define\
                proc registry {path}"
        }
    }

    destructor {
        if {[info exists child]} {
            interp delete $child
        }
    }

    # Trace --
    #
    #      What went wrong in the script, and where.
    #
    # Arguments:
    #      code     From catch.

    method Trace {code} {
        if {$code != 1} {
            return "ended with the return code $code"
        }
        return [::dtsm::bytes::ofMessage [interp eval $child {
            set ::errorInfo
        }]]
    }

    method Name {} {
        return $name
    }

    method ask {path} {
        set code [catch {
            interp eval $child \
                [list registry [::dtsm::registry::key $path]]
        } answer]
        if {$code} {
            return -code error -errorcode {DTSM REGISTRY SCRIPT} \
                "registry $name: [my Trace $code]"
        }
        if {[catch {lindex $answer 0} verdict]
                || $verdict ni {allow deny unknown}
                || [llength $answer] % 2 == 0} {
            return -code error -errorcode {DTSM REGISTRY ANSWER} \
                "registry $name: answered\
                \"[encoding convertto utf-8 $answer]\" for\
                \"[::dtsm::bytes::shown $path]\", not allow, deny or unknown"
        }
        return [lmap word $answer {encoding convertto utf-8 $word}]
    }
}
