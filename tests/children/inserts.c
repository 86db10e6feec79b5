/*
 * inserts.c --
 *
 *      inserts MAP ROUNDS: one process changes the rule over a path and then
 *      inserts a verdict for it, another one inserts verdicts for it all the
 *      time.  After the first one's insert there is a verdict that counts,
 *      its own or the other's.  Prints "lost N", the searches that found
 *      none.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

int
main(int argc, char **argv)
{
    unsigned round, rounds, flags, lost = 0;
    Dtsm_Map *map;
    pid_t other;

    if (argc != 3 || Dtsm_Open(argv[1], DTSM_RDWR, &map) != DTSM_OK) {
        return 2;
    }
    rounds = (unsigned) atoi(argv[2]);
    other = fork();
    while (other == 0) {
        Dtsm_Insert(map, "/w/a", 4, DTSM_DENY);
    }
    for (round = 0; round < rounds; round++) {
        Dtsm_Insert(map, "/w", 2, DTSM_ALLOW | DTSM_PREFIX);
        Dtsm_Insert(map, "/w/a", 4, DTSM_ALLOW);
        Dtsm_Search(map, "/w/a", 4, &flags);
        lost += flags == 0 || (flags & DTSM_PREFIX) != 0;
    }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    printf("lost %u\n", lost);
    return 0;
}
