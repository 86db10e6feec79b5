/*
 * scarce.c --
 *
 *      What little a traced program may leave the injected library: limits,
 *      memory, descriptors, stack; and what is no path.  In the manner of
 *      calls.c:
 *
 *      scarce NAME PATH ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

CALL(stat) { struct stat st; return stat(path, &st); }
CALL(open) { return Opened(open(path, O_RDONLY)); }

/*
 * Limits.  The log of refusals may be longer than this process may write.
 */

static int
Limit(unsigned what, rlim_t value)
{
    struct rlimit limit = { value, value };

    return setrlimit(what, &limit);
}

CALL(fsize)
{
    char name[PATH_MAX];
    struct stat st;
    int i;
    if (Limit(RLIMIT_FSIZE, 4096) != 0) {
        return -1;
    }
    for (i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "%s-a-name-that-is-long-%d", path, i);
        if (stat(name, &st) == 0) {
            return -1;
        }
    }
    return 0;
}
CALL(memory)
{
    void *place;
    if (Limit(RLIMIT_AS, 256u << 20) != 0) {
        return -1;
    }
    place = mmap(NULL, 64u << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
            0);
    return place == MAP_FAILED ? -1 : Opened(open(path, O_RDONLY));
}
CALL(nomemory)
{
    return Limit(RLIMIT_AS, 4096) != 0 ? -1 : Opened(open(path, O_RDONLY));
}
CALL(memorysystem)
{
    char command[PATH_MAX];
    if (Limit(RLIMIT_AS, 64u << 20) != 0) {
        return -1;
    }
    snprintf(command, sizeof(command), "cat %s >/dev/null 2>&1", path);
    return system(command) == 0 ? 0 : (errno = ENOENT, -1);
}

/*
 * All memory is locked: the map is not what it was made of.
 */

static int
Locked(int failed, const char *path)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    Add(usage.ru_maxrss > 256 << 10 ? "much" : "little");
    return failed != 0 ? -1 : Opened(open(path, O_RDONLY));
}

CALL(mlockall) { return Locked(mlockall(MCL_CURRENT | MCL_FUTURE), path); }
CALL(sys_mlockall)
{
    return Locked((int) syscall(SYS_mlockall, MCL_CURRENT), path);
}

/*
 * A walk that needs the only descriptor that is left.
 */

static int
Named(const char *path, const struct stat *st, int type, struct FTW *at)
{
    Add(path + at->base);
    Add(type == FTW_SLN && S_ISLNK(st->st_mode) ? "nowhere" : "-");
    return 0;
}
CALL(nftwnofd)
{
    int left = dup(1);

    close(left);
    return Limit(RLIMIT_NOFILE, (rlim_t) left + 1) != 0 ? -1
            : nftw(path, Named, 1, 0);
}
CALL(execnofd)
{
    char *argv[] = { (char *) path, "true", NULL };
    pid_t pid = fork();
    if (pid == 0) {
        Limit(RLIMIT_NOFILE, 3);
        execve(path, argv, environ);
        _exit(errno);
    }
    return Wait(pid);
}

/*
 * Pointers that are none, and names that cannot be.
 */

CALL(bad)
{
    struct stat st;
    const char *volatile low = (const char *) (intptr_t) 1;
    const char *volatile high = (const char *) (intptr_t) -1;
    char *argv[] = { (char *) path, NULL };
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    errno = 0;
#define FAULTS(call) \
    if ((call) >= 0 || errno != EFAULT) { \
        errno = 0; \
        Add(#call); \
        return -1; \
    } \
    errno = 0
    FAULTS(open(low, O_RDONLY));
    FAULTS(open(low, O_RDWR | O_CREAT | O_EXCL, 0600));
    FAULTS(execve(low, argv, environ));
    FAULTS(execve("/bin/true", argv, (char *const *) low));
    FAULTS(execveat(AT_FDCWD, low, argv, environ, 0));
    FAULTS(sendmsg(fd, (const void *) low, 0));
    FAULTS(sendmmsg(fd, (void *) low, 1, 0));
    close(fd);
    return stat(high, &st);
}

/*
 * Stacks of signal handlers are often 8 KiB, of which the kernel may take
 * three; a new file is opened there with the least that others need.
 */

static const char *handled;
static int isOpened;

static void
Handle(int number)
{
    (void) number;
    if (handled != NULL) {
        int fd = open(handled, O_RDWR | O_CREAT | O_EXCL, 0600);

        isOpened = fd >= 0 && close(fd) == 0;
    }
}

static int
StackOf(const char *path)
{
    static char room[65536];
    stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };
    struct sigaction action = { .sa_flags = SA_ONSTACK };
    int i;

    action.sa_handler = Handle;
    handled = path;
    memset(room, 0, sizeof(room));
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    for (i = 0; i < (int) sizeof(room) && room[i] == '\0'; i++) {
        ;
    }
    return (int) sizeof(room) - i;
}

CALL(handlerstack)
{
    int most = StackOf(path) - StackOf(NULL);

    Add(most < 6144 ? "little" : "much");
    return isOpened ? 0 : -1;
}
CALL(longname)
{
    char name[PATH_MAX];
    int len = snprintf(name, sizeof(name), "%s/", path);
    struct stat st;
    memset(name + len, 'n', 256);
    name[len + 256] = '\0';
    return stat(name, &st);
}
CALL(longpath)
{
    char name[PATH_MAX + 64];
    struct stat st;
    size_t len;
    for (len = 0; len < PATH_MAX; len += 2) {
        memcpy(name + len, "./", 2);
    }
    strcpy(name + len, path);
    return stat(name, &st);
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(stat) X(open) X(fsize) X(memory) X(nomemory) X(memorysystem)
    X(mlockall) X(sys_mlockall) X(nftwnofd) X(execnofd) X(bad)
    X(handlerstack) X(longname) X(longpath)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
