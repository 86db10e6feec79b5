/*
 * dtsmAlloc.c --
 *
 *      Space in the file.  It is handed out from the cursor upward and never
 *      freed; what a dead process had taken is lost (A1).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmInt.h"
#include "dtsmSlot.h"

#define GROW_BYTES      (UINT64_C(256) << 10)   /* at least, and */
#define GROW_SHARE      16                      /* this part of what is used */
#define PAGE_BYTES      UINT64_C(4096)
#define SPARE_BYTES     4096    /* taken ahead at once, */
#define SPARE_AFTER     64      /* by who took this many records before */

/*
 * Two threads may open different lengths at once: each only adds, and open
 * goes up when the pages behind it are open already.
 */

bool
DtsmReveal(Dtsm_Map *map, uint64_t bytes)
{
    uint64_t open = atomic_load_explicit(&map->open, memory_order_acquire);

    if (bytes <= open) {
        return true;
    }
    bytes = (bytes + DTSM_HUGE_BYTES - 1) & ~(DTSM_HUGE_BYTES - 1);
    if (bytes > map->window) {
        bytes = map->window;
    }
    if (!DtsmpReveal(map->base, bytes, map->writable)) {
        return false;
    }
    while (open < bytes && !atomic_compare_exchange_weak_explicit(&map->open,
            &open, bytes, memory_order_release, memory_order_relaxed)) {
    }
    return true;
}

/*
 * DtsmReadyNow --
 *
 *      How far memory exists, as far as our mapping reaches and is open.
 */

uint64_t
DtsmReadyNow(const Dtsm_Map *map)
{
    uint64_t ready = atomic_load_explicit(&DtsmHeaderOf(map)->ready,
            memory_order_acquire);      /* A2 */

    if (ready > map->window) {
        ready = map->window;
    }
    if (!DtsmReveal((Dtsm_Map *) map, ready)) {
        ready = atomic_load_explicit(&map->open, memory_order_relaxed);
    }
    atomic_store_explicit(&((Dtsm_Map *) map)->ready, ready,
            memory_order_release);      /* A2 */
    atomic_store_explicit(&((Dtsm_Map *) map)->easyUnits,
            ready > DTSM_PIECE_MOST ? (ready - DTSM_PIECE_MOST) / DTSM_UNIT : 0,
            memory_order_relaxed);
    return ready;
}

/*
 * DtsmAtClosely --
 *
 *      DtsmAt, for what lies near the end or wrong.
 */

void *
DtsmAtClosely(const Dtsm_Map *map, DtsmOffset offset, uint64_t bytes,
        unsigned align)
{
    uint64_t limit = atomic_load_explicit(&map->ready, memory_order_relaxed);

    if (offset > limit || bytes > limit - offset) {
        limit = DtsmReadyNow(map);
        if (offset > limit || bytes > limit - offset) {
            return NULL;
        }
    }
    if (offset < DTSM_HEADER_BYTES || (offset & (align - 1)) != 0) {
        return NULL;
    }
    return map->base + offset;
}

/*
 * Grow --
 *
 *      Have memory up to need at least.  Returns false when there is none:
 *      the window ends, or the file system is full.
 */

static bool
Grow(Dtsm_Map *map, uint64_t need)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t ready = atomic_load_explicit(&header->ready,
            memory_order_acquire);      /* A2 */
    bool huge = map->creator || atomic_load_explicit(&map->spare,
            memory_order_relaxed) != NULL;
    uint64_t least, wanted;

    if (ready % PAGE_BYTES != 0 || need > map->window) {
        return false;
    }
    least = (need + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    if (huge) {
        wanted = (need + DTSM_HUGE_BYTES - 1) & ~(DTSM_HUGE_BYTES - 1);
    } else {
        wanted = need / GROW_SHARE > GROW_BYTES
                ? need / GROW_SHARE : GROW_BYTES;
        wanted = (need + wanted) & ~(PAGE_BYTES - 1);
    }
    if (wanted < least || wanted > map->window) {
        wanted = least;
    }
    if (!DtsmReveal(map, wanted)) {
        return false;
    }
    if (huge && ready < need) {
        DtsmpCollapse(map->base + ready, wanted - ready);
    }
    while (ready < need) {
        if (!DtsmpPopulate(map->base + ready, wanted - ready)) {
            if (wanted == least
                    || !DtsmpPopulate(map->base + ready, least - ready)) {
                return false;
            }
            wanted = least;
        }
        if (atomic_compare_exchange_strong_explicit(&header->ready, &ready,
                wanted, memory_order_acq_rel, memory_order_acquire)) { /* A2 */
            break;
        }
    }
    (void) DtsmReadyNow(map);
    return true;
}

/*
 * DtsmAlloc --
 *
 *      Take bytes at a multiple of align (a power of two).  Their contents
 *      are undefined.
 *
 * Returns: DTSM_OK with *offsetPtr set, or DTSM_FULL.
 */

int
DtsmAlloc(Dtsm_Map *map, size_t bytes, size_t align, DtsmOffset *offsetPtr)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t cursor = atomic_load_explicit(&header->cursor,
            memory_order_relaxed);
    uint64_t start, end;

    bytes = (bytes + 7) & ~(size_t) 7;
    do {
        if (cursor < DTSM_HEADER_BYTES || cursor > map->window) {
            return DTSM_FULL;
        }
        start = (cursor + align - 1) & ~(uint64_t) (align - 1);
        end = start + bytes;
        if (end > map->window) {
            return DTSM_FULL;
        }
        if (end > atomic_load_explicit(&map->ready, memory_order_acquire)
                && end > DtsmReadyNow(map) && !Grow(map, end)) {
            return DTSM_FULL;
        }
    } while (!atomic_compare_exchange_weak_explicit(&header->cursor, &cursor,
            end, memory_order_acq_rel, memory_order_relaxed));  /* A1 A2 */
    *offsetPtr = start;
    return DTSM_OK;
}

/*
 * SpareOf --
 *
 *      The attachment's spare space, NULL for one that inserts little: a
 *      short process shall not pay for a page of its own.
 */

static DtsmSpare *
SpareOf(Dtsm_Map *map)
{
    DtsmSpare *spare = atomic_load_explicit(&map->spare,
            memory_order_acquire), *none = NULL;

    if (spare != NULL || atomic_fetch_add_explicit(&map->taken, 1,
            memory_order_relaxed) != SPARE_AFTER) {
        return spare;
    }
    spare = DtsmpWipedPage(sizeof(DtsmSpare));
    if (spare != NULL && !atomic_compare_exchange_strong(&map->spare, &none,
            spare)) {
        DtsmpUnmap(spare, sizeof(DtsmSpare));
        spare = none;
    }
    return spare;
}

static uint64_t
PieceOf(DtsmOffset offset, uint64_t bytes)
{
    return bytes / 8 << DTSM_OFFSET_BITS | offset;
}

/*
 * DtsmAllocRecord --
 *
 *      As DtsmAlloc, aligned to 8, from space taken ahead where there is some:
 *      so processes that insert at once neither fight for the cursor nor
 *      write into each other's cache lines.  What is left of a piece that is
 *      too small is lost.
 */

int
DtsmAllocRecord(Dtsm_Map *map, size_t bytes, DtsmOffset *offsetPtr)
{
    DtsmSpare *spare = bytes > SPARE_BYTES / 8 ? NULL : SpareOf(map);
    uint64_t piece, next;
    DtsmOffset offset;

    if (spare == NULL) {
        return DtsmAlloc(map, bytes, 8, offsetPtr);
    }
    bytes = (bytes + 7) & ~(size_t) 7;
    piece = atomic_load_explicit(&spare->piece, memory_order_relaxed);
    for (;;) {
        offset = piece & DTSM_OFFSET_MASK;
        if ((piece >> DTSM_OFFSET_BITS) * 8 >= bytes) {
            next = PieceOf(offset + bytes,
                    (piece >> DTSM_OFFSET_BITS) * 8 - bytes);
            if (atomic_compare_exchange_weak_explicit(&spare->piece, &piece,
                    next, memory_order_acquire, memory_order_relaxed)) {
                *offsetPtr = offset;    /* A1 A2 */
                return DTSM_OK;
            }
            continue;
        }
        if (DtsmAlloc(map, SPARE_BYTES, 8, &offset) != DTSM_OK) {
            return DtsmAlloc(map, bytes, 8, offsetPtr);
        }
        next = PieceOf(offset, SPARE_BYTES);
        if (atomic_compare_exchange_strong_explicit(&spare->piece, &piece,
                next, memory_order_acq_rel, memory_order_relaxed)) { /* A1 */
            piece = next;
        } else {
            DtsmGiveBack(map, offset, offset + SPARE_BYTES);
        }
    }
}

/*
 * DtsmDropSpare --
 *
 *      At the end of an attachment: return what was taken ahead, if it is
 *      the last.
 */

void
DtsmDropSpare(Dtsm_Map *map)
{
    DtsmSpare *spare = atomic_load(&map->spare);
    uint64_t piece;

    if (spare != NULL) {
        piece = atomic_load(&spare->piece);
        if (piece >> DTSM_OFFSET_BITS != 0) {
            DtsmGiveBack(map, piece & DTSM_OFFSET_MASK,
                    (piece & DTSM_OFFSET_MASK)
                    + (piece >> DTSM_OFFSET_BITS) * 8);
        }
        DtsmpUnmap(spare, sizeof(DtsmSpare));
    }
}

/*
 * DtsmGiveBack --
 *
 *      Return the bytes from..end, which the caller took and nobody else
 *      knows.  They are lost if somebody took more meanwhile.
 */

void
DtsmGiveBack(Dtsm_Map *map, DtsmOffset from, DtsmOffset end)
{
    end = (end + 7) & ~UINT64_C(7);
    atomic_compare_exchange_strong_explicit(&DtsmHeaderOf(map)->cursor, &end,
            (from + 7) & ~UINT64_C(7), memory_order_release,
            memory_order_relaxed);      /* A1 */
}
