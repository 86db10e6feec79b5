/*
 * wrapMisc.c --
 *
 *      Wrappers of calls that take a path to something else than a file:
 *      shared memory, watches, handles, mounts, message catalogues.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "judgeCalls.h"
#include "judgeLog.h"
#include "wrapDir.h"

#include <link.h>
#include <dlfcn.h>
#include <nl_types.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

/*
 * Headers that declare the rest are not everywhere.
 */

int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);
int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd,
        const char *path);
int acct(const char *path);
int swapon(const char *path, int flags);
int swapoff(const char *path);
int mount(const char *source, const char *target, const char *type,
        unsigned long flags, const void *data);
int umount(const char *target);
int umount2(const char *target, int flags);
int pivot_root(const char *newRoot, const char *oldRoot);
int quotactl(int command, const char *special, int id, caddr_t address);
key_t ftok(const char *path, int project);
char *bindtextdomain(const char *domain, const char *dir);
char *getwd(char *buf);
char *__getwd_chk(char *buf, size_t bufSize);
char *__getcwd_chk(char *buf, size_t size, size_t bufSize);
int open_tree(int dirfd, const char *path, unsigned flags);
int fspick(int dirfd, const char *path, unsigned flags);
int move_mount(int fromFd, const char *from, int toFd, const char *to,
        unsigned flags);
int mount_setattr(int dirfd, const char *path, unsigned flags, void *attr,
        size_t size);

enum { MOUNT_PROPAGATION = 0x1e0000 };   /* only how mounts spread */

/*
 * Shared memory and semaphores are files of /dev/shm.
 */

static int
CheckShared(const char *head, const char *name, unsigned how)
{
    char path[NAME_MAX + 32];
    size_t headLen = strlen(head), len;

    if (name == NULL) {
        return 0;
    }
    while (*name == '/') {
        name++;
    }
    len = strlen(name);
    if (len == 0 || headLen + len + 1 > sizeof(path)
            || strchr(name, '/') != NULL) {
        return 0;
    }
    memcpy(path, head, headLen);
    memcpy(path + headLen, name, len + 1);
    return CHECK(AT_FDCWD, path, how);
}

#define SHM "/dev/shm/"
#define SEM "/dev/shm/sem."

DTSM_EXPORT int
shm_open(const char *name, int flags, mode_t mode)
{
    REFUSE(CheckShared(SHM, name, DtsmTraceOpenHow(flags) | TRACE_NOFOLLOW),
            -1);
    return REAL(shm_open)(name, flags, mode);
}

DTSM_EXPORT int
shm_unlink(const char *name)
{
    REFUSE(CheckShared(SHM, name, DTSM_WRITE | TRACE_CHANGE
            | TRACE_NOFOLLOW), -1);
    return REAL(shm_unlink)(name);
}

DTSM_EXPORT sem_t *
sem_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    unsigned value = 0;

    if (flags & O_CREAT) {
        va_list args;

        va_start(args, flags);
        mode = va_arg(args, mode_t);
        value = va_arg(args, unsigned);
        va_end(args);
    }
    REFUSE(CheckShared(SEM, name, DTSM_READ | DTSM_WRITE
            | (flags & O_CREAT ? TRACE_MAKE : 0u)), SEM_FAILED);
    return REAL(sem_open)(name, flags, mode, value);
}

DTSM_EXPORT int
sem_unlink(const char *name)
{
    REFUSE(CheckShared(SEM, name, DTSM_WRITE | TRACE_CHANGE
            | TRACE_NOFOLLOW), -1);
    return REAL(sem_unlink)(name);
}

int
DtsmTraceOpened(int fd, unsigned how)
{
    char *path = DtsmSubjectMap() != NULL ? DtsmTraceBorrow() : NULL;
    int err = path != NULL && DtsmTraceFdPath(fd, path, PATH_MAX) > 0
            ? CHECK(AT_FDCWD, path, how) : 0;

    DtsmTraceReturn(path);
    if (err != 0) {
        DtsmpSysClose(fd);
        errno = err;
        return -1;
    }
    return fd;
}

/*
 * Watches and handles.
 */

DTSM_EXPORT int
inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    REFUSE(CHECK(AT_FDCWD, path, HOW_OF(inotify_add_watch, mask)), -1);
    return REAL(inotify_add_watch)(fd, path, mask);
}

DTSM_EXPORT int
fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd,
        const char *path)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(fanotify_mark, flags)), -1);
    return REAL(fanotify_mark)(fd, flags, mask, dirfd, path);
}

DTSM_EXPORT int
name_to_handle_at(int dirfd, const char *path, struct file_handle *handle,
        int *mountPtr, int flags)
{
    REFUSE(CHECK(dirfd, path, HOW_OF(name_to_handle_at, flags)), -1);
    return REAL(name_to_handle_at)(dirfd, path, handle, mountPtr, flags);
}

/*
 * What a handle opens has a path only afterwards.
 */

DTSM_EXPORT int
open_by_handle_at(int mountFd, struct file_handle *handle, int flags)
{
    int fd = REAL(open_by_handle_at)(mountFd, handle, flags);

    return fd < 0 ? fd : DtsmTraceOpened(fd, DtsmTraceOpenHow(flags));
}

/*
 * What is mounted somewhere changes all that lies below, by whatever name:
 * nothing of what is known is kept.  What has another name then must be
 * allowed by its own.
 */

DTSM_EXPORT int
mount(const char *source, const char *target, const char *type,
        unsigned long flags, const void *data)
{
    if (DtsmTraceMountsPath(flags)) {
        REFUSE(CHECK(AT_FDCWD, source, DTSM_READ), -1);
    }
    REFUSE(CHECK(AT_FDCWD, target, DTSM_STAT), -1);
    DtsmTraceMounts(flags & MOUNT_PROPAGATION);
    CHANGING(AT_FDCWD, "/", REAL(mount)(source, target, type, flags, data));
}

DTSM_EXPORT int
umount(const char *target)
{
    REFUSE(CHECK(AT_FDCWD, target, DTSM_STAT), -1);
    DtsmTraceMounts(0);
    CHANGING(AT_FDCWD, "/", REAL(umount)(target));
}

DTSM_EXPORT int
umount2(const char *target, int flags)
{
    REFUSE(CHECK(AT_FDCWD, target, HOW_OF(umount2, flags)), -1);
    DtsmTraceMounts(0);
    CHANGING(AT_FDCWD, "/", REAL(umount2)(target, flags));
}

DTSM_EXPORT int
move_mount(int fromFd, const char *from, int toFd, const char *to,
        unsigned flags)
{
    REFUSE(CHECK(fromFd, from, HOW_OF(move_mount, flags)), -1);
    REFUSE(CHECK(toFd, to, DTSM_STAT | DtsmTraceLinkHow(
            FOLLOWED_IF(MOVE_FOLLOW_TO), flags)), -1);
    DtsmTraceMounts(0);
    CHANGING(AT_FDCWD, "/", REAL(move_mount)(fromFd, from, toFd, to, flags));
}

/*
 * Behind another root, paths mean something that the session does not know:
 * the process is named as untraced and its calls pass from then on.
 */

static int
Moved(char *self, int result)
{
    if (result == 0 && DtsmSubjectMap() != NULL) {
        if (self != NULL && *self != '\0') {
            DtsmTraceLogUntraced(self, "chroot");
        }
        __atomic_store_n(&dtsmTraceMap, NULL, __ATOMIC_RELEASE);
    }
    DtsmTraceReturn(self);
    return result;
}

/*
 * Self --
 *
 *      The program's name, which it may not find there any more, in a borrowed
 *      block; NULL when there is none.
 */

static char *
Self(void)
{
    char *buf = DtsmTraceBorrow();
    long len = buf == NULL ? 0
            : DtsmpSysReadlink("/proc/self/exe", buf, PATH_MAX - 1);

    if (buf != NULL) {
        buf[len > 0 ? len : 0] = '\0';
    }
    return buf;
}

/*
 * IsRoot --
 *
 *      Is a path that of the root that we have?
 */

static int
IsRoot(const char *path)
{
    char *buf = DtsmTraceBorrow();
    int is = buf != NULL
            && DtsmTraceDirectory(AT_FDCWD, path, buf, PATH_MAX) == 1;

    DtsmTraceReturn(buf);
    return is;
}

DTSM_EXPORT int
chroot(const char *path)
{
    char *self;

    REFUSE(CHECK(AT_FDCWD, path, DTSM_STAT), -1);
    if (IsRoot(path)) {
        return REAL(chroot)(path);
    }
    self = Self();
    return Moved(self, REAL(chroot)(path));
}

DTSM_EXPORT int
pivot_root(const char *newRoot, const char *oldRoot)
{
    char *self;

    REFUSE(CHECK(AT_FDCWD, newRoot, DTSM_STAT), -1);
    REFUSE(CHECK(AT_FDCWD, oldRoot, DTSM_STAT), -1);
    self = Self();
    return Moved(self, REAL(pivot_root)(newRoot, oldRoot));
}

/*
 * One path each.
 */

#define ONE(type, failed, name, fd, how, parameters, arguments) \
    DTSM_EXPORT type \
    name parameters \
    { \
        REFUSE(CHECK(fd, path, how), failed); \
        return REAL(name) arguments; \
    }

ONE(int, -1, acct, AT_FDCWD, HOW_OF(acct, 0),
        (const char *path), (path))
ONE(int, -1, swapon, AT_FDCWD, HOW_OF(swapon, 0),
        (const char *path, int flags), (path, flags))
ONE(int, -1, swapoff, AT_FDCWD, HOW_OF(swapoff, 0),
        (const char *path), (path))
ONE(int, -1, quotactl, AT_FDCWD, HOW_OF(quotactl, 0), (int command,
        const char *path, int id, caddr_t address),
        (command, path, id, address))
ONE(int, -1, open_tree, dirfd, HOW_OF(open_tree, flags),
        (int dirfd, const char *path, unsigned flags), (dirfd, path, flags))
ONE(int, -1, fspick, dirfd, HOW_OF(fspick, flags),
        (int dirfd, const char *path, unsigned flags), (dirfd, path, flags))
ONE(int, -1, mount_setattr, dirfd, HOW_OF(mount_setattr, flags),
        (int dirfd, const char *path, unsigned flags, void *attr,
                size_t size),
        (dirfd, path, flags, attr, size))
ONE(key_t, -1, ftok, AT_FDCWD, DTSM_STAT, (const char *path,
        int project), (path, project))

/*
 * Translations are looked for later and within libc; the directory is known
 * now.
 */

DTSM_EXPORT char *
bindtextdomain(const char *domain, const char *dir)
{
    CHECK(AT_FDCWD, dir, DTSM_STAT);
    return REAL(bindtextdomain)(domain, dir);
}

DTSM_EXPORT nl_catd
catopen(const char *name, int flags)
{
    const char *volatile given = name;  /* the header promises non-NULL */

    if (given != NULL && strchr(name, '/') != NULL) {
        REFUSE(CHECK(AT_FDCWD, name, DTSM_READ), (nl_catd) (intptr_t) -1);
    }
    return REAL(catopen)(name, flags);
}

/*
 * Who asks for the working directory learns that it is there.
 */

#define GETCWD(name, parameters, arguments) \
    DTSM_EXPORT char * \
    name parameters \
    { \
        char *result = REAL(name) arguments; \
        if (result != NULL) { \
            CHECK(AT_FDCWD, result, DTSM_STAT); \
        } \
        return result; \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
GETCWD(getcwd, (char *buf, size_t size), (buf, size))
GETCWD(getwd, (char *buf), (buf))
GETCWD(__getwd_chk, (char *buf, size_t bufSize), (buf, bufSize))
GETCWD(__getcwd_chk, (char *buf, size_t size, size_t bufSize),
        (buf, size, bufSize))
GETCWD(get_current_dir_name, (void), ())
#pragma GCC diagnostic pop

/*
 * The address sanitizer ends a program when its own library is not the first
 * that was loaded, though it works behind ours; so it does not see ours.
 */

typedef int PhdrProc(struct dl_phdr_info *info, size_t size, void *data);

typedef struct Skip {
    PhdrProc *proc;
    void *data;
} Skip;

static int
SkipOurs(struct dl_phdr_info *info, size_t size, void *data)
{
    static const char ours[] = "libdtsmtrace.so";
    Skip *skip = data;
    size_t len = info->dlpi_name == NULL ? 0 : strlen(info->dlpi_name);

    if (len >= sizeof(ours) - 1 && memcmp(info->dlpi_name + len
            - (sizeof(ours) - 1), ours, sizeof(ours) - 1) == 0) {
        return 0;
    }
    return skip->proc(info, size, skip->data);
}

DTSM_EXPORT int
dl_iterate_phdr(PhdrProc *proc, void *data)
{
    Dl_info info;

    if (dladdr((void *) (intptr_t) proc, &info) != 0
            && info.dli_fname != NULL
            && (strstr(info.dli_fname, "libasan.so") != NULL
                    || strstr(info.dli_fname, "libclang_rt.asan") != NULL)) {
        Skip skip = { proc, data };

        return REAL(dl_iterate_phdr)(SkipOurs, &skip);
    }
    return REAL(dl_iterate_phdr)(proc, data);
}
