/*
 * judgeSearch.c --
 *
 *      The search of PATH.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"
#include "judgeSearch.h"

#include <stdlib.h>
#include <string.h>

const char *
DtsmTraceSearchPath(void)
{
    const char *list = getenv("PATH");

    return list != NULL ? list : DTSM_USUAL_PATH;
}

size_t
DtsmTraceCandidateMost(const char *list, const char *file)
{
    size_t most = 0, len;

    for (;; list += len + 1) {
        len = DtsmTraceSpan(list, ':', ':');
        most = len > most ? len : most;
        if (list[len] == '\0') {
            most += strlen(file) + 2;
            return most > PATH_MAX ? PATH_MAX : most;
        }
    }
}

int
DtsmTraceCandidate(const char **listPtr, const char *file, char *buf)
{
    const char *list = *listPtr;
    size_t len = DtsmTraceSpan(list, ':', ':'), fileLen = strlen(file);

    *listPtr = list[len] == ':' ? list + len + 1 : NULL;
    if (len + fileLen + 2 > PATH_MAX) {
        return 0;
    }
    memcpy(buf, list, len);
    if (len > 0) {
        buf[len++] = '/';
    }
    memcpy(buf + len, file, fileLen + 1);
    return 1;
}

int
DtsmTraceGoesOn(int err)
{
    return err == ENOENT || err == ENOTDIR || err == ESTALE || err == ENODEV
            || err == ETIMEDOUT || err == EACCES;
}
