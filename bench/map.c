/*
 * map.c --
 *
 *      How fast is a map once it is there?  Insert, hits on a working set of
 *      1,000, in one order and in ever new ones, and on all, misses, paths
 *      that a rule decides, two processes that insert at once, bytes.
 *
 *      map PATHS COUNT ROUNDS DIR [-plain] [PEER ...]
 *
 *      Prints a line "map PEER FIGURE ROUND VALUE" for each round; rounds are
 *      interleaved, and each peer's turn is a process of its own, so that no
 *      peer inherits another's memory.  -plain leaves the rules and the two
 *      writers out.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define HOT         1000
#define HOT_TIMES   100
#define RULES       20
#define RULE_DEPTHS 4

static BenchPath *paths, *hits, *misses, *hot, *ruled;
static BenchPath *anew;         /* hot, HOT_TIMES times, in as many orders */
static size_t pathCount, missCount;
static const char *dir;

typedef struct Rule {
    char path[512];
    size_t len;
    size_t below;               /* paths that it covers */
    unsigned value;
} Rule;

static Rule rules[RULES];
static size_t ruleCount;

static void
Print(const BenchPeer *peer, const char *figure, unsigned round, double value)
{
    printf("map %s %s %u %.3f\n", peer->name, figure, round, value);
}

static void
Wrong(const BenchPeer *peer, const char *what, size_t count)
{
    fprintf(stderr, "%s: %zu wrong answers: %s\n", peer->name, count, what);
    exit(1);
}

/*
 * Spin --
 *
 *      The same arithmetic each time: what it takes longer is the machine's
 *      noise and nobody's fault.
 */

static volatile uint64_t spun;

static double
Spin(void)
{
    uint64_t state = 1, sum = 0;
    double start = BenchNow();
    int i;

    for (i = 0; i < 2000000; i++) {
        sum += BenchRandom(&state);
    }
    spun = sum;
    return (BenchNow() - start) / 2000000;
}

static void
Fill(const BenchPeer *peer, const BenchPath *from, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (peer->insert(from[i].bytes, from[i].len, from[i].value) != 0) {
            Wrong(peer, "insert", 1);
        }
    }
    if (peer->flush != NULL && peer->flush() != 0) {
        Wrong(peer, "flush", 1);
    }
}

/*
 * Ask --
 *
 *      The ns of a search, over count paths asked times times.
 */

static double
Ask(const BenchPeer *peer, const char *what, const BenchPath *asked,
        size_t count, size_t times)
{
    size_t i, j, wrong = 0;
    double start;

    BenchPathsWarm(asked, count);
    start = BenchNow();
    for (j = 0; j < times; j++) {
        for (i = 0; i < count; i++) {
            wrong += peer->search(asked[i].bytes, asked[i].len)
                    != (int) asked[i].value;
        }
    }
    start = (BenchNow() - start) / (double) (count * times);
    if (wrong != 0) {
        Wrong(peer, what, wrong);
    }
    return start;
}

static void
Figures(const BenchPeer *peer, unsigned round)
{
    size_t some = pathCount / peer->every;
    size_t someMisses = missCount / peer->every;
    size_t times = HOT * HOT_TIMES / peer->every;   /* searches, at least */
    uint64_t all, index, text = 0;
    double start;
    size_t i;

    for (i = 0; i < pathCount; i++) {
        text += paths[i].len;
    }
    BenchPathsWarm(paths, pathCount);
    start = BenchNow();
    if (peer->open(dir, pathCount) != 0) {
        Wrong(peer, "open", 1);
    }
    Print(peer, "create", round, BenchNow() - start);
    start = BenchNow();
    Fill(peer, paths, pathCount);
    Print(peer, "insert", round, (BenchNow() - start) / (double) pathCount);
    Print(peer, "hit-all", round, Ask(peer, "hit", hits, some,
            times / some + 1));
    Print(peer, "miss-all", round, Ask(peer, "miss", misses, someMisses,
            times / someMisses + 1));
    Ask(peer, "hot", hot, HOT, 1);
    Print(peer, "hit-hot", round,
            Ask(peer, "hot", hot, HOT, times / HOT));
    Print(peer, "hit-anew", round, Ask(peer, "hot", anew, times, 1));
    peer->size(&all, &index);
    if (all != 0) {
        Print(peer, "bytes", round, (double) all / (double) pathCount);
        Print(peer, "beyond-text", round,
                (double) (all - text) / (double) pathCount);
    }
    if (index != 0) {
        Print(peer, "index", round, (double) index / (double) pathCount);
    }
    peer->close();
}

/*
 * Ruled --
 *
 *      Paths that nobody inserted, on a map with rules and verdicts.
 */

static void
Ruled(const BenchPeer *peer, unsigned round)
{
    size_t i;

    if (peer->open(dir, pathCount) != 0) {
        Wrong(peer, "open", 1);
    }
    for (i = 0; i < ruleCount; i++) {
        if (peer->rule(rules[i].path, rules[i].len, rules[i].value) != 0) {
            Wrong(peer, "rule", 1);
        }
    }
    Fill(peer, paths, pathCount);
    Print(peer, "rule-all", round, Ask(peer, "rule", ruled, missCount, 1));
    Ask(peer, "rule", ruled, HOT, 1);
    Print(peer, "rule-hot", round, Ask(peer, "rule", ruled, HOT, 100));
    Print(peer, "hit-all-ruled", round, Ask(peer, "hit", hits, pathCount, 1));
    Ask(peer, "hot", hot, HOT, 1);
    Print(peer, "hit-hot-ruled", round, Ask(peer, "hot", hot, HOT, 100));
    peer->close();
}

/*
 * Writers --
 *
 *      The ns that count processes need for each path when they insert all
 *      of them between them, from the first start to the last end.
 */

typedef struct Gate {
    _Atomic int waiting, open;
    double end[2];
} Gate;

static double
Writers(const BenchPeer *peer, int count)
{
    Gate *gate = mmap(NULL, sizeof(Gate), PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    double start, end = 0;
    int i;

    if (gate == MAP_FAILED || peer->open(dir, pathCount) != 0) {
        Wrong(peer, "open", 1);
    }
    fflush(stdout);
    for (i = 0; i < count; i++) {
        size_t from = pathCount * (size_t) i / (size_t) count;
        size_t to = pathCount * (size_t) (i + 1) / (size_t) count;

        if (fork() == 0) {
            if (peer->attach(dir, 1) != 0) {
                Wrong(peer, "attach", 1);
            }
            BenchPathsWarm(paths, pathCount);
            gate->waiting++;
            while (!gate->open) {
                continue;
            }
            Fill(peer, paths + from, to - from);
            gate->end[i] = BenchNow();
            _exit(0);
        }
    }
    while (gate->waiting < count) {
        if (waitpid(-1, NULL, WNOHANG) > 0) {
            Wrong(peer, "a writer died", 1);
        }
        usleep(100);
    }
    start = BenchNow();
    gate->open = 1;
    for (i = 0; i < count; i++) {
        int status;

        if (wait(&status) < 0 || status != 0) {
            Wrong(peer, "a writer died", 1);
        }
    }
    for (i = 0; i < count; i++) {
        end = gate->end[i] > end ? gate->end[i] : end;
    }
    if ((peer->can & BENCH_SHARED) != 0) {
        Ask(peer, "hit", hits, pathCount, 1);
    }
    peer->close();
    return (end - start) / (double) pathCount;
}

/*
 * Turn --
 *
 *      Run one part for one peer in a process of its own.
 */

enum { PART_FIGURES, PART_RULED, PART_WRITERS };

static void
Turn(const BenchPeer *peer, unsigned round, int part)
{
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child < 0) {
        BenchDie("fork");
    }
    if (child == 0) {
        switch (part) {
        case PART_FIGURES:
            Figures(peer, round);
            break;
        case PART_RULED:
            Ruled(peer, round);
            break;
        default: {
            double one = Writers(peer, 1), two = Writers(peer, 2);

            Print(peer, "one-writer", round, one);
            Print(peer, "two-writers", round, two);
            Print(peer, "two-writers-gain", round, one / two);
        }
        }
        fflush(stdout);
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "%s failed\n", peer->name);
        exit(1);
    }
}

/*
 * RulesPick --
 *
 *      The five directories of each depth 1..4 with most paths below them, the
 *      more common ones first.  Every second rule denies.
 */

static int
RuleLess(const void *a, const void *b)
{
    size_t x = ((const Rule *) a)->below, y = ((const Rule *) b)->below;

    return x < y ? 1 : x > y ? -1 : 0;
}

static size_t
DirectoryAt(const BenchPath *path, int depth)
{
    size_t i;

    for (i = 1; i < path->len; i++) {
        if (path->bytes[i] == '/' && --depth == 0) {
            return i;
        }
    }
    return 0;
}

static void
RulesPick(void)
{
    enum { DIRECTORIES = 2000, SAMPLE = 20000 };
    static Rule found[DIRECTORIES];
    int depth;

    for (depth = 1; depth <= RULE_DEPTHS; depth++) {
        size_t count = 0, i, j;

        for (i = 0; i < pathCount && i < SAMPLE; i++) {
            size_t len = DirectoryAt(&paths[i], depth);

            for (j = 0; j < count; j++) {
                if (found[j].len == len && memcmp(found[j].path,
                        paths[i].bytes, len) == 0) {
                    found[j].below++;
                    break;
                }
            }
            if (len != 0 && j == count && count < DIRECTORIES) {
                memcpy(found[j].path, paths[i].bytes, len);
                found[j].len = len;
                found[j].below = 1;
                count++;
            }
        }
        qsort(found, count, sizeof(Rule), RuleLess);
        for (i = 0; i < count && i < RULES / RULE_DEPTHS; i++) {
            rules[ruleCount] = found[i];
            rules[ruleCount].value = 1 + (unsigned) (ruleCount % 2);
            ruleCount++;
        }
    }
    while (ruleCount < RULES) {         /* few directories below the root */
        Rule *rule = &rules[ruleCount];

        rule->len = (size_t) snprintf(rule->path, sizeof(rule->path),
                "/none%zu", ruleCount);
        rule->value = 1;
        ruleCount++;
    }
}

/*
 * Governed --
 *
 *      The value of the longest rule that covers path, the slow way.
 */

static unsigned
Governed(const BenchPath *path)
{
    size_t longest = 0, i;
    unsigned value = 0;

    for (i = 0; i < ruleCount; i++) {
        const Rule *rule = &rules[i];

        if (rule->len > longest && rule->len < path->len
                && path->bytes[rule->len] == '/'
                && memcmp(rule->path, path->bytes, rule->len) == 0) {
            longest = rule->len;
            value = rule->value;
        }
    }
    return value;
}

/*
 * Pick --
 *
 *      The paths of the measurements, out of those of a file.
 */

static void
Pick(const char *file)
{
    size_t i;

    missCount = pathCount;
    paths = BenchPathsRead(file, pathCount);
    hits = BenchPathsPick(paths, pathCount, pathCount, 11, NULL);
    misses = BenchPathsPick(paths, pathCount, missCount, 12, "=");
    ruled = BenchPathsPick(paths, pathCount, missCount, 13, "=");
    hot = BenchPathsPick(paths, pathCount, HOT, 14, NULL);
    anew = malloc(HOT * HOT_TIMES * sizeof(BenchPath));
    if (anew == NULL) {
        BenchDie("malloc");
    }
    for (i = 0; i < HOT_TIMES; i++) {
        memcpy(anew + i * HOT, hot, HOT * sizeof(BenchPath));
        BenchPathsShuffle(anew + i * HOT, HOT, 100 + i);
    }
    RulesPick();
    for (i = 0; i < missCount; i++) {
        ruled[i].value = Governed(&ruled[i]);
    }
}

int
main(int argc, char **argv)
{
    unsigned rounds, round;
    int p, plain, first;

    if (argc < 5) {
        fprintf(stderr, "usage: map PATHS COUNT ROUNDS DIR"
                " [-plain] [PEER ...]\n");
        return 2;
    }
    pathCount = strtoul(argv[2], NULL, 10);
    rounds = (unsigned) strtoul(argv[3], NULL, 10);
    dir = argv[4];
    plain = argc > 5 && strcmp(argv[5], "-plain") == 0;
    first = plain ? 6 : 5;
    if (pathCount < HOT) {
        fprintf(stderr, "at least %d paths\n", HOT);
        return 2;
    }
    Pick(argv[1]);
    for (round = 0; round < rounds; round++) {
        printf("map machine spin %u %.4f\n", round, Spin());
        for (p = 0; benchPeers[p] != NULL; p++) {
            const BenchPeer *peer = benchPeers[p];
            int wanted = argc == first, a;

            for (a = first; a < argc; a++) {
                wanted |= strcmp(argv[a], peer->name) == 0;
            }
            if (!wanted) {
                continue;
            }
            Turn(peer, round, PART_FIGURES);
            if (plain) {
                continue;
            }
            if (peer->rule != NULL) {
                Turn(peer, round, PART_RULED);
            }
            if ((peer->can & BENCH_WRITERS) != 0) {
                Turn(peer, round, PART_WRITERS);
            }
        }
    }
    return 0;
}
