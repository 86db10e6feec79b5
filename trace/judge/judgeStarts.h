/*
 * judgeStarts.h --
 *
 *      Which programs were started and have not attached: kept in the map, so
 *      that each can be named.
 *
 *      start key   made of the name that the program was started by
 *                  (judgeKeys.h).  Its balance (DtsmBalance) is raised by the
 *                  process that starts a program and lowered by the program
 *                  when it attaches, which knows that name from its auxiliary
 *                  vector: neither makes a system call for it.
 *      start note  a start key, a tab and the program's path
 *      TRACE_KEY_MOUNTS
 *                  a process has changed what is mounted: the library may not
 *                  be seen everywhere, and what is missing may have run
 *
 * X1  A name is noted before it is counted, so what is missing has a path,
 *     wherever a process is killed.
 * X2  Of a name that is relative there may be several notes.
 * X3  A process that is killed between its count and its exec leaves a start
 *     that never was: a program that "ended before it started".
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_STARTS_H
#define DTSM_STARTS_H

#include "judgeKeys.h"

/*
 * What the flags at a start key say; never a path's, because of ALIAS.
 */

#define START_ANY (DTSM_ALIAS | DTSM_ALLOW)
#define START_NOTED DTSM_EXEC           /* an absolute name, X1 */
#define START_ATTACHED DTSM_READ        /* one of these did attach */
#define START_DOUBT DTSM_UNKNOWN        /* of one it is not proved that it
                                         * loads the library */
#define START_LITTLE DTSM_LIST          /* one had little memory */

/*
 * DtsmStartIsNoted --   Must nothing more be noted for this absolute name?
 * DtsmStartNote --      Note the path of a name.  block has room for a key, a
 *                       tab and the path.
 * DtsmStartCount --     Count one more (1), or one that did not start (-1).
 * DtsmStartAttached --  A program that was started by this name attaches.
 * DtsmStartMounts --    What is mounted is about to change.
 *
 * Context: async-signal-safe, usable in a vfork child; no system call.
 */

int DtsmStartIsNoted(const Dtsm_Map *map, const char *key);
void DtsmStartNote(Dtsm_Map *map, const char *key, const char *path,
        size_t pathLen, char *block);
void DtsmStartCount(Dtsm_Map *map, const char *key, unsigned flags,
        int delta);
void DtsmStartAttached(Dtsm_Map *map, const char *name);
void DtsmStartMounts(Dtsm_Map *map);

#endif /* DTSM_STARTS_H */
