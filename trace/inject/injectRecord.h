/*
 * injectRecord.h --
 *
 *      This process, recorded as it attaches.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_RECORD_H
#define DTSM_INJECT_RECORD_H

#include "dtsm.h"

/*
 * DtsmRecordAttached --
 *
 *      Begin to record, if this map is to hold that.
 *
 * Arguments:
 *      pid      Of this process; < 0 when a filter kept us from asking.
 *      name     By which it was started.
 */

void DtsmRecordAttached(Dtsm_Map *map, int pid, const char *name);

/*
 * DtsmRecordExec --
 *
 *      This process is about to exec (1), or that failed (0).
 */

void DtsmRecordExec(Dtsm_Map *map, int begins);

#endif /* DTSM_INJECT_RECORD_H */
