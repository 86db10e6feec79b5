/*
 * tclDtsmPort.h --
 *
 *      Tcl's header, and what Tcl 8.6 lacks of Tcl 9.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_PORT_H
#define TCL_DTSM_PORT_H

#include <limits.h>
#include <tcl.h>

/*
 * Tcl 9 counts in Tcl_Size where Tcl 8.6 counts in int.
 */

#ifndef TCL_SIZE_MAX
#   define TCL_SIZE_MAX INT_MAX
    typedef int Tcl_Size;
#endif

#endif /* TCL_DTSM_PORT_H */
