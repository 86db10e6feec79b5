/*
 * judgeWay.c --
 *
 *      A path's way, gone as the kernel goes it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeSubject.h"
#include "judgeWay.h"

#include <string.h>

/*
 * IsProcess --
 *
 *      Is path /proc/self, /proc/thread-self or /proc/N itself (1), or below
 *      one of them (2)?
 */

static int
IsProcess(const char *path, size_t len)
{
    size_t part;

    if (len < 7 || memcmp(path, "/proc/", 6) != 0) {
        return 0;
    }
    path += 6;
    part = DtsmTraceSpan(path, '/', '/');
    if ((part == 4 && memcmp(path, "self", 4) == 0)
            || (part == 11 && memcmp(path, "thread-self", 11) == 0)
            || strspn(path, "0123456789") == part) {
        return path[part] == '/' ? 2 : 1;
    }
    return 0;
}

/*
 * IsMagic --
 *
 *      Is a link's text no path: "pipe:[7]", "/tmp/x (deleted)"?
 */

static int
IsMagic(const char *text, size_t len)
{
    static const char deleted[] = " (deleted)";
    size_t tail = sizeof(deleted) - 1;

    if (len > 0 && text[0] != '/') {
        return memchr(text, ':', len) != NULL;
    }
    return len > tail && memcmp(text + len - tail, deleted, tail) == 0;
}

/*
 * What is left of the way lies at the end of rest, so that a symlink's text
 * can be put before it.
 */

int
DtsmWayStart(DtsmWay *way, char *out, char *link, const char *path,
        size_t len, int follows)
{
    way->rest = way->usual;
    way->restSize = sizeof(way->usual);
    if (len >= way->restSize) {
        return 0;
    }
    way->at = way->restSize - 1 - len;
    memcpy(way->rest + way->at, path, len);
    way->rest[way->restSize - 1] = '\0';
    way->out = out;
    way->out[0] = '\0';
    way->link = link;
    way->outLen = 0;
    way->above = 0;
    way->linkLen = 0;
    way->follows = follows;
    way->type = TRACE_IS_DIR;
    way->isMissing = 0;
    way->noCache = 0;
    way->noAlias = 0;
    way->links = 0;
    way->selfs = 0;
    way->stop = 0;
    way->stopLen = 0;
    return 1;
}

void
DtsmWaySkip(DtsmWay *way, size_t known)
{
    memcpy(way->out, way->rest + way->at, known);
    way->out[known] = '\0';
    way->outLen = known;
    way->at += known;
}

/*
 * GoUp --
 *
 *      The component "..".
 *
 * Returns:
 *      0 where the kernel does not come to it: then what is missing before it,
 *      or no directory, is the answer.
 */

static int
GoUp(DtsmWay *way)
{
    if (way->isMissing || way->type == TRACE_IS_OTHER) {
        way->noAlias = 1;
        way->noCache |= !way->isMissing;        /* it does not touch it */
        return 0;
    }
    while (way->outLen > 0 && way->out[--way->outLen] != '/') {
        ;
    }
    way->out[way->outLen] = '\0';
    way->type = TRACE_IS_DIR;
    return 1;
}

static void
Append(DtsmWay *way, const char *part, size_t partLen)
{
    way->above = way->outLen;
    way->out[way->outLen++] = '/';
    memcpy(way->out + way->outLen, part, partLen);
    way->outLen += partLen;
    way->out[way->outLen] = '\0';
}

int
DtsmWayNext(DtsmWay *way)
{
    for (;;) {
        const char *part;
        size_t partLen;

        while (way->rest[way->at] == '/') {
            way->at++;
        }
        part = way->rest + way->at;
        partLen = DtsmTraceSpan(part, '/', '/');
        way->at += partLen;
        if (partLen == 0) {
            return WAY_END;
        }
        if (partLen == 1 && part[0] == '.') {
            continue;
        }
        if (partLen == 2 && part[0] == '.' && part[1] == '.') {
            if (!GoUp(way)) {
                return WAY_END;
            }
            continue;
        }
        if (way->outLen + partLen + 2 > PATH_MAX) {
            return WAY_LOST;
        }
        Append(way, part, partLen);
        if (!way->isMissing && way->type != TRACE_IS_OTHER) {
            return WAY_COMPONENT;
        }
        if (!way->isMissing) {                  /* below a plain file */
            way->type = TRACE_IS_MISSING;
            way->isMissing = 1;
            way->stop = ENOTDIR;
            way->stopLen = way->above;
        }
    }
}

int
DtsmWayIsLast(const DtsmWay *way)
{
    const char *rest = way->rest + way->at;

    while (*rest == '/') {
        rest++;
    }
    return *rest == '\0';
}

int
DtsmWayExamine(DtsmWay *way)
{
    int err = 0;

    way->type = DtsmTraceTypeOrErr(AT_FDCWD, way->out, AT_SYMLINK_NOFOLLOW,
            &err);
    switch (way->type) {
        case TRACE_IS_UNKNOWN:
            way->stop = err == DTSMP_HELD ? 0 : err;
            way->noCache = 1;
            way->isMissing = 1;
            return way->outLen - way->above - 1 > NAME_MAX ? WAY_LOST
                    : WAY_MISSING;
        case TRACE_IS_MISSING:
            way->isMissing = 1;
            return WAY_MISSING;
        case TRACE_IS_LINK:
            break;
        default:
            return WAY_COMPONENT;
    }
    if (!way->follows && DtsmWayIsLast(way)) {
        return WAY_END;
    }
    if (IsProcess(way->out, way->outLen) == 1) {
        way->type = TRACE_IS_DIR;
        way->selfs++;
        return WAY_KEEPS_NAME;
    }
    return ++way->links > TRACE_LINKS_MAX ? WAY_LOST : WAY_LINK;
}

int
DtsmWayReadLink(DtsmWay *way)
{
    char own[TRACE_OWN_MAX];
    long got = DtsmpSysReadlink(DtsmSubjectOwnName(way->out, own,
            sizeof(own)), way->link, TRACE_RESOLVED_MAX - 1);

    if (got == -DTSMP_HELD) {
        DtsmSubjectUndecided();
    }
    if (got <= 0 || got >= TRACE_RESOLVED_MAX - 1) {
        return 0;
    }
    way->linkLen = (size_t) got;
    way->link[got] = '\0';
    return 1;
}

/*
 * Grow --
 *
 *      Room for all that symlinks can unfold to.
 *
 * Returns:
 *      0 when there is no memory.
 */

static int
Grow(DtsmWay *way)
{
    size_t left = way->restSize - way->at;
    char *room = way->rest != way->usual ? NULL
            : DtsmTraceMapRoom(TRACE_UNFOLDED_MAX);

    if (room == NULL) {
        return 0;
    }
    memcpy(room + TRACE_UNFOLDED_MAX - left, way->rest + way->at, left);
    way->rest = room;
    way->restSize = TRACE_UNFOLDED_MAX;
    way->at = TRACE_UNFOLDED_MAX - left;
    return 1;
}

int
DtsmWayFollow(DtsmWay *way)
{
    if (IsProcess(way->out, way->outLen) == 2) {
        way->noCache = 1;
        if (IsMagic(way->link, way->linkLen)) {
            way->type = DtsmTraceType(AT_FDCWD, way->out, 0);
            return 1;
        }
    }
    if (way->linkLen > way->at && !Grow(way)) {
        return 0;
    }
    way->at -= way->linkLen;
    memcpy(way->rest + way->at, way->link, way->linkLen);
    way->outLen = way->link[0] == '/' ? 0 : way->above;
    way->out[way->outLen] = '\0';
    way->type = TRACE_IS_DIR;
    return 1;
}

void
DtsmWayFinish(DtsmWay *way)
{
    if (way->rest != way->usual) {
        DtsmTraceUnmapRoom(way->rest, way->restSize);
    }
    if (way->outLen == 0) {
        way->out[0] = '/';
        way->out[1] = '\0';
        way->outLen = 1;
        way->type = TRACE_IS_DIR;
    }
}

int
DtsmWayResolve(DtsmWholeWay *whole, const char *path, size_t len,
        size_t known, int follows)
{
    DtsmWay *way = &whole->way;
    int got;

    if (!DtsmWayStart(way, whole->out, whole->link, path, len, follows)) {
        return 0;
    }
    DtsmWaySkip(way, known);
    do {
        got = DtsmWayNext(way);
        if (got == WAY_COMPONENT) {
            got = DtsmWayExamine(way);
        }
        if (got == WAY_LINK && !(DtsmWayReadLink(way) && DtsmWayFollow(way))) {
            got = WAY_LOST;
        }
    } while (got < WAY_END);
    DtsmWayFinish(way);
    return got == WAY_END;
}
