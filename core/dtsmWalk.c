/*
 * dtsmWalk.c --
 *
 *      Visit every rule and every verdict.
 *
 *      The way through the file is bounded by its size, not by trust in its
 *      contents: no byte is met twice (F2).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmInt.h"
#include "dtsmSlot.h"

typedef struct Walk {
    const Dtsm_Map *map;
    const DtsmKey *under;       /* NULL: all */
    Dtsm_WalkProc *proc;
    void *data;
    DtsmClaims claims;
} Walk;

static bool
IsUnder(const Walk *walk, const char *path, size_t len)
{
    const DtsmKey *key = walk->under;

    return key == NULL || (DtsmKeyCovers(key, path, len)
            && (len == key->len || path[key->len] == '/'
                || path[key->len - 1] == '/'));
}

/*
 * Counts --
 *
 *      Whether a record's verdict counts, as a search would judge it (V1).
 */

static bool
Counts(const Dtsm_Map *map, const Dtsm_Entry *entry, uint64_t word)
{
    uint64_t policy = DtsmPolicyNow(map);
    uint32_t version = DtsmVerdictVersion(word);
    DtsmGoverning governing;
    DtsmKey key;

    if (DtsmIsFresh(word, policy)) {
        return true;
    }
    if (DtsmPolicyVersion(policy) == DTSM_SPENT) {
        return false;
    }
    if (DtsmKeyInit(&key, entry->path, entry->pathLen) != DTSM_OK) {
        return false;
    }
    DtsmGovern(map, policy, &key, &governing);
    return version >= governing.since;
}

static int
WalkRecord(Walk *walk, DtsmRecord *record, size_t pathLen)
{
    uint64_t word = DtsmStateLoad(&record->word);
    Dtsm_Entry entry = {record->path, pathLen, 0};

    entry.flags = DtsmVerdictFlags(word) & DTSM_FLAGS & ~DTSM_PREFIX;
    if (entry.flags == 0 || !IsUnder(walk, entry.path, entry.pathLen)) {
        return 0;
    }
    if (!Counts(walk->map, &entry, word)) {
        entry.flags |= DTSM_VOID;
    }
    return walk->proc(walk->data, &entry);
}

/*
 * FetchRecords --
 *
 *      Have a bucket's records on their way, and where they are claimed, while
 *      another's are visited: they lie anywhere.  Returns which slots are
 *      full, a bit for each.
 */

static unsigned
FetchRecords(const Walk *walk, DtsmBucket *bucket)
{
    unsigned i, full = 0;

    for (i = 0; i < DTSM_SLOTS; i++) {
        uint64_t slot = DtsmSlotLoad(&bucket->slots[i]);

        if (slot != 0) {
            DtsmOffset offset = DtsmSlotOffset(slot & ~DTSM_SLOT_CHILD);

            full |= 1u << i;
            __builtin_prefetch(walk->map->base + offset);
            DtsmClaimSoon(&walk->claims, offset);
        }
    }
    return full;
}

static int WalkBuckets(Walk *walk, DtsmOffset offset, uint64_t count,
        unsigned level);

static int
WalkSlot(Walk *walk, uint64_t slot, unsigned level)
{
    DtsmOffset offset = DtsmSlotOffset(slot);
    DtsmRecord *record;
    size_t pathLen;

    if (DtsmIsChild(slot)) {
        return WalkBuckets(walk, DtsmChildOffset(slot), DTSM_CHILD_BUCKETS,
                level + 1);
    }
    record = DtsmRecordAt(walk->map, offset, &pathLen);
    if (record == NULL || !DtsmClaim(&walk->claims, offset,
            DTSM_RECORD_HEAD + pathLen)) {
        return DTSM_CORRUPT;
    }
    return WalkRecord(walk, record, pathLen);
}

/*
 * WalkBuckets --
 *
 *      It recurses once a level, DTSM_LEVELS deep at most.  What each slot
 *      names is loaded once: its record, or the child that it was moved to.
 */

static int
WalkBuckets(Walk *walk, DtsmOffset offset, uint64_t count, unsigned level)
{
    DtsmBucket *bucket = DtsmAt(walk->map, offset, count * sizeof(*bucket),
            sizeof(*bucket));
    unsigned full, next;
    int result = 0;

    if (bucket == NULL || level >= DTSM_LEVELS || !DtsmClaim(&walk->claims,
            offset, count * sizeof(*bucket))) {
        return DTSM_CORRUPT;
    }
    full = FetchRecords(walk, bucket);
    for (; count > 0 && result == 0; count--, bucket++, full = next) {
        next = count > 1 ? FetchRecords(walk, bucket + 1) : 0;
        for (; full != 0 && result == 0; full &= full - 1) {
            result = WalkSlot(walk, DtsmSlotLoad(
                    &bucket->slots[__builtin_ctz(full)]), level);
        }
    }
    return result;
}

static int
WalkChain(Walk *walk, uint64_t entry)
{
    const DtsmLeaf *leaf;
    size_t pathLen;
    int result = 0;

    for (; entry != 0 && result == 0; entry = leaf->next) {
        leaf = DtsmLeafAt(walk->map, entry, &pathLen);
        if (leaf == NULL || !DtsmClaim(&walk->claims, entry
                & ~(uint64_t) DTSM_ENTRY_LEAF, DTSM_LEAF_HEAD + pathLen)) {
            return DTSM_CORRUPT;
        }
        if (leaf->ruleVersion != 0 && IsUnder(walk, leaf->path, pathLen)) {
            Dtsm_Entry rule = {leaf->path, pathLen, leaf->flags};

            rule.flags = (rule.flags & DTSM_FLAGS) | DTSM_PREFIX;
            result = walk->proc(walk->data, &rule);
        }
    }
    return result;
}

static int
WalkPolicy(Walk *walk, uint64_t entry, unsigned level)
{
    const DtsmNode *node;
    unsigned i, count;
    uint32_t bitmap;
    int result = 0;

    if (entry == 0 || (entry & DTSM_ENTRY_LEAF) != 0) {
        return WalkChain(walk, entry);
    }
    node = DtsmNodeAt(walk->map, entry, &bitmap);
    count = node == NULL ? 0 : DtsmWayCount(bitmap);
    if (node == NULL || level >= DTSM_NODE_LEVELS || !DtsmClaim(&walk->claims,
            entry, sizeof(*node) + count * sizeof(uint64_t))) {
        return DTSM_CORRUPT;
    }
    for (i = 0; i < count && result == 0; i++) {
        result = WalkPolicy(walk, node->entries[i], level + 1);
    }
    return result;
}

int
Dtsm_Walk(const Dtsm_Map *map, const char *under, size_t underLen,
        Dtsm_WalkProc *proc, void *data)
{
    const DtsmSnapshot *snapshot = DtsmSnapshotOf(map, DtsmPolicyNow(map));
    DtsmKey key;
    Walk walk = {map, NULL, proc, data, {NULL, 0}};
    int result;

    if (underLen != 0) {
        result = DtsmKeyOf(map, &key, under, underLen);
        if (result != DTSM_OK) {
            return result;
        }
        walk.under = &key;
    }
    result = DtsmClaimsStart(&walk.claims, map);
    if (result != DTSM_OK) {
        return result;
    }
    result = snapshot == NULL
            ? DTSM_CORRUPT : WalkPolicy(&walk, snapshot->top, 0);
    if (result == 0) {
        result = WalkBuckets(&walk, DtsmOffsetOf(map, map->buckets),
                UINT64_C(1) << map->rootBits, 0);
    }
    DtsmClaimsEnd(&walk.claims);
    return result;
}
