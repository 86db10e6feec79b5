/*
 * join.c --
 *
 *      The filter, and how a process gets under it.
 *
 * Runs between fork and exec, in strangers: raw system calls, little stack.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "join.h"
#include "judgeSocket.h"

#ifndef DTSM_SUPERVISES

int
DtsmSuperviseJoin(const char *socket, int layout)
{
    (void) socket;
    (void) layout;
    return 0;
}

#else

#include <linux/audit.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#   define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define PATIENCE 2              /* seconds */

/*
 * The numbers that are asked about: of x86-64 and x32, and of i386.
 */

static const short numbers[] = {
#define X(name, act, how, link, dir, path, flags) SYS_##name,
    SUPERVISE_CALLS(X)
#undef X
    SUPERVISE_X32_EXECVE, SUPERVISE_X32_EXECVEAT
};

static const short numbersI386[] = {
#define X(number, name) number,
    SUPERVISE_CALLS_I386(X)
#undef X
    SUPERVISE_SOCKETCALL
};

#define COUNT ((int) (sizeof(numbers) / sizeof(numbers[0])))
#define COUNT_I386 ((int) (sizeof(numbersI386) / sizeof(numbersI386[0])))
#define ROOM (2 * COUNT + 2 * COUNT_I386 + 24)

/*
 * A conditional jump goes 255 steps at most: one way through a search, and
 * not through both.
 */

_Static_assert(sizeof(numbers) < 250 && sizeof(numbersI386) < 250,
        "a jump's length fits a byte");

typedef struct Program {
    int len;
    short sorted[COUNT > COUNT_I386 ? COUNT : COUNT_I386];
    struct sock_filter steps[ROOM];
} Program;

static void
Step(Program *program, int code, uint32_t k, int yes, int no)
{
    struct sock_filter *step = &program->steps[program->len++];

    step->code = (uint16_t) code;
    step->k = k;
    step->jt = (uint8_t) yes;
    step->jf = (uint8_t) no;
}

static void
Load(Program *program, size_t offset)
{
    Step(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t) offset, 0, 0);
}

/*
 * Search --
 *
 *      Binary search for the call's number; what is found goes on with
 *      `found' steps to the end, all else with `other'.  The kernel sees that
 *      only the number decides about other calls, and runs no filter for
 *      them at all.
 */

static void
Search(Program *program, int from, int to, int found, int other)
{
    if (to - from == 1) {
        int here = program->len + 1;

        Step(program, BPF_JMP | BPF_JEQ | BPF_K,
                (uint32_t) program->sorted[from], found - here, other - here);
    } else {
        int middle = (from + to) / 2, at = program->len;

        Step(program, BPF_JMP | BPF_JGE | BPF_K,
                (uint32_t) program->sorted[middle], 0, 0);
        Search(program, from, middle, found, other);
        program->steps[at].jt = (uint8_t) (program->len - at - 1);
        Search(program, middle, to, found, other);
    }
}

#define DATA(member) offsetof(struct seccomp_data, member)
#define JUMP(op) (BPF_JMP | (op) | BPF_K)
#define RETURN (BPF_RET | BPF_K)

static void
Sort(Program *program, const short *list, int count)
{
    int i, j;

    for (i = 0; i < count; i++) {
        short number = list[i];

        for (j = i; j > 0 && program->sorted[j - 1] > number; j--) {
            program->sorted[j] = program->sorted[j - 1];
        }
        program->sorted[j] = number;
    }
}

/*
 * SearchAll --
 *
 *      The search for a list's numbers; calls that are none of them are
 *      allowed, and the others go on behind it.
 */

static void
SearchAll(Program *program, const short *list, int count)
{
    int other = program->len + 2 * count - 1;

    Sort(program, list, count);
    Search(program, 0, count, other + 1, other);
    Step(program, RETURN, SECCOMP_RET_ALLOW, 0, 0);             /* other */
}

/*
 * Calls by the convention of i386 are asked about wherever they come from:
 * no libc that loads us makes one.
 */

static void
Build(Program *program)
{
    int away;

    program->len = 0;
    Load(program, DATA(arch));
    Step(program, JUMP(BPF_JEQ), AUDIT_ARCH_X86_64, 1, 0);
    away = program->len;
    Step(program, BPF_JMP | BPF_JA, 0, 0, 0);
    Load(program, DATA(nr));
    Step(program, JUMP(BPF_JEQ), SUPERVISE_PROBE, 0, 1);
    Step(program, RETURN, SECCOMP_RET_ERRNO | SUPERVISE_PROBED, 0, 0);
    Step(program, BPF_ALU | BPF_AND | BPF_K, ~SUPERVISE_X32_BIT, 0, 0);
    SearchAll(program, numbers, COUNT);
    Load(program, DATA(instruction_pointer) + 4);
    Step(program, JUMP(BPF_JGE), SUPERVISE_LIMIT_HI, 5, 0);
    Load(program, DATA(args[5]));
    Step(program, JUMP(BPF_JEQ), (uint32_t) DTSMP_MARK, 0, 2);
    Load(program, DATA(args[5]) + 4);
    Step(program, JUMP(BPF_JEQ), (uint32_t) (DTSMP_MARK >> 32), 1, 0);
    Step(program, RETURN, SECCOMP_RET_USER_NOTIF, 0, 0);
    Step(program, RETURN, SECCOMP_RET_ALLOW, 0, 0);
    program->steps[away].k = (uint32_t) (program->len - away - 1);
    Step(program, JUMP(BPF_JEQ), AUDIT_ARCH_I386, 1, 0);
    Step(program, RETURN, SECCOMP_RET_ALLOW, 0, 0);
    Load(program, DATA(nr));
    SearchAll(program, numbersI386, COUNT_I386);
    Step(program, RETURN, SECCOMP_RET_USER_NOTIF, 0, 0);
}

static long
Filter(const struct sock_fprog *filter)
{
    long fd = DtsmpSyscall3(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
            SECCOMP_FILTER_FLAG_NEW_LISTENER
                    | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
            (long) (intptr_t) filter);

    if (fd == -EINVAL) {
        fd = DtsmpSyscall3(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                SECCOMP_FILTER_FLAG_NEW_LISTENER, (long) (intptr_t) filter);
    }
    return fd;
}

/*
 * Install --
 *
 *      Returns the listener, or -errno.  Only who may not do it otherwise
 *      gives up new privileges for it.
 */

static long
Install(void)
{
    Program program;
    struct sock_fprog filter;
    long fd;

    Build(&program);
    filter.len = (unsigned short) program.len;
    filter.filter = program.steps;
    fd = Filter(&filter);
    if (fd == -EACCES && DtsmpSyscall5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0,
            0, 0) == 0) {
        fd = Filter(&filter);
    }
    return fd;
}

/*
 * Hear --
 *
 *      Returns the supervisor's answer, 0 when it hung up, -errno when it
 *      takes too long.
 */

static long
Hear(int fd)
{
    char answer = 0;
    long got;

    do {
        got = DtsmpSysRead(fd, &answer, 1);
    } while (got == -EINTR);
    return got < 0 ? got : answer;
}

/*
 * Connect --
 *
 *      Returns a connection on which the supervisor said that it serves, or
 *      -1.
 */

static int
Connect(const char *socket)
{
    struct sockaddr_un address;
    struct timeval limit = {PATIENCE, 0};
    int directory, fd = (int) DtsmpSyscall3(SYS_socket, AF_UNIX,
            SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    long result;

    if (fd < 0) {
        return -1;
    }
    DtsmpSyscall5(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO,
            (long) (intptr_t) &limit, sizeof(limit));
    DtsmpSyscall5(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO,
            (long) (intptr_t) &limit, sizeof(limit));
    directory = DtsmTraceSocketName(socket, &address);
    result = directory < TRACE_WHOLE_NAME ? directory
            : DtsmpSyscall3(SYS_connect, fd, (long) (intptr_t) &address,
            sizeof(address));
    if (directory >= 0) {
        DtsmpSysClose(directory);
    }
    if (result != 0 || Hear(fd) != SUPERVISE_YES) {
        DtsmpSysClose(fd);
        return -1;
    }
    return fd;
}

static void
Send(int fd, int listener)
{
    char byte = SUPERVISE_YES;
    struct iovec part = {&byte, 1};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message;

    memset(&message, 0, sizeof(message));
    memset(&control, 0, sizeof(control));
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof(control.room);
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.head), &listener, sizeof(listener));
    while (DtsmpSyscall3(SYS_sendmsg, fd, (long) (intptr_t) &message,
            MSG_NOSIGNAL) == -EINTR) {
        continue;
    }
}

static int
IsUnder(void)
{
    return DtsmpSyscall0(SUPERVISE_PROBE) == -SUPERVISE_PROBED;
}

int
DtsmSuperviseJoin(const char *socket, int layout)
{
    int fd, ok = IsUnder();
    long listener, former, answer;

    if (!ok && socket != NULL && (fd = Connect(socket)) >= 0) {
        listener = Install();
        if (listener >= 0) {
            Send(fd, (int) listener);
            DtsmpSysClose((int) listener);
            answer = Hear(fd);
            ok = answer == SUPERVISE_YES || answer == -EAGAIN;  /* busy */
        }
        DtsmpSysClose(fd);
    }
    if (ok && layout) {
        former = DtsmpSyscall1(SYS_personality, 0xffffffffL);
        ok = former >= 0 && DtsmpSyscall1(SYS_personality,
                former | ADDR_COMPAT_LAYOUT) >= 0;
    }
    return ok;
}

#endif /* DTSM_SUPERVISES */
