/*
 * dtsm.c --
 *
 *      Ours: the public interface of libdtsm.a, as any user has it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <unistd.h>

#include "../../core/dtsm.h"
#include "../bench.h"

static Dtsm_Map *map;
static char name[4096];
static size_t recordBytes;      /* of what this process inserted */

#define RECORD_HEAD 10          /* bytes of a record beside its path */

static int
OpenAs(const char *dir, int mode, size_t pathCount)
{
    snprintf(name, sizeof(name), "%s/dtsm", dir);
    return Dtsm_OpenSized(name, mode, pathCount, &map) != DTSM_OK;
}

static int
Open(const char *dir, size_t pathCount)
{
    recordBytes = 0;
    return OpenAs(dir, DTSM_CREATE | DTSM_EXCL, pathCount);
}

static int
Attach(const char *dir, int writable)
{
    return OpenAs(dir, writable ? DTSM_RDWR : DTSM_RDONLY, 0);
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    recordBytes += (RECORD_HEAD + len + 7) & ~(size_t) 7;
    return Dtsm_Insert(map, path, len, value) != DTSM_OK;
}

static int
Rule(const char *path, size_t len, unsigned value)
{
    return Dtsm_Insert(map, path, len, value | DTSM_PREFIX) != DTSM_OK;
}

static int
Search(const char *path, size_t len)
{
    unsigned flags;
    int status = Dtsm_Search(map, path, len, &flags);

    if (status == DTSM_OK) {
        return (int) (flags & BENCH_VALUE_MOST);
    }
    return status == DTSM_NOTFOUND ? 0 : -1;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    Dtsm_Stats stats;

    Dtsm_Stat(map, &stats);
    *allPtr = stats.usedBytes;
    *indexPtr = stats.usedBytes - recordBytes;
}

static void
Detach(void)
{
    Dtsm_Close(map);
}

static void
Close(void)
{
    Dtsm_Close(map);
    unlink(name);
}

const BenchPeer benchDtsm = {
    .name = "dtsm", .can = BENCH_SHARED | BENCH_WRITERS, .every = 1,
    .open = Open, .insert = Insert, .search = Search, .rule = Rule,
    .size = Size, .close = Close, .attach = Attach, .detach = Detach
};
