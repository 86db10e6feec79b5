/*
 * judge.h --
 *
 *      What all files of the judge (judge*.c) and of those that ask it, the
 *      injected library and the supervisor, need.  What each file of the judge
 *      supplies is in a header of its own name.
 *
 * A wrapper of libc asks DtsmTraceCheck (judgeDecide.h) about each path that
 * its call names and then either fails or calls libc.  All of it runs inside
 * other people's programs, so everywhere in trace/judge, trace/join and
 * trace/inject:
 *
 * T1  No heap, stdio, lock, thread-local storage or kept descriptor.
 * T2  Our own look at the world goes by raw system calls (dtsmUnixSys.h): it
 *     keeps errno and never comes back into a wrapper.
 * T3  No call takes more than 5 KiB of stack beyond what libc's own takes, so
 *     that a handler with a stack of 16 KiB may make it; what needs more
 *     borrows a block (judgeScratch.h).  A process that may start its
 *     program in a vfork child's place holds none at that moment: its parent
 *     would have one less.  Tests: stack-*.
 * T4  Nothing aborts the host.  When we cannot know, the call goes to libc.
 * T5  The judge runs down and comes back once: none of its functions is
 *     reached from below itself.  tools/cycles.tcl checks that.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_H
#define DTSM_JUDGE_H

/*
 * Checked variants of libc's functions would get in the way of our own.
 */

#undef _FORTIFY_SOURCE
#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtsm.h"
#include "dtsmUnixSys.h"

#ifndef PATH_MAX
#   define PATH_MAX 4096
#endif

/*
 * Each page that a short process touches costs it more than its checks do, so
 * what all processes write lies together in one page (the linker sorts the
 * sections by name) and large buffers behind it.
 */

#define TRACE_LARGE __attribute__((section(".bss.zlarge")))

/*
 * A pointer that no path can have, NULL among them: the kernel's to refuse.
 */

#define TRACE_NO_POINTER(p) ((uintptr_t) (p) - 4096 > (uintptr_t) -8192)

#define DTSM_LIKELY(x) __builtin_expect(!!(x), 1)

/*
 * DtsmTraceSpan --
 *
 *      The length of text before the first of two characters, or its end:
 *      as strcspn, whose code and tables lie in pages of their own.
 */

static inline size_t
DtsmTraceSpan(const char *text, char one, char two)
{
    size_t len = 0;

    while (text[len] != '\0' && text[len] != one && text[len] != two) {
        len++;
    }
    return len;
}

#endif /* DTSM_JUDGE_H */
