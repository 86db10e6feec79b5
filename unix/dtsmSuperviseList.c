/*
 * dtsmSuperviseList.c --
 *
 *      The entries of a supervised process's folder, without what is hidden:
 *      read through a copy of its descriptor, which shares its place in the
 *      folder.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"
#include "dtsmSupervise.h"

#ifdef DTSM_SUPERVISES

#ifndef SYS_pidfd_open
#   define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#   define SYS_pidfd_getfd 438
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

static long
Filtered(int fd, const char *folder, size_t folderLen, char *buf, long size)
{
    long got, from, to = 0;

    do {
        got = DtsmpSyscall3(SYS_getdents64, fd, P(buf), size);
        for (from = 0; from < got;) {
            Entry *entry = (Entry *) (void *) (buf + from);
            long len = entry->len;

            if (!DtsmTraceHidden(folder, folderLen, entry->name,
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
DtsmSuperviseList(int folder, uint64_t at, uint64_t most)
{
    static _Alignas(8) char buf[32 * 1024];
    static char path[PATH_MAX];
    long size = most < sizeof(buf) ? (long) most : (long) sizeof(buf);
    long got, put, place, process, fd;
    size_t len = DtsmTraceFdPath(folder, path, sizeof(path));

    if (len == 0) {
        return SUPERVISE_NO_FOLDER;
    }
    if (len == 1) {
        len = 0;                        /* "/": names follow a slash */
    }
    process = DtsmpSyscall2(SYS_pidfd_open,
            DtsmSuperviseStatus("\nTgid:", 0, 10), 0);
    fd = process < 0 ? process : DtsmpSyscall3(SYS_pidfd_getfd, process,
            (long) folder, 0);
    if (process >= 0) {
        DtsmpSysClose((int) process);
    }
    if (fd < 0) {
        return SUPERVISE_NO_ACCESS;
    }
    place = DtsmpSyscall3(SYS_lseek, fd, 0, SEEK_CUR);
    got = Filtered((int) fd, path, len, buf, size);
    put = got > 0 ? DtsmSupervisePoke(at, buf, (size_t) got) : got;
    if (put != got) {
        /*
         * An answer without its entries would be a directory that is empty.
         */

        DtsmpSyscall3(SYS_lseek, fd, place, SEEK_SET);
        got = put == -EFAULT || put >= 0 ? -EFAULT : SUPERVISE_NO_ACCESS;
    }
    DtsmpSysClose((int) fd);
    return got;
}

#endif /* DTSM_SUPERVISES */
