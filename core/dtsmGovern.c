/*
 * dtsmGovern.c --
 *
 *      What governs a path: the rules and marks of a snapshot, found.
 *      dtsmPolicy.c changes them.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmFind.h"

/*
 * DtsmSnapshotOf --
 *
 *      The snapshot that a policy word names; NULL when the file is broken.
 */

const DtsmSnapshot *
DtsmSnapshotOf(const Dtsm_Map *map, uint64_t policy)
{
    return DtsmAt(map, policy & DTSM_OFFSET_MASK, sizeof(DtsmSnapshot), 8);
}

/*
 * LeafAt, NodeAt --
 *
 *      What an entry names, with all its bytes, and what tells how many they
 *      are (F1); NULL when it names nothing, something else, or the file is
 *      broken.  Nearly always a look at where it starts is enough, whatever
 *      its length.
 */

static inline const DtsmLeaf *
LeafAt(const Dtsm_Map *map, uint64_t entry, size_t *pathLenPtr)
{
    DtsmOffset offset = entry & ~(uint64_t) DTSM_ENTRY_LEAF;
    const DtsmLeaf *leaf;

    if ((entry & DTSM_ENTRY_LEAF) == 0) {
        return NULL;
    }
    if (DtsmIsEasy(map, offset, DTSM_PIECE_MOST, 8)) {
        leaf = (const DtsmLeaf *) (void *) (map->base + offset);
        *pathLenPtr = DTSM_ONCE(leaf->pathLen);
        return leaf;
    }
    leaf = DtsmAt(map, offset, DTSM_LEAF_HEAD, 8);
    if (leaf == NULL) {
        return NULL;
    }
    *pathLenPtr = DTSM_ONCE(leaf->pathLen);         /* F1 */
    return DtsmAt(map, offset, DTSM_LEAF_HEAD + *pathLenPtr, 8);
}

/*
 * WayCount --
 *
 *      The bits set among a node's 16.  The compiler's own popcount is a call
 *      where the instruction may be missing.
 */

static inline unsigned
WayCount(uint32_t bitmap)
{
    bitmap &= 0xffff;
    bitmap -= bitmap >> 1 & 0x5555;
    bitmap = (bitmap & 0x3333) + (bitmap >> 2 & 0x3333);
    bitmap = (bitmap + (bitmap >> 4)) & 0x0f0f;
    return (bitmap + (bitmap >> 8)) & 0x1f;
}

static inline const DtsmNode *
NodeAt(const Dtsm_Map *map, uint64_t entry, uint32_t *bitmapPtr)
{
    const DtsmNode *node;

    if (DtsmIsEasy(map, entry, DTSM_PIECE_MOST, 8)) {
        node = (const DtsmNode *) (void *) (map->base + entry);
        *bitmapPtr = DTSM_ONCE(node->bitmap);
        return node;
    }
    if (entry == 0 || (entry & DTSM_ENTRY_LEAF) != 0) {
        return NULL;
    }
    node = DtsmAt(map, entry, sizeof(DtsmNode), 8);
    if (node == NULL) {
        return NULL;
    }
    *bitmapPtr = DTSM_ONCE(node->bitmap);           /* F1 */
    return DtsmAt(map, entry, sizeof(DtsmNode)
            + WayCount(*bitmapPtr) * sizeof(uint64_t), 8);
}

const DtsmLeaf *
DtsmLeafAt(const Dtsm_Map *map, uint64_t entry, size_t *pathLenPtr)
{
    return LeafAt(map, entry, pathLenPtr);
}

const DtsmNode *
DtsmNodeAt(const Dtsm_Map *map, uint64_t entry, uint32_t *bitmapPtr)
{
    return NodeAt(map, entry, bitmapPtr);
}

unsigned
DtsmWayCount(uint32_t bitmap)
{
    return WayCount(bitmap);
}

static __attribute__((noinline)) uint64_t
HashSlowly(const Dtsm_Map *map, const DtsmKey *key)
{
    return DtsmKeyHash(key, map->secret);
}

/*
 * FindHashed --
 *
 *      The leaf of the key, whose hash it is, or NULL.  Its path is as long as
 *      the key.
 */

static inline __attribute__((always_inline)) const DtsmLeaf *
FindHashed(const Dtsm_Map *map, uint64_t entry, const DtsmKey *key,
        uint64_t hash)
{
    unsigned level, chain;

    for (level = 0; level < DTSM_NODE_LEVELS; level++) {
        uint32_t bit = DtsmWayBit(hash, level), bitmap;
        const DtsmNode *node = NodeAt(map, entry, &bitmap);

        if (node == NULL) {
            break;
        }
        if ((bitmap & bit) == 0) {
            return NULL;
        }
        entry = node->entries[WayCount(bitmap & (bit - 1))];
    }
    for (chain = 0; chain < DTSM_CHAIN_MOST; chain++) {
        size_t pathLen;
        const DtsmLeaf *leaf = LeafAt(map, entry, &pathLen);

        if (leaf == NULL || leaf->hash != hash) {
            return NULL;
        }
        if (DtsmKeyEqual(key, leaf->path, pathLen)) {
            return leaf;
        }
        entry = leaf->next;
    }
    return NULL;
}

/*
 * FindLeaf --
 *
 *      The key's leaf, or NULL.  A covering path is short and folded, and is
 *      hashed without a call.
 */

static __attribute__((flatten)) const DtsmLeaf *
FindLeaf(const Dtsm_Map *map, uint64_t entry, const DtsmKey *key)
{
    uint64_t hash = DtsmKeyIsRaw(key) && key->len <= DTSM_USUAL_MOST
            ? DtsmHash(key->path, key->len, map->secret)
            : HashSlowly(map, key);

    return FindHashed(map, entry, key, hash);
}

const DtsmLeaf *
DtsmPolicyFind(const Dtsm_Map *map, const DtsmSnapshot *snapshot,
        const DtsmKey *key)
{
    return FindLeaf(map, snapshot->top, key);
}

/*
 * Weigh --
 *
 *      What the leaf of a path that covers the key says of what governs it;
 *      the leaves come in order, the longest path last.
 */

static inline void
Weigh(DtsmGoverning *governing, const DtsmLeaf *leaf, size_t len)
{
    if (leaf->markVersion > governing->since) {
        governing->since = leaf->markVersion;
    }
    if (leaf->ruleVersion != 0) {
        governing->rule = leaf;
        governing->ruleLen = len;
    }
}

static inline bool
MayEnd(const DtsmSnapshot *snapshot, const DtsmKey *key, const DtsmStep *step)
{
    return (snapshot->ends & DtsmKeyEnd(step->end,
            DtsmKeyLast(key, step->rawEnd))) != 0;
}

/*
 * GovernDeeply --
 *
 *      As DtsmGovern, for the covering paths of so many components that the
 *      snapshot does not tell them apart.  Each may have a leaf, so their
 *      hashes are had in one way along the key: hashed one by one, the tens
 *      of thousands that a path may have would take its length squared.
 */

static __attribute__((noinline)) void
GovernDeeply(const Dtsm_Map *map, const DtsmSnapshot *snapshot,
        const DtsmKey *key, DtsmGoverning *governing)
{
    DtsmStep step = {0, 0, 0};
    DtsmKeySum sum;

    DtsmKeySumStart(&sum, map->secret);
    while (DtsmKeyStep(key, &step)) {
        DtsmKey prefix = {key->path, step.rawEnd, step.end, key->letters};
        const DtsmLeaf *leaf;

        DtsmKeySumAdd(&sum, key, &step);
        if (step.depth < DTSM_DEPTH_LAST || !MayEnd(snapshot, key, &step)) {
            continue;
        }
        leaf = FindHashed(map, snapshot->top, &prefix, DtsmKeySumHash(&sum));
        if (leaf != NULL) {
            Weigh(governing, leaf, step.end);
        }
    }
}

/*
 * DtsmGovern --
 *
 *      What governs key under the snapshot that policy names: the longest
 *      rule that covers it, and the version of the youngest among that rule
 *      and the forget-belows and removals at or above the key.
 */

void
DtsmGovern(const Dtsm_Map *map, uint64_t policy, const DtsmKey *key,
        DtsmGoverning *governing)
{
    const DtsmSnapshot *snapshot = DtsmSnapshotOf(map, policy);
    DtsmStep step = {0, 0, 0};
    uint64_t depths;

    governing->rule = NULL;
    governing->ruleLen = 0;
    governing->since = DTSM_VERSION_FIRST;
    depths = snapshot == NULL ? 0 : DTSM_ONCE(snapshot->depths);
    while (DtsmKeyStep(key, &step) && depths >> step.depth != 0) {
        DtsmKey prefix = {key->path, step.rawEnd, step.end, key->letters};
        const DtsmLeaf *leaf;

        if (step.depth >= DTSM_DEPTH_LAST) {
            GovernDeeply(map, snapshot, key, governing);
            break;
        }
        if ((depths >> step.depth & 1) == 0 || !MayEnd(snapshot, key, &step)) {
            continue;
        }
        leaf = FindLeaf(map, snapshot->top, &prefix);
        if (leaf != NULL) {
            Weigh(governing, leaf, step.end);
        }
    }
    if (governing->rule != NULL
            && governing->rule->ruleVersion > governing->since) {
        governing->since = governing->rule->ruleVersion;
    }
}

/*
 * DtsmRuleOf --
 *
 *      The longest rule that covers key; NULL: none.  For who has no verdict
 *      to judge: it need not see all that covers the key, so it goes from the
 *      deepest path on and stops at the first rule.
 */

const DtsmLeaf *
DtsmRuleOf(const Dtsm_Map *map, uint64_t policy, const DtsmKey *key)
{
    const DtsmSnapshot *snapshot = DtsmSnapshotOf(map, policy);
    uint16_t ends[DTSM_DEPTH_LAST];     /* of the covering paths, by depth */
    DtsmGoverning governing;
    unsigned depth, wanted;
    uint64_t depths;
    size_t from;

    depths = snapshot == NULL ? 0 : DTSM_ONCE(snapshot->depths);    /* F1 */
    if (depths == 0 || snapshot->ruleCount == 0) {
        return NULL;
    }
    wanted = 64 - (unsigned) __builtin_clzll(depths);
    if (!DtsmKeyIsRaw(key) || wanted > DTSM_DEPTH_LAST) {
        DtsmGovern(map, policy, key, &governing);
        return governing.rule;
    }
    depth = 0;
    if (key->path[0] != '/') {
        depth = 1;
    }
    for (from = 0; from < key->len && depth < wanted; from += 16) {
        unsigned mask = DtsmSlashMask(key->path, from, key->len);

        for (; mask != 0 && depth < wanted; mask &= mask - 1) {
            ends[depth++] = (uint16_t) (from + (unsigned)
                    __builtin_ctz(mask));
        }
    }
    if (depth < wanted && !(key->len == 1 && key->path[0] == '/')) {
        ends[depth++] = (uint16_t) key->len;
    }
    while (depth-- > 0) {
        size_t end = depth == 0 ? 1 : ends[depth];
        DtsmKey covering = {key->path, end, end, false};
        const DtsmLeaf *leaf;

        if ((depths >> depth & 1) == 0
                || (snapshot->ends & DtsmKeyEnd(end, key->path[end - 1])) == 0
                || (depth == 0 && key->path[0] != '/')) {
            continue;
        }
        leaf = FindLeaf(map, snapshot->top, &covering);
        if (leaf != NULL && leaf->ruleVersion != 0) {
            return leaf;
        }
    }
    return NULL;
}
