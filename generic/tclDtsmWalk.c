/*
 * tclDtsmWalk.c --
 *
 *      The commands that visit many paths: names, get, foreach, stats, check.
 *
 * A walk first copies what it finds, then sorts, and only then makes Tcl
 * values or runs a script; a loop's body may change or close the map.
 *
 * A path can have a rule and a verdict.  It is given once, with the flags
 * that a search for just this path answers: those of the verdict if that
 * counts, else of the rule, else (with -void) of the void verdict.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdlib.h>
#include <string.h>

#include "tclDtsmInt.h"

typedef struct Item {
    size_t at;                  /* of its path in the arena */
    size_t len;
    const char *path;           /* set when the arena has stopped moving */
    unsigned flags;             /* as Dtsm_Walk gives them */
} Item;

typedef struct Walk {
    Item *items;
    size_t count, room;
    char *arena;
    size_t arenaUsed, arenaRoom;
    unsigned need;              /* flags that must all be there */
    int rules, verdicts, voids; /* which kinds are wanted */
} Walk;

typedef struct Options {
    Walk walk;
    int raw;
    DtsmTclPath under;
    int hasUnder;
    const char *glob;           /* NULL: all */
} Options;

typedef struct Loop {
    DtsmTclState *state;        /* counted */
    Tcl_Obj *varsPtr;           /* one or two names */
    Tcl_Obj *bodyPtr;
    Tcl_Obj *itemsPtr;          /* path flags path flags ... */
    Tcl_Size next;
} Loop;

static Dtsm_WalkProc AddItem, CountItem;
static Dtsm_CheckProc AddFlaw;
static int CompareItems(const void *a, const void *b);
static int Rank(unsigned flags);
static int ReadOptions(Tcl_Interp *interp, int *iPtr, int objc,
        Tcl_Obj *const objv[], Options *optionsPtr);
static void FreeOptions(Options *optionsPtr);
static int Collect(DtsmTclMap *mapPtr, Tcl_Interp *interp,
        Options *optionsPtr, int withFlags, Tcl_Obj **listPtrPtr);
static int Produce(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip, int objc,
        Tcl_Obj *const objv[], int withFlags);
static int LoopStep(void *data[], Tcl_Interp *interp, int result);
static int LoopSet(Loop *loopPtr, Tcl_Interp *interp);

static int
AddItem(void *data, const Dtsm_Entry *entry)
{
    Walk *walk = data;
    unsigned flags = entry->flags;
    int wanted = flags & DTSM_PREFIX ? walk->rules : walk->verdicts
            && (walk->voids || (flags & DTSM_VOID) == 0);
    Item *item;

    if (!wanted || (flags & DTSM_FLAGS) == 0) {
        return 0;
    }
    if (walk->count == walk->room) {
        size_t room = walk->room ? walk->room * 2 : 256;
        Item *items = DtsmTcl_Alloc(room * sizeof *items);

        if (walk->count > 0) {
            memcpy(items, walk->items, walk->count * sizeof *items);
        }
        if (walk->items != NULL) {
            DtsmTcl_Free(walk->items);
        }
        walk->items = items;
        walk->room = room;
    }
    if (walk->arenaRoom - walk->arenaUsed < entry->pathLen) {
        size_t room = walk->arenaRoom * 2 + entry->pathLen + 16384;
        char *arena = DtsmTcl_Alloc(room);

        if (walk->arena != NULL) {
            memcpy(arena, walk->arena, walk->arenaUsed);
            DtsmTcl_Free(walk->arena);
        }
        walk->arena = arena;
        walk->arenaRoom = room;
    }
    item = &walk->items[walk->count++];
    item->at = walk->arenaUsed;
    item->len = entry->pathLen;
    item->path = NULL;
    item->flags = flags;
    memcpy(walk->arena + item->at, entry->path, item->len);
    walk->arenaUsed += item->len;
    return 0;
}

static int
Rank(unsigned flags)
{
    return flags & DTSM_VOID ? 2 : flags & DTSM_PREFIX ? 1 : 0;
}

/*
 * CompareItems --
 *
 *      By path in the order of bytes; for one path, what a search answers
 *      first.
 */

static int
CompareItems(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    int order = memcmp(x->path, y->path, x->len < y->len ? x->len : y->len);

    if (order == 0 && x->len != y->len) {
        order = x->len < y->len ? -1 : 1;
    }
    return order != 0 ? order : Rank(x->flags) - Rank(y->flags);
}

/*
 * ReadOptions --
 *
 *      The leading options of names, get and foreach.
 *
 * Side effects:
 *      *iPtr becomes the first word after them.  After TCL_OK the caller
 *      calls FreeOptions.
 */

static int
ReadOptions(Tcl_Interp *interp, int *iPtr, int objc, Tcl_Obj *const objv[],
    Options *optionsPtr)
{
    static const char *const names[] = {
        "-bytes", "-flags", "-rules", "-under", "-void", "--", NULL
    };
    enum { OPT_BYTES, OPT_FLAGS, OPT_RULES, OPT_UNDER, OPT_VOID, OPT_END };
    Tcl_Obj *underObj = NULL;
    Walk *walk = &optionsPtr->walk;
    int option, rules;

    memset(optionsPtr, 0, sizeof *optionsPtr);
    walk->rules = walk->verdicts = 1;
    while (*iPtr < objc && Tcl_GetString(objv[*iPtr])[0] == '-') {
        Tcl_Obj *valueObj;

        if (Tcl_GetIndexFromObj(interp, objv[*iPtr], names, "option",
                TCL_EXACT, &option) != TCL_OK) {
            return TCL_ERROR;
        }
        ++*iPtr;
        if (option == OPT_END) {
            break;
        }
        if (*iPtr == objc) {
            Tcl_SetObjResult(interp, Tcl_ObjPrintf("missing value for %s",
                    names[option]));
            Tcl_SetErrorCode(interp, "TCL", "WRONGARGS", NULL);
            return TCL_ERROR;
        }
        valueObj = objv[(*iPtr)++];
        switch (option) {
        case OPT_BYTES:
            if (Tcl_GetBooleanFromObj(interp, valueObj, &optionsPtr->raw)
                    != TCL_OK) {
                return TCL_ERROR;
            }
            break;
        case OPT_FLAGS:
            if (DtsmTcl_GetFlags(interp, valueObj, &walk->need) != TCL_OK) {
                return TCL_ERROR;
            }
            break;
        case OPT_RULES:
            if (Tcl_GetBooleanFromObj(interp, valueObj, &rules) != TCL_OK) {
                return TCL_ERROR;
            }
            walk->rules = rules;
            walk->verdicts = !rules;
            break;
        case OPT_UNDER:
            underObj = valueObj;
            break;
        case OPT_VOID:
            if (Tcl_GetBooleanFromObj(interp, valueObj, &walk->voids)
                    != TCL_OK) {
                return TCL_ERROR;
            }
            break;
        }
    }
    if (underObj != NULL) {
        if (DtsmTcl_GetPath(interp, underObj, optionsPtr->raw,
                &optionsPtr->under) != TCL_OK) {
            return TCL_ERROR;
        }
        optionsPtr->hasUnder = 1;
    }
    return TCL_OK;
}

static void
FreeOptions(Options *optionsPtr)
{
    if (optionsPtr->hasUnder) {
        DtsmTcl_FreePath(&optionsPtr->under);
    }
    if (optionsPtr->walk.items != NULL) {
        DtsmTcl_Free(optionsPtr->walk.items);
    }
    if (optionsPtr->walk.arena != NULL) {
        DtsmTcl_Free(optionsPtr->walk.arena);
    }
}

/*
 * Collect --
 *
 *      Walk, and make a list of the paths, or of paths and flags in turn.
 *
 * Results:
 *      TCL_OK with a new object of reference count 0.
 */

static int
Collect(DtsmTclMap *mapPtr, Tcl_Interp *interp, Options *optionsPtr,
    int withFlags, Tcl_Obj **listPtrPtr)
{
    Walk *walk = &optionsPtr->walk;
    Tcl_Obj *listPtr;
    size_t i, last = 0;
    int status = Dtsm_Walk(mapPtr->map,
            optionsPtr->hasUnder ? optionsPtr->under.bytes : NULL,
            optionsPtr->hasUnder ? optionsPtr->under.len : 0, AddItem, walk);

    if (status != DTSM_OK) {
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    for (i = 0; i < walk->count; i++) {
        walk->items[i].path = walk->arena + walk->items[i].at;
    }
    if (walk->count > 1) {
        qsort(walk->items, walk->count, sizeof *walk->items, CompareItems);
    }
    listPtr = Tcl_NewListObj(0, NULL);
    for (i = 0; i < walk->count; i++) {
        const Item *item = &walk->items[i];
        Tcl_Obj *pathObj;

        if (i > 0 && item->len == walk->items[last].len
                && memcmp(item->path, walk->items[last].path, item->len)
                == 0) {
            continue;
        }
        last = i;
        if ((item->flags & walk->need) != walk->need) {
            continue;
        }
        pathObj = DtsmTcl_NewPath(interp, item->path, item->len,
                optionsPtr->raw);
        if (pathObj == NULL) {
            Tcl_DecrRefCount(listPtr);
            return TCL_ERROR;
        }
        if (optionsPtr->glob != NULL && !Tcl_StringMatch(
                Tcl_GetString(pathObj), optionsPtr->glob)) {
            Tcl_DecrRefCount(pathObj);
            continue;
        }
        Tcl_ListObjAppendElement(NULL, listPtr, pathObj);
        if (withFlags) {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    DtsmTcl_NewFlags(item->flags));
        }
    }
    *listPtrPtr = listPtr;
    return TCL_OK;
}

static int
Produce(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[], int withFlags)
{
    Options options;
    Tcl_Obj *listPtr;
    int i = skip, result;

    result = ReadOptions(interp, &i, objc, objv, &options);
    if (result == TCL_OK && objc - i > 1) {
        Tcl_WrongNumArgs(interp, skip, objv, "?-flags list? ?-under path?"
                " ?-rules bool? ?-void bool? ?-bytes bool? ?--? ?glob?");
        result = TCL_ERROR;
    }
    if (result == TCL_OK) {
        options.glob = i < objc ? Tcl_GetString(objv[i]) : NULL;
        result = Collect(mapPtr, interp, &options, withFlags, &listPtr);
    }
    if (result == TCL_OK) {
        Tcl_SetObjResult(interp, listPtr);
    }
    FreeOptions(&options);
    return result;
}

/*
 * DtsmTcl_NamesMethod, DtsmTcl_GetMethod --
 *
 *      $map names ?option value ...? ?--? ?glob?
 *      $map get ?option value ...? ?--? ?glob?
 */

int
DtsmTcl_NamesMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    return Produce(mapPtr, interp, skip, objc, objv, 0);
}

int
DtsmTcl_GetMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip, int objc,
    Tcl_Obj *const objv[])
{
    return Produce(mapPtr, interp, skip, objc, objv, 1);
}

/*
 * DtsmTcl_ForeachMethod --
 *
 *      $map foreach ?option value ...? ?--? {pathVar ?flagsVar?} script
 */

int
DtsmTcl_ForeachMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Options options;
    Tcl_Obj *itemsPtr;
    Tcl_Size varCount;
    Loop *loopPtr;
    int i = skip, result;

    result = ReadOptions(interp, &i, objc, objv, &options);
    if (result == TCL_OK && objc - i != 2) {
        Tcl_WrongNumArgs(interp, skip, objv, "?-flags list? ?-under path?"
                " ?-rules bool? ?-void bool? ?-bytes bool? ?--?"
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
        result = Collect(mapPtr, interp, &options, 1, &itemsPtr);
    }
    FreeOptions(&options);
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

static int
CountItem(void *data, const Dtsm_Entry *entry)
{
    if ((entry->flags & (DTSM_PREFIX | DTSM_VOID)) == 0
            && (entry->flags & DTSM_FLAGS) != 0) {
        ++*(Tcl_WideInt *) data;
    }
    return 0;
}

/*
 * DtsmTcl_StatsMethod --
 *
 *      $map stats
 */

int
DtsmTcl_StatsMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Dtsm_Stats stats;
    Tcl_WideInt verdicts = 0;
    Tcl_Obj *dictPtr;
    size_t i;

    if (objc != skip) {
        Tcl_WrongNumArgs(interp, skip, objv, NULL);
        return TCL_ERROR;
    }
    Dtsm_Stat(mapPtr->map, &stats);
    (void) Dtsm_Walk(mapPtr->map, NULL, 0, CountItem, &verdicts);
    {
        const struct {
            const char *key;
            uint64_t value;
        } rows[] = {
            {"used", stats.usedBytes},
            {"ready", stats.readyBytes},
            {"window", stats.windowBytes},
            {"rules", stats.rules},
            {"verdicts", (uint64_t) verdicts},
            {"version", stats.policyVersion},
            {"spent", (uint64_t) (stats.policySpent != 0)},
            {"rootBits", stats.rootBits},
            {"fence", (uint64_t) (stats.fence != 0)},
            {"attached", stats.counters[DTSM_COUNT_ATTACHED]},
            {"expected", stats.counters[DTSM_COUNT_EXPECTED]},
            {"asked", stats.counters[DTSM_COUNT_ASKED]},
            {"unanswered", stats.counters[DTSM_COUNT_UNANSWERED]}
        };

        dictPtr = Tcl_NewDictObj();
        for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            Tcl_DictObjPut(NULL, dictPtr, Tcl_NewStringObj(rows[i].key, -1),
                    Tcl_NewWideIntObj((Tcl_WideInt) rows[i].value));
        }
    }
    Tcl_SetObjResult(interp, dictPtr);
    return TCL_OK;
}

static void
AddFlaw(void *data, const char *flaw, uint64_t offset)
{
    Tcl_Obj *words[2];

    words[0] = Tcl_NewStringObj(flaw, -1);
    words[1] = Tcl_NewWideIntObj((Tcl_WideInt) offset);
    Tcl_ListObjAppendElement(NULL, data, Tcl_NewListObj(2, words));
}

/*
 * DtsmTcl_CheckMethod --
 *
 *      $map check
 *
 * Results:
 *      A list of flaws, each {sentence offset}; empty for a sound map.
 */

int
DtsmTcl_CheckMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
    int objc, Tcl_Obj *const objv[])
{
    Tcl_Obj *listPtr;
    Tcl_Size length;

    if (objc != skip) {
        Tcl_WrongNumArgs(interp, skip, objv, NULL);
        return TCL_ERROR;
    }
    listPtr = Tcl_NewListObj(0, NULL);
    if (Dtsm_Check(mapPtr->map, AddFlaw, listPtr) != DTSM_OK) {
        Tcl_ListObjLength(NULL, listPtr, &length);
        if (length == 0) {
            AddFlaw(listPtr, "the map is broken", 0);
        }
    }
    Tcl_SetObjResult(interp, listPtr);
    return TCL_OK;
}
