/*
 * killed.c --
 *
 *      killed MAP ROUNDS SEED: in each round a child inserts, marks, forgets
 *      and changes rules as fast as it can, telling through a pipe what was
 *      acknowledged, and is killed at a random moment.  Then every verdict
 *      that it was told about must be there and the map must be whole.
 *      Prints "lost N broken N".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

static size_t
Path(char *path, size_t size, unsigned round, unsigned i)
{
    return (size_t) snprintf(path, size, "/k%u/%u/%u", round, i % 13, i);
}

static void
Work(const char *file, unsigned round, int out)
{
    Dtsm_Map *map;
    unsigned i;

    if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
        _exit(1);
    }
    for (i = 0;; i++) {
        char path[60];
        size_t len = Path(path, sizeof(path), round, i);

        if (Dtsm_Insert(map, path, len, DTSM_ALLOW) != DTSM_OK
                || write(out, &i, sizeof(i)) != sizeof(i)) {
            _exit(1);
        }
        Dtsm_Mark(map, path, len, DTSM_READ, 0);
        if (i % 16 == 0) {
            Dtsm_Insert(map, "/other", 6, DTSM_DENY | DTSM_PREFIX);
            Dtsm_Forget(map, "/other/x", 8, 0);
            Dtsm_Forget(map, "/other/y", 8, 1);
            Dtsm_Remove(map, "/other", 6);
        }
    }
}

int
main(int argc, char **argv)
{
    unsigned round, rounds, seed, lost = 0, broken = 0;
    Dtsm_Map *map;

    if (argc != 4 || Dtsm_Open(argv[1], DTSM_RDWR, &map) != DTSM_OK) {
        return 2;
    }
    rounds = (unsigned) atoi(argv[2]);
    seed = (unsigned) atoi(argv[3]);
    for (round = 0; round < rounds; round++) {
        unsigned i, told = 0, enough;
        int ends[2];
        pid_t child;

        if (pipe(ends) != 0) {
            return 2;
        }
        seed = seed * 1103515245 + 12345;
        enough = 1 + (seed >> 16) % 500;
        child = fork();
        if (child == 0) {
            close(ends[0]);
            Work(argv[1], round, ends[1]);
        }
        close(ends[1]);
        while (told < enough && read(ends[0], &i, sizeof(i)) > 0) {
            told = i + 1;
        }
        kill(child, SIGKILL);
        while (read(ends[0], &i, sizeof(i)) > 0) {
            told = i + 1;
        }
        waitpid(child, NULL, 0);
        close(ends[0]);
        for (i = 0; i < told; i++) {
            char path[60];
            size_t len = Path(path, sizeof(path), round, i);
            unsigned flags;

            if (Dtsm_Search(map, path, len, &flags) != DTSM_OK
                    || (flags & DTSM_ALLOW) == 0) {
                lost++;
            }
        }
        broken += Dtsm_Check(map, NULL, NULL) != DTSM_OK;
    }
    printf("lost %u broken %u\n", lost, broken);
    return 0;
}
