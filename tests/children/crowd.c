/*
 * crowd.c --
 *
 *      Many that ask a session's server at once, or wrongly.
 *
 *      crowd ask N DIRECTORY      N questions, all before the first answer is
 *                              read; prints how many got each answer
 *      crowd silent N DIRECTORY   N connections that say half a word, then one
 *                              question
 *      crowd odd SEED DIRECTORY   messages that are no questions, then one
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 3000
#define PATIENCE_S 60           /* a net: nothing waits for so long */

static int
Connect(void)
{
    const char *ask = getenv("DTSM_ASK");
    struct sockaddr_un address;
    struct timeval patience = { PATIENCE_S, 0 };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    ask = ask == NULL ? "" : strchr(ask, ':') + 1;
    strncpy(address.sun_path, ask, sizeof address.sun_path - 1);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address)
            != 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static void
Say(int fd, const char *text, size_t len)
{
    unsigned char head[4];
    int i;

    for (i = 0; i < 4; i++) {
        head[i] = (unsigned char) (len >> 8 * i);
    }
    /*
     * A server may hang up on a length that is none.
     */

    if ((write(fd, head, sizeof head) < 0 || write(fd, text, len) < 0)
            && errno != EPIPE) {
        perror("write");
    }
}

static int
Answer(int fd)
{
    char byte = '-';

    if (read(fd, &byte, 1) != 1) {
        byte = '-';
    }
    close(fd);
    return byte;
}

static int
Question(const char *directory, int number)
{
    char path[4096];
    int fd = Connect();

    snprintf(path, sizeof path, "%s/%d", directory, number);
    Say(fd, path, strlen(path));
    return fd;
}

/*
 * Odd --
 *
 *      Something that is no question; the seed says what.
 */

static void
Odd(unsigned *seed)
{
    static const char *const texts[] = {
        "abc", "", "/a\0b", "a/b", "../x", "\n", "@T", "//", "/{[exit]$x\"\\"
    };
    static const unsigned char sizes[] = {3, 0, 4, 3, 4, 1, 2, 2, 12};
    char noise[200];
    size_t i, which = (size_t) (rand_r(seed) % 12);
    int fd = Connect();

    if (which < sizeof texts / sizeof texts[0]) {
        Say(fd, texts[which], sizes[which]);
    } else {
        for (i = 0; i < sizeof noise; i++) {
            noise[i] = (char) rand_r(seed);
        }
        if (noise[0] == '/') {
            noise[0] = '.';             /* that could be a question */
        }
        if (which == 9) {
            Say(fd, noise, sizeof noise);
        } else if (write(fd, noise, which == 10 ? 3 : sizeof noise) < 0
                && errno != EPIPE) {
            perror("noise");
        }
    }
    close(fd);
}

int
main(int argc, char **argv)
{
    static int fds[MOST];
    struct rlimit limit;
    int counts[128] = {0};
    int count, i;
    unsigned seed;

    if (argc != 4 || (count = atoi(argv[2])) < 0) {
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (!strcmp(argv[1], "ask")) {
        for (i = 0; i < count && i < MOST; i++) {
            fds[i] = Question(argv[3], i);
        }
        for (i = 0; i < count && i < MOST; i++) {
            counts[Answer(fds[i]) & 127]++;
        }
    } else if (!strcmp(argv[1], "silent")) {
        for (i = 0; i < count && i < MOST; i++) {
            fds[i] = Connect();
            if (write(fds[i], "\020", 1) < 0) {
                perror("silent");
            }
        }
        counts[Answer(Question(argv[3], 0)) & 127]++;
    } else {
        seed = (unsigned) count;
        for (i = 0; i < 200; i++) {
            Odd(&seed);
        }
        counts[Answer(Question(argv[3], 0)) & 127]++;
    }
    for (i = 0; i < 128; i++) {
        if (counts[i] > 0) {
            printf("%c %d\n", i, counts[i]);
        }
    }
    return 0;
}
