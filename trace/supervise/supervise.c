/*
 * supervise.c --
 *
 *      The supervisor: the thread that serves listeners.
 *
 * Any process of our user may connect and send whatever it likes: what is no
 * listener is closed and its sender hung up on.  The thread never waits for a
 * peer.  The keeper (superviseKeep.h, K1 and K2) starts when the first
 * joiner comes: most sessions have none, and a fork makes dtsm pay for each
 * page that it writes afterwards.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"
#include "superviseKeep.h"

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

#include <poll.h>
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
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#   define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#   define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1
#endif

#define EVENTS 16
#define DEAF_MS 50              /* to wait for a descriptor */
#define PATIENCE 5              /* seconds for the thread to end */
#define SPARE_FDS 64            /* left for the rest of this process */
#define FIRST_JOINERS 8

static struct {
    int running, failed;
    int stuck;                          /* the thread does not end */
    int deaf;                           /* no descriptors for joiners */
    int server, wake, poll, keeper;
    int count;                          /* joiners and listeners */
    unsigned char *kinds;               /* of each descriptor that we hold */
    long limit;
    int64_t unseen;
    int joined[FIRST_JOINERS], joinedCount;
    pthread_t thread;
    DtsmSuperviseShared *shared;
} super;

enum { IS_NONE, IS_SERVER, IS_WAKE, IS_KEEPER, IS_JOINER, IS_LISTENER };

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
 * Hear --
 *
 *      Whether joiners are let in.
 */

static void
Hear(int hear)
{
    struct epoll_event event;

    memset(&event, 0, sizeof(event));
    event.events = hear ? EPOLLIN : 0;
    event.data.u64 = (uint64_t) IS_SERVER << 32 | (unsigned) super.server;
    epoll_ctl(super.poll, EPOLL_CTL_MOD, super.server, &event);
    super.deaf = !hear;
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
    super.count++;
    return 1;
}

static void
Drop(int fd)
{
    if (fd < super.limit && super.kinds[fd] != IS_NONE) {
        super.count--;
        super.kinds[fd] = IS_NONE;
        epoll_ctl(super.poll, EPOLL_CTL_DEL, fd, NULL);
    }
    close(fd);
    if (super.deaf) {
        Hear(1);
    }
}

/*
 * HangUp --
 *
 *      The keeper's copy of a connection ends with it.
 */

static void
HangUp(int joiner)
{
    shutdown(joiner, SHUT_RDWR);
    Drop(joiner);
}

static const int keeperKinds[] = {
    [IS_JOINER] = SUPERVISE_JOINER, [IS_LISTENER] = SUPERVISE_LISTENER
};

/*
 * StartKeeper --
 *
 *      A keeper, which gets all that we hold.  If there was one, it is gone, or
 *      takes nothing.
 */

static int
StartKeeper(void)
{
    int fd, result = -1;

    if (super.keeper >= 0) {
        epoll_ctl(super.poll, EPOLL_CTL_DEL, super.keeper, NULL);
        DtsmSuperviseEndKeeper(super.keeper);
        close(super.keeper);
    }
    super.keeper = DtsmSuperviseKeep(super.shared, (int) super.limit);
    if (super.keeper >= 0) {
        result = Watch(super.poll, super.keeper, IS_KEEPER, 0);
    }
    for (fd = 0; fd < super.limit && result == 0; fd++) {
        if (super.kinds[fd] != IS_NONE) {
            result = DtsmSuperviseGive(super.keeper,
                    keeperKinds[super.kinds[fd]], fd);
        }
    }
    return result == 0;
}

/*
 * Entrust --
 *
 *      Give the keeper what we hold (K2).
 */

static int
Entrust(int fd)
{
    int result = super.keeper < 0 ? -EPIPE : DtsmSuperviseGive(super.keeper,
            keeperKinds[super.kinds[fd]], fd);

    return result == 0 || StartKeeper();
}

/*
 * Admit --
 *
 *      A process connects.  One that may not, or that comes when there is no
 *      descriptor left, is hung up on.
 */

static void
Admit(void)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    char yes = SUPERVISE_YES;
    int fd = accept4(super.server, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS
                || errno == ENOMEM) {
            Hear(0);            /* until there is one */
        }
        return;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0
            || (peer.uid != geteuid() && peer.uid != 0)
            || super.count + SPARE_FDS > super.limit
            || !Hold(fd, IS_JOINER) || !Entrust(fd)
            || send(fd, &yes, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) {
        HangUp(fd);
    }
}

static void
Remember(int joiner)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (super.joinedCount < FIRST_JOINERS && getsockopt(joiner, SOL_SOCKET,
            SO_PEERCRED, &peer, &size) == 0) {
        super.joined[super.joinedCount] = peer.pid;
        __atomic_store_n(&super.joinedCount, super.joinedCount + 1,
                __ATOMIC_RELEASE);
    }
}

/*
 * Take --
 *
 *      A joiner sends its listener, or is gone.  A listener that we cannot
 *      serve is the keeper's, which lets its calls pass.
 */

static void
Take(int joiner)
{
    uint64_t flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;
    char byte, answer = SUPERVISE_YES;
    int fd = DtsmSuperviseTake(joiner, MSG_PEEK);

    if (fd == SUPERVISE_NOTHING) {
        return;
    }
    if (fd < 0) {
        HangUp(joiner);
        return;
    }
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags);
    if (Hold(fd, IS_LISTENER)) {
        Entrust(fd);                                            /* K2 */
        Remember(joiner);
    } else {
        answer = SUPERVISE_NO;
        super.unseen++;
        DtsmSuperviseGive(super.keeper, SUPERVISE_PASSES, fd);
        close(fd);
    }
    if (recv(joiner, &byte, 1, MSG_DONTWAIT) == 1) {    /* is ours now */
        send(joiner, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
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

/*
 * Attend --
 *
 *      An event of a joiner or a listener.  An event before it may have closed
 *      it, and its number may be another's: what counts is what it is now.  To
 *      take a call that is not there would be to wait for one.
 */

static void
Attend(int fd)
{
    int ready;

    if (super.kinds[fd] == IS_JOINER) {
        Take(fd);
    } else if (super.kinds[fd] == IS_LISTENER) {
        ready = DtsmSuperviseReady(fd);
        if (ready & POLLIN) {
            Serve(fd);
        } else if (ready != 0) {
            Drop(fd);
        }
    }
}

/*
 * LetGo --
 *
 *      Let the keeper take over though this process lives on.
 */

static void
LetGo(void)
{
    if (super.keeper >= 0) {
        shutdown(super.keeper, SHUT_RDWR);
    }
}

static void *
Run(void *unused)
{
    struct epoll_event events[EVENTS];
    int i, got, wait, stop = 0;

    (void) unused;
    while (!stop && !super.failed) {
        wait = DtsmSuperviseSweep();
        if (super.deaf && (wait < 0 || wait > DEAF_MS)) {
            wait = DEAF_MS;
        }
        got = epoll_wait(super.poll, events, EVENTS, wait);
        if (got < 0 && errno != EINTR) {
            super.failed = 1;
        }
        if (got == 0 && super.deaf) {
            Hear(1);
        }
        for (i = 0; i < got; i++) {
            switch (events[i].data.u64 >> 32) {
                case IS_SERVER: Admit(); break;
                case IS_WAKE: stop = 1; break;
                case IS_KEEPER: StartKeeper(); break;
                default: Attend((int) (unsigned) events[i].data.u64); break;
            }
        }
    }
    DtsmSuperviseSettle();
    if (super.failed) {
        LetGo();
    }
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

/*
 * Join --
 *
 *      The thread's end, which only what it looks at can hold up: a file
 *      system that does not answer, or a listener whose calls another process
 *      takes.  Then it is left behind, with all that it uses.
 */

static int
Join(void)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    return pthread_timedjoin_np(super.thread, NULL, &end) == 0;
}

int64_t
DtsmSuperviseStop(void)
{
    uint64_t one = 1;
    int fd;

    if (!super.running || super.stuck) {
        return super.stuck ? -1 : 0;
    }
    while (write(super.wake, &one, sizeof(one)) < 0 && errno == EINTR) {
        continue;
    }
    if (!Join()) {
        super.stuck = 1;
        LetGo();
        return -1;
    }
    super.running = 0;

    /*
     * The keeper has what we hold as well (K2).
     */

    for (fd = 0; fd < super.limit; fd++) {
        if (super.kinds[fd] != IS_NONE) {
            Drop(fd);
        }
    }
    CloseAll();
    return super.failed ? -1 : super.unseen;
}

#endif /* DTSM_SUPERVISES */
