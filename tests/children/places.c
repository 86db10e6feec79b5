/*
 * places.c --
 *
 *      Calls of libc from odd places, and calls that do their work inside of
 *      libc, in the frame of calls.h:
 *
 *      places NAME PATH ?+ NAME PATH ...?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <iconv.h>
#include <limits.h>
#include <locale.h>
#include <mntent.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wordexp.h>

#include "calls.h"

CALL(stat) { struct stat st; return stat(path, &st); }
CALL(open) { return Opened(open(path, O_RDONLY)); }
CALL(chdir) { return chdir(path); }

/*
 * Who takes or closes descriptors of ours would break us; there are none.
 */

CALL(closefrom) { closefrom(3); return Do_open(path); }
CALL(closerange)
{
    return close_range(3, ~0u, 0) != 0 ? -1 : Do_open(path);
}

/*
 * CLOSE_RANGE_CLOEXEC closes what is open at the next exec and not before;
 * the program that is started then is traced as any other.
 */

CALL(cloexec)
{
    char *argv[] = { "places", "open", (char *) path, NULL };
    pid_t pid;
    int fd = open("/dev/null", O_RDONLY);
    if (close_range(3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) != 0
            || fcntl(fd, F_GETFD) != FD_CLOEXEC || close(fd) != 0) {
        return -1;
    }
    pid = fork();
    if (pid == 0) {
        execv("/proc/self/exe", argv);
        _exit(errno);
    }
    return Wait(pid);
}
CALL(dup2over)
{
    int i;
    for (i = 3; i < 200; i++) {
        if (dup2(0, i) != i) {
            return -1;
        }
    }
    return Do_open(path);
}
CALL(closeall)
{
    int i;
    for (i = 3; i < 1024; i++) {
        close(i);
    }
    return Do_open(path);
}

/*
 * With no descriptor left, an answer from the map needs none.
 */

CALL(nofd)
{
    int fds[1024], count = 0, err, result;
    struct stat st;
    (void) !stat(path, &st);
    while (count < 1024 && (fds[count] = dup(0)) >= 0) {
        count++;
    }
    result = stat(path, &st);
    err = errno;
    while (count > 0) {
        close(fds[--count]);
    }
    errno = err;
    return result;
}

/*
 * Threads with 64 KiB of stack that make all sorts of calls at once.
 */

static const char *threadPath;
static int threadFlaws;

static void *
SmallThread(void *data)
{
    char *argv[] = { "true", NULL }, name[64], real[PATH_MAX];
    int i, number = (int) (intptr_t) data;

    for (i = 0; i < 60; i++) {
        struct stat st;
        struct dirent **list;
        glob_t found;
        DIR *dir;
        FILE *stream;
        pid_t pid;
        int count, fd;

        snprintf(name, sizeof(name), "ok/s%d.%d", number, i);
        fd = open(name, O_CREAT | O_WRONLY, 0600);
        threadFlaws += fd < 0 || close(fd) != 0 || stat(name, &st) != 0
                || realpath(name, real) == NULL
                || rename(name, "ok/target") != 0
                || stat(threadPath, &st) == 0
                || (stream = fopen("ok/file", "r")) == NULL
                || fclose(stream) != 0 || fopen(threadPath, "r") != NULL
                || (dir = opendir("no")) == NULL || readdir(dir) == NULL
                || closedir(dir) != 0;
        if (i % 20 == 0) {
            count = scandir("ok", &list, NULL, NULL);
            threadFlaws += count < 3;
            while (count > 0) {
                free(list[--count]);
            }
            free(list);
            threadFlaws += glob("ok/f*", 0, NULL, &found) != 0;
            globfree(&found);
            threadFlaws += posix_spawnp(&pid, "true", NULL, NULL, argv,
                    environ) != 0 || Wait(pid) != 0;
        }
    }
    return NULL;
}

CALL(smallstacks)
{
    pthread_t threads[8];
    pthread_attr_t attr;
    int i;
    threadPath = path;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    for (i = 0; i < 8; i++) {
        if (pthread_create(&threads[i], &attr, SmallThread,
                (void *) (intptr_t) i) != 0) {
            return -1;
        }
    }
    for (i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    errno = EIO;
    return threadFlaws == 0 ? 0 : -1;
}

/*
 * One thread moves between two directories while others ask for a name that
 * only one of them allows: what a thread sees after its own chdir is that
 * directory.
 */

static volatile int moving;

static void *
Asker(void *data)
{
    struct stat st;

    (void) data;
    while (moving) {
        (void) !stat("file", &st);
    }
    return NULL;
}

CALL(moves)
{
    pthread_t threads[3];
    struct stat st;
    int i, flaws = 0;
    char real[PATH_MAX], ok[PATH_MAX + 8], no[PATH_MAX + 8];
    (void) path;
    if (getcwd(real, sizeof(real)) == NULL) {
        return -1;
    }
    snprintf(ok, sizeof(ok), "%s/ok", real);
    snprintf(no, sizeof(no), "%s/no", real);
    moving = 1;
    for (i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, Asker, NULL);
    }
    for (i = 0; i < 2000; i++) {
        flaws += chdir(ok) != 0 || stat("file", &st) != 0;
        flaws += chdir(no) != 0 || stat("file", &st) == 0;
    }
    moving = 0;
    for (i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    errno = EIO;
    return flaws == 0 && chdir(real) == 0 ? 0 : -1;
}

/*
 * Exit handlers.
 */

static void
AtExit(void)
{
    struct stat st;
    int seen = stat(threadPath, &st) == 0;

    _exit(seen ? 0 : errno);
}

static int
Leave(const char *path, int how)
{
    pid_t pid = fork();

    threadPath = path;
    if (pid == 0) {
        if (how == 0) {
            atexit(AtExit);
            exit(99);
        }
        at_quick_exit(AtExit);
        quick_exit(99);
    }
    return Wait(pid);
}

CALL(atexit) { return Leave(path, 0); }
CALL(quickexit) { return Leave(path, 1); }

/*
 * A child of vfork, in its parent's memory.
 */

CALL(vforkstat)
{
    pid_t pid = vfork();
    if (pid == 0) {
        struct stat st;
        _exit(stat(path, &st) == 0 ? 0 : errno);
    }
    return Wait(pid);
}

/*
 * Work inside of libc.
 */

CALL(dlopen)
{
    const char *message;
    if (dlopen(path, RTLD_NOW) != NULL) {
        return 0;
    }
    message = dlerror();
    snprintf(learned, sizeof(learned), "%.200s",
            message == NULL ? "no message" : message);
    errno = ENOENT;
    return -1;
}

static int
Words(const char *path, int flags)
{
    wordexp_t words;
    size_t i;
    int result = flags & WRDE_APPEND ? wordexp("first", &words, 0) : 0;

    result = result == 0 ? wordexp(path, &words, flags) : result;
    if (result != 0) {
        errno = result == WRDE_NOSPACE ? ENOMEM : EINVAL;
        return -1;
    }
    for (i = 0; i < words.we_wordc; i++) {
        Append(",", words.we_wordv[i]);
    }
    wordfree(&words);
    return 0;
}

CALL(wordexp) { return Words(path, 0); }
CALL(wordexpmore) { return Words(path, WRDE_APPEND); }
CALL(mntent)
{
    FILE *stream = setmntent(path, "r");
    return stream == NULL ? -1 : (endmntent(stream), 0);
}
CALL(setlocale) { return setlocale(LC_ALL, path) == NULL ? -1 : 0; }
CALL(iconv)
{
    iconv_t how = iconv_open(path, "ASCII");
    return how == (iconv_t) -1 ? -1 : iconv_close(how);
}
CALL(user) { (void) path; return getpwuid(0) == NULL ? -1 : 0; }
CALL(group) { (void) path; return getgrgid(0) == NULL ? -1 : 0; }
CALL(zone)
{
    time_t when = 1;
    if (*path != '-') {
        setenv("TZ", path, 1);
    }
    return localtime(&when) == NULL ? -1 : 0;
}

/*
 * daemon leaves the working directory inside of libc.  The child, which its
 * parent does not wait for, answers through a pipe.
 */

CALL(daemon)
{
    int ends[2], err = 0;
    struct stat st;
    pid_t pid;
    (void) !stat(path, &st);
    if (pipe(ends) != 0) {
        return -1;
    }
    pid = fork();
    if (pid == 0) {
        if (daemon(0, 1) != 0) {
            _exit(1);
        }
        err = stat(path, &st) == 0 ? 0 : errno;
        _exit(write(ends[1], &err, sizeof(err)) < 0);
    }
    close(ends[1]);
    if (Wait(pid) != 0 || read(ends[0], &err, sizeof(err)) != sizeof(err)) {
        return -1;
    }
    errno = err;
    return err == 0 ? 0 : -1;
}

/*
 * Behind another root the session knows nothing.
 */

CALL(chroot)
{
    char name[PATH_MAX];
    pid_t pid = fork();
    if (pid == 0) {
        struct stat st;
        snprintf(name, sizeof(name), "%s", path);
        _exit(chroot(name) == 0 && chdir("/") == 0 && stat("/file", &st) == 0
                ? 0 : errno);
    }
    return Wait(pid);
}

CALL(otheruser)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid = fork();
    if (pid == 0) {
        if (setresuid(65534, 65534, 65534) != 0) {
            _exit(errno);
        }
        execv(path, argv);
        _exit(errno);
    }
    return Wait(pid);
}

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(stat) X(open) X(chdir) X(closefrom) X(closerange) X(cloexec)
    X(dup2over) X(closeall) X(nofd) X(smallstacks) X(moves) X(atexit)
    X(quickexit) X(vforkstat) X(dlopen) X(wordexp) X(wordexpmore)
    X(mntent) X(setlocale) X(iconv) X(user) X(group)
    X(zone) X(daemon) X(chroot) X(otheruser)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
