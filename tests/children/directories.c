/*
 * directories.c --
 *
 *      Looks at names in a directory by its descriptor, while the directory or
 *      the descriptor changes.
 *
 *      directories STEP ARGUMENT ?STEP ARGUMENT ...?
 *
 *      open PATH      the descriptor is now that of directory PATH
 *      look NAME      print what fstatat says of NAME there
 *      looks NAME     the same, twenty times, printed once
 *      mkdir PATH, rmdir PATH
 *      say WORD       print WORD and wait for a line on standard input
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY 9

static int
Open(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);

    if (fd < 0 || dup2(fd, DIRECTORY) < 0) {
        return -1;
    }
    return close(fd);
}

static int
Look(const char *name, int times)
{
    struct stat st;
    int result = 0;

    while (times-- > 0) {
        result = fstatat(DIRECTORY, name, &st, 0);
    }
    return result;
}

int
main(int argc, char **argv)
{
    int at;

    setvbuf(stdout, NULL, _IONBF, 0);
    for (at = 1; at + 1 < argc; at += 2) {
        const char *step = argv[at], *given = argv[at + 1];
        int result;

        if (strcmp(step, "open") == 0) {
            result = Open(given);
        } else if (strcmp(step, "look") == 0) {
            result = Look(given, 1);
        } else if (strcmp(step, "looks") == 0) {
            result = Look(given, 20);
        } else if (strcmp(step, "mkdir") == 0) {
            result = mkdir(given, 0777);
        } else if (strcmp(step, "rmdir") == 0) {
            result = rmdir(given);
        } else if (strcmp(step, "say") == 0) {
            char line[16];

            puts(given);
            (void) !fgets(line, sizeof(line), stdin);
            continue;
        } else {
            fprintf(stderr, "directories: bad step %s\n", step);
            return 2;
        }
        puts(result == 0 ? "ok" : strerrorname_np(errno));
    }
    return 0;
}
