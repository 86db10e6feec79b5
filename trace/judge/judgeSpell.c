/*
 * judgeSpell.c --
 *
 *      Which path a call means: the spelling that answers are kept under.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeSpell.h"
#include "judgeSubject.h"

#include <string.h>

/*
 * IsClean --
 *
 *      Is a path, after a slash that it begins with, already folded: no "//",
 *      no "." and no slash at its end?  ".." may stay.
 */

static int
IsClean(const char *path, size_t *lenPtr)
{
    const char *at = path;

    for (;; at++) {
        if (at[0] == '/' || at[0] == '\0'
                || (at[0] == '.' && (at[1] == '/' || at[1] == '\0'))) {
            return 0;
        }
        while (*at != '/' && *at != '\0') {
            at++;
        }
        if (*at == '\0') {
            *lenPtr = (size_t) (at - path);
            return 1;
        }
    }
}

/*
 * Climbs --
 *
 *      Does a relative path begin with ".."?  That leads out of a directory
 *      that is deleted, too.
 */

static int
Climbs(const char *path)
{
    while (*path == '/' || (path[0] == '.' && path[1] == '/')) {
        path++;
    }
    return path[0] == '.' && path[1] == '.'
            && (path[2] == '/' || path[2] == '\0');
}

int
DtsmTraceSpell(Dtsm_Map *map, int dirfd, const char *path, int fresh,
        char *buf, size_t size, DtsmTraceSpelling *spell)
{
    char *out = buf + TRACE_KEY_HEAD;
    size_t room = size - TRACE_KEY_HEAD, len = 0, cleanLen = 0;
    int physical = 0;

    spell->follow = 0;
    spell->policy = 0;
    if (*path == '/') {
        if (path[1] == '\0' || IsClean(path + 1, &cleanLen)) {
            spell->path = path;
            spell->len = cleanLen + 1;
            return TRACE_SPELLED;
        }
    } else {
        len = dirfd == AT_FDCWD
                ? DtsmSubjectCwd(map, out, room, &spell->policy, fresh)
                : DtsmSubjectPlace(map, dirfd, out, room, &spell->policy,
                        fresh);
        if (len == 0 && Climbs(path)) {
            len = DtsmSubjectGonePath(dirfd, out, room);
        }
        if (len == 0) {
            return size > PATH_MAX ? TRACE_NOWHERE : TRACE_LONG;
        }
        physical = 1;
        if (len == 1) {
            len = 0;                    /* "/" */
        }
        if (IsClean(path, &cleanLen) && !Climbs(path)
                && cleanLen + 2 <= room - len) {
            out[len++] = '/';
            memcpy(out + len, path, cleanLen + 1);
            spell->path = out;
            spell->len = len + cleanLen;
            return TRACE_SPELLED;
        }
    }
    while (*path != '\0') {
        size_t part = DtsmTraceSpan(path, '/', '/');

        if (part == 2 && path[0] == '.' && path[1] == '.' && physical) {
            while (len > 0 && out[--len] != '/') {
                ;
            }
            spell->follow = 1;
        } else if (part == 0 || (part == 1 && path[0] == '.')) {
            spell->follow = 1;
        } else {
            if (part + 2 > room - len) {
                return TRACE_LONG;
            }
            out[len++] = '/';
            memcpy(out + len, path, part);
            len += part;
            physical = 0;
            spell->follow = 0;
        }
        path += part;
        if (*path == '/') {
            path++;
            spell->follow = 1;
        }
    }
    if (len == 0) {
        out[len++] = '/';
    }
    out[len] = '\0';
    spell->path = out;
    spell->len = len;
    return TRACE_SPELLED;
}
