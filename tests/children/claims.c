/*
 * claims.c --
 *
 *      claims MAP PROCESSES PATHS ROUNDS: in each round all processes insert
 *      the same paths at once, verdicts and rules, each in an order of its
 *      own.  What was told to be new must be each path once.  Between rounds
 *      all is voided: verdicts in turn by a forget below, one by one, and by
 *      a rule; rules by removal.
 *
 *      Prints "claimed", or the round and the number that was told.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

#define EVERY   8               /* of so many paths one is a rule */

static atomic_int *ready;
static int pathCount;

static size_t
Name(int number, char *name, size_t room)
{
    return (size_t) snprintf(name, room, "/top/%d", number);
}

static int
Claim(const char *file, int self, int processes)
{
    Dtsm_Map *map;
    char name[32];
    int i, isNew, sum = 0;

    if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
        return -1;
    }
    atomic_fetch_add(ready, 1);
    while (atomic_load(ready) < processes) {
        ;
    }
    for (i = 0; i < pathCount; i++) {
        int number = self % 2 ? pathCount - 1 - i : (i + self) % pathCount;
        unsigned flags = DTSM_ALLOW | (number % EVERY ? 0 : DTSM_PREFIX);

        if (Dtsm_InsertNew(map, name, Name(number, name, sizeof(name)), flags,
                &isNew) != DTSM_OK) {
            return -1;
        }
        sum += isNew;
    }
    return sum;
}

static void
Void(Dtsm_Map *map, int round)
{
    char name[32];
    int i;

    for (i = 0; i < pathCount; i++) {
        size_t len = Name(i, name, sizeof(name));

        if (i % EVERY == 0) {
            Dtsm_Remove(map, name, len);
        } else if (round % 3 == 1) {
            Dtsm_Forget(map, name, len, 0);
        }
    }
    if (round % 3 == 0) {
        Dtsm_Forget(map, "/top", 4, 1);
    } else if (round % 3 == 2) {
        Dtsm_Insert(map, "/top", 4, DTSM_DENY | DTSM_PREFIX);
    }
}

int
main(int argc, char **argv)
{
    int processes, rounds, round, i;
    Dtsm_Map *map;

    if (argc != 5 || Dtsm_Open(argv[1], DTSM_CREATE, &map) != DTSM_OK) {
        return 2;
    }
    processes = atoi(argv[2]);
    pathCount = atoi(argv[3]);
    rounds = atoi(argv[4]);
    ready = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (round = 0; round < rounds; round++) {
        int pipes[2], sum = 0, told;

        atomic_store(ready, 0);
        if (pipe(pipes) != 0) {
            return 2;
        }
        for (i = 0; i < processes; i++) {
            if (fork() == 0) {
                told = Claim(argv[1], i, processes);
                _exit(write(pipes[1], &told, sizeof(told)) != sizeof(told));
            }
        }
        close(pipes[1]);
        while (read(pipes[0], &told, sizeof(told)) == sizeof(told)) {
            sum += told;
        }
        close(pipes[0]);
        while (wait(NULL) > 0) {
            ;
        }
        if (sum != pathCount) {
            printf("round %d: %d new\n", round, sum);
            return 1;
        }
        Void(map, round);
    }
    puts("claimed");
    return 0;
}
