/*
 * limits.c --
 *
 *      limits WHAT MAP: the core under limits of its process.
 *
 *          space   a window of 64 MiB of address space, on a larger map:
 *                  what lies beyond is a miss
 *          cramped the same, with ever less, until nothing can be attached
 *          errno   inserts by who can have no more memory keep errno
 *          create  a map made with 64 MiB of address space
 *          fsize   a map made under a file-size limit of 8 MiB, then filled
 *          walk    a walk through a small map that grows, by its own visitor,
 *                  until it is full
 *          fill    a map filled until it is full
 *          many N  N paths of 100 bytes; prints bytes used for each
 *          fds     descriptors that an attachment holds
 *          tables  KiB of page tables that a search after attaching costs
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dtsm.h"

static int
Limit(int what, rlim_t bytes)
{
    struct rlimit limit = {bytes, bytes};

    return setrlimit(what, &limit);
}

static size_t
Path(char *path, size_t size, unsigned i)
{
    return (size_t) snprintf(path, size, "/limits/%090u", i);
}

/*
 * Fill --
 *
 *      Insert up to count paths; returns how many went in.
 */

static unsigned
Fill(Dtsm_Map *map, unsigned count, int *statusPtr)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        char path[128];
        size_t len = Path(path, sizeof(path), i);

        *statusPtr = Dtsm_Insert(map, path, len, DTSM_ALLOW);
        if (*statusPtr != DTSM_OK) {
            break;
        }
    }
    return i;
}

static unsigned
Found(Dtsm_Map *map, unsigned count)
{
    unsigned i, flags, found = 0;

    for (i = 0; i < count; i++) {
        char path[128];
        size_t len = Path(path, sizeof(path), i);

        found += Dtsm_Search(map, path, len, &flags) == DTSM_OK;
    }
    return found;
}

/*
 * Cramped --
 *
 *      Attach under limits that fall by half a MiB.  Prints what else came of
 *      it than a window, with the first path in it, or ENOMEM.
 */

static void
Cramped(const char *file)
{
    rlim_t bytes;
    Dtsm_Map *map;
    int status = DTSM_OK;

    for (bytes = 64 << 20; bytes > 0; bytes -= 512 << 10) {
        struct rlimit limit = {bytes, RLIM_INFINITY};

        setrlimit(RLIMIT_AS, &limit);
        status = Dtsm_Open(file, DTSM_RDWR, &map);
        if (status == DTSM_OK) {
            if (Found(map, 1) != 1) {
                printf("nothing found\n");
            }
            Dtsm_Close(map);
        } else if (status != DTSM_SYSTEM || errno != ENOMEM) {
            printf("%s\n", Dtsm_StatusMessage(status));
            break;
        }
    }
    puts(status == DTSM_SYSTEM ? "at last no memory" : "not so");
}

/*
 * Spoilt --
 *
 *      How many of count inserts and searches change errno, with no address
 *      space left.
 */

static unsigned
Spoilt(Dtsm_Map *map, unsigned count)
{
    unsigned i, flags, spoilt = 0;

    Limit(RLIMIT_AS, 1);
    for (i = 0; i < count; i++) {
        char path[128];
        size_t len = Path(path, sizeof(path), count + i);

        errno = EXDEV;
        if (Dtsm_Insert(map, path, len, DTSM_ALLOW) != DTSM_OK
                || Dtsm_Search(map, path, len, &flags) != DTSM_OK
                || errno != EXDEV) {
            spoilt++;
        }
    }
    return spoilt;
}

static int
Grow(void *data, const Dtsm_Entry *entry)
{
    Dtsm_Map **mapPtr = data;
    int status;

    (void) entry;
    if (*mapPtr != NULL) {
        Fill(*mapPtr, UINT_MAX, &status);
        *mapPtr = NULL;
    }
    return 0;
}

static void
Walk(const char *file)
{
    Dtsm_Map *map, *small;
    int status = DTSM_OK;

    Limit(RLIMIT_FSIZE, 1 << 20);
    if (Dtsm_OpenSized(file, DTSM_CREATE, 1, &map) == DTSM_OK) {
        small = map;
        Dtsm_Insert(map, "/", 1, DTSM_ALLOW | DTSM_PREFIX);
        status = Dtsm_Walk(map, NULL, 0, Grow, &small);
        printf("walk %d check %d\n", status, Dtsm_Check(map, NULL, NULL));
    }
}

static int
Held(void)
{
    int fd, held = 0;

    for (fd = 0; fd < 100; fd++) {
        held += fcntl(fd, F_GETFD) >= 0;
    }
    return held;
}

/*
 * Tables --
 *
 *      KiB of this process' page tables; 0 where the kernel does not say.
 */

static int
Tables(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t len = read(fd, text, sizeof(text) - 1);
    const char *line;

    close(fd);
    text[len < 0 ? 0 : len] = '\0';
    line = strstr(text, "VmPTE:");
    return line == NULL ? 0 : atoi(line + 6);
}

/*
 * Small --
 *
 *      What is found of the first `in' paths through a window for which there
 *      is hardly room.
 */

static int
Small(const char *file, unsigned in)
{
    Dtsm_Map *small;
    Dtsm_Stats stats;
    unsigned found;

    Limit(RLIMIT_AS, 64 << 20);
    if (Dtsm_Open(file, DTSM_RDONLY, &small) != DTSM_OK) {
        return 1;
    }
    found = Found(small, in);
    Dtsm_Stat(small, &stats);
    printf("window %s found %s\n",
            stats.windowBytes <= 64 << 20 ? "small" : "large",
            found == 0 ? "none" : found < in ? "some" : "all");
    return 0;
}

/*
 * Filled --
 *
 *      What there is to say of a map after as many paths as go into it.
 */

static int
Filled(Dtsm_Map *map, const char *what, const char *file, unsigned count)
{
    int status = DTSM_OK;
    unsigned in = Fill(map, count, &status);
    Dtsm_Stats stats;

    if (strcmp(what, "many") == 0) {
        Dtsm_Stat(map, &stats);
        printf("in %u found %u bytes %llu\n", in, Found(map, count),
                (unsigned long long) (stats.usedBytes / in));
    } else if (strcmp(what, "cramped") == 0) {
        Dtsm_Close(map);
        Cramped(file);
    } else if (strcmp(what, "space") == 0) {
        Dtsm_Close(map);
        return Small(file, in);
    } else {
        printf("%s after %s, found %s\n", Dtsm_StatusMessage(status),
                in > 1000 ? "many" : "few", Found(map, in) == in
                ? "all" : "not all");
        printf("check %d\n", Dtsm_Check(map, NULL, NULL));
    }
    return 0;
}

int
main(int argc, char **argv)
{
    int before = Held(), status;
    const char *what = argc > 1 ? argv[1] : "";
    unsigned count = argc > 3 ? (unsigned) atoi(argv[3]) : 1000000;
    Dtsm_Map *map;

    if (argc < 3) {
        return 2;
    }
    if (strcmp(what, "create") == 0) {
        Limit(RLIMIT_AS, 64 << 20);
    } else if (strcmp(what, "fsize") == 0) {
        Limit(RLIMIT_FSIZE, 8 << 20);
    }
    if (strcmp(what, "tables") == 0) {
        Tables();               /* its own first faults */
        before = Tables();
        if (Dtsm_Open(argv[2], DTSM_RDWR, &map) == DTSM_OK
                && Dtsm_Search(map, "/none", 5, &count) == DTSM_NOTFOUND) {
            printf("%d\n", Tables() - before);
        }
        return 0;
    }
    if (strcmp(what, "walk") == 0) {
        Walk(argv[2]);
        return 0;
    }
    status = Dtsm_Open(argv[2], DTSM_CREATE, &map);
    if (status != DTSM_OK) {
        printf("open: %s\n", Dtsm_StatusMessage(status));
        return 0;
    }
    if (strcmp(what, "fds") == 0) {
        printf("held %d\n", Held() - before);
        return 0;
    }
    if (strcmp(what, "errno") == 0) {
        printf("spoilt %u\n", Spoilt(map, count));
        return 0;
    }
    return Filled(map, what, argv[2], count);
}
