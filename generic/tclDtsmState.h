/*
 * tclDtsmState.h --
 *
 *      What an interpreter has of the package: maps, listeners, commands.
 *
 * A map is known under its command, ::dtsm::mapN.  The structure behind it
 * is counted: the command, the state of each interpreter whose default map it
 * is, and whoever is in the middle of using it hold a reference.  Closing
 * detaches at once and leaves an empty structure to the other holders, so
 * that a script may close a map at any time, even from inside a command of
 * that map.
 *
 * Threads:  that of the interpreter only.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_STATE_H
#define TCL_DTSM_STATE_H

#include "dtsm.h"
#include "tclDtsmOwn.h"
#include "tclDtsmPort.h"

typedef struct DtsmTcl_Map DtsmTcl_Map;
typedef struct DtsmTcl_Listener DtsmTcl_Listener;
typedef struct DtsmTcl_State DtsmTcl_State;

/*
 * An open map, or what is left of a closed one.
 */

struct DtsmTcl_Map {
    Dtsm_Map *map;              /* NULL: closed */
    DtsmTcl_State *state;        /* of the opener; counted; NULL: closed */
    Tcl_Command token;          /* its command; NULL when that is gone */
    DtsmTcl_Map *next;           /* in state->maps */
    char *file;                 /* absolute, bytes for the system */
    Tcl_Obj *fileObj;           /* the same name for people */
    DtsmTcl_Own *own;           /* its file goes with it; NULL: it stays */
    unsigned refCount;
    int readOnly;
    int noCase;                 /* its keys fold case */
};

/*
 * One interpreter's share of the package.
 */

typedef struct DtsmTcl_Command {
    DtsmTcl_State *state;
    Tcl_Command token;          /* NULL: gone */
    int method;                 /* for those that act on the default map */
} DtsmTcl_Command;

enum { DTSM_TCL_COMMANDS = 32 };

struct DtsmTcl_State {
    Tcl_Interp *interp;
    DtsmTcl_Map *maps;           /* those opened here */
    DtsmTcl_Map *defaultMap;     /* counted; NULL: none */
    int hadDefault;             /* there was one, or there is to be none */
    DtsmTcl_Listener *listeners; /* those opened here */
    DtsmTcl_Command commands[DTSM_TCL_COMMANDS];
    unsigned commandCount;
    unsigned serial;            /* of the last map or listener */
    unsigned walks;             /* foreach loops and callbacks that run */
    unsigned refCount;
};

/*
 * DtsmTcl_ReleaseState --  Give a reference back.
 * DtsmTcl_Close --         Detach, delete the command and leave the structure
 *                          to the other holders.  Again: nothing.
 * DtsmTcl_Release --       Give a reference to a map back.
 * DtsmTcl_SetDefault --    Make mapPtr (NULL: none) the default map; counted.
 */

void DtsmTcl_ReleaseState(DtsmTcl_State *state);
void DtsmTcl_Close(DtsmTcl_Map *mapPtr);
void DtsmTcl_Release(DtsmTcl_Map *mapPtr);
void DtsmTcl_SetDefault(DtsmTcl_State *state, DtsmTcl_Map *mapPtr);

#endif /* TCL_DTSM_STATE_H */
