/*
 * judgePath.h --
 *
 *      From a spelling to what the kernel would find, with what that tells
 *      recorded on the way.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_PATH_H
#define DTSM_JUDGE_PATH_H

#include "judge.h"
#include "judgeScratch.h"
#include "judgeSpell.h"
#include "judgeWay.h"

/*
 * A directory that was reached without a symlink, under its key.
 */

typedef struct DtsmTraceKnown {
    size_t len;                 /* of the path's directory; 0: not looked
                                 * for */
    const char *key;            /* in buf */
    size_t keyLen;
    Dtsm_Token token;
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
} DtsmTraceKnown;

typedef struct DtsmTraceWalk {
    DtsmWay way;                /* its result */
    size_t badLen;              /* > 0: a last symlink that is denied */
    unsigned badRuling;         /* and how */
    DtsmTraceKnown directory;
    char out[TRACE_RESOLVED_MAX];       /* of the way, as link */
    char bad[TRACE_RESOLVED_MAX];       /* the symlink */
    char link[TRACE_RESOLVED_MAX];
    char again[TRACE_RESOLVED_MAX];     /* of DtsmTraceIsStill */
} DtsmTraceWalk;

_Static_assert(sizeof(DtsmTraceWalk) <= DTSM_SCRATCH_SIZE,
        "a walk fits a block");

/*
 * DtsmTraceResolve --
 *
 *      Go a spelling's way, and record the symlinks on it and the directory
 *      that it is in.
 *
 * Arguments:
 *      path, len   From DtsmTraceSpell.
 *      ways        TRACE_FOLLOW_LAST: follow a symlink at the end;
 *                  TRACE_RECORD_HOPS: record all directories on the way.
 *      walk        Receives the result.
 *
 * Returns:
 *      1, or 0: a loop, too long on the way, or no memory.
 *
 * DtsmTraceIsStill --
 *
 *      Once more what a walk has resolved, as if that had been the path: is the
 *      same there?
 */

#define TRACE_FOLLOW_LAST 1
#define TRACE_RECORD_HOPS 2

int DtsmTraceResolve(Dtsm_Map *map, const char *path, size_t len, int ways,
        DtsmTraceWalk *walk);
int DtsmTraceIsStill(Dtsm_Map *map, DtsmTraceWalk *walk);

/*
 * DtsmTraceIsPlain --
 *
 *      Is the directory of a spelling known to be reached without a symlink?
 *      Never, when ".." is in it.  *policyPtr receives the number of the
 *      policy that this is as of.
 */

int DtsmTraceIsPlain(Dtsm_Map *map, const char *path, size_t len,
        uint64_t *policyPtr);

#endif /* DTSM_JUDGE_PATH_H */
