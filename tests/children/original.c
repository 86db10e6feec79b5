/*
 * original.c --
 *
 *      original STATUS MAP: the original's interface as its users call it,
 *      between two processes.  Prints one line a fact.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsharedmemory.h"

static void
Say(const char *path)
{
    uint8_t flags = 0;

    if (__dtsharedmemory_search(path, &flags)) {
        printf("%s %u\n", path, flags);
    } else {
        printf("%s unknown\n", path);
    }
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    printf("insert before set_manager %d\n",
            __dtsharedmemory_insert("/x", ALLOW_PATH));
    printf("set_manager %d\n",
            __dtsharedmemory_set_manager(argv[1], argv[2]));
    printf("again %d\n", __dtsharedmemory_set_manager(NULL, "/nowhere"));
    fflush(stdout);
    if (fork() == 0) {
        __dtsharedmemory_insert("/usr", ALLOW_PATH | IS_PREFIX);
        __dtsharedmemory_insert("/usr/local/x", DENY_PATH
                | SANDBOX_VIOLATION);
        __dtsharedmemory_insert("/opt/z\x01\xff", SANDBOX_UNKNOWN);
        _exit(0);
    }
    wait(NULL);
    Say("/usr/bin/cc");
    Say("/usr/local/x");
    Say("/usrx");
    Say("/opt/z\x01\xff");
    printf("empty %d\n", __dtsharedmemory_insert("", ALLOW_PATH));
    printf("used %d\n", __dtsharedmemory_getUsedSharedMemorySize() > 0);
    printf("descriptors %d %d %d\n", __dtsharedmemory_getStatusFileFd(),
            __dtsharedmemory_getSharedMemoryFileFd(),
            __dtsharedmemory_reset_fd());
    return 0;
}
