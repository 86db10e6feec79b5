/*
 * wrapFile.c --
 *
 *      Wrappers that open files.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "judgePath.h"
#include "judgeSpell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef open
#undef open64
#undef openat
#undef openat64
#undef creat
#undef creat64
#undef fopen
#undef fopen64
#undef freopen
#undef freopen64

/*
 * Names that headers do not declare, or only for checked builds.
 */

int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

static unsigned
FopenHow(const char *mode)
{
    unsigned how = DTSM_READ;
    size_t len;

    if (mode == NULL) {
        return how;
    }
    len = DtsmTraceSpan(mode, ',', ',');  /* what follows is a character set */
    if (*mode == 'w' || *mode == 'a') {
        how = DTSM_WRITE | TRACE_MAKE;
        if (*mode == 'w' && memchr(mode, 'x', len) != NULL) {
            how |= TRACE_NOFOLLOW;
        }
    }
    if (memchr(mode, '+', len) != NULL) {
        how |= DTSM_READ | DTSM_WRITE;
    }
    return how;
}

/*
 * The mode comes only with flags that make a file.
 */

#define GET_MODE(flags, mode) \
    do { \
        if (((flags) & O_CREAT) || IS_TMPFILE(flags)) { \
            va_list args_; \
            va_start(args_, flags); \
            (mode) = va_arg(args_, mode_t); \
            va_end(args_); \
        } \
    } while (0)

/*
 * OpenNew --
 *
 *      Open with O_CREAT and O_EXCL, which makes a plain file or fails.  Where
 *      a rule allows that anyhow, the call is itself the look at the world,
 *      and no other is needed.
 */

typedef int OpenatProc(int dirfd, const char *path, int flags, ...);

#define MUST_BE_NEW(flags) \
    (((flags) & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) \
            && ((flags) & O_PATH) == 0)

#define NOT_TRIED -2

/*
 * TryNew --
 *
 *      The call, where it is that look.  Apart, so that its stack is free
 *      again for a check.
 *
 * Returns:
 *      What the call did, or NOT_TRIED.
 */

__attribute__((noinline)) static int
TryNew(Dtsm_Map *map, int dirfd, const char *path, int flags, mode_t mode,
        unsigned how, OpenatProc *real)
{
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
    DtsmTraceSpelling spell;
    Dtsm_Token token;
    uint64_t policy;
    unsigned rule;
    int fd;

    if (DtsmTraceSpell(map, dirfd, path, 0, buf, sizeof(buf), &spell)
                    != TRACE_SPELLED
            || spell.follow
            || (Dtsm_Prefetch(map, spell.path, spell.len),
                    !DtsmTraceIsPlain(map, spell.path, spell.len, &policy))
            || Dtsm_Look(map, spell.path, spell.len, &rule, &token) != DTSM_OK
            || rule != (DTSM_ALLOW | DTSM_PREFIX) || token.policy != policy
            || (spell.policy != 0 && spell.policy != policy)) {
        return NOT_TRIED;
    }
    fd = real(dirfd, path, flags, mode);
    if (fd >= 0) {
        Dtsm_InsertLooked(map, spell.path, spell.len,
                DTSM_ALLOW | (how & TRACE_KINDS), &token);
    }
    return fd;
}

static int
OpenNew(int dirfd, const char *path, int flags, mode_t mode, OpenatProc *real)
{
    Dtsm_Map *map = DtsmSubjectMap();
    unsigned how = DtsmTraceOpenHow(flags);
    int fd = map == NULL || TRACE_NO_POINTER(path) || *path == '\0'
            ? NOT_TRIED : TryNew(map, dirfd, path, flags, mode, how, real);

    if (fd == NOT_TRIED) {
        REFUSE(CHECK(dirfd, path, how), -1);
        return real(dirfd, path, flags, mode);
    }
    if (fd < 0) {
        CHECK(dirfd, path, how);
    }
    return fd;
}

#define OPEN(name, at) \
    DTSM_EXPORT int \
    name(const char *path, int flags, ...) \
    { \
        mode_t mode = 0; \
        GET_MODE(flags, mode); \
        if (MUST_BE_NEW(flags)) { \
            return OpenNew(AT_FDCWD, path, flags, mode, REAL(at)); \
        } \
        REFUSE(CHECK(AT_FDCWD, path, DtsmTraceOpenHow(flags)), -1); \
        return REAL(name)(path, flags, mode); \
    }

#define OPENAT(name) \
    DTSM_EXPORT int \
    name(int dirfd, const char *path, int flags, ...) \
    { \
        mode_t mode = 0; \
        GET_MODE(flags, mode); \
        if (MUST_BE_NEW(flags)) { \
            return OpenNew(dirfd, path, flags, mode, REAL(name)); \
        } \
        REFUSE(CHECK(dirfd, path, DtsmTraceOpenHow(flags)), -1); \
        return REAL(name)(dirfd, path, flags, mode); \
    }

OPEN(open, openat)
OPEN(open64, openat64)
OPEN(__open, openat)
OPEN(__open64, openat64)
OPENAT(openat)
OPENAT(openat64)

#define OPEN_2(name) \
    DTSM_EXPORT int \
    name(const char *path, int flags) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, DtsmTraceOpenHow(flags)), -1); \
        return REAL(name)(path, flags); \
    }

#define OPENAT_2(name) \
    DTSM_EXPORT int \
    name(int dirfd, const char *path, int flags) \
    { \
        REFUSE(CHECK(dirfd, path, DtsmTraceOpenHow(flags)), -1); \
        return REAL(name)(dirfd, path, flags); \
    }

OPEN_2(__open_2)
OPEN_2(__open64_2)
OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)

#define CREAT(name) \
    DTSM_EXPORT int \
    name(const char *path, mode_t mode) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, DTSM_WRITE | TRACE_MAKE), -1); \
        return REAL(name)(path, mode); \
    }

CREAT(creat)
CREAT(creat64)

#define FOPEN(name) \
    DTSM_EXPORT FILE * \
    name(const char *path, const char *mode) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, FopenHow(mode)), NULL); \
        return REAL(name)(path, mode); \
    }

FILE *_IO_fopen(const char *path, const char *mode);
FILE *setmntent(const char *path, const char *mode);
FILE *__setmntent(const char *path, const char *mode);

FOPEN(fopen)
FOPEN(fopen64)
FOPEN(_IO_fopen)
FOPEN(setmntent)
FOPEN(__setmntent)

/*
 * A refused freopen leaves the stream as a failed one of libc does.
 */

#define FREOPEN(name) \
    DTSM_EXPORT FILE * \
    name(const char *path, const char *mode, FILE *stream) \
    { \
        int err = CHECK(AT_FDCWD, path, FopenHow(mode)); \
        if (err != 0) { \
            REAL(name)(TRACE_NO_FILE, "r", stream); \
            errno = err; \
            return NULL; \
        } \
        return REAL(name)(path, mode, stream); \
    }

FREOPEN(freopen)
FREOPEN(freopen64)
