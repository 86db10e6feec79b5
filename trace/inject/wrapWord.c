/*
 * wrapWord.c --
 *
 *      The wrapper of wordexp, which lists directories and starts shells inside
 *      of libc.
 *
 * How many shells it starts is not to be told from here, so they count
 * themselves: their DTSM_MAP begins with two slashes, and what attaches by
 * such a name was not expected by its starter.  The programs that a shell
 * starts get the plain name again.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectEnviron.h"
#include "judgeStat.h"
#include "wrapDir.h"

#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

#ifndef _PATH_BSHELL
#   define _PATH_BSHELL "/bin/sh"
#endif

extern char **environ;

#define BLANKS " \t"
#define MAGIC "*?["
#define UNCLEAR ((size_t) -1)

/*
 * Part --
 *
 *      One of a text's words before they are expanded.
 */

typedef struct Part {
    const char *text;
    size_t len;
    int runs;                   /* a command, so it is expanded once only */
} Part;

/*
 * NextPart --
 *
 *      Find the part that begins at text or after it; 0 when there is none.
 */

static int
NextPart(const char *text, Part *part)
{
    char quote = '\0';
    int depth = 0;              /* in "$(" and "${" */
    const char *at;

    text += strspn(text, BLANKS);
    part->text = text;
    part->runs = 0;
    for (at = text; *at != '\0'; at++) {
        if (quote == '\'') {
            quote = *at == '\'' ? '\0' : quote;
        } else if (*at == '\\' && at[1] != '\0') {
            at++;
        } else if (*at == '$' && (at[1] == '(' || at[1] == '{')) {
            part->runs |= at[1] == '(' && at[2] != '(';
            at++;
            depth++;
        } else if (depth > 0 && (*at == '(' || *at == '{')) {
            depth++;
        } else if (depth > 0 && (*at == ')' || *at == '}')) {
            depth--;
        } else if (*at == '`' || *at == '"' || *at == '\'') {
            part->runs |= *at == '`';
            quote = quote == '\0' ? *at : quote == *at ? '\0' : quote;
        } else if (depth == 0 && quote == '\0' && strchr(BLANKS, *at) != NULL) {
            break;
        }
    }
    part->len = (size_t) (at - text);
    return part->len > 0;
}

/*
 * Again --
 *
 *      Expand a text that starts no shell once more, on its own.
 *
 * Returns:
 *      1: words is to be freed.
 */

static int
Again(const char *text, int flags, wordexp_t *words)
{
    return text != NULL && REAL(wordexp)(text, words,
            (flags & WRDE_UNDEF) | WRDE_NOCMD) == 0;
}

/*
 * CountOf --
 *
 *      How many words a part becomes; UNCLEAR when that is not to be told.
 */

static size_t
CountOf(const Part *part, int flags)
{
    char *text = strndup(part->text, part->len);
    size_t count = UNCLEAR;
    wordexp_t words;

    if (Again(text, flags, &words)) {
        count = words.we_wordc;
        wordfree(&words);
    }
    free(text);
    return count;
}

/*
 * Whole --
 *
 *      What a part becomes without a search: in quotes nothing is looked for,
 *      nor split.
 *
 * Returns:
 *      It, to be freed; NULL when that is not to be told.
 */

static char *
Whole(const Part *part, int flags)
{
    static const char special[] = "$`\"\\";
    int home = part->text[0] == '~' && (part->len == 1
            || part->text[1] == '/');
    const char *at = part->text + home, *end = part->text + part->len;
    char *text = part->runs ? NULL
            : malloc(2 * part->len + sizeof("\"$HOME\""));
    char *result = NULL, *to = text, quote = '\0';
    wordexp_t words;

    if (text == NULL) {
        return NULL;
    }
    to = stpcpy(to, home ? "\"$HOME" : "\"");
    for (; at < end; at++) {
        if (quote != '\'' && *at == '\\' && at + 1 < end
                && (quote == '\0' || strchr(special, at[1]) != NULL)) {
            at++;
            if (strchr(special, *at) != NULL) {
                *to++ = '\\';
            }
        } else if ((*at == '"' || *at == '\'')
                && (quote == '\0' || quote == *at)) {
            quote = quote == '\0' ? *at : '\0';
            continue;
        } else if (quote == '\'' && strchr(special, *at) != NULL) {
            *to++ = '\\';
        }
        *to++ = *at;
    }
    strcpy(to, "\"");
    if (Again(text, flags, &words)) {
        if (words.we_wordc == 1) {
            result = strdup(words.we_wordv[0]);
        }
        wordfree(&words);
    }
    free(text);
    return result;
}

/*
 * IsSplit --
 *
 *      Does a part become several words, because a value has blanks?
 */

static int
IsSplit(const Part *part, const char *whole)
{
    return strpbrk(whole, BLANKS) != NULL
            && memchr(part->text, '$', part->len) != NULL;
}

/*
 * Literal --
 *
 *      The word that a part becomes where nothing matches, as Whole; NULL when
 *      it is not one.
 */

static char *
Literal(const Part *part, int flags)
{
    char *whole = Whole(part, flags);

    if (whole != NULL && IsSplit(part, whole)) {
        free(whole);
        whole = NULL;
    }
    return whole;
}

/*
 * NoteSearches --
 *
 *      Judge and record what the patterns of a text make libc ask for: each
 *      is searched for once more, where we see it.  What a command says
 *      becomes no pattern here, for it must not run again.
 */

static void
NoteSearches(const char *text, int flags)
{
    Part part;

    for (part.text = text, part.len = 0;
            NextPart(part.text + part.len, &part);) {
        const char *end = part.text + strcspn(part.text, MAGIC);
        char *whole, *word, *next;

        DtsmTraceNoteHome(part.text);
        if (end >= part.text + part.len
                || (whole = Whole(&part, flags)) == NULL) {
            continue;
        }
        next = IsSplit(&part, whole) ? whole : NULL;
        for (word = whole; word != NULL; word = next) {
            if (next != NULL) {
                word += strspn(word, BLANKS);
                next = word + strcspn(word, BLANKS);
                next = *next == '\0' ? NULL : (*next = '\0', next + 1);
            }
            if (strpbrk(word, MAGIC) != NULL) {
                DtsmTraceNoteGlob(word);
            }
        }
        free(whole);
    }
}

/*
 * IsFound --
 *
 *      Did a pattern find this, and would stat hide it?  What is not there is
 *      a word of a shell's.
 */

static int
IsFound(const char *word)
{
    return DtsmTraceHiddenName(word)
            && DtsmTraceType(AT_FDCWD, word, AT_SYMLINK_NOFOLLOW)
                    != TRACE_IS_MISSING;
}

/*
 * StandsIn --
 *
 *      Does a word stand in a part's text, and not as a piece of a pattern?
 */

static int
StandsIn(const Part *part, const char *word)
{
    size_t len = strlen(word);
    const char *at = memmem(part->text, part->len, word, len);

    return at != NULL && (at == part->text || strchr(MAGIC, at[-1]) == NULL)
            && (at[len] == '\0' || strchr(MAGIC, at[len]) == NULL);
}

/*
 * HidePart --
 *
 *      Take out of one part's words what its pattern found though stat would
 *      hide it.  What a command of its may have said itself was not found.
 *
 * Arguments:
 *      from, end   Indices of its words in list.
 *      to          Where they go.
 *
 * Returns:
 *      The index after the last that stayed.
 */

static size_t
HidePart(char **list, size_t from, size_t end, size_t to, const Part *part,
        int flags)
{
    char *literal = Literal(part, flags);
    size_t first = to, had = end - from;
    int looks = literal == NULL || strpbrk(literal, MAGIC) != NULL;

    for (; from < end; from++) {
        char *word = list[from];

        if (looks && IsFound(word) && !(part->runs && StandsIn(part, word))
                && !(literal != NULL && strcmp(word, literal) == 0)) {
            free(word);
        } else {
            list[to++] = word;
        }
    }
    if (to == first && had > 0 && literal != NULL) {
        list[to++] = literal;
        return to;
    }
    free(literal);
    return to;
}

/*
 * Hide --
 *
 *      Take out of a result what patterns found though stat would hide it.
 *      One that is left with nothing stands for itself, as where nothing
 *      matches.
 *
 * Which words a part became is counted by expanding each on its own, but for
 * one that runs a command: that has what is left.  Where there are more of
 * them, all is one part.
 *
 * Arguments:
 *      first    Index of the first word that this call has added.
 */

static void
Hide(const char *text, wordexp_t *words, size_t first, int flags)
{
    char **list = words->we_wordv
            + (flags & WRDE_DOOFFS ? words->we_offs : 0);
    size_t end = words->we_wordc, at = first, to = first, ran;
    Part part;
    int runs = 0;

    while (at < end && !IsFound(list[at])) {
        at++;
    }
    if (at == end) {
        return;
    }
    ran = end - first;
    for (part.text = text, part.len = 0;
            NextPart(part.text + part.len, &part);) {
        size_t count = part.runs ? 0 : CountOf(&part, flags);

        runs += part.runs;
        if (count > ran || runs > 1) {
            runs = -1;
            break;
        }
        ran -= count;
    }
    if (runs < 0 || (runs == 0 && ran > 0)) {
        part.text = text;
        part.len = strlen(text);
        part.runs = 1;
        to = HidePart(list, first, end, first, &part, flags);
    } else {
        at = first;
        for (part.text = text, part.len = 0;
                NextPart(part.text + part.len, &part);) {
            size_t count = part.runs ? ran : CountOf(&part, flags);

            count = count > end - at ? end - at : count;
            to = HidePart(list, at, at + count, to, &part, flags);
            at += count;
        }
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
            || DtsmTraceInspect(_PATH_BSHELL, NULL, TRACE_BY_LIBC,
                    &program) != 0) {
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
    int result = DtsmSubjectMap() != NULL && !(flags & WRDE_NOCMD)
            && (strchr(text, '`') != NULL || strstr(text, "$(") != NULL)
            ? Expand(text, words, flags)
            : REAL(wordexp)(text, words, flags);

    if (result == 0 && DtsmSubjectMap() != NULL
            && strpbrk(text, MAGIC "~") != NULL) {
        NoteSearches(text, flags);
        if (DtsmTraceFenced()) {
            Hide(text, words, first, flags);
        }
    }
    return result;
}
