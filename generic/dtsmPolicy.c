/*
 * dtsmPolicy.c --
 *
 *      Rules and forget-belows, in immutable snapshots; what governs a path.
 *
 *      The policy word names a snapshot.  A change copies what differs on its
 *      way through the snapshot's trie, takes the next version and replaces
 *      the policy word by one CAS: it is there wholly or not at all (P1).
 *
 *          policy word --> snapshot 7          snapshot 8 <-- policy word'
 *                             |                   |
 *                           node --+           node'          copied
 *                             |     \         /   |
 *                           leaf     leaf, shared  leaf'      new
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmFind.h"

#define NODE_WAYS       (1u << DTSM_NODE_BITS)
#define CHAIN_MAX       64      /* leaves of one hash that are looked at */
#define PIECE_BYTES     1024    /* taken at once for a change */

/*
 * Space for one change: a piece of the file, used from its start.  When the
 * change has to be made again, its copies are overwritten.
 */

typedef struct Piece {
    Dtsm_Map *map;
    DtsmOffset start;
    uint64_t size;
    uint64_t used;
} Piece;

typedef struct Change {
    Piece *piece;
    DtsmChangeKind kind;
    const DtsmKey *key;
    uint64_t hash;
    unsigned flags;
    uint32_t version;
    int rulesAdded;             /* result */
    int status;                 /* result */
} Change;

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
 *      What an entry names, with all its bytes; NULL when it names nothing,
 *      something else, or the file is broken.  Nearly always a look at where
 *      it starts is enough, whatever its length.
 */

static inline const DtsmLeaf *
LeafAt(const Dtsm_Map *map, uint64_t entry)
{
    DtsmOffset offset = entry & ~(uint64_t) DTSM_ENTRY_LEAF;
    const DtsmLeaf *leaf;

    if ((entry & DTSM_ENTRY_LEAF) == 0) {
        return NULL;
    }
    if (DtsmIsEasy(map, offset, DTSM_PIECE_MOST, 8)) {
        return (const DtsmLeaf *) (void *) (map->base + offset);
    }
    leaf = DtsmAt(map, offset, DTSM_LEAF_HEAD, 8);
    if (leaf == NULL || DtsmAt(map, offset,
            DTSM_LEAF_HEAD + (uint64_t) leaf->pathLen, 8) == NULL) {
        return NULL;
    }
    return leaf;
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
NodeAt(const Dtsm_Map *map, uint64_t entry)
{
    const DtsmNode *node;

    if (DtsmIsEasy(map, entry, DTSM_PIECE_MOST, 8)) {
        return (const DtsmNode *) (void *) (map->base + entry);
    }
    if (entry == 0 || (entry & DTSM_ENTRY_LEAF) != 0) {
        return NULL;
    }
    node = DtsmAt(map, entry, sizeof(DtsmNode), 8);
    if (node == NULL || DtsmAt(map, entry, sizeof(DtsmNode)
            + WayCount(node->bitmap) * sizeof(uint64_t), 8) == NULL) {
        return NULL;
    }
    return node;
}

const DtsmLeaf *
DtsmLeafAt(const Dtsm_Map *map, uint64_t entry)
{
    return LeafAt(map, entry);
}

const DtsmNode *
DtsmNodeAt(const Dtsm_Map *map, uint64_t entry)
{
    return NodeAt(map, entry);
}

static inline uint32_t
WayBit(uint64_t hash, unsigned level)
{
    return UINT32_C(1) << (hash >> (level * DTSM_NODE_BITS) & (NODE_WAYS - 1));
}

static __attribute__((noinline)) uint64_t
HashSlowly(const Dtsm_Map *map, const DtsmKey *key)
{
    return DtsmKeyHash(key, map->secret);
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
    uint64_t hash = key->len == key->rawLen && key->len <= DTSM_USUAL_MOST
            ? DtsmHash(key->path, key->len, map->secret)
            : HashSlowly(map, key);
    unsigned level, chain;
    const DtsmNode *node;
    const DtsmLeaf *leaf;

    for (level = 0; level < DTSM_NODE_LEVELS; level++) {
        uint32_t bit = WayBit(hash, level);

        node = NodeAt(map, entry);
        if (node == NULL) {
            break;
        }
        if ((node->bitmap & bit) == 0) {
            return NULL;
        }
        entry = node->entries[WayCount(node->bitmap & (bit - 1))];
    }
    for (chain = 0; chain < CHAIN_MAX; chain++) {
        leaf = LeafAt(map, entry);
        if (leaf == NULL || leaf->hash != hash) {
            return NULL;
        }
        if (DtsmKeyEqual(key, leaf->path, leaf->pathLen)) {
            return leaf;
        }
        entry = leaf->next;
    }
    return NULL;
}

const DtsmLeaf *
DtsmPolicyFind(const Dtsm_Map *map, const DtsmSnapshot *snapshot,
        const DtsmKey *key)
{
    return FindLeaf(map, snapshot->top, key);
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

    governing->rule = NULL;
    governing->since = DTSM_VERSION_FIRST;
    if (snapshot == NULL || snapshot->depths == 0) {
        return;
    }
    while (DtsmKeyStep(key, &step)) {
        unsigned depth = step.depth < DTSM_DEPTH_LAST
                ? step.depth : DTSM_DEPTH_LAST;
        DtsmKey prefix;
        const DtsmLeaf *leaf;

        if (snapshot->depths >> depth == 0) {
            break;
        }
        if ((snapshot->depths >> depth & 1) == 0 || (snapshot->ends
                & DtsmKeyEnd(step.end, key->path[step.rawEnd - 1])) == 0) {
            continue;
        }
        prefix.path = key->path;
        prefix.rawLen = step.rawEnd;
        prefix.len = step.end;
        leaf = FindLeaf(map, snapshot->top, &prefix);
        if (leaf == NULL) {
            continue;
        }
        if (leaf->markVersion > governing->since) {
            governing->since = leaf->markVersion;
        }
        if (leaf->ruleVersion != 0) {
            governing->rule = leaf;
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
    size_t from;

    if (snapshot == NULL || snapshot->ruleCount == 0
            || snapshot->depths == 0) {
        return NULL;
    }
    wanted = 64 - (unsigned) __builtin_clzll(snapshot->depths);
    if (key->len != key->rawLen || wanted > DTSM_DEPTH_LAST) {
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
        DtsmKey covering = {key->path, end, end};
        const DtsmLeaf *leaf;

        if ((snapshot->depths >> depth & 1) == 0
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

/*
 * Take --
 *
 *      bytes of the change's piece; NULL with the status set when there is
 *      no room.
 */

static void *
Take(Change *change, size_t bytes, DtsmOffset *offsetPtr)
{
    Piece *piece = change->piece;

    bytes = (bytes + 7) & ~(size_t) 7;
    if (bytes > piece->size - piece->used) {
        size_t size = bytes > PIECE_BYTES ? bytes : PIECE_BYTES;
        DtsmOffset start;

        if (DtsmAlloc(piece->map, size, 8, &start) != DTSM_OK) {
            change->status = DTSM_FULL;
            return NULL;
        }
        piece->start = start;
        piece->size = size;
        piece->used = 0;
    }
    *offsetPtr = piece->start + piece->used;
    piece->used += bytes;
    return piece->map->base + *offsetPtr;
}

/*
 * PutChain --
 *
 *      A copy of the chain of leaves at entry, all of the change's hash, with
 *      the change made.  Returns its entry, 0 with the status set.
 */

static uint64_t
PutChain(Change *change, uint64_t entry, unsigned chain)
{
    const DtsmLeaf *old = LeafAt(change->piece->map, entry);
    const DtsmKey *key = change->key;
    DtsmOffset offset;
    DtsmLeaf *leaf;
    uint64_t next = 0;

    if (old != NULL && !DtsmKeyEqual(key, old->path, old->pathLen)) {
        size_t bytes = DTSM_LEAF_HEAD + old->pathLen;

        if (chain >= CHAIN_MAX - 1) {
            change->status = DTSM_FULL;
            return 0;
        }
        next = PutChain(change, old->next, chain + 1);
        leaf = next == 0 ? NULL : Take(change, bytes, &offset);
        if (leaf == NULL) {
            return 0;
        }
        memmove(leaf, old, bytes);      /* a broken length may reach here */
        leaf->next = next;
        return offset | DTSM_ENTRY_LEAF;
    }
    if (change->kind == DTSM_CHANGE_REMOVE
            && (old == NULL || old->ruleVersion == 0)) {
        change->status = DTSM_NOTFOUND;
        return 0;
    }
    leaf = Take(change, DTSM_LEAF_HEAD + key->len, &offset);
    if (leaf == NULL) {
        return 0;
    }
    leaf->hash = change->hash;
    leaf->next = old == NULL ? 0 : old->next;
    leaf->ruleVersion = old == NULL ? 0 : old->ruleVersion;
    leaf->markVersion = old == NULL ? 0 : old->markVersion;
    leaf->flags = old == NULL ? 0 : old->flags;
    leaf->pathLen = (uint16_t) key->len;
    DtsmKeyCopy(key, leaf->path);
    switch (change->kind) {
    case DTSM_CHANGE_RULE:
        change->rulesAdded = leaf->ruleVersion == 0;
        leaf->ruleVersion = change->version;
        leaf->flags = (uint16_t) change->flags;
        break;
    case DTSM_CHANGE_REMOVE:
        change->rulesAdded = -1;
        leaf->ruleVersion = 0;
        leaf->flags = 0;
        leaf->markVersion = change->version;
        break;
    case DTSM_CHANGE_MARK:
        leaf->markVersion = change->version;
        break;
    }
    return offset | DTSM_ENTRY_LEAF;
}

/*
 * PutNode --
 *
 *      A copy of node (NULL: an empty one) whose way for bit is entry.
 */

static uint64_t
PutNode(Change *change, const DtsmNode *node, uint32_t bit, uint64_t entry)
{
    uint32_t bitmap = node == NULL ? 0 : node->bitmap;
    unsigned count = WayCount(bitmap), at = WayCount(bitmap & (bit - 1));
    unsigned rest = at + ((bitmap & bit) != 0);
    DtsmOffset offset;
    DtsmNode *copy = Take(change, sizeof(DtsmNode)
            + WayCount(bitmap | bit) * sizeof(uint64_t), &offset);

    if (copy == NULL) {
        return 0;
    }
    copy->bitmap = bitmap | bit;
    copy->unused = 0;
    if (node != NULL) {
        memmove(copy->entries, node->entries, at * sizeof(uint64_t));
        memmove(copy->entries + at + 1, node->entries + rest,
                (count - rest) * sizeof(uint64_t));
    }
    copy->entries[at] = entry;
    return offset;
}

/*
 * Put --
 *
 *      A copy of the trie at entry with the change made.  It recurses once a
 *      level.  Returns its entry, 0 with the status set.
 */

static uint64_t
Put(Change *change, uint64_t entry, unsigned level)
{
    const Dtsm_Map *map = change->piece->map;
    const DtsmLeaf *leaf = LeafAt(map, entry);
    const DtsmNode *node = NodeAt(map, entry);
    uint32_t bit = level < DTSM_NODE_LEVELS ? WayBit(change->hash, level) : 0;
    uint64_t below = 0, split;

    if (entry != 0 && leaf == NULL && node == NULL) {
        change->status = DTSM_CORRUPT;
        return 0;
    }
    if (node == NULL && (leaf == NULL || leaf->hash == change->hash)) {
        return PutChain(change, entry, 0);
    }
    if (level >= DTSM_NODE_LEVELS) {
        change->status = DTSM_CORRUPT;
        return 0;
    }
    if (leaf != NULL) {         /* of another hash: put a node above it */
        split = PutNode(change, NULL, WayBit(leaf->hash, level), entry);
        node = NodeAt(map, split);
        if (node == NULL) {
            return 0;
        }
    }
    if (node->bitmap & bit) {
        below = node->entries[WayCount(node->bitmap & (bit - 1))];
    }
    below = Put(change, below, level + 1);
    return below == 0 ? 0 : PutNode(change, node, bit, below);
}

/*
 * Successor --
 *
 *      Make the snapshot that follows old.  Returns its offset, 0 with
 *      *statusPtr set.
 */

static DtsmOffset
Successor(Piece *piece, DtsmChangeKind kind, const Dtsm_Entry *entries,
        size_t entryCount, const DtsmSnapshot *old, uint32_t version,
        int *statusPtr)
{
    DtsmSnapshot snapshot = *old;
    DtsmSnapshot *copy;
    DtsmOffset offset;
    Change change;
    size_t i;

    memset(&change, 0, sizeof(change));
    change.piece = piece;
    change.kind = kind;
    change.version = version;
    for (i = 0; i < entryCount; i++) {
        DtsmKey key;

        *statusPtr = DtsmKeyInit(&key, entries[i].path, entries[i].pathLen);
        if (*statusPtr != DTSM_OK) {
            return 0;
        }
        change.key = &key;
        change.hash = DtsmKeyHash(&key, piece->map->secret);
        change.flags = entries[i].flags;
        change.rulesAdded = 0;
        snapshot.top = Put(&change, snapshot.top, 0);
        if (snapshot.top == 0) {
            *statusPtr = change.status;
            return 0;
        }
        snapshot.ruleCount += (uint32_t) change.rulesAdded;
        snapshot.depths |= UINT64_C(1) << DtsmKeyDepth(&key);
        snapshot.ends |= DtsmKeyEnd(key.len, key.path[key.rawLen - 1]);
    }
    copy = Take(&change, sizeof(DtsmSnapshot), &offset);
    if (copy == NULL) {
        *statusPtr = DTSM_FULL;
        return 0;
    }
    snapshot.version = version;
    *copy = snapshot;
    return offset;
}

/*
 * DtsmPolicyChange --
 *
 *      Make one change of the policy, of all entries together.
 *
 * Returns:
 *      DTSM_OK, DTSM_INVALID, DTSM_NOTFOUND (a removal without a rule),
 *      DTSM_FULL (no room or no version left), DTSM_CORRUPT.
 */

int
DtsmPolicyChange(Dtsm_Map *map, DtsmChangeKind kind,
        const Dtsm_Entry *entries, size_t entryCount)
{
    DtsmWord *word = &DtsmHeaderOf(map)->policy;
    uint64_t policy = DtsmStateLoad(word);
    Piece piece = {map, 0, 0, 0};
    int status = DTSM_OK;

    for (;;) {
        uint32_t version = DtsmPolicyVersion(policy) + 1;
        const DtsmSnapshot *old = DtsmSnapshotOf(map, policy);
        DtsmOffset next;

        if (version > DTSM_VERSION_LAST) {      /* P2 */
            status = DTSM_FULL;
            break;
        }
        if (old == NULL) {      /* or it lies beyond our window */
            status = (policy & DTSM_OFFSET_MASK) < map->window
                    ? DTSM_CORRUPT : DTSM_FULL;
            break;
        }
        piece.used = 0;
        next = Successor(&piece, kind, entries, entryCount, old, version,
                &status);
        if (next == 0) {
            piece.used = 0;
            break;
        }
        if (DtsmStateCas(word, &policy, (uint64_t) version
                << DTSM_OFFSET_BITS | next)) {  /* P1 */
            break;
        }
    }
    DtsmGiveBack(map, piece.start + piece.used, piece.start + piece.size);
    return status;
}

/*
 * DtsmPolicySpend --
 *
 *      Void all verdicts for good (P2).  Rules go on to answer.
 */

void
DtsmPolicySpend(Dtsm_Map *map)
{
    DtsmWord *word = &DtsmHeaderOf(map)->policy;
    uint64_t policy = DtsmStateLoad(word);

    while (DtsmPolicyVersion(policy) != DTSM_SPENT
            && !DtsmStateCas(word, &policy, (uint64_t) DTSM_SPENT
                    << DTSM_OFFSET_BITS | (policy & DTSM_OFFSET_MASK))) {
        continue;
    }
}
