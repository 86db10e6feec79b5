/*
 * rare.c --
 *
 *      Rarer calls of libc, in the frame of calls.h:
 *
 *      rare NAME PATH ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <limits.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

FILE *_IO_fopen(const char *path, const char *mode);
FILE *_IO_popen(const char *command, const char *mode);

CALL(stat) { struct stat st; return stat(path, &st); }

/*
 * Walks: the names below the top.
 */

static const char *top;

static int
FtwName(const char *path, const struct stat *st, int type)
{
    (void) st;
    (void) type;
    if (strcmp(path, top) != 0 && !strchr(path + strlen(top) + 1, '/')) {
        AddName(path);
    }
    return 0;
}

static int
NftwName(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void) at;
    return FtwName(path, st, type);
}

CALL(ftw) { top = path; return ftw(path, FtwName, 8); }
CALL(nftw) { top = path; return nftw(path, NftwName, 8, FTW_PHYS); }
CALL(nftwchdir)
{
    top = path;
    return nftw(path, NftwName, 8, FTW_PHYS | FTW_CHDIR);
}
CALL(nftwdepth)
{
    top = path;
    return nftw(path, NftwName, 8, FTW_CHDIR | FTW_DEPTH);
}

static int
Fts(const char *path, int options)
{
    char *paths[] = { (char *) path, NULL };
    FTS *stream = fts_open(paths, options, NULL);
    FTSENT *entry;
    int err = 0;

    if (stream == NULL) {
        return -1;
    }
    while ((entry = fts_read(stream)) != NULL) {
        if (entry->fts_info == FTS_NS) {
            err = entry->fts_errno;
        } else if (entry->fts_level == 1 && entry->fts_info != FTS_DP) {
            AddName(entry->fts_name);
        }
    }
    fts_close(stream);
    errno = err;
    return err == 0 ? 0 : -1;
}

CALL(fts) { return Fts(path, FTS_PHYSICAL | FTS_NOCHDIR); }
CALL(ftschdir) { return Fts(path, FTS_PHYSICAL); }
CALL(ftschildren)
{
    char *paths[] = { (char *) path, NULL };
    FTS *stream = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry = stream == NULL ? NULL : fts_read(stream);
    if (entry == NULL) {
        return -1;
    }
    for (entry = fts_children(stream, 0); entry != NULL;
            entry = entry->fts_link) {
        AddName(entry->fts_name);
    }
    while (fts_read(stream) != NULL) {
        ;
    }
    return fts_close(stream);
}

static int
Entries(const char *path, int old)
{
    char block[1024];
    off64_t base = 0;
    ssize_t len;
    int fd = open(path, O_RDONLY | (old ? O_DIRECTORY : 0));

    if (fd < 0) {
        return -1;
    }
    while ((len = old ? getdirentries64(fd, block, sizeof(block), &base)
            : getdents64(fd, block, sizeof(block))) > 0) {
        ssize_t at;

        for (at = 0; at < len;) {
            struct dirent64 *entry = (void *) (block + at);

            AddName(entry->d_name);
            at += entry->d_reclen;
        }
    }
    close(fd);
    return len < 0 ? -1 : 0;
}

CALL(getdents) { return Entries(path, 0); }
CALL(getdirentries) { return Entries(path, 1); }

/*
 * Sockets.
 */

static socklen_t
Address(struct sockaddr_un *name, const char *path)
{
    memset(name, 0, sizeof(*name));
    name->sun_family = AF_UNIX;
    snprintf(name->sun_path, sizeof(name->sun_path), "%s", path);
    return sizeof(*name);
}

static int
Socket(const char *path, int how)
{
    struct sockaddr_un name;
    socklen_t len = Address(&name, path);
    int fd = socket(AF_UNIX, how > 1 ? SOCK_DGRAM : SOCK_STREAM, 0);
    struct iovec part = { "x", 1 };
    struct msghdr message = { &name, len, &part, 1, NULL, 0, 0 };
    int result = (int) (how == 0 ? bind(fd, (void *) &name, len)
            : how == 1 ? connect(fd, (void *) &name, len)
            : how == 2 ? sendto(fd, "x", 1, 0, (void *) &name, len)
            : sendmsg(fd, &message, 0));
    int err = errno;

    close(fd);
    errno = err;
    return result < 0 ? -1 : 0;
}

CALL(bind) { return Socket(path, 0); }
CALL(connect) { return Socket(path, 1); }
CALL(sendto) { return Socket(path, 2); }
CALL(sendmsg) { return Socket(path, 3); }

CALL(inotify)
{
    int fd = inotify_init(), result, err;
    result = inotify_add_watch(fd, path, IN_OPEN);
    err = errno;
    close(fd);
    errno = err;
    return result < 0 ? -1 : 0;
}
CALL(handle)
{
    struct { struct file_handle head; char bytes[128]; } handle;
    int mount;
    handle.head.handle_bytes = sizeof(handle.bytes);
    return name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0);
}
CALL(ftok) { return ftok(path, 1) == -1 ? -1 : 0; }
CALL(io_fopen)
{
    FILE *stream = _IO_fopen(path, "r");
    return stream == NULL ? -1 : fclose(stream);
}

/*
 * A shell that is started without the session's variables.
 */
static int
Piped(FILE *(*start)(const char *command, const char *mode), const char *path)
{
    char command[PATH_MAX];
    FILE *stream;

    unsetenv("LD_PRELOAD");
    snprintf(command, sizeof(command), "cat %s 2>/dev/null", path);
    stream = start(command, "r");
    return stream == NULL ? -1
            : pclose(stream) == 0 ? 0 : (errno = ENOENT, -1);
}
CALL(popen) { return Piped(popen, path); }
CALL(io_popen) { return Piped(_IO_popen, path); }
CALL(shm)
{
    int fd = shm_open(path, O_RDWR | O_CREAT, 0600);
    return fd < 0 ? -1 : (close(fd), shm_unlink(path));
}
CALL(shmr) { return Opened(shm_open(path, O_RDONLY, 0)); }
CALL(sem)
{
    sem_t *sem = sem_open(path, O_CREAT, 0600, 1);
    return sem == SEM_FAILED ? -1 : (sem_close(sem), sem_unlink(path));
}
CALL(getcwd)
{
    char name[PATH_MAX];
    (void) path;
    return getcwd(name, 1) != NULL || getcwd(name, sizeof(name)) == NULL ? -1
            : 0;
}
CALL(mktemp)
{
    char name[PATH_MAX];
    snprintf(name, sizeof(name), "%s/tXXXXXX", path);
    /* By its name, because the linker warns of it. */
    char *(*make)(char *) = (char *(*)(char *)) (intptr_t) dlsym(RTLD_DEFAULT,
            "mktemp");
    return *make(name) == '\0' ? -1 : 0;
}
CALL(tmpfile)
{
    FILE *stream = tmpfile();
    (void) path;
    return stream == NULL ? -1 : fclose(stream);
}

/*
 * syscall()
 */

CALL(sys_open)
{
#ifdef SYS_open
    return Opened((int) syscall(SYS_open, path, O_RDONLY));
#else
    return Opened((int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY));
#endif
}
CALL(sys_openat)
{
    return Opened((int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0));
}
CALL(sys_openat2)
{
    uint64_t how[3] = { O_RDONLY, 0, 0 };
    return Opened((int) syscall(437, AT_FDCWD, path, how, sizeof(how)));
}
CALL(sys_stat)
{
    struct stat st;
    return (int) syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0);
}
CALL(sys_faccessat2)
{
    return (int) syscall(439, AT_FDCWD, path, F_OK, 0);
}
CALL(sys_mkdir) { return (int) syscall(SYS_mkdirat, AT_FDCWD, path, 0700); }
CALL(sys_others)
{
    char *page = (char *) syscall(SYS_mmap, NULL, 4096L,
            PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    (void) path;
    if (page == MAP_FAILED || syscall(SYS_getpid) != getpid()
            || syscall(SYS_utimensat, 0, NULL, NULL, 0) == -2) {
        return -1;
    }
    page[1] = 1;
    errno = 0;
    return syscall(SYS_close, -1) == -1 && errno == EBADF ? 0 : -1;
}
CALL(sys_vfork)
{
    (void) path;
#ifdef SYS_vfork
    {
        volatile long pid = syscall(SYS_fork);

        if (pid == 0) {
            _exit(0);
        }
        return Wait((pid_t) pid);
    }
#else
    return 0;
#endif
}

/*
 * Spawning with file actions.
 */

static int
Spawned(const char *program, posix_spawn_file_actions_t *actions)
{
    char *argv[] = { (char *) program, NULL };
    pid_t pid;
    int err = posix_spawn(&pid, program, actions, NULL, argv, environ);

    posix_spawn_file_actions_destroy(actions);
    return err != 0 ? (errno = err, -1) : Wait(pid);
}

CALL(addopen)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 9, path, O_RDONLY, 0);
    return Spawned("/bin/true", &actions);
}
CALL(addchdir)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, path);
    return Spawned("/bin/true", &actions);
}
CALL(addcreat)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 9, path, O_RDWR | O_CREAT,
            0600);
    return Spawned("/bin/true", &actions);
}

/*
 * What comes after a change of the directory is relative to the new one.
 */
CALL(movedopen)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, "ok/dir");
    posix_spawn_file_actions_addopen(&actions, 9, path, O_RDONLY, 0);
    return Spawned("/bin/true", &actions);
}
CALL(movedprog)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, "ok");
    posix_spawn_file_actions_adddup2(&actions, 1, 9);
    posix_spawn_file_actions_addchdir_np(&actions, "dir");
    return Spawned(path, &actions);
}
CALL(fdmoved)
{
    posix_spawn_file_actions_t actions;
    int fd = open("ok/dir", O_RDONLY | O_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addfchdir_np(&actions, fd);
    return Spawned(path, &actions);
}

/*
 * A descriptor that an action of the same list makes.
 */
static int
Made(const char *path, int duplicates, int asProgram)
{
    posix_spawn_file_actions_t actions;
    int fd = open("ok", O_RDONLY | O_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addfchdir_np(&actions, fd);
    posix_spawn_file_actions_addopen(&actions, 8, "dir", O_RDONLY, 0);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    if (duplicates) {
        posix_spawn_file_actions_adddup2(&actions, 8, 9);
        posix_spawn_file_actions_addopen(&actions, 8, "/", O_RDONLY, 0);
    }
    posix_spawn_file_actions_addfchdir_np(&actions, duplicates ? 9 : 8);
    if (!asProgram) {
        posix_spawn_file_actions_addopen(&actions, 7, path, O_RDONLY, 0);
        path = "/bin/true";
    }
    return Spawned(path, &actions);
}
CALL(fdopened) { return Made(path, 0, 0); }
CALL(fdopenedprog) { return Made(path, 0, 1); }
CALL(fdduped) { return Made(path, 1, 0); }
CALL(fddupedprog) { return Made(path, 1, 1); }
CALL(spawnactions)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, 1, 9);
    return Spawned(path, &actions);
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(ftw) X(nftw) X(nftwchdir) X(nftwdepth) X(fts) X(ftschdir)
    X(ftschildren) X(getdents) X(getdirentries) X(bind) X(connect)
    X(sendto) X(sendmsg) X(inotify)
    X(handle) X(ftok) X(io_fopen) X(popen) X(io_popen) X(shm) X(shmr)
    X(sem) X(getcwd) X(mktemp)
    X(tmpfile) X(sys_open) X(sys_openat) X(sys_openat2) X(sys_stat)
    X(sys_faccessat2) X(sys_mkdir) X(sys_others) X(sys_vfork) X(addopen)
    X(addchdir) X(addcreat) X(movedopen) X(movedprog) X(fdmoved)
    X(fdopened) X(fdopenedprog) X(fdduped) X(fddupedprog)
    X(spawnactions) X(stat)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
