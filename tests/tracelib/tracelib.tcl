# tracelib.tcl --
#
#       What test files of MacPorts' trace mode ask of its library Pextlib: the
#       command tracelib, which dtsm::tracelib has, and the few commands beside
#       it.  With them such files run here:
#
#           TCLLIBPATH="$build $source/tests/tracelib" tclsh access.test
#
# What MacPorts' programs ask of darwintrace.h (to switch its library off from
# within, or for its socket's number) has no counterpart: ours holds no
# descriptor, and is not switched off.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

package require Tcl 8.6-
package require dtsm::tracelib
package provide Pextlib 1.0

# mktemp --
#
#       A name that no file has yet.

proc ::mktemp {template} {
    set name [string trimright [exec mktemp -u $template]]
    return $name
}

proc ::realpath {path} {
    return [::dtsm::bytes::toText [::dtsm::bytes::resolved \
        [::dtsm::bytes::absolute [::dtsm::bytes::fromText $path]]]]
}

# symlink --
#
#       A symlink that need not lead anywhere.

proc ::symlink {text name} {
    exec ln -s -- $text $name
    return
}

proc ::getuid {} {
    return [exec id -u]
}
