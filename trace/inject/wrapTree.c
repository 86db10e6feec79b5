/*
 * wrapTree.c --
 *
 *      Wrappers that walk trees and read folders below opendir: ftw, nftw,
 *      fts, getdents64, getdirentries.  What a walk finds is recorded as
 *      looked at; what stat would hide is passed over.
 *
 * These functions of libc change the working directory without calling chdir,
 * so the remembered one is dropped after each step that may.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "judgeHide.h"
#include "judgeStat.h"
#include "wrapDir.h"

#include <dirent.h>
#include <fts.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#undef ftw
#undef ftw64
#undef nftw
#undef nftw64

#define LOOK (DTSM_STAT | TRACE_NOFOLLOW)

/*
 * ftw and nftw call a function of the caller's without any word of ours, so
 * each walk under way has a function of its own that stands before it: it
 * finds the caller's by its number.  A walk that finds all numbers taken, for
 * instance by walks that were left by longjmp, goes unfiltered.
 */

#define WALKS 8

typedef int FtwProc(const char *path, const void *st, int type);
typedef int NftwProc(const char *path, const void *st, int type,
        struct FTW *at);

static struct {
    int taken;
    int moves;                  /* FTW_CHDIR */
    int follows;                /* not FTW_PHYS */
    void *proc;
} walks[WALKS];

/*
 * IsHidden --
 *
 *      Is what a walk has found hidden?  Else it is recorded as looked at, and
 *      what a followed symlink leads to as well.
 */

static int
IsHidden(const char *path, int follows)
{
    if (DtsmTraceFenced() && DtsmTraceHiddenName(path)) {
        return 1;
    }
    CHECK(AT_FDCWD, path, LOOK);
    if (follows) {
        CHECK(AT_FDCWD, path, DTSM_STAT | TRACE_NOTE);
    }
    return 0;
}

/*
 * Lists --
 *
 *      Record that a walk lists a folder.
 */

static void
Lists(const char *path)
{
    CHECK(AT_FDCWD, path, DTSM_READ | DTSM_LIST | TRACE_NOTE);
}

/*
 * LeadsToHidden --
 *
 *      Is path a symlink to what is hidden?  A walk that follows it has to
 *      tell of one that leads nowhere; st receives its own properties.
 */

static int
LeadsToHidden(const char *path, struct stat *st)
{
    char *full, *name;
    int hidden;

    if (!DtsmTraceFenced() || DtsmTraceType(AT_FDCWD, path,
            AT_SYMLINK_NOFOLLOW) != TRACE_IS_LINK
            || (full = DtsmTraceBorrow()) == NULL) {
        return 0;
    }
    hidden = DtsmTraceWhere(AT_FDCWD, path, full, PATH_MAX) > 0;
    if (hidden) {
        name = strrchr(full, '/') + 1;
        hidden = DtsmTraceHidden(full, (size_t) (name - full), name,
                DT_UNKNOWN) && REAL(fstatat)(AT_FDCWD, path, st,
                        AT_SYMLINK_NOFOLLOW) == 0;
    }
    DtsmTraceReturn(full);
    return hidden;
}

/*
 * Both kinds of struct stat are one where this is true; elsewhere the caller
 * gets the properties of what is hidden.
 */

#define ONE_STAT (sizeof(struct stat) == sizeof(struct stat64))

static int
FtwStep(int number, const char *path, const void *st, int type)
{
    FtwProc *proc = (FtwProc *) (intptr_t) walks[number].proc;
    struct stat link;

    if (type == FTW_F && LeadsToHidden(path, &link)) {
        type = FTW_NS;
        st = ONE_STAT ? &link : st;
    }
    if (IsHidden(path, type != FTW_NS)) {
        return 0;
    }
    if (type == FTW_D) {
        Lists(path);
    }
    return proc(path, st, type);
}

/*
 * A walk that moves stands in a folder yet when it tells of it as the last.
 */

static int
NftwStep(int number, const char *path, const void *st, int type,
        struct FTW *at)
{
    NftwProc *proc = (NftwProc *) (intptr_t) walks[number].proc;
    int moves = walks[number].moves, result = 0;
    const char *here = !moves ? path : type == FTW_DP ? "." : path + at->base;
    struct stat link;

    if (moves) {
        DtsmTraceChdir();
    }
    if (type == FTW_F && walks[number].follows && LeadsToHidden(here, &link)) {
        type = FTW_SLN;
        st = ONE_STAT ? &link : st;
    }
    if (!IsHidden(here, walks[number].follows && type != FTW_SLN)) {
        if (type == FTW_D || type == FTW_DP) {
            Lists(here);
        }
        result = proc(path, st, type, at);
    }
    if (moves) {
        DtsmTraceChdir();
    }
    return result;
}

#define EACH_WALK(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define STEPS(n) \
    static int \
    Ftw##n(const char *path, const void *st, int type) \
    { \
        return FtwStep(n, path, st, type); \
    } \
    static int \
    Nftw##n(const char *path, const void *st, int type, struct FTW *at) \
    { \
        return NftwStep(n, path, st, type, at); \
    }

EACH_WALK(STEPS)

#define FTW_NAME(n) Ftw##n,
#define NFTW_NAME(n) Nftw##n,

static FtwProc *const ftwSteps[WALKS] = { EACH_WALK(FTW_NAME) };
static NftwProc *const nftwSteps[WALKS] = { EACH_WALK(NFTW_NAME) };

/*
 * Claim --
 *
 *      A walk's number, or -1.
 */

static int
Claim(void *proc, int flags)
{
    int i;

    for (i = 0; i < WALKS && DtsmSubjectMap() != NULL; i++) {
        int expected = 0;

        if (__atomic_compare_exchange_n(&walks[i].taken, &expected, 1, 0,
                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            walks[i].proc = proc;
            walks[i].moves = flags & FTW_CHDIR;
            walks[i].follows = !(flags & FTW_PHYS);
            return i;
        }
    }
    return -1;
}

static int
Ended(int number, int result)
{
    if (number >= 0) {
        if (walks[number].moves) {
            DtsmTraceChdir();
        }
        __atomic_store_n(&walks[number].taken, 0, __ATOMIC_RELEASE);
    }
    return result;
}

/*
 * CheckStart --
 *
 *      A walk may begin at a symlink to what is hidden: it tells of one that
 *      leads nowhere.
 */

static int
CheckStart(const char *path, int flags)
{
    unsigned phys = flags & FTW_PHYS ? TRACE_NOFOLLOW : 0u;
    int err = CHECK(AT_FDCWD, path, DTSM_STAT | phys);

    if (err != 0 && DtsmTraceType(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW)
            == TRACE_IS_LINK) {
        err = CHECK(AT_FDCWD, path, LOOK);
    }
    return err;
}

#define FTW(name, type) \
    DTSM_EXPORT int \
    name(const char *path, type proc, int fds) \
    { \
        int number; \
        REFUSE(CheckStart(path, 0), -1); \
        number = Claim((void *) (intptr_t) proc, 0); \
        return Ended(number, REAL(name)(path, number < 0 ? proc \
                : (type) (intptr_t) ftwSteps[number], fds)); \
    }

#define NFTW(name, type, real) \
    int name(const char *path, type proc, int fds, int flags); \
    DTSM_EXPORT int \
    name(const char *path, type proc, int fds, int flags) \
    { \
        int number; \
        REFUSE(CheckStart(path, flags), -1); \
        number = Claim((void *) (intptr_t) proc, flags); \
        return Ended(number, (real)(path, number < 0 ? proc \
                : (type) (intptr_t) nftwSteps[number], fds, flags)); \
    }

FTW(ftw, __ftw_func_t)
FTW(ftw64, __ftw64_func_t)
NFTW(nftw, __nftw_func_t, REAL(nftw))
NFTW(nftw64, __nftw64_func_t, REAL(nftw64))

#ifdef DTSM_OLD_VERSION_nftw
NFTW(dtsmOld_nftw, __nftw_func_t, OLD_REAL(nftw))
OLD_NAME(nftw)
#endif
#ifdef DTSM_OLD_VERSION_nftw64
NFTW(dtsmOld_nftw64, __nftw64_func_t, OLD_REAL(nftw64))
OLD_NAME(nftw64)
#endif

/*
 * fts gives entries one by one.  A hidden argument of the caller's is told as
 * one that is not there; what is found below is passed over.
 */

#define FTS_KINDS(info) \
    ((info) != FTS_D && (info) != FTS_DP && (info) != FTS_DNR \
            && (info) != FTS_DC && (info) != FTS_DOT && (info) != FTS_ERR)

/*
 * A caller may have a symlink followed by fts_set; which one, fts forgets.
 */

static int ftsFollows;

#define FTS_FOLLOWS(stream, entry) \
    (ftsFollows || ((stream)->fts_options & FTS_LOGICAL) \
            || (((stream)->fts_options & FTS_COMFOLLOW) \
                    && (entry)->fts_level == FTS_ROOTLEVEL))

/*
 * What fts is about to list is the folder that it told of last.
 */

#define FTS_LISTS(stream, entry) \
    do { \
        if ((entry) != NULL && (entry)->fts_info == FTS_D \
                && (entry)->fts_instr != FTS_SKIP \
                && !(((stream)->fts_options & FTS_XDEV) \
                        && (entry)->fts_dev != (stream)->fts_dev)) { \
            Lists((entry)->fts_accpath); \
        } \
    } while (0)

#define FTS_FUNCTIONS(open, read, children, set, close, Fts, Entry) \
    DTSM_EXPORT Fts * \
    open(char *const *paths, int options, \
            int (*compare)(const Entry **, const Entry **)) \
    { \
        char *const *path; \
        if (!(options & FTS_NOCHDIR)) { \
            CHECK(AT_FDCWD, ".", DTSM_READ | TRACE_NOTE); \
        } \
        for (path = paths; path != NULL && *path != NULL; path++) { \
            CHECK(AT_FDCWD, *path, DTSM_STAT \
                    | (options & (FTS_LOGICAL | FTS_COMFOLLOW) \
                            ? 0u : TRACE_NOFOLLOW)); \
        } \
        return REAL(open)(paths, options, compare); \
    } \
    DTSM_EXPORT Entry * \
    read(Fts *stream) \
    { \
        struct stat link; \
        for (;;) { \
            Entry *entry = stream->fts_cur; \
            int nowhere; \
            FTS_LISTS(stream, entry); \
            entry = REAL(read)(stream); \
            if (!(stream->fts_options & FTS_NOCHDIR)) { \
                DtsmTraceChdir(); \
            } \
            if (entry != NULL && entry->fts_info == FTS_D) { \
                CHECK(AT_FDCWD, entry->fts_accpath, DTSM_STAT | TRACE_NOTE); \
            } \
            if (entry == NULL || !FTS_KINDS(entry->fts_info)) { \
                return entry; \
            } \
            nowhere = entry->fts_info == FTS_F && FTS_FOLLOWS(stream, entry) \
                    && LeadsToHidden(entry->fts_accpath, &link); \
            if (!IsHidden(entry->fts_accpath, !nowhere \
                    && FTS_FOLLOWS(stream, entry))) { \
                if (nowhere) { \
                    entry->fts_info = FTS_SLNONE; \
                    if (ONE_STAT && entry->fts_statp != NULL) { \
                        memcpy(entry->fts_statp, &link, sizeof(link)); \
                    } \
                } \
                return entry; \
            } \
            if (entry->fts_level == FTS_ROOTLEVEL) { \
                entry->fts_info = FTS_NS; \
                entry->fts_errno = ENOENT; \
                return entry; \
            } \
        } \
    } \
    DTSM_EXPORT Entry * \
    children(Fts *stream, int options) \
    { \
        Entry *list = stream->fts_cur, **at = &list; \
        char *path; \
        FTS_LISTS(stream, list); \
        list = REAL(children)(stream, options); \
        path = DtsmSubjectMap() != NULL ? DtsmTraceBorrow() : NULL; \
        while (*at != NULL && path != NULL) { \
            Entry *entry = *at; \
            size_t len = entry->fts_pathlen; \
            if (entry->fts_level <= FTS_ROOTLEVEL \
                    || len + entry->fts_namelen + 2 > PATH_MAX) { \
                at = &entry->fts_link; \
                continue; \
            } \
            len = strlen(entry->fts_parent->fts_accpath); \
            if (len + entry->fts_namelen + 2 > PATH_MAX) { \
                break; \
            } \
            memcpy(path, entry->fts_parent->fts_accpath, len); \
            path[len] = '/'; \
            memcpy(path + len + 1, entry->fts_name, entry->fts_namelen); \
            path[len + 1 + entry->fts_namelen] = '\0'; \
            if (FTS_KINDS(entry->fts_info) && DtsmTraceFenced() \
                    && DtsmTraceHiddenName(path)) { \
                *at = entry->fts_link; \
                if (stream->fts_child == entry) { \
                    stream->fts_child = entry->fts_link; \
                } \
                continue; \
            } \
            if (entry->fts_info != FTS_NSOK) { \
                CHECK(AT_FDCWD, path, LOOK | TRACE_NOTE); \
            } \
            at = &entry->fts_link; \
        } \
        DtsmTraceReturn(path); \
        return list; \
    } \
    DTSM_EXPORT int \
    set(Fts *stream, Entry *entry, int what) \
    { \
        if (what == FTS_FOLLOW) { \
            ftsFollows = 1; \
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

FTS_FUNCTIONS(fts_open, fts_read, fts_children, fts_set, fts_close, FTS,
        FTSENT)
FTS_FUNCTIONS(fts64_open, fts64_read, fts64_children, fts64_set, fts64_close,
        FTS64, FTSENT64)

/*
 * Entries of a folder by the block.  One that holds nothing but what is
 * hidden is not the end of the folder.
 */

size_t
DtsmTraceFilter(int fd, char *block, size_t len, int old)
{
    char *dir = DtsmTraceBorrow();
    size_t dirLen = dir == NULL ? 0 : DtsmTraceFdPath(fd, dir, PATH_MAX);
    size_t from = 0, to = 0;

    if (dirLen > 0) {
        Lists(dir);
    }
    while (dirLen > 0 && from < len) {
        struct dirent64 *entry = (struct dirent64 *) (void *) (block + from);
        size_t size = entry->d_reclen;

        /*
         * The old kind has its type at the end, and its name one byte before.
         */

        if (!DtsmTraceHidden(dir, dirLen, entry->d_name - (old != 0),
                old ? (unsigned char) block[from + size - 1]
                        : entry->d_type)) {
            memmove(block + to, block + from, size);
            to += size;
        }
        from += size;
    }
    DtsmTraceReturn(dir);
    return dirLen > 0 ? to : len;
}

#define GETDENTS(name, parameters, arguments) \
    DTSM_EXPORT ssize_t \
    name parameters \
    { \
        ssize_t len, kept; \
        do { \
            kept = len = REAL(name) arguments; \
            if (len > 0 && DtsmTraceFenced()) { \
                kept = (ssize_t) DtsmTraceFilter(fd, block, (size_t) len, \
                        0); \
            } \
        } while (len > 0 && kept == 0); \
        return kept; \
    }

GETDENTS(getdents64, (int fd, void *block, size_t size),
        (fd, block, size))
#if defined(__LP64__)
GETDENTS(getdirentries, (int fd, char *block, size_t size,
        off_t *basePtr), (fd, block, size, basePtr))
#endif
GETDENTS(getdirentries64, (int fd, char *block, size_t size,
        off64_t *basePtr), (fd, block, size, basePtr))
