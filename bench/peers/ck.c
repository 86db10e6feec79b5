/*
 * ck.c --
 *
 *      Concurrency Kit's ck_ht: one writer, any readers, in one process.
 *      Byte-string keys, XXH3 as the hash, as large as it will get from the
 *      start.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdlib.h>
#include <string.h>

/* Its headers are not written for our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <ck_ht.h>
#pragma GCC diagnostic pop

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../bench.h"

typedef struct Record {
    uint16_t value;
    uint16_t len;
    char path[];
} Record;

static ck_ht_t table;
static BenchArena arena;
static size_t tableBytes;

static void *
Allocate(size_t bytes)
{
    tableBytes += bytes;
    return malloc(bytes);
}

static void
Free(void *memory, size_t bytes, bool defer)
{
    (void) defer;
    tableBytes -= bytes;
    free(memory);
}

static struct ck_malloc allocator = {.malloc = Allocate, .free = Free};

static void
Hash(ck_ht_hash_t *hash, const void *key, size_t len, uint64_t seed)
{
    hash->value = (unsigned long) XXH3_64bits_withSeed(key, len, seed);
}

static int
Open(const char *dir, size_t pathCount)
{
    (void) dir;
    tableBytes = 0;
    BenchArenaInit(&arena, pathCount, 0);
    return !ck_ht_init(&table, CK_HT_MODE_BYTESTRING, Hash, &allocator,
            pathCount * 2, 1);
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    Record *record = BenchArenaTake(&arena, sizeof(Record) + len);
    ck_ht_entry_t entry;
    ck_ht_hash_t hash;

    record->value = (uint16_t) value;
    record->len = (uint16_t) len;
    memcpy(record->path, path, len);
    ck_ht_hash(&hash, &table, record->path, (uint16_t) len);
    ck_ht_entry_set(&entry, hash, record->path, (uint16_t) len, record);
    return !ck_ht_put_spmc(&table, hash, &entry);
}

static int
Search(const char *path, size_t len)
{
    ck_ht_entry_t entry;
    ck_ht_hash_t hash;

    ck_ht_hash(&hash, &table, path, (uint16_t) len);
    ck_ht_entry_key_set(&entry, path, (uint16_t) len);
    if (!ck_ht_get_spmc(&table, hash, &entry)) {
        return 0;
    }
    return ((const Record *) ck_ht_entry_value(&entry))->value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    *indexPtr = tableBytes;
    *allPtr = tableBytes + arena.used;
}

static void
Close(void)
{
    ck_ht_destroy(&table);
}

const BenchPeer benchCk = {
    .name = "ck", .every = 1, .open = Open, .insert = Insert,
    .search = Search, .size = Size, .close = Close
};
