/*
 * together.c --
 *
 *      Questions from many processes, and from odd places.
 *
 *      together N PATH         N processes open PATH at the same moment; each
 *                              prints "ok" or ENOENT
 *      together odd A B C D    stat A in a vfork child, B on a stack of 32
 *                              KiB, C with no descriptor left, D at last; then
 *                              how many descriptors that left open
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (32 * 1024)

static void
Say(const char *before, const char *path)
{
    struct stat st;
    char line[64];
    int ok = stat(path, &st) == 0;
    int len = snprintf(line, sizeof(line), "%s%s\n", before,
            ok ? "ok" : errno == ENOENT ? "ENOENT" : "error");

    if (write(1, line, (size_t) len) < 0) {
        _exit(1);
    }
}

static int
AtOnce(int count, const char *path)
{
    int gate[2], i;
    char byte;

    if (pipe(gate) != 0) {
        return 1;
    }
    for (i = 0; i < count; i++) {
        if (fork() == 0) {
            close(gate[1]);
            if (read(gate[0], &byte, 1) == 0) {     /* all at its end */
                Say("", path);
            }
            _exit(0);
        }
    }
    close(gate[0]);
    close(gate[1]);
    while (wait(NULL) > 0) {
        continue;
    }
    return 0;
}

static void *
OnStack(void *path)
{
    Say("stack ", path);
    return NULL;
}

static int
OpenCount(void)
{
    int fd, count = 0;

    for (fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static int
InVfork(const char *path)
{
    struct stat st;
    int status;
    volatile int result = 1;
    pid_t child = vfork();

    if (child == 0) {
        result = stat(path, &st);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return result;
}

static int
Odd(char **paths)
{
    static _Alignas(64) char stack[STACK_BYTES];
    pthread_attr_t attributes;
    pthread_t thread;
    struct stat st;
    struct rlimit limit;
    int before = OpenCount();

    printf("vfork %s\n", InVfork(paths[0]) == 0 ? "ok" : "error");
    fflush(stdout);

    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, sizeof(stack));
    pthread_create(&thread, &attributes, OnStack, paths[1]);
    pthread_join(thread, NULL);

    /*
     * Who cannot ask is not refused for it.
     */

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &limit);
    Say("full ", paths[2]);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    stat(paths[3], &st);
    printf("left %d\n", OpenCount() - before);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3) {
        return AtOnce(atoi(argv[1]), argv[2]);
    }
    if (argc == 6 && strcmp(argv[1], "odd") == 0) {
        return Odd(argv + 2);
    }
    fprintf(stderr, "usage: together N path | odd path path path path\n");
    return 2;
}
