/*
 * dtsmPolicy.c --
 *
 *      Rules and forget-belows, in immutable snapshots, changed.
 *      dtsmGovern.c finds them.
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

#include <string.h>

#include "dtsmInt.h"

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
    size_t oldLen;
    const DtsmLeaf *old = DtsmLeafAt(change->piece->map, entry, &oldLen);
    const DtsmKey *key = change->key;
    DtsmOffset offset;
    DtsmLeaf *leaf;
    uint64_t next = 0;

    if (old != NULL && !DtsmKeyEqual(key, old->path, oldLen)) {
        size_t bytes = DTSM_LEAF_HEAD + oldLen;

        if (chain >= DTSM_CHAIN_MOST - 1) {
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
        leaf->pathLen = (uint16_t) oldLen;
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
 *      A copy of node, of that bitmap (NULL, 0: an empty one), whose way for
 *      bit is entry.
 */

static uint64_t
PutNode(Change *change, const DtsmNode *node, uint32_t bitmap, uint32_t bit,
        uint64_t entry)
{
    unsigned count = DtsmWayCount(bitmap);
    unsigned at = DtsmWayCount(bitmap & (bit - 1));
    unsigned rest = at + ((bitmap & bit) != 0);
    DtsmOffset offset;
    DtsmNode *copy = Take(change, sizeof(DtsmNode)
            + DtsmWayCount(bitmap | bit) * sizeof(uint64_t), &offset);

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
    size_t pathLen;
    uint32_t bitmap;
    const DtsmLeaf *leaf = DtsmLeafAt(map, entry, &pathLen);
    const DtsmNode *node = DtsmNodeAt(map, entry, &bitmap);
    uint32_t bit = level < DTSM_NODE_LEVELS
            ? DtsmWayBit(change->hash, level) : 0;
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
        split = PutNode(change, NULL, 0, DtsmWayBit(leaf->hash, level), entry);
        node = DtsmNodeAt(map, split, &bitmap);
        if (node == NULL) {
            return 0;
        }
    }
    if (bitmap & bit) {
        below = node->entries[DtsmWayCount(bitmap & (bit - 1))];
    }
    below = Put(change, below, level + 1);
    return below == 0 ? 0 : PutNode(change, node, bitmap, bit, below);
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

        *statusPtr = DtsmKeyOf(piece->map, &key, entries[i].path,
                entries[i].pathLen);
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
        snapshot.ends |= DtsmKeyEnd(key.len, DtsmKeyLast(&key, key.rawLen));
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
 * Arguments:
 *      rulesAddedPtr   Unless NULL, receives how many rules there are more
 *                      than before, once the change is made.
 *
 * Returns:
 *      DTSM_OK, DTSM_INVALID, DTSM_NOTFOUND (a removal without a rule),
 *      DTSM_FULL (no room or no version left), DTSM_CORRUPT.
 */

int
DtsmPolicyChange(Dtsm_Map *map, DtsmChangeKind kind,
        const Dtsm_Entry *entries, size_t entryCount, size_t *rulesAddedPtr)
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
            if (rulesAddedPtr != NULL) {
                *rulesAddedPtr = ((DtsmSnapshot *) (void *) (map->base
                        + next))->ruleCount - old->ruleCount;
            }
            break;
        }
    }
    DtsmGiveBack(map, piece.start + piece.used, piece.start + piece.size);
    return status;
}

/*
 * DtsmPolicySpend --
 *
 *      Void all verdicts for good (P2).  Rules go on to answer.  What a void
 *      verdict says is overwritten by the next, so it counts as unstored.
 */

void
DtsmPolicySpend(Dtsm_Map *map)
{
    DtsmWord *word = &DtsmHeaderOf(map)->policy;
    uint64_t policy = DtsmStateLoad(word);

    while (DtsmPolicyVersion(policy) != DTSM_SPENT) {
        if (DtsmStateCas(word, &policy, (uint64_t) DTSM_SPENT
                << DTSM_OFFSET_BITS | (policy & DTSM_OFFSET_MASK))) {
            (void) Dtsm_Count(map, DTSM_COUNT_UNSTORED, 1);
            break;
        }
    }
}
