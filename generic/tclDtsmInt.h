/*
 * tclDtsmInt.h --
 *
 *      What the files of the Tcl binding share.
 *
 *      tclDtsm.c       the package: its commands, load and unload
 *      tclDtsmMap.c    a map's commands
 *      tclDtsmWalk.c   those that visit many paths: names, get, foreach
 *      tclDtsmEntries.c  what they visit      tclDtsmJson.c   it as JSON
 *      tclDtsmFile.c   making, opening and closing maps
 *      tclDtsmListen.c a server on a Unix socket
 *      tclDtsmPath.c   paths, flags and errors between Tcl and the core
 *      tclDtsmMemory.c memory without a page fault for each page
 *
 * A map is known under its command, ::dtsm::mapN.  The structure behind it
 * is counted: the command, the state of each interpreter whose default map it
 * is, and whoever is in the middle of using it hold a reference.  Closing
 * detaches at once and leaves an empty structure to the other holders, so
 * that a script may close a map at any time, even from inside a command of
 * that map.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_INT_H
#define TCL_DTSM_INT_H

#include <limits.h>
#include <stddef.h>
#include <tcl.h>

#include "dtsm.h"

/*
 * Tcl 9 counts in Tcl_Size where Tcl 8.6 counts in int.
 */

#ifndef TCL_SIZE_MAX
#   define TCL_SIZE_MAX INT_MAX
    typedef int Tcl_Size;
#endif

typedef struct DtsmTclMap DtsmTclMap;
typedef struct DtsmTclListener DtsmTclListener;
typedef struct DtsmTclState DtsmTclState;

/*
 * An open map, or what is left of a closed one.
 */

struct DtsmTclMap {
    Dtsm_Map *map;              /* NULL: closed */
    DtsmTclState *state;        /* of the opener; counted; NULL: closed */
    Tcl_Command token;          /* its command; NULL when that is gone */
    DtsmTclMap *next;           /* in state->maps */
    char *file;                 /* absolute, bytes for the system */
    Tcl_Obj *fileObj;           /* the same name for people */
    unsigned refCount;
    int readOnly;
};

/*
 * One interpreter's share of the package.
 */

typedef struct DtsmTclCommand {
    DtsmTclState *state;
    Tcl_Command token;          /* NULL: gone */
    int method;                 /* for those that act on the default map */
} DtsmTclCommand;

enum { DTSM_TCL_COMMANDS = 32 };

struct DtsmTclState {
    Tcl_Interp *interp;
    DtsmTclMap *maps;           /* those opened here */
    DtsmTclMap *defaultMap;     /* counted; NULL: none */
    DtsmTclListener *listeners; /* those opened here */
    DtsmTclCommand commands[DTSM_TCL_COMMANDS];
    unsigned commandCount;
    unsigned serial;            /* of the last map or listener */
    unsigned walks;             /* foreach loops and callbacks that run */
    unsigned refCount;
};

/*
 * A path as the core takes it.  It must live until DtsmTcl_FreePath.
 */

typedef struct DtsmTclPath {
    const char *bytes;
    size_t len;
    Tcl_DString space;
} DtsmTclPath;

/*
 * DtsmTcl_ReleaseState --      Give a reference back.
 * DtsmTcl_Alloc, DtsmTcl_Realloc --
 *                              Memory; panics if there is none.
 * DtsmTcl_Ready (tclDtsmMemory.c) --
 *                              Have memory behind all pages of a large block,
 *                              which will be written soon.
 */

void DtsmTcl_ReleaseState(DtsmTclState *state);
void *DtsmTcl_Alloc(size_t bytes);
void *DtsmTcl_Realloc(void *memory, size_t bytes);
void DtsmTcl_Free(void *memory);
void DtsmTcl_Ready(void *memory, size_t bytes);

/*
 * tclDtsmPath.c
 *
 * DtsmTcl_GetPath --   The bytes of objPtr: in the system encoding, or as they
 *                      are when raw.  TCL_ERROR with a message (if interp is
 *                      given) for what is empty, too long, holds NUL, or that
 *                      the encoding cannot express.  After TCL_OK the caller
 *                      calls DtsmTcl_FreePath.
 * DtsmTcl_Fold --      Fold repeated and trailing slashes, as the map does.
 * DtsmTcl_NewPath --   A new object for len bytes, a byte array when raw; NULL
 *                      with a message when the encoding cannot express them.
 * DtsmTcl_GetFlags --  The flags of a list of names; never 0.
 * DtsmTcl_NewFlags --  A new list of names in canonical order.
 * DtsmTcl_Fail --      TCL_ERROR, after setting a message and the error code
 *                      {DTSM code detail}; code may be of several words;
 *                      detail may be NULL; messagePtr is used up.
 * DtsmTcl_Status --    TCL_ERROR, with what status means for map (or NULL) and
 *                      the path `what' (or NULL).
 * DtsmTcl_Posix --     TCL_ERROR, with what `error' (an errno) means.
 */

int DtsmTcl_GetPath(Tcl_Interp *interp, Tcl_Obj *objPtr, int raw,
        DtsmTclPath *pathPtr);
void DtsmTcl_FreePath(DtsmTclPath *pathPtr);
void DtsmTcl_Fold(DtsmTclPath *pathPtr);
Tcl_Obj *DtsmTcl_NewPath(Tcl_Interp *interp, const char *bytes, size_t len,
        int raw);
int DtsmTcl_GetFlags(Tcl_Interp *interp, Tcl_Obj *objPtr, unsigned *flagsPtr);
int DtsmTcl_GetFlag(Tcl_Interp *interp, const char *name, Tcl_Obj *objPtr,
        unsigned *bitPtr);
Tcl_Obj *DtsmTcl_NewFlags(unsigned flags);
int DtsmTcl_Fail(Tcl_Interp *interp, const char *code, const char *detail,
        Tcl_Obj *messagePtr);
int DtsmTcl_Status(Tcl_Interp *interp, int status, const DtsmTclMap *mapPtr,
        const char *what);
int DtsmTcl_Posix(Tcl_Interp *interp, int error, const char *doing,
        const char *file);

/*
 * tclDtsmFile.c
 *
 * DtsmTcl_Close --     Detach, delete the command and leave the structure to
 *                      the other holders.  Again: nothing.
 * DtsmTcl_Unlink --    Delete the map's file; a missing one is no error.
 * DtsmTcl_Release --   Give a reference back.
 */

int DtsmTcl_CreateCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_OpenCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_SetManagerCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_DefaultCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
void DtsmTcl_Close(DtsmTclMap *mapPtr);
int DtsmTcl_Unlink(Tcl_Interp *interp, DtsmTclMap *mapPtr);
void DtsmTcl_Release(DtsmTclMap *mapPtr);
void DtsmTcl_SetDefault(DtsmTclState *state, DtsmTclMap *mapPtr);

/*
 * tclDtsmListen.c
 *
 * DtsmTcl_CloseListener --     Stop listening, remove the socket and delete
 *                              the command.  Again: nothing.
 */

int DtsmTcl_ListenCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
void DtsmTcl_CloseListener(DtsmTclListener *listener);

/*
 * tclDtsmMap.c
 *
 * DtsmTcl_Methods --   The names of a map's commands, NULL-terminated; the
 *                      place of a name is its number for DtsmTcl_Method.
 * DtsmTcl_IsSafe --    Whether safe interpreters have that one.
 * DtsmTcl_Method --    Run one; objv[skip] is the first word after its name.
 * DtsmTcl_MapCmd, DtsmTcl_NRMapCmd --
 *                      A map's command; data is the DtsmTclMap.
 */

extern const char *const DtsmTcl_Methods[];
int DtsmTcl_IsSafe(int method);
int DtsmTcl_Method(DtsmTclMap *mapPtr, Tcl_Interp *interp, int method,
        int skip, int objc, Tcl_Obj *const objv[]);
int DtsmTcl_MapCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTcl_NRMapCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

/*
 * tclDtsmWalk.c
 */

int DtsmTcl_NamesMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_GetMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_JsonMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_TotalMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_TogetherMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_ForeachMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_StatsMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);
int DtsmTcl_CheckMethod(DtsmTclMap *mapPtr, Tcl_Interp *interp, int skip,
        int objc, Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_INT_H */
