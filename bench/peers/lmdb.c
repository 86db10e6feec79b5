/*
 * lmdb.c --
 *
 *      LMDB: a writable map, nothing ever synced to a disk, inserts in
 *      transactions of BATCH, a read transaction that is renewed for each
 *      search, as it must be to see what others have inserted meanwhile.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../bench.h"

#define BATCH       1000
#define KEY_MOST    511         /* what LMDB is compiled for */

static MDB_env *env;
static MDB_dbi dbi;
static MDB_txn *writer, *reader;
static unsigned batched;
static char name[4096];

static int
OpenAs(const char *dir, unsigned flags)
{
    MDB_txn *txn;

    writer = reader = NULL;
    batched = 0;
    snprintf(name, sizeof(name), "%s/lmdb", dir);
    if (mdb_env_create(&env) != 0
            || mdb_env_set_mapsize(env, (size_t) 8 << 30) != 0
            || mdb_env_open(env, name, flags | MDB_NOSUBDIR, 0600) != 0
            || mdb_txn_begin(env, NULL, flags & MDB_RDONLY, &txn) != 0
            || mdb_dbi_open(txn, NULL, 0, &dbi) != 0) {
        return 1;
    }
    if ((flags & MDB_RDONLY) != 0) {
        reader = txn;
        return 0;
    }
    return mdb_txn_commit(txn) != 0;
}

#define WRITABLE (MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC)

static int
Open(const char *dir, size_t pathCount)
{
    (void) pathCount;
    return OpenAs(dir, WRITABLE);
}

static int
Attach(const char *dir, int writable)
{
    return OpenAs(dir, writable ? WRITABLE : MDB_RDONLY);
}

static int
Flush(void)
{
    int failed = writer != NULL && mdb_txn_commit(writer) != 0;

    writer = NULL;
    batched = 0;
    return failed;
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    uint16_t stored = (uint16_t) value;
    MDB_val key = {len, (void *) (uintptr_t) path};
    MDB_val data = {sizeof(stored), &stored};

    if (len > KEY_MOST || (writer == NULL
            && mdb_txn_begin(env, NULL, 0, &writer) != 0)) {
        return 1;
    }
    if (mdb_put(writer, dbi, &key, &data, 0) != 0) {
        return 1;
    }
    return ++batched == BATCH ? Flush() : 0;
}

static int
Search(const char *path, size_t len)
{
    MDB_val key = {len, (void *) (uintptr_t) path}, data;
    uint16_t value = 0;
    int status;

    if (reader == NULL) {
        if (mdb_txn_begin(env, NULL, MDB_RDONLY, &reader) != 0) {
            return -1;
        }
    } else {
        mdb_txn_reset(reader);
        if (mdb_txn_renew(reader) != 0) {
            return -1;
        }
    }
    status = mdb_get(reader, dbi, &key, &data);
    if (status == MDB_NOTFOUND) {
        return 0;
    }
    if (status != 0) {
        return -1;
    }
    memcpy(&value, data.mv_data, sizeof(value));
    return value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    MDB_envinfo info;
    MDB_stat stat;

    mdb_env_info(env, &info);
    mdb_env_stat(env, &stat);
    *allPtr = (uint64_t) (info.me_last_pgno + 1) * stat.ms_psize;
    *indexPtr = 0;
}

static void
Detach(void)
{
    if (reader != NULL) {
        mdb_txn_abort(reader);
    }
    mdb_env_close(env);
}

static void
Close(void)
{
    char lock[4200];

    Detach();
    unlink(name);
    snprintf(lock, sizeof(lock), "%s-lock", name);
    unlink(lock);
}

const BenchPeer benchLmdb = {
    .name = "lmdb", .can = BENCH_SHARED | BENCH_WRITERS, .every = 1,
    .open = Open, .insert = Insert, .flush = Flush, .search = Search,
    .size = Size, .close = Close, .attach = Attach, .detach = Detach
};
