/*
 * table.c --
 *
 *      A hash table of words.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdlib.h>
#include <string.h>

#include "words.h"

int
table_add(
    Table *table,
    const char *text)
{
    unsigned hash = 5381;
    const char *p;
    Word *word;

    for (p = text; *p; p++) {
        hash = hash * 33 + (unsigned char) *p;
    }
    hash %= sizeof table->buckets / sizeof table->buckets[0];
    for (word = table->buckets[hash]; word; word = word->next) {
        if (!strcmp(word->text, text)) {
            word->count++;
            return 0;
        }
    }
    word = calloc(1, sizeof *word);
    if (!word) {
        return -1;
    }
    strncpy(word->text, text, WORD_MAX);
    word->count = 1;
    word->next = table->buckets[hash];
    table->buckets[hash] = word;
    table->wordCount++;
    return 0;
}

static int
compare(
    const void *left,
    const void *right)
{
    const Word *a = *(Word *const *) left, *b = *(Word *const *) right;

    if (a->count != b->count) {
        return a->count < b->count ? 1 : -1;
    }
    return strcmp(a->text, b->text);
}

Word **
table_sorted(
    const Table *table)
{
    Word **list = calloc(table->wordCount + 1, sizeof *list);
    size_t i, n = 0;

    if (list) {
        for (i = 0; i < sizeof table->buckets / sizeof table->buckets[0];
                i++) {
            Word *word;

            for (word = table->buckets[i]; word; word = word->next) {
                list[n++] = word;
            }
        }
        qsort(list, n, sizeof *list, compare);
    }
    return list;
}
