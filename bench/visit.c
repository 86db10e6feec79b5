/*
 * visit.c --
 *
 *      The program whose life is measured.  It is linked with one peer only
 *      (BENCH_PEER), so that nobody pays for another's library.
 *
 *      visit hold DIR PATHS COUNT      fill a map, say "ready", keep it until
 *                                      standard input ends
 *      visit STEPS DIR QUESTIONS       STEPS of a, s, d: attach, search all
 *                                      questions, detach; f: print the page
 *                                      faults of each; t: and the ns; w: live
 *                                      once before, so that only the map's
 *                                      own faults are left.  "-" does nothing
 *                                      but read the questions.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

static char questions[(size_t) 512 << 10];

static int
Hold(const char *dir, const char *file, size_t count)
{
    const BenchPeer *peer = &BENCH_PEER;
    BenchPath *paths = BenchPathsRead(file, count);
    char byte;
    size_t i;

    if (peer->open(dir, count) != 0) {
        BenchDie("open");
    }
    for (i = 0; i < count; i++) {
        if (peer->insert(paths[i].bytes, paths[i].len, paths[i].value) != 0) {
            BenchDie("insert");
        }
    }
    if (peer->flush != NULL && peer->flush() != 0) {
        BenchDie("flush");
    }
    puts("ready");
    fflush(stdout);
    while (read(0, &byte, 1) > 0) {
        continue;
    }
    peer->close();
    return 0;
}

/*
 * SearchAll --
 *
 *      Ask for every question: two bytes of length, two of value, the path.
 *      Returns whether all answers were right.
 */

static int
SearchAll(size_t bytes)
{
    const BenchPeer *peer = &BENCH_PEER;
    size_t pos = 0;
    int right = 1;

    while (pos + 4 <= bytes) {
        uint16_t head[2];

        memcpy(head, questions + pos, sizeof(head));
        pos += sizeof(head);
        right &= peer->search(questions + pos, head[0]) == head[1];
        pos += head[0];
    }
    return right;
}

static long
Faults(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

static double
Measure(int faults, int times)
{
    return faults ? (double) Faults() : times ? BenchNow() : 0.0;
}

int
main(int argc, char **argv)
{
    const char *steps = argc > 1 ? argv[1] : "";
    int faults = strchr(steps, 'f') != NULL, times = strchr(steps, 't') != NULL;
    double at[4];
    ssize_t bytes;
    int fd;

    if (argc == 5 && strcmp(steps, "hold") == 0) {
        return Hold(argv[2], argv[3], strtoul(argv[4], NULL, 10));
    }
    if (argc != 4) {
        return 2;
    }
    fd = open(argv[3], O_RDONLY);
    bytes = read(fd, questions, sizeof(questions));
    close(fd);
    if (bytes < 0) {
        return 2;
    }
    if (strchr(steps, 'w') != NULL) {
        if (BENCH_PEER.attach(argv[2], 0) != 0
                || !SearchAll((size_t) bytes)) {
            return 3;
        }
        BENCH_PEER.detach();
    }
    at[0] = Measure(faults, times);
    at[0] = Measure(faults, times);     /* its own first faults are over */
    if (strchr(steps, 'a') != NULL && BENCH_PEER.attach(argv[2], 0) != 0) {
        return 3;
    }
    at[1] = Measure(faults, times);
    if (strchr(steps, 's') != NULL && !SearchAll((size_t) bytes)) {
        return 4;
    }
    at[2] = Measure(faults, times);
    if (strchr(steps, 'd') != NULL) {
        BENCH_PEER.detach();
    }
    at[3] = Measure(faults, times);
    if (faults || times) {
        printf("%.0f %.0f %.0f\n", at[1] - at[0], at[2] - at[1],
                at[3] - at[2]);
    }
    return 0;
}
