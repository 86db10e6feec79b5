/*
 * originalcrowd.c --
 *
 *      originalcrowd DIRECTORY PROCESSES THREADS STRINGS SEED: a program of the
 *      original's interface, by its header alone.  Processes that are forked
 *      before the map is made, after that, and after all is inserted; in each
 *      that is there in time, threads insert random strings of the original's
 *      characters into a map that mktemp named; then all search for all of
 *      their own.
 *
 *      Prints "held", or how many strings were lost or changed.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "dtsharedmemory.h"

#define LENGTH_LEAST    100
#define LENGTH_MORE     3       /* 0 to 2 bytes beyond that */
#define THREADS_MOST    64

typedef struct Work {
    unsigned seed;
    int wrong;
} Work;

static int stringCount;
static int inserts;

/*
 * String --
 *
 *      The next string of a thread, and its flags.  It does not end with a
 *      slash: which is how two strings would be one.
 */

static uint8_t
String(unsigned *seed, char *string)
{
    int length = LENGTH_LEAST + rand_r(seed) % LENGTH_MORE, i;

    for (i = 0; i < length; i++) {
        string[i] = (char) (rand_r(seed) % POSSIBLE_CHARACTERS + LOWER_LIMIT);
    }
    string[length] = 'x';
    string[length + 1] = '\0';
    return rand_r(seed) % 2 ? ALLOW_PATH : DENY_PATH;
}

static void *
Thread(void *data)
{
    Work *work = data;
    unsigned seed = work->seed;
    char string[LENGTH_LEAST + LENGTH_MORE + 2];
    int i;

    for (i = 0; i < stringCount; i++) {
        uint8_t flags = String(&seed, string), found = 0;

        if (inserts) {
            work->wrong += !__dtsharedmemory_insert(string, flags);
        } else {
            work->wrong += !__dtsharedmemory_search(string, &found)
                    || found != flags;
        }
    }
    return NULL;
}

static int
Threads(int count, unsigned seed)
{
    pthread_t threads[THREADS_MOST];
    Work works[THREADS_MOST];
    int i, wrong = 0;

    for (i = 0; i < count; i++) {
        works[i].seed = seed + (unsigned) i;
        works[i].wrong = 0;
        if (pthread_create(&threads[i], NULL, Thread, &works[i]) != 0) {
            print_error("pthread_create");
            exit(2);
        }
    }
    for (i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        wrong += works[i].wrong;
    }
    return wrong;
}

/*
 * Fork --
 *
 *      The parent leaves count children behind it.  Returns the number of
 *      this process: 0 for the parent, else from first on.
 */

static int
Fork(int first, int count)
{
    int i;

    fflush(stdout);
    for (i = 0; i < count; i++) {
        if (fork() == 0) {
            return first + i;
        }
    }
    return 0;
}

/*
 * A child comes into being in one of three moments, with the number of those
 * that were there before.
 */

static int
Run(const char *status, const char *map, int processes, int threads,
    unsigned seed)
{
    int children = processes - 1, early = (children + 2) / 3;
    int middle = (children + 1) / 3, late = children / 3;
    int self = Fork(1, early), wrong;

    if (!__dtsharedmemory_set_manager(status, map)
            || !__dtsharedmemory_set_manager(status, map)) {
        print_error("set_manager");
        return 1;
    }
    if (self == 0) {
        self = Fork(1 + early, middle);
    }
    seed += (unsigned) (self * threads);
    inserts = 1;
    wrong = Threads(threads, seed);
    if (self == 0) {
        self = Fork(1 + early + middle, late);
    }
    inserts = 0;
    wrong += Threads(threads, seed);
    if (self != 0) {
        _exit(wrong != 0);
    }
    return wrong;
}

int
main(int argc, char **argv)
{
    char status[256], map[256];
    int processes, threads, wrong, state;

    if (argc != 6) {
        return 2;
    }
    processes = atoi(argv[2]);
    threads = atoi(argv[3]);
    stringCount = atoi(argv[4]);
    if (threads > THREADS_MOST || EXPANDING_SIZE <= 0
            || INITIAL_FILE_SIZE <= 0 || !LARGE_MEMORY_NEEDED) {
        return 2;
    }
    snprintf(status, sizeof(status), "%s/status-XXXXXX", argv[1]);
    snprintf(map, sizeof(map), "%s/map-XXXXXX", argv[1]);
    close(mkstemp(status));
    close(mkstemp(map));
    wrong = Run(status, map, processes, threads,
            (unsigned) atoi(argv[5]) * 100000);
    while (waitpid(-1, &state, 0) > 0) {
        wrong += state != 0;
    }
    if (wrong != 0) {
        printf("%d wrong\n", wrong);
        return 1;
    }
    puts("held");
    return 0;
}
