/*
 * superviseList.c --
 *
 *      The entries of a supervised process's directory, without what is hidden:
 *      read through a copy of its descriptor, which shares its place in the
 *      directory.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeHide.h"
#include "judgeProc.h"
#include "supervise.h"

#ifdef DTSM_SUPERVISES

#ifndef SYS_pidfd_open
#   define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#   define SYS_pidfd_getfd 438
#endif

#ifndef PIDFD_THREAD
#   define PIDFD_THREAD O_EXCL
#endif

#include <string.h>

#define P(text) ((long) (intptr_t) (text))

typedef struct Entry {
    uint64_t inode;
    int64_t next;
    unsigned short len;
    unsigned char type;
    char name[];
} Entry;

/*
 * The copy, until the answer was sent, and where it stood before.
 */

static int copy = -1;
static long stood;

/*
 * Copy --
 *
 *      A copy of a descriptor of the thread that calls.  Where the kernel
 *      copies those of a thread group only, the thread may have others.
 */

static long
Copy(int directory, const char *path, size_t len)
{
    static char own[PATH_MAX];
    long fd, process = DtsmpSyscall2(SYS_pidfd_open, DtsmSubjectPid(),
            PIDFD_THREAD);
    int group = process == -EINVAL;

    if (group) {
        process = DtsmpSyscall2(SYS_pidfd_open,
                DtsmSubjectStatus("\nTgid:", 0, 10), 0);
    }
    if (process < 0) {
        return process;
    }
    fd = DtsmSuperviseIsThere() ? DtsmpSyscall3(SYS_pidfd_getfd, process,
            (long) directory, 0) : -ESRCH;
    DtsmpSysClose((int) process);
    if (fd >= 0 && group && (DtsmTraceFdText("/proc/self/fd/", (int) fd, own,
            sizeof(own)) != len || memcmp(own, path, len) != 0)) {
        DtsmpSysClose((int) fd);
        fd = -EBADF;
    }
    return fd;
}

static long
Filtered(int fd, const char *directory, size_t directoryLen, char *buf,
    long size)
{
    long got, from, to = 0;

    do {
        got = DtsmpSyscall3(SYS_getdents64, fd, P(buf), size);
        for (from = 0; from < got;) {
            Entry *entry = (Entry *) (void *) (buf + from);
            long len = entry->len;

            if (!DtsmTraceHidden(directory, directoryLen, entry->name,
                    entry->type)) {
                memmove(buf + to, entry, (size_t) len);
                to += len;
            }
            from += len;
        }
    } while (got > 0 && to == 0);
    return got < 0 ? got : to;
}

long
DtsmSuperviseList(int directory, uint64_t at, uint64_t most)
{
    static _Alignas(8) char buf[32 * 1024];
    static char path[PATH_MAX];
    long size = most < sizeof(buf) ? (long) most : (long) sizeof(buf);
    long got, put, fd;
    size_t len = DtsmSubjectFdPath(directory, path, sizeof(path));

    if (len == 0) {
        return SUPERVISE_NO_DIRECTORY;
    }
    fd = Copy(directory, path, len);
    if (fd < 0) {
        return SUPERVISE_NO_ACCESS;
    }
    copy = (int) fd;
    stood = DtsmpSyscall3(SYS_lseek, fd, 0, SEEK_CUR);
    if (len == 1) {
        len = 0;                        /* "/": names follow a slash */
    }
    got = Filtered(copy, path, len, buf, size);
    put = got > 0 && DtsmSuperviseIsThere()
            ? DtsmSupervisePoke(at, buf, (size_t) got) : got;
    if (put != got) {
        /*
         * An answer without its entries would be a directory that is empty.
         */

        DtsmpSyscall3(SYS_lseek, copy, stood, SEEK_SET);
        got = put == -EFAULT || put >= 0 ? -EFAULT : SUPERVISE_NO_ACCESS;
    }
    return got;
}

void
DtsmSuperviseListed(int reached)
{
    if (copy >= 0) {
        if (!reached && stood >= 0) {
            DtsmpSyscall3(SYS_lseek, copy, stood, SEEK_SET);
        }
        DtsmpSysClose(copy);
        copy = -1;
    }
}

#endif /* DTSM_SUPERVISES */
