/*
 * dtsmLaunch.h --
 *
 *      What dtsmLaunch.c tells tclDtsmInherit.c, by the environment.
 *
 * DtsmStartHides --    1 for an entry of the environment, NAME=VALUE, that
 *                      tclsh acts on before it reads a script.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_LAUNCH_H
#define DTSM_LAUNCH_H

#include <string.h>

#define DTSM_START      "DTSM_START"
#define DTSM_START_HEAD DTSM_START "_"
#define DTSM_START_NO_PIPE 8

static inline int
DtsmStartHides(const char *entry)
{
    const char *equals = strchr(entry, '=');
    size_t len = equals == NULL ? 0 : (size_t) (equals - entry);

    if (len < 4 || strncmp(entry, "TCL", 3) != 0) {
        return 0;
    }
    return (len == 11 && !strncmp(entry, "TCL_LIBRARY", len))
            || (len == 10 && !strncmp(entry, "TCLLIBPATH", len))
            || (len > 8 && !strncmp(equals - 8, "_TM_PATH", 8));
}

#endif /* DTSM_LAUNCH_H */
