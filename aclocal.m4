dnl aclocal.m4 --
dnl
dnl     The macros of configure.ac.
dnl
dnl Copyright (c) 2026 The dtsm authors.  See license.terms.

dnl DTSM_ENABLE_SYMBOLS --
dnl
dnl     --enable-symbols compiles for a debugger.  CFLAGS given by the user
dnl     win.  To be called before AC_PROG_CC, which has defaults of its own.

AC_DEFUN([DTSM_ENABLE_SYMBOLS], [
    AC_ARG_ENABLE([symbols],
        [AS_HELP_STRING([--enable-symbols],
            [compile for a debugger, unoptimised @<:@no@:>@])],
        [], [enable_symbols=no])
    AS_IF([test "$enable_symbols" = no],
        [: "${CFLAGS=-O2}"], [: "${CFLAGS=-O0 -g}"])
])

dnl DTSM_CHECK_PLATFORM --
dnl
dnl     The platform layer is written for Linux with glibc.

AC_DEFUN([DTSM_CHECK_PLATFORM], [
    AC_MSG_CHECKING([for Linux with the GNU C library])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <features.h>
#if !defined(__linux__) || !defined(__GLIBC__)
#error not supported
#endif
        ]])], [AC_MSG_RESULT([yes])], [
        AC_MSG_RESULT([no])
        AC_MSG_ERROR([dtsm supports Linux with glibc only (or the headers of
the C library are missing: Debian package libc6-dev)])])
])

dnl DTSM_CHECK_XXHASH --
dnl
dnl     xxHash is compiled in from its header; no library is linked.

AC_DEFUN([DTSM_CHECK_XXHASH], [
    AC_MSG_CHECKING([for xxhash.h with XXH3])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#define XXH_INLINE_ALL
#include <xxhash.h>
        ]], [[
return (int) XXH3_64bits_withSeed("/", 1, 7);
        ]])], [AC_MSG_RESULT([yes])], [
        AC_MSG_RESULT([no])
        AC_MSG_ERROR([xxhash.h 0.8 or newer is needed: install the Debian
package libxxhash-dev, or say where it is with CPPFLAGS=-IDIR])])
])

dnl DTSM_CHECK_STATIC --
dnl
dnl     Whether programs can be linked statically; some tests trace one.

AC_DEFUN([DTSM_CHECK_STATIC], [
    AC_MSG_CHECKING([whether $CC -static links])
    dtsm_ldflags=$LDFLAGS
    LDFLAGS="$LDFLAGS -static"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
        [STATIC_LINKS=yes], [STATIC_LINKS=no])
    LDFLAGS=$dtsm_ldflags
    AC_MSG_RESULT([$STATIC_LINKS])
    AC_SUBST([STATIC_LINKS])
])

dnl DTSM_CHECK_ORDER --
dnl
dnl     Whether the linker takes a script that inserts into its own, for the
dnl     order of the injected library; without, that library works as well.

AC_DEFUN([DTSM_CHECK_ORDER], [
    AC_MSG_CHECKING([whether the linker takes a script that inserts])
    dtsm_ldflags=$LDFLAGS
    LDFLAGS="$LDFLAGS -shared -Wl,-T,$srcdir/trace/inject/inject.ld"
    AC_LINK_IFELSE([AC_LANG_SOURCE([int dtsm;])],
        [AC_MSG_RESULT([yes])
        TRACE_ORDER='-Wl,-T,"$(srcdir)/trace/inject/inject.ld"'],
        [AC_MSG_RESULT([no])
        TRACE_ORDER=])
    LDFLAGS=$dtsm_ldflags
    AC_SUBST([TRACE_ORDER])
])

dnl DTSM_ASK_TCLSH(PROGRAM, SCRIPT) --
dnl
dnl     Expands to a command that prints what the script prints.

AC_DEFUN([DTSM_ASK_TCLSH], [echo '$2' | "$1" 2>/dev/null])

dnl DTSM_PATH_TCL --
dnl
dnl     Find tclConfig.sh, read it, and find the tclsh that belongs to it.
dnl     Without --with-tcl, the tclsh found in PATH (or given in TCLSH_PROG)
dnl     says where its own tclConfig.sh is.
dnl
dnl     Sets: what tclConfig.sh sets, TCLSH_PROG, TCL_INCLUDES, TCL_LIB_PREFIX
dnl     (libtcl9 or lib, as [load] and others expect), TCL_PKG_DIR.

AC_DEFUN([DTSM_PATH_TCL], [
    AC_ARG_VAR([TCLSH_PROG], [the tclsh to use])
    AC_ARG_WITH([tcl],
        [AS_HELP_STRING([--with-tcl=DIR], [directory of tclConfig.sh])])
    AC_ARG_WITH([tclinclude],
        [AS_HELP_STRING([--with-tclinclude=DIR], [directory of tcl.h])])

    dtsm_dirs=
    dtsm_asked=$TCLSH_PROG
    AS_IF([test -n "$with_tcl" && test "$with_tcl" != yes], [
        dtsm_dirs=$with_tcl
        dtsm_given=yes
    ], [
        dtsm_given=no
        AC_PATH_PROGS([TCLSH_PROG], [tclsh tclsh9.0 tclsh8.6])
        AS_IF([test -n "$TCLSH_PROG"], [
            dtsm_lib=`DTSM_ASK_TCLSH([$TCLSH_PROG],
                [puts @<:@::tcl::pkgconfig get libdir,runtime@:>@])`
            dtsm_tcl=`DTSM_ASK_TCLSH([$TCLSH_PROG],
                [puts @S|@tcl_version])`
            dtsm_dirs="$dtsm_lib/tcl$dtsm_tcl $dtsm_lib"
        ])
        for dtsm_ver in 8.6 9.0 9.1; do
            dtsm_dirs="$dtsm_dirs `echo /usr/lib/*/tcl$dtsm_ver`"
            dtsm_dirs="$dtsm_dirs /usr/local/lib/tcl$dtsm_ver"
        done
        dtsm_dirs="$dtsm_dirs /usr/local/lib /usr/lib64 /usr/lib"
    ])

    AC_MSG_CHECKING([for tclConfig.sh])
    TCL_CONFIG=
    AS_IF([test "$dtsm_given" = yes], [
        AS_IF([test -r "$with_tcl/tclConfig.sh"],
            [TCL_CONFIG=$with_tcl/tclConfig.sh])
    ], [
        for dtsm_dir in $dtsm_dirs; do
            AS_IF([test -r "$dtsm_dir/tclConfig.sh"], [
                TCL_CONFIG=$dtsm_dir/tclConfig.sh
                break
            ])
        done
    ])
    AS_IF([test -z "$TCL_CONFIG"], [
        AC_MSG_RESULT([no])
        AC_MSG_ERROR([tclConfig.sh not found in: $dtsm_dirs
Install the Debian package tcl-dev, or give --with-tcl=DIR.])
    ])
    AC_MSG_RESULT([$TCL_CONFIG])
    . "$TCL_CONFIG"

    AC_MSG_CHECKING([for Tcl 8.6 or newer])
    AS_CASE([$TCL_VERSION],
        [8.[[6-9]]|9.*], [AC_MSG_RESULT([$TCL_VERSION$TCL_PATCH_LEVEL])],
        [AC_MSG_ERROR([Tcl $TCL_VERSION is not supported])])

    # The tclsh of the path may have no tclConfig.sh here, when another
    # version has one: that version's is taken, unless one was asked for.
    AS_IF([test "$dtsm_given" = no && test -z "$dtsm_asked"], [
        dtsm_tcl=`DTSM_ASK_TCLSH([$TCLSH_PROG], [puts @S|@tcl_version])`
        AS_IF([test "x$dtsm_tcl" != "x$TCL_VERSION"], [
            AS_UNSET([ac_cv_path_TCLSH_PROG])
            TCLSH_PROG=
        ])
    ])
    AS_IF([test -z "$TCLSH_PROG"], [
        AC_PATH_PROGS([TCLSH_PROG], [tclsh$TCL_VERSION tclsh], [],
            [${with_tcl:-$TCL_EXEC_PREFIX/bin}$PATH_SEPARATOR]dnl
[$TCL_EXEC_PREFIX/bin$PATH_SEPARATOR$PATH])
    ])
    AC_MSG_CHECKING([that ${TCLSH_PROG:-tclsh} is Tcl $TCL_VERSION])
    dtsm_tcl=
    AS_IF([test -n "$TCLSH_PROG"], [
        dtsm_tcl=`DTSM_ASK_TCLSH([$TCLSH_PROG], [puts @S|@tcl_version])`
    ])
    AS_IF([test "x$dtsm_tcl" != "x$TCL_VERSION"], [
        AC_MSG_RESULT([no: ${dtsm_tcl:-it does not run}])
        AC_MSG_ERROR([no tclsh for $TCL_CONFIG; give TCLSH_PROG=FILE])
    ])
    AC_MSG_RESULT([yes])

    TCL_INCLUDES=$TCL_INCLUDE_SPEC
    AS_IF([test -n "$with_tclinclude" && test "$with_tclinclude" != yes],
        [TCL_INCLUDES="-I$with_tclinclude"])
    AC_MSG_CHECKING([for tcl.h of Tcl $TCL_VERSION])
    dtsm_cppflags=$CPPFLAGS
    CPPFLAGS="$CPPFLAGS $TCL_INCLUDES"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <tcl.h>
#if TCL_MAJOR_VERSION != $TCL_MAJOR_VERSION
#error another Tcl
#endif
        ]])], [AC_MSG_RESULT([yes])], [
        AC_MSG_RESULT([no])
        AC_MSG_ERROR([tcl.h of Tcl $TCL_VERSION not found with $TCL_INCLUDES;
install the Debian package tcl-dev, or give --with-tclinclude=DIR])])
    CPPFLAGS=$dtsm_cppflags

    AS_CASE([$TCL_MAJOR_VERSION],
        [8], [TCL_LIB_PREFIX=lib], [TCL_LIB_PREFIX=libtcl$TCL_MAJOR_VERSION])

    # Where this tclsh looks for packages: with a directory of its path under
    # our prefix [package require] works right after an install.  It stays
    # below the prefix that an install may say instead.
    TCL_PKG_DIR='${libdir}'
    dtsm_prefix=$prefix
    AS_IF([test "$dtsm_prefix" = NONE], [dtsm_prefix=$ac_default_prefix])
    AS_IF([test "$libdir" = '${exec_prefix}/lib'], [
        for dtsm_dir in `echo "$TCL_PACKAGE_PATH" | tr '{}' '  '`; do
            AS_CASE([$dtsm_dir], ["$dtsm_prefix"/lib*],
                [TCL_PKG_DIR='${prefix}/lib'${dtsm_dir[#]*"$dtsm_prefix/lib"}
                break])
        done
    ])

    AC_SUBST([TCL_VERSION])
    AC_SUBST([TCL_CONFIG])
    AC_SUBST([TCL_INCLUDES])
    AC_SUBST([TCL_LIB_PREFIX])
    AC_SUBST([TCL_PKG_DIR])
    AC_SUBST([TCL_STUB_LIB_SPEC])
])
