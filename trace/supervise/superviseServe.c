/*
 * superviseServe.c --
 *
 *      The supervisor's thread: it lets joiners in and serves their listeners.
 *
 * Any process of our user may connect and send whatever it likes: what is no
 * listener is closed and its sender hung up on.  The thread never waits for a
 * peer.  The keeper (superviseKeep.h, K1 and K2) starts when the first
 * joiner comes: most sessions have none, and a fork makes dtsm pay for each
 * page that it writes afterwards.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "superviseServe.h"

#ifdef DTSM_SUPERVISES

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#   define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#   define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1
#endif

#define EVENTS 16
#define DEAF_MS 50              /* to wait for a descriptor */
#define SPARE_FDS 64            /* left for the rest of this process */

DtsmSuperviseState dtsmSuper;

int
DtsmSuperviseWatch(int fd, int kind, uint32_t events)
{
    struct epoll_event event;

    memset(&event, 0, sizeof(event));
    event.events = events;
    event.data.u64 = (uint64_t) kind << 32 | (unsigned) fd;
    return epoll_ctl(dtsmSuper.poll, EPOLL_CTL_ADD, fd, &event);
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
    event.data.u64 = (uint64_t) IS_SERVER << 32 | (unsigned) dtsmSuper.server;
    epoll_ctl(dtsmSuper.poll, EPOLL_CTL_MOD, dtsmSuper.server, &event);
    dtsmSuper.deaf = !hear;
}

/*
 * Hold, DtsmSuperviseDrop --
 *
 *      Note what a descriptor is, and close it.  A closed one that the other
 *      process still holds would go on giving events.
 */

static int
Hold(int fd, int kind)
{
    if (fd >= dtsmSuper.limit
            || DtsmSuperviseWatch(fd, kind, EPOLLIN) != 0) {
        return 0;
    }
    dtsmSuper.kinds[fd] = (unsigned char) kind;
    dtsmSuper.count++;
    return 1;
}

void
DtsmSuperviseDrop(int fd)
{
    if (fd < dtsmSuper.limit && dtsmSuper.kinds[fd] != IS_NONE) {
        dtsmSuper.count--;
        dtsmSuper.kinds[fd] = IS_NONE;
        epoll_ctl(dtsmSuper.poll, EPOLL_CTL_DEL, fd, NULL);
    }
    close(fd);
    if (dtsmSuper.deaf) {
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
    DtsmSuperviseDrop(joiner);
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

    if (dtsmSuper.keeper >= 0) {
        epoll_ctl(dtsmSuper.poll, EPOLL_CTL_DEL, dtsmSuper.keeper, NULL);
        DtsmSuperviseEndKeeper(dtsmSuper.keeper);
        close(dtsmSuper.keeper);
    }
    dtsmSuper.keeper = DtsmSuperviseKeep(dtsmSuper.shared,
            (int) dtsmSuper.limit);
    if (dtsmSuper.keeper >= 0) {
        result = DtsmSuperviseWatch(dtsmSuper.keeper, IS_KEEPER, 0);
    }
    for (fd = 0; fd < dtsmSuper.limit && result == 0; fd++) {
        if (dtsmSuper.kinds[fd] != IS_NONE) {
            result = DtsmSuperviseGive(dtsmSuper.keeper,
                    keeperKinds[dtsmSuper.kinds[fd]], fd);
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
    int result = dtsmSuper.keeper < 0 ? -EPIPE
            : DtsmSuperviseGive(dtsmSuper.keeper,
                    keeperKinds[dtsmSuper.kinds[fd]], fd);

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
    int fd = accept4(dtsmSuper.server, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS
                || errno == ENOMEM) {
            Hear(0);            /* until there is one */
        }
        return;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0
            || (peer.uid != geteuid() && peer.uid != 0)
            || dtsmSuper.count + SPARE_FDS > dtsmSuper.limit
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

    if (dtsmSuper.joinedCount < FIRST_JOINERS && getsockopt(joiner, SOL_SOCKET,
            SO_PEERCRED, &peer, &size) == 0) {
        dtsmSuper.joined[dtsmSuper.joinedCount] = peer.pid;
        __atomic_store_n(&dtsmSuper.joinedCount, dtsmSuper.joinedCount + 1,
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
        dtsmSuper.unseen++;
        DtsmSuperviseGive(dtsmSuper.keeper, SUPERVISE_PASSES, fd);
        close(fd);
    }
    if (recv(joiner, &byte, 1, MSG_DONTWAIT) == 1) {    /* is ours now */
        send(joiner, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    DtsmSuperviseDrop(joiner);
}

static void
Serve(int fd)
{
    struct seccomp_notif *notice = &dtsmSuper.shared->notice;
    struct seccomp_notif_resp reply;
    int seen;

    memset(notice, 0, sizeof(*notice));
    __atomic_store_n(&dtsmSuper.shared->listener, fd, __ATOMIC_SEQ_CST);
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, notice) != 0) {
        return;
    }
    seen = DtsmSuperviseDecide(fd, notice, &reply);
    if (seen < 0) {
        dtsmSuper.unseen++;
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

    if (dtsmSuper.kinds[fd] == IS_JOINER) {
        Take(fd);
    } else if (dtsmSuper.kinds[fd] == IS_LISTENER) {
        ready = DtsmSuperviseReady(fd);
        if (ready & POLLIN) {
            Serve(fd);
        } else if (ready != 0) {
            DtsmSuperviseDrop(fd);
        }
    }
}

void
DtsmSuperviseLetGo(void)
{
    if (dtsmSuper.keeper >= 0) {
        shutdown(dtsmSuper.keeper, SHUT_RDWR);
    }
}

void *
DtsmSuperviseServe(void *unused)
{
    struct epoll_event events[EVENTS];
    int i, got, wait, stop = 0;

    (void) unused;
    DtsmSubjectAim(&dtsmSuperviseTarget);
    while (!stop && !dtsmSuper.failed) {
        wait = DtsmSuperviseSweep();
        if (dtsmSuper.deaf && (wait < 0 || wait > DEAF_MS)) {
            wait = DEAF_MS;
        }
        got = epoll_wait(dtsmSuper.poll, events, EVENTS, wait);
        if (got < 0 && errno != EINTR) {
            dtsmSuper.failed = 1;
        }
        if (got == 0 && dtsmSuper.deaf) {
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
    if (dtsmSuper.failed) {
        DtsmSuperviseLetGo();
    }
    return NULL;
}

#endif /* DTSM_SUPERVISES */
