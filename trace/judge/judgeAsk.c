/*
 * judgeAsk.c --
 *
 *      What holds for a path: a rule says so, or the session's server is
 *      asked.
 *
 * A question is one connection to the session's socket: four bytes with the
 * length of the path, least first, and the path; the answer is one byte.  No
 * connection is kept.
 *
 *      a  allow        d  deny         u  allowed, nobody knows whose it is
 *
 * Answers are kept in the map for the whole session under the answer key of
 * the path (judgeKeys.h): they are about the path, whatever comes and goes
 * there.
 *
 * A1  A process that gets no answer is refused, and that stays.  The time to
 *     wait is in DTSM_ASK; when it has once run out, the map says so and no
 *     process waits any more.  A process that has no descriptor left to ask
 *     with, or is kept from it by a filter of its own or by Landlock, is not
 *     refused.
 * A2  What is missing and directories are allowed without a question.  Before a
 *     call makes or changes something there, the path gets a verdict that
 *     allows nothing (Announce in judgeMiss.c), so that this is not
 *     remembered any longer.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeAsk.h"
#include "judgeFlags.h"
#include "judgeKeys.h"
#include "judgeScratch.h"
#include "judgeSocket.h"
#include "judgeSubject.h"
#include "judgeWay.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

/*
 * The kernel's own layouts.
 */

typedef struct Time {
    long seconds, nanos;
} Time;

typedef struct Wait {
    long seconds, micros;
} Wait;

static long
Now(void)
{
    Time now = { 0, 0 };

    DtsmpSyscall2(SYS_clock_gettime, CLOCK_MONOTONIC, (long) (intptr_t) &now);
    return now.seconds;
}

/*
 * Server --
 *
 *      The socket's name and the seconds to wait for it, from the variable's
 *      value "seconds:name"; NULL when this session asks nobody.
 */

static const char *
Server(long *secondsPtr)
{
    const char *at = DtsmSubjectAsk();

    if (at == NULL) {
        return NULL;
    }
    *secondsPtr = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (*secondsPtr < 1000000) {
            *secondsPtr = 10 * *secondsPtr + (*at - '0');
        }
    }
    return *at == ':' ? at + 1 : NULL;
}

/*
 * Connect --
 *
 *      Connect within the time that is left.
 *
 * Returns:
 *      0 or -errno; -EAGAIN when the time ran out.
 */

static long
Connect(int fd, const char *name, long deadline)
{
    struct sockaddr_un address;
    int directory = DtsmTraceSocketName(name, &address);
    long result;

    if (directory < TRACE_WHOLE_NAME) {
        return directory;
    }
    do {
        Wait wait = { deadline - Now(), 0 };

        if (wait.seconds <= 0) {
            result = -EAGAIN;
            break;
        }
        DtsmpSyscall5(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO,
                (long) (intptr_t) &wait, sizeof(wait));
        result = DtsmpSyscall3(SYS_connect, fd, (long) (intptr_t) &address,
                sizeof(address));
    } while (result == -EINTR);
    if (directory >= 0) {
        DtsmpSysClose(directory);
    }
    return result;
}

/*
 * Send --
 *
 *      The whole question, never with a SIGPIPE.
 *
 * Returns:
 *      0 or -errno.
 */

static long
Send(int fd, const char *path, size_t len, long deadline)
{
    unsigned char head[4];
    struct iovec parts[2];
    struct msghdr message;
    size_t i;

    for (i = 0; i < sizeof(head); i++) {
        head[i] = (unsigned char) (len >> 8 * i);
    }
    parts[0].iov_base = head;
    parts[0].iov_len = sizeof(head);
    parts[1].iov_base = (void *) (intptr_t) path;
    parts[1].iov_len = len;
    memset(&message, 0, sizeof(message));
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        long sent = DtsmpSyscall3(SYS_sendmsg, fd,
                (long) (intptr_t) &message, MSG_NOSIGNAL);

        if (sent < 0 && sent != -EINTR) {
            return sent;
        }
        for (i = 0; i < 2 && sent > 0; i++) {
            size_t part = (size_t) sent < parts[i].iov_len
                    ? (size_t) sent : parts[i].iov_len;

            parts[i].iov_base = (char *) parts[i].iov_base + part;
            parts[i].iov_len -= part;
            sent -= (long) part;
        }
        if (Now() >= deadline) {
            return -EAGAIN;
        }
    }
    return 0;
}

/*
 * Receive --
 *
 *      Returns the answer's byte; -EPIPE when there was none, -EAGAIN when
 *      the time ran out, another -errno.
 */

static long
Receive(int fd, long deadline)
{
    for (;;) {
        struct pollfd ready = { fd, POLLIN, 0 };
        Time wait = { deadline - Now(), 0 };
        unsigned char byte;
        long got;

        if (wait.seconds <= 0) {
            return -EAGAIN;
        }
        got = DtsmpSyscall5(SYS_ppoll, (long) (intptr_t) &ready, 1,
                (long) (intptr_t) &wait, 0, 0);
        if (got < 0 && got != -EINTR) {
            return got;
        }
        if (got > 0) {
            got = DtsmpSyscall6(SYS_recvfrom, fd, (long) (intptr_t) &byte, 1,
                    MSG_DONTWAIT, 0, 0);
            if (got == 1) {
                return byte;
            }
            if (got != -EINTR && got != -EAGAIN) {
                return got == 0 ? -EPIPE : got;
            }
        }
    }
}

/*
 * Question --
 *
 *      Put one question.
 *
 * Returns:
 *      The answer's byte or -errno.
 */

static long
Question(int fd, const char *server, long seconds, const char *path,
        size_t len)
{
    long deadline = Now() + seconds + 1;        /* whole seconds */
    long result = Connect(fd, server, deadline);

    if (result == 0) {
        result = Send(fd, path, len, deadline);
    }
    return result == 0 ? Receive(fd, deadline) : result;
}

/*
 * Inquire --
 *
 *      Put a question, unless one has waited in vain already (A1).
 *
 * Returns:
 *      The answer's byte, -errno, or UNABLE: this process cannot ask.
 */

#define UNABLE (-4096)          /* no -errno */

static long
Inquire(Dtsm_Map *map, const char *server, long seconds, const char *path,
        size_t len)
{
    unsigned flags;
    long answer;
    int fd;

    if (Dtsm_Search(map, TRACE_KEY_TIMEOUT, sizeof(TRACE_KEY_TIMEOUT) - 1,
            &flags) == DTSM_OK) {
        return -EAGAIN;
    }
    fd = (int) DtsmpSyscall3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC,
            0);
    answer = fd;
    if (fd >= 0) {
        answer = Question(fd, server, seconds, path, len);
        DtsmpSysClose(fd);
    }
    if (answer < 0 && (DtsmSubjectCannotAsk(answer) || fd < 0)) {
        return UNABLE;
    }
    if (answer == -EAGAIN && Dtsm_Fence(map)) {
        Dtsm_Insert(map, TRACE_KEY_TIMEOUT, sizeof(TRACE_KEY_TIMEOUT) - 1,
                DTSM_ALIAS);
    }
    return answer;
}

/*
 * Ask --
 *
 *      The server's answer to a question that has not been put yet.
 *
 * Returns:
 *      As DtsmTraceRuling.
 */

static unsigned
Ask(Dtsm_Map *map, const char *key, size_t keyLen)
{
    long seconds;
    unsigned flags;
    const char *server = Server(&seconds);

    if (server == NULL) {
        return DTSM_ALLOW | DTSM_UNKNOWN;
    }
    Dtsm_Count(map, DTSM_COUNT_ASKED, 1);
    switch (Inquire(map, server, seconds, key + TRACE_KEY_ANSWER,
            keyLen - TRACE_KEY_ANSWER)) {
        case 'a':
            flags = DTSM_ALLOW;
            break;
        case 'd':
            flags = DTSM_DENY;
            break;
        case 'u':
            flags = DTSM_ALLOW | DTSM_UNKNOWN;
            break;
        case UNABLE:
            Dtsm_Count(map, DTSM_COUNT_UNANSWERED, 1);
            return DTSM_ASK;            /* asked again */
        default:
            if (!Dtsm_Fence(map)) {
                return DTSM_ASK;        /* the session is over */
            }
            Dtsm_Count(map, DTSM_COUNT_UNANSWERED, 1);
            flags = DTSM_DENY | DTSM_UNKNOWN;
            break;
    }
    Dtsm_Insert(map, key, keyLen, DTSM_ALIAS | flags);
    return flags;
}

/*
 * Answer --
 *
 *      What is known of a path that an ASK rule governs, else what the server
 *      says.
 */

static unsigned
Answer(Dtsm_Map *map, const char *path, size_t len)
{
    unsigned flags = DTSM_ASK;
    char *key = DtsmTraceBorrow();

    if (key == NULL) {
        return DTSM_ASK;
    }
    if (len < DTSM_SCRATCH_SIZE - TRACE_KEY_ANSWER) {
        size_t keyLen = DtsmTraceKeyAnswer(key, path, len);

        if (Dtsm_Search(map, key, keyLen, &flags) == DTSM_OK) {
            flags &= DTSM_ALLOW | DTSM_DENY | DTSM_UNKNOWN;
        } else {
            flags = Dtsm_Fence(map) ? Ask(map, key, keyLen) : DTSM_ASK;
        }
    }
    DtsmTraceReturn(key);
    return flags;
}

unsigned
DtsmTraceRuling(Dtsm_Map *map, const char *path, size_t len, int type)
{
    unsigned rule;
    const char *rulePath;
    size_t ruleLen;

    if (len == 1 || Dtsm_Match(map, path, len, &rule, &rulePath, &ruleLen)
            != DTSM_OK) {
        return DTSM_ALLOW;
    }
    if (!(rule & DTSM_ASK) || (rule & DTSM_DENY)) {
        return rule & DTSM_DENY ? DTSM_DENY : DTSM_ALLOW;
    }
    if (type == TRACE_IS_DIR || type == TRACE_IS_MISSING
            || type == TRACE_IS_UNKNOWN || (type == TRACE_IS_LINK
                    && DtsmTraceType(AT_FDCWD, path, 0) == TRACE_IS_DIR)) {
        return DTSM_ALLOW | DTSM_ASK;   /* A2 */
    }
    return Answer(map, path, len);
}

int
DtsmTraceLeads(Dtsm_Map *map, const char *path, size_t len)
{
    int leads = TRACE_TO_ALLOWED;
    size_t known = len;
    DtsmWholeWay *whole;

    if (DtsmTraceType(AT_FDCWD, path, 0) != TRACE_IS_DIR) {
        return TRACE_TO_OTHER;
    }
    while (known > 0 && path[known - 1] != '/') {
        known--;
    }
    known -= known > 0;
    whole = DtsmTraceBorrow();
    if (whole != NULL && DtsmWayResolve(whole, path, len, known, 1)
            && (DtsmTraceRuling(map, whole->out, whole->way.outLen,
                    TRACE_IS_DIR) & DTSM_DENY)) {
        leads = TRACE_TO_DENIED;
    }
    DtsmTraceReturn(whole);
    return leads;
}
