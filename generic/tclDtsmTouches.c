/*
 * tclDtsmTouches.c --
 *
 *      A map's recording as tables.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmMemory.h"
#include "tclDtsmTouches.h"

#define ROOM_FIRST  256

/*
 * Grow --
 *
 *      Have room for one more of so many items.
 */

static void *
Grow(void *items, size_t count, size_t *roomPtr, size_t size)
{
    if (count < *roomPtr) {
        return items;
    }
    *roomPtr = *roomPtr == 0 ? ROOM_FIRST : *roomPtr * 2;
    return items == NULL ? DtsmTcl_Alloc(*roomPtr * size)
            : DtsmTcl_Realloc(items, *roomPtr * size);
}

static uint32_t *
Cell(const DtsmTcl_Touches *touches, uint64_t place)
{
    size_t mask = touches->tableSize - 1;
    size_t at = (size_t) (place * UINT64_C(0x9e3779b97f4a7c15) >> 20) & mask;

    while (touches->table[at] != 0
            && touches->paths[touches->table[at] - 1].place != place) {
        at = (at + 1) & mask;
    }
    return &touches->table[at];
}

static void
GrowTable(DtsmTcl_Touches *touches)
{
    size_t i;

    touches->tableSize = touches->tableSize == 0 ? 4 * ROOM_FIRST
            : touches->tableSize * 4;
    DtsmTcl_Free(touches->table);
    touches->table = DtsmTcl_Alloc(touches->tableSize * sizeof(uint32_t));
    memset(touches->table, 0, touches->tableSize * sizeof(uint32_t));
    for (i = 0; i < touches->pathCount; i++) {
        *Cell(touches, touches->paths[i].place) = (uint32_t) i + 1;
    }
}

/*
 * PathOf --
 *
 *      The index of the path at place.
 */

static uint32_t
PathOf(DtsmTcl_Touches *touches, uint64_t place, const char *path, size_t len)
{
    DtsmTcl_Touched *touched;
    uint32_t *cell;

    if (2 * touches->pathCount >= touches->tableSize) {
        GrowTable(touches);
    }
    cell = Cell(touches, place);
    if (*cell != 0) {
        return *cell - 1;
    }
    touches->paths = Grow(touches->paths, touches->pathCount,
            &touches->pathRoom, sizeof(*touched));
    touched = &touches->paths[touches->pathCount];
    memset(touched, 0, sizeof(*touched));
    touched->place = place;
    touched->path = path;
    touched->len = len;
    touched->target = (uint32_t) touches->pathCount;
    *cell = (uint32_t) ++touches->pathCount;
    return *cell - 1;
}

/*
 * ParentOf --
 *
 *      The image that started one: the one that exec'd it in its process; the
 *      one that forked it; the newest one of its parent process, when that
 *      had not ended.  0: none of these is recorded.
 */

static uint32_t
ParentOf(const DtsmTcl_Touches *touches, const Dtsm_ProcessEntry *entry)
{
    Tcl_HashTable *pids = (Tcl_HashTable *) &touches->pids;
    Tcl_HashEntry *found = Tcl_FindHashEntry(pids,
            (void *) (intptr_t) entry->pid);
    const Dtsm_ProcessEntry *image;

    if (found != NULL) {
        image = &touches->images[(size_t) Tcl_GetHashValue(found) - 1].entry;
        if (image->how == DTSM_END_EXEC) {
            return image->id;
        }
    }
    if (entry->forker != 0) {
        return entry->forker;
    }
    found = Tcl_FindHashEntry(pids, (void *) (intptr_t) entry->parentPid);
    if (found != NULL) {
        image = &touches->images[(size_t) Tcl_GetHashValue(found) - 1].entry;
        if (image->end == 0 || image->how == DTSM_END_EXEC
                || image->end >= entry->start) {
            return image->id;
        }
    }
    return 0;
}

/*
 * Inherit --
 *
 *      A forked child runs the program of the image that forked it.
 */

static void
Inherit(const Dtsm_ProcessEntry *forker, Dtsm_ProcessEntry *entry)
{
    entry->program = forker->program;
    entry->programLen = forker->programLen;
    entry->text = forker->text;
    entry->textLen = forker->textLen;
    entry->wordCount = forker->wordCount;
    entry->isCut = forker->isCut;
}

static int
AddImage(void *data, const Dtsm_ProcessEntry *entry)
{
    DtsmTcl_Touches *touches = data;
    DtsmTcl_Image *image;
    int isNew;

    touches->images = Grow(touches->images, touches->imageCount,
            &touches->imageRoom, sizeof(*image));
    image = &touches->images[touches->imageCount];
    image->entry = *entry;
    image->first = touches->touchCount;
    image->count = 0;
    image->parent = ParentOf(touches, entry);
    if (entry->forker != 0 && entry->textLen == 0) {
        Inherit(&touches->images[entry->forker - 1].entry, &image->entry);
    }
    touches->imageCount++;
    Tcl_SetHashValue(Tcl_CreateHashEntry(&touches->pids,
            (void *) (intptr_t) entry->pid, &isNew),
            (void *) touches->imageCount);
    return 0;
}

static int
AddTouch(void *data, const Dtsm_AccessEntry *entry)
{
    DtsmTcl_Touches *touches = data;
    uint32_t path = PathOf(touches, entry->place, entry->path, entry->pathLen);
    DtsmTcl_Touch *touch;

    if (entry->target != NULL) {
        uint32_t target = PathOf(touches, entry->targetPlace, entry->target,
                entry->targetLen);

        touches->paths[path].target = target;
        return 0;
    }
    touches->touches = Grow(touches->touches, touches->touchCount,
            &touches->touchRoom, sizeof(*touch));
    touch = &touches->touches[touches->touchCount++];
    touch->path = path;
    touch->flags = entry->flags;
    touch->time = entry->time;
    touches->images[touches->imageCount - 1].count++;
    return 0;
}

/*
 * Fold --
 *
 *      Have each path once in each image, by what it resolved to.
 */

static void
Fold(DtsmTcl_Touches *touches)
{
    size_t i, j, to = 0;

    for (i = 0; i < touches->imageCount; i++) {
        DtsmTcl_Image *image = &touches->images[i];
        const DtsmTcl_Touch *from = &touches->touches[image->first];
        size_t count = image->count;

        image->first = to;
        for (j = 0; j < count; j++) {
            DtsmTcl_Touch touch = from[j];
            DtsmTcl_Touched *touched;

            touch.path = touches->paths[touch.path].target;
            touched = &touches->paths[touch.path];
            if (touched->process == i + 1) {
                touches->touches[touched->item].flags |= touch.flags;
            } else {
                touched->process = (uint32_t) i + 1;
                touched->item = to;
                touches->touches[to++] = touch;
            }
        }
        image->count = to - image->first;
    }
    touches->touchCount = to;
}

int
DtsmTcl_GetTouches(const Dtsm_Map *map, int accesses,
        DtsmTcl_Touches *touches)
{
    int status;

    memset(touches, 0, sizeof(*touches));
    Tcl_InitHashTable(&touches->pids, TCL_ONE_WORD_KEYS);
    status = Dtsm_WalkProcesses(map, AddImage, accesses ? AddTouch : NULL,
            touches);
    Fold(touches);
    return status;
}

void
DtsmTcl_FreeTouches(DtsmTcl_Touches *touches)
{
    size_t i;

    for (i = 0; i < touches->pathCount; i++) {
        if (touches->paths[i].objPtr != NULL) {
            Tcl_DecrRefCount(touches->paths[i].objPtr);
        }
    }
    DtsmTcl_Free(touches->images);
    DtsmTcl_Free(touches->touches);
    DtsmTcl_Free(touches->paths);
    DtsmTcl_Free(touches->table);
    Tcl_DeleteHashTable(&touches->pids);
}
