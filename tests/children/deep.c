/*
 * deep.c --
 *
 *      Calls that need more stack than others: those that start programs in a
 *      vfork child, and those of paths that lead a long way.  In the manner of
 *      calls.c:
 *
 *      deep NAME PATH ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "calls.h"

/*
 * Far --
 *
 *      A longer way to the same path.
 */

static const char *
Far(const char *path)
{
    static const char round[] = "ok/dir/../../";
    static char far[PATH_MAX];
    size_t len;

    for (len = 0; len < 3000; len += sizeof(round) - 1) {
        memcpy(far + len, round, sizeof(round) - 1);
    }
    strcpy(far + len, path);
    return far;
}

CALL(nothing) { (void) path; return 0; }
CALL(statfar) { struct stat st; return stat(Far(path), &st); }
CALL(openfar) { return Opened(open(Far(path), O_RDONLY)); }
CALL(makefar)
{
    return Opened(open(Far(path), O_RDWR | O_CREAT | O_EXCL, 0600));
}
CALL(stat) { struct stat st; return stat(path, &st); }
CALL(lstat) { struct stat st; return lstat(path, &st); }

#define IN_VFORK(name, start) \
    CALL(name) \
    { \
        char *argv[] = { (char *) path, NULL }; \
        pid_t pid = vfork(); \
        (void) argv; \
        if (pid == 0) { \
            start; \
            _exit(errno); \
        } \
        return Wait(pid); \
    } \
    _Static_assert(1, "")

IN_VFORK(execve, execve(path, argv, environ));
IN_VFORK(execv, execv(path, argv));
IN_VFORK(execvp, execvp(path, argv));
IN_VFORK(execvpe, execvpe(path, argv, environ));
IN_VFORK(execl, execl(path, path, (char *) NULL));
IN_VFORK(execlp, execlp(path, path, (char *) NULL));
IN_VFORK(execle, execle(path, path, (char *) NULL, environ));
IN_VFORK(execveat, execveat(AT_FDCWD, path, argv, environ, 0));
IN_VFORK(fexecve, fexecve(open(path, O_PATH | O_CLOEXEC), argv, environ));
IN_VFORK(execempty, execve(path, argv, argv + 1));
CALL(spawn)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid;
    int err = posix_spawn(&pid, path, NULL, NULL, argv, environ);
    return err == 0 ? Wait(pid) : (errno = err, -1);
}
CALL(spawnp)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid;
    int err = posix_spawnp(&pid, path, NULL, NULL, argv, environ);
    return err == 0 ? Wait(pid) : (errno = err, -1);
}
CALL(system)
{
    (void) path;
    return system("exit 0");
}
CALL(popen)
{
    FILE *stream = popen("exit 0", "r");
    (void) path;
    return stream == NULL ? -1 : pclose(stream);
}
CALL(connect)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), result;
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    result = connect(fd, (void *) &address, sizeof(address));
    close(fd);
    return result;
}
CALL(list)
{
    DIR *stream = opendir(path);
    while (stream != NULL && readdir(stream) != NULL) {
        ;
    }
    return stream == NULL ? -1 : closedir(stream);
}
CALL(getdents)
{
    static char block[4096];
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    while (fd >= 0 && syscall(SYS_getdents64, fd, block, sizeof(block)) > 0) {
        ;
    }
    return Opened(fd);
}
CALL(openat)
{
    int fd = open("ok", O_PATH | O_DIRECTORY), result;
    result = Opened(openat(fd, path, O_RDONLY));
    close(fd);
    return result;
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(nothing) X(statfar) X(openfar) X(makefar) X(stat) X(lstat) X(execve)
    X(execv) X(execvp) X(execvpe) X(execl) X(execlp) X(execle) X(execveat)
    X(fexecve) X(execempty) X(spawn) X(spawnp) X(system) X(popen) X(connect)
    X(list) X(getdents) X(openat)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
