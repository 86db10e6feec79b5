/*
 * cut.c --
 *
 *      cut ASK ... ++ PROGRAM ...: runs PROGRAM.  Where it is about to make,
 *      rename or remove a name, ASK runs first, from start to end; as soon as
 *      the name has changed, PROGRAM is killed, before it knows.  Prints what
 *      ASK prints, then "killed" or how PROGRAM ended.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

static int
Changes(uint64_t number)
{
    static const long numbers[] = {
#ifdef SYS_rename
        SYS_rename, SYS_rmdir, SYS_symlink, SYS_unlink,
#endif
#ifdef SYS_renameat
        SYS_renameat,
#endif
        SYS_renameat2, SYS_symlinkat, SYS_unlinkat
    };
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (number == (uint64_t) numbers[i]) {
            return 1;
        }
    }
    return 0;
}

static pid_t
Start(char **argv, int watched)
{
    pid_t child = fork();

    if (child == 0) {
        if (watched && ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(99);
        }
        execv(argv[0], argv);
        _exit(98);
    }
    return child;
}

int
main(int argc, char **argv)
{
    struct __ptrace_syscall_info info;
    int i, status, changes = 0;
    pid_t child;

    for (i = 1; i < argc && strcmp(argv[i], "++") != 0; i++) {
        ;
    }
    if (i + 1 >= argc || i == 1) {
        return 2;
    }
    argv[i] = NULL;
    child = Start(argv + i + 1, 1);
    if (child < 0 || waitpid(child, &status, 0) != child
            || !WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, child, NULL,
                    (void *) (uintptr_t) (PTRACE_O_TRACESYSGOOD
                    | PTRACE_O_EXITKILL)) != 0) {
        return 2;
    }
    while (WIFSTOPPED(status)) {
        int sig = WSTOPSIG(status);

        if (sig == (SIGTRAP | 0x80)) {
            sig = 0;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, child,
                    (void *) sizeof(info), &info) < 0) {
                return 2;
            }
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                changes = Changes(info.entry.nr);
                if (changes) {
                    waitpid(Start(argv + 1, 0), NULL, 0);
                }
            } else if (changes && info.exit.rval == 0) {
                kill(child, SIGKILL);
            }
        } else if (sig == SIGTRAP) {
            sig = 0;
        }
        ptrace(PTRACE_SYSCALL, child, NULL, (void *) (uintptr_t) sig);
        if (waitpid(child, &status, 0) != child) {
            return 2;
        }
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        puts("killed");
    } else {
        printf("ended with %d\n", status);
    }
    return 0;
}
