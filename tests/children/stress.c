/*
 * stress.c --
 *
 *      stress MAP PROCESSES THREADS PATHS SEED: every thread of every process
 *      inserts the same paths in an order of its own, some with doubled
 *      slashes, and marks each with a bit of its own process; then all are
 *      looked for.  Prints "lost N" and the flaws that a check finds.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

static const char *file;
static unsigned paths, seed, process;
static Dtsm_Map *map;

static size_t
Path(char *path, size_t size, unsigned i, int doubled)
{
    return (size_t) snprintf(path, size, "/stress%s/%u/%u/file%u",
            doubled ? "/" : "", i % 7, i % 101, i);
}

static unsigned
Mine(unsigned number)
{
    return DTSM_STAT << number % 4;
}

static void *
Insert(void *data)
{
    unsigned i, at, step = 2 * (unsigned) (size_t) data + 1 + 2 * process;

    at = (seed + 977 * step) % paths;
    for (i = 0; i < paths; i++, at = (at + step) % paths) {
        char path[100];
        size_t len = Path(path, sizeof(path), at, (i & 3) == 0);
        unsigned flags;
        Dtsm_Token token;

        if (Dtsm_Look(map, path, len, &flags, &token) == DTSM_NOTFOUND
                && Dtsm_InsertLooked(map, path, len, DTSM_ALLOW, &token)
                    != DTSM_OK) {
            return "insert failed";
        }
        if (Dtsm_Mark(map, path, len, Mine(process), 0) != DTSM_OK) {
            return "mark failed";
        }
    }
    return NULL;
}

static int
Run(unsigned threads)
{
    pthread_t ids[64];
    unsigned i;
    int bad = 0;

    if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
        return 1;
    }
    for (i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, Insert, (void *) (size_t) i)) {
            return 1;
        }
    }
    for (i = 0; i < threads; i++) {
        void *failure;

        pthread_join(ids[i], &failure);
        bad |= failure != NULL;
    }
    return bad;
}

static void
Flaw(void *data, const char *flaw, uint64_t offset)
{
    (void) data;
    printf("flaw at %llu: %s\n", (unsigned long long) offset, flaw);
}

static int
Count(void *data, const Dtsm_Entry *entry)
{
    (void) entry;
    ++*(unsigned *) data;
    return 0;
}

int
main(int argc, char **argv)
{
    unsigned processes, threads, i, wanted = DTSM_ALLOW, lost = 0, seen = 0;
    int status, failed = 0;

    if (argc != 6) {
        return 2;
    }
    file = argv[1];
    processes = (unsigned) atoi(argv[2]);
    threads = (unsigned) atoi(argv[3]);
    paths = (unsigned) atoi(argv[4]);   /* a prime larger than the steps */
    seed = (unsigned) atoi(argv[5]);
    for (process = 0; process < processes; process++) {
        wanted |= Mine(process);
        if (fork() == 0) {
            _exit(Run(threads));
        }
    }
    while (wait(&status) > 0) {
        failed |= status != 0;
    }
    if (Dtsm_Open(file, DTSM_RDONLY, &map) != DTSM_OK) {
        return 1;
    }
    for (i = 0; i < paths; i++) {
        char path[100];
        size_t len = Path(path, sizeof(path), i, 0);
        unsigned flags;

        if (Dtsm_Search(map, path, len, &flags) != DTSM_OK
                || flags != wanted) {
            lost++;
        }
    }
    Dtsm_Walk(map, NULL, 0, Count, &seen);
    Dtsm_Check(map, Flaw, NULL);
    printf("failed %d lost %u extra %d\n", failed, lost,
            (int) (seen - paths));
    return 0;
}
