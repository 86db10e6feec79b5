/*
 * dtsmTrie.c --
 *
 *      The verdicts' records: a bucket trie that only grows.
 *
 *      hash   63     tag     40 |  2 bits a level  | root  3 | pair  0
 *
 *             root [ . . . B . . . ]
 *                          |  eight slots full, the path is in none
 *                          +-- child [ B B B B ]  by the next two bits
 *                                        +-- child ...
 *
 *      When the bits run out, the path is hashed anew with another seed.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmFind.h"

typedef struct Way {            /* the way down for one key */
    const Dtsm_Map *map;
    const DtsmKey *key;
    DtsmBucket *bucket;
    uint64_t hash;              /* says the pair, on all levels */
    uint64_t tag;               /* in place */
    uint64_t bits;              /* of the hash, for the levels below */
    unsigned bitsLeft;
    unsigned level;
} Way;

static inline void
WayHash(Way *way, uint64_t hash)
{
    way->tag = hash & ~DTSM_OFFSET_MASK;
    way->bits = hash & DTSM_OFFSET_MASK;
    way->bitsLeft = DTSM_OFFSET_BITS;
}

static inline void
WayStart(Way *way, const Dtsm_Map *map, const DtsmKey *key)
{
    way->map = map;
    way->key = key;
    way->level = 0;
    way->hash = DtsmKeyHash(key, map->secret);
    WayHash(way, way->hash);
    way->bucket = DtsmRootBucket(map, way->hash);
    way->bits >>= map->rootBits + DTSM_SLOT_BITS;
    way->bitsLeft -= map->rootBits + DTSM_SLOT_BITS;
}

/*
 * WayInto --
 *
 *      Go one level down, to the key's of a child's buckets.
 */

static inline void
WayInto(Way *way, DtsmBucket *buckets)
{
    way->level++;
    if (way->bitsLeft < DTSM_CHILD_BITS) {
        WayHash(way, DtsmKeyRehash(way->key, way->map->seed + way->level));
    }
    way->bucket = buckets + (way->bits & (DTSM_CHILD_BUCKETS - 1));
    way->bits >>= DTSM_CHILD_BITS;
    way->bitsLeft -= DTSM_CHILD_BITS;
}

/*
 * WayDown --
 *
 *      Go to the key's bucket in child.  Returns false when there is none:
 *      the way is too long, or the file is broken.
 */

static inline bool
WayDown(Way *way, DtsmOffset child)
{
    DtsmBucket *buckets = (DtsmBucket *) DtsmAt(way->map, child,
            DTSM_CHILD_BYTES, sizeof(DtsmBucket));

    if (buckets == NULL || way->level + 1 >= DTSM_LEVELS) {
        return false;
    }
    WayInto(way, buckets);
    return true;
}

/*
 * DtsmRecordAt --
 *
 *      The record at offset with all its bytes, or NULL.
 */

DtsmRecord *
DtsmRecordAt(const Dtsm_Map *map, DtsmOffset offset, size_t *pathLenPtr)
{
    DtsmRecord *record = DtsmAt(map, offset, DTSM_RECORD_HEAD, 8);

    if (record == NULL) {
        return NULL;
    }
    *pathLenPtr = DTSM_ONCE(record->pathLen);       /* F1 */
    return DtsmAt(map, offset, DTSM_RECORD_HEAD + *pathLenPtr, 8);
}

/*
 * Matching --
 *
 *      The record in slot if it is the key's.
 */

static inline DtsmRecord *
Matching(const Way *way, uint64_t slot)
{
    DtsmRecord *record;

    if ((slot & ~DTSM_OFFSET_MASK) != way->tag) {
        return NULL;
    }
    record = DtsmAt(way->map, DtsmSlotOffset(slot),
            DTSM_RECORD_HEAD + way->key->len, 8);
    if (record == NULL) {
        return NULL;
    }
    __builtin_prefetch((char *) record + sizeof(DtsmBucket));
    return DtsmKeyEqual(way->key, record->path, DTSM_ONCE(record->pathLen))
            ? record : NULL;
}

/*
 * DtsmTrieFind --
 *
 *      The key's record, or NULL.
 */

DtsmRecord *
DtsmTrieFind(const Dtsm_Map *map, const DtsmKey *key)
{
    Way way;
    DtsmOffset child;

    WayStart(&way, map, key);
    do {
        unsigned mask = DtsmTagMask(way.bucket,
                (uint32_t) (way.tag >> DTSM_OFFSET_BITS));

        for (; mask != 0; mask &= mask - 1) {
            DtsmRecord *record = Matching(&way, DtsmSlotLoad(
                    &way.bucket->slots[__builtin_ctz(mask)]));

            if (record != NULL) {
                return record;
            }
        }
        child = DtsmChildLoad(way.bucket);      /* S5 S6 */
    } while (child != 0 && WayDown(&way, child));
    return NULL;
}

static int
NewRecord(Dtsm_Map *map, const DtsmKey *key, uint64_t word,
        DtsmOffset *offsetPtr)
{
    DtsmRecord *record;
    int status = DtsmAllocRecord(map, DTSM_RECORD_HEAD + key->len, offsetPtr);

    if (status != DTSM_OK) {
        return status;
    }
    record = (DtsmRecord *) (void *) (map->base + *offsetPtr);
    atomic_store_explicit(&record->word, word, memory_order_relaxed);
    record->pathLen = (uint16_t) key->len;
    DtsmKeyCopy(key, record->path);
    return DTSM_OK;
}

/*
 * Bear --
 *
 *      Fill buckets, a child that nobody knows yet, with the record in slot,
 *      where a way down finds it that is one level longer than parent (S6).
 *      Returns false when the file is broken.
 */

static bool
Bear(const Way *parent, uint64_t slot, DtsmBucket *buckets)
{
    size_t pathLen;
    DtsmRecord *record = DtsmRecordAt(parent->map, DtsmSlotOffset(slot),
            &pathLen);
    DtsmKey key;
    Way way;

    if (record == NULL || DtsmKeyInit(&key, record->path, pathLen) != DTSM_OK
            || parent->level + 1 >= DTSM_LEVELS) {
        return false;
    }
    memset(buckets, 0, DTSM_CHILD_BYTES);
    WayStart(&way, parent->map, &key);
    while (way.level <= parent->level) {
        WayInto(&way, buckets);
    }
    atomic_store_explicit(&way.bucket->slots[DtsmTurn(way.hash, 0)],
            way.tag | (slot & DTSM_OFFSET_MASK), memory_order_relaxed);
    return true;
}

/*
 * ChildOf --
 *
 *      The child of the way's bucket, which is full; made if there is none.
 */

static int
ChildOf(Dtsm_Map *map, const Way *way, DtsmOffset *childPtr)
{
    DtsmWord *last = &way->bucket->slots[DTSM_SLOTS - 1];
    uint64_t slot = DtsmSlotLoad(last);
    DtsmOffset fresh;
    int status;

    if (!DtsmIsChild(slot)) {
        status = DtsmAlloc(map, DTSM_CHILD_BYTES, sizeof(DtsmBucket), &fresh);
        if (status != DTSM_OK) {
            return status;
        }
        if (!Bear(way, slot, (DtsmBucket *) (void *) (map->base + fresh))) {
            DtsmGiveBack(map, fresh, fresh + DTSM_CHILD_BYTES);
            return DTSM_FULL;
        }
        if (DtsmSlotCas(last, &slot, DTSM_SLOT_CHILD | fresh / DTSM_UNIT)) {
            *childPtr = fresh;
            return DTSM_OK;
        }
        DtsmGiveBack(map, fresh, fresh + DTSM_CHILD_BYTES);
    }
    *childPtr = DtsmChildOffset(slot);
    return DTSM_OK;
}

/*
 * DtsmTrieInsert --
 *
 *      Find the key's record, or make one that starts with word.
 *
 * Returns:
 *      DTSM_OK with *recordPtr and *createdPtr set; DTSM_FULL.
 */

int
DtsmTrieInsert(Dtsm_Map *map, const DtsmKey *key, uint64_t word,
        DtsmRecord **recordPtr, bool *createdPtr)
{
    DtsmOffset fresh = 0, child;
    int status = DTSM_FULL;
    unsigned n;
    Way way;

    *createdPtr = false;
    WayStart(&way, map, key);
    do {
        for (n = 0; n < DTSM_SLOTS; n++) {
            DtsmWord *place = &way.bucket->slots[DtsmTurn(way.hash, n)];
            uint64_t slot = DtsmSlotLoad(place);

            if (slot == 0) {
                if (fresh == 0) {
                    status = NewRecord(map, key, word, &fresh);
                    if (status != DTSM_OK) {
                        return status;
                    }
                }
                if (DtsmSlotCas(place, &slot, way.tag | fresh / DTSM_UNIT)) {
                    *recordPtr = (DtsmRecord *) (void *) (map->base + fresh);
                    *createdPtr = true;
                    return DTSM_OK;
                }
            }
            *recordPtr = Matching(&way, slot);  /* S3 */
            if (*recordPtr != NULL) {
                status = DTSM_OK;
                goto done;
            }
        }
        status = ChildOf(map, &way, &child);
        if (status != DTSM_OK) {
            goto done;
        }
        status = DTSM_FULL;
    } while (WayDown(&way, child));

done:
    if (fresh != 0) {
        DtsmGiveBack(map, fresh, fresh + DTSM_RECORD_HEAD + key->len);
    }
    return status;
}
