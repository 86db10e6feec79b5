/*
 * dtsmMap.c --
 *
 *      Create, attach, validate, close; the words of a session.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <string.h>

#include "dtsmInt.h"
#include "dtsmSlot.h"

#define ROOT_BITS       14      /* 1 MiB of buckets, unless told better; */
#define ROOT_BITS_LEAST 4
#define ROOT_LOAD       4       /* paths a bucket, at most, as far as told; */
#define ROOT_BITS_MOST  24
#define ROOT_SHARE      16      /* at most this part of the window */
#define RECORD_GUESS    88      /* bytes of a path that is expected */
#ifdef __APPLE__                                /* of a map that cannot grow: */
#define FIXED_BYTES     (UINT64_C(16) << 20)    /* these are written, */
#else
#define FIXED_BYTES     (UINT64_C(64) << 20)    /* these are reserved */
#endif

/*
 * The first attachment of a process needs no page of its own: an injected
 * library has just one, and pays for each page that it touches.
 */

static Dtsm_Map firstMap;
static atomic_flag firstTaken = ATOMIC_FLAG_INIT;

static Dtsm_Map *
NewHandle(void)
{
    Dtsm_Map *map;

    if (!atomic_flag_test_and_set(&firstTaken)) {
        firstMap.fixed = true;
        return &firstMap;
    }
    map = DtsmpPage(sizeof(Dtsm_Map));
    if (map != NULL) {
        map->fixed = false;
    }
    return map;
}

static void
FreeHandle(Dtsm_Map *map)
{
    if (map->fixed) {
        atomic_flag_clear(&firstTaken);
    } else {
        DtsmpUnmap(map, sizeof(Dtsm_Map));
    }
}

/*
 * HugeBytes --
 *
 *      Have memory from the map's start, bytes of it or more, in huge pages
 *      where the kernel gives them.  Returns how much; 0 for nothing.
 */

static uint64_t
HugeBytes(Dtsm_Map *map, uint64_t bytes)
{
    bytes = (bytes + DTSM_HUGE_BYTES - 1) & ~(DTSM_HUGE_BYTES - 1);
    if (bytes > map->window || !DtsmReveal(map, bytes)) {
        return 0;
    }
    DtsmpCollapse(map->base, bytes);
    return DtsmpPopulate(map->base, bytes) ? bytes : 0;
}

/*
 * FirstBytes --
 *
 *      Memory for a new map, wanted bytes of it or, where there is less, least
 *      or more; 0 when there is none.
 *      A map that cannot grow, because the kernel lacks MADV_POPULATE_WRITE,
 *      gets all that it will ever have now: as much as goes, in halves.
 */

static uint64_t
FirstBytes(Dtsm_Map *map, const DtsmpFile *file, uint64_t least,
        uint64_t wanted)
{
    uint64_t bytes = HugeBytes(map, wanted);

    if (bytes == 0) {
        bytes = HugeBytes(map, least);
    }
    if (bytes != 0) {
        return bytes;
    }
    if (DtsmReveal(map, least) && DtsmpPopulate(map->base, least)) {
        return least;
    }
    bytes = FIXED_BYTES;
    while (bytes < wanted) {
        bytes *= 2;
    }
    for (; bytes > least; bytes /= 2) {
        if (bytes <= map->window && DtsmpAllocate(file, bytes)) {
            return bytes;
        }
    }
    return DtsmpAllocate(file, least) ? least : 0;
}

static void
SetSeed(Dtsm_Map *map, uint64_t seed)
{
    map->seed = seed;
    XXH3_generateSecret_fromSeed(map->secret, seed);
}

static void
SetRoot(Dtsm_Map *map, DtsmOffset root, unsigned rootBits)
{
    map->buckets = (DtsmBucket *) (void *) (map->base + root);
    map->rootBits = rootBits;
    map->pairMask = (UINT64_C(1) << (rootBits + DTSM_SLOT_BITS)) - 2;
}

/*
 * Initialise --
 *
 *      Write a new map into a file of zeros.  The magic word comes last: a
 *      file without it is not a map yet.
 */

static int
Initialise(Dtsm_Map *map, const DtsmpFile *file, uint64_t pathCount)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    unsigned rootBits = pathCount == 0 ? ROOT_BITS : ROOT_BITS_LEAST;
    DtsmSnapshot *snapshot;
    DtsmOffset offset;
    uint64_t ready;
    int status;

    while (rootBits < ROOT_BITS_MOST
            && pathCount / ROOT_LOAD > UINT64_C(1) << rootBits) {
        rootBits++;
    }
    while (rootBits > ROOT_BITS_LEAST && (sizeof(DtsmBucket) << rootBits)
            > map->window / ROOT_SHARE) {
        rootBits--;
    }
    ready = DTSM_HEADER_BYTES + (sizeof(DtsmBucket) << rootBits);
    ready = (ready + 2 * DTSM_HEADER_BYTES - 1)
            & ~(uint64_t) (DTSM_HEADER_BYTES - 1);
    ready = FirstBytes(map, file, ready, pathCount > map->window / RECORD_GUESS
            ? ready : ready + pathCount * RECORD_GUESS);
    if (ready == 0) {
        return DTSM_FULL;
    }
    header->format = DTSM_FORMAT;
    header->headerBytes = DTSM_HEADER_BYTES;
    header->seed = DtsmpRandom();
    SetSeed(map, header->seed);
    header->window = map->window;
    header->root = DTSM_HEADER_BYTES;
    header->rootBits = rootBits;
    header->fold = map->folds ? DTSM_FOLD_ASCII : DTSM_FOLD_NONE;
    SetRoot(map, header->root, rootBits);
    atomic_store(&header->cursor, header->root
            + (sizeof(DtsmBucket) << rootBits));
    atomic_store(&header->ready, ready);
    status = DtsmAlloc(map, sizeof(DtsmSnapshot), 8, &offset);
    if (status != DTSM_OK) {
        return status;
    }
    snapshot = (DtsmSnapshot *) (void *) (map->base + offset);
    memset(snapshot, 0, sizeof(*snapshot));
    snapshot->version = DTSM_VERSION_FIRST;
    atomic_store(&header->policy, (uint64_t) DTSM_VERSION_FIRST
            << DTSM_OFFSET_BITS | offset);
    atomic_store_explicit(&header->magic, DTSM_MAGIC, memory_order_release);
    return DTSM_OK;
}

/*
 * IsCut --
 *
 *      Whether end lies in the file but not in our window.
 */

static bool
IsCut(const Dtsm_Map *map, const DtsmpFile *file, DtsmOffset end)
{
    return end > map->window && end <= file->length;
}

/*
 * Validate --
 *
 *      Read the constants of an existing map.  What lies behind them is
 *      checked as it is used.
 */

static int
Validate(Dtsm_Map *map, const DtsmpFile *file)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t policy = DtsmPolicyNow(map);
    DtsmOffset root;
    unsigned rootBits;
    uint32_t fold;
    uint64_t ready;

    if (atomic_load_explicit(&header->magic, memory_order_acquire)
            != DTSM_MAGIC) {
        return DTSM_CORRUPT;
    }
    fold = DTSM_ONCE(header->fold);                 /* F1 */
    if (header->format != DTSM_FORMAT || fold > DTSM_FOLD_ASCII) {
        return DTSM_VERSION;
    }
    if (map->folds && fold == DTSM_FOLD_NONE) {
        return DTSM_INVALID;
    }
    map->folds = fold == DTSM_FOLD_ASCII;
    SetSeed(map, header->seed);
    root = DTSM_ONCE(header->root);                 /* F1 */
    rootBits = DTSM_ONCE(header->rootBits);
    if (header->headerBytes != DTSM_HEADER_BYTES
            || rootBits < ROOT_BITS_LEAST || rootBits > ROOT_BITS_MOST
            || header->window != file->length
            || DtsmPolicyVersion(policy) == DTSM_VERSION_NONE) {
        return DTSM_CORRUPT;
    }
    if (IsCut(map, file, root + (sizeof(DtsmBucket) << rootBits))
            || IsCut(map, file, (policy & DTSM_OFFSET_MASK)
                    + sizeof(DtsmSnapshot))) {
        errno = ENOMEM;
        return DTSM_SYSTEM;
    }
    ready = DtsmReadyNow(map);
    if (root < DTSM_HEADER_BYTES || root % sizeof(DtsmBucket) != 0
            || root > ready || sizeof(DtsmBucket) << rootBits > ready - root
            || DtsmSnapshotOf(map, policy) == NULL) {
        return DTSM_CORRUPT;
    }
    SetRoot(map, root, rootBits);
    return DTSM_OK;
}

int
Dtsm_Open(const char *file, int mode, Dtsm_Map **mapPtr)
{
    return Dtsm_OpenSized(file, mode, 0, mapPtr);
}

int
Dtsm_OpenSized(const char *file, int mode, uint64_t pathCount,
        Dtsm_Map **mapPtr)
{
    DtsmpFile opened;
    Dtsm_Map *map;
    int status;

    *mapPtr = NULL;
    if (file == NULL
            || (mode & ~(DTSM_RDWR | DTSM_CREATE | DTSM_EXCL | DTSM_NOCASE))
                != 0
            || ((mode & (DTSM_EXCL | DTSM_NOCASE)) != 0
                && (mode & DTSM_CREATE) == 0)) {
        return DTSM_INVALID;
    }
    status = DtsmpFileOpen(file, mode, &opened);
    if (status != DTSM_OK) {
        return status;
    }
    map = NewHandle();
    if (map == NULL) {
        errno = ENOMEM;
        status = DTSM_SYSTEM;
    } else {
        map->base = opened.base;
        map->window = opened.mapped;
        map->writable = (mode & (DTSM_RDWR | DTSM_CREATE)) != 0;
        map->folds = (mode & DTSM_NOCASE) != 0;     /* as is wanted */
        map->creator = opened.made;
        atomic_store(&map->ready, 0);
        atomic_store(&map->open, opened.open);
        atomic_store(&map->easyUnits, 0);
        atomic_store(&map->taken, 0);
        atomic_store(&map->spare, NULL);
        status = opened.made ? Initialise(map, &opened, pathCount)
                : Validate(map, &opened);
    }
    if (opened.made) {
        DtsmpFileMade(&opened, status == DTSM_OK);
    }
    if (status != DTSM_OK) {
        if (opened.base != NULL) {
            DtsmpUnmap(opened.base, opened.mapped);
        }
        if (map != NULL) {
            FreeHandle(map);
        }
        return status;
    }
    *mapPtr = map;
    return DTSM_OK;
}

void
Dtsm_Close(Dtsm_Map *map)
{
    if (map != NULL) {
        DtsmDropSpare(map);
        DtsmpUnmap(map->base, map->window);
        FreeHandle(map);
    }
}

void
DtsmShrink(Dtsm_Map *map, uint64_t bytes)
{
    uint64_t former = __atomic_load_n(&map->window, __ATOMIC_RELAXED);

    bytes = (bytes + DTSM_HUGE_BYTES - 1) & ~(uint64_t) (DTSM_HUGE_BYTES - 1);
    if (bytes < former && bytes >= DtsmReadyNow(map)
            && __atomic_compare_exchange_n(&map->window, &former, bytes, 0,
                    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        DtsmpUnmap(map->base + bytes, former - bytes);
    }
}

void
Dtsm_Stat(const Dtsm_Map *map, Dtsm_Stats *statsPtr)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t policy = DtsmPolicyNow(map);
    const DtsmSnapshot *snapshot = DtsmSnapshotOf(map, policy);
    int i;

    statsPtr->usedBytes = atomic_load(&header->cursor);
    statsPtr->readyBytes = atomic_load(&header->ready);
    statsPtr->windowBytes = map->window;
    statsPtr->rules = snapshot == NULL ? 0 : snapshot->ruleCount;
    statsPtr->policyVersion = snapshot == NULL ? 0 : snapshot->version;
    statsPtr->policySpent = DtsmPolicyVersion(policy) == DTSM_SPENT;
    statsPtr->rootBits = map->rootBits;
    statsPtr->fence = Dtsm_Fence(map);
    statsPtr->noCase = map->folds;
    statsPtr->processes = DtsmProcessCount(map);
    statsPtr->accessRoom = atomic_load(&header->accessRoom);
    for (i = 0; i < DTSM_COUNTERS; i++) {
        statsPtr->counters[i] = atomic_load(&header->counters[i]);
    }
}

uint64_t
Dtsm_Count(Dtsm_Map *map, Dtsm_Counter counter, int delta)
{
    uint64_t change = (uint64_t) (int64_t) delta;

    if (!map->writable || (unsigned) counter >= DTSM_COUNTERS) {
        return 0;
    }
    return atomic_fetch_add(&DtsmHeaderOf(map)->counters[counter], change)
            + change;
}

int
Dtsm_SetFence(Dtsm_Map *map, int on)
{
    if (!map->writable) {
        return DTSM_READONLY;
    }
    atomic_store(&DtsmHeaderOf(map)->fence, on ? 1 : 0);
    return DTSM_OK;
}

int
Dtsm_Fence(const Dtsm_Map *map)
{
    return atomic_load(&DtsmHeaderOf(map)->fence) == 1;
}
