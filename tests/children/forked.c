/*
 * forked.c --
 *
 *      forked MAP CHILDREN PATHS: a process that has taken space ahead forks;
 *      all go on inserting at once, each child paths of its own.  Prints
 *      "lost N" and what a check says.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

static size_t
Path(char *path, size_t size, int child, unsigned i)
{
    return (size_t) snprintf(path, size, "/forked/%d/%u", child, i);
}

static void
Insert(Dtsm_Map *map, int child, unsigned from, unsigned to)
{
    char path[60];

    for (; from < to; from++) {
        Dtsm_Insert(map, path, Path(path, sizeof(path), child, from),
                DTSM_ALLOW);
    }
}

int
main(int argc, char **argv)
{
    unsigned i, paths, flags, lost = 0;
    int child, children;
    Dtsm_Map *map;

    if (argc != 4 || Dtsm_Open(argv[1], DTSM_RDWR, &map) != DTSM_OK) {
        return 2;
    }
    children = atoi(argv[2]);
    paths = (unsigned) atoi(argv[3]);
    Insert(map, 0, 0, 500);
    for (child = 1; child <= children; child++) {
        if (fork() == 0) {
            Insert(map, child, 0, paths);
            _exit(0);
        }
    }
    Insert(map, 0, 500, paths);
    while (wait(NULL) > 0) {
        continue;
    }
    for (child = 0; child <= children; child++) {
        for (i = 0; i < paths; i++) {
            char path[60];

            lost += Dtsm_Search(map, path,
                    Path(path, sizeof(path), child, i), &flags) != DTSM_OK;
        }
    }
    printf("lost %u check %d\n", lost, Dtsm_Check(map, NULL, NULL));
    Dtsm_Close(map);
    return 0;
}
