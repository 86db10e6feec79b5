/*
 * words.h --
 *
 *      Counting words in a table.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

#define WORD_MAX 63             /* longer words are cut */

typedef struct Word {
    struct Word *next;
    unsigned long count;
    char text[WORD_MAX + 1];
} Word;

typedef struct Table {
    Word *buckets[1024];
    size_t wordCount;
} Table;

/*
 * table_add --         Count one word; -1 when there is no memory.
 * table_sorted --      All words, the most frequent first, in an array for
 *                      free(); NULL when there is no memory.
 */

int table_add(Table *table, const char *text);
Word **table_sorted(const Table *table);

#endif /* WORDS_H */
