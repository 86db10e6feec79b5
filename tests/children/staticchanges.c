/*
 * staticchanges.c --
 *
 *      A static program that changes a symlink, and what it does then.
 *
 *      staticchanges turn LINK A B   at each byte of standard input the
 *                                    symlink is turned to B, to A, to B ...
 *      staticchanges wait FILE       makes a symlink, waits for input
 *      staticchanges busy FILE       ... computes for ever
 *      staticchanges stop FILE       ... stops
 *      staticchanges end FILE        ... ends
 *      staticchanges thread FILE     a thread does so and ends
 *      staticchanges table DIR DIR2  what a thread with descriptors of its own
 *                                    reads of DIR2, where others have DIR
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
Turn(const char *name, const char *a, const char *b)
{
    char other[4096], byte;
    int turned = 0;

    snprintf(other, sizeof(other), "%s.other", name);
    while (read(0, &byte, 1) == 1) {
        turned = !turned;
        if (symlink(turned ? b : a, other) != 0 || rename(other, name) != 0
                || write(1, &byte, 1) != 1) {
            return 1;
        }
    }
    return 0;
}

static void *
Make(void *name)
{
    return symlink("text", name) == 0 ? name : NULL;
}

static void *
List(void *name)
{
    struct dirent *entry;
    DIR *dir;
    int fd;

    if (unshare(CLONE_FILES) != 0) {
        return NULL;
    }
    close(3);
    fd = open(name, O_RDONLY | O_DIRECTORY);
    dir = fdopendir(fd);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            printf("%d %s\n", fd, entry->d_name);
        }
    }
    return name;
}

int
main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    pthread_t thread;
    volatile int never = 0;
    char byte;

    if (strcmp(what, "turn") == 0 && argc > 4) {
        return Turn(argv[2], argv[3], argv[4]);
    }
    if (strcmp(what, "table") == 0 && argc > 3) {
        return open(argv[2], O_RDONLY | O_DIRECTORY) != 3
                || pthread_create(&thread, NULL, List, argv[3]) != 0
                || pthread_join(thread, NULL) != 0;
    }
    if (strcmp(what, "thread") == 0) {
        if (pthread_create(&thread, NULL, Make, argv[2]) != 0) {
            return 1;
        }
        pthread_join(thread, NULL);
    } else if (Make(argv[2]) == NULL) {
        return 1;
    }
    if (strcmp(what, "busy") == 0) {
        while (!never) {
            continue;
        }
    }
    if (strcmp(what, "stop") == 0) {
        raise(SIGSTOP);
    }
    return strcmp(what, "end") == 0 ? 0 : (int) read(0, &byte, 1);
}
