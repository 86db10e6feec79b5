/*
 * words.c --
 *
 *      Prints the ten most frequent words of its standard input.  With
 *      libextra, plurals are counted with their singulars.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "words.h"

#ifdef HAVE_EXTRA
#   include <extra.h>
#   define FEATURE "with extra"
#else
#   define FEATURE "without extra"
#endif

static int
count(
    Table *table,
    char *text)
{
#ifdef HAVE_EXTRA
    extra_stem(text);
#endif
    return table_add(table, text);
}

int
main(
    int argc,
    char **argv)
{
    static Table table;
    char text[WORD_MAX + 1];
    size_t len = 0, i;
    Word **list;
    int c;

    if (argc > 1 && !strcmp(argv[1], "--version")) {
        puts("words 1.0, " FEATURE);
        return 0;
    }
    do {
        c = getchar();
        if (c != EOF && isalpha(c)) {
            if (len < WORD_MAX) {
                text[len++] = (char) tolower(c);
            }
        } else if (len) {
            text[len] = '\0';
            len = 0;
            if (count(&table, text) < 0) {
                perror("words");
                return 1;
            }
        }
    } while (c != EOF);
    list = table_sorted(&table);
    if (!list) {
        perror("words");
        return 1;
    }
    for (i = 0; list[i] && i < 10; i++) {
        printf("%6lu %s\n", list[i]->count, list[i]->text);
    }
    free(list);
    return 0;
}
