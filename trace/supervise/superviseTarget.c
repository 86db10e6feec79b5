/*
 * superviseTarget.c --
 *
 *      The process whose call a supervisor decides: its memory, its folder,
 *      its descriptors.  Stands where the injected library has
 *      injectCwd.c and injectInit.c, so that judgeDecide.c and its
 *      like decide for that process and not for their own.
 *
 * One thread decides, so plain variables serve.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"
#include "supervise.h"

#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/uio.h>

Dtsm_Map *dtsmTraceMap = NULL;
int dtsmTraceState = 1;                 /* nobody attaches but we */
const char *dtsmTraceEnv[TRACE_ENVS];   /* DTSM_ASK alone is ever set */
unsigned long dtsmTraceUser = 0;        /* counts beside DTSM_MAP only */
int dtsmTraceLittle = 0;                /* whether is not known */

static char logFile[PATH_MAX];
static char proc[32];                   /* "/proc/PID/" */
static int target;

size_t
DtsmSuperviseDigits(char *buf, int number)
{
    char digits[12];
    size_t at = sizeof(digits);
    unsigned value = (unsigned) number;

    do {
        digits[--at] = (char) ('0' + value % 10);
        value /= 10;
    } while (value != 0);
    memcpy(buf, digits + at, sizeof(digits) - at);
    return sizeof(digits) - at;
}

void
DtsmSuperviseAim(int pid)
{
    size_t len;

    target = pid;
    memcpy(proc, "/proc/", 6);
    len = 6 + DtsmSuperviseDigits(proc + 6, pid);
    memcpy(proc + len, "/", 2);
}

size_t
DtsmSuperviseProc(char *buf, size_t size, const char *rest)
{
    size_t head = strlen(proc), len = strlen(rest);

    if (head + len >= size) {
        return 0;
    }
    memcpy(buf, proc, head);
    memcpy(buf + head, rest, len + 1);
    return head + len;
}

void
DtsmSuperviseSetLog(const char *file)
{
    size_t len = strlen(file);

    memcpy(logFile, file, len < sizeof(logFile) ? len + 1 : 0);
}

void
DtsmSuperviseSetAsk(const char *ask)
{
    static char entry[PATH_MAX] = "DTSM_ASK=";
    size_t head = sizeof("DTSM_ASK=") - 1;

    dtsmTraceEnv[TRACE_ENV_ASK] = NULL;
    if (ask != NULL && strlen(ask) < sizeof(entry) - head) {
        memcpy(entry + head, ask, strlen(ask) + 1);
        dtsmTraceEnv[TRACE_ENV_ASK] = entry;
    }
}

const char *
DtsmTraceLogFile(void)
{
    return logFile;
}

Dtsm_Map *
DtsmTraceAttach(void)
{
    return NULL;
}

/*
 * A supervisor starts nothing; whether a program that its process starts will
 * be seen is a matter of the layout that it inherits.
 */

int
DtsmTraceSupervise(const DtsmTraceProgram *program)
{
    return !program->is.mapped || DtsmSuperviseOld();
}

long
DtsmSuperviseRead(const char *name, char *buf, size_t size)
{
    char file[64];
    long got;
    int fd;

    if (DtsmSuperviseProc(file, sizeof(file), name) == 0) {
        return 0;
    }
    fd = DtsmpSysOpen(file, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        return 0;
    }
    got = DtsmpSysRead(fd, buf, size - 1);
    DtsmpSysClose(fd);
    buf[got > 0 ? got : 0] = '\0';
    return got;
}

int
DtsmSuperviseOld(void)
{
    char text[32];

    return DtsmSuperviseRead("personality", text, sizeof(text)) > 0
            && (strtoul(text, NULL, 16) & ADDR_COMPAT_LAYOUT);
}

int
DtsmSuperviseMaps(const char *end)
{
    char file[64], text[4096 + 64];
    size_t keep = strlen(end), have = 0;
    long got = 0;
    int fd, found = 0;

    if (DtsmSuperviseProc(file, sizeof(file), "maps") == 0
            || (fd = DtsmpSysOpen(file, O_RDONLY | O_CLOEXEC, 0)) < 0) {
        return 0;
    }
    while (!found && (got = DtsmpSysRead(fd, text + have, 4096)) > 0) {
        have += (size_t) got;
        found = memmem(text, have, end, keep) != NULL;
        if (have > keep) {
            memmove(text, text + have - keep, keep);
            have = keep;
        }
    }
    DtsmpSysClose(fd);
    return found;
}

long
DtsmSuperviseStatus(const char *name, int field, int base)
{
    char text[4096], *at;

    if (DtsmSuperviseRead("status", text, sizeof(text)) <= 0
            || (at = strstr(text, name)) == NULL) {
        return -1;
    }
    at += strlen(name);
    for (; field > 0; field--) {
        strtol(at, &at, base);
    }
    return strtol(at, NULL, base);
}

int
DtsmTraceNoNewPrivs(void)
{
    return DtsmSuperviseStatus("\nNoNewPrivs:", 0, 10) == 1;
}

/*
 * The filter and the bounds that a program has made for itself bind it, not
 * the supervisor, whose map can be written.
 */

int dtsmTraceReadOnly = 0;
int dtsmTraceStale = 0;

const char *
DtsmTraceKnownName(void)
{
    return "";
}

void
DtsmTraceUndecided(void)
{
}

int
DtsmTraceBarred(long result)
{
    (void) result;
    return 0;
}

int
DtsmTraceCannotAsk(long result)
{
    (void) result;
    return 0;
}

int
DtsmTraceIsTold(const char *path, size_t len)
{
    (void) path;
    (void) len;
    return 0;
}

int
DtsmTraceMapLater(void)
{
    return DTSM_RDWR;
}

void
DtsmTraceToldReadOnly(void)
{
}

int
DtsmTracePid(void)
{
    return target;
}

/*
 * Memory.  What process_vm_readv may not do, because the system lacks it or a
 * filter that dtsm itself runs under refuses it, /proc may.
 */

static long
Move(long call, int flags, uint64_t at, void *buf, size_t size)
{
    struct iovec here = {buf, size};
    struct iovec there = {(void *) (uintptr_t) at, size};
    long got = DtsmpSyscall6(call, target, (long) (intptr_t) &here, 1,
            (long) (intptr_t) &there, 1, 0);
    char file[64];
    int fd;

    if (got >= 0 || got == -EFAULT || got == -ESRCH
            || DtsmSuperviseProc(file, sizeof(file), "mem") == 0) {
        return got;
    }
    fd = DtsmpSysOpen(file, flags | O_CLOEXEC, 0);
    if (fd < 0) {
        return got;
    }
    got = DtsmpSyscall4(flags == O_RDONLY ? SYS_pread64 : SYS_pwrite64, fd,
            (long) (intptr_t) buf, (long) size, (long) at);
    DtsmpSysClose(fd);
    return got == -EIO ? -EFAULT : got;
}

long
DtsmSupervisePeek(uint64_t at, void *buf, size_t size)
{
    return Move(SYS_process_vm_readv, O_RDONLY, at, buf, size);
}

long
DtsmSupervisePoke(uint64_t at, const void *buf, size_t size)
{
    return Move(SYS_process_vm_writev, O_WRONLY, at,
            (void *) (intptr_t) buf, size);
}

/*
 * Folders.
 */

size_t
DtsmTraceGetCwd(Dtsm_Map *map, char *buf, size_t size, uint64_t *policyPtr,
        int fresh)
{
    char file[64];
    long got;

    (void) map;
    (void) fresh;
    *policyPtr = 0;
    if (DtsmSuperviseProc(file, sizeof(file), "cwd") == 0) {
        return 0;
    }
    got = DtsmpSysReadlink(file, buf, size - 1);
    if (got < 1 || (size_t) got >= size - 1 || buf[0] != '/') {
        return 0;
    }
    buf[got] = '\0';
    if (got > 10 && memcmp(buf + got - 10, " (deleted)", 10) == 0
            && DtsmTraceType(AT_FDCWD, buf, AT_SYMLINK_NOFOLLOW)
                    == TRACE_IS_MISSING) {
        return 0;
    }
    return (size_t) got;
}

size_t
DtsmTraceFdPath(int fd, char *buf, size_t size)
{
    char folder[48];

    return DtsmSuperviseProc(folder, sizeof(folder), "fd/") == 0 ? 0
            : DtsmTraceFdText(folder, fd, buf, size);
}

size_t
DtsmTraceGonePath(int dirfd, char *buf, size_t size)
{
    char folder[48], name[64];

    if (dirfd == AT_FDCWD) {
        return DtsmSuperviseProc(name, sizeof(name), "cwd") == 0 ? 0
                : DtsmTraceGoneText(name, buf, size);
    }
    return DtsmSuperviseProc(folder, sizeof(folder), "fd/") == 0
            || DtsmTraceFdName(folder, dirfd, name, sizeof(name)) == 0 ? 0
            : DtsmTraceGoneText(name, buf, size);
}

/*
 * What it would come to by our look depends on what we may see.
 */

size_t
DtsmTraceReach(int dirfd, const char *path, int flags, char *buf, size_t size)
{
    (void) dirfd;
    (void) path;
    (void) flags;
    (void) buf;
    (void) size;
    return 0;
}

size_t
DtsmTraceGetFdPath(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh)
{
    (void) map;
    (void) fresh;
    *policyPtr = 0;
    return DtsmTraceFdPath(fd, buf, size);
}

void
DtsmTraceForgetCwd(void)
{
}

const char *
DtsmTraceOwnName(const char *path, char *buf, size_t size)
{
    static const char self[] = "/proc/self", thread[] = "/proc/thread-self";
    const char *rest;

    if (path[0] != '/' || path[1] != 'p') {
        return path;
    }
    if (strncmp(path, self, sizeof(self) - 1) == 0) {
        rest = path + sizeof(self) - 1;
    } else if (strncmp(path, thread, sizeof(thread) - 1) == 0) {
        rest = path + sizeof(thread) - 1;
    } else {
        return path;
    }
    return *rest == '/' && DtsmSuperviseProc(buf, size, rest + 1) > 0 ? buf
            : path;
}

/*
 * MeansUs --
 *
 *      Does a path lead through /proc/self, which means us when we follow it?
 */

static int
MeansUs(const char *path, int ways)
{
    DtsmTraceWalk *walk = DtsmTraceBorrow();
    int means = walk == NULL || !DtsmTraceResolve(dtsmTraceMap, path,
            strlen(path), ways | TRACE_RECORD_NOTHING, walk)
            || walk->selfs > 0;

    DtsmTraceReturn(walk);
    return means;
}

int
DtsmSuperviseWhere(int dirfd, const char *path, int ways, char *buf)
{
    uint64_t policy;
    size_t len, pathLen = strlen(path);
    const char *own;

    if (*path == '/') {
        own = DtsmTraceOwnName(path, buf, PATH_MAX);
        if (own != buf) {
            memcpy(buf, own, pathLen + 1);
        }
    } else {
        len = dirfd == AT_FDCWD
                ? DtsmTraceGetCwd(NULL, buf, PATH_MAX, &policy, 1)
                : DtsmTraceFdPath(dirfd, buf, PATH_MAX);
        if (len == 0 || len + pathLen + 2 > PATH_MAX) {
            return 0;
        }
        buf[len] = '/';
        memcpy(buf + len + 1, path, pathLen + 1);
    }
    return !MeansUs(buf, ways);
}
