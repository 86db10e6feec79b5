/*
 * dtsmTraceDir.c --
 *
 *      Wrappers for directories: listings hide what stat hides, and changes
 *      of the working directory are noticed.
 *
 * A listing needs the path of its stream at each entry.  The last stream's is
 * kept, under a sequence number as in dtsmTraceCwd.c; another stream's costs
 * one system call.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"

#include <dirent.h>
#include <glob.h>
#include <paths.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#undef readdir64
#undef scandir64
#undef glob64

static struct {
    unsigned sequence;
    DIR *stream;
    size_t len;
    char path[PATH_MAX];
} listing TRACE_LARGE;

/*
 * Listing --
 *
 *      The path of a stream's directory, into buf.
 *
 * Arguments:
 *      renew    The stream is new: what is kept may be of an older one at
 *               the same address.
 */

static size_t
Listing(DIR *stream, char *buf, size_t size, int renew)
{
    unsigned before = __atomic_load_n(&listing.sequence, __ATOMIC_ACQUIRE);
    unsigned expected = before;
    size_t len;

    if (!renew && !(before & 1) && listing.stream == stream) {
        len = listing.len;
        if (len > 0 && len < size) {
            memcpy(buf, listing.path, len + 1);
            __atomic_thread_fence(__ATOMIC_ACQUIRE);
            if (__atomic_load_n(&listing.sequence, __ATOMIC_RELAXED)
                    == before) {
                return len;
            }
        }
    }
    len = DtsmTraceFdPath(dirfd(stream), buf, size);
    if (len > 0 && len < sizeof(listing.path) && !(before & 1)
            && __atomic_compare_exchange_n(&listing.sequence, &expected,
                    before + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        __atomic_thread_fence(__ATOMIC_RELEASE);
        listing.stream = stream;
        listing.len = len;
        memcpy(listing.path, buf, len + 1);
        __atomic_store_n(&listing.sequence, before + 2, __ATOMIC_RELEASE);
    }
    return len;
}

/*
 * DtsmTraceFenced --
 *
 *      Is anything to be hidden?
 */

int
DtsmTraceFenced(void)
{
    Dtsm_Map *map = DtsmTraceGetMap();

    return map != NULL && Dtsm_Fence(map);
}

static void
Opened(DIR *stream)
{
    char buf[PATH_MAX];

    if (stream != NULL && DtsmTraceFenced()) {
        int saved = errno;

        Listing(stream, buf, sizeof(buf), 1);
        errno = saved;
    }
}

static int
Hides(DIR *stream, const char *name, unsigned type)
{
    char buf[PATH_MAX];
    size_t len = Listing(stream, buf, sizeof(buf), 0);

    return len > 0 && DtsmTraceHidden(buf, len, name, type);
}

DTSM_EXPORT DIR *
opendir(const char *path)
{
    DIR *stream;

    REFUSE(CHECK(AT_FDCWD, path, DTSM_READ | DTSM_LIST), NULL);
    stream = REAL(opendir)(path);
    Opened(stream);
    return stream;
}

DTSM_EXPORT DIR *
fdopendir(int fd)
{
    DIR *stream = REAL(fdopendir)(fd);

    Opened(stream);
    return stream;
}

#define READDIR(name, type) \
    DTSM_EXPORT type * \
    name(DIR *stream) \
    { \
        type *entry; \
        do { \
            entry = REAL(name)(stream); \
        } while (entry != NULL && DtsmTraceFenced() \
                && Hides(stream, entry->d_name, entry->d_type)); \
        return entry; \
    }

READDIR(readdir, struct dirent)
READDIR(readdir64, struct dirent64)

#define READDIR_R(name, type) \
    DTSM_EXPORT int \
    name(DIR *stream, type *entry, type **resultPtr) \
    { \
        int err; \
        do { \
            err = REAL(name)(stream, entry, resultPtr); \
        } while (err == 0 && *resultPtr != NULL && DtsmTraceFenced() \
                && Hides(stream, entry->d_name, entry->d_type)); \
        return err; \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
READDIR_R(readdir_r, struct dirent)
READDIR_R(readdir64_r, struct dirent64)
#pragma GCC diagnostic pop

/*
 * Where --
 *
 *      The resolved path of what a path leads to, by way of the kernel, or
 *      step by step where this process has no descriptor left; 0 when there
 *      is none.
 */

static size_t
Where(int dirfd, const char *path, int flags, char *buf, size_t size)
{
    long fd = DtsmpSyscall4(SYS_openat, dirfd, (long) (intptr_t) path,
            O_PATH | O_CLOEXEC | flags, 0);
    Dtsm_Map *map = DtsmTraceGetMap();
    DtsmTraceSpelling spell;
    DtsmTraceWalk *walk;
    size_t len = 0;
    char *block;

    if (fd >= 0) {
        len = DtsmTraceFdPath((int) fd, buf, size);
        DtsmpSysClose((int) fd);
        return len;
    }
    if ((fd != -EMFILE && fd != -ENFILE) || map == NULL) {
        return 0;
    }
    walk = DtsmTraceBorrow();
    block = DtsmTraceBorrow();
    if (walk != NULL && block != NULL && DtsmTraceSpell(map, dirfd, path, 1,
            block, DTSM_SCRATCH_SIZE, &spell) == TRACE_SPELLED
            && DtsmTraceResolve(map, spell.path, spell.len,
                    TRACE_FOLLOW_LAST | TRACE_RECORD_NOTHING, walk)
            && (walk->type == TRACE_IS_DIR || (walk->type == TRACE_IS_OTHER
                    && !(flags & O_DIRECTORY)))
            && walk->outLen < size) {
        len = walk->outLen;
        memcpy(buf, walk->out, len + 1);
    }
    DtsmTraceReturn(block);
    DtsmTraceReturn(walk);
    return len;
}

/*
 * DtsmTraceWhere, DtsmTraceFolder --
 *
 *      The same for anything, and for a folder.
 */

size_t
DtsmTraceWhere(int dirfd, const char *path, char *buf, size_t size)
{
    return Where(dirfd, path, 0, buf, size);
}

size_t
DtsmTraceFolder(int dirfd, const char *path, char *buf, size_t size)
{
    return Where(dirfd, path, O_DIRECTORY, buf, size);
}

/*
 * libc's scandir reads without calling readdir.  The list is libc's to
 * allocate, so what is hidden goes back with free().
 */

#define FILTER_LIST(type, dirfd, path, list, count) \
    do { \
        char dir_[PATH_MAX]; \
        size_t len_; \
        int from_, to_ = 0; \
        if ((count) > 0 && DtsmTraceFenced() \
                && (len_ = DtsmTraceFolder((dirfd), (path), dir_, \
                        sizeof(dir_))) > 0) { \
            for (from_ = 0; from_ < (count); from_++) { \
                type *entry_ = (*(list))[from_]; \
                if (DtsmTraceHidden(dir_, len_, entry_->d_name, \
                        entry_->d_type)) { \
                    free(entry_); \
                } else { \
                    (*(list))[to_++] = entry_; \
                } \
            } \
            (count) = to_; \
        } \
    } while (0)

/*
 * A filter of the caller's gets each entry without any word of ours, so a scan
 * under way has a function of its own that stands before it and finds it by
 * its number.  When all numbers are taken the filter sees all.
 */

#define SCANS 4

static struct {
    int taken;
    void *filter;
    size_t len;
    char dir[PATH_MAX];
} scans[SCANS] TRACE_LARGE;

static int
Claim(int dirfd, const char *path, void *filter)
{
    int i;

    for (i = 0; filter != NULL && DtsmTraceFenced() && i < SCANS; i++) {
        int expected = 0;

        if (__atomic_compare_exchange_n(&scans[i].taken, &expected, 1, 0,
                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            scans[i].filter = filter;
            scans[i].len = DtsmTraceFolder(dirfd, path, scans[i].dir,
                    sizeof(scans[i].dir));
            return i;
        }
    }
    return -1;
}

#define STEP(n, type, name) \
    static int \
    name##n(const struct type *entry) \
    { \
        int (*filter)(const struct type *) = \
                (int (*)(const struct type *)) (intptr_t) scans[n].filter; \
        return (scans[n].len == 0 || !DtsmTraceHidden(scans[n].dir, \
                scans[n].len, entry->d_name, entry->d_type)) \
                && filter(entry); \
    }

#define EACH_SCAN(X, type, name) \
    X(0, type, name) X(1, type, name) X(2, type, name) X(3, type, name)
#define STEP_NAME(n, type, name) name##n,

EACH_SCAN(STEP, dirent, Scan)
EACH_SCAN(STEP, dirent64, Scan64_)

static int (*const scanSteps[SCANS])(const struct dirent *) = {
    EACH_SCAN(STEP_NAME, dirent, Scan)
};
static int (*const scanSteps64[SCANS])(const struct dirent64 *) = {
    EACH_SCAN(STEP_NAME, dirent64, Scan64_)
};

#define SCAN(type, steps, dirfd, path, list, filter, count, call) \
    do { \
        int number_ = Claim((dirfd), (path), (void *) (intptr_t) (filter)); \
        if (number_ >= 0) { \
            (filter) = (steps)[number_]; \
        } \
        (count) = (call); \
        if (number_ >= 0) { \
            __atomic_store_n(&scans[number_].taken, 0, __ATOMIC_RELEASE); \
        } else { \
            FILTER_LIST(type, dirfd, path, list, count); \
        } \
    } while (0)

#define SCANDIR(name, type, steps) \
    DTSM_EXPORT int \
    name(const char *path, type ***list, int (*filter)(const type *), \
            int (*compare)(const type **, const type **)) \
    { \
        int count; \
        REFUSE(CHECK(AT_FDCWD, path, DTSM_READ | DTSM_LIST), -1); \
        SCAN(type, steps, AT_FDCWD, path, list, filter, count, \
                REAL(name)(path, list, filter, compare)); \
        return count; \
    }

#define SCANDIRAT(name, type, steps) \
    DTSM_EXPORT int \
    name(int dirfd, const char *path, type ***list, \
            int (*filter)(const type *), \
            int (*compare)(const type **, const type **)) \
    { \
        int count; \
        REFUSE(CHECK(dirfd, path, DTSM_READ | DTSM_LIST), -1); \
        SCAN(type, steps, dirfd, path, list, filter, count, \
                REAL(name)(dirfd, path, list, filter, compare)); \
        return count; \
    }

SCANDIR(scandir, struct dirent, scanSteps)
SCANDIR(scandir64, struct dirent64, scanSteps64)
SCANDIRAT(scandirat, struct dirent, scanSteps)
SCANDIRAT(scandirat64, struct dirent64, scanSteps64)

/*
 * DtsmTraceHiddenName --
 *
 *      Is a path that glob found hidden?
 */

int
DtsmTraceHiddenName(const char *path)
{
    char dir[PATH_MAX], text[PATH_MAX];
    size_t len = strlen(path), end;
    const char *slash;

    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    if (len == 0 || len >= sizeof(text)) {
        return 0;
    }
    memcpy(text, path, len);
    text[len] = '\0';
    slash = strrchr(text, '/');
    if (slash == NULL) {
        end = DtsmTraceFolder(AT_FDCWD, ".", dir, sizeof(dir));
        slash = text - 1;
    } else {
        size_t at = (size_t) (slash - text);
        char keep = text[at + 1];

        text[at + 1] = '\0';
        end = DtsmTraceFolder(AT_FDCWD, text, dir, sizeof(dir));
        text[at + 1] = keep;
    }
    return end > 0 && DtsmTraceHidden(dir, end, slash + 1, DT_UNKNOWN);
}

/*
 * libc's glob does not call readdir or stat by name either.
 */

/*
 * IsPattern --
 *
 *      Is a path that glob gives the pattern itself, as where nothing was
 *      found?
 */

static int
IsPattern(const char *path, const char *pattern, int flags)
{
    return ((flags & GLOB_NOCHECK) || ((flags & GLOB_NOMAGIC)
                    && strpbrk(pattern, "*?[") == NULL))
            && strcmp(path, pattern) == 0;
}

#define GLOB(name, type, real) \
    int name(const char *pattern, int flags, \
            int (*onError)(const char *, int), type *found); \
    DTSM_EXPORT int \
    name(const char *pattern, int flags, int (*onError)(const char *, int), \
            type *found) \
    { \
        size_t had = flags & GLOB_APPEND ? found->gl_pathc : 0; \
        int result = (real)(pattern, flags, onError, found); \
        if (result == 0 && !(flags & GLOB_ALTDIRFUNC) && DtsmTraceFenced()) { \
            size_t base = flags & GLOB_DOOFFS ? found->gl_offs : 0; \
            size_t from, to = had; \
            for (from = had; from < found->gl_pathc; from++) { \
                char *path = found->gl_pathv[base + from]; \
                if (!IsPattern(path, pattern, flags) \
                        && DtsmTraceHiddenName(path)) { \
                    free(path); \
                } else { \
                    found->gl_pathv[base + to++] = path; \
                } \
            } \
            if (to == had && from > had && (flags & GLOB_NOCHECK)) { \
                found->gl_pathv[base + to] = strdup(pattern); \
                to += found->gl_pathv[base + to] != NULL; \
            } \
            if (found->gl_pathv != NULL) { \
                found->gl_pathv[base + to] = NULL; \
            } \
            found->gl_pathc = to; \
            if (to == had && from > had) { \
                result = GLOB_NOMATCH; \
            } \
        } \
        return result; \
    }

GLOB(glob, glob_t, REAL(glob))
GLOB(glob64, glob64_t, REAL(glob64))

#ifdef DTSM_OLD_VERSION_glob
GLOB(dtsmOld_glob, glob_t, OLD_REAL(glob))
OLD_NAME(glob)
#endif
#ifdef DTSM_OLD_VERSION_glob64
GLOB(dtsmOld_glob64, glob64_t, OLD_REAL(glob64))
OLD_NAME(glob64)
#endif

/*
 * The working directory.
 */

DTSM_EXPORT int
chdir(const char *path)
{
    int result;

    REFUSE(CHECK(AT_FDCWD, path, DTSM_STAT), -1);
    result = REAL(chdir)(path);
    if (result == 0) {
        DtsmTraceChdir();
    }
    return result;
}

/*
 * A thread that shares its directory no longer, or whose children may have its
 * number.
 */

DTSM_EXPORT int
unshare(int flags)
{
    if (flags & (CLONE_FS | CLONE_NEWNS | CLONE_NEWPID)) {
        DtsmTraceManyCwds();
    }
    return REAL(unshare)(flags);
}

/*
 * Who enters another namespace of mounts stands at its root; in one of
 * processes its children may have its number.
 */

DTSM_EXPORT int
setns(int fd, int kind)
{
    int result = REAL(setns)(fd, kind);

    if (result == 0) {
        DtsmTraceManyCwds();
        DtsmTraceMounts(0);
    }
    return result;
}

DTSM_EXPORT int
fchdir(int fd)
{
    int result = REAL(fchdir)(fd);

    if (result == 0) {
        DtsmTraceChdir();
    }
    return result;
}

/*
 * daemon goes to "/" inside of libc, and opens /dev/null.
 */

DTSM_EXPORT int
daemon(int stay, int keepStreams)
{
    int result;

    if (!keepStreams) {
        CHECK(AT_FDCWD, _PATH_DEVNULL, DTSM_READ | DTSM_WRITE | TRACE_NOTE);
    }
    result = REAL(daemon)(stay, keepStreams);
    if (result == 0) {
        DtsmTraceForked();
    }
    DtsmTraceChdir();
    return result;
}
