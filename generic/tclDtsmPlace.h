/*
 * tclDtsmPlace.h --
 *
 *      The directory in which a session's map lies (L3 in tclDtsmSession.c).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_PLACE_H
#define TCL_DTSM_PLACE_H

/*
 * DtsmTcl_SessionPlaceMap --
 *
 *      Make the directory for a session's map; one that it had before goes.
 *
 * Arguments:
 *      session  The session's directory.
 *      parent   Where.
 *      map      Receives the map's name; PATH_MAX bytes.
 *
 * Returns:
 *      0; -1 with errno, and nothing is left.
 */

int DtsmTcl_SessionPlaceMap(const char *session, const char *parent,
        char *map);

/*
 * DtsmTcl_SessionOpenMap --
 *
 *      The directory of a session's map, for a look into it.
 *
 * Returns:
 *      A descriptor, or -1 with errno.
 */

int DtsmTcl_SessionOpenMap(const char *session);

/*
 * DtsmTcl_Unplace --
 *
 *      Remove a session's map, and the directory that it has of its own.  The
 *      notes of both stay.
 *
 * Arguments:
 *      at       The session's directory.
 *
 * Returns:
 *      0; -1 with errno when something stays.
 */

int DtsmTcl_Unplace(int at);

#endif /* TCL_DTSM_PLACE_H */
