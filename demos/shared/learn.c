/*
 * learn.c --
 *
 *      One of two processes that share a map through the interface of the
 *      original dtsharedmemory: it finds out and tells.
 *
 *      learn STATUS MAP PATH...    PATH=allow, PATH/=allow (and all below),
 *                                  PATH=deny, PATH/=deny
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <string.h>

#include <dtsharedmemory.h>

int
main(int argc, char **argv)
{
    int i;

    if (argc < 3 || !__dtsharedmemory_set_manager(argv[1], argv[2])) {
        perror("learn");
        return 1;
    }
    for (i = 3; i < argc; i++) {
        char *word = strrchr(argv[i], '=');
        uint8_t flags = DENY_PATH;

        if (word == NULL) {
            fprintf(stderr, "learn: %s has no =\n", argv[i]);
            return 1;
        }
        if (strcmp(word, "=allow") == 0) {
            flags = ALLOW_PATH;
        }
        if (word > argv[i] && word[-1] == '/') {
            flags |= IS_PREFIX;
        }
        *word = '\0';
        if (!__dtsharedmemory_insert(argv[i], flags)) {
            fprintf(stderr, "learn: could not insert %s\n", argv[i]);
            return 1;
        }
    }
    printf("learned %d\n", argc - 3);
    return 0;
}
