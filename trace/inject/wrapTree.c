/*
 * wrapTree.c --
 *
 *      Wrappers that walk trees and read directories below opendir: ftw,
 *      nftw, getdents64, getdirentries.  What a walk finds is recorded as
 *      looked at; what stat would hide is passed over.  fts is in wrapFts.c.
 *
 * These functions of libc change the working directory without calling chdir,
 * so the remembered one is dropped after each step that may.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "wrapTree.h"
#include "injectCwd.h"
#include "judgeHide.h"
#include "judgeStat.h"
#include "wrapDir.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#undef ftw
#undef ftw64
#undef nftw
#undef nftw64

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

int
DtsmTreeHides(const char *path, int follows)
{
    if (DtsmTraceFenced() && DtsmTraceHiddenName(path)) {
        return 1;
    }
    CHECK(AT_FDCWD, path, TREE_LOOK);
    if (follows) {
        CHECK(AT_FDCWD, path, DTSM_STAT | TRACE_NOTE);
    }
    return 0;
}

void
DtsmTreeLists(const char *path)
{
    CHECK(AT_FDCWD, path, DTSM_READ | DTSM_LIST | TRACE_NOTE);
}

int
DtsmTreeLeadsNowhere(const char *path, struct stat *st)
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

static int
FtwStep(int number, const char *path, const void *st, int type)
{
    FtwProc *proc = (FtwProc *) (intptr_t) walks[number].proc;
    struct stat link;

    if (type == FTW_F && DtsmTreeLeadsNowhere(path, &link)) {
        type = FTW_NS;
        st = TREE_ONE_STAT ? &link : st;
    }
    if (DtsmTreeHides(path, type != FTW_NS)) {
        return 0;
    }
    if (type == FTW_D) {
        DtsmTreeLists(path);
    }
    return proc(path, st, type);
}

/*
 * A walk that moves stands in a directory yet when it tells of it as the last.
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
    if (type == FTW_F && walks[number].follows
            && DtsmTreeLeadsNowhere(here, &link)) {
        type = FTW_SLN;
        st = TREE_ONE_STAT ? &link : st;
    }
    if (!DtsmTreeHides(here, walks[number].follows && type != FTW_SLN)) {
        if (type == FTW_D || type == FTW_DP) {
            DtsmTreeLists(here);
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
        err = CHECK(AT_FDCWD, path, TREE_LOOK);
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
 * Filter --
 *
 *      Take what is hidden out of a block of getdents64's, or (old) of
 *      getdents's; returns the length that is left.
 */

static size_t
Filter(int fd, char *block, size_t len, int old)
{
    char *dir = DtsmTraceBorrow();
    size_t dirLen = dir == NULL ? 0 : DtsmTraceFdPath(fd, dir, PATH_MAX);
    size_t from = 0, to = 0;

    if (dirLen > 0) {
        DtsmTreeLists(dir);
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

/*
 * A block that holds nothing but what is hidden is not the end of the
 * directory.
 */

#define GETDENTS(name, parameters, arguments) \
    DTSM_EXPORT ssize_t \
    name parameters \
    { \
        ssize_t len, kept; \
        do { \
            kept = len = REAL(name) arguments; \
            if (len > 0 && DtsmTraceFenced()) { \
                kept = (ssize_t) Filter(fd, block, (size_t) len, 0); \
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

#ifdef SYS_getdents

long
DtsmTreeListOld(int fd, void *block, size_t size)
{
    long len, kept;

    do {
        kept = len = REAL(syscall)(SYS_getdents, fd, block, size);
        if (len > 0 && DtsmTraceFenced()) {
            kept = (long) Filter(fd, block, (size_t) len, 1);
        }
    } while (len > 0 && kept == 0);
    return kept;
}

#endif /* SYS_getdents */
