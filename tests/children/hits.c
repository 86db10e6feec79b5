/*
 * hits.c --
 *
 *      Looks at the same paths again and again, so that a test can count
 *      which system calls a hit costs:
 *
 *      hits ROUNDS PATH ...
 *
 *      Each round calls stat and access on each path.  Before the rounds and
 *      after them it writes "/begin" and "/end" to no descriptor.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
Look(char **paths)
{
    struct stat st;

    for (; *paths != NULL; paths++) {
        (void) !stat(*paths, &st);
        (void) !access(*paths, F_OK);
    }
}

int
main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 0;

    if (argc < 3) {
        return 2;
    }
    Look(argv + 2);
    (void) !write(-1, "/begin", 6);
    while (rounds-- > 0) {
        Look(argv + 2);
    }
    (void) !write(-1, "/end", 4);
    return 0;
}
