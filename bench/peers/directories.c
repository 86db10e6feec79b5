/*
 * directories.c --
 *
 *      What a map would be whose records hold a path's last component and
 *      name the record of its directory: the private table with such records.
 *      It shows what they save and what they cost; the product has none.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../bench.h"

typedef struct Record {
    uint64_t word;              /* as large as dtsm's; value 0: a directory's */
    uint32_t directory;            /* of the directory's record, in units of 8 */
    uint16_t len;               /* of name */
    char name[];                /* "/" and the last component */
} Record;

#define RECORD_HEAD     offsetof(Record, name)
#define UNIT            8
#define SLOTS_LEAST     ((size_t) 1 << 16)      /* few paths, many directories */

typedef struct Slot {
    uint64_t hash;
    Record *record;
} Slot;

static Slot *slots;
static size_t mask;
static BenchArena arena;

static int
Open(const char *dir, size_t pathCount)
{
    size_t slotCount = SLOTS_LEAST;

    (void) dir;
    while (slotCount < pathCount * 2) {
        slotCount *= 2;
    }
    mask = slotCount - 1;
    slots = BenchMemory(slotCount * sizeof(Slot), 1);
    BenchArenaInit(&arena, pathCount, 1);
    BenchArenaTake(&arena, UNIT);       /* nobody's directory is 0 */
    return 0;
}

/*
 * IsPath --
 *
 *      Whether record is that of path, component by component from its end.
 */

static inline int
IsPath(const Record *record, const char *path, size_t len)
{
    for (;;) {
        if (record->len > len || memcmp(record->name,
                path + len - record->len, record->len) != 0) {
            return 0;
        }
        len -= record->len;
        if (record->directory == 0) {
            return len == 0;
        }
        record = (const Record *) (const void *)
                (arena.base + (size_t) record->directory * UNIT);
    }
}

static inline Slot *
Find(const char *path, size_t len, uint64_t hash)
{
    size_t i = (size_t) hash & mask;

    for (;; i = (i + 1) & mask) {
        Slot *slot = &slots[i];

        if (slot->record == NULL || (slot->hash == hash
                && IsPath(slot->record, path, len))) {
            return slot;
        }
    }
}

/*
 * Make --
 *
 *      The record of path, made with those of its directories where there is
 *      none.  path begins with a slash and is folded.
 */

static Record *
Make(const char *path, size_t len)
{
    uint64_t hash = XXH3_64bits(path, len);
    Slot *slot = Find(path, len, hash);

    if (slot->record == NULL) {
        size_t end = len - 1;
        Record *directory = NULL, *record;

        while (end > 0 && path[end] != '/') {
            end--;
        }
        if (end > 0) {
            directory = Make(path, end);
            slot = Find(path, len, hash);
        }
        record = BenchArenaTake(&arena, RECORD_HEAD + len - end);
        record->word = 0;
        record->directory = directory == NULL ? 0
                : (uint32_t) (((char *) directory - arena.base) / UNIT);
        record->len = (uint16_t) (len - end);
        memcpy(record->name, path + end, len - end);
        slot->hash = hash;
        slot->record = record;
    }
    return slot->record;
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    Make(path, len)->word = value;
    return 0;
}

static int
Search(const char *path, size_t len)
{
    const Slot *slot = Find(path, len, XXH3_64bits(path, len));

    return slot->record == NULL ? 0 : (int) slot->record->word;
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

const BenchPeer benchDirectories = {
    .name = "directories", .every = 1, .open = Open, .insert = Insert,
    .search = Search, .size = Size, .close = Close
};
