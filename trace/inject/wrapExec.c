/*
 * wrapExec.c --
 *
 *      Wrappers of the exec family.
 *
 * Every one goes by execve, fexecve or execveat in the end, with an
 * environment that carries the session.  PATH is searched here, so that a
 * denied program is passed over as an absent one is.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "injectEnviron.h"
#include "injectRecord.h"
#include "judgeProc.h"
#include "judgeSearch.h"
#include "wrapExec.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/*
 * An exec: which function was called with what, and the program.
 */

#ifndef AT_EXECVE_CHECK
#   define AT_EXECVE_CHECK 0x10000
#endif

typedef struct Exec {
    enum { BY_PATH, BY_FD, BY_BOTH } by;
    int dirfd;                  /* AT_FDCWD: path says it all */
    const char *path;           /* "": what dirfd is open at */
    char *const *argv;
    int atFlags;
} Exec;

/*
 * InspectFd --
 *
 *      A program that is given by descriptor goes by the path that it has;
 *      one without a path may be untraced all the same.
 */

static int
InspectFd(int fd, char *const *argv, int start, DtsmTraceProgram *program)
{
    char *path = DtsmTraceBorrow();
    int err = 0;

    memset(program, 0, sizeof(*program));
    if (path == NULL) {
        return 0;
    }
    if (DtsmTraceFdPath(fd, path, PATH_MAX) > 0) {
        err = CHECK(AT_FDCWD, path, DTSM_EXEC);
    } else if (DtsmTraceFdName("/proc/self/fd/", fd, path, PATH_MAX) == 0) {
        DtsmTraceReturn(path);
        return 0;
    }
    if (err == 0) {
        err = DtsmTraceInspect(path, argv, start, program);
    }
    DtsmTraceReturn(path);
    return err;
}

/*
 * Inspect --
 *
 *      DtsmTraceInspect of an exec's program, which it names by a path, a
 *      descriptor, or both.
 */

static int
Inspect(const Exec *exec, int start, DtsmTraceProgram *program)
{
    int fd, err;

    memset(program, 0, sizeof(*program));
    if (TRACE_NO_POINTER(exec->path)) {
        return 0;
    }
    if (*exec->path == '\0' && exec->by != BY_PATH) {
        return InspectFd(exec->dirfd, exec->argv, start, program);
    } else if (*exec->path == '/' || exec->dirfd == AT_FDCWD) {
        return DtsmTraceInspect(exec->path, exec->argv, start, program);
    }
    fd = (int) DtsmpSyscall4(SYS_openat, exec->dirfd,
            (long) (intptr_t) exec->path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0) {
        return 0;
    }
    err = InspectFd(fd, exec->argv, start, program);
    DtsmpSysClose(fd);
    return err;
}

/*
 * Start --
 *
 *      The end of an exec that was inspected.  When it fails, nothing was
 *      started.
 */

static int
Start(const Exec *exec, DtsmTraceProgram *program, char *const *envp)
{
    int result, saved, was = DtsmTraceStrangerExec();
    const char *path = TRACE_NO_POINTER(exec->path) ? NULL : exec->path;

    DtsmTraceExpect(program, exec->dirfd, path, NULL, 1);
    DtsmRecordExec(dtsmTraceMap, 1);
    result = exec->by == BY_PATH ? REAL(execve)(exec->path, exec->argv, envp)
            : exec->by == BY_FD
            ? REAL(fexecve)(exec->dirfd, exec->argv, envp)
            : REAL(execveat)(exec->dirfd, exec->path, exec->argv, envp,
                    exec->atFlags);
    saved = errno;
    DtsmRecordExec(dtsmTraceMap, 0);
    DtsmTraceStrangerBack(was);
    DtsmTraceExpect(program, exec->dirfd, path, NULL, -1);
    if (program->told) {
        Inspect(exec, TRACE_UNDO, program);
    }
    errno = saved;
    return result;
}

/*
 * Become --
 *
 *      An exec whose path may be touched: with the session's environment, and
 *      without what our inspection has found out.
 */

static int
Become(const Exec *exec, char *const *envp)
{
    DtsmTraceProgram program;
    size_t textLen, count, size;
    void *room;
    int result;

    REFUSE(Inspect(exec, TRACE_NOW, &program), -1);
    DtsmTraceIsListed(&program, envp);
    count = DtsmTraceEnvSize(envp, program.is.strip, &textLen);
    size = count * sizeof(char *) + textLen;
    room = size > ENV_ON_STACK ? DtsmTraceMapRoom(size) : NULL;
    {
        char *array[room != NULL ? 1 : count];
        char text[room != NULL ? 1 : textLen];

        envp = room == NULL
                ? DtsmTraceMakeEnv(envp, program.is.strip, array, text)
                : DtsmTraceMakeEnv(envp, program.is.strip, room,
                        (char *) ((char **) room + count));
        result = Start(exec, &program, envp);
    }
    if (room != NULL) {
        int saved = errno;

        DtsmTraceUnmapRoom(room, size);
        errno = saved;
    }
    return result;
}

/*
 * Run --
 *
 *      execve, checked.
 */

static int
Run(const char *file, char *const argv[], char *const envp[])
{
    Exec exec = {BY_PATH, AT_FDCWD, file, argv, 0};

    REFUSE(CHECK(AT_FDCWD, file, DTSM_EXEC), -1);
    return Become(&exec, envp);
}

/*
 * RunScript --
 *
 *      As Run; what the kernel takes for no program is a script for the
 *      shell.
 */

static int
RunScript(const char *file, char *const argv[], char *const envp[])
{
    size_t count = 0, i;

    Run(file, argv, envp);
    if (errno != ENOEXEC) {
        return -1;
    }
    while (argv != NULL && argv[count] != NULL) {
        count++;
    }
    {
        char *shell[count + 3];

        shell[0] = (char *) (intptr_t) _PATH_BSHELL;
        shell[1] = (char *) (intptr_t) file;
        shell[2] = NULL;
        for (i = 1; i <= count; i++) {
            shell[i + 1] = argv[i];
        }
        return Run(_PATH_BSHELL, shell, envp);
    }
}

/*
 * RunCandidates --
 *
 *      Start the first that can be started.  The names are on the stack, as
 *      libc has them: a vfork child that starts its program cannot return a
 *      block.
 */

static int
RunCandidates(const char *list, const char *file, char *const argv[],
        char *const envp[])
{
    char buf[DtsmTraceCandidateMost(list, file)];
    int forbidden = 0;

    errno = ENOENT;
    while (list != NULL) {
        if (!DtsmTraceCandidate(&list, file, buf)) {
            errno = ENAMETOOLONG;
            continue;
        }
        RunScript(buf, argv, envp);
        if (!DtsmTraceGoesOn(errno)) {
            return -1;
        }
        forbidden = forbidden || errno == EACCES;
    }
    if (forbidden) {
        errno = EACCES;
    }
    return -1;
}

/*
 * RunSearch --
 *
 *      execvpe, checked.
 */

static int
RunSearch(const char *file, char *const argv[], char *const envp[])
{
    if (file == NULL || *file == '\0') {
        errno = ENOENT;
        return -1;
    }
    return strchr(file, '/') != NULL ? RunScript(file, argv, envp)
            : RunCandidates(DtsmTraceSearchPath(), file, argv, envp);
}

DTSM_EXPORT int
execve(const char *file, char *const argv[], char *const envp[])
{
    return Run(file, argv, envp);
}

DTSM_EXPORT int
execv(const char *file, char *const argv[])
{
    return Run(file, argv, environ);
}

DTSM_EXPORT int
execvp(const char *file, char *const argv[])
{
    return RunSearch(file, argv, environ);
}

DTSM_EXPORT int
execvpe(const char *file, char *const argv[], char *const envp[])
{
    return RunSearch(file, argv, envp);
}

/*
 * The functions that take their arguments one by one.
 */

#define COUNT_ARGUMENTS(count, last) \
    do { \
        va_list args_; \
        va_start(args_, last); \
        (count) = 1; \
        while (va_arg(args_, char *) != NULL) { \
            (count)++; \
        } \
        va_end(args_); \
    } while (0)

#define TAKE_ARGUMENTS(args, argv, first, count) \
    do { \
        size_t i_; \
        (argv)[0] = (char *) (intptr_t) (first); \
        for (i_ = 1; i_ <= (count); i_++) { \
            (argv)[i_] = va_arg(args, char *); \
        } \
    } while (0)

DTSM_EXPORT int
execl(const char *file, const char *arg, ...)
{
    size_t count;
    va_list args;

    COUNT_ARGUMENTS(count, arg);
    {
        char *argv[count + 1];

        va_start(args, arg);
        TAKE_ARGUMENTS(args, argv, arg, count);
        va_end(args);
        return Run(file, argv, environ);
    }
}

DTSM_EXPORT int
execlp(const char *file, const char *arg, ...)
{
    size_t count;
    va_list args;

    COUNT_ARGUMENTS(count, arg);
    {
        char *argv[count + 1];

        va_start(args, arg);
        TAKE_ARGUMENTS(args, argv, arg, count);
        va_end(args);
        return RunSearch(file, argv, environ);
    }
}

DTSM_EXPORT int
execle(const char *file, const char *arg, ...)
{
    size_t count;
    va_list args;

    COUNT_ARGUMENTS(count, arg);
    {
        char *argv[count + 1], **envp;

        va_start(args, arg);
        TAKE_ARGUMENTS(args, argv, arg, count);
        envp = va_arg(args, char **);
        va_end(args);
        return Run(file, argv, envp);
    }
}

DTSM_EXPORT int
fexecve(int fd, char *const argv[], char *const envp[])
{
    Exec exec = {BY_FD, fd, "", argv, 0};

    return Become(&exec, envp);
}

/*
 * An exec that is only to be checked starts nothing.  Before Linux 6.14 the
 * kernel refuses it.
 */

DTSM_EXPORT int
execveat(int dirfd, const char *path, char *const argv[],
        char *const envp[], int atFlags)
{
    Exec exec = {BY_BOTH, dirfd, path, argv, atFlags};

    REFUSE(CHECK(dirfd, path, DTSM_EXEC
            | (atFlags & AT_SYMLINK_NOFOLLOW ? TRACE_NOFOLLOW : 0u)), -1);
    if (atFlags & AT_EXECVE_CHECK) {
        return REAL(execveat)(dirfd, path, argv, envp, atFlags);
    }
    return Become(&exec, envp);
}
