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
    DtsmClaims claims;
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
 * IsOwn --
 *
 *      Whether a piece, named by what lies at place, has its bytes to itself,
 *      below the cursor; else a flaw.  What is named was taken before, so the
 *      cursor, loaded now, is beyond it.
 */

static bool
IsOwn(Check *check, DtsmOffset offset, uint64_t bytes, const void *place)
{
    if (!DtsmClaim(&check->claims, offset, bytes)) {
        Flaw(check, "bytes that belong to something else are named here (F2)",
                place);
        return false;
    }
    if (offset + bytes > atomic_load(&DtsmHeaderOf(check->map)->cursor)) {
        Flaw(check, "something beyond the cursor is named here (A1)", place);
    }
    return true;
}

/*
 * KeyOf --
 *
 *      The key of a stored path; a flaw unless it is one and folded.
 */

static bool
KeyOf(Check *check, const char *path, size_t len, DtsmKey *key)
{
    if (DtsmKeyOf(check->map, key, path, len) != DTSM_OK || key->len != len
            || key->letters) {
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
            || header->fold != (map->folds ? DTSM_FOLD_ASCII : DTSM_FOLD_NONE)
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
    size_t pathLen;
    DtsmRecord *record = DtsmRecordAt(check->map, DtsmSlotOffset(slot),
            &pathLen);
    unsigned flags, n;
    uint64_t word;
    DtsmKey key;

    if (record == NULL) {
        Flaw(check, "a slot points outside", place);
        return;
    }
    if (!IsOwn(check, DtsmSlotOffset(slot), DTSM_RECORD_HEAD + pathLen, place)
            || !KeyOf(check, record->path, pathLen, &key)) {
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
CheckBuckets(Check *check, DtsmOffset offset, uint64_t count, unsigned level,
        const void *place)
{
    DtsmBucket *bucket = DtsmAt(check->map, offset, count * sizeof(*bucket),
            sizeof(*bucket));

    if (bucket == NULL || level >= DTSM_LEVELS) {
        Flaw(check, "a child is outside or too deep",
                check->map->base + (bucket == NULL ? 0 : offset));
        return;
    }
    if (!IsOwn(check, offset, count * sizeof(*bucket), place)) {
        return;
    }
    for (; count > 0; count--, bucket++) {
        uint64_t slot = 0;
        bool empty = false;
        unsigned i;

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
                    level + 1, &bucket->slots[DTSM_SLOTS - 1]);
        }
    }
}

static void
CheckLeaf(Check *check, const DtsmLeaf *leaf, size_t pathLen)
{
    uint32_t version = check->snapshot->version;
    DtsmKey key;

    if (!KeyOf(check, leaf->path, pathLen, &key)) {
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
    size_t pathLen;

    for (; entry != 0; entry = leaf->next) {
        leaf = DtsmLeafAt(check->map, entry, &pathLen);
        if (leaf == NULL) {
            Flaw(check, "an entry of the policy points outside",
                    check->snapshot);
            return;
        }
        if (!IsOwn(check, entry & ~(uint64_t) DTSM_ENTRY_LEAF,
                DTSM_LEAF_HEAD + pathLen, leaf)) {
            return;
        }
        CheckLeaf(check, leaf, pathLen);
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
    uint32_t bitmap;
    const DtsmNode *node = DtsmNodeAt(check->map, entry, &bitmap);
    unsigned i, count;

    if (node == NULL) {
        CheckChain(check, entry);
        return;
    }
    count = DtsmWayCount(bitmap);
    if (level >= DTSM_NODE_LEVELS) {
        Flaw(check, "the policy is deeper than it can be", check->snapshot);
        return;
    }
    if (!IsOwn(check, entry, sizeof(*node) + count * sizeof(uint64_t), node)) {
        return;
    }
    if (count == 0 || (bitmap & ~0xffffu) != 0) {
        Flaw(check, "a node of the policy has a wrong bitmap", node);
    }
    for (i = 0; i < count; i++) {
        CheckPolicy(check, node->entries[i], level + 1);
    }
}

/*
 * CheckSnapshot --
 *
 *      The policy word, the snapshot that it names, and all that hangs on it.
 */

static void
CheckSnapshot(Check *check, uint64_t policy)
{
    const DtsmSnapshot *snapshot = check->snapshot;

    if (DtsmPolicyVersion(policy) == DTSM_VERSION_NONE) {
        Flaw(check, "the policy has no version (P2)",
                &DtsmHeaderOf(check->map)->policy);
    }
    if (DtsmPolicyVersion(policy) != DTSM_SPENT
            && snapshot->version != DtsmPolicyVersion(policy)) {
        Flaw(check, "policy word and snapshot differ in version", snapshot);
    }
    if (IsOwn(check, policy & DTSM_OFFSET_MASK, sizeof(*snapshot), snapshot)) {
        CheckPolicy(check, snapshot->top, 0);
    }
    if (check->rules != snapshot->ruleCount) {
        Flaw(check, "the snapshot's count of rules is wrong", snapshot);
    }
    if (check->depths != snapshot->depths) {
        Flaw(check, "the snapshot's bitmap of depths is wrong", snapshot);
    }
    if (check->ends != snapshot->ends) {
        Flaw(check, "the snapshot's bitmap of ends is wrong", snapshot);
    }
}

/*
 * CheckText --
 *
 *      A command line has as many NULs as words, the last one at its end.
 */

static int
CheckText(void *data, const Dtsm_ProcessEntry *entry)
{
    size_t i, count = 0;

    for (i = 0; i < entry->textLen; i++) {
        count += entry->text[i] == '\0';
    }
    if (count != entry->wordCount
            || (i > 0 && entry->text[i - 1] != '\0')) {
        Flaw(data, "a command line has not as many words as it should (R1)",
                entry->text);
    }
    return 0;
}

/*
 * CheckPathAt --
 *
 *      What a word of the recording names must be what a search for its path
 *      finds.
 */

static void
CheckPathAt(Check *check, DtsmOffset offset, const void *place)
{
    size_t pathLen;
    DtsmRecord *record = DtsmRecordAt(check->map, offset, &pathLen);
    DtsmKey key;

    if (record == NULL
            || DtsmKeyOf(check->map, &key, record->path, pathLen) != DTSM_OK
            || DtsmTrieFind(check->map, &key) != record) {
        Flaw(check, "a word of the recording names no path (R3)", place);
    }
}

static int
CheckWord(DtsmHistory *history, DtsmWord *place, uint64_t word)
{
    DtsmOffset spelling = DtsmAccessOffset(word), target = 0;

    if ((DtsmAccessFlags(word) & DTSM_ACCESS_KINDS) == 0) {
        if (DtsmAliasOf(history, place, word, &spelling, &target) != 0) {
            return 0;
        }
        CheckPathAt(history->data, target, place);
    }
    CheckPathAt(history->data, spelling, place);
    return 0;
}

static void
FlawInHistory(void *data, const char *flaw, const void *place)
{
    Flaw(data, flaw, place);
}

int
Dtsm_Check(const Dtsm_Map *map, Dtsm_CheckProc *proc, void *data)
{
    uint64_t policy = DtsmPolicyNow(map);
    Check check;
    DtsmHistory history = {map, &check.claims, CheckText, CheckWord,
        FlawInHistory, NULL};
    int status;

    memset(&check, 0, sizeof(check));
    check.map = map;
    check.proc = proc;
    check.data = data;
    status = DtsmClaimsStart(&check.claims, map);
    if (status != DTSM_OK) {
        return status;
    }
    CheckHeader(&check);
    check.snapshot = DtsmSnapshotOf(map, policy);
    if (check.snapshot == NULL) {
        Flaw(&check, "the policy word points outside",
                &DtsmHeaderOf(map)->policy);
    } else {
        CheckSnapshot(&check, policy);
        CheckBuckets(&check, DtsmOffsetOf(map, map->buckets),
                UINT64_C(1) << map->rootBits, 0, map->buckets);
    }
    history.data = &check;
    status = DtsmWalkHistory(&history);
    DtsmClaimsEnd(&check.claims);
    return status != DTSM_OK || check.flaws == 0 ? status : DTSM_CORRUPT;
}
