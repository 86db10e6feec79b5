/*
 * inherited.c --
 *
 *      What a program inherits.
 *
 *      inherited see FILE                  write it all to FILE
 *      inherited set nothing COMMAND ...   start a command with just that
 *      inherited set ignore N COMMAND ...  and signal N ignored
 *      inherited set block COMMAND ...     all signals blocked
 *      inherited set umask M COMMAND ...   this mode mask, octal
 *      inherited set close DIGITS COMMAND ...  these descriptors closed
 *      inherited set many N LIMIT COMMAND ...  N more of them, of LIMIT
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS 5000

static int
See(const char *file)
{
    static char open_[FDS];
    struct sigaction action;
    struct rlimit limit = { 0, 0 };
    sigset_t mask;
    mode_t umask_ = umask(0);
    const char *names[] = {
        "TCL_LIBRARY", "TCLLIBPATH", "TCL8_6_TM_PATH", "DTSM_START"
    };
    FILE *out;
    int fd, number;
    size_t i;

    for (fd = 0; fd < FDS; fd++) {
        open_[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    out = fopen(file, "w");
    if (out == NULL) {
        return 1;
    }
    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (number = 1; number < NSIG; number++) {
        int ignored = sigaction(number, NULL, &action) == 0
                && action.sa_handler == SIG_IGN;

        if (ignored || sigismember(&mask, number) == 1) {
            fprintf(out, "signal %d%s%s\n", number, ignored ? " ignored" : "",
                    sigismember(&mask, number) == 1 ? " blocked" : "");
        }
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    fprintf(out, "umask %03o\nfiles %ld %ld\nopen", (unsigned) umask_,
            (long) limit.rlim_cur, (long) limit.rlim_max);
    for (fd = 0; fd < FDS; fd++) {
        if (open_[fd]) {
            fprintf(out, " %d", fd);
        }
    }
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        fprintf(out, "\n%s %s", names[i], value == NULL ? "-" : value);
    }
    fprintf(out, "\n");
    return fclose(out) != 0;
}

static void
Many(long count, rlim_t most)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = most;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        exit(3);
    }
    while (count-- > 0) {
        if (open("/dev/null", O_RDONLY) < 0) {
            exit(4);
        }
    }
}

int
main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[2] : "";
    char **command = argv + 3;
    sigset_t all, none;
    int number;

    if (argc == 3 && !strcmp(argv[1], "see")) {
        return See(argv[2]);
    }
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, strcmp(what, "block") ? &none : &all, NULL);
    for (number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    umask(022);
    if (!strcmp(what, "ignore") && argc > 4) {
        signal(atoi(*command++), SIG_IGN);
    } else if (!strcmp(what, "umask") && argc > 4) {
        umask((mode_t) strtoul(*command++, NULL, 8));
    } else if (!strcmp(what, "close") && argc > 4) {
        const char *digit;

        for (digit = *command++; *digit != '\0'; digit++) {
            close(*digit - '0');
        }
    } else if (!strcmp(what, "many") && argc > 5) {
        Many(atol(command[0]), (rlim_t) atol(command[1]));
        command += 2;
    }
    execvp(command[0], command);
    return 127;
}
