/*
 * judgeHide.c --
 *
 *      Names in listings of directories: what a stat would call missing is
 *      not listed.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"

#include <string.h>

/*
 * Hides --
 *
 *      DtsmTraceHidden of a path in a buffer.
 */

static int
Hides(Dtsm_Map *map, const char *buf, size_t len, unsigned type)
{
    const char *path;
    size_t ruleLen;
    unsigned rule;

    if (Dtsm_Match(map, buf, len, &rule, &path, &ruleLen) != DTSM_OK
            || !(rule & (DTSM_DENY | DTSM_ASK))) {
        return 0;
    }
    if (rule & DTSM_ASK) {
        return (DtsmTraceRuling(map, buf, len, DtsmTraceType(AT_FDCWD, buf,
                AT_SYMLINK_NOFOLLOW)) & DTSM_DENY) != 0;
    }
    if (type == DT_UNKNOWN && DtsmTraceType(AT_FDCWD, buf,
            AT_SYMLINK_NOFOLLOW) == TRACE_IS_DIR) {
        return 0;
    }
    return (type != DT_UNKNOWN && type != DT_LNK)
            || DtsmTraceLeads(map, buf, len) != TRACE_TO_ALLOWED;
}

int
DtsmTraceHidden(const char *dir, size_t dirLen, const char *name,
        unsigned type)
{
    Dtsm_Map *map = DtsmTraceGetMap();
    size_t nameLen = strlen(name);
    int hidden = 0;
    char *buf;

    if (map == NULL || type == DT_DIR || dirLen + nameLen + 2 > PATH_MAX
            || (name[0] == '.' && (nameLen == 1
                    || (nameLen == 2 && name[1] == '.')))) {
        return 0;
    }
    buf = DtsmTraceBorrow();
    if (buf != NULL) {
        memcpy(buf, dir, dirLen);
        buf[dirLen] = '/';
        memcpy(buf + dirLen + 1, name, nameLen + 1);
        hidden = Hides(map, buf, dirLen + 1 + nameLen, type);
        DtsmTraceReturn(buf);
    }
    return hidden;
}
