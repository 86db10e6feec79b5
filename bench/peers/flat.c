/*
 * flat.c --
 *
 *      The least that anything shared can cost: the private table, laid out
 *      once in a file of just its size, with huge pages where there are any.
 *      Who attaches maps it and reads.  It checks nothing, does not grow, and
 *      nobody may write while others read.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../bench.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define HUGE_PAGE   ((size_t) 2 << 20)
#define PLACE       ((void *) (UINT64_C(3) << 44))  /* on a huge page's start */

typedef struct Record {
    uint16_t value;
    uint16_t len;
    char path[];
} Record;

typedef struct Slot {
    uint64_t hash;
    uint64_t record;            /* offset in the file; 0: free */
} Slot;

typedef struct Table {
    uint64_t mask;
    uint64_t used;              /* bytes of the file */
    uint64_t unused[6];
    Slot slots[];
} Table;

static Table *table;
static size_t mapped;
static char name[4096];

static int
Map(const char *dir, int flags, int protection, size_t bytes)
{
    struct stat status;
    int fd;

    snprintf(name, sizeof(name), "%s/flat", dir);
    fd = open(name, flags | O_CLOEXEC, 0600);
    if (fd < 0 || (bytes != 0 && ftruncate(fd, (off_t) bytes) != 0)
            || fstat(fd, &status) != 0) {
        return -1;
    }
    mapped = (size_t) status.st_size;
    table = mmap(PLACE, mapped, protection, MAP_SHARED, fd, 0);
    close(fd);
    return table == MAP_FAILED ? -1 : 0;
}

static int
Open(const char *dir, size_t pathCount)
{
    size_t slotCount = 16, bytes;

    while (slotCount < pathCount * 2) {
        slotCount *= 2;
    }
    bytes = sizeof(Table) + slotCount * sizeof(Slot);
    if (Map(dir, O_RDWR | O_CREAT | O_EXCL, PROT_READ | PROT_WRITE,
            (bytes + pathCount * 512 + HUGE_PAGE) & ~(HUGE_PAGE - 1)) != 0) {
        return -1;
    }
    table->mask = slotCount - 1;
    table->used = bytes;
    return 0;
}

static int
Attach(const char *dir, int writable)
{
    return writable ? -1 : Map(dir, O_RDONLY, PROT_READ, 0);
}

static inline Slot *
Find(const char *path, size_t len, uint64_t hash)
{
    size_t i = (size_t) (hash & table->mask);

    for (;; i = (i + 1) & table->mask) {
        Slot *slot = &table->slots[i];
        const Record *record = (const Record *) (const void *)
                ((const char *) table + slot->record);

        if (slot->record == 0 || (slot->hash == hash && record->len == len
                && memcmp(record->path, path, len) == 0)) {
            return slot;
        }
    }
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    uint64_t hash = XXH3_64bits(path, len);
    Slot *slot = Find(path, len, hash);
    Record *record;

    if (slot->record == 0) {
        record = (Record *) (void *) ((char *) table + table->used);
        record->len = (uint16_t) len;
        memcpy(record->path, path, len);
        slot->hash = hash;
        slot->record = table->used;
        table->used += (sizeof(Record) + len + 7) & ~(size_t) 7;
    }
    record = (Record *) (void *) ((char *) table + slot->record);
    record->value = (uint16_t) value;
    return 0;
}

/*
 * Flush --
 *
 *      All are in: now take huge pages.
 */

static int
Flush(void)
{
    madvise(table, (table->used + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1),
            MADV_COLLAPSE);
    return 0;
}

static int
Search(const char *path, size_t len)
{
    const Slot *slot = Find(path, len, XXH3_64bits(path, len));

    return slot->record == 0 ? 0 : ((const Record *) (const void *)
            ((const char *) table + slot->record))->value;
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    *allPtr = table->used;
    *indexPtr = sizeof(Table) + (table->mask + 1) * sizeof(Slot);
}

static void
Detach(void)
{
    munmap(table, mapped);
}

static void
Close(void)
{
    Detach();
    unlink(name);
}

const BenchPeer benchFlat = {
    .name = "flat", .can = BENCH_SHARED, .every = 1, .open = Open,
    .insert = Insert, .flush = Flush, .search = Search, .size = Size,
    .close = Close, .attach = Attach, .detach = Detach
};
