/*
 * dtsmUnixMemory.c --
 *
 *      The platform's part of the core: memory of the mapped file, and pages
 *      of our own.
 *
 *      Memory is made by MADV_POPULATE_WRITE; a full file system is an error
 *      there, and would be SIGBUS at a plain store.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <sys/mman.h>

#include "../core/dtsmInt.h"
#if defined(__APPLE__) || defined(DTSM_PORTABLE)
#include "../macosx/dtsmMacSys.h"
#else
#include "dtsmUnixSys.h"
#endif

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  /* Linux 5.14 */
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18      /* Linux 4.14 */
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE   25      /* Linux 6.1 */
#endif

/*
 * DTSM_OLD_KERNEL is for tests: a kernel that knows none of these.
 */

#ifdef DTSM_OLD_KERNEL
#undef MADV_POPULATE_WRITE
#undef MADV_WIPEONFORK
#undef MADV_COLLAPSE
#define MADV_POPULATE_WRITE 0x7ffffffd
#define MADV_WIPEONFORK 0x7ffffffe
#define MADV_COLLAPSE   0x7fffffff
#endif

void
DtsmpUnmap(void *base, uint64_t bytes)
{
    DtsmpSyscall2(SYS_munmap, (long) (intptr_t) base, (long) bytes);
}

/*
 * DtsmpReveal --
 *
 *      Open the first bytes of the mapping to this process; what is open
 *      stays so.  Keeps errno.
 */

bool
DtsmpReveal(void *base, uint64_t bytes, bool writable)
{
    return DtsmpSyscall3(SYS_mprotect, (long) (intptr_t) base, (long) bytes,
            writable ? PROT_READ | PROT_WRITE : PROT_READ) == 0;
}

/*
 * DtsmpPage --
 *
 *      Private zeroed memory, or NULL; keeps errno.  Given back by
 *      DtsmpUnmap.
 */

void *
DtsmpPage(size_t bytes)
{
    long page = DtsmpSyscall6(DTSMP_MMAP, 0, (long) bytes,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return page < 0 && page >= -4095 ? NULL : (void *) (intptr_t) page;
}

/*
 * DtsmpWipedPage --
 *
 *      As DtsmpPage, and zero again in a child after fork; NULL where the
 *      kernel does not do that.
 */

void *
DtsmpWipedPage(size_t bytes)
{
    void *page = DtsmpPage(bytes);

    if (page != NULL && DtsmpSyscall3(SYS_madvise, (long) (intptr_t) page,
            (long) bytes, MADV_WIPEONFORK) != 0) {
        DtsmpUnmap(page, bytes);
        page = NULL;
    }
    return page;
}

/*
 * DtsmpPopulate --
 *
 *      Have memory behind bytes of the mapping.  False when the file system
 *      is full or the kernel is older than 5.14; then nothing was touched.
 */

bool
DtsmpPopulate(void *from, uint64_t bytes)
{
    long result;

    do {
        result = DtsmpSyscall3(SYS_madvise, (long) (intptr_t) from,
                (long) bytes, MADV_POPULATE_WRITE);
    } while (result == -EINTR || result == -EAGAIN);
    return result == 0;
}

/*
 * DtsmpAllocate --
 *
 *      The first bytes of a file that is being made, for kernels where
 *      DtsmpPopulate does nothing.  fallocate(2) itself, whose emulation in
 *      libc would write.
 */

bool
DtsmpAllocate(const DtsmpFile *file, uint64_t bytes)
{
    long result;

    do {
#ifdef SYS_fstat64      /* lengths are given in halves */
        result = DtsmpSyscall6(SYS_fallocate, file->fd, 0, 0, 0,
                (long) bytes, (long) (bytes >> 32));
#else
        result = DtsmpSyscall4(SYS_fallocate, file->fd, 0, 0, (long) bytes);
#endif
    } while (result == -EINTR);
    return result == 0;
}

/*
 * DtsmpCollapse --
 *
 *      Have huge pages behind those of the mapping that lie wholly in bytes,
 *      where the kernel and the file system give them.  Where nothing is yet,
 *      the first page is populated, because the kernel refuses a range that
 *      is all hole; the rest comes as part of the huge page, at a fraction of
 *      the cost of page by page.
 */

void
DtsmpCollapse(char *from, uint64_t bytes)
{
    for (; bytes >= DTSM_HUGE_BYTES
            && (uintptr_t) from % DTSM_HUGE_BYTES == 0;
            from += DTSM_HUGE_BYTES, bytes -= DTSM_HUGE_BYTES) {
        if (DtsmpPopulate(from, DTSM_HEADER_BYTES)) {
            DtsmpSyscall3(SYS_madvise, (long) (intptr_t) from,
                    (long) DTSM_HUGE_BYTES, MADV_COLLAPSE);
        }
    }
}
