/*
 * turns.c --
 *
 *      turns MAP ROUNDS SEED: a changer and some lookers share a map and a
 *      "world", one number a path.  The changer changes the world, then
 *      forgets (or forgets below, or puts a rule in); lookers look, read the
 *      world, insert what they saw with their token.  The verdict's flags
 *      carry the world's number.  After each completed change the changer
 *      itself searches: an answer from before it is stale.  Prints "stale N".
 *
 *      turns MAP ROUNDS SEED cut: in each round a changer that announces its
 *      changes is killed at a random moment; then the searches.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

#define PATHS   8
#define LOOKERS 2

typedef struct World {
    _Atomic unsigned number[PATHS];     /* of the last change */
    _Atomic unsigned looks;
    _Atomic unsigned announced;
} World;

static const char *const names[PATHS] = {
    "/w/a", "/w/a/b", "/w/a/b/c", "/w/d", "/w/d/e", "/w/f", "/w", "w/g"
};

/*
 * Six bits of flags carry the number modulo 64; the bit ALLOW is always set.
 */

static unsigned
Flags(unsigned number)
{
    return DTSM_ALLOW | (number & 63) * DTSM_REPORTED;
}

/*
 * Dawdle --
 *
 *      So that others come in between often.
 */

static void
Dawdle(unsigned turns)
{
    volatile unsigned spin = 0;

    while (spin < turns) {
        spin++;
    }
    if (turns % 16 == 0) {
        sched_yield();
    }
}

/*
 * Look --
 *
 *      Between reading the world and the insert it dawdles.
 */

static void
Look(Dtsm_Map *map, World *world, unsigned i, unsigned dawdle)
{
    size_t len = strlen(names[i]);
    unsigned flags, number;
    Dtsm_Token token;

    Dtsm_Look(map, names[i], len, &flags, &token);
    if ((flags & DTSM_PREFIX) != 0 || flags == 0) {
        number = atomic_load(&world->number[i]);
        Dawdle(dawdle);
        Dtsm_InsertLooked(map, names[i], len, Flags(number), &token);
    }
    atomic_fetch_add(&world->looks, 1);
}

static void
Looker(const char *file, World *world, unsigned seed)
{
    Dtsm_Map *map;

    if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
        _exit(1);
    }
    for (;;) {
        seed = seed * 1103515245 + 12345;
        Look(map, world, (seed >> 16) % PATHS, (seed >> 8) % 4096);
    }
}

static int
IsBelow(const char *path, const char *above)
{
    size_t len = strlen(above);

    return strncmp(path, above, len) == 0
            && (path[len] == '\0' || path[len] == '/');
}

static void
ChangeWorld(World *world, unsigned i, int below)
{
    unsigned j;

    for (j = 0; j < PATHS; j++) {
        if (j == i || (below && IsBelow(names[j], names[i]))) {
            atomic_fetch_add(&world->number[j], 1);
        }
    }
}

static unsigned
Stale(Dtsm_Map *map, World *world)
{
    unsigned j, flags, stale = 0;

    for (j = 0; j < PATHS; j++) {
        if (Dtsm_Search(map, names[j], strlen(names[j]), &flags) == DTSM_OK
                && (flags & DTSM_PREFIX) == 0
                && flags != Flags(atomic_load(&world->number[j]))) {
            stale++;
        }
    }
    return stale;
}

/*
 * Change --
 *
 *      One change of the world and of the map; returns the stale answers.
 */

static unsigned
Change(Dtsm_Map *map, World *world, unsigned i, unsigned kind)
{
    size_t len = strlen(names[i]);

    ChangeWorld(world, i, kind != 0);
    switch (kind) {
    case 0:
        Dtsm_Forget(map, names[i], len, 0);
        break;
    case 1:
        Dtsm_Forget(map, names[i], len, 1);
        break;
    default:
        Dtsm_Remove(map, names[i], len);
        Dtsm_Insert(map, names[i], len, DTSM_ALLOW | DTSM_PREFIX);
        Dtsm_Remove(map, names[i], len);
    }
    return Stale(map, world);
}

/*
 * Announce, Cut --
 *
 *      A changer that dawdles, and is killed; returns the stale answers.
 */

static void
Announce(Dtsm_Map *map, World *world, unsigned seed)
{
    for (;;) {
        uint64_t ticket = Dtsm_BeginChange(map);
        unsigned i;

        atomic_fetch_add(&world->announced, 1);
        seed = seed * 1103515245 + 12345;
        i = (seed >> 16) % PATHS;
        Dtsm_Forget(map, names[i], strlen(names[i]), (seed >> 24) & 1);
        Dawdle(((seed >> 8) % 64) * 1000);
        ChangeWorld(world, i, (seed >> 24) & 1);
        Dawdle(((seed >> 14) % 64) * 1000);
        Dtsm_EndChange(map, ticket);
    }
}

static unsigned
Cut(Dtsm_Map *map, World *world, unsigned seed)
{
    unsigned announced = atomic_load(&world->announced);
    pid_t changer = fork();

    if (changer == 0) {
        Announce(map, world, seed);
    }
    while (atomic_load(&world->announced) - announced <= (seed >> 8) % 4) {
        sched_yield();
    }
    Dawdle(((seed >> 10) % 128) * 1000);
    kill(changer, SIGKILL);
    waitpid(changer, NULL, 0);
    return Stale(map, world);
}

int
main(int argc, char **argv)
{
    unsigned seed, round, rounds, stale = 0, looks;
    pid_t lookers[LOOKERS];
    Dtsm_Map *map;
    World *world;
    int i;

    if (argc < 4 || Dtsm_Open(argv[1], DTSM_RDWR, &map) != DTSM_OK) {
        return 2;
    }
    rounds = (unsigned) atoi(argv[2]);
    seed = (unsigned) atoi(argv[3]);
    world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (world == MAP_FAILED) {
        return 2;
    }
    for (i = 0; i < LOOKERS; i++) {
        lookers[i] = fork();
        if (lookers[i] == 0) {
            Looker(argv[1], world, seed + (unsigned) i);
        }
    }
    for (round = 0; round < rounds; round++) {
        seed = seed * 1103515245 + 12345;
        stale += argc > 4 ? Cut(map, world, seed)
                : Change(map, world, (seed >> 16) % PATHS, (seed >> 24) % 3);
    }
    looks = atomic_load(&world->looks);
    for (i = 0; i < LOOKERS; i++) {
        kill(lookers[i], SIGKILL);
        waitpid(lookers[i], NULL, 0);
    }
    printf("stale %u, looked %s\n", stale, looks > 0 ? "yes" : "never");
    printf("check %d\n", Dtsm_Check(map, NULL, NULL));
    return 0;
}
