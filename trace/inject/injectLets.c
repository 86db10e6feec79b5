/*
 * injectLets.c --
 *
 *      Which of the injected library's own system calls a seccomp filter
 *      lets pass.
 *
 * The calls stand in one table, most of them by their number alone and some
 * with an argument that filters look at.  A filter is gone through once for
 * each, with all that the table leaves open taken as anything: a call passes
 * when every way through the filter that it could take allows it.
 *
 * L1  Jumps lead forward only, as the kernel has checked before, so one pass
 *     from the first step to the last sees each step after all that lead to
 *     it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectFilter.h"
#include "join.h"

#ifdef TRACE_KNOWS_FILTERS

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#if defined(__x86_64__)
#   define OWN_ARCH AUDIT_ARCH_X86_64
#else
#   define OWN_ARCH AUDIT_ARCH_AARCH64
#endif

#ifndef SECCOMP_RET_LOG
#   define SECCOMP_RET_LOG 0x7ffc0000U
#endif
#ifndef SECCOMP_RET_ACTION_FULL
#   define SECCOMP_RET_ACTION_FULL 0xffff0000U
#endif

#define OPEN_BITS (O_ACCMODE | O_PATH | O_APPEND | O_CREAT | O_TRUNC)
#define OPEN_OURS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define ROW_OPEN(access) \
    { SYS_openat, {{3, OPEN_BITS, (access), (access) | OPEN_OURS}} }
#define NO_ROW { -1, {{0}} }
#define ROW(name) { SYS_##name, {{0}} }
#define ROW_WITH(name, arg, value) \
    { SYS_##name, {{(arg), UINT32_MAX, (value), (value)}} }
#define ROW_MMAP(access, kind) \
    { SYS_mmap, {{3, UINT32_MAX, (access), (access)}, \
        {4, UINT32_MAX, (kind), (kind)}} }

/*
 * A number in a mask, and what a process hands on to the programs that it
 * starts: the order is that of TRACE_MAY_*.
 */

static const struct {
    int number;
    struct {
        unsigned char arg;      /* from 1 on; 0: none */
        uint32_t bits, value;   /* of a call that this row is about */
        uint32_t whole;         /* what the filter is tried with */
    } given[2];
} rows[] = {
    [TRACE_MAY_READ_OPEN] = ROW_OPEN(O_RDONLY),
    [TRACE_MAY_LOOK_OPEN] = ROW_OPEN(O_PATH),
    [TRACE_MAY_MAP_OPEN] = ROW_OPEN(O_RDWR),
    [TRACE_MAY_LOG_OPEN] = ROW_OPEN(O_WRONLY | O_APPEND),
    [TRACE_MAY_CLOSE] = ROW(close),
    [TRACE_MAY_MAP_READ] = ROW_MMAP(PROT_READ, MAP_SHARED | MAP_NORESERVE),
    [TRACE_MAY_MAP_WRITE] = ROW_MMAP(PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_NORESERVE),
    [TRACE_MAY_FSTAT] = ROW(fstat),
    [TRACE_MAY_THREAD] = ROW_WITH(clone, 1, TRACE_THREAD_FLAGS),
    [TRACE_MAY_EXIT] = ROW(exit),
    [TRACE_MAY_FUTEX] = ROW(futex),
    [TRACE_MAY_STATAT] = ROW(newfstatat),
    [TRACE_MAY_READLINKAT] = ROW(readlinkat),
#ifdef SYS_readlink
    [TRACE_MAY_READLINK] = ROW(readlink),
    [TRACE_MAY_STAT] = ROW(stat),
    [TRACE_MAY_LSTAT] = ROW(lstat),
#else
    [TRACE_MAY_READLINK] = NO_ROW,
    [TRACE_MAY_STAT] = NO_ROW,
    [TRACE_MAY_LSTAT] = NO_ROW,
#endif
    [TRACE_MAY_OTHERS] = ROW(getcwd), ROW(statx), ROW(faccessat), ROW(read),
    ROW(pread64), ROW(write), ROW(lseek),
    ROW_WITH(prlimit64, 2, RLIMIT_FSIZE),
    ROW_MMAP(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS),
    ROW(munmap), ROW_WITH(mprotect, 3, PROT_READ),
    ROW_WITH(mprotect, 3, PROT_READ | PROT_WRITE),
    ROW_WITH(madvise, 3, 23 /* MADV_POPULATE_WRITE */),
    ROW_WITH(madvise, 3, 18 /* MADV_WIPEONFORK */),
    ROW_WITH(madvise, 3, 25 /* MADV_COLLAPSE */),
    ROW(getxattr), ROW(fgetxattr), ROW(statfs), ROW(fstatfs), ROW(getuid),
    ROW(getgid), ROW(geteuid), ROW(getegid), ROW(getpid),
    ROW(getppid),
    ROW_WITH(kill, 2, 0), ROW(clock_gettime),
    ROW_WITH(socket, 1, AF_UNIX), ROW(setsockopt), ROW(connect),
    ROW(sendmsg), ROW(recvfrom), ROW(ppoll),
    ROW_WITH(prctl, 1, PR_GET_NO_NEW_PRIVS),
    ROW_WITH(prctl, 1, PR_SET_NO_NEW_PRIVS),
    ROW_WITH(prctl, 1, PR_GET_SECCOMP), ROW(personality),
    ROW_WITH(seccomp, 1, SECCOMP_SET_MODE_FILTER),
    { SUPERVISE_PROBE, {{0}} }
};

#define ROWS ((int) (sizeof(rows) / sizeof(rows[0])))

_Static_assert(sizeof(rows) / sizeof(rows[0]) <= 64, "a bit for each");

/*
 * DtsmTraceRowOf --
 *
 *      The row that a call belongs to, -1 for none.
 */

int
DtsmTraceRowOf(const long call[7])
{
    int row, i;

    for (row = 0; row < ROWS; row++) {
        if (rows[row].number != call[0]) {
            continue;
        }
        for (i = 0; i < 2; i++) {
            unsigned char arg = rows[row].given[i].arg;

            if (arg != 0 && ((uint32_t) call[arg]
                    & rows[row].given[i].bits) != rows[row].given[i].value) {
                break;
            }
        }
        if (i == 2) {
            return row;
        }
    }
    return -1;
}

/*
 * What a filter's accumulator has at a step: nothing leads there, one known
 * number, or anything.
 */

enum { NOWHERE, KNOWN, ANYTHING };

typedef struct Ways {
    uint32_t value[BPF_MAXINSNS];
    unsigned char state[BPF_MAXINSNS];
} Ways;

_Static_assert(sizeof(Ways) <= DTSM_SCRATCH_SIZE, "the ways fit a block");

static void
Lead(Ways *ways, uint32_t to, unsigned char state, uint32_t value)
{
    if (ways->state[to] == NOWHERE) {
        ways->state[to] = state;
        ways->value[to] = value;
    } else if (state == ANYTHING || ways->value[to] != value) {
        ways->state[to] = ANYTHING;
    }
}

/*
 * Loaded --
 *
 *      What a word of struct seccomp_data is for a row.
 */

static unsigned char
Loaded(int row, uint32_t offset, uint32_t *valuePtr)
{
    size_t i;

    *valuePtr = 0;
    if (offset == offsetof(struct seccomp_data, nr)) {
        *valuePtr = (uint32_t) rows[row].number;
        return KNOWN;
    }
    if (offset == offsetof(struct seccomp_data, arch)) {
        *valuePtr = OWN_ARCH;
        return KNOWN;
    }
    for (i = 0; i < 2; i++) {
        unsigned char arg = rows[row].given[i].arg;
        size_t at = offsetof(struct seccomp_data, args) + 8u * arg - 8u;

        if (arg != 0 && (offset == at || offset == at + 4)) {
            *valuePtr = offset == at ? rows[row].given[i].whole : 0;
            return KNOWN;
        }
    }
    return ANYTHING;
}

/*
 * Computed --
 *
 *      An arithmetic step with a constant, as far as filters need it.
 */

static unsigned char
Computed(unsigned code, uint32_t k, unsigned char state, uint32_t *valuePtr)
{
    if (state != KNOWN || BPF_SRC(code) != BPF_K) {
        return ANYTHING;
    }
    switch (BPF_OP(code)) {
        case BPF_AND:
            *valuePtr &= k;
            return KNOWN;
        case BPF_OR:
            *valuePtr |= k;
            return KNOWN;
        case BPF_ADD:
            *valuePtr += k;
            return KNOWN;
        case BPF_SUB:
            *valuePtr -= k;
            return KNOWN;
        case BPF_LSH:
            *valuePtr = k < 32 ? *valuePtr << k : 0;
            return KNOWN;
        case BPF_RSH:
            *valuePtr = k < 32 ? *valuePtr >> k : 0;
            return KNOWN;
        default:
            return ANYTHING;
    }
}

static int
Jumps(unsigned code, uint32_t k, uint32_t value)
{
    switch (BPF_OP(code)) {
        case BPF_JEQ:
            return value == k;
        case BPF_JGT:
            return value > k;
        case BPF_JGE:
            return value >= k;
        default:
            return (value & k) != 0;
    }
}

/*
 * Branch --
 *
 *      Where a jump at step `at' leads; 0 when that is no step.
 */

static int
Branch(Ways *ways, const struct sock_filter *step, uint32_t at,
        uint32_t count)
{
    unsigned char state = ways->state[at];
    uint32_t value = ways->value[at], left = count - at - 1;

    if (BPF_OP(step->code) == BPF_JA) {
        if (step->k >= left) {
            return 0;
        }
        Lead(ways, at + 1 + step->k, state, value);
        return 1;
    }
    if (step->jt >= left || step->jf >= left) {
        return 0;
    }
    if (state == KNOWN && BPF_SRC(step->code) == BPF_K) {
        Lead(ways, at + 1 + (Jumps(step->code, step->k, value) ? step->jt
                : step->jf), state, value);
    } else {
        Lead(ways, at + 1u + step->jt, state, value);
        Lead(ways, at + 1u + step->jf, state, value);
    }
    return 1;
}

static int
Allows(uint32_t result)
{
    uint32_t action = result & SECCOMP_RET_ACTION_FULL;

    return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

/*
 * Passes --
 *
 *      Does every way through a filter allow this row's calls?
 */

static int
Passes(Ways *ways, const struct sock_filter *steps, uint32_t count, int row)
{
    uint32_t at;

    memset(ways->state, NOWHERE, count);
    Lead(ways, 0, KNOWN, 0);
    for (at = 0; at < count; at++) {
        const struct sock_filter *step = &steps[at];
        unsigned char state = ways->state[at];
        uint32_t value = ways->value[at];

        if (state == NOWHERE) {
            continue;
        }
        switch (BPF_CLASS(step->code)) {
            case BPF_RET:
                if (BPF_RVAL(step->code) == BPF_K ? !Allows(step->k)
                        : state != KNOWN || BPF_RVAL(step->code) != BPF_A
                        || !Allows(value)) {
                    return 0;
                }
                continue;
            case BPF_JMP:
                if (!Branch(ways, step, at, count)) {
                    return 0;
                }
                continue;
            case BPF_LD:
                if (BPF_MODE(step->code) == BPF_ABS) {
                    state = Loaded(row, step->k, &value);
                } else if (BPF_MODE(step->code) == BPF_IMM) {
                    state = KNOWN;
                    value = step->k;
                } else {
                    state = ANYTHING;
                }
                break;
            case BPF_ALU:
                state = Computed(step->code, step->k, state, &value);
                break;
            case BPF_MISC:
                if (BPF_MISCOP(step->code) == BPF_TXA) {
                    state = ANYTHING;
                }
                break;
            default:                    /* LDX, ST, STX: not this one */
                break;
        }
        if (at + 1 == count) {
            return 0;
        }
        Lead(ways, at + 1, state, value);
    }
    return 1;
}

/*
 * DtsmTraceLets --
 *
 *      What a filter lets pass.
 *
 * Arguments:
 *      block       From DtsmTraceBorrow.
 *      may         What others let pass: nothing else is looked for.
 *
 * Returns:
 *      A bit for each row.
 */

uint64_t
DtsmTraceLets(void *block, const struct sock_filter *steps, uint32_t count,
        uint64_t may)
{
    uint64_t result = 0;
    int row;

    for (row = 0; row < ROWS && count > 0 && count <= BPF_MAXINSNS; row++) {
        if (((may >> row) & 1) && Passes(block, steps, count, row)) {
            result |= UINT64_C(1) << row;
        }
    }
    if (!(result & TRACE_MAY(CLOSE))) {
        /*
         * What is opened has to be closed.
         */

        result &= ~(TRACE_MAY(READ_OPEN) | TRACE_MAY(LOOK_OPEN)
                | TRACE_MAY(MAP_OPEN) | TRACE_MAY(LOG_OPEN));
    }
    return result;
}

#endif /* TRACE_KNOWS_FILTERS */
