/*
 * tdb.c --
 *
 *      TDB: robust mutexes in the file instead of fcntl locks, no
 *      transactions, no sync, a hash chain for each path, the Jenkins hash.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <tdb.h>

#include "../bench.h"

/*
 * Mutexes come only with CLEAR_IF_FIRST: the maker keeps the file open while
 * others attach, so they never are the first.
 */

#define FLAGS   (TDB_NOSYNC | TDB_CLEAR_IF_FIRST | TDB_INCOMPATIBLE_HASH)

static struct tdb_context *tdb;
static char name[4096];

static int
OpenAs(const char *dir, int hashSize, int mode)
{
    int mutexes = tdb_runtime_check_for_robust_mutexes()
            ? TDB_MUTEX_LOCKING : 0;

    snprintf(name, sizeof(name), "%s/tdb", dir);
    tdb = tdb_open(name, hashSize, FLAGS | mutexes, mode, 0600);
    return tdb == NULL;
}

static int
Open(const char *dir, size_t pathCount)
{
    return OpenAs(dir, (int) pathCount, O_RDWR | O_CREAT);
}

static int
Attach(const char *dir, int writable)
{
    /* With mutexes even a reader writes. */
    (void) writable;
    if (tdb != NULL) {
        return tdb_reopen(tdb);         /* the maker's child */
    }
    return OpenAs(dir, 0, O_RDWR);
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    uint16_t stored = (uint16_t) value;
    TDB_DATA key = {(unsigned char *) (uintptr_t) path, len};
    TDB_DATA data = {(unsigned char *) &stored, sizeof(stored)};

    return tdb_store(tdb, key, data, 0) != 0;
}

static int
Parse(TDB_DATA key, TDB_DATA data, void *to)
{
    (void) key;
    memcpy(to, data.dptr, sizeof(uint16_t));
    return 0;
}

static int
Search(const char *path, size_t len)
{
    TDB_DATA key = {(unsigned char *) (uintptr_t) path, len};
    uint16_t value = 0;

    if (tdb_parse_record(tdb, key, Parse, &value) != 0) {
        return tdb_error(tdb) == TDB_ERR_NOEXIST ? 0 : -1;
    }
    return value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    *allPtr = tdb_map_size(tdb);
    *indexPtr = 0;
}

static void
Detach(void)
{
    tdb_close(tdb);
    tdb = NULL;
}

static void
Close(void)
{
    Detach();
    unlink(name);
}

const BenchPeer benchTdb = {
    .name = "tdb", .can = BENCH_SHARED | BENCH_WRITERS, .every = 1,
    .open = Open, .insert = Insert, .search = Search, .size = Size,
    .close = Close, .attach = Attach, .detach = Detach
};
