/*
 * dtsmAccess.c --
 *
 *      The recording, written: what a process touches.  R3 to R5 in
 *      dtsmSlot.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "dtsmInt.h"
#include "dtsmSlot.h"

/*
 * Dtsm_Process.room (R4), one word:
 *
 *          63   chunk's unit   27 | 26 size 22 | 21   index   0
 *
 * 0: not begun.  NO_ROOM: begun, and accesses are only counted.
 */

#define ROOM_UNIT       27
#define ROOM_SIZE       22
#define ROOM_INDEX      ((UINT64_C(1) << ROOM_SIZE) - 1)
#define NO_ROOM         (UINT64_C(31) << ROOM_SIZE)

#define EARLY_WORDS     8

#define UNIT_BITS       (~UINT64_C(0) << DTSM_ACCESS_UNIT)
#define TIME_BITS       ((UINT64_C(1) << DTSM_ACCESS_TIME) - 1)

static inline unsigned
RoomSize(uint64_t room)
{
    return (unsigned) (room >> ROOM_SIZE) & 31;
}

static inline DtsmOffset
RoomOffset(uint64_t room)
{
    return (room >> ROOM_UNIT) * DTSM_UNIT;
}

static inline uint64_t
RoomOf(DtsmOffset chunk, unsigned size)
{
    return chunk / DTSM_UNIT << ROOM_UNIT | (uint64_t) size << ROOM_SIZE;
}

bool
DtsmTakeRoom(Dtsm_Map *map, uint64_t words)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t most = Dtsm_Recording(map);
    uint64_t room = atomic_load_explicit(&header->accessRoom,
            memory_order_relaxed);

    if (room > most || words > most - room) {
        return false;
    }
    atomic_fetch_add_explicit(&header->accessRoom, words,
            memory_order_relaxed);
    return true;
}

static void
ReturnRoom(Dtsm_Map *map, uint64_t words)
{
    atomic_fetch_sub_explicit(&DtsmHeaderOf(map)->accessRoom, words,
            memory_order_relaxed);
}

void
DtsmClearChunk(Dtsm_Map *map, DtsmOffset offset, unsigned size)
{
    DtsmChunk *chunk = (DtsmChunk *) (void *) (map->base + offset);

    memset(chunk, 0, DtsmChunkBytes(size));
    chunk->words = DtsmChunkWords(size);
}

void
DtsmStartRoom(Dtsm_Process *process, DtsmOffset chunk)
{
    __atomic_store_n(&process->room, chunk == 0 ? NO_ROOM : RoomOf(chunk, 0),
            __ATOMIC_RELEASE);                                  /* R4 */
}

/*
 * NewChunk --
 *
 *      A cleared chunk that nobody knows yet, its room taken; 0: none.
 */

static DtsmOffset
NewChunk(Dtsm_Map *map, unsigned size)
{
    DtsmOffset offset;

    if (!DtsmTakeRoom(map, DtsmChunkWords(size))) {
        return 0;
    }
    if (DtsmAlloc(map, DtsmChunkBytes(size), DTSM_UNIT, &offset) != DTSM_OK) {
        ReturnRoom(map, DtsmChunkWords(size));
        return 0;
    }
    DtsmClearChunk(map, offset, size);
    return offset;
}

/*
 * NextOf --
 *
 *      The chunk behind the one of a size at offset, made if there is none; 0
 *      when there is no room.
 */

static DtsmOffset
NextOf(Dtsm_Map *map, DtsmOffset offset, unsigned size, unsigned nextSize)
{
    DtsmChunk *chunk = DtsmAt(map, offset, DtsmChunkBytes(size), DTSM_UNIT);
    DtsmOffset fresh;
    uint64_t next;

    if (chunk == NULL) {
        return 0;
    }
    next = atomic_load_explicit(&chunk->next, memory_order_acquire); /* R4 */
    if (next == 0) {
        fresh = NewChunk(map, nextSize);
        if (fresh == 0) {
            return 0;
        }
        if (atomic_compare_exchange_strong_explicit(&chunk->next, &next,
                fresh, memory_order_acq_rel, memory_order_acquire)) { /* R4 */
            return fresh;
        }
        DtsmGiveBack(map, fresh, fresh + DtsmChunkBytes(nextSize));
        ReturnRoom(map, DtsmChunkWords(nextSize));
    }
    return DtsmAt(map, next, DtsmChunkBytes(nextSize), DTSM_UNIT) == NULL
            || next >> DTSM_OFFSET_BITS != 0 ? 0 : next;
}

/*
 * GoOn --
 *
 *      The chunk that room tells of is full: have the process go on in the
 *      next, unless another thread has done so.
 */

static void
GoOn(Dtsm_Map *map, Dtsm_Process *process, uint64_t room)
{
    unsigned size = RoomSize(room);
    unsigned nextSize = size + 1 < DTSM_CHUNK_SIZES ? size + 1 : size;
    DtsmOffset next = NextOf(map, RoomOffset(room), size, nextSize);

    (void) __atomic_compare_exchange_n(&process->room, &room,
            next == 0 ? NO_ROOM : RoomOf(next, nextSize), false,
            __ATOMIC_RELEASE, __ATOMIC_RELAXED);                /* R4 */
}

/*
 * Append --
 *
 *      Store a word behind the process's others.  The chunk's address is
 *      checked anew: our mapping may have shrunk.
 */

static void
Append(Dtsm_Map *map, Dtsm_Process *process, uint64_t word)
{
    uint64_t room = __atomic_load_n(&process->room, __ATOMIC_ACQUIRE);
    DtsmChunk *chunk;

    while (RoomOffset(room) != 0) {
        unsigned size = RoomSize(room);

        if ((room & ROOM_INDEX) == DtsmChunkWords(size)) {
            GoOn(map, process, room);
            room = __atomic_load_n(&process->room, __ATOMIC_ACQUIRE);
        } else if (__atomic_compare_exchange_n(&process->room, &room, room + 1,
                true, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {    /* R4 */
            chunk = DtsmAt(map, RoomOffset(room), DtsmChunkBytes(size),
                    DTSM_UNIT);
            if (chunk != NULL) {
                atomic_store_explicit(&chunk->accesses[room & ROOM_INDEX],
                        word, memory_order_release);            /* R3 */
            }
            return;
        }
    }
    if (room == NO_ROOM) {
        (void) Dtsm_Count(map, DTSM_COUNT_UNRECORDED, 1);
    }
}

/*
 * TimeSince --
 *
 *      The coarse time of a word: a number of units, and how often it was
 *      halved to fit.  The first words are at the start, so that a program
 *      that touches little needs no clock.
 */

static uint64_t
TimeSince(Dtsm_Process *process)
{
    uint64_t start = __atomic_load_n(&process->coarseStart, __ATOMIC_RELAXED);
    uint64_t now, units, shift = 0;

    if (__atomic_load_n(&process->mask, __ATOMIC_RELAXED) == 0) {
        return 0;
    }
    now = DtsmpCoarseTime();
    if (start == 0) {
        start = now - (DtsmpTime() - process->start);
        __atomic_store_n(&process->coarseStart, start, __ATOMIC_RELAXED);
    }
    units = (int64_t) (now - start) < 0 ? 0 : (now - start) >> DTSM_TIME_UNIT;

    for (; units >> DTSM_TIME_MANTISSA != 0; units >>= 1) {
        if (++shift > TIME_BITS >> DTSM_TIME_MANTISSA) {
            return TIME_BITS;
        }
    }
    return shift << DTSM_TIME_MANTISSA | units;
}

/*
 * SeenEntry, SeenIndex, SeenNow --
 *
 *      What the table says of an access, where, and what it says there now.
 *      An entry is a word without its time.  Records lie one behind the other,
 *      so their units' low bits are spread well.
 */

static inline uint64_t
SeenEntry(uint64_t place, unsigned flags)
{
    return place / DTSM_UNIT << DTSM_ACCESS_UNIT
            | (uint64_t) (flags & DTSM_ACCESS_FLAGS) << DTSM_ACCESS_SHIFT;
}

static inline uint64_t
SeenIndex(uint64_t place)
{
    uint64_t unit = place / DTSM_UNIT;

    return (unit ^ unit >> 9) & (DTSM_SEEN_WORDS - 1);
}

static inline uint64_t
SeenNow(const Dtsm_Process *process, uint64_t index)
{
    uint64_t mask = __atomic_load_n(&process->mask, __ATOMIC_ACQUIRE);
                                                                /* R7 */

    return __atomic_load_n(&process->seen[index & mask], __ATOMIC_RELAXED);
}

/*
 * Remember --
 *
 *      Put an entry into the table.  Most programs and forked children touch
 *      little: before some words were recorded the table, a page that the
 *      kernel would have to supply, is neither looked at nor written.
 */

static void
Remember(Dtsm_Process *process, uint64_t index, uint64_t entry)
{
    if (__atomic_load_n(&process->mask, __ATOMIC_RELAXED) == 0) {
        if (__atomic_fetch_sub(&process->early, 1, __ATOMIC_RELAXED) != 1) {
            return;
        }
        memset(process->table, 0, DTSM_SEEN_WORDS * sizeof(uint64_t));
        __atomic_store_n(&process->seen, process->table, __ATOMIC_RELEASE);
        __atomic_store_n(&process->mask, DTSM_SEEN_WORDS - 1,
                __ATOMIC_RELEASE);                              /* R7 */
    }
    __atomic_store_n(&process->table[index], entry, __ATOMIC_RELAXED);
}

void
DtsmStartSeen(Dtsm_Process *process)
{
    __atomic_store_n(&process->mask, 0, __ATOMIC_RELEASE);      /* R7 */
    process->early = EARLY_WORDS;
    __atomic_store_n(&process->seen, &process->none, __ATOMIC_RELEASE);
}

static __attribute__((noinline)) void
Record(Dtsm_Map *map, Dtsm_Process *process, uint64_t place, unsigned flags)
{
    uint64_t entry = SeenEntry(place, flags), seen;

    if (__atomic_load_n(&process->room, __ATOMIC_RELAXED) == 0 || place == 0
            || (flags & DTSM_ACCESS_KINDS) == 0) {
        return;
    }
    Append(map, process, entry | TimeSince(process));
    seen = SeenNow(process, SeenIndex(place));
    if (((seen ^ entry) & UNIT_BITS) == 0 && (seen & TIME_BITS) == 0) {
        entry |= seen;
    }
    Remember(process, SeenIndex(place), entry);
}

void
Dtsm_Access(Dtsm_Map *map, Dtsm_Process *process, uint64_t place,
        unsigned flags)
{
    uint64_t entry = SeenEntry(place, flags);

    if (process->record != 0 && ((SeenNow(process, SeenIndex(place)) ^ entry)
            & (UNIT_BITS | entry)) != 0) {
        Record(map, process, place, flags);
    }
}

/*
 * Dtsm_AccessAlias --
 *
 *      In the table stands the target's unit, without kinds, and of the
 *      spelling's the low bits, where a time would be.
 */

void
Dtsm_AccessAlias(Dtsm_Map *map, Dtsm_Process *process, uint64_t place,
        uint64_t target)
{
    uint64_t index = SeenIndex(~place);
    uint64_t entry = target / DTSM_UNIT << DTSM_ACCESS_UNIT
            | (place / DTSM_UNIT & TIME_BITS) | 1;
    DtsmOffset offset;
    DtsmAlias *alias;

    if (process->record == 0 || place == 0 || target == 0 || place == target
            || __atomic_load_n(&process->room, __ATOMIC_RELAXED) == 0) {
        return;
    }
    if (SeenNow(process, index) == entry) {
        return;
    }
    if (__atomic_load_n(&process->room, __ATOMIC_RELAXED) == NO_ROOM
            || DtsmAllocRecord(map, sizeof(*alias), &offset) != DTSM_OK) {
        (void) Dtsm_Count(map, DTSM_COUNT_UNRECORDED, 1);
    } else {
        alias = (DtsmAlias *) (void *) (map->base + offset);
        alias->spelling = place;
        alias->target = target;
        Append(map, process, offset / DTSM_UNIT << DTSM_ACCESS_UNIT
                | TimeSince(process));                          /* R3 */
    }
    Remember(process, index, entry);
}

