/*
 * judgeStarts.c --
 *
 *      Which programs were started and have not attached.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeStarts.h"
#include "../core/dtsmInt.h"

#include <string.h>

int
DtsmStartIsNoted(const Dtsm_Map *map, const char *key)
{
    unsigned flags;

    return Dtsm_Search(map, key, START_KEY_LEN, &flags) == DTSM_OK
            && (flags & START_NOTED) != 0;
}

void
DtsmStartNote(Dtsm_Map *map, const char *key, const char *path,
        size_t pathLen, char *block)
{
    size_t len = START_KEY_LEN + 1 + pathLen;
    unsigned flags;

    memmove(block + START_KEY_LEN + 1, path, pathLen);
    memcpy(block, key, START_KEY_LEN);
    block[START_KEY_LEN] = '\t';
    if (Dtsm_Search(map, block, len, &flags) != DTSM_OK) {
        Dtsm_Insert(map, block, len, START_ANY);
    }
}

void
DtsmStartCount(Dtsm_Map *map, const char *key, unsigned flags, int delta)
{
    DtsmBalance(map, key, START_KEY_LEN, START_ANY | flags, delta);
}

void
DtsmStartAttached(Dtsm_Map *map, const char *name)
{
    char key[START_KEY_LEN];

    DtsmTraceKeyStart("", name, key);
    DtsmBalance(map, key, START_KEY_LEN, START_ANY | START_ATTACHED, -1);
}

void
DtsmStartMounts(Dtsm_Map *map)
{
    Dtsm_Insert(map, TRACE_KEY_MOUNTS, sizeof(TRACE_KEY_MOUNTS) - 1,
            START_ANY);
}
