/*
 * judgeHow.c --
 *
 *      How a call touches a path.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeHow.h"

unsigned
DtsmTraceOpenHow(int flags)
{
    unsigned how;

    if (flags & O_PATH) {
        return DTSM_STAT | (flags & O_NOFOLLOW ? TRACE_NOFOLLOW : 0u);
    }
    how = (flags & O_ACCMODE) == O_RDONLY ? DTSM_READ
            : (flags & O_ACCMODE) == O_WRONLY ? DTSM_WRITE
            : DTSM_READ | DTSM_WRITE;
    if (flags & O_TRUNC) {
        how |= DTSM_WRITE;
    }
    if (IS_TMPFILE(flags)) {
        return how | TRACE_MAKE;
    }
    if (flags & O_DIRECTORY) {
        how |= DTSM_LIST;
    }
    if (flags & O_CREAT) {
        how |= DTSM_WRITE | TRACE_MAKE;
        if (flags & O_EXCL) {
            how |= TRACE_NOFOLLOW;
        }
    }
    if (flags & O_NOFOLLOW) {
        how |= TRACE_NOFOLLOW;
    }
    return how;
}

const char *
DtsmTraceBelowRoot(const char *path)
{
    if (TRACE_NO_POINTER(path) || *path == '\0') {
        return path;
    }
    for (;;) {
        size_t len = DtsmTraceSpan(path, '/', '/');

        if (len > 2 || (len > 0 && path[0] != '.')
                || (len == 2 && path[1] != '.') || path[len] == '\0') {
            return *path == '\0' || (len == 2 && path[0] == '.'
                    && path[1] == '.') ? "." : path;
        }
        path += len + 1;
    }
}
