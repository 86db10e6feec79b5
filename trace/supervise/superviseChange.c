/*
 * superviseChange.c --
 *
 *      Changes that supervised programs make: a symlink comes or goes, a
 *      directory is renamed.
 *
 * The kernel carries them out, with the rights that the program has at that
 * moment: its capabilities, groups, user namespace, Landlock rules, limits.
 * Nothing is done in its stead.  So the map is corrected around a call that we
 * do not see end:
 *
 * C1  The map says that a change is under way, then forgets, and then the
 *     reply lets the call go on (V6 in ../core/dtsmSlot.h).  From here on
 *     nobody keeps an answer that a process could find stale.
 * C2  That lasts until the call is known to be over: its thread makes another
 *     call that we are asked about, waits in another call, has used more time
 *     than such a call takes, or is gone.  What is not known lasts on; it
 *     costs others time, never a wrong answer.
 * C3  When this process is killed meanwhile, nobody is asked any more, and the
 *     map has no session.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeChange.h"
#include "judgeProc.h"
#include "supervise.h"

#ifdef DTSM_SUPERVISES

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROOM 256
#define PACE_MAX 16             /* ms between two looks */
#define TICKS 3                 /* of a clock that has 100 in a second */

typedef struct Pending {
    int thread;
    int call;                   /* its number */
    long ticks;                 /* that the thread has used; -1: not known */
    int bare;                   /* the map had no room to say so (C1) */
} Pending;

static struct {
    uint64_t ticket;            /* of all together; 0: none */
    int count;
    int64_t due;                /* when to look, in ms */
    int pace;
    Pending list[ROOM];
} changes;

static int64_t
Now(void)
{
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * End --
 *
 *      The call is over, or is not made.  Without a ticket somebody may have
 *      kept an answer meanwhile.
 */

static void
End(int i)
{
    if (changes.list[i].bare) {
        Dtsm_Forget(dtsmSuperviseTarget.map, "/", 1, 1);
    }
    changes.list[i] = changes.list[--changes.count];
    if (changes.count == 0 && changes.ticket != 0) {
        Dtsm_EndChange(dtsmSuperviseTarget.map, changes.ticket);
        changes.ticket = 0;
    }
}

void
DtsmSuperviseBegin(int thread, int call, const DtsmSupervisePath *one,
        const DtsmSupervisePath *other)
{
    Pending *pending;

    if (changes.count == ROOM) {
        changes.list[0].bare = 1;
        End(0);
    }
    if (changes.ticket == 0) {
        changes.ticket = Dtsm_BeginChange(dtsmSuperviseTarget.map);
    }
    pending = &changes.list[changes.count++];
    pending->thread = thread;
    pending->call = call;
    pending->ticks = -1;
    pending->bare = changes.ticket == 0;
    DtsmTraceForget(one->dirfd, one->path);
    if (other != NULL) {
        DtsmTraceForget(other->dirfd, other->path);
    }
    changes.pace = 1;
    changes.due = Now() + changes.pace;
}

void
DtsmSuperviseOver(int thread)
{
    int i;

    for (i = changes.count - 1; i >= 0; i--) {
        if (changes.list[i].thread == thread) {
            End(i);
        }
    }
}

/*
 * Ticks --
 *
 *      The processor time that a thread has used, in clock ticks, and its
 *      state; -1 when it is gone.
 */

static long
Ticks(int thread, char *statePtr)
{
    char name[48], text[1024], *at, *end;
    size_t len = DtsmTraceFdName("task/", thread, name, sizeof(name));
    long ticks;
    int i;

    DtsmSuperviseAim(thread);
    memcpy(name + len, "/stat", 6);
    if (DtsmSubjectRead(name, text, sizeof(text)) <= 0
            || (at = strrchr(text, ')')) == NULL || at[1] == '\0') {
        return -1;
    }
    at += 2;
    *statePtr = *at;
    for (i = 0; i < 11 && at != NULL; i++) {            /* 3 to 14 */
        at = strchr(at + 1, ' ');
    }
    if (at == NULL) {
        return -1;
    }
    ticks = strtol(at, &end, 10);
    return ticks + strtol(end, NULL, 10);
}

/*
 * IsOver --
 *
 *      C2.  A thread that waits says in which call; -1 is none.
 */

static int
IsOver(Pending *pending)
{
    char state = 'R', text[128], *end;
    long call, ticks = Ticks(pending->thread, &state);

    if (ticks < 0 || state == 'Z' || state == 'X') {
        return 1;
    }
    if (pending->ticks < 0) {
        pending->ticks = ticks;
    }
    if (ticks - pending->ticks >= TICKS) {
        return 1;
    }
    if (state == 'R' || DtsmSubjectRead("syscall", text, sizeof(text))
            <= 0) {
        return 0;
    }
    call = strtol(text, &end, 10);
    return end != text && call != pending->call;
}

int
DtsmSuperviseSweep(void)
{
    int64_t now;
    int i;

    if (changes.count == 0) {
        return -1;
    }
    now = Now();
    if (now >= changes.due) {
        for (i = changes.count - 1; i >= 0; i--) {
            if (IsOver(&changes.list[i])) {
                End(i);
            }
        }
        changes.pace = changes.pace < PACE_MAX ? 2 * changes.pace : PACE_MAX;
        changes.due = now + changes.pace;
    }
    return changes.count == 0 ? -1 : (int) (changes.due - now);
}

void
DtsmSuperviseSettle(void)
{
    while (changes.count > 0) {
        End(changes.count - 1);
    }
}

#endif /* DTSM_SUPERVISES */
