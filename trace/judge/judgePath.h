/*
 * judgePath.h --
 *
 *      The slow way from a spelling to what the kernel would find.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_PATH_H
#define DTSM_JUDGE_PATH_H

#include "judge.h"
#include "judgeScratch.h"
#include "judgeSpell.h"
#include "judgeStat.h"

#define TRACE_RESOLVED_MAX (PATH_MAX + NAME_MAX + 1)
#define TRACE_REST_MAX 16384

/*
 * What symlinks make of a path, at most: as many as the kernel follows, each
 * with the longest text, before the longest spelling.
 */

#define TRACE_LINKS_MAX 40
#define TRACE_UNFOLDED_MAX ((TRACE_LINKS_MAX + 3) * PATH_MAX)

/*
 * A folder that was reached without a symlink, under its folder key.
 */

typedef struct DtsmTraceKnown {
    size_t len;                 /* of the path's folder; 0: not looked for */
    const char *key;            /* in buf */
    size_t keyLen;
    Dtsm_Token token;
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
} DtsmTraceKnown;

typedef struct DtsmTraceWalk {
    char usual[TRACE_REST_MAX]; /* rest, unless it gets longer; before all
                                 * else, so that its end is in their page */
    size_t outLen;
    int type;                   /* TRACE_IS_* */
    int noCache;                /* means something else to other processes */
    int noAlias;                /* ".." below what is missing: a folder that
                                 * comes there would change the answer */
    int links;                  /* followed */
    int selfs;                  /* of them /proc/self and its like, which keep
                                 * their names */
    int stop;                   /* what the kernel says of all that is below
                                 * a place on the way, 0: nothing; ENOTDIR: */
    size_t stopLen;             /* that is this much of out, a plain file */
    size_t badLen;              /* > 0: a last symlink that is denied */
    unsigned badRuling;         /* and how */
    char *rest;                 /* what is left of the way, at its end */
    size_t restSize;
    DtsmTraceKnown folder;
    char out[TRACE_RESOLVED_MAX];       /* resolved, terminated */
    char bad[TRACE_RESOLVED_MAX];
    char link[TRACE_RESOLVED_MAX];
} DtsmTraceWalk;

_Static_assert(sizeof(DtsmTraceWalk) <= DTSM_SCRATCH_SIZE,
        "a walk fits a block");

#define TRACE_FOLLOW_LAST 1     /* ways of DtsmTraceResolve */
#define TRACE_RECORD_HOPS 2
#define TRACE_RECORD_NOTHING 4  /* and ask nobody */

int DtsmTraceResolve(Dtsm_Map *map, const char *path, size_t len, int ways,
        DtsmTraceWalk *walk);

/*
 * DtsmTraceIsPlain --
 *
 *      Is the folder of a spelling known to be reached without a symlink?
 *      Never, when ".." is in it.  *policyPtr receives the number of the
 *      policy that this is as of.
 */

int DtsmTraceIsPlain(Dtsm_Map *map, const char *path, size_t len,
        uint64_t *policyPtr);

#endif /* DTSM_JUDGE_PATH_H */
