/*
 * common.c --
 *
 *      The clock, memory and paths of the benchmark.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bench.h"

#define HUGE_PAGE       ((size_t) 2 << 20)
#define ARENA_PER_PATH  512     /* address space, not memory */

double
BenchNow(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

uint64_t
BenchRandom(uint64_t *statePtr)
{
    uint64_t x = *statePtr += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void
BenchDie(const char *what)
{
    perror(what);
    exit(1);
}

/*
 * BenchMemory --
 *
 *      Zeroed private memory, with 4 KiB pages as malloc has them or, with
 *      huge, with the largest that the kernel gives.
 */

void *
BenchMemory(size_t bytes, int huge)
{
    char *base = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (base == MAP_FAILED) {
        BenchDie("mmap");
    }
    if (huge) {
        base += HUGE_PAGE - (uintptr_t) base % HUGE_PAGE;
        madvise(base, bytes, MADV_HUGEPAGE);
    } else {
        madvise(base, bytes + HUGE_PAGE, MADV_NOHUGEPAGE);
    }
    return base;
}

void
BenchArenaInit(BenchArena *arena, size_t pathCount, int huge)
{
    arena->bytes = pathCount * ARENA_PER_PATH + ((size_t) 1 << 20);
    arena->base = BenchMemory(arena->bytes, huge);
    arena->used = 0;
}

void *
BenchArenaTake(BenchArena *arena, size_t bytes)
{
    void *taken = arena->base + arena->used;

    arena->used += (bytes + 7) & ~(size_t) 7;
    if (arena->used > arena->bytes) {
        fprintf(stderr, "arena too small\n");
        exit(1);
    }
    return taken;
}

void
BenchPathsShuffle(BenchPath *paths, size_t count, uint64_t seed)
{
    size_t i;

    for (i = count; i > 1; i--) {
        size_t other = (size_t) (BenchRandom(&seed) % i);
        BenchPath swap = paths[i - 1];

        paths[i - 1] = paths[other];
        paths[other] = swap;
    }
}

/*
 * Together --
 *
 *      Lay the bytes of paths one after the other, so that reading the
 *      question costs next to nothing beside answering it.
 */

static void
Together(BenchPath *paths, size_t count)
{
    size_t i, bytes = 0;
    char *to;

    for (i = 0; i < count; i++) {
        bytes += paths[i].len;
    }
    to = BenchMemory(bytes + 64, 1);
    for (i = 0; i < count; i++) {
        memcpy(to, paths[i].bytes, paths[i].len);
        paths[i].bytes = to;
        to += paths[i].len;
    }
}

/*
 * Lines --
 *
 *      The lines of a file, as many as *countPtr says then.
 */

static BenchPath *
Lines(const char *file, size_t *countPtr)
{
    FILE *stream = fopen(file, "r");
    size_t count = 0, room = 0;
    BenchPath *lines = NULL;
    char *line = NULL;
    size_t lineRoom = 0;
    ssize_t got;

    if (stream == NULL) {
        BenchDie(file);
    }
    while ((got = getline(&line, &lineRoom, stream)) > 0) {
        size_t len = (size_t) got - (line[got - 1] == '\n');

        if (len == 0 || len > 400) {
            continue;
        }
        if (count == room) {
            room = room == 0 ? 1024 : room * 2;
            lines = realloc(lines, room * sizeof(BenchPath));
            if (lines == NULL) {
                BenchDie("realloc");
            }
        }
        lines[count].bytes = strndup(line, len);
        lines[count].len = (uint32_t) len;
        count++;
    }
    free(line);
    fclose(stream);
    if (count == 0) {
        fprintf(stderr, "%s: no paths\n", file);
        exit(1);
    }
    *countPtr = count;
    return lines;
}

/*
 * BenchPathsRead --
 *
 *      count paths of file, one a line, in a shuffle that depends on nothing
 *      else.  With too few lines they come again with made-up suffixes.
 */

BenchPath *
BenchPathsRead(const char *file, size_t count)
{
    size_t lineCount, i, take;
    BenchPath *lines = Lines(file, &lineCount);
    BenchPath *paths = calloc(count, sizeof(BenchPath));

    if (paths == NULL) {
        BenchDie(file);
    }
    BenchPathsShuffle(lines, lineCount, 1);
    for (i = 0; i < count; i += take) {
        size_t j, again = i / lineCount;

        take = count - i < lineCount ? count - i : lineCount;
        for (j = 0; j < take; j++) {
            BenchPath *path = &paths[i + j];
            char made[500];

            *path = lines[j];
            if (again > 0) {
                path->len = (uint32_t) snprintf(made, sizeof(made),
                        "%.*s=%zu", (int) path->len, path->bytes, again);
                path->bytes = strndup(made, path->len);
            }
            path->value = 1 + (uint32_t) ((i + j) % BENCH_VALUE_MOST);
        }
    }
    if (count > lineCount) {
        BenchPathsShuffle(paths, count, 2);
    }
    Together(paths, count);
    for (i = 0; i < lineCount; i++) {
        free((char *) (uintptr_t) lines[i].bytes);
    }
    free(lines);
    return paths;
}

/*
 * BenchPathsPick --
 *
 *      want of the paths in another order, never that of their insertion.
 *      With a suffix they are paths that nobody inserted, of value 0.
 */

BenchPath *
BenchPathsPick(const BenchPath *paths, size_t count, size_t want,
        uint64_t seed, const char *suffix)
{
    BenchPath *picked = malloc(count * sizeof(BenchPath));
    size_t i;

    if (picked == NULL) {
        BenchDie("malloc");
    }
    memcpy(picked, paths, count * sizeof(BenchPath));
    BenchPathsShuffle(picked, count, seed);
    if (suffix != NULL) {
        size_t suffixLen = strlen(suffix), bytes = 0;
        char *to;

        for (i = 0; i < want; i++) {
            bytes += picked[i].len + suffixLen;
        }
        to = BenchMemory(bytes + 64, 1);
        for (i = 0; i < want; i++) {
            memcpy(to, picked[i].bytes, picked[i].len);
            memcpy(to + picked[i].len, suffix, suffixLen);
            picked[i].bytes = to;
            picked[i].len += (uint32_t) suffixLen;
            picked[i].value = 0;
            to += picked[i].len;
        }
    } else {
        Together(picked, want);
    }
    return picked;
}

/*
 * BenchPathsWarm --
 *
 *      Read the questions once, so that no peer pays for their faults.
 */

static volatile unsigned touched;

void
BenchPathsWarm(const BenchPath *paths, size_t count)
{
    unsigned sum = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        sum += (unsigned char) paths[i].bytes[0]
                + (unsigned char) paths[i].bytes[paths[i].len - 1];
    }
    touched = sum;
}
