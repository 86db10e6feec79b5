/*
 * superviseExec.c --
 *
 *      A supervised process starts a program.
 *
 * Whether its call succeeds is not known here: what cannot be started at all
 * is not counted, but one that fails for its arguments is taken for a program
 * that ended before it started.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeLog.h"
#include "judgePath.h"
#include "supervise.h"

#ifdef DTSM_SUPERVISES

#include <stdlib.h>
#include <string.h>

#define WORDS 24                /* of the loader's, before the program's own */
#define ENTRIES_MAX ((6u << 20) / 8)    /* of an environment, for the kernel */

enum { HAS_PRELOAD = 1, HAS_MAP = 2, HAS_LIST = 4 };

/*
 * Pointer --
 *
 *      One of an array of pointers in the process; 0 at its end.
 */

static uint64_t
Pointer(uint64_t array, unsigned index, size_t width)
{
    uint64_t pointer = 0;       /* little-endian, so a short one fits */

    return array != 0 && DtsmSupervisePeek(array + index * width, &pointer,
            width) == (long) width ? pointer : 0;
}

/*
 * Text --
 *
 *      A string of the process, cut where it does not fit; 1 when it could be
 *      read.  What lies behind it may not be mapped.
 */

#define PAGE 4096u

static int
Text(uint64_t at, char *buf, size_t size)
{
    size_t have = 0;

    memset(buf, 0, size);
    while (have < size - 1) {
        size_t part = PAGE - (size_t) ((at + have) % PAGE);
        long got;

        part = part < size - 1 - have ? part : size - 1 - have;
        got = DtsmSupervisePeek(at + have, buf + have, part);
        if (got <= 0) {
            return 0;
        }
        if (memchr(buf + have, '\0', (size_t) got) != NULL) {
            break;
        }
        have += (size_t) got;
    }
    return 1;
}

/*
 * Carries --
 *
 *      Which variables that matter to the loader and to us are in an
 *      environment of the process?  -1: there are more than the kernel takes.
 */

static int
Carries(uint64_t envp, size_t width)
{
    static const struct {
        const char *name;
        int is;
    } names[] = {
        {"LD_PRELOAD=", HAS_PRELOAD}, {"DTSM_MAP=", HAS_MAP},
        {"LD_TRACE_LOADED_OBJECTS=", HAS_LIST}
    };
    char text[sizeof("LD_TRACE_LOADED_OBJECTS=") + 1];
    uint64_t entry;
    unsigned i, at;
    int seen = 0;

    for (at = 0; (entry = Pointer(envp, at, width)) != 0; at++) {
        if (at == ENTRIES_MAX) {
            return -1;
        }
        if (!Text(entry, text, sizeof(text))) {
            continue;
        }
        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            size_t len = strlen(names[i].name);

            if (strncmp(text, names[i].name, len) == 0
                    && text[len] != '\0') {
                seen |= names[i].is;
            }
        }
    }
    return seen;
}

/*
 * Loaded --
 *
 *      The loader is started by hand: inspect what it is told to run, by the
 *      name that we have for it.
 */

static int
Loaded(const char *where, uint64_t argv, size_t width,
        DtsmTraceProgram *program)
{
    static char words[WORDS][PATH_MAX], file[2 * PATH_MAX];
    char *list[WORDS + 1];
    uint64_t entry;
    int count = 0, at, err;

    while (count < WORDS && (entry = Pointer(argv, (unsigned) count, width))
            != 0 && Text(entry, words[count], PATH_MAX)) {
        list[count] = words[count];
        count++;
    }
    list[count] = NULL;
    at = DtsmProgramOperand(list);
    if (at > 0 && strchr(list[at], '/') != NULL && DtsmSuperviseWhere(
            AT_FDCWD, list[at], TRACE_FOLLOW_LAST, file)) {
        list[at] = file;
    }
    err = DtsmTraceInspect(where, list, TRACE_NOW, program);
    if (program->name != NULL) {
        program->name = words[at];
    }
    return err;
}

/*
 * TellStart --
 *
 *      A program that could load the library, but starts without what that
 *      needs: it is seen all the same where its libc lies below the limit.
 */

static void
TellStart(const char *where)
{
    static char path[PATH_MAX];

    if (realpath(where, path) != NULL) {
        where = path;
    }
    if (DtsmSubjectIsOld()) {
        DtsmTraceLogSupervised(where);
    } else {
        DtsmTraceLogUntraced(where, "environment");
    }
}

/*
 * IsRegular --
 *
 *      Only such a file can start.  To look into another would open a pipe or
 *      a device, which the program itself may not.
 */

static int
IsRegular(const char *file)
{
    struct statx st;

    return DtsmpSyscall5(SYS_statx, AT_FDCWD, (long) (intptr_t) file,
            AT_STATX_DONT_SYNC, STATX_TYPE, (long) (intptr_t) &st) == 0
            && S_ISREG(st.stx_mode);
}

int
DtsmSuperviseExec(const char *where, int dirfd, const char *path,
        uint64_t argv, uint64_t envp, size_t width)
{
    DtsmTraceProgram program;
    int has, err;

    if (!IsRegular(where)) {
        return 0;
    }
    err = DtsmTraceInspect(where, NULL, TRACE_NOW, &program);
    if (err == 0 && program.is.loader) {
        err = Loaded(where, argv, width, &program);
    }
    if (err != 0 || program.absent || program.untraced || !program.is.image
            || DtsmpSyscall3(SYS_faccessat, AT_FDCWD, (long) (intptr_t) where,
                    X_OK) != 0) {
        return err;
    }
    has = Carries(envp, width);
    if (has < 0 || (has & HAS_LIST)) {
        return 0;               /* fails; its libraries are only listed */
    }
    if ((has & HAS_PRELOAD) && (has & HAS_MAP)) {
        DtsmTraceExpect(&program, dirfd, path, where, 1);
    } else {
        TellStart(program.name != NULL ? program.name : where);
    }
    return 0;
}

#endif /* DTSM_SUPERVISES */
