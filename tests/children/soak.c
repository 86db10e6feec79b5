/*
 * soak.c --
 *
 *      soak MAP PROCESSES CALLS KILLS SEED: as many processes do CALLS calls
 *      each, at once; at random moments one is killed and another takes its
 *      place, KILLS times.  A process tells in shared memory of each verdict
 *      that was acknowledged: none may be lost, whoever is killed, and all
 *      must go on.
 *
 *      Prints "lost N wrong N stuck N check N".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dtsm.h"

#define PROCESSES_MAX   64
#define PATIENCE        120     /* seconds without a call: stuck */

typedef struct Share {          /* one process' place; its cache line */
    _Atomic unsigned long acknowledged, calls, wrong;
    char pad[40];
} Share;

static Share *shares;
static const char *file;
static unsigned processes;
static unsigned long most;

static uint64_t
Next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t
Path(char *path, size_t size, unsigned who, unsigned long i)
{
    return (size_t) snprintf(path, size, "/soak/%u/%lu/some/where/%lu.h", who,
            i % 17, i);
}

/*
 * CallOther --
 *
 *      Calls on paths that belong to nobody, whose answers may be anything.
 */

static void
CallOther(Dtsm_Map *map, uint64_t *state)
{
    char path[80];
    size_t len = (size_t) snprintf(path, sizeof(path), "/other/%u",
            (unsigned) (Next(state) % 1000));
    unsigned flags;
    Dtsm_Token token;
    uint64_t ticket;

    switch (Next(state) % 64) {
    case 0:
        ticket = Dtsm_BeginChange(map);
        Dtsm_Forget(map, "/other/below", 12, 1);
        Dtsm_EndChange(map, ticket);
        break;
    case 1:
        Dtsm_Insert(map, "/other/rule", 11, DTSM_DENY | DTSM_PREFIX);
        Dtsm_Remove(map, "/other/rule", 11);
        break;
    default:
        Dtsm_Look(map, path, len, &flags, &token);
        Dtsm_InsertLooked(map, path, len, DTSM_ALLOW, &token);
        Dtsm_Mark(map, path, len, DTSM_WRITE, 0);
        if (Next(state) % 2 == 0) {
            Dtsm_Forget(map, path, len, 0);
        }
        break;
    }
}

static void
CallOne(Dtsm_Map *map, unsigned who, uint64_t *state)
{
    Share *own = &shares[who];
    unsigned kind = (unsigned) (Next(state) % 100), other, flags;
    unsigned long there;
    char path[80];
    size_t len;

    if (kind < 8) {
        there = own->acknowledged;
        len = Path(path, sizeof(path), who, there);
        if (Dtsm_Insert(map, path, len, DTSM_ALLOW | DTSM_READ) == DTSM_OK) {
            own->acknowledged = there + 1;
        } else {
            own->wrong++;
        }
    } else if (kind < 80) {
        other = (unsigned) (Next(state) % processes);
        there = shares[other].acknowledged;
        if (there > 0) {
            len = Path(path, sizeof(path), other, Next(state) % there);
            if (Dtsm_Search(map, path, len, &flags) != DTSM_OK
                    || (flags & DTSM_READ) == 0) {
                own->wrong++;
            }
        }
    } else if (kind < 90) {
        CallOther(map, state);
    } else {
        len = (size_t) snprintf(path, sizeof(path), "/none/%u",
                (unsigned) (Next(state) % 100000));
        if (Dtsm_Search(map, path, len, &flags) != DTSM_NOTFOUND) {
            own->wrong++;
        }
    }
}

static pid_t
Start(unsigned who, uint64_t state)
{
    pid_t child = fork();

    if (child == 0) {
        Dtsm_Map *map;

        if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
            shares[who].wrong++;
            _exit(1);
        }
        while (shares[who].calls < most) {
            CallOne(map, who, &state);
            shares[who].calls++;
        }
        Dtsm_Close(map);
        _exit(0);
    }
    return child;
}

/*
 * Watch --
 *
 *      Wait for all, and kill some meanwhile; returns how many were stuck.
 */

static unsigned
Watch(pid_t *children, unsigned kills, uint64_t *state)
{
    static unsigned long last[PROCESSES_MAX];
    static time_t seen[PROCESSES_MAX];
    unsigned who, left = processes, stuck = 0;

    while (left > 0) {
        struct timespec moment = {0, (long) (Next(state) % 4000000)};

        nanosleep(&moment, NULL);
        who = (unsigned) (Next(state) % processes);
        if (kills > 0 && children[who] != 0) {
            int status;

            kill(children[who], SIGKILL);
            waitpid(children[who], &status, 0);
            if (WIFSIGNALED(status)) {
                kills--;
                children[who] = Start(who, Next(state) | 1);
            } else {
                children[who] = 0;
                left--;
            }
        }
        for (who = 0; who < processes; who++) {
            unsigned long calls = shares[who].calls;

            if (children[who] == 0) {
                continue;
            }
            if (waitpid(children[who], NULL, WNOHANG) == children[who]) {
                children[who] = 0;
                left--;
            } else if (calls != last[who] || seen[who] == 0) {
                last[who] = calls;
                seen[who] = time(NULL);
            } else if (time(NULL) - seen[who] > PATIENCE) {
                stuck++;
                kill(children[who], SIGKILL);
            }
        }
    }
    return stuck;
}

int
main(int argc, char **argv)
{
    pid_t children[PROCESSES_MAX];
    unsigned long lost = 0, wrong = 0, i;
    unsigned who, stuck, flags;
    uint64_t state;
    Dtsm_Map *map;

    if (argc != 6) {
        return 2;
    }
    file = argv[1];
    processes = (unsigned) atoi(argv[2]);
    most = strtoul(argv[3], NULL, 10);
    state = strtoull(argv[5], NULL, 10) * 2654435761u + 1;
    shares = mmap(NULL, PROCESSES_MAX * sizeof(Share), PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shares == MAP_FAILED || processes == 0 || processes > PROCESSES_MAX) {
        return 2;
    }
    for (who = 0; who < processes; who++) {
        children[who] = Start(who, Next(&state) | 1);
    }
    stuck = Watch(children, (unsigned) atoi(argv[4]), &state);
    if (Dtsm_Open(file, DTSM_RDONLY, &map) != DTSM_OK) {
        return 2;
    }
    for (who = 0; who < processes; who++) {
        wrong += shares[who].wrong;
        for (i = 0; i < shares[who].acknowledged; i++) {
            char path[80];
            size_t len = Path(path, sizeof(path), who, i);

            if (Dtsm_Search(map, path, len, &flags) != DTSM_OK
                    || (flags & DTSM_READ) == 0) {
                lost++;
            }
        }
    }
    printf("lost %lu wrong %lu stuck %u check %d\n", lost, wrong, stuck,
            Dtsm_Check(map, NULL, NULL));
    return 0;
}
