/*
 * superviseTarget.c --
 *
 *      The process whose call a supervisor decides: its memory, and what we
 *      have to call its files.
 *
 * One thread decides, so plain variables serve.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgePath.h"
#include "supervise.h"

#ifdef DTSM_SUPERVISES

#include <string.h>
#include <sys/uio.h>

DtsmSubject dtsmSuperviseTarget;

void
DtsmSuperviseAim(int pid)
{
    DtsmSubjectSetPid(&dtsmSuperviseTarget, pid);
}

int
DtsmSuperviseMaps(const char *end)
{
    char file[64], text[4096 + 64];
    size_t keep = strlen(end), have = 0;
    long got = 0;
    int fd, found = 0;

    if (DtsmSubjectProc(file, sizeof(file), "maps") == 0
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

/*
 * Memory.  What process_vm_readv may not do, because the system lacks it or a
 * filter that dtsm itself runs under refuses it, /proc may.
 */

static long
Move(long call, int flags, uint64_t at, void *buf, size_t size)
{
    struct iovec here = {buf, size};
    struct iovec there = {(void *) (uintptr_t) at, size};
    long got = DtsmpSyscall6(call, dtsmSuperviseTarget.pid,
            (long) (intptr_t) &here, 1, (long) (intptr_t) &there, 1, 0);
    char file[64];
    int fd;

    if (got >= 0 || got == -EFAULT || got == -ESRCH
            || DtsmSubjectProc(file, sizeof(file), "mem") == 0) {
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
 * MeansUs --
 *
 *      Does a path lead through /proc/self, which means us when we follow it?
 */

static int
MeansUs(const char *path, int ways)
{
    DtsmTraceWalk *walk = DtsmTraceBorrow();
    int means = walk == NULL || !DtsmTraceResolve(dtsmSuperviseTarget.map,
            path, strlen(path), ways | TRACE_RECORD_NOTHING, walk)
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
        own = DtsmSubjectOwnName(path, buf, PATH_MAX);
        if (own != buf) {
            memcpy(buf, own, pathLen + 1);
        }
    } else {
        len = dirfd == AT_FDCWD
                ? DtsmSubjectCwd(NULL, buf, PATH_MAX, &policy, 1)
                : DtsmSubjectFdPath(dirfd, buf, PATH_MAX);
        if (len == 0 || len + pathLen + 2 > PATH_MAX) {
            return 0;
        }
        buf[len] = '/';
        memcpy(buf + len + 1, path, pathLen + 1);
    }
    return !MeansUs(buf, ways);
}

#endif /* DTSM_SUPERVISES */
