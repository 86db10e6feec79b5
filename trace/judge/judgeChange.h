/*
 * judgeChange.h --
 *
 *      Changes that make known answers wrong.
 *
 * DtsmTraceBegin, DtsmTraceEnd --
 *
 *      Around a call that changes what path is, and what other is unless that
 *      is NULL: all answers at and below them are void, and every alias.
 *      DtsmTraceEnd keeps errno; failed: nothing was changed after all.
 *
 * DtsmTraceForget --
 *
 *      The same in one step, for a change that is past.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_CHANGE_H
#define DTSM_JUDGE_CHANGE_H

#include "judge.h"

typedef struct DtsmTraceChange {
    uint64_t ticket;            /* of Dtsm_BeginChange */
    const char *paths[2];       /* borrowed from the call */
    int dirfds[2];
} DtsmTraceChange;

void DtsmTraceBegin(DtsmTraceChange *change, int dirfd, const char *path,
        int otherFd, const char *other);
void DtsmTraceEnd(DtsmTraceChange *change, int failed);
void DtsmTraceForget(int dirfd, const char *path);

#endif /* DTSM_JUDGE_CHANGE_H */
