/*
 * terminal.c --
 *
 *      terminal STEP ... -- PROGRAM ?ARG ...?
 *
 *      What an interactive shell and its user do: a terminal of its own, the
 *      program as a job there, and steps in turn, each of which waits for what
 *      it is about:
 *
 *      start          start the program in the foreground
 *      start-behind   and in the background
 *      tostop         background jobs that write stop
 *      type TEXT      keys; ^X is a control character
 *      see TEXT       until the program has written that, since the last `see'
 *      size ROWS COLUMNS
 *      stopped        until the job stops; prints by which signal
 *      fore, behind   let it go on in the foreground, the background
 *      signal NUMBER  to the job
 *      end            until the job has ended; prints its status, and what it
 *                     wrote since the last `see'
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define GUARD 60               /* seconds until this program gives up */
#define TICK 20                 /* milliseconds */

static char seen[65536];
static size_t seenLen;
static int master, terminal;
static pid_t job;
static char **program;

static void
Fail(const char *what)
{
    printf("failed: %s (%s)\n%s\n", what, strerror(errno), seen);
    fflush(stdout);
    _exit(1);
}

static void
Guard(int number)
{
    static const char text[] = "waited too long, having seen:\n";

    (void) number;
    if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0
            || write(STDOUT_FILENO, seen, seenLen) < 0) {
        _exit(3);
    }
    if (job > 0) {
        kill(-job, SIGKILL);
    }
    _exit(2);
}

/*
 * Listen --
 *
 *      Take what the terminal shows, without carriage returns.
 *
 * Returns:
 *      Whether there was any within so many milliseconds.
 */

static int
Listen(int wait)
{
    struct pollfd ready = {master, POLLIN, 0};
    char text[1024];
    ssize_t got, i;

    if (poll(&ready, 1, wait) != 1 || !(ready.revents & POLLIN)) {
        return 0;
    }
    got = read(master, text, sizeof(text));
    for (i = 0; i < got; i++) {
        if (text[i] != '\r' && seenLen < sizeof(seen) - 1) {
            seen[seenLen++] = text[i];
        }
    }
    seen[seenLen] = '\0';
    return got > 0;
}

static void
Open(void)
{
    struct termios modes;
    const char *name;

    if (setsid() < 0 || (master = posix_openpt(O_RDWR | O_NOCTTY)) < 0
            || grantpt(master) != 0 || unlockpt(master) != 0
            || (name = ptsname(master)) == NULL
            || (terminal = open(name, O_RDWR)) < 0
            || fcntl(master, F_SETFD, FD_CLOEXEC) != 0
            || tcgetattr(terminal, &modes) != 0) {
        Fail("no terminal");
    }
    modes.c_lflag &= ~(tcflag_t) ECHO;
    tcsetattr(terminal, TCSANOW, &modes);
}

/*
 * Signals --
 *
 *      What a shell ignores for itself, and not for its jobs.
 */

static void
Signals(void (*handler)(int))
{
    static const int all[] = {SIGTTOU, SIGTTIN, SIGTSTP, SIGHUP, SIGINT,
        SIGQUIT};
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        signal(all[i], handler);
    }
}

static void
Start(int front)
{
    int fd;

    job = fork();
    if (job == 0) {
        setpgid(0, 0);
        if (front) {
            tcsetpgrp(terminal, getpid());
        }
        Signals(SIG_DFL);
        for (fd = 0; fd < 3; fd++) {
            dup2(terminal, fd);
        }
        close(terminal);
        execvp(program[0], program);
        _exit(127);
    }
    if (job < 0) {
        Fail("fork");
    }
    setpgid(job, job);
}

static void
Resume(int front)
{
    tcsetpgrp(terminal, front ? job : getpgrp());
    kill(-job, SIGCONT);
}

static void
Type(const char *text)
{
    for (; *text != '\0'; text++) {
        char key = *text;

        if (key == '^' && text[1] != '\0') {
            key = (char) (*++text & 31);
        }
        if (write(master, &key, 1) != 1) {
            Fail("type");
        }
    }
}

static void
See(const char *text)
{
    char *at;

    while ((at = strstr(seen, text)) == NULL) {
        Listen(-1);
    }
    at += strlen(text);
    seenLen = strlen(at);
    memmove(seen, at, seenLen + 1);
}

/*
 * Await --
 *
 *      Until the job has stopped or ended; meanwhile it can write.
 */

static int
Await(void)
{
    int status;
    pid_t got;

    while ((got = waitpid(job, &status, WUNTRACED | WNOHANG)) == 0) {
        Listen(TICK);
    }
    if (got < 0) {
        Fail("wait");
    }
    return status;
}

static void
Stopped(void)
{
    int status = Await();

    if (!WIFSTOPPED(status)) {
        Fail("ended");
    }
    printf("stopped by %s\n", sigabbrev_np(WSTOPSIG(status)));
    tcsetpgrp(terminal, getpgrp());
}

static void
End(void)
{
    int status = Await();

    while (Listen(0)) {
        continue;
    }
    if (WIFSTOPPED(status)) {
        Fail("stopped");
    }
    printf("%s %d\n%s", WIFEXITED(status) ? "exit" : "signal",
            WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), seen);
}

/*
 * Do --
 *
 *      A step.  Returns how many words it takes.
 */

static int
Do(char **words)
{
    const char *verb = words[0];
    struct winsize size = {0, 0, 0, 0};
    struct termios modes;

    if (!strcmp(verb, "start") || !strcmp(verb, "start-behind")) {
        Start(verb[5] == '\0');
    } else if (!strcmp(verb, "tostop")) {
        tcgetattr(terminal, &modes);
        modes.c_lflag |= TOSTOP;
        tcsetattr(terminal, TCSANOW, &modes);
    } else if (!strcmp(verb, "stopped")) {
        Stopped();
    } else if (!strcmp(verb, "fore") || !strcmp(verb, "behind")) {
        Resume(verb[0] == 'f');
    } else if (!strcmp(verb, "end")) {
        End();
    } else if (!strcmp(verb, "type")) {
        Type(words[1]);
        return 2;
    } else if (!strcmp(verb, "see")) {
        See(words[1]);
        return 2;
    } else if (!strcmp(verb, "signal")) {
        kill(-job, atoi(words[1]));
        return 2;
    } else if (!strcmp(verb, "size")) {
        size.ws_row = (unsigned short) atoi(words[1]);
        size.ws_col = (unsigned short) atoi(words[2]);
        ioctl(terminal, TIOCSWINSZ, &size);
        return 3;
    } else {
        Fail(verb);
    }
    return 1;
}

int
main(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        continue;
    }
    if (i + 1 >= argc) {
        return 2;
    }
    argv[i] = NULL;
    program = &argv[i + 1];
    Signals(SIG_IGN);
    signal(SIGALRM, Guard);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    if (fork() == 0) {          /* one that leads no group may lead a session */
        alarm(GUARD);
        Open();
        for (i = 1; argv[i] != NULL; ) {
            i += Do(&argv[i]);
        }
        fflush(stdout);
        _exit(0);
    }
    wait(&i);
    return WIFEXITED(i) ? WEXITSTATUS(i) : 2;
}
