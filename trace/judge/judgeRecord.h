/*
 * judgeRecord.h --
 *
 *      The recording of what this process touches (dtsmProcess.h).
 *
 * A process begins when it attaches.  A forked child begins at its first
 * touch: a call that forks leaves dtsmRecordUnsure behind in both, and who
 * finds it asks for the process's number, once.  A vfork child writes for its
 * parent, in whose memory it lives until it execs; before it does, its parent
 * is made sure of itself (R5).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_RECORD_H
#define DTSM_JUDGE_RECORD_H

#include "judgeMiss.h"
#include "judgePath.h"

extern Dtsm_Process dtsmRecord;         /* record 0: nothing is recorded */
extern int dtsmRecordUnsure;            /* is this the process that began? */

/*
 * DtsmRecordBegin --
 *
 *      This process begins.  start's pid is its number.
 *
 * DtsmRecordForking, DtsmRecordSharing, DtsmRecordForked --
 *
 *      Before it makes a copy of itself; before a copy that shares its
 *      memory; in a copy that does not.
 */

void DtsmRecordBegin(Dtsm_Map *map, const Dtsm_Start *start);
void DtsmRecordForking(Dtsm_Map *map);
void DtsmRecordSharing(Dtsm_Map *map);
void DtsmRecordForked(void);

/*
 * DtsmRecordSure --
 *
 *      See to it that what follows is written to this process's own record.
 *
 * DtsmRecordHit --
 *
 *      Record a call that the map could answer, when something is recorded at
 *      all.
 *
 * Arguments:
 *      token    Of the look at its spelling.
 *      flags    The answer's.
 *      how      Kinds and TRACE_*.
 *      refused  Whether it fails.
 *
 * DtsmRecordMissed --
 *
 *      Record a call that went the slow way, and what its spelling resolved
 *      to.
 */

void DtsmRecordSure(Dtsm_Map *map);
void DtsmRecordMissed(const DtsmCheck *check, const DtsmTraceWalk *walk,
        int missing, int refused);

static inline void
DtsmRecordHit(Dtsm_Map *map, const Dtsm_Token *token, unsigned flags,
        unsigned how, int refused)
{
    if (dtsmRecord.record != 0) {
        if (!DTSM_LIKELY(dtsmRecordUnsure == 0)) {
            DtsmRecordSure(map);
        }
        Dtsm_Access(map, &dtsmRecord, Dtsm_TokenPlace(token),
                (how & TRACE_KINDS) | (flags & DTSM_MISSING)
                | (refused ? DTSM_REFUSED : 0));
    }
}

#endif /* DTSM_JUDGE_RECORD_H */
