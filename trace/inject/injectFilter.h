/*
 * injectFilter.h --
 *
 *      Programs that filter their own system calls.  What the judge asks of
 *      that is in injectSubject.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_FILTER_H
#define DTSM_INJECT_FILTER_H

#include <stdint.h>

/*
 * injectFilter.c:
 *
 * DtsmTraceFilterHandedOn  At attach: the value of DTSM_MAY, NULL for none.
 * DtsmTraceIsToldReadOnly  Does that say that this program can only read the
 *                          map?
 * DtsmTraceMapMode         How the map can be opened, as far as filters tell: a
 *                          mode of Dtsm_Open, or -1 for not at all.
 * DtsmTraceMayThread       May this process make a thread of ours?
 * DtsmTraceIsFiltered      Is it under a filter that it can know of?
 * DtsmTraceKnownPid        A number that tells it from others, as the lines of
 *                          the log need it, where the kernel may not be asked.
 * DtsmTraceSeccomp         seccomp(2), for which libc has no function.
 * DtsmTraceLandlock        landlock_restrict_self(2).
 */

#define TRACE_THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND \
        | CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID)

void DtsmTraceFilterHandedOn(const char *value);
int DtsmTraceIsToldReadOnly(void);
int DtsmTraceMapMode(void);
int DtsmTraceMayThread(void);
int DtsmTraceIsFiltered(void);
int DtsmTraceKnownPid(void);
long DtsmTraceSeccomp(long operation, long flags, long given);
long DtsmTraceLandlock(long a, long b);

/*
 * injectLets.c: what a filter lets pass.
 */

/*
 * Elsewhere a filter is taken to let nothing of ours pass.
 */

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) \
        && !defined(__ILP32__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#   define TRACE_KNOWS_FILTERS 1
#endif

/*
 * Rows of the table in injectLets.c that code asks about by name; there
 * are more.
 */

enum {
    TRACE_MAY_READ_OPEN, TRACE_MAY_LOOK_OPEN, TRACE_MAY_MAP_OPEN,
    TRACE_MAY_LOG_OPEN, TRACE_MAY_CLOSE, TRACE_MAY_MAP_READ,
    TRACE_MAY_MAP_WRITE, TRACE_MAY_FSTAT, TRACE_MAY_THREAD, TRACE_MAY_EXIT,
    TRACE_MAY_FUTEX, TRACE_MAY_STATAT, TRACE_MAY_READLINKAT, TRACE_MAY_READLINK,
    TRACE_MAY_STAT, TRACE_MAY_LSTAT, TRACE_MAY_OTHERS
};

#define TRACE_MAY(row) (UINT64_C(1) << TRACE_MAY_##row)

struct sock_filter;

int DtsmTraceRowOf(const long call[7]);
uint64_t DtsmTraceLets(void *block, const struct sock_filter *steps,
        uint32_t count, uint64_t may);

#endif /* DTSM_INJECT_FILTER_H */
