/*
 * dtsmFind.h --
 *
 *      The shortest way to a path's record, inlined into a search: the root's
 *      bucket, for a path that is folded already.  The rest of the trie is
 *      dtsmTrie.c.  And what a look finds, for dtsmVerdict.c and dtsmStore.c.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMFIND_H
#define DTSMFIND_H

#include "dtsmInt.h"
#include "dtsmSlot.h"
#include "dtsmVector.h"

/*
 * DtsmRootPair, DtsmRootBucket --
 *
 *      The hash's words in the root, and the bucket that they lie in.
 */

static inline DtsmWord *
DtsmRootPair(const Dtsm_Map *map, uint64_t hash)
{
    return (DtsmWord *) (void *) map->buckets + (hash & map->pairMask);
}

static inline DtsmBucket *
DtsmRootBucket(const Dtsm_Map *map, uint64_t hash)
{
    return map->buckets + ((hash & map->pairMask) >> DTSM_SLOT_BITS);
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
 * DtsmPairUnit --
 *
 *      The unit in that slot of the hash's pair which carries its tag; more
 *      than any unit when neither does.  Without a branch, for which of two
 *      it is cannot be foretold; and ready much sooner than a vector's answer
 *      about the whole bucket.  A child is no easy unit.
 */

static inline uint64_t
DtsmPairUnit(const Dtsm_Map *map, uint64_t hash)
{
    DtsmWord *pair = DtsmRootPair(map, hash);
    uint64_t tag = hash & ~DTSM_OFFSET_MASK;
    uint64_t one = DtsmSlotLoad(pair) ^ tag;
    uint64_t two = DtsmSlotLoad(pair + 1) ^ tag;

    return one < two ? one : two;
}

/*
 * DtsmUsualAt --
 *
 *      The record at an easy unit if it is that of a usual path, else NULL.
 */

static inline __attribute__((always_inline)) DtsmRecord *
DtsmUsualAt(char *base, uint64_t unit, const char *path, size_t len)
{
    DtsmRecord *record = (DtsmRecord *) (void *) (base + unit * DTSM_UNIT);

    return record->pathLen == (uint16_t) len
            && DtsmSameBytes(record->path, path, len) ? record : NULL;
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
        DtsmRecord *record = DtsmAt(map, DtsmSlotOffset(slot),
                DTSM_RECORD_HEAD + len, 8);

        if (record != NULL && record->pathLen == len
                && DtsmSameBytes(record->path, path, len)) {
            return record;
        }
    }
    if (DtsmChildLoad(bucket) != 0) {       /* S6 */
        DtsmKey key = {path, len, len, false};

        return DtsmTrieFind(map, &key);
    }
    return NULL;
}

/*
 * DtsmFindAsItStands --
 *
 *      The path's record, or NULL: none, or one that only folding finds.  A
 *      path that is found as it stands needs no folding, of slashes or of
 *      letters, and holds no NUL, for no record does.
 */

static inline DtsmRecord *
DtsmFindAsItStands(const Dtsm_Map *map, const char *path, size_t pathLen)
{
    DtsmRecord *record = NULL;
    uint64_t hash, unit;

    if (path == NULL || pathLen - 1 >= DTSM_PATH_MAX) {
        return NULL;
    }
    hash = DtsmHash(path, pathLen, map->secret);
    unit = DtsmPairUnit(map, hash);
    if (DtsmIsUsual(pathLen) && DtsmIsEasyUnit(map, unit)
            && unit >= DTSM_HEADER_BYTES / DTSM_UNIT) {
        record = DtsmUsualAt(map->base, unit, path, pathLen);
    }
    return record != NULL ? record : DtsmFindPlain(map, path, pathLen, hash);
}

/*
 * What a look found.
 */

typedef struct DtsmSight {
    DtsmKey key;
    DtsmRecord *record;         /* NULL: none */
    uint64_t word;              /* the verdict word, 0 without a record */
    uint64_t policy;            /* loaded after word (V1) */
    bool counts;                /* the verdict counts */
    DtsmGoverning governing;    /* set when it does not, or on the slow way */
} DtsmSight;

/*
 * DtsmSee (dtsmVerdict.c) --
 *
 *      Judge, where record is that of the path as it stands, or NULL.
 *
 * Returns: DTSM_OK or DTSM_INVALID.
 */

int         DtsmSee(const Dtsm_Map *map, const char *path, size_t pathLen,
                DtsmRecord *record, DtsmSight *sight);

/*
 * A token's record is an offset, or 0 for none, and this bit when a change
 * was under way.
 */

#define DTSM_UNSETTLED  (UINT64_C(1) << 63)

#endif /* DTSMFIND_H */
