/*
 * tclDtsmTouches.h --
 *
 *      A map's recording as tables: processes, what each touched, and paths.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_TOUCHES_H
#define TCL_DTSM_TOUCHES_H

#include <stdint.h>

#include "dtsm.h"
#include "tclDtsmState.h"

typedef struct DtsmTcl_Touched {        /* a path */
    uint64_t place;
    const char *path;
    size_t len;
    uint32_t target;            /* what it resolved to last; or its own index */
    uint32_t process;           /* of what was folded last, and */
    size_t item;                /* where */
    Tcl_Obj *objPtr;            /* its value, once it is made */
    int isWanted;
} DtsmTcl_Touched;

typedef struct DtsmTcl_Touch {          /* an access */
    uint32_t path;              /* index */
    uint32_t flags;
    uint64_t time;              /* ns since the process's start */
} DtsmTcl_Touch;

typedef struct DtsmTcl_Image {          /* a process */
    Dtsm_ProcessEntry entry;
    uint32_t parent;            /* id; 0: unknown */
    size_t first, count;        /* of touches */
} DtsmTcl_Image;

typedef struct DtsmTcl_Touches {
    DtsmTcl_Image *images;
    DtsmTcl_Touch *touches;
    DtsmTcl_Touched *paths;
    uint32_t *table;            /* of paths by place; index + 1, 0: free */
    Tcl_HashTable pids;         /* the newest image of each, id */
    size_t imageCount, touchCount, pathCount;
    size_t imageRoom, touchRoom, pathRoom, tableSize;
} DtsmTcl_Touches;

/*
 * DtsmTcl_GetTouches --
 *
 *      Read a recording; without accesses if that is 0.  Each path comes once
 *      in a process: its accesses are folded into the first, under the path
 *      that it resolved to.
 *
 * Returns: as Dtsm_WalkProcesses.  DtsmTcl_FreeTouches must follow.
 */

int DtsmTcl_GetTouches(const Dtsm_Map *map, int accesses,
        DtsmTcl_Touches *touches);
void DtsmTcl_FreeTouches(DtsmTcl_Touches *touches);

#endif /* TCL_DTSM_TOUCHES_H */
