/*
 * superviseKeep.c --
 *
 *      The keeper: a process that stands in for the supervisor's thread.
 *
 * A listener that nobody holds makes every call under its filter fail with
 * ENOSYS.  So the keeper holds a copy of each, and of each connection on which
 * one may still come.  It sleeps until the thread is gone, whether the session
 * ended or was killed, and then lets every call pass, until the last
 * supervised program, and the last that is about to be one, has ended.
 *
 * It was forked from a process with threads, so it makes system calls and
 * nothing else.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeProc.h"
#include "judgeScratch.h"
#include "superviseKeep.h"

#ifdef DTSM_SUPERVISES

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#define EVENTS 16
#define PATIENCE 1              /* seconds to wait for room in its socket */

typedef struct Message {
    int kind, number;
} Message;

/*
 * What the keeper holds.  number is the thread's for a listener.
 */

typedef struct Kept {
    int fd, kind, number;
} Kept;

static struct {
    int poll, count, room;
    int gone;                   /* the thread is */
    pid_t pid;                  /* the keeper's; known to the thread alone */
    Kept *list;
    const DtsmSuperviseShared *shared;
} keep;

/*
 * One descriptor as one message.
 */

typedef union Control {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
} Control;

static void
Prepare(struct msghdr *message, struct iovec *part, void *bytes, size_t size,
        Control *control)
{
    memset(message, 0, sizeof(*message));
    memset(control, 0, sizeof(*control));
    part->iov_base = bytes;
    part->iov_len = size;
    message->msg_iov = part;
    message->msg_iovlen = 1;
    message->msg_control = control;
    message->msg_controllen = sizeof(control->room);
}

int
DtsmSuperviseGive(int to, int kind, int fd)
{
    Message what = {kind, fd};
    struct msghdr message;
    struct iovec part;
    Control control;

    Prepare(&message, &part, &what, sizeof(what), &control);
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/*
 * Receive --
 *
 *      There is room for one descriptor: the kernel closes others, and says
 *      so.
 */

static int
Receive(int from, void *bytes, size_t size, int flags)
{
    struct msghdr message;
    struct iovec part;
    Control control;
    ssize_t got;
    int fd;

    Prepare(&message, &part, bytes, size, &control);
    message.msg_controllen = CMSG_LEN(sizeof(int));
    got = recvmsg(from, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT | flags);
    if (got <= 0) {
        return got < 0 && (errno == EAGAIN || errno == EINTR)
                ? SUPERVISE_NOTHING : SUPERVISE_END;
    }
    if (message.msg_controllen < CMSG_LEN(sizeof(int))
            || control.head.cmsg_level != SOL_SOCKET
            || control.head.cmsg_type != SCM_RIGHTS) {
        return SUPERVISE_NO_FD;
    }
    memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
    if (message.msg_flags & MSG_CTRUNC) {
        close(fd);
        return SUPERVISE_NO_FD;
    }
    return fd;
}

/*
 * IsListener --
 *
 *      Nothing else has a name like that, and to ask for it does nothing to a
 *      stranger's device, as a call of ioctl may.
 */

static int
IsListener(int fd)
{
    static const char wanted[] = "anon_inode:seccomp notify";
    char name[48], text[sizeof(wanted) + 1];

    return DtsmTraceFdName("/proc/self/fd/", fd, name, sizeof(name)) > 0
            && DtsmpSysReadlink(name, text, sizeof(text))
                    == (long) sizeof(wanted) - 1
            && memcmp(text, wanted, sizeof(wanted) - 1) == 0;
}

int
DtsmSuperviseTake(int joiner, int flags)
{
    char byte;
    int fd = Receive(joiner, &byte, 1, flags);

    if (fd >= 0 && !IsListener(fd)) {
        close(fd);
        fd = SUPERVISE_NO_FD;
    }
    return fd;
}

int
DtsmSuperviseReady(int fd)
{
    struct pollfd ready = {fd, POLLIN, 0};

    return poll(&ready, 1, 0) == 1 ? ready.revents : 0;
}

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
 * Wake --
 *
 *      From here on a descriptor's events are the keeper's.
 */

static void
Wake(const Kept *kept)
{
    struct epoll_event event;

    memset(&event, 0, sizeof(event));
    event.events = EPOLLIN;
    event.data.fd = kept->fd;
    epoll_ctl(keep.poll, EPOLL_CTL_MOD, kept->fd, &event);
}

static void
Add(int fd, int kind, int number)
{
    struct epoll_event event;
    Kept *kept = &keep.list[keep.count];

    memset(&event, 0, sizeof(event));
    event.data.fd = fd;                 /* hangs up, nothing else yet */
    if (keep.count == keep.room
            || epoll_ctl(keep.poll, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return;
    }
    kept->fd = fd;
    kept->kind = kind;
    kept->number = number;
    keep.count++;
    if (keep.gone || kind == SUPERVISE_PASSES) {
        Wake(kept);
    }
}

static void
Remove(Kept *kept)
{
    epoll_ctl(keep.poll, EPOLL_CTL_DEL, kept->fd, NULL);
    close(kept->fd);
    *kept = keep.list[--keep.count];
}

/*
 * TakeOver --
 *
 *      The thread is gone: from here on what it had wants to be served.  Of
 *      a listener whose number was used twice the later is the one; an id
 *      that is not under way is refused by the kernel.
 */

static void
TakeOver(void)
{
    int i;

    keep.gone = 1;
    for (i = 0; i < keep.count; i++) {
        if (keep.list[i].kind != SUPERVISE_JOINER
                && keep.list[i].number == keep.shared->listener) {
            LetPass(keep.list[i].fd, keep.shared->notice.id);
        }
        Wake(&keep.list[i]);
    }
}

/*
 * Attend --
 *
 *      An event of what we hold.
 */

static void
Attend(Kept *kept)
{
    int ready = DtsmSuperviseReady(kept->fd), fd;
    struct seccomp_notif notice;
    char yes = SUPERVISE_YES;

    if ((ready & POLLIN) && kept->kind == SUPERVISE_JOINER) {
        fd = keep.gone ? DtsmSuperviseTake(kept->fd, 0) : SUPERVISE_END;
        if (fd >= 0) {
            send(kept->fd, &yes, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        if (fd != SUPERVISE_NOTHING) {
            Remove(kept);
        }
        if (fd >= 0) {
            Add(fd, SUPERVISE_LISTENER, -1);
        }
    } else if (ready & POLLIN) {
        memset(&notice, 0, sizeof(notice));
        if (ioctl(kept->fd, SECCOMP_IOCTL_NOTIF_RECV, &notice) == 0) {
            LetPass(kept->fd, notice.id);
        }
    } else if (ready & (POLLHUP | POLLERR | POLLNVAL)) {
        Remove(kept);
    }
}

static void
Keep(int from)
{
    struct epoll_event events[EVENTS];
    int got, i, j;

    keep.poll = epoll_create1(EPOLL_CLOEXEC);
    memset(events, 0, sizeof(events));
    events[0].events = EPOLLIN;
    events[0].data.fd = from;
    epoll_ctl(keep.poll, EPOLL_CTL_ADD, from, &events[0]);
    while (!keep.gone || keep.count > 0) {
        got = epoll_wait(keep.poll, events, EVENTS, -1);
        for (i = 0; i < got; i++) {
            int fd = events[i].data.fd;

            if (fd == from && !keep.gone) {
                Message what = {0, -1};
                int given = Receive(from, &what, sizeof(what), 0);

                if (given >= 0) {
                    Add(given, what.kind, what.number);
                } else if (given == SUPERVISE_END) {
                    close(from);
                    TakeOver();
                }
                continue;
            }
            for (j = 0; j < keep.count && keep.list[j].fd != fd; j++) {
                continue;
            }
            if (j < keep.count) {
                Attend(&keep.list[j]);
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
 * Detach --
 *
 *      In the child of vfork: become a process with no parent, terminal or
 *      pipe of ours.  Of the two forks that this takes only the keeper's
 *      copies our memory, by a bare call: libc's would run handlers in memory
 *      that is not ours.
 */

static void
Detach(int from)
{
    setsid();
    keep.pid = (pid_t) syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
    if (keep.pid == 0) {
        dup2(from, 0);
        CloseFrom(1, keep.room);
        if (chdir("/") == 0) {
            Keep(0);
        }
    }
    _exit(0);
}

void
DtsmSuperviseEndKeeper(int to)
{
    if (keep.pid > 0 && !(DtsmSuperviseReady(to) & POLLHUP)) {
        kill(keep.pid, SIGKILL);
    }
}

int
DtsmSuperviseKeep(const DtsmSuperviseShared *shared, int room)
{
    struct timeval patience = {PATIENCE, 0};
    size_t bytes = (size_t) room * sizeof(Kept);
    sigset_t all, former;
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    memset(&keep, 0, sizeof(keep));
    keep.shared = shared;
    keep.room = room;
    keep.list = DtsmTraceMapRoom(bytes);
    if (keep.list == NULL) {
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    pid = vfork();
    if (pid == 0) {
        Detach(ends[1]);
    }
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    DtsmTraceUnmapRoom(keep.list, bytes);
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

#endif /* DTSM_SUPERVISES */
