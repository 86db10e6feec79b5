/*
 * dtsmTraceWord.c --
 *
 *      The wrapper of wordexp, which lists folders and starts shells inside
 *      of libc.
 *
 * How many shells it starts is not to be told from here, so they count
 * themselves: their DTSM_MAP begins with two slashes, and what attaches by
 * such a name was not expected by its starter.  The programs that a shell
 * starts get the plain name again.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"

#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

#ifndef _PATH_BSHELL
#   define _PATH_BSHELL "/bin/sh"
#endif

extern char **environ;

/*
 * Hide --
 *
 *      Take out of a result what a pattern found though stat would hide it.
 *      What stands in the text itself was not found, nor what is not there:
 *      that is a word of a shell's.  When nothing is left of a text that is
 *      one pattern, the result is that text, as it is where nothing matches.
 *
 * Arguments:
 *      first    Index of the first word that this call has added.
 */

static void
Hide(const char *text, wordexp_t *words, size_t first, int flags)
{
    char **list = words->we_wordv
            + (flags & WRDE_DOOFFS ? words->we_offs : 0);
    size_t from, to = first;

    for (from = first; from < words->we_wordc; from++) {
        char *word = list[from];

        if (strstr(text, word) == NULL && DtsmTraceHiddenName(word)
                && DtsmTraceType(AT_FDCWD, word, AT_SYMLINK_NOFOLLOW)
                        != TRACE_IS_MISSING) {
            free(word);
        } else {
            list[to++] = word;
        }
    }
    if (to == first && from > first
            && strpbrk(text, " \t\n$`\"'\\~") == NULL) {
        list[to] = strdup(text);
        to += list[to] != NULL;
    }
    list[to] = NULL;
    words->we_wordc = to;
}

/*
 * Expand --
 *
 *      wordexp of a text that starts shells.
 */

static int
Expand(const char *text, wordexp_t *words, int flags)
{
    static const char name[] = "DTSM_MAP=";
    const char *map = dtsmTraceEnv[TRACE_ENV_MAP];
    DtsmTraceProgram program;
    char **saved = environ;
    char *const *envp;
    size_t textLen, count, i;
    int result;

    if (CHECK(AT_FDCWD, _PATH_BSHELL, DTSM_EXEC) != 0
            || DtsmTraceInspect(_PATH_BSHELL, TRACE_BY_LIBC, &program) != 0) {
        return WRDE_NOSPACE;
    }
    if (map == NULL) {
        return REAL(wordexp)(text, words, flags);
    }
    count = DtsmTraceEnvSize(saved, 0, &textLen);
    {
        char *array[count], block[textLen], own[strlen(map) + 2];

        envp = DtsmTraceMakeEnv(saved, 0, array, block);
        memcpy(own, name, sizeof(name) - 1);
        own[sizeof(name) - 1] = '/';
        strcpy(own + sizeof(name), map + sizeof(name) - 1);
        for (count = 0; envp != NULL && envp[count] != NULL; count++) {
            ;
        }
        {
            char *marked[count + 1];

            for (i = 0; i < count; i++) {
                marked[i] = strncmp(envp[i], name, sizeof(name) - 1) == 0
                        ? own : envp[i];
            }
            marked[count] = NULL;
            environ = marked;
            result = REAL(wordexp)(text, words, flags);
            environ = saved;
        }
    }
    return result;
}

DTSM_EXPORT int
wordexp(const char *text, wordexp_t *words, int flags)
{
    size_t first = flags & WRDE_APPEND ? words->we_wordc : 0;
    int result = DtsmTraceGetMap() != NULL && !(flags & WRDE_NOCMD)
            && (strchr(text, '`') != NULL || strstr(text, "$(") != NULL)
            ? Expand(text, words, flags)
            : REAL(wordexp)(text, words, flags);

    if (result == 0 && strpbrk(text, "*?[") != NULL && DtsmTraceFenced()) {
        Hide(text, words, first, flags);
    }
    return result;
}
