/*
 * judgeChange.c --
 *
 *      Changes of the world that make known answers wrong: what is known is
 *      void before they happen, and nobody keeps an answer until they have.
 *      So it does not matter when the process is killed (V6 in
 *      ../core/dtsmSlot.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeChange.h"
#include "judgePath.h"
#include "judgeScratch.h"
#include "judgeSubject.h"

/*
 * DtsmTraceForget --
 *
 *      The path's last component is itself meant; its directory is resolved
 *      as it is now.
 */

void
DtsmTraceForget(int dirfd, const char *path)
{
    Dtsm_Map *map = DtsmSubjectMap();
    DtsmTraceSpelling spell;
    DtsmTraceWalk *walk;
    char *buf;

    if (map == NULL || TRACE_NO_POINTER(path) || *path == '\0') {
        return;
    }
    DtsmSubjectForgetCwd();
    if (DtsmSubjectIsReadOnly()) {
        DtsmSubjectGoStale();
        return;
    }
    walk = DtsmTraceBorrow();
    buf = DtsmTraceBorrow();
    if (walk != NULL && buf != NULL && DtsmTraceSpell(map, dirfd, path, 0,
            buf, DTSM_SCRATCH_SIZE, &spell) == TRACE_SPELLED
            && DtsmTraceResolve(map, spell.path, spell.len, 0, walk)) {
        Dtsm_Forget(map, walk->out, walk->outLen, 1);
    } else {
        Dtsm_Forget(map, "/", 1, 1);    /* what it was is out of sight */
    }
    DtsmTraceReturn(buf);
    DtsmTraceReturn(walk);
}

static void
ForgetBoth(const DtsmTraceChange *change)
{
    int i;

    for (i = 0; i < 2; i++) {
        if (change->paths[i] != NULL) {
            DtsmTraceForget(change->dirfds[i], change->paths[i]);
        }
    }
}

void
DtsmTraceBegin(DtsmTraceChange *change, int dirfd, const char *path,
        int otherFd, const char *other)
{
    Dtsm_Map *map = DtsmSubjectMap();

    change->dirfds[0] = dirfd;
    change->paths[0] = path;
    change->dirfds[1] = otherFd;
    change->paths[1] = other;
    change->ticket = map == NULL ? 0 : Dtsm_BeginChange(map);
    ForgetBoth(change);
}

/*
 * DtsmTraceEnd --
 *
 *      Without a ticket, somebody may have kept an answer meanwhile.
 */

void
DtsmTraceEnd(DtsmTraceChange *change, int failed)
{
    Dtsm_Map *map = DtsmSubjectMap();

    DtsmSubjectForgetCwd();
    if (map != NULL && change->ticket != 0) {
        Dtsm_EndChange(map, change->ticket);
    } else if (!failed) {
        ForgetBoth(change);
    }
}
