/*
 * extra.c --
 *
 *      English words without their endings.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "extra.h"

void
extra_stem(
    char *word)
{
    size_t len = strlen(word);

    if (len > 3 && word[len - 1] == 's' && word[len - 2] != 's') {
        word[len - 1] = '\0';
    }
}
