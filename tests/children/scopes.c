/*
 * scopes.c --
 *
 *      Opens libraries, some of them with a scope of their own, and calls a
 *      function of each:
 *
 *      scopes HOW LIBRARY FUNCTION PATH ?HOW LIBRARY FUNCTION PATH ...?
 *
 *      HOW is letters: n (RTLD_NOW) or l (RTLD_LAZY), d (RTLD_DEEPBIND), g
 *      (RTLD_GLOBAL), o (in another namespace), b (by dlmopen, in the usual
 *      one), c (closed after the call), t (in a thread).  FUNCTION takes PATH
 *      and returns 0 or an errno, of which the name is printed; "-" is none.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *
OpenAndCall(void *data)
{
    char **argv = data;
    const char *how = argv[0];
    int mode = (strchr(how, 'l') != NULL ? RTLD_LAZY : RTLD_NOW)
            | (strchr(how, 'd') != NULL ? RTLD_DEEPBIND : 0)
            | (strchr(how, 'g') != NULL ? RTLD_GLOBAL : 0);
    int (*function)(const char *path);
    void *handle;
    int err;

    handle = strchr(how, 'o') != NULL
            ? dlmopen(LM_ID_NEWLM, argv[1], mode)
            : strchr(how, 'b') != NULL ? dlmopen(LM_ID_BASE, argv[1], mode)
            : dlopen(argv[1], mode);
    if (handle == NULL) {
        puts("none");
        return NULL;
    }
    if (strcmp(argv[2], "-") != 0) {
        *(void **) &function = dlsym(handle, argv[2]);
        err = function == NULL ? EINVAL : function(argv[3]);
        puts(err == 0 ? "ok" : strerrorname_np(err));
    }
    if (strchr(how, 'c') != NULL) {
        dlclose(handle);
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    int at;

    setvbuf(stdout, NULL, _IONBF, 0);
    for (at = 1; at + 3 < argc; at += 4) {
        pthread_t thread;

        if (strchr(argv[at], 't') == NULL) {
            OpenAndCall(argv + at);
        } else if (pthread_create(&thread, NULL, OpenAndCall, argv + at) != 0
                || pthread_join(thread, NULL) != 0) {
            return 2;
        }
    }
    return 0;
}
