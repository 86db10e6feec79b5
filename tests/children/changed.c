/*
 * changed.c --
 *
 *      What a traced program sees of what another program changes.
 *
 *      changed turn PROGRAM LINK A B
 *              PROGRAM turns LINK to and fro; B is denied.  How often was it
 *              seen to lead to the other one, after it was turned and while
 *              other processes asked?
 *      changed settle PROGRAM HOW FILE DENIED
 *              PROGRAM makes the symlink FILE and does HOW.  Are answers kept
 *              again afterwards: does the log get no line for another look at
 *              DENIED?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASKERS 2
#define ROUNDS 400
#define PATIENCE 60             /* seconds, a safety net */
#define IN_A_ROW 50

static pid_t
Start(char **argv, int *toPtr, int *fromPtr)
{
    int to[2], from[2];
    pid_t pid;

    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) {
        exit(1);
    }
    pid = fork();
    if (pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        execv(argv[0], argv);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    *toPtr = to[1];
    *fromPtr = from[0];
    return pid;
}

static void
End(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static int
Opens(const char *name)
{
    int fd = open(name, O_RDONLY);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static int
Turn(char *program, char *name, char *a, char *b)
{
    char *argv[] = {program, "turn", name, a, b, NULL}, byte = 'x';
    int to, from, i, wrong = 0;
    pid_t askers[ASKERS], pid = Start(argv, &to, &from);

    for (i = 0; i < ASKERS; i++) {
        askers[i] = fork();
        while (askers[i] == 0) {
            Opens(name);
        }
    }
    for (i = 0; i < ROUNDS; i++) {
        if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1) {
            printf("ended\n");
            break;
        }
        wrong += Opens(name) != (i & 1);
    }
    printf("%d rounds, %d wrong\n", i, wrong);
    for (i = 0; i < ASKERS; i++) {
        End(askers[i]);
    }
    End(pid);
    return 0;
}

static int64_t
Size(const char *name)
{
    struct stat st;

    return stat(name, &st) == 0 ? st.st_size : -1;
}

static int
Settle(char *program, char *how, char *name, char *denied)
{
    char *argv[] = {program, how, name, NULL};
    const char *log = getenv("DTSM_LOG");
    time_t end = time(NULL) + PATIENCE;
    int to, from, row = 0;
    int64_t size = -1, now;
    struct stat st;
    pid_t pid = Start(argv, &to, &from);

    while (lstat(name, &st) != 0 && time(NULL) < end) {
        sched_yield();
    }
    while (row < IN_A_ROW && time(NULL) < end) {
        Opens(denied);
        now = Size(log);
        row = now == size ? row + 1 : 0;
        size = now;
        sched_yield();
    }
    printf("%s\n", row == IN_A_ROW ? "settled" : "never");
    End(pid);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc != 6) {
        return 1;
    }
    return strcmp(argv[1], "turn") == 0
            ? Turn(argv[2], argv[3], argv[4], argv[5])
            : Settle(argv[2], argv[3], argv[4], argv[5]);
}
