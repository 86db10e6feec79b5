/*
 * judgeSpell.c --
 *
 *      Which path a call means: the spelling that answers are kept under.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"

#include <string.h>

#define DELETED " (deleted)"    /* after a path below /proc that is none now */
#define DELETED_LEN (sizeof(DELETED) - 1)

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

/*
 * DtsmTraceSpell --
 *
 *      Make a path absolute and fold what folds without looking: repeated
 *      slashes, ".", and ".." against a directory that the kernel named.  Any
 *      other ".." stays until it is resolved, because a symlink may be before
 *      it.
 *
 * Arguments:
 *      fresh       Ask the kernel for the working directory.
 *      buf, size   Room for the result, used from TRACE_KEY_HEAD on.
 *
 * Returns:
 *      TRACE_SPELLED; TRACE_LONG when size does not do; TRACE_NOWHERE when
 *      there is nothing that a relative path could be relative to.
 */

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
                ? DtsmTraceGetCwd(map, out, room, &spell->policy, fresh)
                : DtsmTraceGetFdPath(map, dirfd, out, room, &spell->policy,
                        fresh);
        if (len == 0 && Climbs(path)) {
            len = DtsmTraceGonePath(dirfd, out, room);
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

/*
 * DtsmTraceFdName --
 *
 *      A descriptor's name in a folder below /proc.
 *
 * Returns:
 *      Its length, terminated in buf; 0 when it does not fit.
 */

size_t
DtsmTraceFdName(const char *folder, int fd, char *buf, size_t size)
{
    char digits[12];
    size_t at = sizeof(digits), len = strlen(folder);
    unsigned value = (unsigned) fd;

    if (fd < 0 || len + sizeof(digits) >= size) {
        return 0;
    }
    memcpy(buf, folder, len);
    do {
        digits[--at] = (char) ('0' + value % 10);
        value /= 10;
    } while (value != 0);
    memcpy(buf + len, digits + at, sizeof(digits) - at);
    len += sizeof(digits) - at;
    buf[len] = '\0';
    return len;
}

/*
 * IsGone --
 *
 *      Is a link's text, terminated, that of a file that is deleted?
 */

static int
IsGone(const char *text, size_t len)
{
    return len > DELETED_LEN
            && memcmp(text + len - DELETED_LEN, DELETED, DELETED_LEN) == 0
            && DtsmTraceType(AT_FDCWD, text, AT_SYMLINK_NOFOLLOW)
                    == TRACE_IS_MISSING;
}

/*
 * DtsmTraceFdText --
 *
 *      The path of a descriptor, as a folder below /proc has it.
 *
 * Returns:
 *      Its length, terminated in buf; 0 when it has none, or none any more.
 */

size_t
DtsmTraceFdText(const char *folder, int fd, char *buf, size_t size)
{
    char name[48];
    long got;

    if (DtsmTraceFdName(folder, fd, name, sizeof(name)) == 0) {
        return 0;
    }
    got = DtsmpSysReadlink(name, buf, size - 1);
    if (got == -DTSMP_HELD) {
        DtsmTraceUndecided();
    }
    if (got < 1 || (size_t) got >= size - 1 || buf[0] != '/') {
        return 0;
    }
    buf[got] = '\0';
    return IsGone(buf, (size_t) got) ? 0 : (size_t) got;
}

/*
 * DtsmTraceGoneText --
 *
 *      The path that a deleted directory had, as a link below /proc has it:
 *      its ".." is still the directory that it was in.
 *
 * Returns:
 *      Its length, terminated in buf; 0 when it is none.
 */

size_t
DtsmTraceGoneText(const char *name, char *buf, size_t size)
{
    long got = DtsmpSysReadlink(name, buf, size - 1);

    if (got < 1 || (size_t) got >= size - 1 || buf[0] != '/') {
        return 0;
    }
    buf[got] = '\0';
    if (!IsGone(buf, (size_t) got)) {
        return 0;
    }
    got -= (long) DELETED_LEN;
    buf[got] = '\0';
    return (size_t) got;
}
