# symlist.tcl --
#
#       Reading inject.syms, inject.nopath and the names of the C
#       library; sourced by syms.tcl, symbols.tcl and coverage.tcl.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval symlist {}

proc symlist::fail {message} {
    puts stderr "[file tail [info script]]: $message"
    exit 1
}

proc symlist::lines {file} {
    if {[catch {open $file} channel]} {
        fail $channel
    }
    set lines [split [::read $channel] \n]
    close $channel
    return $lines
}

# symlist::read --
#
#       Read the list; its head tells the format.
#
# Results:
#       A dict: wrapped, hook and unseen, lists of names in file order; old,
#       wrapped names of which an older version is wrapped too; groups, NAME
#       TEXT ...;
#       group, NAME GROUP for each wrapped name.

proc symlist::read {file} {
    set seen [dict create]
    set result [dict create wrapped {} unseen {} old {} hook {} groups {} \
            group {}]
    set number 0
    foreach line [lines $file] {
        incr number
        set line [string trim [regsub {#.*} $line {}]]
        if {$line eq {}} {
            continue
        }
        if {[regexp {^%group ([a-z]+) +(.+)$} $line - group text]} {
            dict set result groups $group $text
            continue
        }
        if {[regexp {^%(old|hook|unseen) (.*)$} $line - kind names]} {
            set group {}
        } elseif {[regexp {^([a-z]+):(.*)$} $line - group names]
                && [dict exists $result groups $group]} {
            set kind wrapped
        } else {
            fail "$file:$number: expected `%group NAME TEXT`, `GROUP: name\
                    ...`, `%old name ...`, `%hook name ...` or `%unseen\
                    name ...`"
        }
        foreach name [regexp -all -inline {\S+} $names] {
            if {![regexp {^[A-Za-z_]\w*$} $name]} {
                fail "$file:$number: \"$name\" is no name of C"
            }
            if {$kind eq "old"} {
                if {$name ni [dict get $result wrapped]} {
                    fail "$file:$number: $name is not wrapped"
                }
            } elseif {[dict exists $seen $name]} {
                fail "$file:$number: $name stands twice"
            }
            dict set seen $name 1
            dict lappend result $kind $name
            if {$kind eq "wrapped"} {
                dict set result group $name $group
            }
        }
    }
    return $result
}

# symlist::readNames --
#
#       The names in a plain list, some of them patterns.

proc symlist::readNames {file} {
    set names {}
    foreach line [lines $file] {
        lappend names {*}[regexp -all -inline {\S+} [regsub {#.*} $line {}]]
    }
    return $names
}

# symlist::dynamicNames --
#
#       Names that a shared library defines.
#
# Arguments:
#       types   Letters of nm: functions (TWi), variables (VDBR).
#
# Results:
#       A dict: NAME {VERSION ADDRESS ...}, the default version first.  A
#       version is empty where the library has none.

proc symlist::dynamicNames {nm file {types TWiVDBR}} {
    set names [dict create]
    foreach line [split [exec {*}$nm -D --defined-only $file] \n] {
        if {![regexp {^(\S+) (\w) ([^@\s]+)(@*)(\S*)} $line - \
                address type name ats version]
                || [string first $type $types] < 0} {
            continue
        }
        set former {}
        if {[dict exists $names $name]} {
            set former [dict get $names $name]
        }
        dict set names $name [expr {$ats eq "@"
            ? [list {*}$former $version $address]
            : [list $version $address {*}$former]}]
    }
    return $names
}

# symlist::libraryNames --
#
#       Functions of the C library that programs are linked with here, as
#       dynamicNames has them.  Older glibc keep some of them in libraries
#       beside it.

proc symlist::libraryNames {nm cc} {
    set names [dict create]
    foreach soname {libc.so.6 libpthread.so.0 librt.so.1 libdl.so.2} {
        set file $soname
        catch {exec {*}$cc -print-file-name=$soname} file
        if {![file exists $file]} {
            # ldconfig is not in everybody's PATH.
            catch {exec env PATH=/usr/sbin:/sbin:$::env(PATH) ldconfig -p} text
            if {![regexp -line "^\\s+$soname .*=> (.+)$" $text - file]
                    || ![file exists $file]} {
                if {$soname eq "libc.so.6"} {
                    fail "libc.so.6 not found: neither by `$cc\
                            -print-file-name=libc.so.6` nor by ldconfig"
                }
                continue
            }
        }
        if {[catch {dynamicNames $nm $file TWi} found]} {
            fail "cannot read the names of $file with $nm: $found"
        }
        set names [dict merge $found $names]
    }
    if {![dict exists $names open]} {
        fail "$nm shows no `open` in the C library"
    }
    return $names
}

# symlist::older --
#
#       The older versions of a name that are other code than its default,
#       the oldest first.

proc symlist::older {versions} {
    set older {}
    set default [lindex $versions 1]
    foreach {version address} $versions {
        if {$address ne $default} {
            lappend older $version
        }
    }
    return [lsort -dictionary $older]
}

# symlist::write --
#
#       Write a file whole or not at all.

proc symlist::write {file text} {
    set channel [open $file.new w]
    puts -nonewline $channel $text
    close $channel
    file rename -force $file.new $file
}
