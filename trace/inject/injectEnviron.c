/*
 * injectEnviron.c --
 *
 *      Which environment a program gets that starts: the session's variables
 *      stay in it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "injectEnviron.h"
#include "injectSubject.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

/*
 * Lengths of our variables' names, with "=".
 */

static const int nameLen[TRACE_ENVS] = {
    sizeof("LD_PRELOAD=") - 1, sizeof("DTSM_MAP=") - 1,
    sizeof("DTSM_LOG=") - 1, sizeof("DTSM_ASK=") - 1,
    sizeof("DTSM_MAY=") - 1
};

/*
 * Which --
 *
 *      Which of our variables is this one?  TRACE_ENVS: none.
 */

static int
Which(const char *entry)
{
    int i;

    if (entry[0] != 'L' && entry[0] != 'D') {
        return TRACE_ENVS;
    }
    for (i = 0; i < TRACE_ENVS; i++) {
        const char *ours = dtsmTraceEnv[i];

        if (ours != NULL && strncmp(entry, ours, (size_t) nameLen[i]) == 0) {
            return i;
        }
    }
    return TRACE_ENVS;
}

/*
 * HasEntry --
 *
 *      Is our library in the value of LD_PRELOAD?
 */

static int
HasEntry(const char *list, const char *ours, size_t oursLen)
{
    while (*list != '\0') {
        size_t len = DtsmTraceSpan(list, ':', ' ');

        if (len == oursLen && memcmp(list, ours, len) == 0) {
            return 1;
        }
        list += len + (list[len] != '\0');
    }
    return 0;
}

void
DtsmTraceIsListed(DtsmTraceProgram *program, char *const *envp)
{
    static const char list[] = "LD_TRACE_LOADED_OBJECTS=";

    for (; !TRACE_NO_POINTER(envp) && *envp != NULL; envp++) {
        if ((*envp)[0] == 'L' && (*envp)[1] == 'D' && (*envp)[3] == 'T'
                && strncmp(*envp, list, sizeof(list) - 1) == 0
                && (*envp)[sizeof(list) - 1] != '\0') {
            program->untraced = 1;
        }
    }
}

/*
 * IsWhole --
 *
 *      Does an environment carry the session already, each variable once?  Of
 *      several LD_PRELOAD the loader takes the last.
 */

static int
IsWhole(char *const *envp)
{
    const char *ours = dtsmTraceEnv[TRACE_ENV_PRELOAD];
    int seen[TRACE_ENVS] = { 0 }, i;

    for (; envp != NULL && *envp != NULL; envp++) {
        i = Which(*envp);
        if (i == TRACE_ENVS) {
            continue;
        }
        if (i == TRACE_ENV_PRELOAD) {
            seen[i] = HasEntry(*envp + nameLen[i], ours + nameLen[i],
                    strlen(ours + nameLen[i]));
            continue;
        }
        if (seen[i] || strcmp(*envp, dtsmTraceEnv[i]) != 0) {
            return 0;
        }
        seen[i] = 1;
    }
    for (i = 0; i < TRACE_ENVS; i++) {
        if (!seen[i] && dtsmTraceEnv[i] != NULL) {
            return 0;
        }
    }
    return 1;
}

static int
Keeps(char *const *envp, int strip)
{
    return dtsmTraceEnv[TRACE_ENV_MAP] == NULL || DtsmSubjectMap() == NULL
            || (envp != NULL && TRACE_NO_POINTER(envp))
            || (!strip && IsWhole(envp));
}

size_t
DtsmTraceEnvSize(char *const *envp, int strip, size_t *textPtr)
{
    const char *ours = dtsmTraceEnv[TRACE_ENV_PRELOAD];
    size_t count = 0;

    *textPtr = 1;
    if (Keeps(envp, strip)) {
        return 1;
    }
    if (envp != NULL) {
        for (; envp[count] != NULL; count++) {
            if (ours != NULL && Which(envp[count]) == TRACE_ENV_PRELOAD) {
                *textPtr = strlen(envp[count]) + strlen(ours) + 2;
            }
        }
    }
    return count + TRACE_ENVS + 1;
}

char *const *
DtsmTraceMakeEnv(char *const *envp, int strip, char **array, char *text)
{
    const char *ours = dtsmTraceEnv[TRACE_ENV_PRELOAD];
    int seen[TRACE_ENVS + 1] = { 0 }, i;
    size_t from, to = 0, last = 0;

    if (Keeps(envp, strip)) {
        return envp;
    }
    for (from = 0; envp != NULL && envp[from] != NULL; from++) {
        if (Which(envp[from]) == TRACE_ENV_PRELOAD) {
            last = from;
        }
    }
    for (from = 0; envp != NULL && envp[from] != NULL; from++) {
        char *entry = envp[from];

        i = Which(entry);
        if (i < TRACE_ENVS && (strip
                || (seen[i] && i != TRACE_ENV_PRELOAD))) {
            continue;
        }
        seen[i] = 1;
        if (i == TRACE_ENV_PRELOAD && from == last) {
            const char *value = ours + nameLen[i];

            if (!HasEntry(entry + nameLen[i], value, strlen(value))) {
                size_t len = strlen(entry);

                memcpy(text, entry, len);
                if (entry[nameLen[i]] != '\0') {
                    text[len++] = ':';
                }
                strcpy(text + len, value);
                entry = text;
            }
        } else if (i < TRACE_ENVS && i != TRACE_ENV_PRELOAD) {
            entry = (char *) (intptr_t) dtsmTraceEnv[i];
        }
        array[to++] = entry;
    }
    for (i = 0; i < TRACE_ENVS && !strip; i++) {
        if (!seen[i] && dtsmTraceEnv[i] != NULL) {
            array[to++] = (char *) (intptr_t) dtsmTraceEnv[i];
        }
    }
    array[to] = NULL;
    return array;
}

void
DtsmTracePutBack(void)
{
    int i;

    if (Keeps(environ, 0)) {
        return;
    }
    for (i = 0; i < TRACE_ENVS; i++) {
        const char *ours = dtsmTraceEnv[i], *had;
        char name[16];
        size_t len, hadLen;

        if (ours == NULL) {
            continue;
        }
        len = (size_t) nameLen[i] - 1;
        memcpy(name, ours, len);
        name[len] = '\0';
        ours += len + 1;
        had = i == TRACE_ENV_PRELOAD ? getenv(name) : NULL;
        if (had == NULL || *had == '\0') {
            setenv(name, ours, 1);
        } else if (!HasEntry(had, ours, strlen(ours))) {
            hadLen = strlen(had);
            {
                char both[hadLen + strlen(ours) + 2];

                memcpy(both, had, hadLen);
                both[hadLen] = ':';
                strcpy(both + hadLen + 1, ours);
                setenv(name, both, 1);
            }
        }
    }
}
