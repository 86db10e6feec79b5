/*
 * judgeSubject.h --
 *
 *      The subject: the process whose paths are judged.
 *
 * The judge's files are compiled once for each of its users, from one source:
 *
 *      for the injected library, with DTSM_SUBJECT naming its header
 *              (injectSubject.h): the subject is the process that the library
 *              is in, and the answers are inline over its variables
 *      for the supervisor and the Tcl package: the subject is a struct, which
 *              a thread aims at before it asks the judge.  A thread that has
 *              not has no map, and all calls pass
 *
 * THE ANSWERS
 *
 * Map            The session's map; NULL: all calls pass.
 * MapAsItIs      The same, but never attaches.
 * Log            The file of the session's log; NULL: none.
 * Ask            What DTSM_ASK says; NULL: nobody is asked.
 * MapFile        The file of the map; NULL when the ids of the process do not
 *                matter.
 * User           Its effective user at its start, beside MapFile.
 * IsLittle       Is its memory limited?
 *
 * Pid            Its number.
 * Name           Its program, where that is given; NULL: /proc tells.
 * KnownName      The same where /proc does not tell; "" for nothing.
 * NoNewPrivs     Do files give its programs no rights?
 * Supervise      See to it that a program that does not load the injected
 *                library is supervised when it starts; 1 if it will be.
 *
 * Cwd            Its working directory, as the kernel names it, terminated.
 *                *policyPtr receives the number of the policy that this rests
 *                on, 0 when it is fresh from the kernel.  fresh: do not take it
 *                from memory.  The length, or 0: none, deleted, out of reach,
 *                or too long for buf.
 * Place          The same of one of its directory descriptors.
 * FdPath         The path of one of its descriptors; the length, or 0.
 * GonePath       The path that its directory, or that of a descriptor, had
 *                before it was deleted; 0 when it is not.
 * Reach          Where the kernel comes to by a path, flags being O_NOFOLLOW or
 *                0, for ways that are too long to be gone step by step.  Of
 *                what is missing the directory counts, and the name.  0 when
 *                that is not to be told.
 * ForgetCwd      Its directory may have another name now.
 * OwnName        What our own look must call a path: what begins with
 *                /proc/self means the other process there.  path, or its new
 *                name in buf; longer ones stay as they are.
 *
 * IsReadOnly     It can only read the map and records nothing.
 * IsStale        And it has changed what the map rests on: verdicts are no
 *                answer any more.
 * GoStale        From now on.
 * IsTold         Was this refusal told to the log already?
 * MapLater       How a program that it starts can open the map: DTSM_RDWR,
 *                DTSM_RDONLY, -1 for not at all.
 * ToldReadOnly   The log says so already.
 * Undecided      A look was held back: name the program in the log, once.
 * Barred         Was a look refused, as its result says, though the program's
 *                own call may go?
 * CannotAsk      Is it this process that may not put questions, as this result
 *                says?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_SUBJECT_H
#define DTSM_JUDGE_SUBJECT_H

#include "judge.h"
#include "judgeExec.h"

#define TRACE_OWN_MAX 256       /* room for OwnName */

#ifdef DTSM_SUBJECT

#include DTSM_SUBJECT

#else

typedef struct DtsmSubject {
    Dtsm_Map *map;              /* borrowed; NULL: all calls pass */
    int pid;
    char proc[32];              /* "/proc/PID/" */
    char log[PATH_MAX];         /* "": none */
    char ask[PATH_MAX];         /* "": nobody is asked */
    char name[PATH_MAX];        /* "": /proc tells */
} DtsmSubject;

/*
 * DtsmSubjectInit --
 *
 *      A subject of a session, which is no process yet.  Texts that are too
 *      long for it count as none.
 *
 * Arguments:
 *      map, log, ask   The session's; log and ask may be NULL.
 *      name            What the log calls its program; NULL: /proc tells.
 *
 * DtsmSubjectSetPid --
 *
 *      Judge on behalf of this process, or thread, from now on.
 *
 * DtsmSubjectAim --
 *
 *      From now on the judge's functions, called by this thread, judge for
 *      this subject.
 *
 * DtsmSubjectProc --
 *
 *      A name below the subject's directory in /proc; its length, or 0.
 *
 * DtsmSubjectRead --
 *
 *      The beginning of a file there, terminated; its length, 0 or less: none.
 *
 * DtsmSubjectStatus --
 *
 *      The number behind a name of its status file, the field'th from 0 on;
 *      octal for base 8; -1: none.
 *
 * DtsmSubjectIsOld --
 *
 *      Has it the old layout of addresses?
 */

void DtsmSubjectInit(DtsmSubject *subject, Dtsm_Map *map, const char *log,
        const char *ask, const char *name);
void DtsmSubjectSetPid(DtsmSubject *subject, int pid);
void DtsmSubjectAim(DtsmSubject *subject);

size_t DtsmSubjectProc(char *buf, size_t size, const char *rest);
long DtsmSubjectRead(const char *name, char *buf, size_t size);
long DtsmSubjectStatus(const char *name, int field, int base);
int DtsmSubjectIsOld(void);

/*
 * The answers, for the subject that this thread aims at.
 */

extern _Thread_local DtsmSubject *dtsmSubject;  /* never NULL */

size_t DtsmSubjectCwd(Dtsm_Map *map, char *buf, size_t size,
        uint64_t *policyPtr, int fresh);
size_t DtsmSubjectPlace(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh);
size_t DtsmSubjectFdPath(int fd, char *buf, size_t size);
size_t DtsmSubjectGonePath(int dirfd, char *buf, size_t size);
const char *DtsmSubjectOwnName(const char *path, char *buf, size_t size);
int DtsmSubjectPid(void);
int DtsmSubjectNoNewPrivs(void);
int DtsmSubjectSupervise(const DtsmTraceProgram *program);

static inline Dtsm_Map *
DtsmSubjectMap(void)
{
    return dtsmSubject->map;
}

static inline Dtsm_Map *
DtsmSubjectMapAsItIs(void)
{
    return dtsmSubject->map;
}

static inline const char *
DtsmSubjectLog(void)
{
    return dtsmSubject->log[0] != '\0' ? dtsmSubject->log : NULL;
}

static inline const char *
DtsmSubjectAsk(void)
{
    return dtsmSubject->ask[0] != '\0' ? dtsmSubject->ask : NULL;
}

static inline const char *
DtsmSubjectName(void)
{
    return dtsmSubject->name[0] != '\0' ? dtsmSubject->name : NULL;
}

/*
 * Whether it is another user than the map's, or has little memory, is not
 * known.
 */

static inline const char *
DtsmSubjectMapFile(void)
{
    return NULL;
}

static inline unsigned long
DtsmSubjectUser(void)
{
    return 0;
}

static inline int
DtsmSubjectIsLittle(void)
{
    return 0;
}

/*
 * What it would come to by our look depends on what we may see.
 */

static inline size_t
DtsmSubjectReach(int dirfd, const char *path, int flags, char *buf,
        size_t size)
{
    (void) dirfd;
    (void) path;
    (void) flags;
    (void) buf;
    (void) size;
    return 0;
}

static inline void
DtsmSubjectForgetCwd(void)
{
}

/*
 * The filter and the bounds that a program has made for itself bind it, not
 * this process, whose map can be written.
 */

static inline int
DtsmSubjectIsReadOnly(void)
{
    return 0;
}

static inline int
DtsmSubjectIsStale(void)
{
    return 0;
}

static inline void
DtsmSubjectGoStale(void)
{
}

static inline const char *
DtsmSubjectKnownName(void)
{
    return "";
}

static inline void
DtsmSubjectUndecided(void)
{
}

static inline int
DtsmSubjectBarred(long result)
{
    (void) result;
    return 0;
}

static inline int
DtsmSubjectCannotAsk(long result)
{
    (void) result;
    return 0;
}

static inline int
DtsmSubjectIsTold(const char *path, size_t len)
{
    (void) path;
    (void) len;
    return 0;
}

static inline int
DtsmSubjectMapLater(void)
{
    return DTSM_RDWR;
}

static inline void
DtsmSubjectToldReadOnly(void)
{
}

#endif /* DTSM_SUBJECT */

#endif /* DTSM_JUDGE_SUBJECT_H */
