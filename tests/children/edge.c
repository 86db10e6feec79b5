/*
 * edge.c --
 *
 *      edge WHAT MAP ROUNDS: a piece of a map lies at the very end of the
 *      window, and one process makes it longer and shorter all the time while
 *      another calls everything.  What was checked must be what is used: else
 *      a read goes beyond the mapping.
 *
 *          record  the last slot of a full bucket names it
 *          leaf    the only rule
 *          node    the top of the policy
 *
 *      Prints "survived", or the signal that ended the caller.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsmInt.h"

#define WINDOW      (UINT64_C(1) << 20)
#define PATIENCE    300         /* seconds; after that it is a hang */
#define LONG_LEN    20000

static char longPath[LONG_LEN + 1];
static Dtsm_Map *map;
static unsigned sum;

static int
Visit(void *data, const Dtsm_Entry *entry)
{
    size_t i;

    (void) data;
    for (i = 0; i < entry->pathLen; i += 512) {
        sum += (unsigned char) entry->path[i];
    }
    if (entry->pathLen > 0) {
        sum += (unsigned char) entry->path[entry->pathLen - 1];
    }
    return 0;
}

/*
 * CallAll --
 *
 *      What may meet the piece: as itself, /e, and as what it pretends to be.
 */

static void
CallAll(unsigned round)
{
    static const struct { const char *path; size_t len; } paths[] = {
        {"/e", 2}, {longPath, LONG_LEN}, {"/e/x", 4}
    };
    size_t i, ruleLen;
    const char *rule;
    unsigned flags;
    Dtsm_Token token;

    for (i = 0; i < 3; i++) {
        const char *path = paths[i].path;
        size_t len = paths[i].len;

        Dtsm_Search(map, path, len, &flags);
        if (Dtsm_Match(map, path, len, &flags, &rule, &ruleLen) == DTSM_OK) {
            Dtsm_Entry entry = {rule, ruleLen, flags};

            Visit(NULL, &entry);
        }
        Dtsm_Look(map, path, len, &flags, &token);
        Dtsm_InsertLooked(map, path, len, DTSM_ALLOW, &token);
        Dtsm_Mark(map, path, len, DTSM_READ, DTSM_WRITE);
        Dtsm_Insert(map, path, len, DTSM_DENY | DTSM_PREFIX);
        Dtsm_Remove(map, path, len);
        Dtsm_Forget(map, path, len, 1);
    }
    if (round % 8 == 0) {
        Dtsm_Walk(map, NULL, 0, Visit, NULL);
        Dtsm_Walk(map, "/e", 2, Visit, NULL);
        Dtsm_Check(map, NULL, NULL);
    }
}

/*
 * Piece --
 *
 *      The last bytes of the window, as a copy of what is there now.
 */

static void *
Piece(const void *piece, size_t bytes)
{
    char *place = map->base + WINDOW - ((bytes + 7) & ~(size_t) 7);

    return memmove(place, piece, bytes);
}

/*
 * Guard --
 *
 *      Move the mapping to where nothing lies behind it.
 */

static void
Guard(void)
{
    uint64_t root = DtsmOffsetOf(map, map->buckets);
    char *place = mmap(NULL, 2 * WINDOW, PROT_NONE, MAP_PRIVATE
            | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (mremap(map->base, WINDOW, WINDOW, MREMAP_MAYMOVE | MREMAP_FIXED, place)
            != place) {
        exit(2);
    }
    map->base = place;
    map->buckets = (DtsmBucket *) (void *) (place + root);
}

static DtsmSnapshot *
Snapshot(void)
{
    return (DtsmSnapshot *) (void *) (map->base
            + (DtsmPolicyNow(map) & DTSM_OFFSET_MASK));
}

/*
 * Scribble --
 *
 *      Change a 16-bit word between two values, a leaf's hash between that of
 *      its path and the long one's, and put back what the caller changes.
 */

static void
Scribble(volatile uint16_t *word, uint16_t less, uint16_t more,
        volatile uint64_t *hash)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t policy = DtsmPolicyNow(map);
    uint64_t cursor = atomic_load(&header->cursor);
    DtsmKey key = {longPath, LONG_LEN, LONG_LEN, false};
    uint64_t first[2] = {0, 0};
    unsigned round;

    if (hash != NULL) {
        first[0] = *hash;
        first[1] = DtsmKeyHash(&key, map->secret);
    }
    for (round = 0;; round++) {
        *word = round % 2 ? less : more;
        if (hash != NULL) {
            *hash = first[round / 2 % 2];
        }
        if (round % 64 == 0) {
            atomic_store(&header->policy, policy);
            atomic_store(&header->cursor, cursor);
        }
    }
}

/*
 * ScribbleOn --
 *
 *      Put the piece at the end and change its length for ever.
 */

static void
ScribbleOn(const char *what)
{
    DtsmKey key = {"/e", 2, 2, false};

    if (strcmp(what, "record") == 0) {
        DtsmRecord *record = DtsmTrieFind(map, &key);
        DtsmWord *slot = map->buckets->slots;

        while (DtsmSlotOffset(atomic_load(slot)) != DtsmOffsetOf(map, record)) {
            slot++;
        }
        record = Piece(record, DTSM_RECORD_HEAD + 2);
        atomic_store(slot, (atomic_load(slot) & ~DTSM_OFFSET_MASK)
                | DtsmOffsetOf(map, record) / DTSM_UNIT);
        Scribble(&record->pathLen, 2, LONG_LEN, NULL);
    } else if (strcmp(what, "leaf") == 0) {
        DtsmLeaf *leaf = Piece(map->base + (Snapshot()->top
                & ~(uint64_t) DTSM_ENTRY_LEAF), DTSM_LEAF_HEAD + 2);

        Snapshot()->top = DtsmOffsetOf(map, leaf) | DTSM_ENTRY_LEAF;
        Snapshot()->depths = Snapshot()->ends = ~UINT64_C(0);
        Scribble(&leaf->pathLen, 2, LONG_LEN, &leaf->hash);
    } else {
        DtsmNode *node;

        Dtsm_Insert(map, "/f", 2, DTSM_DENY | DTSM_PREFIX);
        node = Piece(map->base + Snapshot()->top,
                sizeof(*node) + sizeof(uint64_t));
        Snapshot()->top = DtsmOffsetOf(map, node);
        Snapshot()->depths = Snapshot()->ends = ~UINT64_C(0);
        Scribble((volatile uint16_t *) (volatile void *) &node->bitmap,
                1, 0xffff, NULL);
    }
}

int
main(int argc, char **argv)
{
    struct rlimit limit = {WINDOW, WINDOW};
    unsigned round, rounds;
    pid_t scribbler, caller;
    int status;

    if (argc != 4) {
        return 2;
    }
    rounds = (unsigned) atoi(argv[3]);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    memset(longPath, 'x', LONG_LEN);
    memcpy(longPath, "/e", 2);
    if (Dtsm_OpenSized(argv[2], DTSM_CREATE, 1, &map) != DTSM_OK
            || Dtsm_Insert(map, "/e", 2, DTSM_DENY | DTSM_PREFIX) != DTSM_OK
            || Dtsm_Insert(map, "/e", 2, DTSM_DENY) != DTSM_OK) {
        return 2;
    }
    atomic_store(&DtsmHeaderOf(map)->ready, WINDOW);
    Guard();
    scribbler = fork();
    if (scribbler == 0) {
        ScribbleOn(argv[1]);
    }
    caller = fork();
    if (caller == 0) {
        alarm(PATIENCE);
        for (round = 0; round < rounds; round++) {
            CallAll(round);
        }
        _exit(0);
    }
    waitpid(caller, &status, 0);
    kill(scribbler, SIGKILL);
    waitpid(scribbler, NULL, 0);
    if (WIFSIGNALED(status)) {
        printf("ended by signal %d\n", WTERMSIG(status));
    } else {
        printf("survived\n");
    }
    return 0;
}
