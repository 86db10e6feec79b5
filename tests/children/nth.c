/*
 * nth.c --
 *
 *      Stop a program at its Nth system call, and send it a signal there.
 *
 *      nth all|files N SIGNAL PROGRAM ?ARG ...?
 *
 * Entry and return of a call count as one each, of the program's first thread;
 * with `files' only calls count that make, rename or remove a file, or lock
 * one.  Signal 9 ends the program on the spot.  Prints the call's number, or
 * how the program ended when it made fewer: exits 0 in the first case, 1 in
 * the second, 2 when the program cannot be traced.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel's struct ptrace_syscall_info, which older headers lack. */

typedef struct Info {
    uint8_t op, pad[3];
    uint32_t arch;
    uint64_t pc, sp, number, rest[12];
} Info;

#ifndef PTRACE_GET_SYSCALL_INFO
#   define PTRACE_GET_SYSCALL_INFO 0x420e
#endif
#define IS_ENTRY 1

static const long fileCalls[] = {
#ifdef SYS_mkdir
    SYS_mkdir, SYS_rmdir, SYS_unlink, SYS_symlink, SYS_rename, SYS_link,
#endif
    SYS_mkdirat, SYS_unlinkat, SYS_symlinkat, SYS_renameat, SYS_renameat2,
    SYS_linkat, SYS_ftruncate, SYS_bind
};

/*
 * Counts --
 *
 *      Whether the call at which the program stands is one of those asked for.
 *      At its entry that is found out; it holds for its return.
 */

static int
Counts(pid_t pid, int files, long *numberPtr)
{
    static int counts;
    Info info;
    size_t i;

    memset(&info, 0, sizeof info);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *) sizeof info, &info)
            < 0) {
        return -1;
    }
    if (info.op == IS_ENTRY) {
        *numberPtr = (long) info.number;
        counts = !files
                || (*numberPtr == SYS_fcntl && info.rest[1] == F_SETLK)
                || (*numberPtr == SYS_openat && (info.rest[2] & O_CREAT));
        for (i = 0; i < sizeof fileCalls / sizeof fileCalls[0]; i++) {
            counts |= fileCalls[i] == *numberPtr;
        }
    }
    return counts;
}

static int
Ended(int status, long count)
{
    if (WIFEXITED(status)) {
        printf("exit %d after %ld\n", WEXITSTATUS(status), count);
    } else if (WIFSIGNALED(status)) {
        printf("signal %d after %ld\n", WTERMSIG(status), count);
    } else {
        return 0;
    }
    return 1;
}

int
main(int argc, char **argv)
{
    int files, wanted, status, deliver = 0, counts;
    long number = -1, count = 0, nth;
    pid_t pid;

    if (argc < 5) {
        return 2;
    }
    files = !strcmp(argv[1], "files");
    nth = atol(argv[2]);
    wanted = atoi(argv[3]);
    pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execvp(argv[4], argv + 4);
        _exit(126);
    }
    if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)
            || ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)
            (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL))
            != 0) {
        return 2;
    }
    for (;;) {
        if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *) (intptr_t) deliver)
                != 0 || waitpid(pid, &status, 0) < 0) {
            return 2;
        }
        deliver = 0;
        if (Ended(status, count)) {
            return nth > 0;
        }
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            continue;
        }
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            deliver = WSTOPSIG(status);
            continue;
        }
        counts = Counts(pid, files, &number);
        if (counts < 0) {
            return 2;
        }
        count += counts;
        if (counts && count == nth) {
            printf("call %ld\n", number);
            fflush(stdout);
            nth = 0;
            if (wanted == SIGKILL) {
                kill(pid, SIGKILL);
                waitpid(pid, &status, 0);
                return 0;
            }
            deliver = wanted;
        }
    }
}
