/*
 * changers.c --
 *
 *      changers MAP: changes that are announced, ended, too many, or left by
 *      a process that is killed.  Prints what does not hold, then "done".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

#define MOST 6

#define HOLDS(condition) \
    ((condition) ? (void) 0 : (void) printf("not so: %s\n", #condition))

static Dtsm_Map *map;
static unsigned flags;

/*
 * Keep --
 *
 *      Look at a path and insert a verdict with the token.  Returns whether
 *      the look was settled.
 */

static int
Keep(const char *path)
{
    Dtsm_Token token;

    Dtsm_Look(map, path, strlen(path), &flags, &token);
    Dtsm_InsertLooked(map, path, strlen(path), DTSM_ALLOW | DTSM_READ,
            &token);
    return Dtsm_IsSettled(&token);
}

static int
Counts(const char *path)
{
    return Dtsm_Search(map, path, strlen(path), &flags) == DTSM_OK;
}

static int
Gather(void *data, const Dtsm_Entry *entry)
{
    *(unsigned *) data |= entry->flags;
    return 0;
}

static void
Announced(void)
{
    uint64_t ticket = Dtsm_BeginChange(map);
    unsigned walked = 0;

    HOLDS(ticket != 0);
    HOLDS(!Keep("/w/new"));
    HOLDS(!Counts("/w/new"));
    Dtsm_Walk(map, "/w/new", 6, Gather, &walked);
    HOLDS(walked == (DTSM_ALLOW | DTSM_READ | DTSM_VOID));
    Dtsm_EndChange(map, ticket);
    HOLDS(!Counts("/w/new"));
    HOLDS(Keep("/w/new"));
    HOLDS(Counts("/w/new"));
    Dtsm_EndChange(map, ticket);        /* again: nothing */
    Dtsm_EndChange(map, 0);
}

static void
Many(void)
{
    uint64_t tickets[MOST];
    int i;

    for (i = 0; i < MOST; i++) {
        tickets[i] = Dtsm_BeginChange(map);
        HOLDS(tickets[i] != 0);
    }
    HOLDS(Dtsm_BeginChange(map) == 0);
    for (i = 0; i < MOST; i++) {
        HOLDS(!Keep("/w/many"));
        Dtsm_EndChange(map, tickets[i]);
    }
    HOLDS(Keep("/w/many"));
}

static void
Killed(void)
{
    siginfo_t info;
    pid_t child = fork();

    if (child == 0) {
        Dtsm_BeginChange(map);
        kill(getpid(), SIGKILL);
    }
    waitid(P_PID, (id_t) child, &info, WEXITED | WNOWAIT);
    HOLDS(!Keep("/w/killed"));          /* not gone yet */
    HOLDS(!Keep("/w/killed"));
    waitpid(child, NULL, 0);
    HOLDS(!Keep("/w/killed"));          /* meets it */
    HOLDS(Keep("/w/killed"));
    HOLDS(Counts("/w/killed"));
}

/*
 * Left --
 *
 *      Numbers of processes that are gone are no room taken.
 */

static void
Left(void)
{
    uint64_t ticket;
    int i;

    for (i = 0; i < MOST; i++) {
        pid_t child = fork();

        if (child == 0) {
            _exit(Dtsm_BeginChange(map) == 0);
        }
        waitpid(child, NULL, 0);
    }
    ticket = Dtsm_BeginChange(map);
    HOLDS(ticket != 0);
    Dtsm_EndChange(map, ticket);
    HOLDS(Keep("/w/left"));
}

static void
ReadOnly(const char *file)
{
    Dtsm_Map *reader;

    HOLDS(Dtsm_Open(file, DTSM_RDONLY, &reader) == DTSM_OK);
    HOLDS(Dtsm_BeginChange(reader) == 0);
    Dtsm_Close(reader);
}

int
main(int argc, char **argv)
{
    if (argc != 2 || Dtsm_Open(argv[1], DTSM_RDWR, &map) != DTSM_OK) {
        return 2;
    }
    Announced();
    Many();
    Killed();
    Left();
    ReadOnly(argv[1]);
    HOLDS(Dtsm_Check(map, NULL, NULL) == DTSM_OK);
    Dtsm_Close(map);
    puts("done");
    return 0;
}
