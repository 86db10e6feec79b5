/*
 * injectSubject.h --
 *
 *      The subject of the injected library (judgeSubject.h): the process that
 *      it is in.  What the library knows of it, and the judge's answers from
 *      that.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_SUBJECT_H
#define DTSM_INJECT_SUBJECT_H

#include "judge.h"
#include "judgeExec.h"

/*
 * Attaching (injectInit.c).
 *
 * DtsmTraceLogSelf --
 *
 *      Log that this program, which runs already, is not traced, and why;
 *      NULL: it can only read the map.
 */

extern Dtsm_Map *dtsmTraceMap;          /* NULL: passive, all calls pass */
extern int dtsmTraceState;              /* 0: not tried yet */
extern unsigned long dtsmTraceUser;     /* its effective user at its start */

enum {                                  /* the saved environment */
    TRACE_ENV_PRELOAD, TRACE_ENV_MAP, TRACE_ENV_LOG, TRACE_ENV_ASK,
    TRACE_ENV_MAY, TRACE_ENVS
};

extern const char *dtsmTraceEnv[TRACE_ENVS];    /* "NAME=value" or NULL */

Dtsm_Map *DtsmTraceAttach(void);
void DtsmTraceLogSelf(const char *why);

/*
 * Its limits (wrapLimit.c).
 */

extern int dtsmTraceLittle;     /* its memory was limited */

/*
 * Its directory (injectCwd.c), those of its descriptors (injectPlace.c), and
 * where the kernel says that they are (injectReach.c).
 */

size_t DtsmTraceGetCwd(Dtsm_Map *map, char *buf, size_t size,
        uint64_t *policyPtr, int fresh);
void DtsmTraceForgetCwd(void);
int DtsmTracePid(void);
int DtsmTraceNoNewPrivs(void);
size_t DtsmTraceGetFdPath(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh);
size_t DtsmTraceFdPath(int fd, char *buf, size_t size);
size_t DtsmTraceGonePath(int dirfd, char *buf, size_t size);
size_t DtsmTraceReach(int dirfd, const char *path, int flags, char *buf,
        size_t size);

/*
 * Its own filter, and a map that it can only read (injectFilter.c).
 */

extern int dtsmTraceReadOnly;
extern int dtsmTraceStale;

const char *DtsmTraceKnownName(void);
void DtsmTraceUndecided(void);
int DtsmTraceBarred(long result);
int DtsmTraceCannotAsk(long result);
int DtsmTraceIsTold(const char *path, size_t len);
int DtsmTraceMapLater(void);
void DtsmTraceToldReadOnly(void);

/*
 * The supervisor (injectSupervise.c).
 */

int DtsmTraceSupervise(const DtsmTraceProgram *program);

/*
 * The answers.
 *
 * The map is attached at the first call that comes before our constructor.
 */

static inline Dtsm_Map *
DtsmSubjectMapAsItIs(void)
{
    return __atomic_load_n(&dtsmTraceMap, __ATOMIC_ACQUIRE);
}

static inline Dtsm_Map *
DtsmSubjectMap(void)
{
    Dtsm_Map *map = DtsmSubjectMapAsItIs();

    if (DTSM_LIKELY(map != NULL)) {
        return map;
    }
    if (__atomic_load_n(&dtsmTraceState, __ATOMIC_RELAXED) != 0) {
        return NULL;
    }
    return DtsmTraceAttach();
}

/*
 * The value of a variable that we carry, without its name.
 */

static inline const char *
DtsmTraceEnvValue(int which, size_t nameSize)
{
    const char *entry = dtsmTraceEnv[which];

    return entry == NULL ? NULL : entry + nameSize;
}

static inline const char *
DtsmSubjectLog(void)
{
    return DtsmTraceEnvValue(TRACE_ENV_LOG, sizeof("DTSM_LOG=") - 1);
}

static inline const char *
DtsmSubjectAsk(void)
{
    return DtsmTraceEnvValue(TRACE_ENV_ASK, sizeof("DTSM_ASK=") - 1);
}

static inline const char *
DtsmSubjectMapFile(void)
{
    return DtsmTraceEnvValue(TRACE_ENV_MAP, sizeof("DTSM_MAP=") - 1);
}

static inline unsigned long
DtsmSubjectUser(void)
{
    return dtsmTraceUser;
}

static inline int
DtsmSubjectIsLittle(void)
{
    return dtsmTraceLittle;
}

static inline int
DtsmSubjectPid(void)
{
    return DtsmTracePid();
}

static inline const char *
DtsmSubjectName(void)
{
    return NULL;
}

static inline const char *
DtsmSubjectKnownName(void)
{
    return DtsmTraceKnownName();
}

static inline int
DtsmSubjectNoNewPrivs(void)
{
    return DtsmTraceNoNewPrivs();
}

static inline int
DtsmSubjectSupervise(const DtsmTraceProgram *program)
{
    return DtsmTraceSupervise(program);
}

static inline size_t
DtsmSubjectCwd(Dtsm_Map *map, char *buf, size_t size, uint64_t *policyPtr,
        int fresh)
{
    return DtsmTraceGetCwd(map, buf, size, policyPtr, fresh);
}

static inline size_t
DtsmSubjectPlace(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh)
{
    return DtsmTraceGetFdPath(map, fd, buf, size, policyPtr, fresh);
}

static inline size_t
DtsmSubjectFdPath(int fd, char *buf, size_t size)
{
    return DtsmTraceFdPath(fd, buf, size);
}

static inline size_t
DtsmSubjectGonePath(int dirfd, char *buf, size_t size)
{
    return DtsmTraceGonePath(dirfd, buf, size);
}

static inline size_t
DtsmSubjectReach(int dirfd, const char *path, int flags, char *buf,
        size_t size)
{
    return DtsmTraceReach(dirfd, path, flags, buf, size);
}

static inline void
DtsmSubjectForgetCwd(void)
{
    DtsmTraceForgetCwd();
}

static inline const char *
DtsmSubjectOwnName(const char *path, char *buf, size_t size)
{
    (void) buf;
    (void) size;
    return path;
}

static inline int
DtsmSubjectIsReadOnly(void)
{
    return dtsmTraceReadOnly;
}

static inline int
DtsmSubjectIsStale(void)
{
    return dtsmTraceStale;
}

static inline void
DtsmSubjectGoStale(void)
{
    dtsmTraceStale = 1;
}

static inline int
DtsmSubjectIsTold(const char *path, size_t len)
{
    return DtsmTraceIsTold(path, len);
}

static inline int
DtsmSubjectMapLater(void)
{
    return DtsmTraceMapLater();
}

static inline void
DtsmSubjectToldReadOnly(void)
{
    DtsmTraceToldReadOnly();
}

static inline void
DtsmSubjectUndecided(void)
{
    DtsmTraceUndecided();
}

static inline int
DtsmSubjectBarred(long result)
{
    return DtsmTraceBarred(result);
}

static inline int
DtsmSubjectCannotAsk(long result)
{
    return DtsmTraceCannotAsk(result);
}

#endif /* DTSM_INJECT_SUBJECT_H */
