/*
 * asker.c --
 *
 *      A client of a dtsm::listen socket, well-behaved or not.  Prints the
 *      byte that it gets, or "none".
 *
 *      asker SOCKET ask TEXT       a whole message
 *                   hex DIGITS     the same, of these bytes
 *                   slowly TEXT    one byte at a time
 *                   long N         a head that says N, and at most 65535 bytes
 *                   half N         the first N bytes of a message of 4
 *                   hold N         the same, then waits for a line of input
 *                   leave TEXT     a whole message, and is gone
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BODY_MAX 65535

static unsigned char message[4 + BODY_MAX];

static void
Head(size_t len)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        message[i] = (unsigned char) (len >> 8 * i);
    }
}

static void
Put(int fd, size_t from, size_t count)
{
    while (count > 0) {
        ssize_t sent = write(fd, message + from, count);

        if (sent <= 0) {
            return;                     /* it does not want any more */
        }
        from += (size_t) sent;
        count -= (size_t) sent;
    }
}

/*
 * Compose --
 *
 *      The whole message of a text.
 *
 * Returns:
 *      The length of its body.
 */

static size_t
Compose(const char *how, const char *text)
{
    size_t len = strlen(text), i;

    memset(message + 4, 'x', BODY_MAX);
    if (strcmp(how, "hex") == 0) {
        len /= 2;
        for (i = 0; i < len; i++) {
            unsigned byte = 0;

            sscanf(text + 2 * i, "%2x", &byte);
            message[4 + i] = (unsigned char) byte;
        }
    } else {
        memcpy(message + 4, text, len);
    }
    Head(len);
    return len;
}

/*
 * Say --
 *
 *      Send the message, or what is to be sent of it; 0 to leave at once.
 */

static int
Say(int fd, const char *how, const char *text)
{
    size_t len = Compose(how, text), i;

    if (strcmp(how, "slowly") == 0) {
        for (i = 0; i < 4 + len; i++) {
            Put(fd, i, 1);
        }
    } else if (strcmp(how, "long") == 0) {
        size_t said = strtoul(text, NULL, 10);

        memcpy(message + 4, "xxxxxxxxxx", 10);
        Head(said);
        Put(fd, 0, 4 + (said < BODY_MAX ? said : BODY_MAX));
    } else if (strcmp(how, "half") == 0 || strcmp(how, "hold") == 0) {
        Head(4);
        Put(fd, 0, strtoul(text, NULL, 10));
        if (strcmp(how, "hold") == 0) {
            getchar();
        }
        shutdown(fd, SHUT_WR);
    } else {
        Put(fd, 0, 4 + len);
    }
    return strcmp(how, "leave") != 0;
}

int
main(int argc, char **argv)
{
    struct sockaddr_un address;
    char answer;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN);
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    if (argc != 4 || strlen(argv[1]) >= sizeof(address.sun_path)
            || strlen(argv[3]) > BODY_MAX) {
        fprintf(stderr, "usage: asker socket how text\n");
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    if (connect(fd, (void *) &address, sizeof(address)) != 0) {
        puts("none");
        return 0;
    }
    if (!Say(fd, argv[2], argv[3])) {
        return 0;
    }
    if (read(fd, &answer, 1) == 1) {
        printf("%c\n", answer);
    } else {
        puts("none");
    }
    return 0;
}
