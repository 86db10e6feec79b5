/*
 * injectReadOnly.c --
 *
 *      A process that can only read the map: it records nothing, and what it
 *      has told the log it has to remember itself.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "injectSubject.h"

int dtsmTraceReadOnly = 0;
int dtsmTraceStale = 0;

/*
 * DtsmTraceIsTold --
 *
 *      The last few refusals are remembered.
 */

int
DtsmTraceIsTold(const char *path, size_t len)
{
    static uint32_t told[64] TRACE_LARGE;
    uint32_t hash = 2166136261u;
    size_t i;

    if (!dtsmTraceReadOnly) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char) path[i]) * 16777619u;
    }
    hash |= 1;                          /* 0: none */
    return __atomic_exchange_n(&told[hash / 2 % 64], hash, __ATOMIC_RELAXED)
            == hash;
}
