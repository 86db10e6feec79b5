/*
 * forks.c --
 *
 *      Copies of a process and what they know of its working directory, in
 *      the frame of calls.h, from a directory that has ok/ and no/:
 *
 *      forks NAME PATH ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

pid_t _Fork(void) __attribute__((weak));    /* glibc 2.34 and later */

/*
 * Stat --
 *
 *      The status of a child that looks at path.
 */

static int
Stat(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? 0 : errno;
}

static pid_t
RawFork(void)
{
    return (pid_t) syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t
BareFork(void)
{
    return _Fork != NULL ? _Fork() : fork();
}

/*
 * In --
 *
 *      A copy goes to no/, and a copy of it looks from there.
 */

static int
In(pid_t (*first)(void), pid_t (*second)(void), const char *path)
{
    pid_t child;

    Stat("ok/file");                    /* the directory is remembered */
    child = first();
    if (child == 0) {
        errno = 0;
        if (chdir("no") != 0) {
            _exit(EXDEV);
        }
        child = second();
        _exit(child == 0 ? Stat(path) : Wait(child) == 0 ? 0 : errno);
    }
    if (Wait(child) != 0) {
        return -1;
    }
    return Stat("ok/file") == 0 ? 0 : (errno = EXDEV, -1);
}

CALL(forkfork) { return In(fork, fork, path); }
CALL(rawfork) { return In(RawFork, fork, path); }
CALL(forkraw) { return In(fork, RawFork, path); }
CALL(bareforks) { return In(BareFork, BareFork, path); }

/*
 * VforkChdir --
 *
 *      A vfork child goes to no/, and its parent stays.
 */

static int
VforkChdir(void)
{
    volatile int inside = 0;
    pid_t child = vfork();

    if (child == 0) {
        inside = chdir("no") != 0 ? EXDEV : Stat("file");
        _exit(0);
    }
    if (Wait(child) != 0 || inside != ENOENT) {
        errno = EXDEV;
        return -1;
    }
    return 0;
}

CALL(vforkfork)
{
    Stat("ok/file");
    return VforkChdir() != 0 ? -1 : In(fork, fork, path);
}
CALL(forkvfork)
{
    pid_t child;
    Stat("ok/file");
    child = fork();
    if (child == 0) {
        _exit(VforkChdir() == 0 ? Stat(path) : errno);
    }
    if (Wait(child) != 0 || VforkChdir() != 0) {
        return -1;
    }
    return Stat(path) == 0 ? 0 : (errno = EXDEV, -1);
}

/*
 * A process whose own child has its number, in another namespace: to be
 * started as the first one of a namespace.
 */

CALL(newpid)
{
    return unshare(CLONE_NEWPID) != 0 || VforkChdir() != 0 ? -1
            : Stat(path) == 0 ? 0 : (errno = EXDEV, -1);
}

/*
 * A process in our memory that no function of libc has made, and a thread with
 * a directory of its own.
 */

static volatile int inside;
static _Alignas(16) char room[65536];

static int
GoesIn(void *data)
{
    (void) data;
    inside = chdir("no") != 0 ? EXDEV : Stat("file");
    syscall(SYS_exit, 0);
    return 0;
}

CALL(ownvfork)
{
    inside = 0;
    Stat("ok/file");
#ifdef __x86_64__
    long child = SYS_clone;
    register long r10 __asm__("r10") = 0;
    __asm__ volatile (
            "syscall\n"
            "test %%rax, %%rax\n"
            "jnz 1f\n"
            "call *%%rbx\n"
            "1:\n"
            : "+a" (child), "+r" (r10)
            : "D" (CLONE_VM | CLONE_VFORK | SIGCHLD),
              "S" (room + sizeof(room) - 128), "d" (0), "b" (GoesIn)
            : "rcx", "r8", "r9", "r11", "memory");
    Wait((pid_t) child);
#else
    inside = ENOENT;
#endif
    return inside == ENOENT && Stat(path) == 0 ? 0 : (errno = EXDEV, -1);
}

CALL(ownthread)
{
    int tid = 0;
    inside = 0;
    Stat("ok/file");
    if (clone(GoesIn, room + sizeof(room) - 128, CLONE_VM | CLONE_SIGHAND
            | CLONE_THREAD | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID,
            NULL, &tid, NULL, &tid) < 0) {
        return -1;
    }
    while (__atomic_load_n(&tid, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
    return inside == ENOENT && Stat(path) == 0 ? 0 : (errno = EXDEV, -1);
}

/*
 * A copy that does nothing reads no page of the injected library.
 */

static long
Pages(pid_t child, const char *library)
{
    char name[64], line[PATH_MAX];
    long kilobytes, pages = 0;
    unsigned long from, to;
    int ours = 0, seen = 0;
    FILE *stream;

    snprintf(name, sizeof(name), "/proc/%d/smaps", (int) child);
    stream = fopen(name, "r");
    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL) {
        if (sscanf(line, "%lx-%lx", &from, &to) == 2) {
            ours = strstr(line, library) != NULL
                    && strstr(line, " r-xp ") != NULL;
            seen |= ours;
        } else if (ours && sscanf(line, "Rss: %ld", &kilobytes) == 1) {
            pages += kilobytes / 4;
        }
    }
    return stream == NULL || fclose(stream) != 0 || !seen ? -1 : pages;
}

CALL(forkpages)
{
    int ready[2], hold[2];
    pid_t child;
    char byte = 0;
    long pages;
    Stat("ok/file");
    if (pipe(ready) != 0 || pipe(hold) != 0     /* and let the loader find */
            || write(ready[1], &byte, 1) != 1   /* what the copy calls */
            || read(ready[0], &byte, 1) != 1) {
        return -1;
    }
    child = fork();
    if (child == 0) {
        _exit(write(ready[1], &byte, 1) == 1 && read(hold[0], &byte, 1) == 1);
    }
    if (read(ready[0], &byte, 1) != 1) {
        return -1;
    }
    pages = Pages(child, path);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    Add(pages == 0 ? "none" : pages < 0 ? "unknown" : "some");
    return 0;
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(forkfork) X(rawfork) X(forkraw) X(bareforks) X(vforkfork) X(forkvfork)
    X(newpid) X(ownvfork) X(ownthread) X(forkpages)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
