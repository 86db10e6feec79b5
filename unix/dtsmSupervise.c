/*
 * dtsmSupervise.c --
 *
 *      The supervisor: the thread that serves listeners, and the keeper that
 *      stands in for it.
 *
 * A listener that nobody holds makes every call under its filter fail with
 * ENOSYS.  So a process of its own, the keeper, holds a copy of each; it
 * sleeps until the thread is gone, whether the session ended or was killed,
 * and then lets every call pass, until the last supervised program has ended.
 * It starts when the first joiner comes: most sessions have none, and a fork
 * makes dtsm pay for each page that it writes afterwards.
 *
 * K1  The kernel writes a call's number straight into the page that thread
 *     and keeper share, so whenever the thread dies, the keeper knows which
 *     call it had taken, and answers it.
 * K2  A listener is given to the keeper before its program may go on, and no
 *     joiner gets a yes before there is a keeper.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"
#include "dtsmSupervise.h"

#ifndef DTSM_SUPERVISES

int
DtsmSuperviseStart(const char *map, const char *log, const char *socket,
        const char *ask)
{
    (void) map;
    (void) log;
    (void) socket;
    (void) ask;
    return ENOTSUP;
}

int
DtsmSuperviseJoined(int pid)
{
    (void) pid;
    return 0;
}

int64_t
DtsmSuperviseStop(void)
{
    return 0;
}

#else

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#   define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#   define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1
#endif

#define EVENTS 16
#define SPARE_FDS 64            /* left for the rest of this process */
#define FIRST_JOINERS 8

/*
 * What thread and keeper share (K1): the thread's number of the listener
 * whose call it has, and that call, as the kernel wrote it.
 */

typedef struct Shared {
    int listener;
    struct seccomp_notif notice;
} Shared;

static struct {
    int running, failed;
    int server, wake, poll, keeper;
    int count;                          /* listeners */
    unsigned char *kinds;               /* of each descriptor that we hold */
    long limit;
    int64_t unseen;
    int joined[FIRST_JOINERS], joinedCount;
    pthread_t thread;
    Shared *shared;
} super;

enum { IS_NONE, IS_SERVER, IS_WAKE, IS_JOINER, IS_LISTENER };

static int
Watch(int poll, int fd, int kind, uint32_t events)
{
    struct epoll_event event;

    memset(&event, 0, sizeof(event));
    event.events = events;
    event.data.u64 = (uint64_t) kind << 32 | (unsigned) fd;
    return epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

/*
 * Hold, Drop --
 *
 *      Note what a descriptor is, and close it.  A closed one that the other
 *      process still holds would go on giving events.
 */

static int
Hold(int fd, int kind)
{
    if (fd >= super.limit || Watch(super.poll, fd, kind, EPOLLIN) != 0) {
        return 0;
    }
    super.kinds[fd] = (unsigned char) kind;
    super.count += kind == IS_LISTENER;
    return 1;
}

static void
Drop(int fd)
{
    if (fd < super.limit) {
        super.count -= super.kinds[fd] == IS_LISTENER;
        super.kinds[fd] = IS_NONE;
    }
    epoll_ctl(super.poll, EPOLL_CTL_DEL, fd, NULL);
    close(fd);
}

/*
 * SendFd, ReceiveFd --
 *
 *      One number and one descriptor, as one message.
 */

static int
SendFd(int to, int number, int fd)
{
    struct iovec part = {&number, sizeof(number)};
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
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int
ReceiveFd(int from, int *numberPtr)
{
    struct iovec part = {numberPtr, sizeof(*numberPtr)};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message;
    int fd = -1;

    memset(&message, 0, sizeof(message));
    memset(&control, 0, sizeof(control));
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof(control.room);
    if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) <= 0) {
        return -1;
    }
    if (message.msg_controllen >= CMSG_LEN(sizeof(int))
            && control.head.cmsg_level == SOL_SOCKET
            && control.head.cmsg_type == SCM_RIGHTS) {
        memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
    }
    return fd;
}

/*
 * The keeper.  It was forked from a process with threads, so it makes system
 * calls and nothing else.
 */

static void
LetPass(int fd, uint64_t id)
{
    struct seccomp_notif_resp reply;

    memset(&reply, 0, sizeof(reply));
    reply.id = id;
    reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

/*
 * TakeOver --
 *
 *      The thread is gone: from here on its listeners want to be answered.
 *      Of one whose number was used twice the later is the one; an id that is
 *      not under way is refused by the kernel.
 */

static void
TakeOver(int poll, const int *fds, const int *numbers, int count)
{
    struct epoll_event event;
    int i;

    for (i = 0; i < count; i++) {
        if (numbers[i] == super.shared->listener) {
            LetPass(fds[i], super.shared->notice.id);
        }
        memset(&event, 0, sizeof(event));
        event.events = EPOLLIN;
        event.data.u64 = (uint64_t) IS_LISTENER << 32 | (unsigned) fds[i];
        epoll_ctl(poll, EPOLL_CTL_MOD, fds[i], &event);
    }
}

static void
Keep(int from, int *fds, int *numbers, int room)
{
    struct epoll_event events[EVENTS];
    struct seccomp_notif notice;
    int poll = epoll_create1(EPOLL_CLOEXEC), count = 0, gone = 0, got, i, j;

    Watch(poll, from, IS_SERVER, EPOLLIN);
    while (!gone || count > 0) {
        got = epoll_wait(poll, events, EVENTS, -1);
        for (i = 0; i < got; i++) {
            int fd = (int) (unsigned) events[i].data.u64;

            if (fd == from) {
                int number = -1, given = ReceiveFd(from, &number);

                if (given >= 0 && count < room) {
                    fds[count] = given;
                    numbers[count++] = number;
                    Watch(poll, given, IS_LISTENER, 0);
                } else if (given < 0) {
                    gone = 1;
                    close(from);
                    TakeOver(poll, fds, numbers, count);
                }
            } else if (events[i].events & EPOLLHUP) {
                for (j = 0; j < count && fds[j] != fd; j++) {
                    continue;
                }
                if (j < count) {
                    fds[j] = fds[--count];
                    numbers[j] = numbers[count];
                }
                epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
                close(fd);
            } else if (events[i].events & EPOLLIN) {
                memset(&notice, 0, sizeof(notice));
                if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notice) == 0) {
                    LetPass(fd, notice.id);
                }
            }
        }
    }
}

/*
 * CloseFrom --
 *
 *      Close every descriptor from first on, one by one where the kernel
 *      cannot do it at once (before 5.9).
 */

static void
CloseFrom(int first, int limit)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) {
        return;
    }
#endif
    for (; first < limit; first++) {
        close(first);
    }
}

/*
 * StartKeeper --
 *
 *      Returns our end of its socket, or -1.
 */

static int
StartKeeper(void)
{
    int ends[2], room = (int) super.limit;
    size_t bytes = 2 * (size_t) room * sizeof(int);
    sigset_t all, former;
    int *place;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    place = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) {
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    pid = vfork();
    if (pid == 0) {
        /*
         * Nobody's child, in nobody's terminal, holding nobody's pipe.  Of the
         * two forks that this takes only the keeper's copies our memory, by a
         * bare call: libc's would run handlers in memory that is not ours.
         */

        setsid();
        if (syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0) == 0) {
            dup2(ends[1], 0);
            CloseFrom(1, room);
            if (chdir("/") == 0) {
                Keep(0, place, place + room, room);
            }
        }
        _exit(0);
    }
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    munmap(place, bytes);
    close(ends[1]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        continue;
    }
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    return ends[0];
}

/*
 * Admit --
 *
 *      Somebody connects.  Who may not, or comes when there is no descriptor
 *      left, is hung up on.
 */

static void
Admit(void)
{
    struct timeval patience = {2, 0};
    struct ucred peer;
    socklen_t size = sizeof(peer);
    char yes = SUPERVISE_YES;
    int fd = accept4(super.server, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0
            || (peer.uid != geteuid() && peer.uid != 0)
            || super.count + SPARE_FDS > super.limit
            || (super.keeper < 0 && (super.keeper = StartKeeper()) < 0) /* K2 */
            || !Hold(fd, IS_JOINER) || send(fd, &yes, 1, MSG_NOSIGNAL) != 1) {
        Drop(fd);
    }
}

/*
 * Take --
 *
 *      A joiner sends its listener, or is gone.
 */

static void
Take(int joiner)
{
    uint64_t flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;
    struct ucred peer;
    socklen_t size = sizeof(peer);
    char yes = SUPERVISE_YES;
    int unused, fd = ReceiveFd(joiner, &unused);

    if (fd >= 0) {
        ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags);
        SendFd(super.keeper, fd, fd);                           /* K2 */
        if (!Hold(fd, IS_LISTENER)) {
            super.failed = 1;
        } else if (super.joinedCount < FIRST_JOINERS && getsockopt(joiner,
                SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
            super.joined[super.joinedCount] = peer.pid;
            __atomic_store_n(&super.joinedCount, super.joinedCount + 1,
                    __ATOMIC_RELEASE);
        }
        send(joiner, &yes, 1, MSG_NOSIGNAL);
    }
    Drop(joiner);
}

static void
Serve(int fd)
{
    struct seccomp_notif *notice = &super.shared->notice;
    struct seccomp_notif_resp reply;
    int seen;

    memset(notice, 0, sizeof(*notice));
    __atomic_store_n(&super.shared->listener, fd, __ATOMIC_SEQ_CST);
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, notice) != 0) {
        return;
    }
    seen = DtsmSuperviseDecide(fd, notice, &reply);
    if (seen < 0) {
        super.unseen++;
    }
    DtsmSuperviseSent(seen != 0
            && ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply) == 0);
}

static void *
Run(void *unused)
{
    struct epoll_event events[EVENTS];
    int i, got, stop = 0;

    (void) unused;
    while (!stop && !super.failed) {
        got = epoll_wait(super.poll, events, EVENTS, DtsmSuperviseSweep());
        if (got < 0 && errno != EINTR) {
            super.failed = 1;
        }
        for (i = 0; i < got; i++) {
            int fd = (int) (unsigned) events[i].data.u64;

            switch (events[i].data.u64 >> 32) {
                case IS_SERVER: Admit(); break;
                case IS_JOINER: Take(fd); break;
                case IS_WAKE: stop = 1; break;
                default:
                    if (events[i].events & EPOLLIN) {
                        Serve(fd);
                    } else {
                        Drop(fd);
                    }
                    break;
            }
        }
    }
    DtsmSuperviseSettle();
    return NULL;
}

/*
 * HasKernel --
 *
 *      Since 5.9 a listener says that its last program has ended; replies
 *      that let a call go on came before that.
 */

static int
HasKernel(void)
{
    struct utsname name;
    char *end;
    long major;
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    struct seccomp_notif_sizes sizes;

    if (uname(&name) != 0) {
        return 0;
    }
    major = strtol(name.release, &end, 10);
    return (major > 5 || (major == 5 && *end == '.'
                    && strtol(end + 1, NULL, 10) >= 9))
            && DtsmpSyscall3(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
                    (long) (intptr_t) &action) == 0
            && DtsmpSyscall3(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0,
                    (long) (intptr_t) &sizes) == 0
            && sizes.seccomp_notif == sizeof(struct seccomp_notif)
            && sizes.seccomp_notif_resp == sizeof(struct seccomp_notif_resp);
}

static int
Listen(const char *file)
{
    struct sockaddr_un address;
    int folder = DtsmTraceSocketName(file, &address), fd, err;

    if (folder < TRACE_WHOLE_NAME) {
        errno = -folder;
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (fchmod(fd, 0600) != 0
            || bind(fd, (void *) &address, sizeof(address)) != 0
            || listen(fd, 128) != 0)) {
        err = errno;
        close(fd);
        errno = err;
        fd = -1;
    }
    err = errno;
    if (folder >= 0) {
        close(folder);
    }
    errno = err;
    return fd;
}

static void
CloseAll(void)
{
    int *all[] = {&super.server, &super.wake, &super.poll, &super.keeper};
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (*all[i] >= 0) {
            close(*all[i]);
        }
        *all[i] = -1;
    }
    if (super.shared != NULL) {
        munmap(super.shared, sizeof(*super.shared));
        super.shared = NULL;
    }
    free(super.kinds);
    super.kinds = NULL;
    Dtsm_Close(dtsmTraceMap);
    dtsmTraceMap = NULL;
}

int
DtsmSuperviseStart(const char *map, const char *log, const char *socket,
        const char *ask)
{
    struct rlimit files;
    sigset_t all, former;
    int err = 0;

    if (super.running) {
        return EBUSY;
    }
    if (!HasKernel()) {
        return ENOTSUP;
    }
    memset(&super, 0, sizeof(super));
    super.server = super.wake = super.poll = super.keeper = -1;
    super.limit = getrlimit(RLIMIT_NOFILE, &files) == 0
            && files.rlim_cur < 65536 ? (long) files.rlim_cur : 65536;
    super.kinds = calloc((size_t) super.limit, 1);
    super.shared = mmap(NULL, sizeof(*super.shared), PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (super.shared == MAP_FAILED || super.kinds == NULL) {
        super.shared = super.shared == MAP_FAILED ? NULL : super.shared;
        CloseAll();
        return ENOMEM;
    }
    super.shared->listener = -1;
    errno = 0;
    if (Dtsm_Open(map, DTSM_RDWR, &dtsmTraceMap) != DTSM_OK
            || (super.server = Listen(socket)) < 0
            || (super.wake = eventfd(0, EFD_CLOEXEC)) < 0
            || (super.poll = epoll_create1(EPOLL_CLOEXEC)) < 0
            || Watch(super.poll, super.server, IS_SERVER, EPOLLIN) != 0
            || Watch(super.poll, super.wake, IS_WAKE, EPOLLIN) != 0) {
        err = errno != 0 ? errno : EIO;
    } else {
        DtsmSuperviseSetLog(log);
        DtsmSuperviseSetAsk(ask);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &former);
        err = pthread_create(&super.thread, NULL, Run, NULL);
        pthread_sigmask(SIG_SETMASK, &former, NULL);
    }
    if (err != 0) {
        CloseAll();
    }
    super.running = err == 0;
    return err;
}

int
DtsmSuperviseJoined(int pid)
{
    int i, count = __atomic_load_n(&super.joinedCount, __ATOMIC_ACQUIRE);

    for (i = 0; i < count; i++) {
        if (super.joined[i] == pid) {
            return 1;
        }
    }
    return 0;
}

int64_t
DtsmSuperviseStop(void)
{
    uint64_t one = 1;
    int fd;

    if (!super.running) {
        return 0;
    }
    while (write(super.wake, &one, sizeof(one)) < 0 && errno == EINTR) {
        continue;
    }
    pthread_join(super.thread, NULL);
    super.running = 0;

    /*
     * Joiners that were told yes get their listener to the keeper; listeners
     * are left to it.
     */

    close(super.server);
    super.server = -1;
    for (fd = 0; fd < super.limit; fd++) {
        if (super.kinds[fd] == IS_JOINER) {
            Take(fd);
        }
    }
    for (fd = 0; fd < super.limit; fd++) {
        if (super.kinds[fd] == IS_LISTENER) {
            Drop(fd);
        }
    }
    CloseAll();
    return super.failed ? -1 : super.unseen;
}

#endif /* DTSM_SUPERVISES */
