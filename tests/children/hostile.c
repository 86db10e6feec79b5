/*
 * hostile.c --
 *
 *      Says what it should not to a session's sockets.
 *
 *      hostile send KIND COUNT     sends something that is no listener to the
 *                                  supervisor, COUNT times on one connection
 *                                  each
 *      hostile twice               sends one listener on two connections, and
 *                                  makes calls that it is told of
 *      hostile take                takes calls of a listener that it sent
 *      hostile hold COUNT READY GO holds connections, makes the file READY,
 *                                  waits for the file GO
 *      hostile late READY GO       is told yes, makes READY, and sends its
 *                                  listener when there is GO
 *      hostile ask COUNT SEED      garbage for the socket of questions
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 60             /* seconds, a safety net */
#define IN_A_ROW 50
#define MANY 40

static pid_t server;            /* who listens */

static void
Fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static int
Connect(const char *name, int type)
{
    struct timeval limit = {PATIENCE, 0};
    struct sockaddr_un address;
    struct ucred peer;
    socklen_t size = sizeof(peer);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    strncpy(address.sun_path, name, sizeof(address.sun_path) - 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (connect(fd, (void *) &address, sizeof(address)) != 0) {
        Fail(name);
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        server = peer.pid;
    }
    return fd;
}

/*
 * Joiner --
 *
 *      A connection to the supervisor on which it said yes.
 */

static int
Joiner(void)
{
    char name[4096], yes = 0;
    char *tail;
    int fd;

    snprintf(name, sizeof(name), "%s", getenv("DTSM_LOG"));
    tail = strrchr(name, '/');
    strcpy(tail + 1, "supervisor");
    fd = Connect(name, SOCK_SEQPACKET);
    if (recv(fd, &yes, 1, 0) != 1 || yes != '1') {
        Fail("no yes");
    }
    return fd;
}

static int
Send(int to, const void *bytes, size_t size, const int *fds, int count)
{
    struct iovec part = {(void *) (uintptr_t) bytes, size};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(MANY * sizeof(int))];
    struct cmsghdr *head = (void *) room;
    struct msghdr message;

    memset(&message, 0, sizeof(message));
    memset(room, 0, sizeof(room));
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count > 0) {
        message.msg_control = room;
        message.msg_controllen = CMSG_SPACE((size_t) count * sizeof(int));
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN((size_t) count * sizeof(int));
        memcpy(CMSG_DATA(head), fds, (size_t) count * sizeof(int));
    }
    return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/*
 * Listener --
 *
 *      A filter that tells of mkdir and getpgid, and its listener.
 */

static int
Listener(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 2, 0),
#ifdef SYS_mkdir
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 1, 0),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    };
    struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};
    long fd;

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
            SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    if (fd < 0) {
        Fail("listener");
    }
    return (int) fd;
}

static int
Descriptors(void)
{
    char name[64];
    DIR *dir;
    int count = 0;

    snprintf(name, sizeof(name), "/proc/%d/fd", (int) server);
    dir = opendir(name);
    while (dir != NULL && readdir(dir) != NULL) {
        count++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return count;
}

/*
 * IsQuiet --
 *
 *      Do all threads of the server sleep?
 */

static int
IsQuiet(void)
{
    char name[300], text[512], *at;
    struct dirent *entry;
    DIR *dir;
    int quiet = 1, fd;
    ssize_t got;

    snprintf(name, sizeof(name), "/proc/%d/task", (int) server);
    dir = opendir(name);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(name, sizeof(name), "/proc/%d/task/%s/stat", (int) server,
                entry->d_name);
        fd = open(name, O_RDONLY);
        got = fd < 0 || entry->d_name[0] == '.' ? 0
                : read(fd, text, sizeof(text) - 1);
        text[got > 0 ? got : 0] = '\0';
        at = strrchr(text, ')');
        quiet &= at == NULL || at[2] == 'S';
        close(fd);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return quiet;
}

/*
 * Settles --
 *
 *      The server comes to have so many descriptors, and to sleep.
 */

static void
Settles(int before)
{
    time_t end = time(NULL) + PATIENCE;
    int row = 0;

    while (Descriptors() > before && time(NULL) < end) {
        sched_yield();
    }
    while (row < IN_A_ROW && time(NULL) < end) {
        row = IsQuiet() ? row + 1 : 0;
        sched_yield();
    }
    /* One of before may have been about to be closed. */
    row = row == IN_A_ROW;
    printf("%s, %s\n", Descriptors() <= before ? "nothing kept" : "kept",
            row ? "quiet" : "busy");
}

static int
Bad(const char *kind, int joiner, int i)
{
    int fds[MANY], count = 1, ends[2], j, result;
    char bytes[5000];
    size_t size = 1;

    memset(bytes, '1', sizeof(bytes));
    if (pipe2(ends, O_CLOEXEC) != 0) {
        Fail("pipe");
    }
    fds[0] = ends[0];
    if (strcmp(kind, "garbage") == 0) {
        count = 0;
        size = 1 + (size_t) i * 37 % sizeof(bytes);
    } else if (strcmp(kind, "empty") == 0) {
        count = 0;
        size = 0;
    } else if (strcmp(kind, "file") == 0) {
        fds[0] = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    } else if (strcmp(kind, "device") == 0) {
        fds[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
    } else if (strcmp(kind, "memory") == 0) {
        fds[0] = memfd_create("anon_inode:seccomp notify", MFD_CLOEXEC);
    } else if (strcmp(kind, "pipe") == 0) {
        result = (int) write(ends[1], "x", 1);
    } else if (strcmp(kind, "two") == 0) {
        count = 2;
        fds[1] = ends[1];
    } else if (strcmp(kind, "many") == 0) {
        count = MANY;
        for (j = 1; j < count; j++) {
            fds[j] = ends[j & 1];
        }
    } else if (strcmp(kind, "self") == 0) {
        fds[0] = joiner;
    } else {
        errno = EINVAL;
        Fail(kind);
    }
    result = Send(joiner, bytes, size, fds, count);
    if (fds[0] != ends[0] && fds[0] != joiner) {
        close(fds[0]);
    }
    /* The pipe's writer stays open, so that its reader never ends. */
    close(ends[0]);
    return result;
}

static int
SendAll(const char *kind, int count)
{
    int i, joiner, before, refused = 0;
    char byte;

    close(Joiner());
    joiner = Joiner();
    close(joiner);
    before = Descriptors();
    for (i = 0; i < count; i++) {
        joiner = Joiner();
        if (Bad(kind, joiner, i) == 0) {
            refused += recv(joiner, &byte, 1, 0) <= 0 && errno != EAGAIN;
        }
        close(joiner);
        errno = 0;
    }
    printf("%d refused\n", refused);
    Settles(before);
    return 0;
}

static int
Twice(int take)
{
    int joiner[2], listener, i;
    struct seccomp_notif notice;
    struct seccomp_notif_resp reply;
    pid_t taker = 0;
    char yes;

    joiner[0] = Joiner();
    joiner[1] = Joiner();
    listener = Listener();
    if (take) {
        taker = fork();
        while (taker == 0) {
            memset(&notice, 0, sizeof(notice));
            memset(&reply, 0, sizeof(reply));
            if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) == 0) {
                reply.id = notice.id;
                reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
                ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
            } else if (errno != ENOENT && errno != EINTR) {
                _exit(0);
            }
        }
    }
    for (i = 0; i < 2; i++) {
        yes = 0;
        if (Send(joiner[i], "1", 1, &listener, 1) != 0
                || recv(joiner[i], &yes, 1, 0) != 1 || yes != '1') {
            Fail("refused");
        }
    }
    close(listener);
    for (i = 0; i < 500; i++) {
        if (syscall(SYS_getpgid, 0) < 0) {
            Fail("getpgid");
        }
    }
    printf("%d calls\n", i);
    if (taker > 0) {
        kill(taker, 9);
        waitpid(taker, NULL, 0);
    }
    return 0;
}

/*
 * Await, Tell --
 *
 *      Wait for a file that has something in it, and make one.
 */

static void
Await(const char *go)
{
    time_t end = time(NULL) + PATIENCE;
    struct stat st;

    while ((stat(go, &st) != 0 || st.st_size == 0) && time(NULL) < end) {
        sched_yield();
    }
}

static void
Tell(const char *ready)
{
    int fd = open(ready, O_WRONLY | O_CREAT, 0600);

    if (fd < 0 || write(fd, "x\n", 2) != 2) {
        Fail(ready);
    }
    close(fd);
}

static int
Late(const char *ready, const char *go)
{
    int joiner = Joiner(), listener = Listener(), result;
    char yes = '-';

    Tell(ready);
    Await(go);
    result = Send(joiner, "1", 1, &listener, 1);
    close(listener);
    if (result == 0) {
        result = (int) recv(joiner, &yes, 1, 0);
    }
    close(joiner);
    result = mkdir("ok/late", 0700);
    printf("%c %s\n", yes, result == 0 ? "made" : strerror(errno));
    return 0;
}

/*
 * Ask --
 *
 *      Messages of any form, whole or not, with descriptors or without.
 */

static int
Ask(int count, unsigned seed)
{
    const char *name = strchr(getenv("DTSM_ASK"), ':') + 1;
    unsigned char bytes[400];
    int ends[2], fds[4], i, fd;
    size_t size, j;

    for (i = 0; i < count; i++) {
        fd = Connect(name, SOCK_STREAM);
        size = (size_t) rand_r(&seed) % sizeof(bytes);
        for (j = 0; j < size; j++) {
            bytes[j] = (unsigned char) rand_r(&seed);
        }
        if (size > 4 && rand_r(&seed) % 2) {
            memset(bytes, 0, 4);
            bytes[0] = (unsigned char) (size - 4);
        }
        if (size > 5 && rand_r(&seed) % 2) {
            bytes[4] = '/';
        }
        if (pipe2(ends, O_CLOEXEC) != 0) {
            Fail("pipe");
        }
        fds[0] = fds[2] = ends[0];
        fds[1] = fds[3] = ends[1];
        Send(fd, bytes, size, fds, rand_r(&seed) % 3 ? 0 : 4);
        close(ends[0]);
        close(ends[1]);
        if (rand_r(&seed) % 2) {
            shutdown(fd, SHUT_WR);
        }
        close(fd);
    }
    printf("%d sent\n", count);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(what, "send") == 0 && argc > 3) {
        return SendAll(argv[2], atoi(argv[3]));
    }
    if (strcmp(what, "twice") == 0 || strcmp(what, "take") == 0) {
        return Twice(*++what == 'a');
    }
    if (strcmp(what, "hold") == 0 && argc > 4) {
        for (i = 0; i < atoi(argv[2]); i++) {
            Joiner();
        }
        Tell(argv[3]);
        Await(argv[4]);
        return 0;
    }
    if (strcmp(what, "late") == 0 && argc > 3) {
        return Late(argv[2], argv[3]);
    }
    if (strcmp(what, "ask") == 0 && argc > 3) {
        return Ask(atoi(argv[2]), (unsigned) strtoul(argv[3], NULL, 10));
    }
    return 1;
}
