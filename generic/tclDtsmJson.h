/*
 * tclDtsmJson.h --
 *
 *      A map's entries as JSON.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_JSON_H
#define TCL_DTSM_JSON_H

#include "tclDtsmEntries.h"

/*
 * DtsmTcl_WriteJson --
 *
 *      Write a JSON array of {"path":...,"flags":[...]}, one a line, as UTF-8
 *      bytes to a binary channel.  A path that is not UTF-8 is "path_base64"
 *      instead.
 *
 * Returns:
 *      TCL_OK, or TCL_ERROR with a message.
 */

int DtsmTcl_WriteJson(Tcl_Interp *interp, Tcl_Channel channel,
        const DtsmTcl_Entries *entries);

#endif /* TCL_DTSM_JSON_H */
