/*
 * judgeAsk.h --
 *
 *      What holds for a path: a rule says so, or the session's server is
 *      asked.
 *
 * DtsmTraceRuling --
 *
 *      What holds for a resolved path, terminated, of this TRACE_IS_* type.
 *      May put a question to the session's server and wait for it.
 *
 * Returns:
 *      DTSM_ALLOW, DTSM_DENY       by a rule or the server
 *      DTSM_ALLOW | DTSM_UNKNOWN   by the server, or there is none
 *      DTSM_ALLOW | DTSM_ASK       missing, or a directory: not asked
 *      DTSM_DENY | DTSM_UNKNOWN    the server gave no answer
 *      DTSM_ASK                    not asked now: the fence is open
 *
 * DtsmTraceLeads --
 *
 *      Where a symlink, resolved itself and terminated, leads to: TRACE_TO_*.
 *      One that a rule denies counts as the directory that it leads to.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_ASK_H
#define DTSM_JUDGE_ASK_H

#include "judge.h"

unsigned DtsmTraceRuling(Dtsm_Map *map, const char *path, size_t len,
        int type);
int DtsmTraceLeads(Dtsm_Map *map, const char *path, size_t len);

#endif /* DTSM_JUDGE_ASK_H */
