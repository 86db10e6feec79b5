/*
 * bench.h --
 *
 *      What the benchmark's programs share: a peer behind one struct of
 *      functions, the paths, the clock.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * A path and what is stored for it.  The values 1..7 are flags of dtsm.
 */

typedef struct BenchPath {
    const char *bytes;
    uint32_t len;
    uint32_t value;
} BenchPath;

#define BENCH_VALUE_MOST 7

/*
 * A peer holds one map per process.  Functions that return int return 0 for
 * success unless they say otherwise.
 */

#define BENCH_SHARED    1u      /* other processes can attach */
#define BENCH_WRITERS   2u      /* and two of them can insert at once */

typedef struct BenchPeer {
    const char *name;
    unsigned can;               /* BENCH_* */
    unsigned every;             /* a slow peer is measured on every nth path */

    /* A new map in the directory dir, to be filled and searched. */
    int (*open)(const char *dir, size_t pathCount);
    int (*insert)(const char *path, size_t len, unsigned value);

    /* What was inserted is now to be seen by others.  May be NULL. */
    int (*flush)(void);

    /* The value, 0 when path is not there, -1 for an error. */
    int (*search)(const char *path, size_t len);

    /* A rule for path and all below it.  NULL: this peer has none. */
    int (*rule)(const char *path, size_t len, unsigned value);

    /* Bytes of all and of the index alone; 0: not known. */
    void (*size)(uint64_t *allPtr, uint64_t *indexPtr);
    void (*close)(void);

    /* The life of another process; NULL without BENCH_SHARED. */
    int (*attach)(const char *dir, int writable);
    void (*detach)(void);
} BenchPeer;

extern const BenchPeer benchPrivate, benchPrivateHuge, benchDirectories,
        benchFlat, benchDtsm, benchLmdb, benchTdb, benchCk, benchUrcu,
        benchSqlite, benchSocket;

extern const BenchPeer *const benchPeers[];     /* NULL at the end */

/* common.c */

double      BenchNow(void);     /* ns */
uint64_t    BenchRandom(uint64_t *statePtr);
void        BenchDie(const char *what);
void       *BenchMemory(size_t bytes, int huge);

typedef struct BenchArena {
    char *base;
    size_t used, bytes;
} BenchArena;

void        BenchArenaInit(BenchArena *arena, size_t pathCount, int huge);
void       *BenchArenaTake(BenchArena *arena, size_t bytes);

void        BenchPathsShuffle(BenchPath *paths, size_t count, uint64_t seed);
BenchPath  *BenchPathsRead(const char *file, size_t count);
BenchPath  *BenchPathsPick(const BenchPath *paths, size_t count, size_t want,
                uint64_t seed, const char *suffix);
void        BenchPathsWarm(const BenchPath *paths, size_t count);

/* calls.c */

/*
 * BenchCalls --
 *
 *      System calls of a program, by ptrace; -1 where that is not allowed.
 *      *statusPtr is as wait(2) has it.
 */

long        BenchCalls(char *const argv[], char *const envp[],
                int *statusPtr);

#endif /* BENCH_H */
