# layers.tcl --
#
#       Check what the parts import:
#
#       tclsh layers.tcl ?-nm NM? libdtsm.a libdtsmtrace.so SRCDIR OBJECT...
#
# A directory's files include its own headers and those of what it stands on.
# The core runs in signal handlers and vfork children of strangers, so it has
# no Tcl, heap, stdio, exit or locks.  The injected library depends on the C
# library alone and has no thread-local storage.  No name is defined in two
# sources, for the linker to choose; what is compiled once for each user, below
# obj/inject and obj/supervise, is one source.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

set nm nm
if {[lindex $argv 0] eq "-nm"} {
    set nm [lindex $argv 1]
    set argv [lrange $argv 2 end]
}
set objects [lassign $argv core trace srcdir]
set status 0

proc bad {message} {
    puts stderr "layers.tcl: $message"
    set ::status 1
}

set forbidden {
    Tcl_.* tclStubs.* (malloc|calloc|realloc|reallocarray|free)
    (posix_memalign|aligned_alloc|memalign|strdup|strndup|asprintf|vasprintf)
    (v|f|s|vf|vs|sn|vsn|d|vd)?printf (__)?(v|f|s|vf|vs|sn|vsn|d)?printf_chk
    (f|f?put|f?get)[cs] putchar fopen(64)? fdopen fwrite fread fclose fflush
    perror stdin stdout stderr
    abort exit _exit atexit __cxa_atexit __assert_fail
    pthread_mutex.* pthread_rwlock.* pthread_cond.* pthread_spin.* sem_.*
    setlocale getenv setenv putenv dlsym dlopen posix_fallocate(64)?
}
set pattern "^([join $forbidden |])\$"
foreach line [split [exec {*}$nm -u $core] \n] {
    if {[regexp {^\s+U (\S+)$} $line - name] && [regexp $pattern $name]} {
        bad "$core imports $name"
    }
}

set exported {}
foreach line [split [exec {*}$nm -g --defined-only $core 2>/dev/null] \n] {
    if {[regexp {^\S+ [A-Z] (\S+)$} $line - name]
            && ![regexp {^(Dtsm|__dtsharedmemory_)} $name]} {
        bad "$core defines $name, a name that is not ours"
    }
}

if {[catch {exec readelf -dlW $trace} text]} {
    bad "cannot read $trace: $text"
} else {
    foreach {- soname} [regexp -all -inline {\(NEEDED\).*?\[([^\]]+)\]} $text] {
        if {![regexp {^(libc\.so|ld-linux)} $soname]} {
            bad "$trace needs $soname"
        }
    }
    if {[regexp -line {^\s+TLS\s} $text]} {
        bad "$trace has thread-local storage"
    }
    if {![regexp {FLAGS.*\mNOW\M} $text]} {
        bad "$trace binds lazily"
    }
}

# What each directory stands on, besides itself.
set below {
    core            {}
    unix            {core}
    trace/judge     {core unix}
    trace/join      {core unix trace/judge}
    trace/supervise {core unix trace/judge trace/join}
    trace/inject    {core unix trace/judge trace/join}
    generic         {core unix trace/judge trace/join trace/supervise}
}

set owners {}
dict for {dir -} $below {
    foreach file [glob -nocomplain -directory [file join $srcdir $dir] *.h] {
        dict set owners [file tail $file] $dir
    }
}
dict for {dir allowed} $below {
    set files [glob -directory [file join $srcdir $dir] {*.[ch]}]
    foreach file $files {
        set channel [open $file]
        set text [read $channel]
        close $channel
        foreach {- header} [regexp -all -inline -line \
                {^#\s*include "([^"]+)"} $text] {
            set header [file tail $header]
            if {[dict exists $owners $header]
                    && [dict get $owners $header] ni [list $dir {*}$allowed]} {
                bad "$dir/[file tail $file] includes $header of\
                        [dict get $owners $header]"
            }
        }
    }
}

set definedIn {}
foreach object $objects {
    regsub {^obj/((inject|supervise)/)?} $object {} source
    foreach line [split [exec {*}$nm -g --defined-only $object] \n] {
        if {[regexp {^\S+ [A-Z] (\S+)$} $line - name]} {
            dict set definedIn $name $source {}
        }
    }
}
dict for {name sources} $definedIn {
    if {[dict size $sources] > 1} {
        bad "$name is defined in [join [dict keys $sources] { and }]"
    }
}
if {!$status} {
    puts "layers are kept"
}
exit $status
