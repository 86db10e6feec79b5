/*
 * scribble.c --
 *
 *      scribble ROUNDS CALLS SEED MAP: in each round one process scribbles
 *      over a map, at random and with words that look plausible, while another
 *      calls everything CALLS times.  In every second round the map is full
 *      to the end of its window.  An answer may be wrong; a crash, or a
 *      caller that is not done in time, is a failure.
 *
 *      Prints "survived N", or what ended the caller.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

#define WINDOW      (2u << 20)
#define PATIENCE    120         /* seconds; after that it is a hang */
#define ENTRIES     30000       /* that a visitor takes */

static uint64_t state;
static unsigned sum;

static uint64_t
Random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t
Path(char *path, size_t size, unsigned i)
{
    return (size_t) snprintf(path, size, "/g/%u/%u/file%u", i % 5, i % 50, i);
}

static int
Visit(void *data, const Dtsm_Entry *entry)
{
    size_t i;

    for (i = 0; i < entry->pathLen; i += 512) {
        sum += (unsigned char) entry->path[i];
    }
    if (entry->pathLen > 0) {
        sum += (unsigned char) entry->path[entry->pathLen - 1];
    }
    return ++*(unsigned *) data > ENTRIES;
}

/*
 * Scribble --
 *
 *      Write words into the first used bytes for ever, mostly putting back
 *      what was there.  Half of them go near the end of a map that is full.
 */

static void
Scribble(unsigned char *bytes, uint64_t used, int full)
{
    for (;;) {
        uint64_t at = (64 + Random() % (used - 72)) & ~UINT64_C(7);
        uint64_t *word, old;

        if (full && Random() % 2 != 0) {
            at = (used - 200 - Random() % 30000) & ~UINT64_C(7);
        }
        word = (uint64_t *) (void *) (bytes + at);
        old = *word;
        switch (Random() % 5) {
        case 0: *word = Random(); break;
        case 1: *word ^= UINT64_C(1) << Random() % 64; break;
        case 2: *word = (*word & ~((UINT64_C(1) << 40) - 1))
                | (Random() % used & ~UINT64_C(7)); break;
        case 3: bytes[at + Random() % 8] = (unsigned char) Random(); break;
        default: *word = Random() % used; break;
        }
        if (Random() % 3 != 0) {
            *word = old;
        }
    }
}

static void
CallOne(Dtsm_Map *map, unsigned number, unsigned top)
{
    char path[80];
    size_t len = Path(path, sizeof(path), (unsigned) (Random() % (top + 50)));
    size_t ruleLen;
    unsigned flags, seen = 0;
    const char *rule;
    Dtsm_Token token;
    Dtsm_Stats stats;

    switch (Random() % 11) {
    case 0:
        Dtsm_Search(map, path, len, &flags);
        break;
    case 1:
        if (Dtsm_Match(map, path, len, &flags, &rule, &ruleLen) == DTSM_OK
                && ruleLen > 0) {
            sum += (unsigned char) rule[ruleLen - 1];
        }
        break;
    case 2:
        if (Dtsm_Look(map, path, len, &flags, &token) <= DTSM_NOTFOUND) {
            Dtsm_InsertLooked(map, path, len, DTSM_DENY, &token);
        }
        break;
    case 3:
        Dtsm_Insert(map, path, len, DTSM_ALLOW);
        break;
    case 4:
        Dtsm_Mark(map, path, len, DTSM_VIOLATION, DTSM_UNKNOWN);
        break;
    case 5:
        Dtsm_Forget(map, path, len, number & 1);
        break;
    case 6:
        if (number % 8 == 0) {
            Dtsm_Insert(map, path, len, DTSM_ALLOW | DTSM_PREFIX);
        }
        break;
    case 7:
        Dtsm_Remove(map, path, len);
        break;
    case 8:
        if (number % 100 == 0) {
            Dtsm_Walk(map, NULL, 0, Visit, &seen);
        }
        break;
    case 9:
        if (number % 200 == 0) {
            Dtsm_Check(map, NULL, NULL);
        }
        break;
    default:
        Dtsm_Stat(map, &stats);
        break;
    }
}

/*
 * Round --
 *
 *      Returns the status of the calling process, as wait gives it.
 */

static int
Round(const char *file, unsigned calls, int full)
{
    unsigned top, i, most = full ? 1000000 : 3000;
    pid_t scribbler, caller;
    unsigned char *bytes;
    Dtsm_Stats stats;
    Dtsm_Map *map;
    int fd, status;

    unlink(file);
    if (Dtsm_OpenSized(file, DTSM_CREATE, 1, &map) != DTSM_OK) {
        exit(2);
    }
    for (top = 0; top < most; top++) {
        char path[80];
        size_t len = Path(path, sizeof(path), top);

        if (Dtsm_Insert(map, path, len, DTSM_ALLOW) != DTSM_OK) {
            break;
        }
        if (top % 100 == 0) {
            Dtsm_Insert(map, path, len, DTSM_DENY | DTSM_PREFIX);
        }
    }
    Dtsm_Stat(map, &stats);
    Dtsm_Close(map);
    fd = open(file, O_RDWR | O_CLOEXEC);
    bytes = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) {
        exit(2);
    }
    scribbler = fork();
    if (scribbler == 0) {
        state += 99;
        Scribble(bytes, stats.usedBytes, full);
    }
    caller = fork();
    if (caller == 0) {
        alarm(PATIENCE);
        state = state * 3 + 8;
        for (i = 0; i < calls; i++) {
            if (i % 5000 == 0 && Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
                _exit(0);
            }
            CallOne(map, i, top);
            if (i % 5000 == 4999) {
                Dtsm_Close(map);
            }
        }
        _exit(0);
    }
    waitpid(caller, &status, 0);
    kill(scribbler, SIGKILL);
    waitpid(scribbler, NULL, 0);
    munmap(bytes, WINDOW);
    Random();
    return status;
}

int
main(int argc, char **argv)
{
    struct rlimit limit = {WINDOW, WINDOW};
    unsigned round, rounds;

    if (argc != 5) {
        return 2;
    }
    rounds = (unsigned) atoi(argv[1]);
    state = (uint64_t) atoll(argv[3]) * 2 + 1;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    for (round = 0; round < rounds; round++) {
        int status = Round(argv[4], (unsigned) atoi(argv[2]), round % 2);

        if (WIFSIGNALED(status)) {
            printf("round %u ended by signal %d\n", round, WTERMSIG(status));
            return 0;
        }
    }
    printf("survived %u\n", rounds);
    return 0;
}
