/*
 * judgeExec.c --
 *
 *      What has to be known and done before a program starts: will it be
 *      traced, and which environment does it get?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"

#include "judgeStarts.h"

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
 * WhyUser --
 *
 *      Can nothing that this process starts open the map, because it has
 *      become another user?
 */

static const char *
WhyUser(void)
{
    return DtsmTraceUserMode() < 0 ? "user" : NULL;
}

static const DtsmStarter starter = {DtsmTraceNoNewPrivs, WhyUser};

/*
 * Tell --
 *
 *      A program that we do not see, or not wholly: supervised or not, the
 *      log says so.  Without a reason it is one that can only read the map.
 */

static void
Tell(const char *file, const char *why, int start, DtsmTraceProgram *program)
{
    char *full;
    int can = why == dtsmWhyStatic || why == dtsmWhyRefused
            || why == dtsmWhyDirect;
    int fd;

    program->untraced = why != NULL && why != dtsmWhyDirect;
    if (can && start == TRACE_LATER) {
        program->supervise = 1;
        return;
    }
    fd = DtsmpSysOpen(file, O_PATH | O_CLOEXEC, 0);
    full = fd >= 0 ? DtsmTraceBorrow() : NULL;
    if (full != NULL
            && DtsmTraceFdText("/proc/self/fd/", fd, full, PATH_MAX) > 0) {
        file = full;
    }
    if (fd >= 0) {
        DtsmpSysClose(fd);
    }
    program->told = 1;
    if (start == TRACE_UNDO) {
        DtsmTraceLogUndone(file);
    } else if (can && start == TRACE_NOW && DtsmTraceSupervise(program)) {
        DtsmTraceLogSupervised(file);
    } else if (why == NULL) {
        DtsmTraceLogReadOnly(file, NULL);
        DtsmTraceToldReadOnly();
    } else {
        DtsmTraceLogUntraced(file, why);
    }
    DtsmTraceReturn(full);
}

/*
 * Bound --
 *
 *      A program that loads us: what this process is bound to, it is as well.
 */

static void
Bound(const char *file, int start, DtsmTraceProgram *program)
{
    int mode;

    program->readOnly = DtsmTraceUserMode() == DTSM_RDONLY;
    mode = program->is.image && !program->readOnly ? DtsmTraceMapLater()
            : DTSM_RDWR;
    program->readOnly |= mode == DTSM_RDONLY;
    if ((mode < 0 || program->readOnly) && DtsmTraceMayRun(file)) {
        Tell(file, mode < 0 ? "filter" : NULL, start, program);
    }
}

/*
 * InspectLoaded --
 *
 *      The loader is started by hand: what it is told to run counts, as an
 *      interpreter does.
 */

static int
InspectLoaded(const char *loader, char *const *argv, int start,
        DtsmTraceProgram *program)
{
    int at = DtsmProgramOperand(argv);
    const char *file = argv[at];

    if (at == 0) {
        program->untraced = 1;
        return 0;
    }
    program->name = file;
    if (strlen(file) < sizeof(program->line)) {
        strcpy(program->line, file);    /* it may be a script's line */
        program->name = program->line;
    }
    if (strchr(file, '/') != NULL && CHECK(AT_FDCWD, file, DTSM_EXEC) != 0) {
        return ENOENT;
    }
    DtsmProgramJudgeLoaded(loader, file, &program->is);
    if (program->is.why != NULL) {
        Tell(file, program->is.why, start, program);
    } else {
        Bound(file, start, program);
    }
    return 0;
}

/*
 * DtsmTraceInspect --
 *
 *      Look at a program that is about to start, and at the interpreters that
 *      it names.  One that will not be traced is told to the log.
 *
 * Arguments:
 *      argv     Its arguments; NULL when they are of no interest.
 *      start    TRACE_NOW and its like.
 *
 * Returns:
 *      0, or ENOENT when a rule refuses an interpreter.
 */

int
DtsmTraceInspect(const char *file, char *const *argv, int start,
        DtsmTraceProgram *program)
{
    char lines[2][DTSM_PROGRAM_LINE], *words[4];
    int depth, got;

    memset(program, 0, sizeof(*program));
    if (DtsmTraceGetMap() == NULL || file == NULL) {
        program->untraced = 1;
        return 0;
    }
    for (depth = 0; depth <= DTSM_PROGRAM_SCRIPTS; depth++) {
        char *line = lines[depth % 2];

        got = DtsmProgramJudge(file, &starter, &program->is, line);
        if (got != DTSM_PROGRAM_SCRIPT) {
            program->absent = got < 0 && got != -EACCES && got != -EMFILE
                    && got != -ENFILE && got != -ENOMEM
                    && got != -DTSMP_HELD;
            if (program->is.loader && !TRACE_NO_POINTER(argv)) {
                return InspectLoaded(file, argv, start, program);
            }
            if (got == -DTSMP_HELD) {
                Tell(file, "filter", start, program);
            } else if (program->is.why == NULL) {
                if (got == DTSM_PROGRAM_READ) {
                    Bound(file, start, program);
                }
            } else if (DtsmTraceMayRun(file)) {
                Tell(file, program->is.why, start, program);
            }
            return 0;
        }
        DtsmProgramWords(line, (char *) (intptr_t) file, words);
        argv = words;
        file = line;
        if (CHECK(AT_FDCWD, file, DTSM_EXEC) != 0) {
            return ENOENT;
        }
    }
    return 0;
}

/*
 * NotePath --
 *
 *      Note the path of a program that should attach under its start key.
 *
 * Arguments:
 *      found    1: the path is a name that the loader looks for.
 */

static void
NotePath(Dtsm_Map *map, const char *key, int dirfd, const char *path,
        int found)
{
    char *block = DtsmTraceBorrow();
    char *room = block + 2 * START_KEY_LEN;
    DtsmTraceSpelling spell;
    size_t len;

    if (block == NULL) {
        return;
    }
    if (*path == '\0') {
        len = DtsmTraceFdName("/proc/self/fd/", dirfd, room, PATH_MAX);
        len = DtsmTraceFdPath(dirfd, room, PATH_MAX) > 0 ? strlen(room) : len;
        path = room;
    } else if (!found && DtsmTraceSpell(map, dirfd, path, 0, room,
            DTSM_SCRATCH_SIZE - 2 * START_KEY_LEN, &spell)
                    == TRACE_SPELLED) {
        path = spell.path;
        len = spell.len;
    } else {
        len = strlen(path);
    }
    if (len > 0 && len <= 2 * PATH_MAX) {
        DtsmStartNote(map, key, path, len, block);
    }
    DtsmTraceReturn(block);
}

void
DtsmTraceExpect(const DtsmTraceProgram *program, int dirfd, const char *path,
        const char *look, int delta)
{
    Dtsm_Map *map = DtsmTraceGetMap();
    char key[START_KEY_LEN], head[32] = "";
    unsigned flags;

    if (map == NULL || program->absent || program->untraced
            || program->readOnly || path == NULL) {
        return;
    }
    if (program->name != NULL) {
        path = program->name;
        look = NULL;
        dirfd = AT_FDCWD;
    } else if (dirfd != AT_FDCWD && *path != '/') {
        size_t len = DtsmTraceFdName("/dev/fd/", dirfd, head, sizeof(head));

        if (*path != '\0') {
            head[len] = '/';
            head[len + 1] = '\0';
        }
    }
    DtsmTraceKeyStart(head, path, key);
    flags = (program->is.foreign || !program->is.image ? START_DOUBT : 0u)
            | (dtsmTraceLittle ? START_LITTLE : 0u);
    if (delta > 0 && (*path != '/' || !DtsmStartIsNoted(map, key))) {
        NotePath(map, key, dirfd, look != NULL ? look : path,
                program->name != NULL && strchr(path, '/') == NULL); /* X1 */
    }
    if (*path == '/') {
        flags |= START_NOTED;
    }
    DtsmStartCount(map, key, flags, delta);
    Dtsm_Count(map, DTSM_COUNT_EXPECTED, delta);
}

void
DtsmTraceMounts(unsigned long spreads)
{
    Dtsm_Map *map = DtsmTraceGetMap();

    if (map != NULL && spreads == 0) {
        DtsmStartMounts(map);
    }
}

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

/*
 * DtsmTraceIsListed --
 *
 *      A program of which the loader only lists the libraries, as ldd does,
 *      never attaches.
 */

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
    return dtsmTraceEnv[TRACE_ENV_MAP] == NULL || DtsmTraceGetMap() == NULL
            || (envp != NULL && TRACE_NO_POINTER(envp))
            || (!strip && IsWhole(envp));
}

/*
 * DtsmTraceEnvSize --
 *
 *      Room that DtsmTraceMakeEnv needs at most: hardly any when the
 *      environment stays as it is, because it may be larger than a stack.
 *
 * Returns:
 *      Entries of the array; *textPtr receives the bytes of text.
 */

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

/*
 * DtsmTraceMakeEnv --
 *
 *      The environment of a program that starts: the caller's, with the
 *      session's variables put back, or taken away.  Our library goes behind
 *      others that the caller preloads: some insist on being the first.
 *
 * Arguments:
 *      strip        Take them away.
 *      array, text  Room, from DtsmTraceEnvSize.
 *
 * Returns:
 *      envp itself when nothing is to be changed, else array.
 */

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

/*
 * DtsmTracePutBack --
 *
 *      Put the session's variables back into this process's own environment:
 *      what libc starts by itself takes that one.  By setenv, because other
 *      threads may be at it.
 */

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
