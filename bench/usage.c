/*
 * usage.c --
 *
 *      Run a command and print what it and all that it started used.
 *
 *      usage OUTPUT COMMAND ?ARGUMENT ...?
 *
 *      Prints "user SECONDS system SECONDS wall SECONDS".  The command's own
 *      output goes to the file OUTPUT.  Its exit status is passed on.
 *      Processes that the command leaves behind are waited for too.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
Seconds(struct timeval time)
{
    return (double) time.tv_sec + (double) time.tv_usec * 1e-6;
}

static double
Now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

int
main(int argc, char **argv)
{
    struct rusage used;
    int status, result = 127;
    double start = Now();
    pid_t child, ended;

    if (argc < 3) {
        fprintf(stderr, "usage: usage OUTPUT COMMAND ?ARGUMENT ...?\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    child = fork();
    if (child < 0) {
        perror("fork");
        return 2;
    }
    if (child == 0) {
        int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);

        if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) {
            perror(argv[1]);
            _exit(2);
        }
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    while ((ended = wait(&status)) > 0) {
        if (ended == child) {
            result = WIFEXITED(status) ? WEXITSTATUS(status)
                    : 128 + WTERMSIG(status);
        }
    }
    getrusage(RUSAGE_CHILDREN, &used);
    printf("user %.3f system %.3f wall %.3f\n", Seconds(used.ru_utime),
            Seconds(used.ru_stime), Now() - start);
    return result;
}
