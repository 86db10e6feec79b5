/*
 * private.c --
 *
 *      The limit: an ordinary open-addressing table in private memory, with
 *      XXH3 and memcmp.  It shares nothing, checks nothing, never grows and
 *      knows its size beforehand.  "private" has 4 KiB pages, as malloc gives
 *      them; "private huge" has huge ones.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../bench.h"

typedef struct Record {
    uint16_t value;
    uint16_t len;
    char path[];
} Record;

typedef struct Slot {
    uint64_t hash;
    Record *record;
} Slot;

static Slot *slots;
static size_t mask;
static BenchArena arena;

static void
Prepare(size_t pathCount, int huge)
{
    size_t slotCount = 16;

    while (slotCount < pathCount * 2) {
        slotCount *= 2;
    }
    mask = slotCount - 1;
    slots = BenchMemory(slotCount * sizeof(Slot), huge);
    BenchArenaInit(&arena, pathCount, huge);
}

static int
Open(const char *dir, size_t pathCount)
{
    (void) dir;
    Prepare(pathCount, 0);
    return 0;
}

static int
OpenHuge(const char *dir, size_t pathCount)
{
    (void) dir;
    Prepare(pathCount, 1);
    return 0;
}

/*
 * Find --
 *
 *      The slot of path, or the free one where it belongs.
 */

static inline Slot *
Find(const char *path, size_t len, uint64_t hash)
{
    size_t i = (size_t) hash & mask;

    for (;; i = (i + 1) & mask) {
        Slot *slot = &slots[i];

        if (slot->record == NULL || (slot->hash == hash
                && slot->record->len == len
                && memcmp(slot->record->path, path, len) == 0)) {
            return slot;
        }
    }
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    uint64_t hash = XXH3_64bits(path, len);
    Slot *slot = Find(path, len, hash);

    if (slot->record == NULL) {
        Record *record = BenchArenaTake(&arena, sizeof(Record) + len);

        record->len = (uint16_t) len;
        memcpy(record->path, path, len);
        slot->hash = hash;
        slot->record = record;
    }
    slot->record->value = (uint16_t) value;
    return 0;
}

static int
Search(const char *path, size_t len)
{
    const Slot *slot = Find(path, len, XXH3_64bits(path, len));

    return slot->record == NULL ? 0 : slot->record->value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    *indexPtr = (mask + 1) * sizeof(Slot);
    *allPtr = *indexPtr + arena.used;
}

static void
Close(void)
{
}

/*
 * Attach --
 *
 *      A table of one's own: two processes that fill two of them show how much
 *      faster than one this machine lets two processes be.
 */

static int
Attach(const char *dir, int writable)
{
    (void) writable;
    return Open(dir, (mask + 1) / 2);
}

const BenchPeer benchPrivate = {
    .name = "private", .can = BENCH_WRITERS, .every = 1, .open = Open,
    .insert = Insert, .search = Search, .size = Size, .close = Close,
    .attach = Attach
};

const BenchPeer benchPrivateHuge = {
    .name = "private-huge", .every = 1, .open = OpenHuge, .insert = Insert,
    .search = Search, .size = Size, .close = Close
};
