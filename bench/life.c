/*
 * life.c --
 *
 *      What does a map cost a process that lives for a millisecond?  Start a
 *      program that attaches, searches N random paths and detaches; take off
 *      what the same program costs when it does nothing.
 *
 *      life VISIT PEER PATHS COUNT ROUNDS DIR [-small] N ...
 *
 *      Prints "life PEER-COUNT FIGURE ROUND VALUE": N.us for the life, and
 *      once the system calls and page faults.  -small refuses huge pages.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PAIRS   40              /* lives and no lives in a round */

extern char **environ;

static const char *visit, *peerName, *dir;
static char questions[4096];
static BenchPath *paths;
static size_t pathCount;
static unsigned flavour;
static uint64_t seed = 7;

/*
 * Questions --
 *
 *      Write a fresh choice of paths for the next life, so that no life
 *      finds its part of the map in the cache of the processor.
 */

static void
Questions(unsigned count)
{
    FILE *stream = fopen(questions, "w");
    unsigned i;

    if (stream == NULL) {
        BenchDie(questions);
    }
    for (i = 0; i < count; i++) {
        const BenchPath *path = &paths[BenchRandom(&seed) % pathCount];
        uint16_t head[2] = {(uint16_t) path->len, (uint16_t) path->value};

        fwrite(head, sizeof(head), 1, stream);
        fwrite(path->bytes, path->len, 1, stream);
    }
    if (fclose(stream) != 0) {
        BenchDie(questions);
    }
}

static void
Ended(const char *steps, int status)
{
    if (status != 0) {
        fprintf(stderr, "%s: %s went wrong, status %d\n", peerName, steps,
                status);
        exit(1);
    }
}

/*
 * Live --
 *
 *      The ns from the start of a visit to its end.
 */

static double
Live(const char *steps)
{
    char *arguments[] = {(char *) (uintptr_t) visit,
            (char *) (uintptr_t) steps, (char *) (uintptr_t) dir, questions,
            NULL};
    double start = BenchNow();
    pid_t child;
    int status;

    if (posix_spawn(&child, visit, NULL, NULL, arguments, environ) != 0
            || waitpid(child, &status, 0) != child) {
        BenchDie(visit);
    }
    start = BenchNow() - start;
    Ended(steps, status);
    return start;
}

static int
Less(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y ? 1 : 0;
}

static double
Median(double *values, size_t count)
{
    qsort(values, count, sizeof(double), Less);
    return values[count / 2];
}

static void
Print(const char *figure, unsigned count, unsigned round, double value)
{
    printf("life %s-%zu%s %s-%u %u %.2f\n", peerName, pathCount,
            flavour ? "-small" : "", figure, count, round, value);
}

static long
Calls(const char *steps)
{
    char *arguments[] = {(char *) (uintptr_t) visit,
            (char *) (uintptr_t) steps, (char *) (uintptr_t) dir, questions,
            NULL};
    int status;
    long calls = BenchCalls(arguments, environ, &status);

    if (calls >= 0) {
        Ended(steps, status);
    }
    return calls;
}

/*
 * Told --
 *
 *      The three numbers that a visit tells of itself.
 */

static void
Told(const char *steps, double told[3])
{
    char command[9000];
    FILE *stream;
    int got;

    snprintf(command, sizeof(command), "'%s' %s '%s' '%s'", visit, steps, dir,
            questions);
    stream = popen(command, "r");
    if (stream == NULL) {
        BenchDie("popen");
    }
    got = fscanf(stream, "%lf %lf %lf", &told[0], &told[1], &told[2]);
    Ended(steps, pclose(stream));
    if (got != 3) {
        Ended(steps, 1);
    }
}

static void
Counts(unsigned count)
{
    double told[3], attach[9], search[9], warm[9];
    long nothing, all;
    int i;

    for (i = 0; i < 9; i++) {
        Questions(count);
        Told("asdf", told);
        attach[i] = told[0];
        search[i] = told[1];
        Told("wasdf", told);
        warm[i] = told[0];
    }
    Print("faults-attach", count, 0, Median(attach, 9));
    Print("faults-again", count, 0, Median(warm, 9));
    Print("faults-search", count, 0, Median(search, 9));
    nothing = Calls("-");
    all = Calls("a");
    if (nothing > 0 && all > 0) {
        Print("calls-attach", count, 0, (double) (all - nothing));
        Print("calls-life", count, 0, (double) (Calls("asd") - nothing));
    }
}

static pid_t
Hold(const char *file, int *stdinPtr)
{
    int in[2], out[2];
    char count[32], byte;
    pid_t child;

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        BenchDie("pipe");
    }
    snprintf(count, sizeof(count), "%zu", pathCount);
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], 0);
        dup2(out[1], 1);
        execl(visit, visit, "hold", dir, file, count, (char *) NULL);
        _exit(98);
    }
    close(in[0]);
    close(out[1]);
    if (child < 0 || read(out[0], &byte, 1) != 1) {
        fprintf(stderr, "%s: cannot hold a map\n", peerName);
        exit(1);
    }
    *stdinPtr = in[1];
    return child;
}

/*
 * Measure --
 *
 *      A life of so many questions, from outside and from inside.
 */

static void
Measure(unsigned count, unsigned round)
{
    double life[PAIRS], inside[PAIRS], told[3];
    int i;

    for (i = 0; i < PAIRS; i++) {
        Questions(count);
        double nothing = Live("-");

        life[i] = Live("asd") - nothing;
    }
    Print("us", count, round, Median(life, PAIRS) / 1000);
    for (i = 0; i < PAIRS / 4; i++) {
        Questions(count);
        Told("asdt", told);
        inside[i] = told[0] + told[1] + told[2];
    }
    Print("inside-us", count, round, Median(inside, PAIRS / 4) / 1000);
}

int
main(int argc, char **argv)
{
    unsigned rounds, round;
    cpu_set_t cpus;
    pid_t holder;
    int a, stdinPipe, i;

    if (argc < 8) {
        fprintf(stderr, "usage: life VISIT PEER PATHS COUNT ROUNDS DIR"
                " [-small] N ...\n");
        return 2;
    }
    visit = argv[1];
    peerName = argv[2];
    pathCount = strtoul(argv[4], NULL, 10);
    rounds = (unsigned) strtoul(argv[5], NULL, 10);
    dir = argv[6];
    snprintf(questions, sizeof(questions), "%s/questions", dir);
    paths = BenchPathsRead(argv[3], pathCount);
    a = 7;
    if (strcmp(argv[a], "-small") == 0) {
        flavour = 1;
        a++;
        prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
    /* One processor for all: moving between two is noise, and costs a server
       six times what it needs to answer. */
    CPU_ZERO(&cpus);
    CPU_SET((size_t) sched_getcpu(), &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    holder = Hold(argv[3], &stdinPipe);

    for (round = 0; round < rounds; round++) {
        int n;

        for (n = a; n < argc; n++) {
            Measure((unsigned) strtoul(argv[n], NULL, 10), round);
        }
    }
    for (i = a; i < argc; i++) {
        Counts((unsigned) strtoul(argv[i], NULL, 10));
    }
    close(stdinPipe);
    waitpid(holder, NULL, 0);
    unlink(questions);
    return 0;
}
