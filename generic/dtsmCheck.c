/*
 * dtsmCheck.c --
 *
 *      Every invariant of the file, verified.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "dtsmInt.h"
#include "dtsmSlot.h"

typedef struct Check {
    const Dtsm_Map *map;
    Dtsm_CheckProc *proc;
    void *data;
    DtsmTally tally;
    uint64_t flaws;
    const DtsmSnapshot *snapshot;
    uint64_t rules;             /* counted */
    uint64_t depths;            /* gathered */
    uint64_t ends;
} Check;

static void
Flaw(Check *check, const char *flaw, const void *place)
{
    check->flaws++;
    if (check->proc != NULL) {
        check->proc(check->data, flaw,
                (uint64_t) ((const char *) place - check->map->base));
    }
}

/*
 * KeyOf --
 *
 *      The key of a stored path; a flaw unless it is one and folded.
 */

static bool
KeyOf(Check *check, const char *path, size_t len, DtsmKey *key)
{
    if (DtsmKeyInit(key, path, len) != DTSM_OK || key->len != len) {
        Flaw(check, "a stored path is empty, has a NUL or is not folded",
                path);
        return false;
    }
    return true;
}

static void
CheckHeader(Check *check)
{
    const Dtsm_Map *map = check->map;
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t cursor = atomic_load(&header->cursor);
    uint64_t ready = atomic_load(&header->ready);
    int i;

    if (header->seed != map->seed
            || header->root != DtsmOffsetOf(map, map->buckets)
            || header->rootBits != map->rootBits
            || header->format != DTSM_FORMAT
            || atomic_load(&header->magic) != DTSM_MAGIC) {
        Flaw(check, "a constant of the header has changed", header);
    }
    if (cursor % 8 != 0 || cursor < DtsmOffsetOf(map, map->buckets)
            + (sizeof(DtsmBucket) << map->rootBits) || cursor > ready) {
        Flaw(check, "the cursor is out of range or not aligned (A1)",
                &header->cursor);
    }
    if (ready % DTSM_HEADER_BYTES != 0 || ready > header->window) {
        Flaw(check, "ready is beyond the window or not a page (A2)",
                &header->ready);
    }
    if (atomic_load(&header->fence) > 1) {
        Flaw(check, "the fence is neither open nor shut", &header->fence);
    }
    for (i = 0; i < DTSM_CHANGERS; i++) {
        if (atomic_load(&header->changers[i]) > INT32_MAX) {
            Flaw(check, "a changer is no process number (V6)",
                    &header->changers[i]);
        }
    }
}

/*
 * CheckSlot --
 *
 *      A record must be what a search for its path finds: so it lies on its
 *      way, under its tag, before the first empty slot of its turn (S5), and
 *      only once (S3).
 */

static void
CheckSlot(Check *check, DtsmBucket *bucket, unsigned i, uint64_t slot)
{
    DtsmWord *place = &bucket->slots[i];
    uint64_t hash, policy;
    uint32_t version;
    DtsmRecord *record = DtsmRecordAt(check->map, DtsmSlotOffset(slot));
    unsigned flags, n;
    uint64_t word;
    DtsmKey key;

    if (record == NULL) {
        Flaw(check, "a slot points outside", place);
        return;
    }
    if (!KeyOf(check, record->path, record->pathLen, &key)) {
        return;
    }
    if (DtsmTrieFind(check->map, &key) != record) {
        Flaw(check, "a record is not found where it lies, or is there twice"
                " (S3)", record);
    }
    hash = DtsmKeyHash(&key, check->map->secret);
    for (n = 0; DtsmTurn(hash, n) != i; n++) {
        if (DtsmSlotLoad(&bucket->slots[DtsmTurn(hash, n)]) == 0) {
            Flaw(check, "a slot is full behind an empty one (S5)", place);
            break;
        }
    }
    word = DtsmStateLoad(&record->word);
    policy = DtsmPolicyNow(check->map);
    flags = DtsmVerdictFlags(word);
    version = DtsmVerdictVersion(word);
    if ((flags & ~(DTSM_FLAGS & ~DTSM_PREFIX)) != 0) {
        Flaw(check, "a verdict has unknown flags", record);
    }
    if (version > DtsmPolicyVersion(policy)) {
        Flaw(check, "a verdict is newer than the policy (V2)", record);
    }
    if (version == DTSM_SPENT) {
        Flaw(check, "a verdict has the version of no policy (V7)", record);
    }
    if (flags == 0 && version != DTSM_VERSION_NONE) {
        Flaw(check, "a forgotten verdict has a version (V7)", record);
    }
}

static void
CheckBuckets(Check *check, DtsmOffset offset, uint64_t count, unsigned level)
{
    DtsmBucket *bucket = DtsmAt(check->map, offset, count * sizeof(*bucket),
            sizeof(*bucket));

    if (bucket == NULL || level >= DTSM_LEVELS) {
        Flaw(check, "a child is outside or too deep",
                check->map->base + (bucket == NULL ? 0 : offset));
        return;
    }
    for (; count > 0; count--, bucket++) {
        uint64_t slot = 0;
        bool empty = false;
        unsigned i;

        if (!DtsmTallyOne(check->map, &check->tally)) {
            Flaw(check, "more buckets than the file can hold", bucket);
            return;
        }
        for (i = 0; i < DTSM_SLOTS; i++) {
            slot = DtsmSlotLoad(&bucket->slots[i]);
            if (slot == 0) {
                empty = true;
            } else if (i < DTSM_SLOTS - 1 || !DtsmIsChild(slot)) {
                CheckSlot(check, bucket, i, slot);
            }
        }
        if (DtsmIsChild(slot)) {
            if (empty) {
                Flaw(check, "a bucket with room has a child (S5)", bucket);
            }
            CheckBuckets(check, DtsmChildOffset(slot), DTSM_CHILD_BUCKETS,
                    level + 1);
        }
    }
}

static void
CheckLeaf(Check *check, const DtsmLeaf *leaf)
{
    uint32_t version = check->snapshot->version;
    DtsmKey key;

    if (!KeyOf(check, leaf->path, leaf->pathLen, &key)) {
        return;
    }
    check->rules += leaf->ruleVersion != 0;
    check->depths |= UINT64_C(1) << DtsmKeyDepth(&key);
    check->ends |= DtsmKeyEnd(key.len, key.path[key.rawLen - 1]);
    if (DtsmPolicyFind(check->map, check->snapshot, &key) != leaf) {
        Flaw(check, "a rule or mark is not found where it lies (P1)", leaf);
    }
    if (leaf->ruleVersion > version || leaf->markVersion > version
            || (leaf->ruleVersion == 0 && leaf->markVersion == 0)) {
        Flaw(check, "a rule or mark has a version from the future (P2)",
                leaf);
    }
    if ((leaf->ruleVersion != 0) != ((leaf->flags & DTSM_PREFIX) != 0)
            || (leaf->flags & ~DTSM_FLAGS) != 0) {
        Flaw(check, "a rule has wrong flags", leaf);
    }
}

static void
CheckChain(Check *check, uint64_t entry)
{
    const DtsmLeaf *leaf;

    for (; entry != 0; entry = leaf->next) {
        leaf = DtsmLeafAt(check->map, entry);
        if (leaf == NULL || !DtsmTallyOne(check->map, &check->tally)) {
            Flaw(check, leaf == NULL
                    ? "an entry of the policy points outside"
                    : "the policy is larger than it can be",
                    check->snapshot);
            return;
        }
        CheckLeaf(check, leaf);
    }
}

/*
 * CheckPolicy --
 *
 *      It recurses once a level, DTSM_NODE_LEVELS deep at most.
 */

static void
CheckPolicy(Check *check, uint64_t entry, unsigned level)
{
    const DtsmNode *node = DtsmNodeAt(check->map, entry);
    unsigned i, count;

    if (node == NULL) {
        CheckChain(check, entry);
        return;
    }
    if (level >= DTSM_NODE_LEVELS
            || !DtsmTallyOne(check->map, &check->tally)) {
        Flaw(check, "the policy is deeper or larger than it can be",
                check->snapshot);
        return;
    }
    count = (unsigned) __builtin_popcount(node->bitmap & 0xffff);
    if (count == 0 || (node->bitmap & ~0xffffu) != 0) {
        Flaw(check, "a node of the policy has a wrong bitmap", node);
    }
    for (i = 0; i < count; i++) {
        CheckPolicy(check, node->entries[i], level + 1);
    }
}

int
Dtsm_Check(const Dtsm_Map *map, Dtsm_CheckProc *proc, void *data)
{
    uint64_t policy = DtsmPolicyNow(map);
    Check check;

    memset(&check, 0, sizeof(check));
    check.map = map;
    check.proc = proc;
    check.data = data;
    CheckHeader(&check);
    check.snapshot = DtsmSnapshotOf(map, policy);
    if (check.snapshot == NULL) {
        Flaw(&check, "the policy word points outside",
                &DtsmHeaderOf(map)->policy);
        return DTSM_CORRUPT;
    }
    if (DtsmPolicyVersion(policy) != DTSM_SPENT
            && check.snapshot->version != DtsmPolicyVersion(policy)) {
        Flaw(&check, "policy word and snapshot differ in version",
                check.snapshot);
    }
    CheckPolicy(&check, check.snapshot->top, 0);
    if (check.rules != check.snapshot->ruleCount) {
        Flaw(&check, "the snapshot's count of rules is wrong",
                check.snapshot);
    }
    if (check.depths != check.snapshot->depths) {
        Flaw(&check, "the snapshot's bitmap of depths is wrong",
                check.snapshot);
    }
    if (check.ends != check.snapshot->ends) {
        Flaw(&check, "the snapshot's bitmap of ends is wrong",
                check.snapshot);
    }
    CheckBuckets(&check, DtsmOffsetOf(map, map->buckets),
            UINT64_C(1) << map->rootBits, 0);
    return check.flaws == 0 ? DTSM_OK : DTSM_CORRUPT;
}
