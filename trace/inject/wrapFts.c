/*
 * wrapFts.c --
 *
 *      Wrappers of fts, which gives the entries of a tree one by one.  A
 *      hidden argument of the caller's is told as one that is not there; what
 *      is hidden below is passed over.
 *
 * Each function stands here as a macro, because there are two kinds of stream
 * and entry.  Like those of wrapTree.c, they change the working directory
 * without calling chdir.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "wrapTree.h"
#include "injectCwd.h"
#include "wrapDir.h"

#include <fts.h>
#include <string.h>

/*
 * Entries that have a stat; not directories, nor what fts made up.
 */

#define HAS_KIND(info) \
    ((info) != FTS_D && (info) != FTS_DP && (info) != FTS_DNR \
            && (info) != FTS_DC && (info) != FTS_DOT && (info) != FTS_ERR)

/*
 * A caller may have a symlink followed by fts_set; which one, fts forgets.
 */

static int followsAny;

#define FOLLOWS(stream, entry) \
    (followsAny || ((stream)->fts_options & FTS_LOGICAL) \
            || (((stream)->fts_options & FTS_COMFOLLOW) \
                    && (entry)->fts_level == FTS_ROOTLEVEL))

/*
 * What fts is about to list is the directory that it told of last.
 */

#define NOTE_LIST(stream, entry) \
    do { \
        if ((entry) != NULL && (entry)->fts_info == FTS_D \
                && (entry)->fts_instr != FTS_SKIP \
                && !(((stream)->fts_options & FTS_XDEV) \
                        && (entry)->fts_dev != (stream)->fts_dev)) { \
            DtsmTreeLists((entry)->fts_accpath); \
        } \
    } while (0)

/*
 * CheckRoots --
 *
 *      Judge what a walk begins at.
 */

static void
CheckRoots(char *const *path, int options)
{
    if (!(options & FTS_NOCHDIR)) {
        CHECK(AT_FDCWD, ".", DTSM_READ | TRACE_NOTE);
    }
    for (; path != NULL && *path != NULL; path++) {
        CHECK(AT_FDCWD, *path, DTSM_STAT
                | (options & (FTS_LOGICAL | FTS_COMFOLLOW)
                        ? 0u : TRACE_NOFOLLOW));
    }
}

#define FTS_OPEN(open, Fts, Entry) \
    DTSM_EXPORT Fts * \
    open(char *const *paths, int options, \
            int (*compare)(const Entry **, const Entry **)) \
    { \
        CheckRoots(paths, options); \
        return REAL(open)(paths, options, compare); \
    }

/*
 * Told_read --
 *
 *      Does the caller get an entry, maybe as another kind of one?
 */

#define FTS_READ(read, Fts, Entry) \
    static int \
    Told_##read(const Fts *stream, Entry *entry) \
    { \
        struct stat link; \
        int follows = FOLLOWS(stream, entry); \
        int nowhere = entry->fts_info == FTS_F && follows \
                && DtsmTreeLeadsNowhere(entry->fts_accpath, &link); \
        if (DtsmTreeHides(entry->fts_accpath, follows && !nowhere)) { \
            if (entry->fts_level != FTS_ROOTLEVEL) { \
                return 0; \
            } \
            entry->fts_info = FTS_NS; \
            entry->fts_errno = ENOENT; \
        } else if (nowhere) { \
            entry->fts_info = FTS_SLNONE; \
            if (TREE_ONE_STAT && entry->fts_statp != NULL) { \
                memcpy(entry->fts_statp, &link, sizeof(link)); \
            } \
        } \
        return 1; \
    } \
    DTSM_EXPORT Entry * \
    read(Fts *stream) \
    { \
        Entry *entry; \
        do { \
            entry = stream->fts_cur; \
            NOTE_LIST(stream, entry); \
            entry = REAL(read)(stream); \
            if (!(stream->fts_options & FTS_NOCHDIR)) { \
                DtsmTraceChdir(); \
            } \
            if (entry != NULL && entry->fts_info == FTS_D) { \
                CHECK(AT_FDCWD, entry->fts_accpath, DTSM_STAT | TRACE_NOTE); \
            } \
        } while (entry != NULL && HAS_KIND(entry->fts_info) \
                && !Told_##read(stream, entry)); \
        return entry; \
    }

/*
 * Below --
 *
 *      The path of a name in a directory, in PATH_MAX bytes; 0 when it is too
 *      long.
 */

static int
Below(const char *dir, const char *name, size_t nameLen, char *path)
{
    size_t len = strlen(dir);

    if (len + nameLen + 2 > PATH_MAX) {
        return 0;
    }
    memcpy(path, dir, len);
    path[len] = '/';
    memcpy(path + len + 1, name, nameLen);
    path[len + 1 + nameLen] = '\0';
    return 1;
}

/*
 * Listed_children --
 *
 *      Does an entry stay in the list of a directory's?  path is room.
 */

#define FTS_CHILDREN(children, Fts, Entry) \
    static int \
    Listed_##children(const Entry *entry, char *path) \
    { \
        size_t nameLen = entry->fts_namelen; \
        if (entry->fts_level <= FTS_ROOTLEVEL \
                || entry->fts_pathlen + nameLen + 2 > PATH_MAX \
                || !Below(entry->fts_parent->fts_accpath, entry->fts_name, \
                        nameLen, path)) { \
            return 1; \
        } \
        if (HAS_KIND(entry->fts_info) && DtsmTraceFenced() \
                && DtsmTraceHiddenName(path)) { \
            return 0; \
        } \
        if (entry->fts_info != FTS_NSOK) { \
            CHECK(AT_FDCWD, path, TREE_LOOK | TRACE_NOTE); \
        } \
        return 1; \
    } \
    DTSM_EXPORT Entry * \
    children(Fts *stream, int options) \
    { \
        Entry *list = stream->fts_cur, **at = &list; \
        char *path; \
        NOTE_LIST(stream, list); \
        list = REAL(children)(stream, options); \
        path = DtsmSubjectMap() != NULL ? DtsmTraceBorrow() : NULL; \
        while (path != NULL && *at != NULL) { \
            Entry *entry = *at; \
            if (Listed_##children(entry, path)) { \
                at = &entry->fts_link; \
                continue; \
            } \
            *at = entry->fts_link; \
            if (stream->fts_child == entry) { \
                stream->fts_child = entry->fts_link; \
            } \
        } \
        DtsmTraceReturn(path); \
        return list; \
    }

#define FTS_SET_CLOSE(set, close, Fts, Entry) \
    DTSM_EXPORT int \
    set(Fts *stream, Entry *entry, int what) \
    { \
        if (what == FTS_FOLLOW) { \
            followsAny = 1; \
        } \
        return REAL(set)(stream, entry, what); \
    } \
    DTSM_EXPORT int \
    close(Fts *stream) \
    { \
        int result = REAL(close)(stream); \
        DtsmTraceChdir(); \
        return result; \
    }

FTS_OPEN(fts_open, FTS, FTSENT)
FTS_READ(fts_read, FTS, FTSENT)
FTS_CHILDREN(fts_children, FTS, FTSENT)
FTS_SET_CLOSE(fts_set, fts_close, FTS, FTSENT)

FTS_OPEN(fts64_open, FTS64, FTSENT64)
FTS_READ(fts64_read, FTS64, FTSENT64)
FTS_CHILDREN(fts64_children, FTS64, FTSENT64)
FTS_SET_CLOSE(fts64_set, fts64_close, FTS64, FTSENT64)
