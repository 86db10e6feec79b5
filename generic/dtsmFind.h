/*
 * dtsmFind.h --
 *
 *      The shortest way to a path's record, inlined into a search: the root's
 *      bucket, for a path that is folded already.  The rest of the trie is
 *      dtsmTrie.c.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMFIND_H
#define DTSMFIND_H

#include "dtsmInt.h"
#include "dtsmSlot.h"
#include "dtsmVector.h"

/*
 * Lengths of which a path is nearly always, where hashing and comparing take
 * no call.
 */

#define DTSM_USUAL_LEAST    17
#define DTSM_USUAL_MOST     128

static inline bool
DtsmIsUsual(size_t len)
{
    return len - DTSM_USUAL_LEAST <= DTSM_USUAL_MOST - DTSM_USUAL_LEAST;
}

static inline DtsmBucket *
DtsmRootBucket(const Dtsm_Map *map, uint64_t hash)
{
    return map->buckets + (hash & map->rootMask);
}

/*
 * DtsmTagsFit --
 *
 *      Which of the bucket's slots carry the hash's tag, a bit for each.
 */

static inline unsigned
DtsmTagsFit(DtsmBucket *bucket, uint64_t hash)
{
    return DtsmTagMask(bucket, (uint32_t) (hash >> DTSM_OFFSET_BITS));
}

/*
 * DtsmFirstUsual --
 *
 *      The record of a usual path if it is in the first of these slots, as it
 *      is unless something rare is so; else NULL.  Calls nothing, so that who
 *      does no more than this need not save registers.
 */

static inline __attribute__((always_inline)) DtsmRecord *
DtsmFirstUsual(const Dtsm_Map *map, DtsmBucket *bucket, unsigned mask,
        const char *path, size_t len)
{
    DtsmOffset offset = DtsmSlotLoad(&bucket->slots[__builtin_ctz(mask)])
            & DTSM_OFFSET_MASK;
    DtsmRecord *record;

    if (!DtsmIsEasy(map, offset, DTSM_RECORD_HEAD + len, 8)) {
        return NULL;
    }
    record = (DtsmRecord *) (void *) (map->base + offset);
    __builtin_prefetch((char *) record + sizeof(DtsmBucket));
    return record->pathLen == len && DtsmSameBytes(record->path, path, len)
            ? record : NULL;
}

/*
 * DtsmFindPlain --
 *
 *      The record of these bytes, whose hash it is, or NULL.
 */

static inline DtsmRecord *
DtsmFindPlain(const Dtsm_Map *map, const char *path, size_t len,
        uint64_t hash)
{
    DtsmBucket *bucket = DtsmRootBucket(map, hash);
    unsigned mask = DtsmTagsFit(bucket, hash);

    for (; mask != 0; mask &= mask - 1) {
        uint64_t slot = DtsmSlotLoad(&bucket->slots[__builtin_ctz(mask)]);
        DtsmRecord *record = DtsmAt(map, slot & DTSM_OFFSET_MASK,
                DTSM_RECORD_HEAD + len, 8);

        if (record != NULL && record->pathLen == len
                && DtsmSameBytes(record->path, path, len)) {
            return record;
        }
    }
    if (DtsmSlotLoad(&bucket->child) != 0) {
        DtsmKey key = {path, len, len};

        return DtsmTrieFind(map, &key);
    }
    return NULL;
}

#endif /* DTSMFIND_H */
