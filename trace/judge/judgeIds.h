/*
 * judgeIds.h --
 *
 *      What the ids and rights of a program that is about to start mean for
 *      it.
 *
 * DtsmTraceUserMode --
 *
 *      How may a program that this process starts open the map, which was
 *      another user's when this process began?  DTSM_RDWR, DTSM_RDONLY, or -1.
 *
 * DtsmTraceMayRun --
 *
 *      May this process start a file?  Where it may not ask, it is taken to.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_IDS_H
#define DTSM_JUDGE_IDS_H

#include "judge.h"

int DtsmTraceUserMode(void);
int DtsmTraceMayRun(const char *file);

#endif /* DTSM_JUDGE_IDS_H */
