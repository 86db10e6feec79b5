/*
 * judgeRecord.c --
 *
 *      The recording of what this process touches.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeRecord.h"

Dtsm_Process dtsmRecord;
int dtsmRecordUnsure;

static int recordPid;                   /* of the process that began */

/*
 * In a page of its own, which most programs touch once.
 */

static _Alignas(4096) uint64_t seen[DTSM_SEEN_WORDS] TRACE_LARGE;

void
DtsmRecordBegin(Dtsm_Map *map, const Dtsm_Start *start)
{
    dtsmRecord.table = seen;
    recordPid = start->pid;
    __atomic_store_n(&dtsmRecordUnsure, 0, __ATOMIC_RELAXED);
    Dtsm_ProcessBegin(map, &dtsmRecord, start);
}

/*
 * DtsmRecordSure --
 *
 *      A copy of the process that began begins a record of its own.  One that
 *      a filter keeps from asking takes itself for that process.
 */

void
DtsmRecordSure(Dtsm_Map *map)
{
    int pid = DtsmpSysGetpid();

    if (pid > 0 && pid != recordPid) {
        Dtsm_Start start = {
            .pid = pid,
            .parentPid = (int) DtsmpSyscall0(SYS_getppid),
            .forker = dtsmRecord.record
        };

        DtsmRecordBegin(map, &start);
    }
    __atomic_store_n(&dtsmRecordUnsure, 0, __ATOMIC_RELAXED);
}

void
DtsmRecordSharing(Dtsm_Map *map)
{
    if (dtsmRecord.record != 0
            && __atomic_load_n(&dtsmRecordUnsure, __ATOMIC_RELAXED)) {
        DtsmRecordSure(map);
    }
}

/*
 * DtsmRecordForking --
 *
 *      What touches nothing between two forks writes nothing here, which
 *      would cost it a copy of the page.
 */

void
DtsmRecordForking(Dtsm_Map *map)
{
    if (dtsmRecord.record != 0 && (!dtsmRecordUnsure
            || DtsmpSysGetpid() != recordPid)) {
        DtsmRecordSharing(map);
        DtsmRecordForked();
    }
}

void
DtsmRecordForked(void)
{
    if (dtsmRecord.record != 0 && !dtsmRecordUnsure) {
        __atomic_store_n(&dtsmRecordUnsure, 1, __ATOMIC_RELAXED);
    }
}

void
DtsmRecordMissed(const DtsmCheck *check, const DtsmTraceWalk *walk,
        int missing, int refused)
{
    uint64_t place, target;

    if (dtsmRecord.record == 0 || Dtsm_Place(check->map, check->spell.path,
            check->spell.len, &place) != DTSM_OK) {
        return;
    }
    DtsmRecordSharing(check->map);
    Dtsm_Access(check->map, &dtsmRecord, place, (check->how & TRACE_KINDS)
            | (missing ? DTSM_MISSING : 0) | (refused ? DTSM_REFUSED : 0));
    if (Dtsm_Place(check->map, walk->out, walk->way.outLen, &target)
            == DTSM_OK) {
        Dtsm_AccessAlias(check->map, &dtsmRecord, place, target);
    }
}
