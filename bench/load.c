/*
 * load.c --
 *
 *      What does a preloaded library cost a program that does next to nothing?
 *
 *      load ROUNDS NAME ?VARIABLE=VALUE ...? -- ... PROGRAM ?ARGUMENT ...?
 *
 *      Starts the program in turn in each of the environments, which are ours
 *      and those variables.  Prints "NAME us MEDIAN faults MEDIAN calls N" for
 *      each: microseconds from its start to its end, page faults of it and
 *      what it started, and its own system calls (-1: cannot be counted).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

enum { ENVIRONMENTS = 8 };

extern char **environ;

typedef struct World {
    const char *name;
    char **envp;
    double *us, *faults;
} World;

static char **
Environment(char **words, size_t count)
{
    size_t own = 0;
    char **envp;

    while (environ[own] != NULL) {
        own++;
    }
    envp = calloc(own + count + 1, sizeof(*envp));
    if (envp == NULL) {
        BenchDie("calloc");
    }
    memcpy(envp, words, count * sizeof(*envp));
    memcpy(envp + count, environ, own * sizeof(*envp));
    return envp;
}

static void
Live(const World *world, char **argv, unsigned round)
{
    double start = BenchNow();
    struct rusage used;
    pid_t child;
    int status = 0;

    if (posix_spawn(&child, argv[0], NULL, NULL, argv, world->envp) != 0
            || wait4(child, &status, 0, &used) != child) {
        BenchDie(argv[0]);
    }
    world->us[round] = (BenchNow() - start) / 1000;
    world->faults[round] = (double) used.ru_minflt;
    if (status != 0) {
        fprintf(stderr, "%s: %s ended with status %d\n", world->name,
                argv[0], status);
        exit(1);
    }
}

static int
Less(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

static double
Median(double *values, unsigned count)
{
    qsort(values, count, sizeof(*values), Less);
    return values[count / 2];
}

int
main(int argc, char **argv)
{
    World worlds[ENVIRONMENTS];
    unsigned count = 0, round, rounds, i;
    cpu_set_t cpus;
    int from = 2, to;

    rounds = argc > 1 ? (unsigned) strtoul(argv[1], NULL, 10) : 0;
    for (to = from; to < argc; to++) {
        if (strcmp(argv[to], "--") == 0 && to > from && count < ENVIRONMENTS) {
            World *world = &worlds[count++];

            world->name = argv[from];
            world->envp = Environment(argv + from + 1,
                    (size_t) (to - from) - 1);
            world->us = calloc(rounds + 1, sizeof(double));
            world->faults = calloc(rounds + 1, sizeof(double));
            if (world->us == NULL || world->faults == NULL) {
                BenchDie("calloc");
            }
            from = to + 1;
        }
    }
    if (rounds == 0 || count == 0 || from >= argc) {
        fprintf(stderr, "usage: load ROUNDS NAME ?VARIABLE=VALUE ...? -- ..."
                " PROGRAM ?ARGUMENT ...?\n");
        return 2;
    }
    /* One processor for all: moving between two is noise. */
    CPU_ZERO(&cpus);
    CPU_SET((size_t) sched_getcpu(), &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);

    for (i = 0; i < count; i++) {
        Live(&worlds[i], argv + from, 0);       /* what the first finds out */
    }
    for (round = 0; round < rounds; round++) {
        for (i = 0; i < count; i++) {
            Live(&worlds[i], argv + from, round);
        }
    }
    for (i = 0; i < count; i++) {
        int status;

        printf("%s us %.1f faults %.0f calls %ld\n", worlds[i].name,
                Median(worlds[i].us, rounds),
                Median(worlds[i].faults, rounds),
                BenchCalls(argv + from, worlds[i].envp, &status));
    }
    return 0;
}
