/*
 * wrapDir.c --
 *
 *      Wrappers for directories: listings hide what stat hides, and changes
 *      of the working directory are noticed.
 *
 * A listing needs the path of its stream at each entry.  The last stream's is
 * kept, under a sequence number as in injectCwd.c; another stream's costs
 * one system call.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "judgeHide.h"
#include "judgeSpell.h"
#include "judgeWay.h"
#include "wrapDir.h"

#include <dirent.h>
#include <paths.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#undef readdir64
#undef scandir64

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

int
DtsmTraceFenced(void)
{
    Dtsm_Map *map = DtsmSubjectMap();

    return map != NULL && Dtsm_Fence(map);
}

/*
 * Opened --
 *
 *      A stream is new.  Whoever made its descriptor may not have said that it
 *      would list.
 */

static void
Opened(DIR *stream, unsigned note)
{
    char *buf;
    int saved = errno;

    if (stream == NULL || !(DtsmTraceFenced()
            || (note != 0 && DtsmSubjectMap() != NULL))) {
        return;
    }
    buf = DtsmTraceBorrow();
    if (buf != NULL && Listing(stream, buf, PATH_MAX, 1) > 0 && note != 0) {
        CHECK(AT_FDCWD, buf, note | TRACE_NOTE);
    }
    DtsmTraceReturn(buf);
    errno = saved;
}

int
DtsmTraceHides(DIR *stream, const char *name, unsigned type)
{
    char *buf = DtsmTraceFenced() ? DtsmTraceBorrow() : NULL;
    size_t len = buf == NULL ? 0 : Listing(stream, buf, PATH_MAX, 0);
    int hides = len > 0 && DtsmTraceHidden(buf, len, name, type);

    DtsmTraceReturn(buf);
    return hides;
}

DTSM_EXPORT DIR *
opendir(const char *path)
{
    DIR *stream;

    REFUSE(CHECK(AT_FDCWD, path, DTSM_READ | DTSM_LIST), NULL);
    stream = REAL(opendir)(path);
    Opened(stream, 0);
    return stream;
}

DTSM_EXPORT DIR *
fdopendir(int fd)
{
    DIR *stream = REAL(fdopendir)(fd);

    Opened(stream, DTSM_READ | DTSM_LIST);
    return stream;
}

#define READDIR(name, type) \
    DTSM_EXPORT type * \
    name(DIR *stream) \
    { \
        type *entry; \
        do { \
            entry = REAL(name)(stream); \
        } while (entry != NULL \
                && DtsmTraceHides(stream, entry->d_name, entry->d_type)); \
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
        } while (err == 0 && *resultPtr != NULL \
                && DtsmTraceHides(stream, entry->d_name, entry->d_type)); \
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
 *      step by step where this process has no descriptor left or its filter
 *      holds that back; 0 when there is none.
 */

static size_t
Where(int dirfd, const char *path, int flags, char *buf, size_t size)
{
    long fd = DtsmpSyscall4(SYS_openat, dirfd, (long) (intptr_t) path,
            O_PATH | O_CLOEXEC | flags, 0);
    Dtsm_Map *map = DtsmSubjectMap();
    DtsmTraceSpelling spell;
    DtsmWholeWay *whole;
    size_t len = 0;
    char *block;

    if (fd >= 0) {
        len = DtsmTraceFdPath((int) fd, buf, size);
        DtsmpSysClose((int) fd);
        return len;
    }
    if ((fd != -EMFILE && fd != -ENFILE && fd != -DTSMP_HELD)
            || map == NULL) {
        return 0;
    }
    whole = DtsmTraceBorrow();
    block = DtsmTraceBorrow();
    if (whole != NULL && block != NULL && DtsmTraceSpell(map, dirfd, path, 1,
            block, DTSM_SCRATCH_SIZE, &spell) == TRACE_SPELLED
            && DtsmWayResolve(whole, spell.path, spell.len, 0, 1)
            && (whole->way.type == TRACE_IS_DIR
                || (whole->way.type == TRACE_IS_OTHER
                    && !(flags & O_DIRECTORY)))
            && whole->way.outLen < size) {
        len = whole->way.outLen;
        memcpy(buf, whole->out, len + 1);
    }
    DtsmTraceReturn(block);
    DtsmTraceReturn(whole);
    return len;
}

size_t
DtsmTraceWhere(int dirfd, const char *path, char *buf, size_t size)
{
    return Where(dirfd, path, 0, buf, size);
}

size_t
DtsmTraceDirectory(int dirfd, const char *path, char *buf, size_t size)
{
    return Where(dirfd, path, O_DIRECTORY, buf, size);
}

/*
 * libc's scandir reads without calling readdir.  The list is libc's to
 * allocate, so what is hidden goes back with free().
 */

#define FILTER_LIST(type, dirfd, path, list, count) \
    do { \
        char *dir_ = (count) > 0 && DtsmTraceFenced() \
                ? DtsmTraceBorrow() : NULL; \
        size_t len_ = dir_ == NULL ? 0 : DtsmTraceDirectory((dirfd), (path), \
                dir_, PATH_MAX); \
        int from_, to_ = 0; \
        if (len_ > 0) { \
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
        DtsmTraceReturn(dir_); \
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
            scans[i].len = DtsmTraceDirectory(dirfd, path, scans[i].dir,
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

int
DtsmTraceHiddenName(const char *path)
{
    char *text, *dir;
    size_t len = strlen(path), end;
    const char *slash;
    int hidden;

    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    text = len == 0 || len >= PATH_MAX ? NULL : DtsmTraceBorrow();
    if (text == NULL) {
        return 0;
    }
    dir = text + PATH_MAX;
    memcpy(text, path, len);
    text[len] = '\0';
    slash = strrchr(text, '/');
    if (slash == NULL) {
        end = DtsmTraceDirectory(AT_FDCWD, ".", dir, PATH_MAX);
        slash = text - 1;
    } else {
        size_t at = (size_t) (slash - text);
        char keep = text[at + 1];

        text[at + 1] = '\0';
        end = DtsmTraceDirectory(AT_FDCWD, text, dir, PATH_MAX);
        text[at + 1] = keep;
    }
    hidden = end > 0 && DtsmTraceHidden(dir, end, slash + 1, DT_UNKNOWN);
    DtsmTraceReturn(text);
    return hidden;
}

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
