/*
 * injectPlace.c --
 *
 *      The remembered paths of open directories, so that a path relative to
 *      a descriptor costs one short system call.  A readlink of
 *      /proc/self/fd/N takes ten times as long.
 *
 * A path is remembered with what the directory is: device, inode, mount and
 * birth.  An inode's number can come again after its directory is gone, but
 * not its birth: what is remembered was born a while before (OLD_NANOS, well
 * above the grain of a file system's clock), and what comes later later.  So
 * neither the descriptor's number nor who has it matters: after dup2, close,
 * fork or vfork what is remembered is as right as before.
 *
 * It is right for as long as the policy keeps its number; a renamed directory
 * gives it a new one.  The caller compares.
 *
 * Each place is one copy under a sequence number, as in injectCwd.c.  A
 * process that ends, or forks, in the middle of writing one leaves it unused.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"

#include <string.h>
#include <time.h>

#define PLACES      4
#define OLD_NANOS   (UINT64_C(100) * 1000 * 1000)
#define SECOND      (UINT64_C(1000) * 1000 * 1000)

typedef struct Identity {
    uint64_t inode, device, mount;
    uint64_t birth;             /* nanoseconds */
} Identity;

typedef struct Place {
    unsigned sequence;          /* odd: being written */
    unsigned len;               /* 0: nothing yet */
    Identity identity;
    uint64_t policy;
    char path[480];             /* longer ones are not remembered */
} Place;

static Place places[PLACES] TRACE_LARGE;

/*
 * Identify --
 *
 *      What an open directory is.  0 when the kernel does not tell all of it.
 */

static int
Identify(int fd, Identity *identity)
{
#if defined(SYS_statx) && defined(STATX_MNT_ID)
    const unsigned wanted = STATX_INO | STATX_BTIME | STATX_MNT_ID;
    struct statx st;

    if (DtsmpSyscall5(SYS_statx, fd, (long) (intptr_t) "",
            AT_EMPTY_PATH | AT_STATX_DONT_SYNC, wanted,
            (long) (intptr_t) &st) != 0 || (st.stx_mask & wanted) != wanted) {
        return 0;
    }
    identity->inode = st.stx_ino;
    identity->device = (uint64_t) st.stx_dev_major << 32 | st.stx_dev_minor;
    identity->mount = st.stx_mnt_id;
    identity->birth = (uint64_t) st.stx_btime.tv_sec * SECOND
            + st.stx_btime.tv_nsec;
    return 1;
#else
    (void) fd;
    (void) identity;
    return 0;
#endif
}

static int
IsOld(const Identity *identity)
{
    struct { long seconds, nanos; } now = { 0, 0 };

    DtsmpSyscall2(SYS_clock_gettime, CLOCK_REALTIME_COARSE,
            (long) (intptr_t) &now);
    return (uint64_t) now.seconds * SECOND + (uint64_t) now.nanos
            > identity->birth + OLD_NANOS;
}

/*
 * Recall --
 *
 *      What a place has of a directory: the path's length, 0 for nothing.
 */

static size_t
Recall(const Place *place, const Identity *identity, char *buf, size_t size,
        uint64_t *policyPtr)
{
    unsigned before = __atomic_load_n(&place->sequence, __ATOMIC_ACQUIRE);
    unsigned len = __atomic_load_n(&place->len, __ATOMIC_RELAXED);
    uint64_t policy;

    if ((before & 1) || len == 0 || len >= sizeof(place->path) || len >= size
            || memcmp(&place->identity, identity, sizeof(*identity)) != 0) {
        return 0;
    }
    memcpy(buf, place->path, len);
    buf[len] = '\0';
    policy = place->policy;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&place->sequence, __ATOMIC_RELAXED) != before) {
        return 0;
    }
    *policyPtr = policy;
    return len;
}

static void
Remember(Place *place, const Identity *identity, const char *path, size_t len,
        uint64_t policy)
{
    unsigned sequence = __atomic_load_n(&place->sequence, __ATOMIC_RELAXED);

    if (len >= sizeof(place->path) || (sequence & 1)
            || !__atomic_compare_exchange_n(&place->sequence, &sequence,
                    sequence + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
    }
    __atomic_thread_fence(__ATOMIC_RELEASE);
    place->identity = *identity;
    place->policy = policy;
    memcpy(place->path, path, len);
    __atomic_store_n(&place->len, (unsigned) len, __ATOMIC_RELAXED);
    __atomic_store_n(&place->sequence, sequence + 2, __ATOMIC_RELEASE);
}

size_t
DtsmTraceGetFdPath(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh)
{
    Place *place = NULL;
    Identity identity;
    Dtsm_Token token;
    unsigned flags;
    size_t len;

    *policyPtr = 0;
    if (Identify(fd, &identity)) {
        place = &places[identity.inode % PLACES];
        len = fresh || dtsmTraceStale ? 0
                : Recall(place, &identity, buf, size, policyPtr);
        if (len > 0) {
            return len;
        }
    }

    /*
     * First the policy, then the path: what changes between the two is
     * noticed next time.
     */

    Dtsm_Look(map, "/", 1, &flags, &token);
    len = DtsmTraceFdPath(fd, buf, size);
    if (place != NULL && len > 0 && Dtsm_IsSettled(&token)
            && IsOld(&identity)) {
        Remember(place, &identity, buf, len, token.policy);
    }
    return len;
}
