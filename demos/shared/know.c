/*
 * know.c --
 *
 *      The other of two processes that share a map through the interface of
 *      the original dtsharedmemory: it knows what learn found out.
 *
 *      know STATUS MAP PATH...
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>

#include <dtsharedmemory.h>

int
main(int argc, char **argv)
{
    int i;

    if (argc < 3 || !__dtsharedmemory_set_manager(argv[1], argv[2])) {
        perror("know");
        return 1;
    }
    for (i = 3; i < argc; i++) {
        uint8_t flags;

        if (!__dtsharedmemory_search(argv[i], &flags)) {
            printf("%s: not known\n", argv[i]);
        } else {
            printf("%s: %s%s\n", argv[i],
                    flags & ALLOW_PATH ? "allowed" : "denied",
                    flags & IS_PREFIX ? " with all below" : "");
        }
    }
    return 0;
}
