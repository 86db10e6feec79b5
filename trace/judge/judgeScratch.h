/*
 * judgeScratch.h --
 *
 *      Borrowed memory: neither stack, which may be small, nor heap, which may
 *      be busy, locked or broken.
 *
 * DtsmTraceBorrow --     A block of DTSM_SCRATCH_SIZE bytes, not cleared, or
 *                        NULL when there is no memory.
 * DtsmTraceReturn --     Give it back.  NULL is allowed.
 * DtsmTraceMapRoom --    Memory of any size; NULL when there is none.
 * DtsmTraceUnmapRoom --  And its end.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_SCRATCH_H
#define DTSM_JUDGE_SCRATCH_H

#include "judge.h"

#define DTSM_SCRATCH_SIZE (40 * 1024)

void *DtsmTraceBorrow(void);
void DtsmTraceReturn(void *block);
void *DtsmTraceMapRoom(size_t size);
void DtsmTraceUnmapRoom(void *room, size_t size);

#endif /* DTSM_JUDGE_SCRATCH_H */
