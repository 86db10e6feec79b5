/*
 * wrapSpawn.c --
 *
 *      Wrappers of what starts a program in a child: posix_spawn and its like,
 *      system, popen.
 *
 * A spawned program's environment carries the session.  PATH is searched here,
 * so that a denied program is passed over as an absent one is.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectEnviron.h"
#include "injectSupervise.h"
#include "judgeSearch.h"
#include "judgeStat.h"
#include "wrapExec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    fd = DtsmTraceActionsDirectory(actions);
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
 * Launch --
 *
 *      The child itself: made by a thread that a supervisor watches, if it
 *      needs one.
 */

static int
Launch(Spawning *its, DtsmTraceProgram *program)
{
    int err;

    if (program->supervise) {
        if (DtsmTraceInThread(SpawnSupervised, its)) {
            return its->err;
        }
        DtsmTraceInspect(its->look, its->argv, TRACE_BY_LIBC, program);
    }
    err = its->spawn(its->pidPtr, its->file, its->actions, its->attributes,
            its->argv, its->envp);
    if (err != 0 && program->told) {
        DtsmTraceInspect(its->look, its->argv, TRACE_UNDO, program);
    }
    return err;
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
        Spawning spawning = {spawn, pidPtr, file, look, actions, attributes,
            argv, NULL, 0};

        spawning.envp = room == NULL
                ? DtsmTraceMakeEnv(envp, program.is.strip, array, text)
                : DtsmTraceMakeEnv(envp, program.is.strip, room,
                        (char *) ((char **) room + count));
        err = Launch(&spawning, &program);
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
    const char *list = DtsmTraceSearchPath();
    int slash = file == NULL || *file == '\0' || strchr(file, '/') != NULL;
    char buf[slash ? 1 : DtsmTraceCandidateMost(list, file)];
    int err = ENOENT, forbidden = 0;

    if (slash) {
        return Spawn(pidPtr, file, actions, attributes, argv, envp, spawn);
    }
    while (list != NULL) {
        if (!DtsmTraceCandidate(&list, file, buf)) {
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
        if (!DtsmTraceGoesOn(err)) {
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
