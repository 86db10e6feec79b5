/*
 * dtsmProcess.h --
 *
 *      The recording: which process touched which path, how and when.  It
 *      lies in the map; dtsm.h includes this header, and what it says of
 *      paths, threads, context, crashes and hostile files holds here too.
 *
 *      A process (an image: fork and exec both begin another) has a record
 *      with its number, its parent's, its program, directory and command line,
 *      and a list of accesses: one 8-byte word each, which names the record of
 *      a path by its PLACE.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMPROCESS_H
#define DTSMPROCESS_H

#include "dtsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Flags of an access: at least one of DTSM_ACCESS_KINDS, and any of the
 * others.
 */

#define DTSM_ACCESS_KINDS \
    (DTSM_STAT | DTSM_READ | DTSM_WRITE | DTSM_EXEC | DTSM_LIST)
#define DTSM_REFUSED    0x4000u     /* was refused */
#define DTSM_LOADED     0x8000u     /* done by the loader, not to be refused */
#define DTSM_ACCESS_FLAGS \
    (DTSM_ACCESS_KINDS | DTSM_MISSING | DTSM_REFUSED | DTSM_LOADED)

/*
 * Dtsm_SetRecording, Dtsm_Recording --
 *
 *      How many accesses the map shall hold at most; 0, as in a new map:
 *      nothing is recorded.  A process that begins or needs room asks for it.
 *      Several that take room at once may exceed it by a little.
 *
 * Returns: DTSM_OK or DTSM_READONLY; Dtsm_Recording the number.
 */

int Dtsm_SetRecording(Dtsm_Map *map, uint64_t most);
uint64_t Dtsm_Recording(const Dtsm_Map *map);

/*
 * Dtsm_Place --
 *
 *      The place of the path's record, which is made if there is none.  A new
 *      one has no verdict.
 *
 * Returns: DTSM_OK with *placePtr, never 0; else DTSM_FULL, DTSM_READONLY,
 *      DTSM_INVALID, and 0.
 */

int Dtsm_Place(Dtsm_Map *map, const char *path, size_t pathLen,
        uint64_t *placePtr);

/*
 * Dtsm_TokenPlace --
 *
 *      The place of the record that a look found; 0: none.
 */

static inline uint64_t
Dtsm_TokenPlace(const Dtsm_Token *tokenPtr)
{
    return tokenPtr->record & ~(UINT64_C(1) << 63);
}

/*
 * What a process keeps to record its accesses.  The caller gives it, and the
 * table of what has been recorded already, in memory of the process's own,
 * zero before the first begin.  Nothing in it but record is for the caller to
 * read.  All threads of the process use the same one, and so do its vfork
 * children, until they exec.
 */

#define DTSM_SEEN_WORDS 512         /* a page of 4096 bytes */

typedef struct Dtsm_Process {
    uint64_t record;                /* place of its record; 0: not begun */
    uint64_t room;                  /* where the next word goes; R4 */
    uint64_t start;                 /* CLOCK_BOOTTIME, ns */
    uint64_t coarseStart;           /* the same by the coarse clock; 0: not
                                       asked for yet */
    uint64_t *table;                /* DTSM_SEEN_WORDS */
    const uint64_t *seen;           /* what is looked at: table or none, and */
    uint64_t mask;                  /* of its indices; R7 */
    uint64_t none;                  /* 0 */
    unsigned early;                 /* words until the table is used */
} Dtsm_Process;

/*
 * Dtsm_ProcessBegin --
 *
 *      Record that this process began.  A forked child, which has a copy of
 *      its parent's Dtsm_Process, begins with that before its first access.
 *
 * Arguments:
 *      process  table is set; all else zero, or as a fork left it.
 *      start    Borrowed for the call.
 *
 * Returns:
 *      DTSM_OK; DTSM_NOTFOUND when nothing is recorded here (Dtsm_Recording);
 *      DTSM_FULL, DTSM_READONLY, DTSM_CORRUPT: then its accesses are not
 *      recorded, and when it was for want of room, counted as unrecorded.
 */

typedef struct Dtsm_Start {
    int pid, parentPid;
    uint64_t time;                  /* CLOCK_BOOTTIME, ns; 0: now */
    uint64_t forker;                /* record of the process that forked it,
                                       when it has not exec'd since; or 0 */
    uint64_t program, directory;    /* places of their paths; 0: unknown */
    const char *const *words;       /* its command line; or NULL, and */
    size_t wordCount;
    const char *text;               /* the same, one word after the other, */
    size_t textLen;                 /* each with its NUL */
} Dtsm_Start;

#define DTSM_TEXT_MOST  (UINT32_C(120) << 10)   /* of a command line; what is
                                                   beyond is cut off */

int Dtsm_ProcessBegin(Dtsm_Map *map, Dtsm_Process *process,
        const Dtsm_Start *start);

/*
 * Dtsm_Access --
 *
 *      Record an access to the path at place, unless this process has recorded
 *      one with these flags lately.  Of its first ones a process remembers
 *      nothing.
 *
 * Arguments:
 *      place    From Dtsm_Place, or of a record that was found.
 *      flags    Of DTSM_ACCESS_FLAGS.
 *
 * Dtsm_AccessAlias --
 *
 *      Record that the path at place resolved to the one at target.
 *
 *      Neither fails: what found no room is counted, DTSM_COUNT_UNRECORDED.
 *      Before a begin they do nothing.  Context: no system call, but for room.
 */

void Dtsm_Access(Dtsm_Map *map, Dtsm_Process *process, uint64_t place,
        unsigned flags);
void Dtsm_AccessAlias(Dtsm_Map *map, Dtsm_Process *process, uint64_t place,
        uint64_t target);

/*
 * Dtsm_ProcessEnd --
 *
 *      Record how the process, whose record is at place, ends.  DTSM_END_EXEC:
 *      it is about to exec; DTSM_END_NONE takes that back when it failed.
 *
 * Arguments:
 *      value    A status, or a signal's number; else 0.
 */

enum {
    DTSM_END_NONE,                  /* runs, or was killed unseen */
    DTSM_END_STATUS, DTSM_END_SIGNAL, DTSM_END_EXEC
};

void Dtsm_ProcessEnd(Dtsm_Map *map, uint64_t place, int how, int value);

/*
 * Dtsm_WalkProcesses --
 *
 *      Call processProc for each process in the order in which they began, and
 *      after each one accessProc for its accesses and aliases in the order in
 *      which they came.  The same access may come twice.  What is borrowed
 *      lies in the map and stays there until Dtsm_Close.
 *
 * Arguments:
 *      accessProc  NULL: accesses are left out, and so is the time they take.
 *
 * Returns:
 *      DTSM_OK, what a proc returned other than 0, which ends the walk,
 *      DTSM_CORRUPT, or DTSM_SYSTEM with errno (ENOMEM).  Time and memory are
 *      bound by the length of the file, whatever it says.
 */

typedef struct Dtsm_ProcessEntry {
    uint32_t id;                    /* from 1 on, in order */
    uint32_t forker;                /* the id of the process that forked it,
                                       when it has not exec'd since; or 0 */
    int pid, parentPid;
    uint64_t start, end;            /* CLOCK_BOOTTIME, ns; end 0: unknown */
    int how, value;                 /* DTSM_END_*; a status or a signal */
    const char *program, *directory;    /* NULL: unknown */
    size_t programLen, directoryLen;
    const char *text;               /* the command line's words, each with its
                                       NUL */
    size_t textLen, wordCount;
    int isCut;                      /* 1: there was more */
} Dtsm_ProcessEntry;

typedef struct Dtsm_AccessEntry {
    const char *path;
    size_t pathLen;
    uint64_t place;                 /* the same for the same path */
    unsigned flags;                 /* DTSM_ACCESS_FLAGS; 0: an alias, and */
    const char *target;             /* what it resolved to; else NULL */
    size_t targetLen;
    uint64_t targetPlace;
    uint64_t time;                  /* about, ns since the process's start; 0
                                       of its first accesses */
} Dtsm_AccessEntry;

typedef int Dtsm_ProcessProc(void *data, const Dtsm_ProcessEntry *entry);
typedef int Dtsm_AccessProc(void *data, const Dtsm_AccessEntry *entry);

int Dtsm_WalkProcesses(const Dtsm_Map *map, Dtsm_ProcessProc *processProc,
        Dtsm_AccessProc *accessProc, void *data);

#ifdef __cplusplus
}
#endif

#endif /* DTSMPROCESS_H */
