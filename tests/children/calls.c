/*
 * calls.c --
 *
 *      Performs named calls of libc on given paths and prints, for each, its
 *      result on a line: what it returned, or the name of its error.
 *
 *      calls NAME PATH ?PATH2? ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "calls.h"

int __open_2(const char *path, int flags);
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);

static int
Stream(FILE *stream)
{
    return stream == NULL ? -1 : fclose(stream);
}

CALL(open) { return Opened(open(path, O_RDONLY)); }
CALL(open64) { return Opened(open64(path, O_RDONLY)); }
CALL(open_2) { return Opened(__open_2(path, O_RDONLY)); }
CALL(openat) { return Opened(openat(AT_FDCWD, path, O_RDONLY)); }
CALL(openw) { return Opened(open(path, O_WRONLY)); }
CALL(opencreat)
{
    return Opened(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
}
CALL(openexcl) { return Opened(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)); }
CALL(creat) { return Opened(creat(path, 0600)); }
CALL(creat64) { return Opened(creat64(path, 0600)); }
CALL(fopen) { return Stream(fopen(path, "r")); }
CALL(fopen64) { return Stream(fopen64(path, "r")); }
CALL(fopenw) { return Stream(fopen(path, "w")); }
CALL(fopena) { return Stream(fopen(path, "a")); }
CALL(freopen) { return Stream(freopen(path, "r", stdin)); }
CALL(freopen64) { return Stream(freopen64(path, "r", stdin)); }
CALL(stat) { struct stat st; return stat(path, &st); }
CALL(lstat) { struct stat st; return lstat(path, &st); }
CALL(fstatat) { struct stat st; return fstatat(AT_FDCWD, path, &st, 0); }
CALL(stat64) { struct stat64 st; return stat64(path, &st); }
CALL(xstat) { struct stat st; return __xstat(1, path, &st); }
CALL(lxstat) { struct stat st; return __lxstat(1, path, &st); }
CALL(statx)
{
    struct statx st;
    return statx(AT_FDCWD, path, 0, STATX_TYPE, &st);
}
CALL(statvfs) { struct statvfs st; return statvfs(path, &st); }
CALL(access) { return access(path, F_OK); }
CALL(faccessat) { return faccessat(AT_FDCWD, path, F_OK, 0); }
CALL(eaccess) { return eaccess(path, F_OK); }
CALL(readlink)
{
    ssize_t len = readlink(path, learned, sizeof(learned) - 1);
    learned[len < 0 ? 0 : len] = '\0';
    return len < 0 ? -1 : 0;
}
CALL(realpath)
{
    learned[0] = '\0';
    return realpath(path, learned) == NULL ? (learned[0] = '\0', -1) : 0;
}
CALL(canonicalize)
{
    char *found = canonicalize_file_name(path);
    if (found == NULL) {
        return -1;
    }
    snprintf(learned, sizeof(learned), "%s", found);
    free(found);
    return 0;
}
CALL(unlink) { return unlink(path); }
CALL(unlinkat) { return unlinkat(AT_FDCWD, path, 0); }
CALL(remove) { return remove(path); }
CALL(rmdir) { return rmdir(path); }
CALL(mkdir) { return mkdir(path, 0700); }
CALL(mkdirat) { return mkdirat(AT_FDCWD, path, 0700); }
CALL(mkfifo) { return mkfifo(path, 0600); }
CALL(mknod) { return mknod(path, S_IFREG | 0600, 0); }
CALL(chmod) { return chmod(path, 0700); }
CALL(chown) { return chown(path, (uid_t) -1, (gid_t) -1); }
CALL(utime) { return utime(path, NULL); }
CALL(utimensat) { return utimensat(AT_FDCWD, path, NULL, 0); }
CALL(truncate) { return truncate(path, 3); }
CALL(listxattr) { return listxattr(path, NULL, 0) < 0 ? -1 : 0; }
CALL(setxattr) { return setxattr(path, "user.dtsm", "1", 1, 0); }
CALL(chdir) { return chdir(path); }
CALL(rename) { return rename(path, otherPath); }
CALL(exchange)
{
    return renameat2(AT_FDCWD, path, AT_FDCWD, otherPath, RENAME_EXCHANGE);
}
CALL(link) { return link(path, otherPath); }
CALL(symlink) { return symlink(path, otherPath); }

CALL(opendir)
{
    DIR *dir = opendir(path);
    return dir == NULL ? -1 : closedir(dir);
}
CALL(readdir)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    if (dir == NULL) {
        return -1;
    }
    while ((entry = readdir(dir)) != NULL) {
        AddName(entry->d_name);
    }
    return closedir(dir);
}
CALL(scandir)
{
    struct dirent **list;
    int i, count = scandir(path, &list, NULL, alphasort);
    for (i = 0; i < count; i++) {
        AddName(list[i]->d_name);
        free(list[i]);
    }
    if (count >= 0) {
        free(list);
    }
    return count < 0 ? -1 : 0;
}
CALL(glob)
{
    glob_t found;
    size_t i;
    int result = glob(path, 0, NULL, &found);
    for (i = 0; result == 0 && i < found.gl_pathc; i++) {
        AddName(found.gl_pathv[i]);
    }
    if (result == 0) {
        globfree(&found);
    }
    errno = ENOENT;
    return result == 0 ? 0 : -1;
}
CALL(mkstemp)
{
    char name[PATH_MAX];
    snprintf(name, sizeof(name), "%s/tXXXXXX", path);
    return Opened(mkstemp(name)) < 0 ? -1 : unlink(name);
}
CALL(mkdtemp)
{
    char name[PATH_MAX];
    snprintf(name, sizeof(name), "%s/tXXXXXX", path);
    return mkdtemp(name) == NULL ? -1 : rmdir(name);
}

/*
 * Starting programs.  Each takes the path of one that ends with status 0.
 */

#define EXEC(name, call) \
    CALL(name) \
    { \
        pid_t pid = fork(); \
        if (pid == 0) { \
            char *argv[] = { (char *) path, NULL }; \
            (void) argv; \
            call; \
            _exit(errno); \
        } \
        return Wait(pid); \
    }

EXEC(execve, execve(path, argv, environ))
EXEC(execv, execv(path, argv))
EXEC(execvp, execvp(path, argv))
EXEC(execl, execl(path, path, (char *) NULL))
EXEC(execlp, execlp(path, path, (char *) NULL))
EXEC(execle, execle(path, path, (char *) NULL, environ))
EXEC(execveat, execveat(AT_FDCWD, path, argv, environ, 0))
EXEC(execempty, execve(path, argv, (char *[]) { NULL }))
EXEC(fexecve, fexecve(open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
        ((char *[]) { "calls", "stat", (char *) path, NULL }),
        (char *[]) { NULL }))

CALL(posix_spawn)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid;
    int err = posix_spawn(&pid, path, NULL, NULL, argv, environ);
    return err != 0 ? (errno = err, -1) : Wait(pid);
}
CALL(posix_spawnp)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid;
    int err = posix_spawnp(&pid, path, NULL, NULL, argv, environ);
    return err != 0 ? (errno = err, -1) : Wait(pid);
}

/*
 * A call of this program with an empty environment: the session stays.
 */

#define EMPTY(name, call) \
    CALL(name) \
    { \
        pid_t pid = fork(); \
        if (pid == 0) { \
            char *argv[] = { "calls", "stat", (char *) path, NULL }; \
            char *none[] = { NULL }; \
            (void) argv; \
            (void) none; \
            fflush(stdout); \
            call; \
            _exit(errno); \
        } \
        return Wait(pid); \
    }

EMPTY(empty_execve, execve("/proc/self/exe", argv, none))
EMPTY(empty_clearenv, clearenv(); execv("/proc/self/exe", argv))
EMPTY(empty_system, {
    char line[2 * PATH_MAX];
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[len < 0 ? 0 : len] = '\0';
    snprintf(line, sizeof(line), "%s stat %s", self, path);
    clearenv();
    if (system(line) < 0) {
        _exit(1);
    }
    _exit(0);
})

/*
 * Odd places to call from.
 */

static const char *threadPath;
static int threadResult, threadErrno;

static void *
Thread(void *data)
{
    struct stat st;

    (void) data;
    threadResult = stat(threadPath, &st);
    threadErrno = errno;
    return NULL;
}

CALL(smallstack)
{
    pthread_attr_t attr;
    pthread_t thread;

    threadPath = path;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    if (pthread_create(&thread, &attr, Thread, NULL) != 0) {
        return -1;
    }
    pthread_join(thread, NULL);
    errno = threadErrno;
    return threadResult;
}

static void
Handler(int number)
{
    int saved = errno;

    (void) number;
    Thread(NULL);
    errno = saved;
}

CALL(signal)
{
    threadPath = path;
    signal(SIGUSR1, Handler);
    errno = 0;
    raise(SIGUSR1);
    if (errno != 0) {
        return -1;
    }
    errno = threadErrno;
    return threadResult;
}

/*
 * A vfork child changes its directory; the parent's relative path means what
 * it meant.
 */

CALL(vforkchdir)
{
    struct stat st;
    pid_t pid;

    stat(otherPath, &st);
    pid = vfork();
    if (pid == 0) {
        _exit(chdir(path) != 0 || stat(otherPath, &st) != 0);
    }
    if (Wait(pid) != 0) {
        return -1;
    }
    return stat(otherPath, &st);
}

/*
 * Until somebody says a line.
 */

CALL(wait)
{
    (void) path;
    return getchar() < 0 ? -1 : 0;
}


/*
 * By number: what an administrator's calls and new ones answer, each.
 */

static void
Answered(long result)
{
    const char *answer = result < 0 ? strerrorname_np(errno) : "ok";

    Add(answer != NULL ? answer : "?");
}
CALL(sys_rare)
{
    uint64_t args[4] = { 0, 0, 0, 0 };
    long tree = syscall(428 /* open_tree */, AT_FDCWD, path, 0);
    Answered(tree);
    if (tree >= 0) {
        close((int) tree);
    }
    Answered(syscall(SYS_acct, path));
    Answered(syscall(SYS_swapon, path, 0));
    Answered(syscall(SYS_swapoff, path));
    Answered(syscall(SYS_quotactl, 0x80000700 /* Q_GETFMT */, path, 0, args));
    Answered(syscall(SYS_fanotify_mark, -1, 1, (uint64_t) 1, AT_FDCWD, path));
    Answered(syscall(433 /* fspick */, AT_FDCWD, path, 0));
    Answered(syscall(442 /* mount_setattr */, AT_FDCWD, path, 0, args,
            sizeof(args)));
    Answered(syscall(463 /* setxattrat */, AT_FDCWD, path, 0, "user.none",
            args, 16));
    Answered(syscall(464 /* getxattrat */, AT_FDCWD, path, 0, "user.none",
            args, 16));
    Answered(syscall(465 /* listxattrat */, AT_FDCWD, path, 0, NULL, 0));
    Answered(syscall(466 /* removexattrat */, AT_FDCWD, path, 0,
            "user.none"));
    Answered(syscall(467 /* open_tree_attr */, AT_FDCWD, path, 0, args,
            sizeof(args)));
    Answered(syscall(468 /* file_getattr */, AT_FDCWD, path, args, 24, 0));
    Answered(syscall(469 /* file_setattr */, AT_FDCWD, path, args, 24, 0));
    return 0;
}
CALL(errno_kept)
{
    struct stat st;

    errno = 99;
    return stat(path, &st) == 0 && errno == 99 ? 0 : -1;
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
#define X2(name) CALL_ENTRY(name, 2)
    X(open) X(open64) X(open_2) X(openat) X(openw) X(opencreat) X(openexcl)
    X(creat) X(creat64) X(fopen) X(fopen64) X(fopenw) X(fopena) X(freopen)
    X(freopen64) X(stat) X(lstat) X(fstatat) X(stat64) X(xstat) X(lxstat)
    X(statx) X(statvfs) X(access) X(faccessat) X(eaccess) X(readlink)
    X(realpath) X(canonicalize) X(unlink) X(unlinkat) X(remove) X(rmdir)
    X(mkdir) X(mkdirat) X(mkfifo) X(mknod) X(chmod) X(chown) X(utime)
    X(utimensat) X(truncate) X(listxattr) X(setxattr) X(chdir)
    X(opendir) X(readdir) X(scandir) X(glob) X(mkstemp) X(mkdtemp)
    X(execve) X(execv) X(execvp) X(execl) X(execlp) X(execle) X(execveat)
    X(execempty) X(fexecve) X(posix_spawn) X(posix_spawnp)
    X(empty_execve) X(empty_clearenv) X(empty_system)
    X(smallstack) X(signal) X(errno_kept)
    X(wait) X(sys_rare)
    X2(rename) X2(exchange) X2(link) X2(symlink) X2(vforkchdir)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
