/*
 * injectRecord.c --
 *
 *      This process, recorded as it attaches.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "injectRecord.h"
#include "judgeRecord.h"

#include <string.h>
#include <sys/auxv.h>

extern char **environ;

#define STACK_MOST      (UINT64_C(32) << 20)    /* of arguments and environment
                                                   at a program's start */

/*
 * Arguments --
 *
 *      The words that this program was started with, and how many, from where
 *      the kernel put them: in front of the environment, which is told by its
 *      count.  None when environ has been replaced already.
 */

static char *const *
Arguments(size_t *countPtr)
{
    uintptr_t random = (uintptr_t) getauxval(AT_RANDOM);
    uintptr_t here = (uintptr_t) environ;
    char *const *at = environ - 1;
    size_t count = 0;

    *countPtr = 0;
    if (here >= random || random - here > STACK_MOST || *at != NULL) {
        return NULL;
    }
    while ((uintptr_t) at[-1] != count) {
        at--;
        count++;
    }
    *countPtr = count;
    return at;
}

/*
 * ProgramPlace --
 *
 *      The place of the program's path: its name, below the directory when
 *      that is relative.
 */

static uint64_t
ProgramPlace(Dtsm_Map *map, const char *directory, size_t len,
        const char *name)
{
    char path[1024];
    size_t nameLen;
    uint64_t place;

    while (name[0] == '.' && name[1] == '/') {
        for (name += 2; *name == '/'; name++) {
            ;
        }
    }
    nameLen = strlen(name);
    if (*name == '/') {
        Dtsm_Place(map, name, nameLen, &place);
    } else if (nameLen == 0 || len == 0
            || len + nameLen + 1 > sizeof(path)) {
        return 0;
    } else {
        memcpy(path, directory, len);
        path[len] = '/';
        memcpy(path + len + 1, name, nameLen);
        Dtsm_Place(map, path, len + 1 + nameLen, &place);
    }
    return place;
}

void
DtsmRecordAttached(Dtsm_Map *map, int pid, const char *name)
{
    char directory[1024];
    Dtsm_Start start = {.pid = pid};
    long got;

    if (Dtsm_Recording(map) == 0 || DtsmSubjectIsReadOnly() || pid < 0) {
        return;
    }
    start.parentPid = (int) DtsmpSyscall0(SYS_getppid);
    got = DtsmpSysGetcwd(directory, sizeof(directory));
    if (got > 1 && directory[0] == '/') {
        Dtsm_Place(map, directory, (size_t) got - 1, &start.directory);
    }
    start.program = ProgramPlace(map, directory, start.directory == 0 ? 0
            : (size_t) got - 1, name);
    start.words = (const char *const *) Arguments(&start.wordCount);
    DtsmRecordBegin(map, &start);
}

/*
 * DtsmRecordExec --
 *
 *      What a vfork child does is no end of its parent's image.
 */

void
DtsmRecordExec(Dtsm_Map *map, int begins)
{
    if (dtsmRecord.record != 0 && !DtsmTraceIsGuest()) {
        DtsmRecordSharing(map);
        Dtsm_ProcessEnd(map, dtsmRecord.record,
                begins ? DTSM_END_EXEC : DTSM_END_NONE, 0);
    }
}
