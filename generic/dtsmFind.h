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
 * DtsmBucketFind --
 *
 *      The record in bucket whose path is these bytes, or NULL.
 */

static inline __attribute__((always_inline)) DtsmRecord *
DtsmBucketFind(const Dtsm_Map *map, DtsmBucket *bucket, uint64_t hash,
        const char *path, size_t len)
{
    unsigned mask = DtsmTagMask(bucket,
            (uint32_t) (hash >> DTSM_OFFSET_BITS));

    for (; mask != 0; mask &= mask - 1) {
        uint64_t slot = DtsmSlotLoad(&bucket->slots[__builtin_ctz(mask)]);
        DtsmRecord *record = DtsmAt(map, slot & DTSM_OFFSET_MASK,
                DTSM_RECORD_HEAD + len, 8);

        __builtin_prefetch((char *) record + sizeof(DtsmBucket));
        if (record != NULL && record->pathLen == len
                && DtsmSameBytes(record->path, path, len)) {
            return record;
        }
    }
    return NULL;
}

/*
 * DtsmFindPlain --
 *
 *      The record of these bytes, or NULL.
 */

static inline DtsmRecord *
DtsmFindPlain(const Dtsm_Map *map, const char *path, size_t len)
{
    uint64_t hash = XXH3_64bits_withSeed(path, len, map->seed);
    DtsmBucket *bucket = map->buckets + (hash & map->rootMask);
    DtsmRecord *record = DtsmBucketFind(map, bucket, hash, path, len);

    if (record == NULL && DtsmSlotLoad(&bucket->child) != 0) {
        DtsmKey key = {path, len, len};

        return DtsmTrieFind(map, &key);
    }
    return record;
}

#endif /* DTSMFIND_H */
