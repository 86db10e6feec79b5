/*
 * calls.c --
 *
 *      Count the system calls of a program.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

long
BenchCalls(char *const argv[], char *const envp[], int *statusPtr)
{
    long stops = 0;
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(99);
        }
        execve(argv[0], argv, envp);
        _exit(98);
    }
    if (child < 0 || waitpid(child, &status, 0) != child
            || !WIFSTOPPED(status)) {
        return -1;
    }
    ptrace(PTRACE_SETOPTIONS, child, NULL,
            (void *) (uintptr_t) (PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
    while (WIFSTOPPED(status)) {
        int signalled = 0;

        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            stops++;
        } else if (WSTOPSIG(status) != SIGTRAP) {
            signalled = WSTOPSIG(status);
        }
        if (ptrace(PTRACE_SYSCALL, child, NULL,
                (void *) (uintptr_t) signalled) != 0
                || waitpid(child, &status, 0) != child) {
            return -1;
        }
    }
    *statusPtr = status;
    return (stops + 1) / 2;     /* the last call does not come back */
}
