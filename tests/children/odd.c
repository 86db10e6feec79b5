/*
 * odd.c --
 *
 *      Calls of libc in odd situations, in the frame of calls.h:
 *
 *      odd NAME PATH ?+ NAME PATH ...?
 *
 *      A function of the preinit array looks at a path before libc starts.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

static void
Preinit(int argc, char **argv, char **envp)
{
    (void) argc;
    (void) argv;
    (void) envp;
    (void) !access("/", F_OK);
}

__attribute__((section(".preinit_array"), used))
static void (*preinit)(int, char **, char **) = Preinit;

CALL(stat) { struct stat st; return stat(path, &st); }

/*
 * Directories without a path.
 */

CALL(deleted)
{
    struct stat st;
    int fd, result;
    if (mkdir(path, 0700) != 0 || (fd = open(path, O_RDONLY)) < 0
            || rmdir(path) != 0) {
        return 0;
    }
    result = fstatat(fd, "x", &st, 0);
    result &= openat(fd, "y", O_CREAT | O_WRONLY, 0600);
    return result;
}
CALL(deletedcwd)
{
    struct stat st;
    if (mkdir(path, 0700) != 0 || chdir(path) != 0 || rmdir(path) != 0
            || stat(".", &st) != 0) {
        return 0;
    }
    return stat("x", &st);
}
/*
 * From a directory that is deleted, ".." is still the one that it was in.
 */
CALL(climb)
{
    int fd = open("ok", O_RDONLY);
    return mkdir("ok/gone", 0700) != 0 || chdir("ok/gone") != 0
            || unlinkat(fd, "gone", AT_REMOVEDIR) != 0
            ? 0 : open(path, O_RDWR | O_CREAT, 0600) < 0 ? -1 : 0;
}
CALL(climbfrom)
{
    int fd;
    return mkdir("ok/gone", 0700) != 0
            || (fd = open("ok/gone", O_RDONLY)) < 0 || rmdir("ok/gone") != 0
            ? 0 : openat(fd, path, O_RDONLY) < 0 ? -1 : 0;
}
CALL(deep)
{
    char name[201];
    int i, fd;
    struct stat st;
    memset(name, 'd', 200);
    name[200] = '\0';
    if (chdir(path) != 0) {
        return -1;
    }
    for (i = 0; i < 25; i++) {
        if (mkdir(name, 0700) != 0 || chdir(name) != 0) {
            return -1;
        }
    }
    fd = open("file", O_CREAT | O_WRONLY, 0600);
    if (fd < 0 || close(fd) != 0 || stat("./file", &st) != 0
            || rename("file", "other") != 0 || symlink("other", "file") != 0
            || stat("file", &st) != 0 || unlink("file") != 0
            || opendir(".") == NULL || unlink("other") != 0) {
        return -1;
    }
    for (i = 0; i < 25; i++) {
        if (chdir("..") != 0 || rmdir(name) != 0) {
            return -1;
        }
    }
    return stat("file", &st);
}

/*
 * Ways that are longer than PATH_MAX though they lead to a short path: below
 * ok twelve directories and ok/far1 that leads there, and from there the same
 * again by far2, with "own" that leads to path.
 */

static int
Below(const char *link)
{
    char text[12 * 201 + 1];
    int i;
    memset(text, 'd', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (i = 1; i <= 12; i++) {
        text[i * 201 - 1] = '\0';
        if (mkdir(text, 0700) != 0 && errno != EEXIST) {
            return -1;
        }
        text[i * 201 - 1] = '/';
    }
    return (symlink(text, link) != 0 && errno != EEXIST) || chdir(link) != 0;
}
static int
Far(const char *path)
{
    char root[PATH_MAX / 2], text[PATH_MAX];
    if (getcwd(root, sizeof(root)) == NULL || chdir("ok") != 0
            || Below("far1") || Below("far2")) {
        return -1;
    }
    snprintf(text, sizeof(text), "%s/%s", root, path);
    unlink("own");
    return symlink(text, "own") != 0 ? -1 : open(root, O_PATH);
}
#define UP12 "../../../../../../../../../../../../"

CALL(farcwd)
{
    return Far(path) < 0 ? 0 : open("own", O_RDONLY) < 0 ? -1 : 0;
}
CALL(farcwdmake)
{
    return Far(path) < 0 ? 0 : creat("own", 0600) < 0 ? -1 : 0;
}
CALL(farcwdup)
{
    char text[PATH_MAX];
    snprintf(text, sizeof(text), UP12 UP12 "../%s", path);
    return Far(path) < 0 ? 0 : open(text, O_RDONLY) < 0 ? -1 : 0;
}
CALL(farcwdnew)
{
    char text[PATH_MAX];
    snprintf(text, sizeof(text), UP12 UP12 "../%s", path);
    return Far(path) < 0 ? 0 : open(text, O_CREAT | O_RDWR, 0600) < 0 ? -1 : 0;
}
CALL(farfd)
{
    int root = Far(path), fd = open(".", O_RDONLY);
    return root < 0 || fchdir(root) != 0 ? 0
            : openat(fd, "own", O_RDONLY) < 0 ? -1 : 0;
}
CALL(farlink)
{
    int root = Far(path);
    return root < 0 || fchdir(root) != 0 ? 0
            : open("ok/far1/far2/own", O_RDONLY) < 0 ? -1 : 0;
}
CALL(farup)
{
    char text[PATH_MAX];
    int root = Far(path);
    snprintf(text, sizeof(text), "ok/far1/far2/" UP12 UP12 "../%s", path);
    return root < 0 || fchdir(root) != 0 ? 0
            : open(text, O_RDONLY) < 0 ? -1 : 0;
}

/*
 * A child that shares this process's directory and moves it; with it or
 * without its memory.
 */

static int
Moves(void *data)
{
    return chdir(data);
}
static int
MovedBy(int how, const char *path)
{
    static char stack[65536];
    const char *slash = strrchr(path, '/');
    char *directory = strndup(path, (size_t) (slash - path));
    long pid;
    if (access("ok", F_OK) != 0) {
        return 0;
    }
    if (how < 0) {
        pid = syscall(SYS_clone, CLONE_FS | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
            _exit(Moves(directory));
        }
    } else {
        pid = clone(Moves, stack + sizeof(stack), CLONE_FS | how | SIGCHLD,
                directory);
    }
    return waitpid((pid_t) pid, NULL, 0) != pid ? 0
            : open(slash + 1, O_RDONLY) < 0 ? -1 : 0;
}
CALL(clonefs) { return MovedBy(0, path); }
CALL(clonefsvm) { return MovedBy(CLONE_VM, path); }
CALL(sys_clonefs) { return MovedBy(-1, path); }

/*
 * Starting programs from a small stack with a large environment.
 */

static const char *threadPath;
static int threadResult;

static void *
BigThread(void *data)
{
    char *argv[] = { (char *) threadPath, NULL };
    pid_t pid;

    if (vfork() == 0) {
        execve(threadPath, argv, data);
        _exit(errno);
    }
    (void) !wait(NULL);
    errno = posix_spawn(&pid, threadPath, NULL, NULL, argv, data);
    threadResult = errno != 0 ? -1 : Wait(pid);
    return NULL;
}

CALL(bigenv)
{
    size_t count = 0, i, extra = 20000;
    char **big;
    pthread_attr_t attr;
    pthread_t thread;
    while (environ[count] != NULL) {
        count++;
    }
    big = calloc(count + extra + 1, sizeof(*big));
    memcpy(big, environ, count * sizeof(*big));
    for (i = 0; i < extra; i++) {
        big[count + i] = "X=1";
    }
    threadPath = path;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    if (pthread_create(&thread, &attr, BigThread, big) != 0) {
        return -1;
    }
    pthread_join(thread, NULL);
    return threadResult;
}

CALL(nulls)
{
    char *volatile none = NULL;
    char *argv[] = { (char *) path, NULL };
    pid_t pid;
    struct stat st;
    if (stat(none, &st) != -1 || open(none, O_RDONLY) != -1
            || execve(none, argv, environ) != -1
            || posix_spawn(&pid, none, NULL, NULL, argv, environ) == 0
            || chdir(none) != -1
            || unlink(none) != -1 || rename(none, none) != -1
            || mkdir(none, 0) != -1 || symlink(none, none) != -1) {
        return -1;
    }
    pid = fork();
    if (pid == 0) {
        execve(path, argv, NULL);
        _exit(errno);
    }
    return Wait(pid);
}

/*
 * Many threads that look, fork and move at once.
 */

static void *
Looker(void *data)
{
    volatile int i;

    (void) data;
    for (i = 0; i < 300; i++) {
        struct stat st;
        char name[64];

        snprintf(name, sizeof(name), "ok/n%d", i);
        if (stat(threadPath, &st) == 0 || (i % 3 == 0 && chdir(".") != 0)) {
            threadResult++;
        }
        stat(name, &st);
        if (i % 50 == 0) {
            pid_t pid = i % 100 ? fork() : vfork();

            if (pid == 0) {
                _exit(stat(threadPath, &st) == 0);
            }
            if (Wait(pid) != 0) {
                threadResult++;
            }
        }
    }
    return NULL;
}

CALL(storm)
{
    pthread_t threads[6];
    int i;
    threadPath = path;
    threadResult = 0;
    for (i = 0; i < 6; i++) {
        pthread_create(&threads[i], NULL, Looker, NULL);
    }
    for (i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
    }
    errno = EIO;
    return threadResult == 0 ? 0 : -1;
}

static volatile int handled;

static void
Handler(int number)
{
    struct stat st;
    char name[] = "ok/h00000";
    int saved = errno, value = ++handled, i;

    (void) number;
    for (i = 8; i > 3; i--) {
        name[i] = (char) ('0' + value % 10);
        value /= 10;
    }
    if (stat(threadPath, &st) == 0) {
        threadResult = -1;
    }
    stat(name, &st);
    errno = saved;
}

CALL(timer)
{
    struct itimerval often = { { 0, 200 }, { 0, 200 } }, never = { 0 };
    struct sigaction action;
    struct stat st;
    char name[64];
    int i;
    threadPath = path;
    threadResult = 0;
    memset(&action, 0, sizeof(action));
    action.sa_handler = Handler;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (i = 0; i < 5000 || (handled < 20 && i < 5000000); i++) {
        snprintf(name, sizeof(name), "ok/../ok/t%d", i % 6000);
        errno = 0;
        if (stat(name, &st) == 0 || errno != ENOENT || stat(path, &st) == 0) {
            threadResult = -1;
        }
    }
    setitimer(ITIMER_REAL, &never, NULL);
    errno = EIO;
    return threadResult;
}

CALL(freopenclose)
{
    FILE *stream = fopen("/dev/null", "r");
    int err;
    if (freopen(path, "r", stream) != NULL) {
        return 0;
    }
    err = errno;
    (void) !fopen("/dev/null", "r");
    errno = err;
    return -1;
}
CALL(procfd)
{
    char name[64];
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    snprintf(name, sizeof(name), "/proc/self/fd/%d/%.30s", fd, path);
    return Opened(open(name, O_RDONLY));
}

/*
 * Functions that are looked up in libc itself, or by their version.
 */

typedef int OpenProc(const char *path, int flags, ...);

static int
Found(void *symbol, const char *path)
{
    OpenProc *proc = (OpenProc *) (intptr_t) symbol;
    return proc == NULL ? 0 : proc(path, O_RDONLY) < 0 ? -1 : 0;
}

CALL(handle)
{
    return Found(dlsym(dlopen("libc.so.6", RTLD_NOW), "open"), path);
}
CALL(handlenext)
{
    return Found(dlsym(RTLD_NEXT, "open64"), path);
}
CALL(handleversion)
{
#if defined(__x86_64__)
    return Found(dlvsym(RTLD_DEFAULT, "open", "GLIBC_2.2.5"), path);
#else
    return open(path, O_RDONLY) < 0 ? -1 : 0;
#endif
}
CALL(handleold)
{
#if defined(__x86_64__)
    char *(*proc)(const char *path, char *buf) =
            (char *(*)(const char *path, char *buf)) (intptr_t)
            dlvsym(dlopen("libc.so.6", RTLD_NOW), "realpath", "GLIBC_2.2.5");
    if (proc("/", NULL) != NULL || errno != EINVAL) {   /* as of old */
        return 0;
    }
    return proc(path, (char [PATH_MAX]) { 0 }) == NULL ? -1 : 0;
#else
    struct stat st;
    return stat(path, &st);
#endif
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(stat) X(deleted) X(deletedcwd) X(climb) X(climbfrom) X(deep) X(bigenv)
    X(farcwd) X(farcwdup) X(farcwdnew) X(farcwdmake) X(farfd)
    X(farlink) X(farup)
    X(clonefs) X(clonefsvm) X(sys_clonefs)
    X(handle) X(handlenext) X(handleversion) X(handleold)
    X(nulls) X(storm) X(timer) X(freopenclose) X(procfd)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
