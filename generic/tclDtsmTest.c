/*
 * tclDtsmTest.c --
 *
 *      The package dtsm::test: the core's functions as they are, for tests.
 *      Paths are byte arrays, flags are numbers, and a status is the number
 *      that C gives; nothing is checked here that the core should check.
 *      Not installed.
 *
 *      dtsm::test::open file mode              {status handle errno}
 *      dtsm::test::close handle
 *      dtsm::test::insert handle path flags            status
 *      dtsm::test::insertRules handle {path flags ...} status
 *      dtsm::test::search handle path                  {status flags}
 *      dtsm::test::match handle path                   {status flags rule}
 *      dtsm::test::look handle path                    {status flags token}
 *      dtsm::test::insertLooked handle path flags token        status
 *      dtsm::test::mark handle path set clear          status
 *      dtsm::test::forget handle path below            status
 *      dtsm::test::remove handle path                  status
 *      dtsm::test::walk handle under ?most?    {status {path flags ...}}
 *      dtsm::test::check handle                {status {flaw offset ...}}
 *      dtsm::test::stat handle                 dictionary
 *      dtsm::test::count handle counter delta          value
 *      dtsm::test::fence handle ?on?                   0|1 or status
 *      dtsm::test::message status              sentence
 *      dtsm::test::flagName bit                name or {}
 *      dtsm::test::stress file threads rounds seed     list of troubles
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tcl.h>

#include "dtsm.h"

#ifndef TCL_SIZE_MAX
#   define TCL_SIZE_MAX INT_MAX
    typedef int Tcl_Size;
#endif

DLLEXPORT int Dtsmtest_Init(Tcl_Interp *interp);

enum { HANDLES_MAX = 256, STRESS_THREADS_MAX = 64, STRESS_PATHS = 512 };

static Dtsm_Map *handles[HANDLES_MAX];
static pthread_mutex_t handlesLock = PTHREAD_MUTEX_INITIALIZER;

static Tcl_ObjCmdProc OpenCmd, CloseCmd, InsertCmd, InsertRulesCmd, SearchCmd;
static Tcl_ObjCmdProc MatchCmd, LookCmd, InsertLookedCmd, MarkCmd, ForgetCmd;
static Tcl_ObjCmdProc RemoveCmd, WalkCmd, CheckCmd, StatCmd, CountCmd;
static Tcl_ObjCmdProc FenceCmd, MessageCmd, FlagNameCmd, StressCmd;

typedef struct Found {
    Tcl_Obj *listPtr;
    long most;                  /* end the walk after so many; < 0: never */
} Found;

typedef struct Worker {
    Dtsm_Map *map;
    unsigned seed, rounds;
    char trouble[256];          /* empty: none */
} Worker;

static Dtsm_Map *
GetMap(Tcl_Interp *interp, Tcl_Obj *objPtr)
{
    int handle;

    if (Tcl_GetIntFromObj(interp, objPtr, &handle) != TCL_OK) {
        return NULL;
    }
    if (handle < 0 || handle >= HANDLES_MAX || handles[handle] == NULL) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj("no such handle", -1));
        return NULL;
    }
    return handles[handle];
}

static int
GetUnsigned(Tcl_Interp *interp, Tcl_Obj *objPtr, unsigned *valuePtr)
{
    Tcl_WideInt wide;

    if (Tcl_GetWideIntFromObj(interp, objPtr, &wide) != TCL_OK) {
        return TCL_ERROR;
    }
    *valuePtr = (unsigned) wide;
    return TCL_OK;
}

static const char *
GetBytes(Tcl_Obj *objPtr, size_t *lenPtr)
{
    Tcl_Size len;
    const void *bytes = Tcl_GetByteArrayFromObj(objPtr, &len);

    *lenPtr = (size_t) len;
    return bytes;
}

static Tcl_Obj *
NewBytes(const char *bytes, size_t len)
{
    return Tcl_NewByteArrayObj((const void *) bytes, (Tcl_Size) len);
}

static int
Arguments(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[], int count,
    const char *usage)
{
    if (objc != count) {
        Tcl_WrongNumArgs(interp, 1, objv, usage);
        return TCL_ERROR;
    }
    return TCL_OK;
}

static int
ReturnInt(Tcl_Interp *interp, int value)
{
    Tcl_SetObjResult(interp, Tcl_NewIntObj(value));
    return TCL_OK;
}

static int
ReturnFound(Tcl_Interp *interp, int status, unsigned flags, Tcl_Obj *morePtr)
{
    Tcl_Obj *words[3];

    words[0] = Tcl_NewIntObj(status);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) flags);
    words[2] = morePtr;
    Tcl_SetObjResult(interp, Tcl_NewListObj(morePtr != NULL ? 3 : 2, words));
    return TCL_OK;
}

static int
OpenCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[3];
    Dtsm_Map *map = NULL;
    int mode, status, error, handle = -1;

    (void) data;
    if (Arguments(interp, objc, objv, 3, "file mode") != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[2], &mode) != TCL_OK) {
        return TCL_ERROR;
    }
    errno = 0;
    status = Dtsm_Open(Tcl_GetString(objv[1]), mode, &map);
    error = errno;
    if (status == DTSM_OK) {
        pthread_mutex_lock(&handlesLock);
        for (handle = 0; handle < HANDLES_MAX && handles[handle] != NULL;) {
            handle++;
        }
        if (handle < HANDLES_MAX) {
            handles[handle] = map;
        }
        pthread_mutex_unlock(&handlesLock);
        if (handle == HANDLES_MAX) {
            Dtsm_Close(map);
            Tcl_SetObjResult(interp, Tcl_NewStringObj("no handle left", -1));
            return TCL_ERROR;
        }
    } else if (map != NULL) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "Dtsm_Open failed and left a map", -1));
        return TCL_ERROR;
    }
    words[0] = Tcl_NewIntObj(status);
    words[1] = Tcl_NewIntObj(handle);
    Tcl_SetErrno(error);
    words[2] = Tcl_NewStringObj(status == DTSM_SYSTEM ? Tcl_ErrnoId() : "",
            -1);
    Tcl_SetObjResult(interp, Tcl_NewListObj(3, words));
    return TCL_OK;
}

static int
CloseCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    int handle;

    (void) data;
    if (Arguments(interp, objc, objv, 2, "handle") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    (void) Tcl_GetIntFromObj(NULL, objv[1], &handle);
    Dtsm_Close(map);
    handles[handle] = NULL;
    return TCL_OK;
}

static int
InsertCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags;

    (void) data;
    if (Arguments(interp, objc, objv, 4, "handle path flags") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || GetUnsigned(interp, objv[3], &flags) != TCL_OK) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    return ReturnInt(interp, Dtsm_Insert(map, path, len, flags));
}

static int
InsertRulesCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    Dtsm_Entry *entries;
    Tcl_Obj **words;
    Tcl_Size count, i;
    int status;

    (void) data;
    if (Arguments(interp, objc, objv, 3, "handle entries") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || Tcl_ListObjGetElements(interp, objv[2], &count, &words)
            != TCL_OK) {
        return TCL_ERROR;
    }
    entries = calloc((size_t) count / 2 + 1, sizeof *entries);
    for (i = 0; entries != NULL && i + 1 < count; i += 2) {
        Dtsm_Entry *entry = &entries[i / 2];

        entry->path = GetBytes(words[i], &entry->pathLen);
        if (GetUnsigned(interp, words[i + 1], &entry->flags) != TCL_OK) {
            free(entries);
            return TCL_ERROR;
        }
    }
    status = Dtsm_InsertRules(map, entries, (size_t) count / 2);
    free(entries);
    return ReturnInt(interp, status);
}

static int
SearchCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags = 0xdead;
    int status;

    (void) data;
    if (Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    status = Dtsm_Search(map, path, len, &flags);
    return ReturnFound(interp, status, flags, NULL);
}

static int
MatchCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path, *rule = NULL;
    size_t len, ruleLen = 0;
    unsigned flags = 0;
    int status;

    (void) data;
    if (Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    status = Dtsm_Match(map, path, len, &flags, &rule, &ruleLen);
    return ReturnFound(interp, status, flags, status == DTSM_OK
            ? NewBytes(rule, ruleLen) : Tcl_NewObj());
}

static int
LookCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Token token = {0, 0, 0};
    Tcl_Obj *words[3];
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags = 0;
    int status;

    (void) data;
    if (Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    status = Dtsm_Look(map, path, len, &flags, &token);
    words[0] = Tcl_NewWideIntObj((Tcl_WideInt) token.record);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) token.word);
    words[2] = Tcl_NewWideIntObj((Tcl_WideInt) token.policy);
    return ReturnFound(interp, status, flags, Tcl_NewListObj(3, words));
}

static int
InsertLookedCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    Dtsm_Token token;
    Tcl_WideInt wide[3];
    Tcl_Obj *wordObj;
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned flags;
    int i;

    (void) data;
    if (Arguments(interp, objc, objv, 5, "handle path flags token") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || GetUnsigned(interp, objv[3], &flags) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < 3; i++) {
        if (Tcl_ListObjIndex(interp, objv[4], i, &wordObj) != TCL_OK
                || wordObj == NULL || Tcl_GetWideIntFromObj(interp, wordObj,
                &wide[i]) != TCL_OK) {
            return TCL_ERROR;
        }
    }
    token.record = (uint64_t) wide[0];
    token.word = (uint64_t) wide[1];
    token.policy = (uint64_t) wide[2];
    path = GetBytes(objv[2], &len);
    return ReturnInt(interp, Dtsm_InsertLooked(map, path, len, flags,
            &token));
}

static int
MarkCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    unsigned set, clear;

    (void) data;
    if (Arguments(interp, objc, objv, 5, "handle path set clear") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || GetUnsigned(interp, objv[3], &set) != TCL_OK
            || GetUnsigned(interp, objv[4], &clear) != TCL_OK) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    return ReturnInt(interp, Dtsm_Mark(map, path, len, set, clear));
}

static int
ForgetCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;
    int below;

    (void) data;
    if (Arguments(interp, objc, objv, 4, "handle path below") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || Tcl_GetIntFromObj(interp, objv[3], &below) != TCL_OK) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    return ReturnInt(interp, Dtsm_Forget(map, path, len, below));
}

static int
RemoveCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    size_t len;

    (void) data;
    if (Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = GetBytes(objv[2], &len);
    return ReturnInt(interp, Dtsm_Remove(map, path, len));
}

static int
AddFound(void *data, const Dtsm_Entry *entry)
{
    Found *found = data;

    if (found->most == 0) {
        return 77;
    }
    found->most--;
    Tcl_ListObjAppendElement(NULL, found->listPtr,
            NewBytes(entry->path, entry->pathLen));
    Tcl_ListObjAppendElement(NULL, found->listPtr,
            Tcl_NewWideIntObj((Tcl_WideInt) entry->flags));
    return 0;
}

static int
WalkCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[2];
    Dtsm_Map *map;
    const char *under;
    Found found;
    size_t len;

    (void) data;
    found.most = -1;
    if (objc == 4 && Tcl_GetLongFromObj(interp, objv[3], &found.most)
            != TCL_OK) {
        return TCL_ERROR;
    }
    if (Arguments(interp, objc == 4 ? 3 : objc, objv, 3,
            "handle under ?most?") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    under = GetBytes(objv[2], &len);
    found.listPtr = Tcl_NewListObj(0, NULL);
    words[0] = Tcl_NewIntObj(Dtsm_Walk(map, under, len, AddFound, &found));
    words[1] = found.listPtr;
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, words));
    return TCL_OK;
}

static void
AddFlaw(void *data, const char *flaw, uint64_t offset)
{
    Tcl_ListObjAppendElement(NULL, data, Tcl_NewStringObj(flaw, -1));
    Tcl_ListObjAppendElement(NULL, data,
            Tcl_NewWideIntObj((Tcl_WideInt) offset));
}

static int
CheckCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[2];
    Dtsm_Map *map;

    (void) data;
    if (Arguments(interp, objc, objv, 2, "handle") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    words[1] = Tcl_NewListObj(0, NULL);
    words[0] = Tcl_NewIntObj(Dtsm_Check(map, AddFlaw, words[1]));
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, words));
    return TCL_OK;
}

static int
StatCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    Dtsm_Stats st;

    (void) data;
    if (Arguments(interp, objc, objv, 2, "handle") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    Dtsm_Stat(map, &st);
    Tcl_SetObjResult(interp, Tcl_ObjPrintf("used %" TCL_LL_MODIFIER
            "d ready %" TCL_LL_MODIFIER "d window %" TCL_LL_MODIFIER
            "d rules %" TCL_LL_MODIFIER "d version %" TCL_LL_MODIFIER
            "d spent %d rootBits %u fence %d",
            (Tcl_WideInt) st.usedBytes, (Tcl_WideInt) st.readyBytes,
            (Tcl_WideInt) st.windowBytes, (Tcl_WideInt) st.rules,
            (Tcl_WideInt) st.policyVersion, st.policySpent, st.rootBits,
            st.fence));
    return TCL_OK;
}

static int
CountCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    int counter, delta;

    (void) data;
    if (Arguments(interp, objc, objv, 4, "handle counter delta") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || Tcl_GetIntFromObj(interp, objv[2], &counter) != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[3], &delta) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj((Tcl_WideInt) Dtsm_Count(map,
            (Dtsm_Counter) counter, delta)));
    return TCL_OK;
}

static int
FenceCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    int on;

    (void) data;
    if (objc == 2) {
        map = GetMap(interp, objv[1]);
        return map == NULL ? TCL_ERROR : ReturnInt(interp, Dtsm_Fence(map));
    }
    if (Arguments(interp, objc, objv, 3, "handle ?on?") != TCL_OK
            || (map = GetMap(interp, objv[1])) == NULL
            || Tcl_GetIntFromObj(interp, objv[2], &on) != TCL_OK) {
        return TCL_ERROR;
    }
    return ReturnInt(interp, Dtsm_SetFence(map, on));
}

static int
MessageCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    int status;

    (void) data;
    if (Arguments(interp, objc, objv, 2, "status") != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[1], &status) != TCL_OK) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, Tcl_NewStringObj(Dtsm_StatusMessage(status),
            -1));
    return TCL_OK;
}

static int
FlagNameCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    const char *name;
    unsigned bit;

    (void) data;
    if (Arguments(interp, objc, objv, 2, "bit") != TCL_OK
            || GetUnsigned(interp, objv[1], &bit) != TCL_OK) {
        return TCL_ERROR;
    }
    name = Dtsm_FlagName(bit);
    Tcl_SetObjResult(interp, Tcl_NewStringObj(name != NULL ? name : "", -1));
    return TCL_OK;
}

/*
 * Stress --
 *
 *      One thread of a stress: in its own order, insert /s/0 ... /s/N-1 with
 *      ALLOW and an access, the same for all threads and processes, and look
 *      at once whether it is there.
 */

static void *
Stress(void *data)
{
    Worker *worker = data;
    unsigned i, x = worker->seed * 2654435761u + 1, flags;
    char path[64];

    for (i = 0; i < worker->rounds * STRESS_PATHS; i++) {
        unsigned n, want;
        int len, status;

        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        n = i < STRESS_PATHS ? (i * 7 + worker->seed) % STRESS_PATHS
                : x % STRESS_PATHS;
        want = DTSM_ALLOW | (n % 2 ? DTSM_READ : DTSM_STAT);
        len = snprintf(path, sizeof path, "/s/%u/%u", n % 16, n);
        status = Dtsm_Insert(worker->map, path, (size_t) len, want);
        if (status == DTSM_OK) {
            status = Dtsm_Search(worker->map, path, (size_t) len, &flags);
            if (status == DTSM_OK && flags == want) {
                continue;
            }
            (void) snprintf(worker->trouble, sizeof worker->trouble,
                    "%s: status %d flags %#x after its insert of %#x", path,
                    status, flags, want);
        } else {
            (void) snprintf(worker->trouble, sizeof worker->trouble,
                    "%s: insert gave %d", path, status);
        }
        break;
    }
    return NULL;
}

static int
StressCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Worker workers[STRESS_THREADS_MAX];
    pthread_t threads[STRESS_THREADS_MAX];
    Tcl_Obj *listPtr;
    Dtsm_Map *map;
    int count, started, i, status;
    unsigned rounds, seed;

    (void) data;
    if (Arguments(interp, objc, objv, 5, "file threads rounds seed")
            != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[2], &count) != TCL_OK
            || GetUnsigned(interp, objv[3], &rounds) != TCL_OK
            || GetUnsigned(interp, objv[4], &seed) != TCL_OK) {
        return TCL_ERROR;
    }
    count = count < 1 ? 1 : count > STRESS_THREADS_MAX ? STRESS_THREADS_MAX
            : count;
    status = Dtsm_Open(Tcl_GetString(objv[1]), DTSM_RDWR, &map);
    if (status != DTSM_OK) {
        Tcl_SetObjResult(interp, Tcl_ObjPrintf("open: status %d", status));
        return TCL_ERROR;
    }
    for (started = 0; started < count; started++) {
        Worker *worker = &workers[started];

        worker->map = map;
        worker->rounds = rounds;
        worker->seed = seed + (unsigned) started;
        worker->trouble[0] = '\0';
        if (pthread_create(&threads[started], NULL, Stress, worker) != 0) {
            break;
        }
    }
    listPtr = Tcl_NewListObj(0, NULL);
    for (i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].trouble[0] != '\0') {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    Tcl_NewStringObj(workers[i].trouble, -1));
        }
    }
    if (started < count) {
        Tcl_ListObjAppendElement(NULL, listPtr,
                Tcl_NewStringObj("couldn't start a thread", -1));
    }
    Dtsm_Close(map);
    Tcl_SetObjResult(interp, listPtr);
    return TCL_OK;
}

int
Dtsmtest_Init(Tcl_Interp *interp)
{
    static const struct {
        const char *name;
        Tcl_ObjCmdProc *proc;
    } commands[] = {
        {"open", OpenCmd}, {"close", CloseCmd}, {"insert", InsertCmd},
        {"insertRules", InsertRulesCmd}, {"search", SearchCmd},
        {"match", MatchCmd}, {"look", LookCmd},
        {"insertLooked", InsertLookedCmd}, {"mark", MarkCmd},
        {"forget", ForgetCmd}, {"remove", RemoveCmd}, {"walk", WalkCmd},
        {"check", CheckCmd}, {"stat", StatCmd}, {"count", CountCmd},
        {"fence", FenceCmd}, {"message", MessageCmd},
        {"flagName", FlagNameCmd}, {"stress", StressCmd}
    };
    char name[64];
    size_t i;

    if (Tcl_InitStubs(interp, "8.6-10", 0) == NULL) {
        return TCL_ERROR;
    }
    if (Tcl_CreateNamespace(interp, "::dtsm::test", NULL, NULL) == NULL) {
        Tcl_ResetResult(interp);
    }
    for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        (void) snprintf(name, sizeof name, "::dtsm::test::%s",
                commands[i].name);
        Tcl_CreateObjCommand(interp, name, commands[i].proc, NULL, NULL);
    }
    return Tcl_PkgProvide(interp, "dtsm::test",
            DTSM_VERSION_STRING);
}
