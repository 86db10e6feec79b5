/*
 * starts.c --
 *
 *      Starts a program in a named way, waits for it, and says what became of
 *      the starter itself.
 *
 *      starts exec|vfork|spawn|system|asks PROGRAM ?ARG ...?
 *
 * "asks" starts nothing: it looks at PROGRAM a thousand times and says
 * whether it had to wait as often.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ASKS 1000

static int
Asks(const char *path)
{
    struct rusage before, after;
    struct stat st;
    int i;

    stat(path, &st);
    getrusage(RUSAGE_SELF, &before);
    for (i = 0; i < ASKS; i++) {
        stat(path, &st);
    }
    getrusage(RUSAGE_SELF, &after);
    puts(after.ru_nvcsw - before.ru_nvcsw < ASKS / 2 ? "quick" : "waits");
    return 0;
}

int
main(int argc, char **argv)
{
    pid_t pid = -1;
    int status = -1;

    if (argc < 3) {
        return 2;
    }
    if (strcmp(argv[1], "asks") == 0) {
        return Asks(argv[2]);
    }
    if (strcmp(argv[1], "system") == 0) {
        status = system(argv[2]);
    } else if (strcmp(argv[1], "spawn") == 0) {
        if (posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0) {
            return 3;
        }
    } else {
        pid = strcmp(argv[1], "vfork") == 0 ? vfork() : 0;
        if (pid == 0) {
            execvp(argv[2], argv + 2);
            _exit(99);
        }
    }
    if (pid > 0) {
        waitpid(pid, &status, 0);
    }
    printf("status %d, filter %d, no_new_privs %d\n", WEXITSTATUS(status),
            prctl(PR_GET_SECCOMP, 0, 0, 0, 0),
            prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    return 0;
}
