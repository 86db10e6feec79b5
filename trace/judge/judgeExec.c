/*
 * judgeExec.c --
 *
 *      What has to be known and done before a program starts: will it be
 *      traced, and which environment does it get?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeDecide.h"
#include "judgeExec.h"
#include "judgeIds.h"
#include "judgeLog.h"
#include "judgeProc.h"
#include "judgeScratch.h"
#include "judgeSpell.h"
#include "judgeStarts.h"
#include "judgeSubject.h"

#include <string.h>

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

static const DtsmStarter starter = {DtsmSubjectNoNewPrivs, WhyUser};

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
    } else if (can && start == TRACE_NOW && DtsmSubjectSupervise(program)) {
        DtsmTraceLogSupervised(file);
    } else if (why == NULL) {
        DtsmTraceLogReadOnly(file, NULL);
        DtsmSubjectToldReadOnly();
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
    mode = program->is.image && !program->readOnly ? DtsmSubjectMapLater()
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

int
DtsmTraceInspect(const char *file, char *const *argv, int start,
        DtsmTraceProgram *program)
{
    char lines[2][DTSM_PROGRAM_LINE], *words[4];
    int depth, got;

    memset(program, 0, sizeof(*program));
    if (DtsmSubjectMap() == NULL || file == NULL) {
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
        len = DtsmSubjectFdPath(dirfd, room, PATH_MAX) > 0 ? strlen(room) : len;
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
    Dtsm_Map *map = DtsmSubjectMap();
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
            | (DtsmSubjectIsLittle() ? START_LITTLE : 0u);
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
    Dtsm_Map *map = DtsmSubjectMap();

    if (map != NULL && spreads == 0) {
        DtsmStartMounts(map);
    }
}
