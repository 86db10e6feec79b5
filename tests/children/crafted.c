/*
 * crafted.c --
 *
 *      crafted HOW MAP: make a map whose file says what no map says, and go
 *      through all of it.
 *
 *          version     a policy without a version
 *          children    all buckets have one and the same child, which is its
 *                      own child as well
 *          records     all slots name one and the same record
 *          overlapping each slot names a record of 24 KiB, 8 bytes behind
 *                      the one before
 *          nodes       a node of the policy with 16 ways that all lead to it
 *          leaves      a leaf that comes after itself
 *
 *      All but the first say that their memory goes to the end of the window.
 *      Prints the statuses of a walk and a check, "few" when the walk gave
 *      less than a MiB of paths, and leaves the map there.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtsmInt.h"

#define PATIENCE    120         /* seconds; after that it is a hang */
#define PATH        "/some/where"

static int
Visit(void *data, const Dtsm_Entry *entry)
{
    *(uint64_t *) data += entry->pathLen;
    return 0;
}

static void
Flaw(void *data, const char *flaw, uint64_t offset)
{
    (void) flaw;
    (void) offset;
    ++*(uint64_t *) data;
}

static void *
Take(Dtsm_Map *map, size_t bytes, size_t align)
{
    DtsmOffset offset;

    if (DtsmAlloc(map, bytes, align, &offset) != DTSM_OK) {
        exit(2);
    }
    return memset(map->base + offset, 0, bytes);
}

/*
 * Version --
 *
 *      Nothing has a verdict that counts when the policy has no version.
 */

static void
Version(Dtsm_Map *map, const char *file)
{
    unsigned flags;
    Dtsm_Token token;
    Dtsm_Map *again;

    atomic_fetch_and(&DtsmHeaderOf(map)->policy, DTSM_OFFSET_MASK);
    printf("mark %d look %d", Dtsm_Mark(map, "/none", 5, DTSM_READ, 0),
            Dtsm_Look(map, "/none", 5, &flags, &token));
    printf(" insert %d", Dtsm_InsertLooked(map, "/none", 5, DTSM_DENY,
            &token));
    printf(" forget %d", Dtsm_Forget(map, "/none", 5, 0));
    printf(" mark %d", Dtsm_Mark(map, "/none", 5, DTSM_READ, 0));
    printf(" open %d\n", Dtsm_Open(file, DTSM_RDWR, &again));
}

static void
Children(Dtsm_Map *map)
{
    DtsmBucket *child = Take(map, DTSM_CHILD_BYTES, sizeof(DtsmBucket));
    uint64_t slot = DTSM_SLOT_CHILD | DtsmOffsetOf(map, child) / DTSM_UNIT;
    uint64_t i;

    for (i = 0; i < DTSM_CHILD_BUCKETS; i++) {
        atomic_store(&child[i].slots[DTSM_SLOTS - 1], slot);
    }
    for (i = 0; i < UINT64_C(1) << map->rootBits; i++) {
        atomic_store(&map->buckets[i].slots[DTSM_SLOTS - 1], slot);
    }
}

/*
 * Records --
 *
 *      Slots that name the record of PATH, or one step bytes behind the one
 *      before.
 */

static void
Records(Dtsm_Map *map, DtsmOffset offset, uint64_t tag, uint64_t step)
{
    DtsmWord *slots = map->buckets->slots;
    uint64_t i;

    for (i = 0; i < DTSM_SLOTS << map->rootBits; i++) {
        atomic_store(slots + i, tag | (offset + i * step) / DTSM_UNIT);
    }
}

static void
Nodes(Dtsm_Map *map)
{
    DtsmNode *node = Take(map, sizeof(*node) + 16 * sizeof(uint64_t), 8);
    DtsmSnapshot *snapshot = (DtsmSnapshot *) (void *) (map->base
            + (DtsmPolicyNow(map) & DTSM_OFFSET_MASK));
    unsigned i;

    node->bitmap = 0xffff;
    for (i = 0; i < 16; i++) {
        node->entries[i] = DtsmOffsetOf(map, node);
    }
    snapshot->top = DtsmOffsetOf(map, node);
}

static void
Leaves(Dtsm_Map *map)
{
    DtsmSnapshot *snapshot;

    Dtsm_Insert(map, PATH, sizeof(PATH) - 1, DTSM_DENY | DTSM_PREFIX);
    snapshot = (DtsmSnapshot *) (void *) (map->base
            + (DtsmPolicyNow(map) & DTSM_OFFSET_MASK));
    ((DtsmLeaf *) (void *) (map->base + (snapshot->top
            & ~(uint64_t) DTSM_ENTRY_LEAF)))->next = snapshot->top;
}

int
main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    uint64_t bytes = 0, flaws = 0;
    Dtsm_Map *map;
    int walk, check;

    if (argc != 3 || Dtsm_Open(argv[2], DTSM_CREATE, &map) != DTSM_OK) {
        return 2;
    }
    alarm(PATIENCE);
    if (strcmp(how, "version") == 0) {
        Version(map, argv[2]);
        return 0;
    } else if (strcmp(how, "children") == 0) {
        Children(map);
    } else if (strcmp(how, "records") == 0) {
        DtsmKey key = {PATH, sizeof(PATH) - 1, sizeof(PATH) - 1, false};
        uint64_t hash = DtsmKeyHash(&key, map->secret);

        Dtsm_Insert(map, key.path, key.len, DTSM_ALLOW);
        Records(map, DtsmOffsetOf(map, DtsmTrieFind(map, &key)),
                hash & ~DTSM_OFFSET_MASK, 0);
    } else if (strcmp(how, "overlapping") == 0) {
        /* each eight bytes may begin a record: flags, and a length */
        char *place = Take(map, 2 << 20, 8);

        memset(place, '`', 2 << 20);
        Records(map, DtsmOffsetOf(map, place), 0, 8);
    } else if (strcmp(how, "nodes") == 0) {
        Nodes(map);
    } else if (strcmp(how, "leaves") == 0) {
        Leaves(map);
    } else {
        return 2;
    }
    atomic_store(&DtsmHeaderOf(map)->ready, map->window);
    walk = Dtsm_Walk(map, NULL, 0, Visit, &bytes);
    check = Dtsm_Check(map, Flaw, &flaws);
    printf("walk %d check %d, %s, %s\n", walk, check,
            bytes < 1 << 20 ? "few" : "many", flaws > 0 ? "told" : "untold");
    return 0;
}
