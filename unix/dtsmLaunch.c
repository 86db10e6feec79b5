/*
 * dtsmLaunch.c --
 *
 *      The interpreter of the script dtsm: starts it with tclsh, and hands on
 *      what tclsh would change or act on before a script of ours can run.
 *
 *      dtsmlaunch SCRIPT ?ARG ...?
 *
 * tclsh ignores SIGPIPE, opens closed standard descriptors, and reads its own
 * library from TCL_LIBRARY and packages from TCLLIBPATH: variables that a build
 * of Tcl sets for the tclsh that it makes.  They get another name on the way,
 * which tclDtsmInherit.c takes off again.
 *
 *      DTSM_START=N                bit 0..2: that descriptor is closed;
 *                                  bit 3: SIGPIPE is ignored
 *      DTSM_START_NAME=VALUE       NAME=VALUE
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
#include <unistd.h>

#include "dtsmLaunch.h"

#define STATUS_FAILURE 125      /* as of library/command.tcl */

extern char **environ;

static char *
State(void)
{
    static char state[] = DTSM_START "=00";
    struct sigaction action;
    int fd, bits = 0;

    for (fd = 0; fd < 3; fd++) {
        bits |= (fcntl(fd, F_GETFD) < 0) << fd;
    }
    if (sigaction(SIGPIPE, NULL, &action) == 0
            && action.sa_handler == SIG_IGN) {
        bits |= DTSM_START_NO_PIPE;
    }
    state[sizeof state - 3] = (char) ('0' + bits / 10);
    state[sizeof state - 2] = (char) ('0' + bits % 10);
    return state;
}

int
main(int argc, char **argv)
{
    char **env, **args, *text;
    size_t i, count = 0, bytes = 0;

    while (environ != NULL && environ[count] != NULL) {
        bytes += sizeof DTSM_START_HEAD + strlen(environ[count++]);
    }
    env = malloc((count + 2) * sizeof *env);
    args = malloc(((size_t) argc + 2) * sizeof *args);
    text = malloc(bytes + 1);
    if (argc < 2 || env == NULL || args == NULL || text == NULL) {
        fprintf(stderr, "dtsm: cannot start: %s\n", argc < 2
                ? "usage: dtsmlaunch script ?arg ...?" : strerror(errno));
        return STATUS_FAILURE;
    }
    for (i = 0; i < count; i++) {
        env[i] = environ[i];
        if (DtsmStartHides(environ[i])) {
            env[i] = text;
            text = stpcpy(stpcpy(text, DTSM_START_HEAD), environ[i]) + 1;
        }
    }
    env[count] = State();
    env[count + 1] = NULL;
    args[0] = (char *) TCLSH_PROG;
    memcpy(args + 1, argv + 1, (size_t) argc * sizeof *args);
    execve(TCLSH_PROG, args, env);
    fprintf(stderr, "dtsm: cannot start: %s: %s\n", TCLSH_PROG,
            strerror(errno));
    return STATUS_FAILURE;
}
