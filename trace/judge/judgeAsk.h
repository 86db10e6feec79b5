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
 *      DTSM_ALLOW | DTSM_ASK       missing, or a folder: not asked
 *      DTSM_DENY | DTSM_UNKNOWN    the server gave no answer
 *      DTSM_ASK                    not asked now: the fence is open
 *
 * DtsmTraceLeads --
 *
 *      Where a symlink, resolved itself and terminated, leads to.  One that a
 *      rule denies counts as the folder that it leads to.
 *
 * Returns:
 *      TRACE_TO_ALLOWED    a folder that is not denied
 *      TRACE_TO_DENIED     a folder that is denied: following it works, as
 *                          folders are visible; the symlink itself is hidden
 *      TRACE_TO_OTHER      no folder
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_ASK_H
#define DTSM_JUDGE_ASK_H

#include "judge.h"

enum { TRACE_TO_OTHER, TRACE_TO_DENIED, TRACE_TO_ALLOWED };

unsigned DtsmTraceRuling(Dtsm_Map *map, const char *path, size_t len,
        int type);
int DtsmTraceLeads(Dtsm_Map *map, const char *path, size_t len);

#endif /* DTSM_JUDGE_ASK_H */
