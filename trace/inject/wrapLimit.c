/*
 * wrapLimit.c --
 *
 *      Wrappers of calls that limit a process's memory or lock all of it: the
 *      map's window is far larger than what is in it, and counts.  Before
 *      that, the window shrinks to what the map needs.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "../core/dtsmInt.h"

#include <sys/mman.h>
#include <sys/resource.h>

#undef setrlimit64
#undef prlimit64

#define LEAST ((uint64_t) 4 << 20)      /* left beyond what is in the map */
#define LITTLE ((uint64_t) 64 << 20)    /* may be too little for the loader, the
                                         * library or the map */

int dtsmTraceLittle = 0;

/*
 * Limit --
 *
 *      A limit of this process's address space.  A vfork child's window is
 *      its parent's, which does not have the limit, and it starts a program
 *      next.
 */

static void
Limit(unsigned resource, uint64_t limit)
{
    Dtsm_Map *map = DtsmSubjectMap();

    if ((resource == RLIMIT_AS || resource == RLIMIT_DATA)
            && limit < LITTLE) {
        dtsmTraceLittle = 1;
    }
    if (resource == RLIMIT_AS && map != NULL && limit < map->window * 2
            && !DtsmTraceIsGuest()) {
        uint64_t ready = DtsmReadyNow(map);

        DtsmShrink(map, ready + (ready > LEAST ? ready : LEAST));
    }
}

#define LIMITS(set, other, type) \
    int set(__rlimit_resource_t resource, const type *limit); \
    int other(pid_t pid, __rlimit_resource_t resource, const type *limit, \
            type *former); \
    DTSM_EXPORT int \
    set(__rlimit_resource_t resource, const type *limit) \
    { \
        const type *volatile given = limit; \
        if (!TRACE_NO_POINTER(given)) { \
            Limit((unsigned) resource, limit->rlim_cur); \
        } \
        return REAL(set)(resource, limit); \
    } \
    DTSM_EXPORT int \
    other(pid_t pid, __rlimit_resource_t resource, const type *limit, \
            type *former) \
    { \
        if (!TRACE_NO_POINTER(limit) \
                && (pid == 0 || pid == DtsmpSysGetpid())) { \
            Limit((unsigned) resource, limit->rlim_cur); \
        } \
        return REAL(other)(pid, resource, limit, former); \
    }

LIMITS(setrlimit, prlimit, struct rlimit)
LIMITS(setrlimit64, prlimit64, struct rlimit64)

/*
 * What is attached later would be locked as a whole, so it is attached now.
 * Memory is locked for all that live in it, whoever asks, and all of it is
 * made.  Where the limit of locked memory does not allow for room in the
 * window, that goes too.
 */

DTSM_EXPORT int
mlockall(int flags)
{
    Dtsm_Map *map = DtsmSubjectMap();
    int saved = errno, result;

    if (map != NULL) {
        DtsmShrink(map, DtsmReadyNow(map) + LEAST);
    }
    result = REAL(mlockall)(flags);
    if (result != 0 && errno == ENOMEM && map != NULL) {
        DtsmShrink(map, DtsmReadyNow(map));
        errno = saved;
        result = REAL(mlockall)(flags);
    }
    return result;
}
