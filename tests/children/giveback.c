/*
 * giveback.c --
 *
 *      giveback MAP COUNT: four threads insert the same long paths at once.
 *      Who comes second gives back the space that he has written to, and the
 *      next one takes it: a matter for the thread sanitizer.  Prints
 *      "lost N check N".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dtsm.h"

#define THREADS     4
#define PATH_BYTES  600         /* too long for space that is taken ahead */
#define TOGETHER    16          /* paths between two meetings */

static Dtsm_Map *map;
static unsigned pathCount;
static pthread_barrier_t meeting;

static void
Path(char *path, const char *kind, unsigned i)
{
    int len = snprintf(path, PATH_BYTES, "/%s/%u/", kind, i);

    memset(path + len, 'x', PATH_BYTES - (size_t) len);
}

static void *
Run(void *data)
{
    unsigned i, self = *(unsigned *) data;
    char path[PATH_BYTES];

    for (i = 0; i < pathCount; i++) {
        if (i % TOGETHER == 0) {
            pthread_barrier_wait(&meeting);
        }
        Path(path, "all", i);
        Dtsm_Insert(map, path, PATH_BYTES, DTSM_ALLOW);
        if (i % THREADS == self) {
            Path(path, "one", i);
            Dtsm_Insert(map, path, PATH_BYTES, DTSM_ALLOW);
        }
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    unsigned numbers[THREADS], i, flags, lost = 0;
    char path[PATH_BYTES];

    if (argc != 3 || Dtsm_Open(argv[1], DTSM_RDWR, &map) != DTSM_OK) {
        return 2;
    }
    pathCount = (unsigned) atoi(argv[2]);
    pthread_barrier_init(&meeting, NULL, THREADS);
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, Run, &numbers[i]) != 0) {
            return 2;
        }
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (i = 0; i < pathCount; i++) {
        Path(path, "all", i);
        lost += Dtsm_Search(map, path, PATH_BYTES, &flags) != DTSM_OK;
        Path(path, "one", i);
        lost += Dtsm_Search(map, path, PATH_BYTES, &flags) != DTSM_OK;
    }
    printf("lost %u check %d\n", lost, Dtsm_Check(map, NULL, NULL));
    Dtsm_Close(map);
    return 0;
}
