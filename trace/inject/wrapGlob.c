/*
 * wrapGlob.c --
 *
 *      The wrappers of glob, which lists directories and tests names inside
 *      of libc.
 *
 * libc's glob does all of that by functions that its caller may bring
 * (GLOB_ALTDIRFUNC).  It gets ours for it: so what a pattern makes it ask for
 * is judged, recorded and refused as if the caller had asked, and what a
 * listing holds is hidden as everywhere.  A caller that brings functions of
 * its own calls us by them.
 *
 * Where a pattern without magic is not tested at all (GLOB_NOCHECK), there is
 * nothing to judge.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "wrapDir.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#undef glob64
#undef readdir64
#undef stat64
#undef lstat64

static void *
Open(const char *path)
{
    return opendir(path);
}

static void
Close(void *stream)
{
    closedir(stream);
}

/*
 * FUNCTIONS --
 *
 *      What glob gets, for one kind of struct dirent and of struct stat.
 *
 *      Read    As readdir: without what is hidden.
 *      Test    Is a name there that the pattern gives?
 *      Kind    Is what was found a directory (GLOB_MARK)?  Directories are
 *              visible, so the answer is the system's, and nobody asked for the
 *              name.
 *      Follow  Test of an older glob, which follows symlinks.
 */

#define FUNCTIONS(which, readdir, dirent, stat, lstat) \
    static struct dirent * \
    Read##which(void *stream) \
    { \
        struct dirent *entry; \
        do { \
            entry = REAL(readdir)(stream); \
        } while (entry != NULL \
                && DtsmTraceHides(stream, entry->d_name, entry->d_type)); \
        return entry; \
    } \
    static int \
    Test##which(const char *path, struct stat *st) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, DTSM_STAT | TRACE_NOFOLLOW), -1); \
        return REAL(lstat)(path, st); \
    } \
    static int \
    Kind##which(const char *path, struct stat *st) \
    { \
        CHECK(AT_FDCWD, path, DTSM_STAT | TRACE_NOTE); \
        return REAL(stat)(path, st); \
    } \
    __attribute__((unused)) static int /* by old globs alone */ \
    Follow##which(const char *path, struct stat *st) \
    { \
        REFUSE(CHECK(AT_FDCWD, path, DTSM_STAT), -1); \
        return REAL(stat)(path, st); \
    }

FUNCTIONS(, readdir, dirent, stat, lstat)
FUNCTIONS(64, readdir64, dirent64, stat64, lstat64)

static void
NoteHome(const char *pattern, int flags)
{
    if (!(flags & (GLOB_TILDE | GLOB_TILDE_CHECK))) {
        return;
    }
    if (flags & GLOB_BRACE) {
        pattern = strchr(pattern, '~');
    }
    if (pattern != NULL) {
        DtsmTraceNoteHome(pattern);
    }
}

/*
 * GLOB --
 *
 *      One version of glob.  The caller's functions stay as they are in
 *      *found.
 */

#define GLOB(name, type, which, Stat, real) \
    int name(const char *pattern, int flags, \
            int (*onError)(const char *, int), type *found); \
    DTSM_EXPORT int \
    name(const char *pattern, int flags, int (*onError)(const char *, int), \
            type *found) \
    { \
        type given; \
        int result; \
        if ((flags & GLOB_ALTDIRFUNC) || DtsmSubjectMap() == NULL \
                || TRACE_NO_POINTER(pattern) || TRACE_NO_POINTER(found)) { \
            return (real)(pattern, flags, onError, found); \
        } \
        NoteHome(pattern, flags); \
        given = *found; \
        found->gl_opendir = Open; \
        found->gl_closedir = Close; \
        found->gl_readdir = Read##which; \
        found->gl_lstat = Test##which; \
        found->gl_stat = Stat##which; \
        result = (real)(pattern, flags | GLOB_ALTDIRFUNC, onError, found); \
        found->gl_opendir = given.gl_opendir; \
        found->gl_closedir = given.gl_closedir; \
        found->gl_readdir = given.gl_readdir; \
        found->gl_lstat = given.gl_lstat; \
        found->gl_stat = given.gl_stat; \
        found->gl_flags &= ~GLOB_ALTDIRFUNC; \
        return result; \
    }

GLOB(glob, glob_t, , Kind, REAL(glob))
GLOB(glob64, glob64_t, 64, Kind, REAL(glob64))

#ifdef DTSM_OLD_VERSION_glob
GLOB(dtsmOld_glob, glob_t, , Follow, OLD_REAL(glob))
OLD_NAME(glob)
#endif
#ifdef DTSM_OLD_VERSION_glob64
GLOB(dtsmOld_glob64, glob64_t, 64, Follow, OLD_REAL(glob64))
OLD_NAME(glob64)
#endif

void
DtsmTraceNoteGlob(const char *pattern)
{
    glob_t found;

    memset(&found, 0, sizeof(found));
    if (glob(pattern, GLOB_NOCHECK | GLOB_TILDE, NULL, &found) == 0) {
        globfree(&found);
    }
}
