/*
 * hard.c --
 *
 *      What traced programs may do to the injected library, and what libc
 *      does behind its back, in the frame of calls.h:
 *
 *      hard NAME PATH ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

CALL(stat) { struct stat st; return stat(path, &st); }
CALL(open) { return Opened(open(path, O_RDONLY)); }

/*
 * The loader: what it has to say of an error outlives other calls, and it may
 * be busy with a constructor that waits for such a call.
 */

CALL(dlerror)
{
    const char *message;
    FILE *stream;
    if (dlopen("/nonexistent/lib.so", RTLD_NOW) != NULL
            || (stream = fopen(path, "r")) == NULL || fclose(stream) != 0) {
        return -1;
    }
    message = dlerror();
    Add(message != NULL ? "message" : "none");
    return 0;
}
CALL(dlopen)
{
    alarm(20);                          /* it would wait for good */
    return dlopen(path, RTLD_NOW) == NULL ? -1 : 0;
}

/*
 * An environment without the session, of a program with threads.
 */

static void *
Setter(void *data)
{
    char byte;

    if (read(*(int *) data, &byte, 1) != 1 || setenv("HARD", "set", 1) != 0) {
        learned[0] = '?';
    }
    return NULL;
}

static void *
System(void *data)
{
    if (system(data) != 0) {
        learned[0] = '?';
    }
    return NULL;
}

CALL(setenv)
{
    char command[200];
    int wake[2], go[2];
    pthread_t thread;
    if (pipe(wake) != 0 || pipe(go) != 0) {
        return -1;
    }
    unsetenv("LD_PRELOAD");
    pthread_create(&thread, NULL, Setter, &wake[0]);
    snprintf(command, sizeof(command), "echo >&%d; read line <&%d; : %.50s",
            wake[1], go[0], path);
    pthread_t other;
    pthread_create(&other, NULL, System, command);
    pthread_join(thread, NULL);
    if (write(go[1], "\n", 1) != 1) {
        return -1;
    }
    pthread_join(other, NULL);
    Add(getenv("HARD") != NULL ? getenv("HARD") : "lost");
    return 0;
}

/*
 * Two at a time, of which the first ends first.
 */

CALL(systems)
{
    char first[100], second[100];
    int a[2], b[2], up[2];
    pthread_t threads[2];
    char byte;
    if (pipe(a) != 0 || pipe(b) != 0 || pipe(up) != 0) {
        return -1;
    }
    unsetenv("LD_PRELOAD");
    snprintf(first, sizeof(first), "echo >&%d; read line <&%d", up[1], a[0]);
    snprintf(second, sizeof(second), "echo >&%d; read line <&%d", up[1],
            b[0]);
    pthread_create(&threads[0], NULL, System, first);
    (void) !read(up[0], &byte, 1);
    pthread_create(&threads[1], NULL, System, second);
    (void) !read(up[0], &byte, 1);
    (void) !write(a[1], "\n", 1);
    pthread_join(threads[0], NULL);
    (void) !write(b[1], "\n", 1);
    pthread_join(threads[1], NULL);
    memset(first, 'x', sizeof(first));
    return getenv("PATH") == NULL ? -1 : Opened(open(path, O_RDONLY));
}

/*
 * A large environment of one's own on a small stack.
 */

static int result;

static void *
Execute(void *data)
{
    char *argv[] = { "/bin/true", NULL };
    pid_t pid = vfork();

    if (pid == 0) {
        execve(argv[0], argv, data);
        _exit(errno);
    }
    result = Wait(pid);
    return NULL;
}

CALL(ownenv)
{
    size_t i, count = 20000;
    char **mine = calloc(count + 1, sizeof(*mine));
    pthread_attr_t attr;
    pthread_t thread;
    (void) path;
    for (i = 0; i < count; i++) {
        mine[i] = "X=1";
    }
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    if (pthread_create(&thread, &attr, Execute, mine) != 0) {
        return -1;
    }
    pthread_join(thread, NULL);
    return result;
}

/*
 * A thread with a directory of its own.
 */

static void *
Mover(void *data)
{
    struct stat st;

    (void) data;
    result = unshare(CLONE_FS) != 0 || chdir("/") != 0 || stat("usr", &st);
    return NULL;
}

CALL(unshare)
{
    struct stat st;
    pthread_t thread;
    if (pthread_create(&thread, NULL, Mover, NULL) != 0) {
        return -1;
    }
    pthread_join(thread, NULL);
    return result != 0 ? -1 : stat(path, &st);
}

/*
 * Another namespace of mounts begins at its root; path is absolute, and asked
 * for relative to that.
 */

CALL(setns)
{
    struct stat st;
    int fd = open("/proc/self/ns/mnt", O_RDONLY);
    return stat("ok/file", &st) != 0 || setns(fd, CLONE_NEWNS) != 0
            ? 0 : stat(path + 1, &st);
}
CALL(sys_setns)
{
    struct stat st;
    int fd = open("/proc/self/ns/mnt", O_RDONLY);
    return stat("ok/file", &st) != 0
            || syscall(SYS_setns, fd, CLONE_NEWNS) != 0
            ? 0 : stat(path + 1, &st);
}

/*
 * A directory is mounted: what was missing below it is there.
 */

CALL(movemount)
{
    struct stat st;
    int tree;
    if (mkdir("ok/mounted", 0700) != 0 || mkdir("ok/other", 0700) != 0
            || symlink("../../no", "ok/other/link") != 0
            || stat(path, &st) == 0) {
        return 0;
    }
    tree = (int) syscall(428 /* open_tree */, AT_FDCWD, "ok/other", 1);
    return syscall(429 /* move_mount */, tree, "", AT_FDCWD, "ok/mounted", 4)
            != 0 ? 0 : stat(path, &st);
}

/*
 * A file gets another name by a mount.
 */

CALL(bindmount)
{
    return mount(path, "ok/prog", "none", MS_BIND, NULL) != 0 ? -1
            : Opened(open("ok/prog", O_RDONLY));
}

/*
 * Two vfork children with directories of their own; one starts its program
 * while the other goes on.
 */

static int ready[2], resume[2];
static const char *vforkPath;

static void *
Stays(void *data)
{
    char byte = '+';
    pid_t pid = vfork();

    (void) data;
    if (pid == 0) {
        if (chdir("no") != 0 || write(ready[1], &byte, 1) != 1
                || read(resume[0], &byte, 1) != 1) {
            _exit(EIO);
        }
        _exit(open(vforkPath, O_RDONLY) < 0 ? errno : 0);
    }
    result = Wait(pid);
    if (result != 0) {
        result = errno;
    }
    return NULL;
}

CALL(vforks)
{
    char *argv[] = { "/bin/true", NULL }, byte;
    struct stat st;
    pthread_t thread;
    pid_t pid;
    vforkPath = path;
    if (pipe(ready) != 0 || pipe(resume) != 0 || stat("ok", &st) != 0) {
        return -1;
    }
    pthread_create(&thread, NULL, Stays, NULL);
    if (read(ready[0], &byte, 1) != 1) {
        return -1;
    }
    pid = vfork();
    if (pid == 0) {
        if (chdir("ok") == 0) {
            execv(argv[0], argv);
        }
        _exit(1);
    }
    if (Wait(pid) != 0 || write(resume[1], "+", 1) != 1) {
        return -1;
    }
    pthread_join(thread, NULL);
    errno = result;
    return result == 0 ? 0 : -1;
}

/*
 * A program that has no name.
 */

CALL(memfd)
{
    char block[65536], *argv[] = { "true", NULL };
    int to = memfd_create("program", MFD_CLOEXEC);
    int from = open(path, O_RDONLY);
    ssize_t got;
    pid_t pid;
    while ((got = read(from, block, sizeof(block))) > 0) {
        if (write(to, block, (size_t) got) != got) {
            return -1;
        }
    }
    pid = fork();
    if (pid == 0) {
        fexecve(to, argv, environ);
        _exit(errno);
    }
    return Wait(pid);
}

/*
 * The loader takes the last LD_PRELOAD of an environment.
 */

CALL(preloads)
{
    char last[PATH_MAX];
    char *argv[] = { "/bin/sh", "-c", ": <no/file", NULL };
    char *mine[] = { "LD_PRELOAD=/nonexistent/first.so", "PATH=/bin:/usr/bin",
        last, NULL };
    pid_t pid = fork();
    snprintf(last, sizeof(last), "LD_PRELOAD=%s", path);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(null, 2);
        execve(argv[0], argv, mine);
        _exit(errno);
    }
    return Wait(pid);
}

/*
 * glob, with these flags and the name of a pattern.
 */

static int
Glob(const char *pattern, int flags, int times)
{
    glob_t found;
    size_t i;
    int got = 0;

    memset(&found, 0, sizeof(found));
    while (times-- > 0 && (got == 0 || got == GLOB_NOMATCH)) {
        got = glob(pattern, flags, NULL, &found);
        flags |= GLOB_APPEND;
        Add(got == 0 ? "match" : got == GLOB_NOMATCH ? "nomatch" : "error");
    }
    for (i = 0; i < found.gl_pathc; i++) {
        Add(found.gl_pathv[i]);
    }
    return found.gl_pathv != NULL && found.gl_pathv[i] != NULL ? -1 : 0;
}

CALL(glob) { return Glob(path, 0, 1); }
CALL(globcheck) { return Glob(path, GLOB_NOCHECK, 1); }
CALL(globmagic) { return Glob(path, GLOB_NOMAGIC, 1); }
CALL(globtwice) { return Glob(path, 0, 2); }
CALL(globappend)
{
    glob_t found;
    int got;
    memset(&found, 0, sizeof(found));
    if (glob("ok/f*", 0, NULL, &found) != 0) {
        return -1;
    }
    got = glob(path, GLOB_APPEND, NULL, &found);
    Add(got == GLOB_NOMATCH ? "nomatch" : "match");
    return found.gl_pathc == 1 ? 0 : -1;
}

/*
 * Walks that follow symlinks: one that leads to nothing that may be seen is
 * one that leads nowhere.
 */

static const char *wanted;

static int
Seen(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void) at;
    if (strcmp(path, wanted) == 0) {
        Add(type == FTW_F ? "file" : type == FTW_SLN ? "nowhere"
                : type == FTW_NS ? "unknown" : "other");
        Add(S_ISLNK(st->st_mode) ? "link" : "-");
    }
    return 0;
}
static int
FtwSeen(const char *path, const struct stat *st, int type)
{
    (void) st;
    if (strcmp(path, wanted) == 0) {
        Add(type == FTW_F ? "file" : type == FTW_NS ? "unknown" : "other");
    }
    return 0;
}
CALL(nftw) { wanted = path; return nftw("ok", Seen, 8, 0); }
CALL(ftw) { wanted = path; return ftw("ok", FtwSeen, 8); }
CALL(nftwfrom) { wanted = path; return nftw(path, Seen, 8, 0); }
CALL(ftwfrom) { wanted = path; return ftw(path, FtwSeen, 8); }
CALL(fts)
{
    char top[] = "ok", *paths[] = { top, NULL };
    FTS *stream = fts_open(paths, FTS_LOGICAL, NULL);
    FTSENT *entry;
    while ((entry = fts_read(stream)) != NULL) {
        if (strcmp(entry->fts_path, path) == 0) {
            Add(entry->fts_info == FTS_F ? "file"
                    : entry->fts_info == FTS_SLNONE ? "nowhere" : "other");
            Add(S_ISLNK(entry->fts_statp->st_mode) ? "link" : "-");
        }
    }
    return fts_close(stream);
}

/*
 * A symlink that the caller wants followed when it has seen it.
 */
CALL(ftsset)
{
    char top[] = "ok", *paths[] = { top, NULL };
    FTS *stream = fts_open(paths, FTS_PHYSICAL, NULL);
    FTSENT *entry;
    while ((entry = fts_read(stream)) != NULL) {
        if (strcmp(entry->fts_path, path) == 0) {
            Add(entry->fts_info == FTS_F ? "file"
                    : entry->fts_info == FTS_SL ? "link"
                    : entry->fts_info == FTS_SLNONE ? "nowhere" : "other");
            Add(S_ISLNK(entry->fts_statp->st_mode) ? "link" : "-");
            if (entry->fts_info == FTS_SL) {
                fts_set(stream, entry, FTS_FOLLOW);
            }
        }
    }
    return fts_close(stream);
}

static int
Take(const struct dirent *entry)
{
    if (entry->d_name[0] != '.') {
        Add(entry->d_name);
    }
    return 0;
}
CALL(scandir)
{
    struct dirent **list;
    return scandir(path, &list, Take, NULL);
}

/*
 * syscall() with rarer numbers.
 */

CALL(sys_symlinkat)
{
    close(0);
    if (open(".", O_RDONLY | O_DIRECTORY) != 0) {
        return -1;
    }
    return (int) syscall(SYS_symlinkat, "text", 0, path);
}
CALL(sys_statfs)
{
    struct statfs st;
    return (int) syscall(SYS_statfs, path, &st);
}
CALL(sys_acct) { return (int) syscall(SYS_acct, path); }
CALL(sys_mount) { return (int) syscall(SYS_mount, "x", path, "tmpfs", 0, 0); }
CALL(sys_getxattrat)
{
    uint64_t args[2] = { 0, 0 };
    return (int) syscall(464, AT_FDCWD, path, 0, "user.none", args,
            sizeof(args));
}
CALL(sys_getdents)
{
#ifdef SYS_getdents
    char block[1024];
    long len, at;
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    while ((len = syscall(SYS_getdents, fd, block, sizeof(block))) > 0) {
        for (at = 0; at < len;) {
            unsigned short size;

            if (block[at + 18] != '.') {
                Add(block + at + 18);
            }
            memcpy(&size, block + at + 16, sizeof(size));
            at += size;
        }
    }
    return len < 0 ? -1 : close(fd);
#else
    (void) path;
    return -1;
#endif
}
CALL(inroot)
{
    uint64_t how[3] = { O_RDONLY, 0, 0x10 /* RESOLVE_IN_ROOT */ };
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    return Opened((int) syscall(437, fd, path, how, sizeof(how)));
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(stat) X(open) X(dlerror) X(dlopen) X(setenv) X(systems) X(ownenv)
    X(unshare) X(setns) X(sys_setns) X(movemount) X(vforks) X(memfd)
    X(preloads) X(glob) X(globcheck) X(globmagic) X(globtwice) X(globappend)
    X(nftw) X(ftw) X(fts) X(scandir) X(nftwfrom) X(ftwfrom) X(ftsset)
    X(bindmount) X(sys_symlinkat) X(sys_statfs) X(sys_acct) X(sys_mount)
    X(sys_getxattrat) X(sys_getdents) X(inroot)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
