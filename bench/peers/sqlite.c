/*
 * sqlite.c --
 *
 *      SQLite in WAL mode: never synced, mapped reads, a table without rowid,
 *      prepared statements, inserts in transactions of BATCH, each search a
 *      transaction of its own, as it must be to see what others inserted.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "../bench.h"

#define BATCH   1000

static sqlite3 *db;
static sqlite3_stmt *insert, *search;
static unsigned batched;
static char name[4096];

static int
Run(const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK;
}

static int
OpenAs(const char *dir, int flags)
{
    batched = 0;
    insert = search = NULL;
    snprintf(name, sizeof(name), "%s/sqlite", dir);
    return sqlite3_open_v2(name, &db, flags | SQLITE_OPEN_NOMUTEX, NULL)
                != SQLITE_OK
            || Run("pragma synchronous=off") || Run("pragma mmap_size=1073741824")
            || Run("pragma cache_size=-65536");
}

static int
Prepare(const char *sql, sqlite3_stmt **statementPtr)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT,
            statementPtr, NULL) != SQLITE_OK;
}

static int
Open(const char *dir, size_t pathCount)
{
    (void) pathCount;
    return OpenAs(dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
            || Run("pragma journal_mode=wal")
            || Run("create table map (path blob primary key, value int)"
                " without rowid")
            || Prepare("insert or replace into map values (?, ?)", &insert)
            || Prepare("select value from map where path = ?", &search);
}

static int
Attach(const char *dir, int writable)
{
    return OpenAs(dir, writable ? SQLITE_OPEN_READWRITE
                : SQLITE_OPEN_READONLY)
            || Prepare("select value from map where path = ?", &search);
}

static int
Flush(void)
{
    int failed = batched != 0 && Run("commit");

    batched = 0;
    return failed;
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    int failed = batched == 0 && Run("begin");

    sqlite3_bind_blob(insert, 1, path, (int) len, SQLITE_STATIC);
    sqlite3_bind_int(insert, 2, (int) value);
    failed |= sqlite3_step(insert) != SQLITE_DONE;
    sqlite3_reset(insert);
    batched++;
    return failed || (batched == BATCH && Flush());
}

static int
Search(const char *path, size_t len)
{
    int status, value = 0;

    sqlite3_bind_blob(search, 1, path, (int) len, SQLITE_STATIC);
    status = sqlite3_step(search);
    if (status == SQLITE_ROW) {
        value = sqlite3_column_int(search, 0);
    } else if (status != SQLITE_DONE) {
        value = -1;
    }
    sqlite3_reset(search);
    return value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    sqlite3_stmt *statement;

    *allPtr = *indexPtr = 0;
    if (!Prepare("select page_count * page_size from pragma_page_count,"
            " pragma_page_size", &statement)) {
        if (sqlite3_step(statement) == SQLITE_ROW) {
            *allPtr = (uint64_t) sqlite3_column_int64(statement, 0);
        }
        sqlite3_finalize(statement);
    }
}

static void
Detach(void)
{
    sqlite3_finalize(insert);
    sqlite3_finalize(search);
    sqlite3_close(db);
}

static void
Close(void)
{
    char beside[4200];

    Detach();
    unlink(name);
    snprintf(beside, sizeof(beside), "%s-wal", name);
    unlink(beside);
    snprintf(beside, sizeof(beside), "%s-shm", name);
    unlink(beside);
}

const BenchPeer benchSqlite = {
    .name = "sqlite", .can = BENCH_SHARED, .every = 5, .open = Open,
    .insert = Insert, .flush = Flush, .search = Search, .size = Size,
    .close = Close, .attach = Attach, .detach = Detach
};
