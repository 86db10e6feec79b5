/*
 * judgeFlags.h --
 *
 *      The algebra of flags: does a verdict answer a call, what is found out
 *      about a path, and what of that is kept.  Pure functions of their
 *      arguments: no map, no path, no system call.
 *
 * A directory that a rule denies is visible to calls that only read, so its
 * verdict is ALLOW, and it never gets the kind WRITE: a call that changes it
 * goes the slow way and is refused there (D3).  A symlink that is denied, as
 * is the directory that it leads to, has DENY without a kind: a call that
 * follows it goes by the alias key, and one that means the link itself goes
 * the slow way.
 *
 * What is not asked about yet (ASK) is hit only by calls that change nothing.
 * Others go the slow way and announce the change in the map (D4).
 *
 * Tests: flags-*.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_FLAGS_H
#define DTSM_JUDGE_FLAGS_H

#include "dtsm.h"

/*
 * How a call touches a path: kinds of access (DTSM_STAT and its like) and
 * these.
 */

#define TRACE_NOFOLLOW  0x010000u       /* a last symlink is itself meant */
#define TRACE_MAKE      0x020000u       /* makes a name: refused by EACCES */
#define TRACE_CHANGE    0x040000u       /* changes what is there */
#define TRACE_NOTE      0x080000u       /* record only, never refuse */
#define TRACE_KINDS (DTSM_STAT | DTSM_READ | DTSM_WRITE | DTSM_EXEC | DTSM_LIST)

/*
 * What a check has seen, for what comes after a successful change.
 */

#define TRACE_SAW_LINK  1u      /* the path itself is a symlink */
#define TRACE_SAW_DIR   2u
#define TRACE_SAW_DENY  4u      /* governed by a rule that is not ALLOW */
#define TRACE_SAW_NEW   8u      /* the map had no answer yet */

enum {                          /* what a resolution ended at */
    TRACE_IS_OTHER,
    TRACE_IS_DIR,
    TRACE_IS_LINK,              /* not followed */
    TRACE_IS_MISSING,
    TRACE_IS_UNKNOWN            /* not to be told from here */
};

/*
 * Where a symlink leads to.
 *
 *      TRACE_TO_ALLOWED    a directory that is not denied
 *      TRACE_TO_DENIED     a directory that is denied: following it works, as
 *                          directories are visible; the symlink is hidden
 *      TRACE_TO_OTHER      no directory
 */

enum { TRACE_TO_OTHER, TRACE_TO_DENIED, TRACE_TO_ALLOWED };

/*
 * DtsmFlagsHit --
 *
 *      Does a verdict answer this call?
 *
 * Arguments:
 *      flags    What a search gave.
 *      how      Kinds and TRACE_*.
 *      fence    Whether denials are enforced.
 *      isAlias  The flags are those of an alias key.
 */

enum {
    TRACE_HIT_NONE,             /* no: go the slow way */
    TRACE_HIT_ALLOW,
    TRACE_HIT_DENY,
    TRACE_HIT_FOLLOW            /* the answer is under the alias key */
};

int DtsmFlagsHit(unsigned flags, unsigned how, int fence, int isAlias);

/*
 * DtsmFlagsWeigh --
 *
 *      What a ruling (DtsmTraceRuling) means for a call.
 *
 * Arguments:
 *      type     What the path is, TRACE_IS_*.
 *      leads    Where it leads to, if it is a symlink that is denied; else
 *               TRACE_TO_OTHER.
 */

typedef struct DtsmFound {
    int deny;                   /* a rule or the server refuses this call */
    unsigned flags;             /* the verdict, kinds included: ALLOW where
                                 * only changes are refused (D3) */
    unsigned saw;               /* TRACE_SAW_* */
} DtsmFound;

void DtsmFlagsWeigh(unsigned ruling, int type, int leads, unsigned how,
        DtsmFound *found);

/*
 * DtsmFlagsMerge --
 *
 *      The verdict to store at a resolved path.  Without ALLOW and DENY it is
 *      an announcement (D4), and no alias may rest on it.
 *
 * Arguments:
 *      before   The verdict that the map has of it (DtsmFlagsVerdict).
 *
 * DtsmFlagsMergeAlias --
 *
 *      The verdict to store at an alias key.
 *
 * Arguments:
 *      before   The flags that the map has there.
 */

unsigned DtsmFlagsMerge(const DtsmFound *found, unsigned before, int fence);
unsigned DtsmFlagsMergeAlias(const DtsmFound *found, unsigned before,
        unsigned how, int fence);

/*
 * DtsmFlagsVerdict --
 *
 *      What flags say of a path itself: nothing (0) when they are those of a
 *      rule, or of a spelling that has an alias key.
 */

static inline unsigned
DtsmFlagsVerdict(unsigned flags)
{
    return flags & (DTSM_PREFIX | DTSM_ALIAS) ? 0 : flags;
}

#endif /* DTSM_JUDGE_FLAGS_H */
