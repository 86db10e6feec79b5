# registrytools.tcl --
#
#      What the tests of registries need: the library's scripts in this
#      interpreter, and small dpkg databases.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval registry {
    variable scripts {bytes json report reporttext reportjson policy depends
        dpkg registry registryfile registrydb registrydpkg registrymacports
        ignore deps depsdeclared depsreport optiontable options}
}
foreach name $registry::scripts {
    source -encoding utf-8 [sourceFile library $name.tcl]
}

testConstraint tdbcSqlite [expr {
    ![catch {package require tdbc::sqlite3}]}]
testConstraint sqlite [expr {![catch {package require sqlite3}]}]
testConstraint debian [expr {[file exists /var/lib/dpkg/status]
    && [common::works dpkg -S /bin/sh /usr/bin/dpkg]}]

# An index of a made-up database must not go to the user's cache.

set env(XDG_CACHE_HOME) [scratch]

# putFile --
#
#      A file with these bytes, and the directories above it.

proc putFile {file {text ""}} {
    file mkdir [file dirname $file]
    set channel [open $file w]
    fconfigure $channel -translation binary
    puts -nonewline $channel $text
    close $channel
}

# dpkgAdd --
#
#      Put a package into a dpkg database.
#
# Arguments:
#      admin   The database's directory, which is made.
#      name    NAME, or NAME:ARCH for one of Multi-Arch: same.
#      files   The paths that it owns.
#      args    Fields: Name value ...

proc dpkgAdd {admin name files args} {
    lassign [split $name :] package arch
    set fields [dict merge [dict create Package $package \
        Status "install ok installed" \
        Architecture [expr {$arch eq "" ? "all" : $arch}]] $args]
    set stanza {}
    dict for {field value} $fields {
        append stanza "$field: $value\n"
    }
    file mkdir $admin/info
    set channel [open $admin/status a]
    puts $channel $stanza
    close $channel
    set directories {}
    foreach file $files {
        set directory [file dirname $file]
        while {$directory ne "/" && $directory ni $directories} {
            lappend directories $directory
            set directory [file dirname $directory]
        }
    }
    set lines [concat /. [lsort $directories] $files]
    putFile $admin/info/$name.list [join $lines \n]\n
}

# dpkgDatabase --
#
#      A small Debian.  Everything lies below root, where the directory lib is a
#      symlink to usr/lib, as on a machine with a merged /usr.
#
# Results:
#      The admin directory.

proc dpkgDatabase {root} {
    set admin $root/var/lib/dpkg
    file mkdir $root/usr/lib $root/usr/bin $root/etc
    file link -symbolic $root/lib usr/lib
    dpkgAdd $admin dpkg:amd64 $root/usr/bin/dpkg Essential yes \
        Pre-Depends "libz1 (>= 1:1.2), awk"
    file rename $admin/info/dpkg:amd64.list $admin/info/dpkg.list
    dpkgAdd $admin libz1:amd64 $root/lib/libz.so.1 Multi-Arch same
    dpkgAdd $admin libz1:i386 $root/lib/i386/libz.so.1 Multi-Arch same \
        Architecture i386
    dpkgAdd $admin mawk $root/usr/bin/mawk Provides awk
    dpkgAdd $admin gawk $root/usr/bin/gawk Provides "awk (= 5)"
    dpkgAdd $admin gcc [list $root/usr/bin/gcc $root/usr/lib/gcc/cc1] \
        Depends "cpp (>= 4) | cpp-dummy, libz1"
    dpkgAdd $admin cpp $root/usr/bin/cpp
    dpkgAdd $admin libpng-dev [list $root/usr/include/png.h \
        $root/usr/share/doc/libpng-dev/copyright] Depends "libz-dev"
    dpkgAdd $admin libz-dev [list $root/usr/include/zlib.h \
        "$root/usr/include/with blank.h"] Depends libz1
    dpkgAdd $admin sql-dev $root/usr/include/sql.h
    dpkgAdd $admin meta [list $root/usr/share/doc/meta/copyright] \
        Depends "sql-dev"
    dpkgAdd $admin gone $root/etc/gone.conf \
        Status "deinstall ok config-files"
    return $admin
}
