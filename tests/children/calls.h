/*
 * calls.h --
 *
 *      The frame of the programs that make calls of libc by name, one after
 *      the other, so that a test can say what each answers:
 *
 *      PROGRAM NAME PATH ?PATH2? ?+ NAME PATH ?PATH2? ...?
 *
 *      Each prints one line: "ok" or the name of its errno, and what it
 *      learned.
 *
 *      With CALLS_STACK=BYTES in the environment each is made by a signal
 *      handler on a stack of that size, below which nothing is mapped; the
 *      lines are then how much of it the call has used.  `PROGRAM -names'
 *      prints the names of all calls, those of two paths with a "+".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef CALLS_H
#define CALLS_H

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/*
 * A call answers 0 or, with errno set, something else.
 */

#define CALL(name) static int Do_##name(const char *path)
#define CALL_ENTRY(name, paths) { #name, Do_##name, paths },

struct Call {
    const char *name;
    int (*call)(const char *path);
    int paths;                          /* 1 or 2 */
};

static char learned[8 * PATH_MAX];      /* what it learned */
static const char *otherPath;           /* PATH2 */

static inline void
Append(const char *between, const char *word)
{
    size_t len = strlen(learned);

    snprintf(learned + len, sizeof(learned) - len, "%s%s",
            len > 0 ? between : "", word);
}

/*
 * Add, AddName --
 *
 *      One more word; the last part of a path, as a directory's listing has it.
 */

static inline void
Add(const char *word)
{
    Append(" ", word);
}

static inline void
AddName(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;

    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
        Append(",", name);
    }
}

static inline int
Opened(int fd)
{
    return fd < 0 ? -1 : close(fd);
}

/*
 * Wait --
 *
 *      A child that could not do something leaves its errno as its status.
 */

static inline int
Wait(pid_t pid)
{
    int status = -1;

    if (pid < 0 || waitpid(pid, &status, 0) < 0) {
        return -1;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        errno = WEXITSTATUS(status);
        return -1;
    }
    return WIFEXITED(status) ? 0 : (errno = EINTR, -1);
}

/*
 * OnStack --
 *
 *      Make a call in a signal handler on a stack of its own.
 *
 * Returns:
 *      Bytes that were used, those of the signal included; 0 when there is no
 *      memory.
 */

static struct {
    int (*call)(const char *path);
    const char *path;
} onStack;

static inline void
Handled(int number)
{
    (void) number;
    onStack.call(onStack.path);
}

#define STACK_PAINT 0xa5
#define STACK_GUARD ((size_t) 64 << 10)

static inline size_t
OnStack(int (*call)(const char *path), const char *path, size_t size)
{
    unsigned char *room = mmap(NULL, size + STACK_GUARD, PROT_NONE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *low = room + STACK_GUARD;
    struct sigaction action = { .sa_flags = SA_ONSTACK };
    stack_t stack = { .ss_sp = low, .ss_size = size };
    size_t unused = 0;

    if (room == MAP_FAILED || mprotect(low, size, PROT_READ | PROT_WRITE)
            != 0) {
        return 0;
    }
    onStack.call = call;
    onStack.path = path;
    action.sa_handler = Handled;
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR2, &action, NULL);
    memset(low, STACK_PAINT, size);
    raise(SIGUSR2);
    while (unused < size && low[unused] == STACK_PAINT) {
        unused++;
    }
    return size - unused;
}

static inline int
PrintNames(const struct Call *calls, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        printf("%s%s\n", calls[i].paths > 1 ? "+" : "", calls[i].name);
    }
    return 0;
}

static inline int
RunCalls(int argc, char **argv, const struct Call *calls, size_t count)
{
    const char *stack = getenv("CALLS_STACK");
    int at = 1;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc == 2 && strcmp(argv[1], "-names") == 0) {
        return PrintNames(calls, count);
    }
    while (at + 1 < argc) {
        const char *answer = "ok";
        size_t i;

        for (i = 0; i < count && strcmp(argv[at], calls[i].name) != 0; i++) {
            ;
        }
        if (i == count || at + calls[i].paths >= argc) {
            fprintf(stderr, "%s: bad call %s\n", argv[0], argv[at]);
            return 2;
        }
        learned[0] = '\0';
        otherPath = argv[at + calls[i].paths];
        if (stack != NULL) {
            printf("%zu\n", OnStack(calls[i].call, argv[at + 1],
                    (size_t) atol(stack)));
        } else if (calls[i].call(argv[at + 1]) != 0) {
            answer = strerrorname_np(errno);
        }
        if (stack == NULL) {
            printf("%s%s%s\n", answer != NULL ? answer : "?",
                    learned[0] != '\0' ? " " : "", learned);
        }
        at += calls[i].paths + 1;
        if (at < argc && strcmp(argv[at], "+") == 0) {
            at++;
        }
    }
    return 0;
}

#endif /* CALLS_H */
