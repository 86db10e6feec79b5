/*
 * urcu.c --
 *
 *      liburcu's lock-free hash table, in one process, with the QSBR flavour,
 *      whose readers pay nothing.  XXH3 as the hash, one bucket for each path
 *      from the start, records without malloc.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <urcu/urcu-qsbr.h>
#include <urcu/rculfhash.h>
#pragma GCC diagnostic pop

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../bench.h"

typedef struct Record {
    struct cds_lfht_node node;
    uint16_t value;
    uint16_t len;
    char path[];
} Record;

typedef struct Key {
    const char *path;
    size_t len;
} Key;

static struct cds_lfht *table;
static BenchArena arena;
static size_t bucketCount, recordCount;

static int
Open(const char *dir, size_t pathCount)
{
    (void) dir;
    for (bucketCount = 1024; bucketCount < pathCount; bucketCount *= 2) {
        continue;
    }
    recordCount = 0;
    BenchArenaInit(&arena, pathCount, 0);
    urcu_qsbr_register_thread();
    table = cds_lfht_new_flavor(bucketCount, 1024, 0, 0, &urcu_qsbr_flavor,
            NULL);
    return table == NULL;
}

static int
Match(struct cds_lfht_node *node, const void *wanted)
{
    const Record *record = (const Record *) node;
    const Key *key = wanted;

    return record->len == key->len
            && memcmp(record->path, key->path, key->len) == 0;
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    Record *record = BenchArenaTake(&arena, sizeof(Record) + len);
    Key key = {record->path, len};
    struct cds_lfht_node *found;

    recordCount++;
    record->value = (uint16_t) value;
    record->len = (uint16_t) len;
    memcpy(record->path, path, len);
    urcu_qsbr_read_lock();
    found = cds_lfht_add_unique(table, (unsigned long) XXH3_64bits(path, len),
            Match, &key, &record->node);
    urcu_qsbr_read_unlock();
    return found != &record->node;
}

static int
Search(const char *path, size_t len)
{
    Key key = {path, len};
    struct cds_lfht_iter iterator;
    struct cds_lfht_node *node;
    int value;

    urcu_qsbr_read_lock();
    cds_lfht_lookup(table, (unsigned long) XXH3_64bits(path, len), Match, &key,
            &iterator);
    node = cds_lfht_iter_get_node(&iterator);
    value = node == NULL ? 0 : ((const Record *) node)->value;
    urcu_qsbr_read_unlock();
    return value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    uint64_t buckets = bucketCount * sizeof(struct cds_lfht_node);

    *allPtr = buckets + arena.used;
    *indexPtr = buckets + recordCount * sizeof(struct cds_lfht_node);
}

/*
 * Close --
 *
 *      The process ends; the table's nodes need not be taken out first.
 */

static void
Close(void)
{
    urcu_qsbr_unregister_thread();
}

const BenchPeer benchUrcu = {
    .name = "urcu", .every = 1, .open = Open, .insert = Insert,
    .search = Search, .size = Size, .close = Close
};
