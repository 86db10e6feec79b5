/*
 * tclDtsmHistory.c --
 *
 *      A map's commands about its recording: processes, recording.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmError.h"
#include "tclDtsmHistory.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"
#include "tclDtsmRead.h"
#include "tclDtsmTouches.h"
#include "tclDtsmValue.h"

/*
 * The names of an access's flags, in this order.
 */

static const struct {
    unsigned bit;
    const char *name;
} flagNames[] = {
    {DTSM_STAT, "stat"}, {DTSM_READ, "read"}, {DTSM_WRITE, "write"},
    {DTSM_EXEC, "exec"}, {DTSM_LIST, "list"}, {DTSM_MISSING, "missing"},
    {DTSM_REFUSED, "refused"}, {DTSM_LOADED, "loaded"}
};

enum { FLAG_COUNT = sizeof flagNames / sizeof flagNames[0] };

/*
 * What is asked for, and what all processes share.
 */

typedef struct Making {
    Tcl_Interp *interp;
    DtsmTcl_Touches touches;
    int raw, accesses, times;
    Tcl_Obj *pathsObj;          /* NULL: all */
    Tcl_Obj *flagLists[1 << FLAG_COUNT];        /* NULL: not made yet */
} Making;

/*
 * FlagsOf --
 *
 *      The list of an access's flags, one object for each set of them.
 */

static Tcl_Obj *
FlagsOf(Making *making, unsigned flags)
{
    unsigned i, set = 0;

    for (i = 0; i < FLAG_COUNT; i++) {
        set |= (flags & flagNames[i].bit) != 0 ? 1u << i : 0;
    }
    if (making->flagLists[set] == NULL) {
        Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);

        for (i = 0; i < FLAG_COUNT; i++) {
            if (set & 1u << i) {
                Tcl_ListObjAppendElement(NULL, listPtr,
                        Tcl_NewStringObj(flagNames[i].name, -1));
            }
        }
        Tcl_IncrRefCount(listPtr);
        making->flagLists[set] = listPtr;
    }
    return making->flagLists[set];
}

/*
 * PathOf --
 *
 *      The value of a path, one object for all that touched it; NULL with a
 *      message.
 */

static Tcl_Obj *
PathOf(Making *making, uint32_t path)
{
    DtsmTcl_Touched *touched = &making->touches.paths[path];

    if (touched->objPtr == NULL) {
        touched->objPtr = DtsmTcl_NewPath(making->interp, touched->path,
                touched->len, making->raw);
        if (touched->objPtr != NULL) {
            Tcl_IncrRefCount(touched->objPtr);
        }
    }
    return touched->objPtr;
}

/*
 * IsWanted --
 *
 *      Whether an access is asked for: all are, or its path.
 */

static int
IsWanted(const Making *making, const DtsmTcl_Touch *touch)
{
    return making->pathsObj == NULL
            || making->touches.paths[touch->path].isWanted;
}

/*
 * Accesses --
 *
 *      Paths and flags of an image, or flags and times, in turn; NULL with a
 *      message.
 */

static Tcl_Obj *
Accesses(Making *making, const DtsmTcl_Image *image)
{
    const DtsmTcl_Touch *touch = &making->touches.touches[image->first];
    Tcl_Obj **words = DtsmTcl_Alloc(2 * image->count * sizeof *words + 1);
    Tcl_Obj *pair[2], *listPtr;
    Tcl_Size count = 0;
    size_t i;

    for (i = 0; i < image->count; i++, touch++) {
        Tcl_Obj *pathObj;

        if (!IsWanted(making, touch)) {
            continue;
        }
        pathObj = PathOf(making, touch->path);
        if (pathObj == NULL) {
            Tcl_DecrRefCount(Tcl_NewListObj(count, words));
            DtsmTcl_Free(words);
            return NULL;
        }
        words[count++] = pathObj;
        pair[0] = FlagsOf(making, touch->flags);
        pair[1] = making->times
                ? Tcl_NewWideIntObj((Tcl_WideInt) touch->time) : NULL;
        words[count++] = making->times ? Tcl_NewListObj(2, pair) : pair[0];
    }
    listPtr = Tcl_NewListObj(count, words);
    DtsmTcl_Free(words);
    return listPtr;
}

/*
 * PutPath --
 *
 *      Set a key to a path, which may be unknown: then it is empty.
 */

static int
PutPath(const Making *making, Tcl_Obj *dictPtr, const char *key,
    const char *path, size_t len)
{
    Tcl_Obj *objPtr = path == NULL ? Tcl_NewObj()
            : DtsmTcl_NewPath(making->interp, path, len, making->raw);

    if (objPtr == NULL) {
        return TCL_ERROR;
    }
    DtsmTcl_Put(dictPtr, key, objPtr);
    return TCL_OK;
}

/*
 * PutWords --
 *
 *      The command line, and whether it was cut.  Its text lies in the file:
 *      its words end where it ends, whatever is scribbled there.
 */

static int
PutWords(const Making *making, Tcl_Obj *dictPtr,
    const Dtsm_ProcessEntry *entry)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);
    const char *text = entry->text;
    size_t left = entry->textLen;

    while (left > 0) {
        size_t len = strnlen(text, left);
        Tcl_Obj *wordObj = DtsmTcl_NewPath(making->interp, text, len,
                making->raw);

        if (wordObj == NULL) {
            Tcl_DecrRefCount(listPtr);
            return TCL_ERROR;
        }
        Tcl_ListObjAppendElement(NULL, listPtr, wordObj);
        len += len < left;
        text += len;
        left -= len;
    }
    DtsmTcl_Put(dictPtr, "argv", listPtr);
    DtsmTcl_Put(dictPtr, "cut", Tcl_NewIntObj(entry->isCut));
    return TCL_OK;
}

static void
PutEnd(Tcl_Obj *dictPtr, const Dtsm_ProcessEntry *entry)
{
    static const char *const hows[] = {NULL, "status", "signal", "exec"};
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);

    if (entry->how != DTSM_END_NONE) {
        Tcl_ListObjAppendElement(NULL, listPtr,
                Tcl_NewStringObj(hows[entry->how], -1));
        if (entry->how != DTSM_END_EXEC) {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    Tcl_NewIntObj(entry->value));
        }
    }
    DtsmTcl_Put(dictPtr, "start",
            Tcl_NewWideIntObj((Tcl_WideInt) entry->start));
    DtsmTcl_Put(dictPtr, "end", entry->end == 0 ? Tcl_NewObj()
            : Tcl_NewWideIntObj((Tcl_WideInt) entry->end));
    DtsmTcl_Put(dictPtr, "exit", listPtr);
}

/*
 * Describe --
 *
 *      One process; NULL with a message.
 */

static Tcl_Obj *
Describe(Making *making, const DtsmTcl_Image *image)
{
    const Dtsm_ProcessEntry *entry = &image->entry;
    Tcl_Obj *dictPtr = Tcl_NewDictObj(), *accesses = NULL;

    DtsmTcl_Put(dictPtr, "id", Tcl_NewWideIntObj(entry->id));
    DtsmTcl_Put(dictPtr, "parent", image->parent == 0 ? Tcl_NewObj()
            : Tcl_NewWideIntObj(image->parent));
    DtsmTcl_Put(dictPtr, "pid", Tcl_NewIntObj(entry->pid));
    DtsmTcl_Put(dictPtr, "ppid", Tcl_NewIntObj(entry->parentPid));
    if (PutPath(making, dictPtr, "program", entry->program, entry->programLen)
                != TCL_OK
            || PutPath(making, dictPtr, "cwd", entry->directory,
                entry->directoryLen) != TCL_OK
            || PutWords(making, dictPtr, entry) != TCL_OK
            || (making->accesses
                && (accesses = Accesses(making, image)) == NULL)) {
        Tcl_DecrRefCount(dictPtr);
        return NULL;
    }
    PutEnd(dictPtr, entry);
    if (accesses != NULL) {
        DtsmTcl_Put(dictPtr, "accesses", accesses);
    }
    return dictPtr;
}

/*
 * Want --
 *
 *      Mark the paths that are asked for.
 */

static int
Want(Making *making)
{
    Tcl_Size count, i;
    Tcl_Obj **words;

    if (making->pathsObj == NULL) {
        return TCL_OK;
    }
    if (Tcl_ListObjGetElements(making->interp, making->pathsObj, &count,
            &words) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < count; i++) {
        DtsmTcl_Path path;
        size_t n;

        if (DtsmTcl_GetPath(making->interp, words[i], making->raw, &path)
                != TCL_OK) {
            return TCL_ERROR;
        }
        DtsmTcl_Fold(&path);
        for (n = 0; n < making->touches.pathCount; n++) {
            DtsmTcl_Touched *touched = &making->touches.paths[n];

            if (touched->len == path.len
                    && memcmp(touched->path, path.bytes, path.len) == 0) {
                making->touches.paths[touched->target].isWanted = 1;
            }
        }
        DtsmTcl_FreePath(&path);
    }
    return TCL_OK;
}

/*
 * Touches --
 *
 *      Whether an image touched what is asked for.
 */

static int
Touches(const Making *making, const DtsmTcl_Image *image)
{
    size_t i;

    for (i = 0; i < image->count; i++) {
        if (IsWanted(making, &making->touches.touches[image->first + i])) {
            return 1;
        }
    }
    return making->pathsObj == NULL;
}

static int
Make(Making *making)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL), *dictPtr;
    size_t i;

    for (i = 0; i < making->touches.imageCount; i++) {
        const DtsmTcl_Image *image = &making->touches.images[i];

        if (!Touches(making, image)) {
            continue;
        }
        dictPtr = Describe(making, image);
        if (dictPtr == NULL) {
            Tcl_DecrRefCount(listPtr);
            return TCL_ERROR;
        }
        Tcl_ListObjAppendElement(NULL, listPtr, dictPtr);
    }
    Tcl_SetObjResult(making->interp, listPtr);
    return TCL_OK;
}

static int
ReadOptions(Making *making, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    static const char *const options[] = {
        "-accesses", "-bytes", "-paths", "-times", "--", NULL
    };
    Tcl_Obj *valueObj;
    int option, i = skip, result;

    while ((result = DtsmTcl_GetOption(interp, &i, objc, objv, options,
            &option, &valueObj)) == TCL_OK) {
        int *const values[] = {&making->accesses, &making->raw, NULL,
            &making->times};

        if (values[option] == NULL) {
            making->pathsObj = valueObj;
        } else if (Tcl_GetBooleanFromObj(interp, valueObj, values[option])
                != TCL_OK) {
            return TCL_ERROR;
        }
    }
    if (result == TCL_BREAK && i < objc) {
        return DtsmTcl_Usage(interp, skip, objv, "?option value ...? ?--?");
    }
    return result == TCL_BREAK ? TCL_OK : TCL_ERROR;
}

/*
 * DtsmTcl_ProcessesMethod --
 *
 *      $map processes ?-accesses bool? ?-bytes bool? ?-paths list?
 *              ?-times bool? ?--?
 */

int
DtsmTcl_ProcessesMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Making making;
    int i, result, status;

    memset(&making, 0, sizeof making);
    making.interp = interp;
    making.accesses = 1;
    if (ReadOptions(&making, interp, skip, objc, objv) != TCL_OK) {
        return TCL_ERROR;
    }
    status = DtsmTcl_GetTouches(mapPtr->map, making.accesses
            || making.pathsObj != NULL, &making.touches);
    if (status != DTSM_OK) {
        result = DtsmTcl_Status(interp, status, mapPtr, NULL);
    } else {
        result = Want(&making);
    }
    if (result == TCL_OK) {
        result = Make(&making);
    }
    DtsmTcl_FreeTouches(&making.touches);
    for (i = 0; i < 1 << FLAG_COUNT; i++) {
        if (making.flagLists[i] != NULL) {
            Tcl_DecrRefCount(making.flagLists[i]);
        }
    }
    return result;
}

/*
 * DtsmTcl_RecordingMethod --
 *
 *      $map recording ?most?
 */

int
DtsmTcl_RecordingMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Tcl_WideInt most;

    if (objc > skip + 1) {
        return DtsmTcl_Usage(interp, skip, objv, "?most?");
    }
    if (objc == skip + 1) {
        if (Tcl_GetWideIntFromObj(interp, objv[skip], &most) != TCL_OK) {
            return TCL_ERROR;
        }
        if (Dtsm_SetRecording(mapPtr->map, most < 0 ? 0 : (uint64_t) most)
                != DTSM_OK) {
            return DtsmTcl_Status(interp, DTSM_READONLY, mapPtr, NULL);
        }
    }
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj((Tcl_WideInt)
            Dtsm_Recording(mapPtr->map)));
    return TCL_OK;
}
