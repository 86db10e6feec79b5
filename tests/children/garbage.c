/*
 * garbage.c --
 *
 *      garbage MAP ROUNDS SEED: scribble random bytes over copies of a filled
 *      map, everywhere that is in use, and call everything.  An answer may be
 *      wrong; a crash or a hang is a failure.  Prints "survived N".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtsm.h"

static uint64_t state;

static uint64_t
Random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static int
Visit(void *data, const Dtsm_Entry *entry)
{
    size_t i;

    for (i = 0; i < entry->pathLen; i++) {
        *(unsigned *) data += (unsigned char) entry->path[i];
    }
    return 0;
}

static int
VisitProcess(void *data, const Dtsm_ProcessEntry *entry)
{
    size_t i;

    for (i = 0; i < entry->textLen; i++) {
        *(unsigned *) data += (unsigned char) entry->text[i];
    }
    *(unsigned *) data += entry->program == NULL ? 0
            : (unsigned char) entry->program[entry->programLen / 2];
    return 0;
}

static int
VisitAccess(void *data, const Dtsm_AccessEntry *entry)
{
    Dtsm_Entry path = {entry->path, entry->pathLen, 0};
    Dtsm_Entry target = {entry->target, entry->targetLen, 0};

    return Visit(data, &path) + Visit(data, &target);
}

static size_t
Path(char *path, size_t size, unsigned i)
{
    return (size_t) snprintf(path, size, "/g/%u/%u/file%u", i % 5, i % 50, i);
}

/*
 * Record --
 *
 *      What a process does that touches the paths from..end.  Its state stays,
 *      so that it goes on in a chunk that was scribbled on.
 */

static void
Record(Dtsm_Map *map, unsigned from, unsigned end)
{
    static const char *const words[] = {"some", "command"};
    static uint64_t seen[DTSM_SEEN_WORDS];
    static Dtsm_Process process = {.table = seen};
    Dtsm_Start start = {.pid = 3, .forker = process.record, .words = words,
        .wordCount = 2};
    uint64_t place, last = 0;
    unsigned i;

    if (from > 0) {
        Dtsm_ProcessBegin(map, &process, &start);
    }
    for (i = from; i < end; i++) {
        char path[80];

        Dtsm_Place(map, path, Path(path, sizeof(path), i), &place);
        Dtsm_Access(map, &process, place, DTSM_READ);
        Dtsm_AccessAlias(map, &process, place, last);
        last = place;
    }
    Dtsm_ProcessEnd(map, process.record, DTSM_END_STATUS, 0);
}

static void
CallAll(Dtsm_Map *map)
{
    unsigned i, sum = 0;
    Dtsm_Stats stats;

    for (i = 0; i < 400; i++) {
        char path[80];
        size_t len = Path(path, sizeof(path), i), ruleLen;
        const char *rule;
        unsigned flags;
        Dtsm_Token token;

        Dtsm_Search(map, path, len, &flags);
        Dtsm_Match(map, path, len, &flags, &rule, &ruleLen);
        if (Dtsm_Look(map, path, len, &flags, &token) != DTSM_INVALID) {
            Dtsm_InsertLooked(map, path, len, DTSM_DENY, &token);
        }
        Dtsm_Insert(map, path, len, DTSM_ALLOW);
        Dtsm_Mark(map, path, len, DTSM_READ, DTSM_WRITE);
        if (i % 40 == 0) {
            Dtsm_Insert(map, path, len, DTSM_ALLOW | DTSM_PREFIX);
            Dtsm_Forget(map, path, len, i & 1);
            Dtsm_Remove(map, path, len);
        }
    }
    Record(map, 0, 400);
    Dtsm_WalkProcesses(map, VisitProcess, VisitAccess, &sum);
    Dtsm_Walk(map, NULL, 0, Visit, &sum);
    Dtsm_Walk(map, "/g", 2, Visit, &sum);
    Dtsm_Check(map, NULL, NULL);
    Dtsm_Stat(map, &stats);
}

static void
Fill(Dtsm_Map *map)
{
    unsigned i;

    Dtsm_SetRecording(map, 1000);
    for (i = 0; i < 3; i++) {
        Record(map, 1, 300);
    }
    for (i = 0; i < 3000; i++) {
        char path[80];
        size_t len = Path(path, sizeof(path), i);

        Dtsm_Insert(map, path, len, DTSM_ALLOW);
        if (i % 100 == 0) {
            Dtsm_Insert(map, path, len, DTSM_DENY | DTSM_PREFIX);
        }
    }
}

/*
 * Scribble --
 *
 *      A few words, or many, of the first used bytes; sometimes small
 *      changes that look plausible.
 */

static void
Scribble(unsigned char *bytes, uint64_t used)
{
    unsigned i, count = Random() % 4 == 0 ? 5000
            : 1 + (unsigned) (Random() % 40);
    /* the constants decide alone whether it opens: spare them mostly */
    uint64_t from = Random() % 8 == 0 ? 0 : 64;

    for (i = 0; i < count; i++) {
        uint64_t at = (from + Random() % (used - from)) & ~UINT64_C(7);
        uint64_t *word = (uint64_t *) (void *) (bytes + at);

        switch (Random() % 4) {
        case 0: *word = Random(); break;
        case 1: *word = Random() % used; break;
        case 2: *word ^= UINT64_C(1) << Random() % 64; break;
        default: *word = (*word & ~((UINT64_C(1) << 40) - 1))
                | (Random() % used & ~UINT64_C(7)); break;
        }
    }
}

int
main(int argc, char **argv)
{
    unsigned round, rounds, survived = 0;
    Dtsm_Map *map;

    if (argc != 4) {
        return 2;
    }
    rounds = (unsigned) atoi(argv[2]);
    state = (uint64_t) atoll(argv[3]) | 1;
    for (round = 0; round < rounds; round++) {
        Dtsm_Stats stats;
        unsigned char *bytes;
        int fd;

        unlink(argv[1]);
        if (Dtsm_Open(argv[1], DTSM_CREATE, &map) != DTSM_OK) {
            return 1;
        }
        Fill(map);
        Dtsm_Stat(map, &stats);
        fd = open(argv[1], O_RDWR | O_CLOEXEC);
        bytes = mmap(NULL, stats.usedBytes, PROT_READ | PROT_WRITE,
                MAP_SHARED, fd, 0);
        close(fd);
        if (bytes == MAP_FAILED) {
            return 1;
        }
        Scribble(bytes, stats.usedBytes);
        CallAll(map);           /* scribbled on while attached */
        Dtsm_Close(map);
        if (Dtsm_Open(argv[1], round % 2 ? DTSM_RDWR : DTSM_RDONLY, &map)
                == DTSM_OK) {
            CallAll(map);       /* and before */
            Dtsm_Close(map);
        }
        munmap(bytes, stats.usedBytes);
        survived++;
    }
    printf("survived %u\n", survived);
    return 0;
}
