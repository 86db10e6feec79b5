/*
 * judgeDecide.h --
 *
 *      The check that every wrapper asks.
 *
 * HOW ANSWERS ARE KEPT IN THE MAP
 *
 *      resolved path R     ALLOW or DENY, the kinds of access, MISSING
 *      followed symlink L  ALLOW without a kind: "it is a symlink"
 *      spelling S          ALIAS: its answer is under an alias key
 *      alias key           "@F" or "@N", the policy's number in hex, then S
 *      folder key          "@D", the same, then a folder's path: there is no
 *                          symlink on the way to it
 *      answer key          "@A" and a path: what the session's server said
 *      start key, note     "@X" ...: programs that were started (judgeStarts.h)
 *
 * A verdict with ASK rests on nobody having been asked.  With ALLOW it is of
 * what is missing or a folder; without, something was about to be made there.
 *
 * A call that does not follow a last symlink (N) and one that does (F) differ
 * for L, so L's own verdict serves the former and the alias key the latter.
 * An alias rests on every symlink and directory on its way.  A change of any
 * of those is followed by a forget below it, which gives the policy a new
 * number, and so no alias key of before is ever found again.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_DECIDE_H
#define DTSM_JUDGE_DECIDE_H

#include "judgeHow.h"
#include "judgeSubject.h"

#include <dirent.h>

/*
 * What a check has seen, for what comes after a successful change.
 */

#define TRACE_SAW_LINK  1u      /* the path itself is a symlink */
#define TRACE_SAW_DIR   2u
#define TRACE_SAW_DENY  4u      /* governed by a rule that is not ALLOW */
#define TRACE_SAW_NEW   8u      /* the map had no answer yet */

/*
 * DtsmTraceCheck --
 *
 *      May this call touch path?  Records what it finds out.
 *
 * Arguments:
 *      dirfd    A descriptor or AT_FDCWD, for a relative path.
 *      path     As the caller gave it; NULL and "" go to the kernel.
 *      how      Kinds and TRACE_*.
 *      sawPtr   NULL, or receives TRACE_SAW_*.
 *
 * Returns:
 *      0 to go on, else the errno to fail with: ENOENT, or EACCES with
 *      TRACE_MAKE; another one where that is what the kernel says of anything
 *      in that place.  errno itself is untouched.
 */

int DtsmTraceCheck(int dirfd, const char *path, unsigned how,
        unsigned *sawPtr);

#define CHECK(dirfd, path, how) DtsmTraceCheck((dirfd), (path), (how), NULL)

#ifndef DTSM_SUBJECT

/*
 * DtsmTraceCheckFor --
 *
 *      The same on behalf of a subject.
 */

static inline int
DtsmTraceCheckFor(DtsmSubject *subject, const char *path, unsigned how,
        unsigned *sawPtr)
{
    DtsmSubject *former = DtsmSubjectAim(subject);
    int err = DtsmTraceCheck(AT_FDCWD, path, how, sawPtr);

    DtsmSubjectAim(former);
    return err;
}

#endif

/*
 * DtsmTraceHidden --
 *
 *      Does this name of a listing look absent?  Nothing is recorded.  type
 *      is a d_type (DT_UNKNOWN is allowed).
 *
 * DtsmTraceTouchHops --
 *
 *      Record every component on a path's resolved way, up to the first
 *      that is missing.
 *
 * DtsmTraceKnows --
 *
 *      The verdict of this spelling, 0 when there is none.
 */

int DtsmTraceHidden(const char *dir, size_t dirLen, const char *name,
        unsigned type);
void DtsmTraceTouchHops(const char *path);
unsigned DtsmTraceKnows(const char *path);

#endif /* DTSM_JUDGE_DECIDE_H */
