/*
 * socket.c --
 *
 *      A server over a Unix socket, as trace mode asks one: one process that
 *      holds the private table; each client keeps its connection and sends
 *      a length and a path for each question.  Both run on one processor:
 *      waking another one takes several times as long.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../bench.h"

#define CLIENTS     64
#define MESSAGE     1024

typedef struct Question {       /* value 0: a search */
    uint16_t len;
    uint16_t value;
    char path[MESSAGE];
} Question;

#define QUESTION_HEAD offsetof(Question, path)

static pid_t server;
static int connection = -1;
static char name[4096];

/*
 * Serve --
 *
 *      Answer until the maker dies.  Each message of SOCK_SEQPACKET is one
 *      question, so nothing has to be put together.
 */

static void
Serve(int listener, size_t pathCount)
{
    struct pollfd polled[CLIENTS];
    nfds_t count = 1, i;

    benchPrivate.open(NULL, pathCount);
    polled[0].fd = listener;
    polled[0].events = POLLIN;
    while (poll(polled, count, -1) > 0) {
        for (i = count; i-- > 1;) {
            Question question;
            ssize_t got;
            uint16_t answer;

            if (polled[i].revents == 0) {
                continue;
            }
            got = recv(polled[i].fd, &question, sizeof(question), 0);
            if (got < (ssize_t) QUESTION_HEAD) {
                close(polled[i].fd);
                polled[i] = polled[--count];
                continue;
            }
            if (question.value != 0) {
                benchPrivate.insert(question.path, question.len,
                        question.value);
            }
            answer = (uint16_t) benchPrivate.search(question.path,
                    question.len);
            send(polled[i].fd, &answer, sizeof(answer), MSG_NOSIGNAL);
        }
        if (polled[0].revents != 0 && count < CLIENTS) {
            polled[count].fd = accept(listener, NULL, NULL);
            polled[count].events = POLLIN;
            count += polled[count].fd >= 0;
        }
    }
    _exit(0);
}

static int
Address(const char *dir, struct sockaddr_un *address)
{
    snprintf(name, sizeof(name), "%s/socket", dir);
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (strlen(name) >= sizeof(address->sun_path)) {
        return 1;
    }
    memcpy(address->sun_path, name, strlen(name));
    return 0;
}

static int
Attach(const char *dir, int writable)
{
    struct sockaddr_un address;

    (void) writable;
    connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return connection < 0 || Address(dir, &address) != 0
            || connect(connection, (struct sockaddr *) &address,
                    sizeof(address)) != 0;
}

static int
Open(const char *dir, size_t pathCount)
{
    struct sockaddr_un address;
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET((size_t) sched_getcpu(), &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    if (listener < 0 || Address(dir, &address) != 0
            || bind(listener, (struct sockaddr *) &address,
                    sizeof(address)) != 0
            || listen(listener, CLIENTS) != 0) {
        return 1;
    }
    server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        Serve(listener, pathCount);
    }
    close(listener);
    return server < 0 || Attach(dir, 1) != 0;
}

static int
Ask(const char *path, size_t len, unsigned value)
{
    Question question;
    uint16_t answer;

    if (len > sizeof(question.path)) {
        return -1;
    }
    question.len = (uint16_t) len;
    question.value = (uint16_t) value;
    memcpy(question.path, path, len);
    if (send(connection, &question, QUESTION_HEAD + len, MSG_NOSIGNAL) < 0
            || recv(connection, &answer, sizeof(answer), 0)
                != sizeof(answer)) {
        return -1;
    }
    return answer;
}

static int
Insert(const char *path, size_t len, unsigned value)
{
    return Ask(path, len, value) != (int) value;
}

static int
Search(const char *path, size_t len)
{
    return Ask(path, len, 0);
}

static void
Size(uint64_t *allPtr, uint64_t *indexPtr)
{
    *allPtr = *indexPtr = 0;
}

static void
Detach(void)
{
    close(connection);
}

static void
Close(void)
{
    close(connection);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(name);
}

const BenchPeer benchSocket = {
    .name = "socket", .can = BENCH_SHARED, .every = 20, .open = Open,
    .insert = Insert, .search = Search, .size = Size, .close = Close,
    .attach = Attach, .detach = Detach
};
