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
 *
 * and under keys that are no paths (judgeKeys.h).
 *
 * A verdict with ASK rests on nobody having been asked.  With ALLOW it is of
 * what is missing or a directory; without, something was about to be made
 * there.
 *
 * A call that does not follow a last symlink and one that does differ for L,
 * so L's own verdict serves the former and the alias key the latter.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_DECIDE_H
#define DTSM_JUDGE_DECIDE_H

#include "judgeHow.h"

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

/*
 * DtsmTraceTouchHops --
 *
 *      Record every component on a path's resolved way, up to the first
 *      that is missing.
 *
 * DtsmTraceKnows --
 *
 *      The verdict of this spelling, 0 when there is none.
 */

void DtsmTraceTouchHops(const char *path);
unsigned DtsmTraceKnows(const char *path);

#endif /* DTSM_JUDGE_DECIDE_H */
