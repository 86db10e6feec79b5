# symlist.tcl --
#
#       Reading dtsmTrace.syms and the names of the C library; sourced by
#       syms.tcl and symbols.tcl.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval symlist {}

proc symlist::fail {message} {
    puts stderr "[file tail [info script]]: $message"
    exit 1
}

# symlist::read --
#
#       Read a list: lines `group: name name ...`, `#` comments; after a line
#       `%later` come the names that are known and not wrapped yet.
#
# Results:
#       A dict with keys wrapped and later: lists of names in file order.

proc symlist::read {file} {
    if {[catch {open $file} channel]} {
        fail $channel
    }
    set lines [split [::read $channel] \n]
    close $channel
    set section wrapped
    set seen [dict create]
    set result [dict create wrapped {} later {}]
    set number 0
    foreach line $lines {
        incr number
        set line [string trim [regsub {#.*} $line {}]]
        if {$line eq {}} {
            continue
        }
        if {$line eq "%later"} {
            set section later
            continue
        }
        if {![regexp {^[a-z][a-z-]*:(.*)$} $line - names]} {
            fail "$file:$number: expected `group: name ...`"
        }
        foreach name [regexp -all -inline {\S+} $names] {
            if {![regexp {^[A-Za-z_]\w*$} $name]} {
                fail "$file:$number: \"$name\" is no name of C"
            }
            if {[dict exists $seen $name]} {
                fail "$file:$number: $name stands twice"
            }
            dict set seen $name 1
            dict lappend result $section $name
        }
    }
    return $result
}

# symlist::dynamicNames --
#
#       Names that a shared library defines, versions cut off, as a dict's
#       keys.

proc symlist::dynamicNames {nm file} {
    set names [dict create]
    foreach line [split [exec {*}$nm -D --defined-only $file] \n] {
        if {[regexp {^\S+ ([TWiVtDBR]) ([^@\s]+)} $line - - name]} {
            dict set names $name 1
        }
    }
    return $names
}

# symlist::libraryNames --
#
#       Names of the C library that programs are linked with here.  Older
#       glibc keep some of them in libraries beside it.

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
        if {[catch {dynamicNames $nm $file} found]} {
            fail "cannot read the names of $file with $nm: $found"
        }
        set names [dict merge $names $found]
    }
    if {![dict exists $names open]} {
        fail "$nm shows no `open` in the C library"
    }
    return $names
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
