/*
 * tclDtsmMemory.c --
 *
 *      Memory that is made ready in one call.  A page that is there when it is
 *      first touched costs a twentieth of one that takes a page fault.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _DEFAULT_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#   include <malloc.h>
#endif

#include "tclDtsmMemory.h"
#include "tclDtsmPort.h"

#if defined(__linux__) && !defined(MADV_POPULATE_WRITE)
#   define MADV_POPULATE_WRITE 23       /* Linux 5.14 */
#endif

void *
DtsmTcl_Alloc(size_t bytes)
{
#if TCL_MAJOR_VERSION < 9
    if (bytes > UINT_MAX) {
        Tcl_Panic("dtsm: unable to alloc %lu bytes", (unsigned long) bytes);
    }
    return (void *) Tcl_Alloc((unsigned) bytes);
#else
    return Tcl_Alloc(bytes);
#endif
}

void *
DtsmTcl_Realloc(void *memory, size_t bytes)
{
#if TCL_MAJOR_VERSION < 9
    if (bytes > UINT_MAX) {
        Tcl_Panic("dtsm: unable to realloc %lu bytes", (unsigned long) bytes);
    }
    return (void *) Tcl_Realloc(memory, (unsigned) bytes);
#else
    return Tcl_Realloc(memory, bytes);
#endif
}

void
DtsmTcl_Free(void *memory)
{
    Tcl_Free(memory);
}

void
DtsmTcl_Ready(void *memory, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t) memory + page - 1) / page * page;
    uintptr_t end = ((uintptr_t) memory + bytes) / page * page;
    int keptErrno = errno;

    if (end > from) {
        (void) madvise((void *) from, end - from, MADV_POPULATE_WRITE);
    }
    errno = keptErrno;
#else
    (void) memory;
    (void) bytes;
#endif
}

/*
 * What is freed at the heap's end stays there: it is what is allocated next.
 */

void
DtsmTcl_Heap(size_t bytes)
{
#ifdef __GLIBC__
    void *block;

    mallopt(M_MMAP_THRESHOLD, 2 * (int) bytes);
    mallopt(M_TRIM_THRESHOLD, 16 * (int) bytes);
    block = malloc(bytes);
    if (block != NULL) {
        DtsmTcl_Ready(block, bytes);
        free(block);
    }
#else
    (void) bytes;
#endif
}
