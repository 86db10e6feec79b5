/*
 * wrapEntry.h --
 *
 *      Wrappers that go on by a jump: libc's function returns to the caller
 *      as if we had not been there.  dlsym has to see who calls, and vfork
 *      returns twice, the first time over the stack of whoever called it.
 *
 * TRACE_ENTRY(name, decide) defines the function called name, of up to three
 * arguments.  It calls decide with the same arguments, a TRACE_HIDDEN function
 * that returns a DtsmTraceStep.  Not defined on machines for which nobody has
 * written it; their wrappers are left out.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_TRACE_ENTRY_H
#define DTSM_TRACE_ENTRY_H

typedef struct DtsmTraceStep {
    void *result;
    void *next;                 /* where to jump to; NULL: return result */
} DtsmTraceStep;

#define TRACE_HIDDEN __attribute__((visibility("hidden"), used))

#if defined(__x86_64__) && !defined(__ILP32__)
#define TRACE_ENTRY(name, decide) \
    __asm__ ( \
            ".pushsection .text.entry,\"ax\"\n" \
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
            ".size " name ", .-" name "\n" \
            ".popsection\n")
#elif defined(__aarch64__)
#define TRACE_ENTRY(name, decide) \
    __asm__ ( \
            ".pushsection .text.entry,\"ax\"\n" \
            ".globl " name "\n" \
            ".type " name ", %function\n" \
            name ":\n" \
            "   .cfi_startproc\n" \
            "   hint #34\n"                    /* bti c */ \
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
            ".size " name ", .-" name "\n" \
            ".popsection\n")
#endif

#endif /* DTSM_TRACE_ENTRY_H */
