/*
 * openers.c --
 *
 *      openers HOW MAP COUNT ROUNDS SEED: in each round COUNT processes open
 *      MAP with DTSM_CREATE at once, and those that are attached live on
 *      until all are.  Nobody may wait for another's attachment.
 *
 *          new     MAP is not there
 *          empty   MAP is an empty file, as mktemp leaves it
 *          forked  empty, and an attached process leaves a child that was
 *                  forked from it in its place
 *          killed  empty, and one more opener is killed at a random moment
 *
 *      Prints "attached" when all were in every round, else how many were.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

#define PATIENCE 60             /* seconds; after that it is a hang */

static const char *how, *file;
static int gate[2], told[2], ended[2];

static volatile sig_atomic_t isLate;

static void
Late(int number)
{
    (void) number;
    isLate = 1;
}

/*
 * Open --
 *
 *      One opener: waits for the start, attaches, tells so, and lives until
 *      the parent closes its end.  One that is to be killed tells nothing.
 */

static void
Open(int tells)
{
    Dtsm_Map *map;
    char byte;

    close(gate[1]);
    close(told[0]);
    close(ended[1]);
    if (read(gate[0], &byte, 1) != 0
            || Dtsm_Open(file, DTSM_CREATE, &map) != DTSM_OK) {
        _exit(1);
    }
    if (strcmp(how, "forked") == 0 && fork() != 0) {
        _exit(0);
    }
    if (Dtsm_Insert(map, "/a", 2, DTSM_ALLOW) != DTSM_OK
            || (tells && write(told[1], "a", 1) != 1)) {
        _exit(1);
    }
    close(told[1]);
    (void) !read(ended[0], &byte, 1);
    _exit(0);
}

static pid_t
Start(int tells)
{
    pid_t child = fork();

    if (child == 0) {
        Open(tells);
    }
    return child;
}

/*
 * Round --
 *
 *      Returns how many were attached together.
 */

static unsigned
Round(unsigned count, unsigned pause)
{
    pid_t children[64], victim = 0;
    unsigned i, attached = 0;
    char byte;

    if (pipe(gate) != 0 || pipe(told) != 0 || pipe(ended) != 0) {
        return 0;
    }
    unlink(file);
    if (strcmp(how, "new") != 0) {
        close(open(file, O_WRONLY | O_CREAT | O_EXCL, 0600));
    }
    for (i = 0; i < count; i++) {
        children[i] = Start(1);
    }
    if (strcmp(how, "killed") == 0) {
        victim = Start(0);
    }
    close(gate[0]);
    close(told[1]);
    close(ended[0]);
    alarm(PATIENCE);
    close(gate[1]);
    if (victim != 0) {
        while (pause-- > 0) {
            __atomic_signal_fence(__ATOMIC_SEQ_CST);
        }
        kill(victim, SIGKILL);
        waitpid(victim, NULL, 0);
    }
    while (attached < count && read(told[0], &byte, 1) == 1) {
        attached++;
    }
    alarm(0);
    close(told[0]);
    close(ended[1]);
    for (i = 0; i < count; i++) {
        if (isLate) {
            kill(children[i], SIGKILL);
        }
        waitpid(children[i], NULL, 0);
    }
    return attached;
}

int
main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = Late };
    unsigned count, round, rounds, seed;

    if (argc != 6) {
        return 2;
    }
    how = argv[1];
    file = argv[2];
    count = (unsigned) atoi(argv[3]);
    rounds = (unsigned) atoi(argv[4]);
    seed = (unsigned) atoi(argv[5]);
    if (count > 64) {
        return 2;
    }
    sigaction(SIGALRM, &action, NULL);
    for (round = 0; round < rounds; round++) {
        Dtsm_Map *map;
        unsigned attached;

        seed = seed * 1103515245 + 12345;
        attached = Round(count, (seed >> 8) % 3000000);
        if (isLate || attached != count) {
            printf("%u of %u attached\n", attached, count);
            return 0;
        }
        if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK
                || Dtsm_Check(map, NULL, NULL) != DTSM_OK) {
            printf("no sound map\n");
            return 0;
        }
        Dtsm_Close(map);
    }
    printf("attached\n");
    return 0;
}
