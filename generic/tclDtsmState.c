/*
 * tclDtsmState.c --
 *
 *      The lives of maps and of an interpreter's state.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmMemory.h"
#include "tclDtsmState.h"

void
DtsmTcl_ReleaseState(DtsmTcl_State *state)
{
    if (--state->refCount == 0) {
        DtsmTcl_Free(state);
    }
}

void
DtsmTcl_Close(DtsmTcl_Map *mapPtr)
{
    DtsmTcl_Map **linkPtr;
    DtsmTcl_State *state = mapPtr->state;
    Tcl_Command token = mapPtr->token;

    if (mapPtr->map == NULL) {
        return;
    }
    Dtsm_Close(mapPtr->map);
    mapPtr->map = NULL;
    DtsmTcl_GiveUp(mapPtr->own);
    mapPtr->own = NULL;
    for (linkPtr = &state->maps; *linkPtr != NULL;
            linkPtr = &(*linkPtr)->next) {
        if (*linkPtr == mapPtr) {
            *linkPtr = mapPtr->next;
            break;
        }
    }
    mapPtr->next = NULL;
    mapPtr->refCount++;
    if (state->defaultMap == mapPtr) {
        DtsmTcl_SetDefault(state, NULL);
    }
    if (token != NULL) {
        Tcl_DeleteCommandFromToken(state->interp, token);
    }
    mapPtr->state = NULL;
    DtsmTcl_ReleaseState(state);
    DtsmTcl_Release(mapPtr);
}

void
DtsmTcl_Release(DtsmTcl_Map *mapPtr)
{
    if (--mapPtr->refCount == 0) {
        Tcl_DecrRefCount(mapPtr->fileObj);
        DtsmTcl_Free(mapPtr->file);
        DtsmTcl_Free(mapPtr);
    }
}

void
DtsmTcl_SetDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr)
{
    DtsmTcl_Map *old = state->defaultMap;

    if (mapPtr != NULL) {
        mapPtr->refCount++;
    }
    state->defaultMap = mapPtr;
    if (old != NULL) {
        DtsmTcl_Release(old);
    }
}
