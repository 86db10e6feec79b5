/*
 * tclDtsmWalk.c --
 *
 *      The commands that visit many paths: names, get, json, total, together,
 *      foreach.
 *
 * A walk first takes all that it finds, sorted, and only then makes Tcl
 * values or runs a script; a loop's body may change or close the map.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <string.h>

#include "tclDtsmEntries.h"
#include "tclDtsmError.h"
#include "tclDtsmFlags.h"
#include "tclDtsmJson.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"
#include "tclDtsmWalk.h"

enum { AS_DICT, AS_NAMES, AS_TOTAL };

typedef struct Loop {
    DtsmTcl_State *state;       /* counted */
    Tcl_Obj *varsPtr;           /* one or two names */
    Tcl_Obj *bodyPtr;
    Tcl_Obj *itemsPtr;          /* path flags path flags ... */
    Tcl_Size next;
} Loop;

static int Collect(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, size_t count,
        const DtsmTcl_Choice *choices, const int *forms, Tcl_Obj **results);
static int Make(Tcl_Interp *interp, const DtsmTcl_Choice *choice,
        DtsmTcl_Entries *entries, int form, Tcl_Obj **resultPtrPtr);
static int MakeList(Tcl_Interp *interp, const DtsmTcl_Choice *choice,
        const DtsmTcl_Entries *entries, int form, Tcl_Obj **listPtrPtr);
static int Match(Tcl_Interp *interp, const DtsmTcl_Choice *choice,
        DtsmTcl_Entries *entries);
static int Produce(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
        Tcl_Obj *const objv[], int form);
static int ReadWords(Tcl_Interp *interp, int skip, int objc,
        Tcl_Obj *const objv[], int form, DtsmTcl_Choice *choice);
static int LoopStep(void *data[], Tcl_Interp *interp, int result);
static int LoopSet(Loop *loopPtr, Tcl_Interp *interp);

/*
 * Match --
 *
 *      Keep the entries whose path matches the glob, which takes a Tcl value
 *      for each.
 */

static int
Match(Tcl_Interp *interp, const DtsmTcl_Choice *choice,
    DtsmTcl_Entries *entries)
{
    size_t i, kept = 0;

    for (i = 0; i < entries->count; i++) {
        Tcl_Obj *pathObj = DtsmTcl_NewPath(interp, entries->items[i].path,
                entries->items[i].len, choice->raw);

        if (pathObj == NULL) {
            return TCL_ERROR;
        }
        if (Tcl_StringCaseMatch(Tcl_GetString(pathObj), choice->glob,
                entries->noCase)) {
            entries->items[kept++] = entries->items[i];
        }
        Tcl_DecrRefCount(pathObj);
    }
    entries->count = kept;
    return TCL_OK;
}

/*
 * MakeList --
 *
 *      The paths, or paths and flags in turn.
 */

static int
MakeList(Tcl_Interp *interp, const DtsmTcl_Choice *choice,
    const DtsmTcl_Entries *entries, int form, Tcl_Obj **listPtrPtr)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);
    size_t i;

    for (i = 0; i < entries->count; i++) {
        const DtsmTcl_Entry *item = &entries->items[i];
        Tcl_Obj *pathObj = DtsmTcl_NewPath(interp, item->path, item->len,
                choice->raw);

        if (pathObj == NULL) {
            Tcl_DecrRefCount(listPtr);
            return TCL_ERROR;
        }
        Tcl_ListObjAppendElement(NULL, listPtr, pathObj);
        if (form == AS_DICT) {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    DtsmTcl_NewFlags(item->flags));
        }
    }
    *listPtrPtr = listPtr;
    return TCL_OK;
}

/*
 * Make --
 *
 *      A value of what was found.
 *
 * Results:
 *      TCL_OK with a new object of reference count 0.
 */

static int
Make(Tcl_Interp *interp, const DtsmTcl_Choice *choice, DtsmTcl_Entries *entries,
    int form, Tcl_Obj **resultPtrPtr)
{
    if (choice->glob != NULL && Match(interp, choice, entries) != TCL_OK) {
        return TCL_ERROR;
    }
    if (form == AS_TOTAL) {
        *resultPtrPtr = Tcl_NewWideIntObj((Tcl_WideInt) entries->count);
        return TCL_OK;
    }
    return MakeList(interp, choice, entries, form, resultPtrPtr);
}

/*
 * Collect --
 *
 *      Walk once, and make a value for each choice.
 *
 * Results:
 *      TCL_OK with new objects of reference count 0.
 */

static int
Collect(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, size_t count,
    const DtsmTcl_Choice *choices, const int *forms, Tcl_Obj **results)
{
    DtsmTcl_Entries *entries = DtsmTcl_Alloc(count * sizeof *entries + 1);
    size_t i, made = 0;
    int result = DtsmTcl_GetEntries(mapPtr, interp, count, choices, entries);

    for (; result == TCL_OK && made < count; made++) {
        result = Make(interp, &choices[made], &entries[made], forms[made],
                &results[made]);
        if (result != TCL_OK) {
            break;
        }
    }
    for (i = 0; i < made && result != TCL_OK; i++) {
        Tcl_DecrRefCount(results[i]);
    }
    for (i = 0; i < count; i++) {
        DtsmTcl_FreeEntries(&entries[i]);
    }
    DtsmTcl_Free(entries);
    return result;
}

/*
 * ReadWords --
 *
 *      The words of names, get or total; objv[skip] is the first behind that.
 *
 * Results:
 *      As DtsmTcl_ReadChoice.
 */

static int
ReadWords(Tcl_Interp *interp, int skip, int objc, Tcl_Obj *const objv[],
    int form, DtsmTcl_Choice *choice)
{
    int i = skip, result;

    result = DtsmTcl_ReadChoice(interp, &i, objc, objv, choice);
    if (result == TCL_OK && objc - i > 1) {
        Tcl_WrongNumArgs(interp, skip, objv, "?option value ...? ?--? ?glob?");
        result = TCL_ERROR;
    }
    if (result == TCL_OK && i < objc) {
        DtsmTcl_SetGlob(choice, Tcl_GetString(objv[i]));
    }
    choice->countOnly = form == AS_TOTAL && choice->glob == NULL;
    return result;
}

static int
Produce(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[], int form)
{
    DtsmTcl_Choice choice;
    Tcl_Obj *objPtr;
    int result = ReadWords(interp, skip, objc, objv, form, &choice);

    if (result == TCL_OK) {
        result = Collect(mapPtr, interp, 1, &choice, &form, &objPtr);
    }
    if (result == TCL_OK) {
        Tcl_SetObjResult(interp, objPtr);
    }
    DtsmTcl_FreeChoice(&choice);
    return result;
}

/*
 * DtsmTcl_NamesMethod, DtsmTcl_GetMethod, DtsmTcl_TotalMethod --
 *
 *      $map names ?option value ...? ?--? ?glob?       a list of paths
 *      $map get ?option value ...? ?--? ?glob?         path flags ...
 *      $map total ?option value ...? ?--? ?glob?       how many they are
 */

int
DtsmTcl_NamesMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    return Produce(mapPtr, interp, skip, objc, objv, AS_NAMES);
}

int
DtsmTcl_GetMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    return Produce(mapPtr, interp, skip, objc, objv, AS_DICT);
}

int
DtsmTcl_TotalMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    return Produce(mapPtr, interp, skip, objc, objv, AS_TOTAL);
}

/*
 * ReadQuestion --
 *
 *      One of the lists of together: a name and its words.
 *
 * Results:
 *      As DtsmTcl_ReadChoice.
 */

static int
ReadQuestion(Tcl_Interp *interp, Tcl_Obj *listPtr, DtsmTcl_Choice *choice,
    int *formPtr)
{
    static const char *const names[] = {"get", "names", "total", NULL};
    Tcl_Obj **words;
    Tcl_Size count;

    memset(choice, 0, sizeof *choice);
    if (Tcl_ListObjGetElements(interp, listPtr, &count, &words) != TCL_OK) {
        return TCL_ERROR;
    }
    if (count == 0) {
        return DtsmTcl_Fail(interp, "INVALID QUESTION", "", Tcl_NewStringObj(
                "a question is empty: must be get, names or total and its"
                " words", -1));
    }
    if (Tcl_GetIndexFromObj(interp, words[0], names, "question", TCL_EXACT,
            formPtr) != TCL_OK) {
        return TCL_ERROR;
    }
    return ReadWords(interp, 1, (int) count, words, *formPtr, choice);
}

/*
 * DtsmTcl_TogetherMethod --
 *
 *      $map together ?question ...?
 *
 * Results:
 *      The answers to lists like {names -rules 0}, from one walk.
 */

int
DtsmTcl_TogetherMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    size_t count = (size_t) (objc - skip), read = 0;
    DtsmTcl_Choice *choices = DtsmTcl_Alloc(count * sizeof *choices + 1);
    int *forms = DtsmTcl_Alloc(count * sizeof *forms + 1);
    Tcl_Obj **results = DtsmTcl_Alloc(count * sizeof *results + 1);
    int result = TCL_OK;

    for (; result == TCL_OK && read < count; read++) {
        result = ReadQuestion(interp, objv[skip + (int) read],
                &choices[read], &forms[read]);
    }
    if (result == TCL_OK) {
        result = Collect(mapPtr, interp, count, choices, forms, results);
    }
    if (result == TCL_OK) {
        Tcl_SetObjResult(interp, Tcl_NewListObj((Tcl_Size) count, results));
    }
    while (read-- > 0) {
        DtsmTcl_FreeChoice(&choices[read]);
    }
    DtsmTcl_Free(choices);
    DtsmTcl_Free(forms);
    DtsmTcl_Free(results);
    return result;
}

/*
 * DtsmTcl_JsonMethod --
 *
 *      $map json channel ?option value ...? ?--? ?glob?
 */

int
DtsmTcl_JsonMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    DtsmTcl_Choice choice;
    DtsmTcl_Entries entries;
    Tcl_Channel channel;
    int i = skip + 1, mode, result;

    if (objc <= skip) {
        Tcl_WrongNumArgs(interp, skip, objv,
                "channel ?option value ...? ?--? ?glob?");
        return TCL_ERROR;
    }
    channel = Tcl_GetChannel(interp, Tcl_GetString(objv[skip]), &mode);
    if (channel == NULL) {
        return TCL_ERROR;
    }
    if ((mode & TCL_WRITABLE) == 0) {
        return DtsmTcl_Posix(interp, EACCES, "write",
                Tcl_GetString(objv[skip]));
    }
    result = DtsmTcl_ReadChoice(interp, &i, objc, objv, &choice);
    if (result == TCL_OK && objc - i > 1) {
        Tcl_WrongNumArgs(interp, skip + 1, objv,
                "?option value ...? ?--? ?glob?");
        result = TCL_ERROR;
    }
    if (result == TCL_OK) {
        if (i < objc) {
            DtsmTcl_SetGlob(&choice, Tcl_GetString(objv[i]));
        }
        result = DtsmTcl_GetEntries(mapPtr, interp, 1, &choice, &entries);
        if (result == TCL_OK && choice.glob != NULL) {
            result = Match(interp, &choice, &entries);
        }
        if (result == TCL_OK) {
            result = DtsmTcl_WriteJson(interp, channel, &entries);
        }
        DtsmTcl_FreeEntries(&entries);
    }
    DtsmTcl_FreeChoice(&choice);
    return result;
}

/*
 * DtsmTcl_ForeachMethod --
 *
 *      $map foreach ?option value ...? ?--? {pathVar ?flagsVar?} script
 */

int
DtsmTcl_ForeachMethod(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    DtsmTcl_Choice choice;
    Tcl_Obj *itemsPtr;
    Tcl_Size varCount;
    Loop *loopPtr;
    int i = skip, form = AS_DICT, result;

    result = DtsmTcl_ReadChoice(interp, &i, objc, objv, &choice);
    if (result == TCL_OK && objc - i != 2) {
        Tcl_WrongNumArgs(interp, skip, objv, "?option value ...? ?--?"
                " {pathVar ?flagsVar?} script");
        result = TCL_ERROR;
    }
    if (result == TCL_OK) {
        result = Tcl_ListObjLength(interp, objv[i], &varCount);
    }
    if (result == TCL_OK && (varCount < 1 || varCount > 2)) {
        result = DtsmTcl_Fail(interp, "INVALID VARS",
                Tcl_GetString(objv[i]), Tcl_ObjPrintf(
                "bad variables \"%s\": must be one name, for the path,"
                " or two, for the path and its flags",
                Tcl_GetString(objv[i])));
    }
    if (result == TCL_OK) {
        result = Collect(mapPtr, interp, 1, &choice, &form, &itemsPtr);
    }
    DtsmTcl_FreeChoice(&choice);
    if (result != TCL_OK) {
        return result;
    }
    loopPtr = DtsmTcl_Alloc(sizeof *loopPtr);
    loopPtr->state = mapPtr->state;
    loopPtr->state->refCount++;
    loopPtr->state->walks++;
    loopPtr->itemsPtr = itemsPtr;
    loopPtr->varsPtr = Tcl_DuplicateObj(objv[i]);
    loopPtr->bodyPtr = objv[i + 1];
    loopPtr->next = 0;
    Tcl_IncrRefCount(loopPtr->itemsPtr);
    Tcl_IncrRefCount(loopPtr->varsPtr);
    Tcl_IncrRefCount(loopPtr->bodyPtr);
    Tcl_NRAddCallback(interp, LoopStep, loopPtr, NULL, NULL, NULL);
    return TCL_OK;
}

/*
 * LoopSet --
 *
 *      Set the loop's variables for its next round.
 */

static int
LoopSet(Loop *loopPtr, Tcl_Interp *interp)
{
    Tcl_Size count, i;
    Tcl_Obj **names, *valueObj;

    Tcl_ListObjGetElements(NULL, loopPtr->varsPtr, &count, &names);
    for (i = 0; i < count; i++) {
        Tcl_ListObjIndex(NULL, loopPtr->itemsPtr, loopPtr->next + i,
                &valueObj);
        if (Tcl_ObjSetVar2(interp, names[i], NULL, valueObj,
                TCL_LEAVE_ERR_MSG) == NULL) {
            Tcl_AppendObjToErrorInfo(interp, Tcl_ObjPrintf(
                    "\n    (setting dtsm foreach loop variable \"%s\")",
                    Tcl_GetString(names[i])));
            return TCL_ERROR;
        }
    }
    loopPtr->next += 2;
    return TCL_OK;
}

/*
 * LoopStep --
 *
 *      Before the first round (result is TCL_OK) and after each: go on, or
 *      end the loop.
 */

static int
LoopStep(void *data[], Tcl_Interp *interp, int result)
{
    Loop *loopPtr = data[0];
    Tcl_Size length;

    if (result == TCL_OK || result == TCL_CONTINUE) {
        Tcl_ListObjLength(NULL, loopPtr->itemsPtr, &length);
        if (loopPtr->next < length) {
            result = LoopSet(loopPtr, interp);
            if (result == TCL_OK) {
                Tcl_NRAddCallback(interp, LoopStep, loopPtr, NULL, NULL,
                        NULL);
                return Tcl_NREvalObj(interp, loopPtr->bodyPtr, 0);
            }
        } else {
            Tcl_ResetResult(interp);
            result = TCL_OK;
        }
    } else if (result == TCL_BREAK) {
        Tcl_ResetResult(interp);
        result = TCL_OK;
    } else if (result == TCL_ERROR) {
        Tcl_AppendObjToErrorInfo(interp, Tcl_ObjPrintf(
                "\n    (\"dtsm foreach\" body line %d)",
                Tcl_GetErrorLine(interp)));
    }
    Tcl_DecrRefCount(loopPtr->itemsPtr);
    Tcl_DecrRefCount(loopPtr->varsPtr);
    Tcl_DecrRefCount(loopPtr->bodyPtr);
    loopPtr->state->walks--;
    DtsmTcl_ReleaseState(loopPtr->state);
    DtsmTcl_Free(loopPtr);
    return result;
}
