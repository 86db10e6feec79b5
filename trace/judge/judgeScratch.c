/*
 * judgeScratch.c --
 *
 *      Memory for the slow way: neither stack, which may be small, nor heap,
 *      which may be busy, locked or broken.
 *
 * A few blocks lie in our data and are claimed by one CAS; when all are taken
 * a block is mapped.  A process forked while another thread had a block just
 * has one block less.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judge.h"
#include "judgeScratch.h"

#include <sys/mman.h>

#define BLOCKS 4

static _Alignas(64) char blocks[BLOCKS][DTSM_SCRATCH_SIZE] TRACE_LARGE;
static int taken[BLOCKS];

void *
DtsmTraceMapRoom(size_t size)
{
    long address = DtsmpSyscall6(DTSMP_MMAP, 0, (long) size,
            PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return address < 0 && address >= -4095 ? NULL
            : (void *) (intptr_t) address;
}

void
DtsmTraceUnmapRoom(void *room, size_t size)
{
    DtsmpSyscall2(SYS_munmap, (long) (intptr_t) room, (long) size);
}

void *
DtsmTraceBorrow(void)
{
    int i;

    for (i = 0; i < BLOCKS; i++) {
        int expected = 0;

        if (__atomic_load_n(&taken[i], __ATOMIC_RELAXED) == 0
                && __atomic_compare_exchange_n(&taken[i], &expected, 1, 0,
                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            return blocks[i];
        }
    }
    return DtsmTraceMapRoom(DTSM_SCRATCH_SIZE);
}

void
DtsmTraceReturn(void *block)
{
    int i;

    if (block == NULL) {
        return;
    }
    for (i = 0; i < BLOCKS; i++) {
        if (block == (void *) blocks[i]) {
            __atomic_store_n(&taken[i], 0, __ATOMIC_RELEASE);
            return;
        }
    }
    DtsmTraceUnmapRoom(block, DTSM_SCRATCH_SIZE);
}
