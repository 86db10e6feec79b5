/*
 * wrapExec.c --
 *
 *      Wrappers that start programs.
 *
 * Every start goes by execve or posix_spawn in the end, with an environment
 * that carries the session.  PATH is searched here, so that a denied program
 * is passed over as an absent one is.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"

#include <paths.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef _PATH_BSHELL
#   define _PATH_BSHELL "/bin/sh"
#endif

extern char **environ;

/*
 * An environment that we make is on the stack, which may be small, or mapped.
 * A vfork child that starts its program leaves what it mapped to its parent.
 */

#define ENV_ON_STACK 4096

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
    result = exec->by == BY_PATH ? REAL(execve)(exec->path, exec->argv, envp)
            : exec->by == BY_FD
            ? REAL(fexecve)(exec->dirfd, exec->argv, envp)
            : REAL(execveat)(exec->dirfd, exec->path, exec->argv, envp,
                    exec->atFlags);
    saved = errno;
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
 * Candidate --
 *
 *      The next file that a search of PATH comes to.
 *
 * Arguments:
 *      listPtr  What is left of PATH; NULL afterwards when it was the last.
 *      buf      CandidateMost bytes.
 *
 * Returns:
 *      1, or 0 when this one is too long.
 */

static int
Candidate(const char **listPtr, const char *file, char *buf)
{
    const char *list = *listPtr;
    size_t len = DtsmTraceSpan(list, ':', ':'), fileLen = strlen(file);

    *listPtr = list[len] == ':' ? list + len + 1 : NULL;
    if (len + fileLen + 2 > PATH_MAX) {
        return 0;
    }
    memcpy(buf, list, len);
    if (len > 0) {
        buf[len++] = '/';
    }
    memcpy(buf + len, file, fileLen + 1);
    return 1;
}

/*
 * CandidateMost --
 *
 *      Room for the longest of them.  It is on the stack, as libc has it: a
 *      vfork child that starts its program cannot return a block.
 */

static size_t
CandidateMost(const char *list, const char *file)
{
    size_t most = 0, len;

    for (;; list += len + 1) {
        len = DtsmTraceSpan(list, ':', ':');
        most = len > most ? len : most;
        if (list[len] == '\0') {
            most += strlen(file) + 2;
            return most > PATH_MAX ? PATH_MAX : most;
        }
    }
}

static const char *
SearchPath(void)
{
    const char *list = getenv("PATH");

    return list != NULL ? list : "/bin:/usr/bin";
}

static int
GoesOn(int err)
{
    return err == ENOENT || err == ENOTDIR || err == ESTALE || err == ENODEV
            || err == ETIMEDOUT || err == EACCES;
}

/*
 * RunCandidates --
 *
 *      Start the first that can be started.
 */

static int
RunCandidates(const char *list, const char *file, char *const argv[],
        char *const envp[])
{
    char buf[CandidateMost(list, file)];
    int forbidden = 0;

    errno = ENOENT;
    while (list != NULL) {
        if (!Candidate(&list, file, buf)) {
            errno = ENAMETOOLONG;
            continue;
        }
        RunScript(buf, argv, envp);
        if (!GoesOn(errno)) {
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
            : RunCandidates(SearchPath(), file, argv, envp);
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

/*
 * FromHere --
 *
 *      What this process calls a program that posix_spawn starts: file
 *      actions may change the directory before.
 *
 * Returns:
 *      file, *blockPtr, which is borrowed for it, or NULL when that is not to
 *      be told from here.
 */

static const char *
FromHere(const posix_spawn_file_actions_t *actions, const char *file,
        char **blockPtr)
{
    size_t len, fileLen;
    char *block;
    int fd;

    *blockPtr = NULL;
    if (actions == NULL || file == NULL || *file == '/' || *file == '\0') {
        return file;
    }
    fd = DtsmTraceActionsFolder(actions);
    if (fd < 0) {
        return fd == AT_FDCWD ? file : NULL;
    }
    fileLen = strlen(file);
    *blockPtr = block = DtsmTraceBorrow();
    len = block == NULL ? 0 : DtsmTraceFdPath(fd, block, PATH_MAX);
    DtsmpSysClose(fd);
    if (len == 0 || len + fileLen + 2 > DTSM_SCRATCH_SIZE) {
        return NULL;
    }
    block[len] = '/';
    memcpy(block + len + 1, file, fileLen + 1);
    return block;
}

/*
 * Spawn --
 *
 *      posix_spawn, or what has its arguments, checked.
 */

typedef int SpawnProc(pid_t *pidPtr, const char *file,
        const posix_spawn_file_actions_t *actions,
        const posix_spawnattr_t *attributes, char *const argv[],
        char *const envp[]);

/*
 * What libc spawns is ours to prepare only as its parent.
 */

typedef struct Spawning {
    SpawnProc *spawn;
    pid_t *pidPtr;
    const char *file;
    const char *look;           /* its name from here */
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *argv;
    char *const *envp;
    int err;
} Spawning;

static void
SpawnSupervised(void *data)
{
    Spawning *its = data;
    DtsmTraceProgram program;

    DtsmTraceInspect(its->look, its->argv, TRACE_NOW, &program);
    its->err = its->spawn(its->pidPtr, its->file, its->actions,
            its->attributes, its->argv, its->envp);
    if (its->err != 0 && program.told) {
        DtsmTraceInspect(its->look, its->argv, TRACE_UNDO, &program);
    }
}

/*
 * The older posix_spawn takes what is no program for a script of the shell's.
 */

#ifdef DTSM_OLD_VERSION_posix_spawn
#   define IS_OLD(spawn) ((spawn) == (SpawnProc *) OLD_REAL(posix_spawn))
#else
#   define IS_OLD(spawn) 0
#endif

static int
Spawn(pid_t *pidPtr, const char *file,
        const posix_spawn_file_actions_t *actions,
        const posix_spawnattr_t *attributes, char *const argv[],
        char *const envp[], SpawnProc *spawn)
{
    DtsmTraceProgram program;
    size_t textLen, count, size;
    void *room;
    char *block;
    const char *look = FromHere(actions, file, &block);
    int err = look == NULL ? 0 : CHECK(AT_FDCWD, look, DTSM_EXEC);

    memset(&program, 0, sizeof(program));
    if (err == 0 && look != NULL) {
        err = DtsmTraceInspect(look, argv, TRACE_LATER, &program);
    }
    if (err != 0) {
        DtsmTraceReturn(block);
        return err;
    }
    DtsmTraceIsListed(&program, envp);
    count = DtsmTraceEnvSize(envp, program.is.strip, &textLen);
    size = count * sizeof(char *) + textLen;
    room = size > ENV_ON_STACK ? DtsmTraceMapRoom(size) : NULL;
    {
        char *array[room != NULL ? 1 : count];
        char text[room != NULL ? 1 : textLen];
        int supervised = 0;

        envp = room == NULL
                ? DtsmTraceMakeEnv(envp, program.is.strip, array, text)
                : DtsmTraceMakeEnv(envp, program.is.strip, room,
                        (char *) ((char **) room + count));
        if (program.supervise) {
            Spawning spawning = {spawn, pidPtr, file, look, actions,
                attributes, argv, envp, 0};

            supervised = DtsmTraceInThread(SpawnSupervised, &spawning);
            if (supervised) {
                err = spawning.err;
            } else {
                DtsmTraceInspect(look, argv, TRACE_BY_LIBC, &program);
            }
        }
        if (!supervised) {
            err = spawn(pidPtr, file, actions, attributes, argv, envp);
            if (err != 0 && program.told) {
                DtsmTraceInspect(look, argv, TRACE_UNDO, &program);
            }
        }
    }
    if (room != NULL) {
        DtsmTraceUnmapRoom(room, size);
    }
    if (err == 0) {
        file = program.is.image || !IS_OLD(spawn) ? file : _PATH_BSHELL;
        DtsmTraceExpect(&program, AT_FDCWD, file, look, 1);
    }
    DtsmTraceReturn(block);
    return err;
}

/*
 * SpawnSearch --
 *
 *      The same with a search of PATH.
 */

static int
SpawnSearch(pid_t *pidPtr, const char *file,
        const posix_spawn_file_actions_t *actions,
        const posix_spawnattr_t *attributes, char *const argv[],
        char *const envp[], SpawnProc *spawn)
{
    const char *list = SearchPath();
    int slash = file == NULL || *file == '\0' || strchr(file, '/') != NULL;
    char buf[slash ? 1 : CandidateMost(list, file)];
    int err = ENOENT, forbidden = 0;

    if (slash) {
        return Spawn(pidPtr, file, actions, attributes, argv, envp, spawn);
    }
    while (list != NULL) {
        if (!Candidate(&list, file, buf)) {
            continue;
        }
        if (buf[0] == '/') {
            int check = CHECK(AT_FDCWD, buf, DTSM_EXEC);

            if (check != 0 || DtsmTraceType(AT_FDCWD, buf, 0)
                    == TRACE_IS_MISSING) {
                continue;
            }
        }
        err = Spawn(pidPtr, buf, actions, attributes, argv, envp, spawn);
        if (!GoesOn(err)) {
            return err;
        }
        forbidden = forbidden || err == EACCES;
    }
    return forbidden ? EACCES : err;
}

#define SPAWN(name, how, real) \
    int name(int *pidPtr, const char *file, \
            const posix_spawn_file_actions_t *actions, \
            const posix_spawnattr_t *attributes, char *const argv[], \
            char *const envp[]); \
    DTSM_EXPORT int \
    name(int *pidPtr, const char *file, \
            const posix_spawn_file_actions_t *actions, \
            const posix_spawnattr_t *attributes, char *const argv[], \
            char *const envp[]) \
    { \
        return how(pidPtr, file, actions, attributes, argv, envp, \
                (real)); \
    }

SPAWN(posix_spawn, Spawn, REAL(posix_spawn))
SPAWN(posix_spawnp, SpawnSearch, REAL(posix_spawn))
SPAWN(pidfd_spawn, Spawn, REAL(pidfd_spawn))
SPAWN(pidfd_spawnp, SpawnSearch, REAL(pidfd_spawn))

#ifdef DTSM_OLD_VERSION_posix_spawn
SPAWN(dtsmOld_posix_spawn, Spawn, OLD_REAL(posix_spawn))
OLD_NAME(posix_spawn)
#endif
#ifdef DTSM_OLD_VERSION_posix_spawnp
SPAWN(dtsmOld_posix_spawnp, SpawnSearch, OLD_REAL(posix_spawn))
OLD_NAME(posix_spawnp)
#endif

/*
 * system and popen start the shell inside of libc, with environ as it is.
 */

DTSM_EXPORT int
system(const char *command)
{
    DtsmTraceProgram program;
    int result;

    if (CHECK(AT_FDCWD, _PATH_BSHELL, DTSM_EXEC) != 0) {
        return command == NULL ? 0 : 127 << 8;
    }
    DtsmTraceInspect(_PATH_BSHELL, NULL, TRACE_BY_LIBC, &program);
    DtsmTracePutBack();
    DtsmTraceExpect(&program, AT_FDCWD, _PATH_BSHELL, NULL, 1);
    result = REAL(system)(command);
    if (result == -1) {
        DtsmTraceExpect(&program, AT_FDCWD, _PATH_BSHELL, NULL, -1);
    }
    return result;
}

#define POPEN(name) \
    DTSM_EXPORT FILE * \
    name(const char *command, const char *mode) \
    { \
        DtsmTraceProgram program; \
        FILE *result; \
        REFUSE(CHECK(AT_FDCWD, _PATH_BSHELL, DTSM_EXEC), NULL); \
        REFUSE(DtsmTraceInspect(_PATH_BSHELL, NULL, TRACE_BY_LIBC, \
                &program), NULL); \
        DtsmTracePutBack(); \
        result = REAL(name)(command, mode); \
        if (result != NULL) { \
            DtsmTraceExpect(&program, AT_FDCWD, _PATH_BSHELL, NULL, 1); \
        } \
        return result; \
    }

FILE *_IO_popen(const char *command, const char *mode);

POPEN(popen)
POPEN(_IO_popen)
