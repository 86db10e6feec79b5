/*
 * injectSupervise.c --
 *
 *      How the injected library gets a program that does not load it under
 *      the session's supervisor (supervise.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectFilter.h"
#include "injectSupervise.h"
#include "join.h"

#include <string.h>

/*
 * DtsmTraceSupervise --
 *
 *      The socket lies beside the session's log.
 */

int
DtsmTraceSupervise(const DtsmTraceProgram *program)
{
    static const char name[] = SUPERVISE_SOCKET;
    const char *log = DtsmSubjectLog();
    size_t len = log == NULL ? 0 : strlen(log);
    char *socket;
    int joined;

    while (len > 0 && log[len - 1] != '/') {
        len--;
    }
    if (len == 0 || len + sizeof(name) > DTSM_SCRATCH_SIZE) {
        return 0;
    }
    socket = DtsmTraceBorrow();
    if (socket == NULL) {
        return 0;
    }
    memcpy(socket, log, len);
    memcpy(socket + len, name, sizeof(name));
    joined = DtsmSuperviseJoin(socket, program->is.mapped);
    DtsmTraceReturn(socket);
    return joined;
}

#ifndef DTSM_SUPERVISES

int
DtsmTraceInThread(void (*proc)(void *data), void *data)
{
    (void) proc;
    (void) data;
    return 0;
}

void
DtsmTraceUsualLayout(void)
{
}

#else

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>

void
DtsmTraceUsualLayout(void)
{
    long former;

    if (((uint64_t) (uintptr_t) DtsmTraceUsualLayout >> 32)
            < SUPERVISE_LIMIT_HI
            && DtsmpSyscall5(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0) == 2) {
        former = DtsmpSyscall1(SYS_personality, 0xffffffffL);
        if (former > 0) {
            DtsmpSyscall1(SYS_personality, former & ~(long)
                    ADDR_COMPAT_LAYOUT);
        }
    }
}

/*
 * Clone --
 *
 *      clone(2), with proc(data) and the thread's end on the other side.  The
 *      thread has its caller's thread-local storage, as a vfork child has,
 *      for the caller waits.
 */

static long
Clone(unsigned long flags, char *top, int *tidPtr, void (*proc)(void *),
        void *data)
{
    long result;
    void **stack = (void **) (void *) top;
    register int *r10 __asm__("r10") = tidPtr;
    register long r8 __asm__("r8") = 0;

    *--stack = data;
    *--stack = (void *) (intptr_t) proc;
    __asm__ volatile (
            "syscall\n\t"
            "test %%rax, %%rax\n\t"
            "jnz 1f\n\t"
            "xor %%ebp, %%ebp\n\t"
            "pop %%rax\n\t"
            "pop %%rdi\n\t"
            "call *%%rax\n\t"
            "xor %%edi, %%edi\n\t"
            "mov %5, %%eax\n\t"
            "syscall\n\t"
            "hlt\n"
            "1:"
            : "=a" (result)
            : "a" (SYS_clone), "D" (flags), "S" (stack), "d" (tidPtr),
              "i" (SYS_exit), "r" (r10), "r" (r8)
            : "rcx", "r11", "memory");
    return result;
}

#define STACK_BYTES (256 * 1024)

int
DtsmTraceInThread(void (*proc)(void *data), void *data)
{
    long place = DtsmpSyscall6(SYS_mmap, 0, STACK_BYTES,
            PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK,
            -1, 0);
    int tid = 1, seen, done = 0;

    if (place < 0 && place >= -4095) {
        return 0;
    }
    if (DtsmTraceMayThread() && Clone(TRACE_THREAD_FLAGS,
            (char *) (intptr_t) place + STACK_BYTES, &tid, proc, data) > 0) {
        while ((seen = __atomic_load_n(&tid, __ATOMIC_ACQUIRE)) != 0) {
            DtsmpSyscall4(SYS_futex, (long) (intptr_t) &tid, FUTEX_WAIT, seen,
                    0);
        }
        done = 1;
    }
    DtsmpSyscall2(SYS_munmap, place, STACK_BYTES);
    return done;
}

#endif /* DTSM_SUPERVISES */
