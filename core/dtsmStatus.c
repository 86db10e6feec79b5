/*
 * dtsmStatus.c --
 *
 *      Names of flags and statuses.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsm.h"

const char *
Dtsm_FlagName(unsigned bit)
{
    switch (bit) {
#define NAME(flag, name) case DTSM_##flag: return name;
    DTSM_FLAG_TABLE(NAME)
#undef NAME
    default:
        return (const char *) 0;
    }
}

const char *
Dtsm_StatusMessage(int status)
{
    switch (status) {
    case DTSM_OK:
        return "done";
    case DTSM_NOTFOUND:
        return "nothing is known of this path";
    case DTSM_FULL:
        return "the map is full";
    case DTSM_READONLY:
        return "the map is open for reading only";
    case DTSM_INVALID:
        return "bad path or flags";
    case DTSM_CORRUPT:
        return "not a map, or a broken one";
    case DTSM_VERSION:
        return "a map of another format version";
    case DTSM_SYSTEM:
        return "the system refused";
    default:
        return "unknown status";
    }
}
