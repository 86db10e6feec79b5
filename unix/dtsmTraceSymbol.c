/*
 * dtsmTraceSymbol.c --
 *
 *      Wrappers of dlsym and dlvsym: who looks a name up in libc itself, as
 *      Python's ctypes does, or by its version, gets the wrapper.
 *
 * He gets it only where it calls just what he would have got.  If another
 * preloaded library stands between, what he gets may be that library's way to
 * libc, and ours would lead back to it.
 *
 * What RTLD_NEXT means depends on who calls, so that goes on by a jump, as in
 * dtsmTraceCall.c.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"

#include <dlfcn.h>

#if (defined(__x86_64__) && !defined(__ILP32__)) || defined(__aarch64__)

typedef struct Symbol {
    void *found;
    void *next;                 /* where to jump to; NULL: found is it */
} Symbol;

#define HIDDEN __attribute__((visibility("hidden"), used))

HIDDEN Symbol DtsmTraceDlsym(void *handle, const char *name);
HIDDEN Symbol DtsmTraceDlvsym(void *handle, const char *name,
        const char *version);

HIDDEN Symbol
DtsmTraceDlsym(void *handle, const char *name)
{
    Symbol symbol = { NULL, NULL };

    if (handle == RTLD_NEXT || handle == RTLD_DEFAULT
            || DtsmTraceGetMap() == NULL || !DtsmTraceIsWrapped(name)) {
        symbol.next = DtsmTraceReal(TRACE_SYM_dlsym);
    } else {
        symbol.found = DtsmTraceWrapper(name, REAL(dlsym)(handle, name));
    }
    return symbol;
}

HIDDEN Symbol
DtsmTraceDlvsym(void *handle, const char *name, const char *version)
{
    Symbol symbol = { NULL, NULL };

    if (handle == RTLD_NEXT || DtsmTraceGetMap() == NULL
            || !DtsmTraceIsWrapped(name)) {
        symbol.next = DtsmTraceReal(TRACE_SYM_dlvsym);
    } else {
        symbol.found = DtsmTraceWrapper(name,
                REAL(dlvsym)(handle, name, version));
    }
    return symbol;
}

#if defined(__x86_64__)
#define ENTRY(name, decide) \
    __asm__ ( \
            ".text\n" \
            ".globl " name "\n" \
            ".type " name ", @function\n" \
            name ":\n" \
            "   .cfi_startproc\n" \
            "   endbr64\n" \
            "   sub $24, %rsp\n" \
            "   .cfi_adjust_cfa_offset 24\n" \
            "   mov %rdi, (%rsp)\n" \
            "   mov %rsi, 8(%rsp)\n" \
            "   mov %rdx, 16(%rsp)\n" \
            "   call " decide "\n" \
            "   mov %rdx, %r11\n" \
            "   mov (%rsp), %rdi\n" \
            "   mov 8(%rsp), %rsi\n" \
            "   mov 16(%rsp), %rdx\n" \
            "   add $24, %rsp\n" \
            "   .cfi_adjust_cfa_offset -24\n" \
            "   test %r11, %r11\n" \
            "   jz 1f\n" \
            "   jmp *%r11\n" \
            "1: ret\n" \
            "   .cfi_endproc\n" \
            ".size " name ", .-" name "\n")
#else
#define ENTRY(name, decide) \
    __asm__ ( \
            ".text\n" \
            ".globl " name "\n" \
            ".type " name ", %function\n" \
            name ":\n" \
            "   .cfi_startproc\n" \
            "   stp x29, x30, [sp, #-48]!\n" \
            "   .cfi_adjust_cfa_offset 48\n" \
            "   stp x0, x1, [sp, #16]\n" \
            "   str x2, [sp, #32]\n" \
            "   bl " decide "\n" \
            "   mov x16, x1\n" \
            "   mov x17, x0\n" \
            "   ldp x0, x1, [sp, #16]\n" \
            "   ldr x2, [sp, #32]\n" \
            "   ldp x29, x30, [sp], #48\n" \
            "   .cfi_adjust_cfa_offset -48\n" \
            "   cbz x16, 1f\n" \
            "   br x16\n" \
            "1: mov x0, x17\n" \
            "   ret\n" \
            "   .cfi_endproc\n" \
            ".size " name ", .-" name "\n")
#endif

ENTRY("dlsym", "DtsmTraceDlsym");
ENTRY("dlvsym", "DtsmTraceDlvsym");

#endif /* entries in assembly */
