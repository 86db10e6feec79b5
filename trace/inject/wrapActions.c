/*
 * wrapActions.c --
 *
 *      Wrappers of posix_spawn's file actions.
 *
 * An action may change the directory before the program starts; the actions
 * after it, and the program, are then relative to that one.  What has been
 * asked for stands in a list of libc's own.  Its form is not documented, so
 * it is read only as long as each change of the directory was found in it as
 * expected.  Few programs make such actions; until one does, nothing is read.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"

#include <string.h>

static enum { NEVER, KNOWN, UNKNOWN } moves = NEVER;

enum { IS_DUP2 = 1, IS_OPEN = 2, IS_CHDIR = 3, IS_FCHDIR = 4 };

#ifdef __GLIBC__

typedef struct Step {           /* glibc's struct __spawn_action */
    int kind;
    union {
        int fd;                 /* of open and fchdir */
        struct { int from, to; } dup2;
        const char *path;       /* of chdir */
    } its;
    const char *openPath;
    int openFlags;
    mode_t openMode;
} Step;

static const Step *
Steps(const posix_spawn_file_actions_t *actions, int *countPtr)
{
    *countPtr = actions->__used;
    return (const Step *) (const void *) actions->__actions;
}

/*
 * Source --
 *
 *      Where the directory comes from that holds after the first *countPtr
 *      steps.
 *
 * Returns:
 *      A path; *countPtr receives how many steps precede the one that opens
 *      it.  Or NULL: *fdPtr receives a descriptor of this process or AT_FDCWD.
 */

static const char *
Source(const Step *steps, int *countPtr, int *fdPtr)
{
    int i = *countPtr - 1;

    while (i >= 0 && steps[i].kind != IS_CHDIR && steps[i].kind != IS_FCHDIR) {
        i--;
    }
    *fdPtr = i < 0 ? AT_FDCWD : steps[i].its.fd;
    if (i >= 0 && steps[i].kind == IS_CHDIR) {
        *countPtr = i;
        return steps[i].its.path;
    }
    for (i--; i >= 0; i--) {            /* who made the descriptor? */
        if (steps[i].kind == IS_OPEN && steps[i].its.fd == *fdPtr) {
            *countPtr = i;
            return steps[i].openPath;
        }
        if (steps[i].kind == IS_DUP2 && steps[i].its.dup2.to == *fdPtr) {
            *fdPtr = steps[i].its.dup2.from;
        }
    }
    return NULL;
}

/*
 * Each directory is relative to the one that its source's step finds, so they
 * are opened from the first on.
 */

int
DtsmTraceActionsDirectory(const posix_spawn_file_actions_t *actions)
{
    const Step *steps;
    const char *path;
    int count, all, depth, i, first, fd, unused;

    if (actions == NULL || moves == NEVER) {
        return AT_FDCWD;
    }
    if (moves == UNKNOWN) {
        return -1;
    }
    steps = Steps(actions, &all);
    count = all;
    for (depth = 0; Source(steps, &count, &first) != NULL; depth++) {
        ;
    }
    if (depth == 0 && first == AT_FDCWD) {
        return AT_FDCWD;
    }
    fd = (int) DtsmpSyscall4(SYS_openat, first, (long) (intptr_t) ".",
            O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    while (fd >= 0 && depth > 0) {
        int from = fd;

        count = all;
        for (i = 0; i < depth - 1; i++) {
            Source(steps, &count, &unused);
        }
        path = Source(steps, &count, &unused);
        fd = (int) DtsmpSyscall4(SYS_openat, from, (long) (intptr_t) path,
                O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        DtsmpSysClose(from);
        depth--;
    }
    return fd < 0 ? -1 : fd;
}

/*
 * Moved --
 *
 *      A change of the directory has been added to the list: is it there?
 */

static void
Moved(const posix_spawn_file_actions_t *actions, int kind, const char *path,
        int fd)
{
    int count;
    const Step *last = Steps(actions, &count);

    last = count < 1 || last == NULL ? NULL : last + count - 1;
    if (last == NULL || last->kind != kind || (path == NULL
            ? last->its.fd != fd : strcmp(last->its.path, path) != 0)) {
        moves = UNKNOWN;
    } else if (moves == NEVER) {
        moves = KNOWN;
    }
}

#else

int
DtsmTraceActionsDirectory(const posix_spawn_file_actions_t *actions)
{
    return actions == NULL || moves == NEVER ? AT_FDCWD : -1;
}

static void
Moved(const posix_spawn_file_actions_t *actions, int kind, const char *path,
        int fd)
{
    (void) actions;
    (void) kind;
    (void) path;
    (void) fd;
    moves = UNKNOWN;
}

#endif

/*
 * Refuses --
 *
 *      May an action touch path?  The errno when it may not.
 */

static int
Refuses(const posix_spawn_file_actions_t *actions, const char *path,
        unsigned how)
{
    int fd, err;

    if (path == NULL || *path == '/') {
        return CHECK(AT_FDCWD, path, how);
    }
    fd = DtsmTraceActionsDirectory(actions);
    if (fd == -1) {
        return 0;
    }
    err = CHECK(fd, path, how);
    if (fd >= 0) {
        DtsmpSysClose(fd);
    }
    return err;
}

/*
 * A refused action stays in the list, as one that fails with the same errno:
 * a file that nobody may write, root neither, stands for one that may not be
 * made.
 */

#define NO_WRITE "/proc/sys/kernel/ostype"

DTSM_EXPORT int
posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd,
        const char *path, int flags, mode_t mode)
{
    int err = Refuses(actions, path, DtsmTraceOpenHow(flags));

    if (err == EACCES) {
        path = NO_WRITE;
        flags = O_WRONLY;
    } else if (err != 0) {
        path = TRACE_NO_FILE;
    }
    return REAL(posix_spawn_file_actions_addopen)(actions, fd, path, flags,
            mode);
}

DTSM_EXPORT int
posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
        const char *path)
{
    const char *target = Refuses(actions, path, DTSM_STAT) != 0
            ? TRACE_NO_FILE : path;
    int err = REAL(posix_spawn_file_actions_addchdir_np)(actions, target);

    if (err == 0) {
        Moved(actions, IS_CHDIR, target, -1);
    }
    return err;
}

DTSM_EXPORT int
posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions,
        int fd)
{
    int err = REAL(posix_spawn_file_actions_addfchdir_np)(actions, fd);

    if (err == 0) {
        Moved(actions, IS_FCHDIR, NULL, fd);
    }
    return err;
}
