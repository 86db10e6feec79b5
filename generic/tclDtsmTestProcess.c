/*
 * tclDtsmTestProcess.c --
 *
 *      dtsm::test: the recording.  A process is a number of this file's, below
 *      16; its state lies in this one's memory.
 *
 *      dtsm::test::recording handle ?most?     number or status
 *      dtsm::test::place handle path           {status place}
 *      dtsm::test::begin handle process pid parent forker program directory
 *              words                           {status record}
 *      dtsm::test::begunText handle process text       {status record}
 *      dtsm::test::forked process child        copies its state, as fork does
 *      dtsm::test::access handle process place flags
 *      dtsm::test::accessAlias handle process place target
 *      dtsm::test::end handle record how value
 *      dtsm::test::processes handle ?most?
 *              {status {{id forker pid parent started how value program
 *              directory text words cut {path flags target place ...}} ...}}
 *      dtsm::test::recordTogether file threads rounds
 *              {processes accesses paths}
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmTest.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PROCESSES_MAX = 16, WORDS_MAX = 64, THREADS_MAX = 16 };

static Dtsm_Process processes[PROCESSES_MAX];
static uint64_t seen[PROCESSES_MAX][DTSM_SEEN_WORDS];

static Dtsm_Process *
GetProcess(Tcl_Interp *interp, Tcl_Obj *objPtr)
{
    int number;

    if (Tcl_GetIntFromObj(interp, objPtr, &number) != TCL_OK) {
        return NULL;
    }
    if (number < 0 || number >= PROCESSES_MAX) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj("no such process", -1));
        return NULL;
    }
    processes[number].table = seen[number];
    return &processes[number];
}

static int
GetPlace(Tcl_Interp *interp, Tcl_Obj *objPtr, uint64_t *placePtr)
{
    Tcl_WideInt wide;

    if (Tcl_GetWideIntFromObj(interp, objPtr, &wide) != TCL_OK) {
        return TCL_ERROR;
    }
    *placePtr = (uint64_t) wide;
    return TCL_OK;
}

static int
ReturnPlace(Tcl_Interp *interp, int status, uint64_t place)
{
    Tcl_Obj *words[2];

    words[0] = Tcl_NewIntObj(status);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) place);
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, words));
    return TCL_OK;
}

static int
RecordingCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    uint64_t most;

    (void) data;
    if (DtsmTest_Arguments(interp, objc == 3 ? 2 : objc, objv, 2,
            "handle ?most?") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || (objc == 3 && GetPlace(interp, objv[2], &most) != TCL_OK)) {
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj(objc == 3
            ? Dtsm_SetRecording(map, most)
            : (Tcl_WideInt) Dtsm_Recording(map)));
    return TCL_OK;
}

static int
PlaceCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    const char *path;
    uint64_t place;
    size_t len;
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "handle path") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL) {
        return TCL_ERROR;
    }
    path = DtsmTest_GetBytes(objv[2], &len);
    status = Dtsm_Place(map, path, len, &place);
    return ReturnPlace(interp, status, place);
}

static int
BeginCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    const char *words[WORDS_MAX];
    Dtsm_Process *process;
    Dtsm_Map *map;
    Dtsm_Start start = {.time = 0};
    Tcl_Obj **elements;
    Tcl_Size count, i;
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 9, "handle process pid parent"
            " forker program directory words") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || (process = GetProcess(interp, objv[2])) == NULL
            || Tcl_GetIntFromObj(interp, objv[3], &start.pid) != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[4], &start.parentPid) != TCL_OK
            || GetPlace(interp, objv[5], &start.forker) != TCL_OK
            || GetPlace(interp, objv[6], &start.program) != TCL_OK
            || GetPlace(interp, objv[7], &start.directory) != TCL_OK
            || Tcl_ListObjGetElements(interp, objv[8], &count, &elements)
                != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < count && i < WORDS_MAX; i++) {
        words[i] = Tcl_GetString(elements[i]);
    }
    start.words = words;
    start.wordCount = (size_t) i;
    status = Dtsm_ProcessBegin(map, process, &start);
    return ReturnPlace(interp, status, process->record);
}

static int
BeginTextCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Process *process;
    Dtsm_Map *map;
    Dtsm_Start start = {.pid = 7};
    int status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 4, "handle process text")
            != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || (process = GetProcess(interp, objv[2])) == NULL) {
        return TCL_ERROR;
    }
    start.text = DtsmTest_GetBytes(objv[3], &start.textLen);
    status = Dtsm_ProcessBegin(map, process, &start);
    return ReturnPlace(interp, status, process->record);
}

static int
ForkedCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Process *process, *child;
    uint64_t *childSeen;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 3, "process child") != TCL_OK
            || (process = GetProcess(interp, objv[1])) == NULL
            || (child = GetProcess(interp, objv[2])) == NULL) {
        return TCL_ERROR;
    }
    childSeen = child->table;
    *child = *process;
    memcpy(childSeen, process->table, sizeof seen[0]);
    child->table = childSeen;
    return TCL_OK;
}

static int
AccessCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Process *process;
    Dtsm_Map *map;
    uint64_t place, flags;

    if (DtsmTest_Arguments(interp, objc, objv, 5,
            "handle process place flags|target") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || (process = GetProcess(interp, objv[2])) == NULL
            || GetPlace(interp, objv[3], &place) != TCL_OK
            || GetPlace(interp, objv[4], &flags) != TCL_OK) {
        return TCL_ERROR;
    }
    if (data == NULL) {
        Dtsm_Access(map, process, place, (unsigned) flags);
    } else {
        Dtsm_AccessAlias(map, process, place, flags);
    }
    return TCL_OK;
}

static int
AliasCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    (void) data;
    return AccessCmd(processes, interp, objc, objv);
}

static int
EndCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Dtsm_Map *map;
    uint64_t record;
    int how, value;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "handle record how value")
            != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || GetPlace(interp, objv[2], &record) != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[3], &how) != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[4], &value) != TCL_OK) {
        return TCL_ERROR;
    }
    Dtsm_ProcessEnd(map, record, how, value);
    return TCL_OK;
}

/*
 * What a walk finds: a list of processes, whose last element is the accesses
 * of the newest.
 */

typedef struct Found {
    Tcl_Obj *listPtr;
    Tcl_Obj *accessesPtr;
    int most;                   /* end the walk after so many; < 0: never */
} Found;

static Tcl_Obj *
PathOrNone(const char *path, size_t len)
{
    return path == NULL ? Tcl_NewObj() : DtsmTest_NewBytes(path, len);
}

static int
AddProcess(void *data, const Dtsm_ProcessEntry *entry)
{
    Found *found = data;
    Tcl_Obj *words[13];

    if (found->most-- == 0) {
        return 77;
    }
    found->accessesPtr = Tcl_NewListObj(0, NULL);
    words[0] = Tcl_NewWideIntObj(entry->id);
    words[1] = Tcl_NewWideIntObj(entry->forker);
    words[2] = Tcl_NewIntObj(entry->pid);
    words[3] = Tcl_NewIntObj(entry->parentPid);
    words[4] = Tcl_NewIntObj(entry->start != 0
            && (entry->end == 0 || entry->end >= entry->start));
    words[5] = Tcl_NewIntObj(entry->how);
    words[6] = Tcl_NewIntObj(entry->value);
    words[7] = PathOrNone(entry->program, entry->programLen);
    words[8] = PathOrNone(entry->directory, entry->directoryLen);
    words[9] = PathOrNone(entry->text, entry->textLen);
    words[10] = Tcl_NewWideIntObj((Tcl_WideInt) entry->wordCount);
    words[11] = Tcl_NewIntObj(entry->isCut);
    words[12] = found->accessesPtr;
    return Tcl_ListObjAppendElement(NULL, found->listPtr,
            Tcl_NewListObj(13, words)) == TCL_OK ? 0 : 78;
}

static int
AddAccess(void *data, const Dtsm_AccessEntry *entry)
{
    Found *found = data;
    Tcl_Obj *words[4];
    int i;

    words[0] = PathOrNone(entry->path, entry->pathLen);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) entry->flags);
    words[2] = PathOrNone(entry->target, entry->targetLen);
    words[3] = Tcl_NewWideIntObj((Tcl_WideInt) entry->place);
    for (i = 0; i < 4; i++) {
        Tcl_ListObjAppendElement(NULL, found->accessesPtr, words[i]);
    }
    return 0;
}

static int
ProcessesCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *words[2];
    Dtsm_Map *map;
    Found found;

    (void) data;
    found.most = -1;
    if (DtsmTest_Arguments(interp, objc == 3 ? 2 : objc, objv, 2,
            "handle ?most?") != TCL_OK
            || (map = DtsmTest_GetMap(interp, objv[1])) == NULL
            || (objc == 3 && Tcl_GetIntFromObj(interp, objv[2], &found.most)
                != TCL_OK)) {
        return TCL_ERROR;
    }
    found.listPtr = Tcl_NewListObj(0, NULL);
    words[0] = Tcl_NewIntObj(Dtsm_WalkProcesses(map, AddProcess, AddAccess,
            &found));
    words[1] = found.listPtr;
    Tcl_SetObjResult(interp, Tcl_NewListObj(2, words));
    return TCL_OK;
}

/*
 * Threads that record in one process, each other paths, so that chunks fill
 * while others take their place in them.
 */

typedef struct Recorder {
    Dtsm_Map *map;
    Dtsm_Process *process;
    unsigned number, rounds;
} Recorder;

static void *
RecordThread(void *data)
{
    const Recorder *recorder = data;
    uint64_t place;
    char path[64];
    unsigned i;

    for (i = 0; i < recorder->rounds; i++) {
        size_t len = (size_t) snprintf(path, sizeof path, "/t/%u/%u",
                recorder->number, i);

        if (Dtsm_Place(recorder->map, path, len, &place) == DTSM_OK) {
            Dtsm_Access(recorder->map, recorder->process, place, DTSM_READ);
        }
    }
    return NULL;
}

typedef struct Counts {
    Tcl_WideInt processes, accesses;
    Tcl_HashTable paths;
} Counts;

static int
CountProcess(void *data, const Dtsm_ProcessEntry *entry)
{
    (void) entry;
    ((Counts *) data)->processes++;
    return 0;
}

static int
CountAccess(void *data, const Dtsm_AccessEntry *entry)
{
    Counts *counts = data;
    int isNew;

    counts->accesses++;
    (void) Tcl_CreateHashEntry(&counts->paths,
            (void *) (uintptr_t) entry->place, &isNew);
    return 0;
}

static int
RecordTogetherCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[])
{
    static uint64_t table[DTSM_SEEN_WORDS];
    Dtsm_Process process = {.table = table};
    Dtsm_Start start = {.pid = 1};
    Recorder recorders[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    Tcl_Obj *words[3];
    Counts counts = {.processes = 0};
    Dtsm_Map *map;
    unsigned rounds;
    int count, i, status;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 4, "file threads rounds")
            != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[2], &count) != TCL_OK
            || DtsmTest_GetUnsigned(interp, objv[3], &rounds) != TCL_OK) {
        return TCL_ERROR;
    }
    memset(table, 0, sizeof table);
    count = count < THREADS_MAX ? count : THREADS_MAX;
    if (Dtsm_Open(Tcl_GetString(objv[1]), DTSM_RDWR, &map) != DTSM_OK
            || Dtsm_ProcessBegin(map, &process, &start) != DTSM_OK) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj("no start", -1));
        return TCL_ERROR;
    }
    for (i = 0; i < count; i++) {
        recorders[i] = (Recorder) {map, &process, (unsigned) i, rounds};
        if (pthread_create(&threads[i], NULL, RecordThread, &recorders[i])
                != 0) {
            count = i;
        }
    }
    for (i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    Tcl_InitHashTable(&counts.paths, TCL_ONE_WORD_KEYS);
    status = Dtsm_WalkProcesses(map, CountProcess, CountAccess, &counts);
    words[0] = Tcl_NewWideIntObj(status == DTSM_OK ? counts.processes : -1);
    words[1] = Tcl_NewWideIntObj(counts.accesses);
    words[2] = Tcl_NewWideIntObj(counts.paths.numEntries);
    Tcl_DeleteHashTable(&counts.paths);
    Dtsm_Close(map);
    Tcl_SetObjResult(interp, Tcl_NewListObj(3, words));
    return TCL_OK;
}

const DtsmTestCommand dtsmTestProcess[] = {
    {"recording", RecordingCmd}, {"place", PlaceCmd}, {"begin", BeginCmd},
    {"begunText", BeginTextCmd}, {"forked", ForkedCmd},
    {"access", AccessCmd}, {"accessAlias", AliasCmd}, {"end", EndCmd},
    {"processes", ProcessesCmd}, {"recordTogether", RecordTogetherCmd},
    {NULL, NULL}
};
