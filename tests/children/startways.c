/*
 * startways.c --
 *
 *      Starts a program in ways that a shell has no word for, and says how
 *      that went: "status N", "signal N", or the name of an errno.
 *
 *      startways WAY PROGRAM ?ARG ...?
 *
 *      check, checkfd      execveat that only checks, by path and descriptor
 *      fexecve, memfd      by a descriptor; by one of a copy without a name
 *      at                  execveat, relative to the program's directory
 *      killed              it is killed after its exec, before it runs
 *      toobig              with arguments that are too long
 *      busy                while the file is open for writing
 *      plain, spawn, vfork, thread, popen
 *      spawnat             posix_spawn that changes the directory before
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define CHECK_ONLY 0x10000
#define MANY (4u << 20)

static char **words;                    /* PROGRAM ?ARG ...? */

static int
Failed(void)
{
    printf("%s\n", strerrorname_np(errno));
    return 0;
}

static int
Say(int status)
{
    if (WIFSIGNALED(status)) {
        printf("signal %d\n", WTERMSIG(status));
    } else {
        printf("status %d\n", WEXITSTATUS(status));
    }
    return 0;
}

static int
Reap(pid_t pid)
{
    int status = 0;

    return waitpid(pid, &status, 0) < 0 ? Failed() : Say(status);
}

static int
Check(int dirfd, const char *path, int flags)
{
    return syscall(SYS_execveat, dirfd, path, words, environ,
            flags | CHECK_ONLY) == 0 ? puts("ok") < 0 : Failed();
}

static int
Memfd(void)
{
    int from = open(words[0], O_RDONLY | O_CLOEXEC);
    int to = memfd_create("copy", MFD_CLOEXEC);
    struct stat st;

    if (from < 0 || to < 0 || fstat(from, &st) != 0
            || sendfile(to, from, NULL, (size_t) st.st_size) != st.st_size) {
        return -1;
    }
    return to;
}

/*
 * Killed --
 *
 *      A traced exec stops before the first instruction.
 */

static int
Killed(void)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execve(words[0], words, environ);
        _exit(99);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) {
        return Failed();
    }
    kill(pid, SIGKILL);
    return Reap(pid);
}

static int
TooBig(void)
{
    char *argument = malloc(MANY), *argv[] = {words[0], argument, NULL};

    if (argument == NULL) {
        return 1;
    }
    memset(argument, 'x', MANY - 1);
    argument[MANY - 1] = '\0';
    execve(words[0], argv, environ);
    Failed();
    return posix_spawn(&(pid_t) {0}, words[0], NULL, NULL, argv, environ)
            == E2BIG ? puts("E2BIG") < 0 : 1;
}

static int
Busy(void)
{
    int fd = open(words[0], O_WRONLY | O_CLOEXEC);

    if (fd < 0) {
        return Failed();
    }
    execve(words[0], words, environ);
    return Failed();
}

static void *
InThread(void *unused)
{
    execve(words[0], words, environ);
    return unused;
}

static int
Thread(void)
{
    pthread_t thread;
    pid_t pid = fork();

    if (pid == 0) {
        pthread_create(&thread, NULL, InThread, NULL);
        pthread_join(thread, NULL);
        _exit(99);
    }
    return Reap(pid);
}

static int
Spawn(int away)
{
    posix_spawn_file_actions_t actions;
    char *copy = strdup(words[0]), *name = strdup(words[0]);
    pid_t pid;
    int err;

    posix_spawn_file_actions_init(&actions);
    if (away) {
        posix_spawn_file_actions_addchdir_np(&actions, dirname(copy));
        memmove(name + 2, basename(words[0]), strlen(basename(words[0])) + 1);
        memcpy(name, "./", 2);
    }
    err = posix_spawn(&pid, name, &actions, NULL, words, environ);
    free(copy);
    free(name);
    return err == 0 ? Reap(pid) : (errno = err, Failed());
}

static int
Vforked(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        execve(words[0], words, environ);
        _exit(99);
    }
    return pid < 0 ? Failed() : Reap(pid);
}

static int
Forked(const char *way)
{
    int fd = -1;
    pid_t pid;
    char *directory;

    if (strcmp(way, "vfork") == 0) {
        return Vforked();
    }
    if (strcmp(way, "memfd") == 0) {
        fd = Memfd();
    } else if (strcmp(way, "fexecve") == 0) {
        fd = open(words[0], O_RDONLY | O_CLOEXEC);
    } else if (strcmp(way, "at") == 0) {
        directory = strdup(words[0]);
        fd = open(dirname(directory), O_PATH | O_CLOEXEC);
        free(directory);
    }
    pid = fork();
    if (pid == 0) {
        if (strcmp(way, "at") == 0) {
            execveat(fd, strrchr(words[0], '/') + 1, words, environ, 0);
        } else if (fd >= 0) {
            fexecve(fd, words, environ);
        } else {
            execve(words[0], words, environ);
        }
        _exit(99);
    }
    return pid < 0 ? Failed() : Reap(pid);
}

int
main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";

    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc < 3) {
        return 2;
    }
    words = argv + 2;
    if (strcmp(way, "check") == 0) {
        return Check(AT_FDCWD, words[0], 0);
    }
    if (strcmp(way, "checkfd") == 0) {
        return Check(open(words[0], O_PATH | O_CLOEXEC), "", AT_EMPTY_PATH);
    }
    if (strcmp(way, "killed") == 0) {
        return Killed();
    }
    if (strcmp(way, "toobig") == 0) {
        return TooBig();
    }
    if (strcmp(way, "busy") == 0) {
        return Busy();
    }
    if (strcmp(way, "thread") == 0) {
        return Thread();
    }
    if (strncmp(way, "spawn", 5) == 0) {
        return Spawn(way[5] != '\0');
    }
    if (strcmp(way, "popen") == 0) {
        FILE *stream = popen(words[0], "r");

        return stream == NULL ? Failed() : Say(pclose(stream));
    }
    return Forked(way);
}
