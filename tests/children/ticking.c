/*
 * ticking.c --
 *
 *      ticking PATH: opens PATH while signals come, and prints "ok" or the
 *      error's number, and whether a call that succeeds keeps errno.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void
Tick(int number)
{
    (void) number;
}

int
main(int argc, char **argv)
{
    struct sigaction action;
    struct stat st;
    int result;

    memset(&action, 0, sizeof(action));
    action.sa_handler = Tick;
    sigaction(SIGUSR1, &action, NULL);
    errno = 99;
    result = stat(argv[argc - 1], &st);
    printf(result == 0 ? "ok" : "failed");
    printf(" errno %s\n", errno == 99 ? "kept" : strerror(errno));
    return 0;
}
