/*
 * judgePath.c --
 *
 *      The slow way from a spelling to what the kernel would find.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeAsk.h"
#include "judgeHow.h"
#include "judgePath.h"
#include "judgeSubject.h"

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
 * NoteLink --
 *
 *      Record a symlink that is being followed as a path of its own; or keep
 *      it in mind when a rule denies it and it is the last component: whether
 *      it counts as a folder is known at the end only.  Before the last one,
 *      a denied symlink that leads to no folder is as absent as a denied file
 *      there: the walk ends with TRACE_IS_UNKNOWN.
 *
 * Returns:
 *      The length of its text in walk->link; 0 when it is none any more.
 */

static size_t
NoteLink(Dtsm_Map *map, DtsmTraceWalk *walk, int ways, int last)
{
    Dtsm_Token token;
    char own[TRACE_OWN_MAX];
    unsigned flags = 0, ruling;
    int status;
    long got;

    status = Dtsm_Look(map, walk->out, walk->outLen, &flags, &token);
    got = DtsmpSysReadlink(DtsmSubjectOwnName(walk->out, own, sizeof(own)),
            walk->link, sizeof(walk->link) - 1);
    if (got == -DTSMP_HELD) {
        DtsmSubjectUndecided();
    }
    if (got <= 0 || (size_t) got >= sizeof(walk->link) - 1) {
        return 0;
    }
    walk->link[got] = '\0';
    if (ways & TRACE_RECORD_NOTHING) {
        return (size_t) got;
    }
    ruling = DtsmTraceRuling(map, walk->out, walk->outLen, TRACE_IS_LINK);
    if (ruling & DTSM_DENY) {
        int leads = DtsmTraceLeads(map, walk->out, walk->outLen);

        if ((last || leads == TRACE_TO_OTHER) && walk->badLen == 0) {
            memcpy(walk->bad, walk->out, walk->outLen + 1);
            walk->badLen = walk->outLen;
            walk->badRuling = ruling;
        }
        switch (leads) {
            case TRACE_TO_OTHER:
                if (!last) {
                    walk->type = TRACE_IS_UNKNOWN;
                }
                return (size_t) got;
            case TRACE_TO_DENIED:
                ruling = DTSM_DENY;
                break;
            default:
                ruling = DTSM_ALLOW;
                break;
        }
    }
    if (status != DTSM_OK || (flags & (DTSM_PREFIX | DTSM_ALIAS))
            || (flags & (DTSM_ALLOW | DTSM_DENY | DTSM_ASK | DTSM_UNKNOWN
                    | TRACE_KINDS | DTSM_MISSING)) != ruling) {
        Dtsm_InsertLooked(map, walk->out, walk->outLen, ruling, &token);
    }
    return (size_t) got;
}

/*
 * HopType --
 *
 *      What a component on the way is; when hops are to be recorded, what is
 *      not known yet gets a verdict.
 */

static int
HopType(Dtsm_Map *map, DtsmTraceWalk *walk, int ways)
{
    Dtsm_Token token;
    unsigned flags = 0, rule = DTSM_ALLOW;
    const char *path;
    size_t len;
    int status = DTSM_INVALID, type, err = 0;

    if (ways & TRACE_RECORD_HOPS) {
        status = Dtsm_Look(map, walk->out, walk->outLen, &flags, &token);
    }
    type = DtsmTraceTypeOrErr(AT_FDCWD, walk->out, AT_SYMLINK_NOFOLLOW,
            &err);
    if (type == TRACE_IS_UNKNOWN) {
        walk->stop = err == DTSMP_HELD ? 0 : err;
    }
    if ((status == DTSM_NOTFOUND
            || (status == DTSM_OK && (flags & DTSM_PREFIX)))
            && (type == TRACE_IS_DIR || (type == TRACE_IS_MISSING
                    && (Dtsm_Match(map, walk->out, walk->outLen, &rule,
                            &path, &len) != DTSM_OK
                            || (rule & DTSM_ALLOW))))) {
        Dtsm_InsertLooked(map, walk->out, walk->outLen, DTSM_ALLOW | DTSM_STAT
                | (flags & DTSM_ASK)
                | (type == TRACE_IS_MISSING ? DTSM_MISSING : 0u), &token);
    }
    return type;
}

/*
 * Folders that were reached without a symlink are kept under "@D", the
 * policy's number in hex and their path, so that the next look below them
 * begins there.  As with an alias key, what would change that gives the
 * policy another number.
 */

/*
 * KnownFolder --
 *
 *      How much of a path's folder is known to be reached without a symlink,
 *      as of this number of the policy?
 *
 * Arguments:
 *      folder   Receives the folder; its len is 0 when it is not to be kept.
 *      above    0: all of it or nothing.
 *
 * Returns:
 *      The length of the folder, or of one above it; 0 for none.
 */

static size_t
KnownFolder(Dtsm_Map *map, const char *path, size_t len, uint64_t policy,
        DtsmTraceKnown *folder, int above)
{
    char *text = folder->buf + TRACE_KEY_HEAD;
    unsigned flags = 0;
    size_t at = len, headLen;
    Dtsm_Token token;

    folder->len = 0;
    if (DtsmSubjectIsStale()) {
        return 0;
    }
    while (at > 0 && path[at - 1] != '/') {
        at--;
    }
    if (at < 2 || at > TRACE_SPELL_MAX || at == len) {
        return 0;
    }
    at--;
    memcpy(text, path, at);
    text[at] = '\0';
    headLen = DtsmTraceKeyHead(folder->buf, policy, 'D');
    folder->key = text - headLen;
    folder->keyLen = headLen + at;
    if (Dtsm_Look(map, folder->key, folder->keyLen, &flags, &folder->token)
            == DTSM_OK && (flags & DTSM_ALIAS)) {
        return at;
    }
    if (strstr(text, "/..") != NULL || strncmp(text, "/proc/", 6) == 0) {
        return 0;
    }
    folder->len = at;
    while (above && at > 1) {
        while (text[--at] != '/') {
            ;
        }
        if (at > 0 && Dtsm_Look(map, folder->key, headLen + at, &flags,
                &token) == DTSM_OK && (flags & DTSM_ALIAS)) {
            return at;
        }
    }
    return 0;
}

int
DtsmTraceIsPlain(Dtsm_Map *map, const char *path, size_t len,
        uint64_t *policyPtr)
{
    DtsmTraceKnown folder;

    *policyPtr = Dtsm_Policy(map);
    return KnownFolder(map, path, len, *policyPtr, &folder, 0) > 0;
}

/*
 * IsEnd --
 *
 *      Is nothing left of the way but slashes?
 */

static int
IsEnd(const char *rest)
{
    while (*rest == '/') {
        rest++;
    }
    return *rest == '\0';
}

/*
 * Grow --
 *
 *      Room for all that symlinks can unfold to.
 *
 * Arguments:
 *      atPtr   Where in walk->rest what is left begins; receives where it
 *              does now.
 *
 * Returns:
 *      0 when there is no memory.
 */

static int
Grow(DtsmTraceWalk *walk, size_t *atPtr)
{
    size_t left = walk->restSize - *atPtr;
    char *room = walk->rest != walk->usual ? NULL
            : DtsmTraceMapRoom(TRACE_UNFOLDED_MAX);

    if (room == NULL) {
        return 0;
    }
    *atPtr = TRACE_UNFOLDED_MAX - left;
    memcpy(room + *atPtr, walk->rest + walk->restSize - left, left);
    walk->rest = room;
    walk->restSize = TRACE_UNFOLDED_MAX;
    return 1;
}

/*
 * Resolve --
 *
 *      DtsmTraceResolve with rest already there.
 */

static int
Resolve(Dtsm_Map *map, const char *path, size_t len, int ways,
        DtsmTraceWalk *walk)
{
    size_t at, known = 0, restLen = len;
    DtsmTraceKnown *folder = &walk->folder;
    int broken = 0;

    walk->outLen = 0;
    walk->out[0] = '\0';
    walk->type = TRACE_IS_DIR;
    walk->noCache = 0;
    walk->noAlias = 0;
    walk->links = 0;
    walk->selfs = 0;
    walk->stop = 0;
    walk->badLen = 0;
    if (len >= walk->restSize) {
        return 0;
    }

    /*
     * What is left of the way lies at the end of rest, so that a symlink's
     * text can be put before it.
     */

    at = walk->restSize - 1 - restLen;
    memcpy(walk->rest + at, path, restLen);
    walk->rest[walk->restSize - 1] = '\0';
    folder->len = 0;
    if (!(ways & TRACE_RECORD_HOPS)) {
        known = KnownFolder(map, path, len, Dtsm_Policy(map), folder, 1);
        memcpy(walk->out, path, known);
        walk->outLen = known;
        walk->out[known] = '\0';
        at += known;
    }

    for (;;) {
        char *part;
        size_t partLen, before = walk->outLen, linkLen;
        int last;

        while (walk->rest[at] == '/') {
            at++;
        }
        part = walk->rest + at;
        partLen = DtsmTraceSpan(part, '/', '/');
        if (partLen == 0) {
            break;
        }
        at += partLen;
        if (partLen == 1 && part[0] == '.') {
            continue;
        }
        if (partLen == 2 && part[0] == '.' && part[1] == '.') {
            if (broken) {
                walk->noAlias = 1;      /* the kernel never gets here: */
                break;                  /* what is missing is the answer */
            }
            if (walk->type == TRACE_IS_OTHER) {
                walk->noAlias = 1;      /* nor beyond a plain file, which */
                walk->noCache = 1;      /* it does not touch */
                break;
            }
            while (walk->outLen > 0 && walk->out[--walk->outLen] != '/') {
                ;
            }
            walk->out[walk->outLen] = '\0';
            walk->type = TRACE_IS_DIR;
            continue;
        }
        if (walk->outLen + partLen + 2 > PATH_MAX) {
            return 0;
        }
        if (before == folder->len && before > 0 && walk->links == 0
                && !(ways & TRACE_RECORD_NOTHING)
                && walk->type == TRACE_IS_DIR && !walk->noCache) {
            Dtsm_InsertLooked(map, folder->key, folder->keyLen,
                    DTSM_ALIAS | DTSM_ALLOW, &folder->token);
            folder->len = 0;
        }
        walk->out[walk->outLen++] = '/';
        memcpy(walk->out + walk->outLen, part, partLen);
        walk->outLen += partLen;
        walk->out[walk->outLen] = '\0';
        if (broken) {
            continue;
        }
        if (walk->type == TRACE_IS_OTHER) {
            walk->type = TRACE_IS_MISSING;      /* below a plain file */
            walk->stop = ENOTDIR;
            walk->stopLen = before;
            broken = 1;
            continue;
        }
        walk->type = HopType(map, walk, ways);
        if (walk->type == TRACE_IS_MISSING || walk->type == TRACE_IS_UNKNOWN) {
            broken = 1;
            if (walk->type == TRACE_IS_UNKNOWN) {
                if (partLen > NAME_MAX) {
                    return 0;
                }
                walk->noCache = 1;
            }
            continue;
        }
        if (walk->type != TRACE_IS_LINK) {
            continue;
        }
        last = IsEnd(part + partLen);
        if (last && !(ways & TRACE_FOLLOW_LAST)) {
            break;
        }
        if (IsProcess(walk->out, walk->outLen) == 1) {
            walk->type = TRACE_IS_DIR;
            walk->selfs++;
            continue;
        }
        if (++walk->links > TRACE_LINKS_MAX) {
            if (walk->badLen == 0) {
                return 0;
            }
            walk->type = TRACE_IS_UNKNOWN;      /* a loop that is hidden */
            walk->noCache = 1;
            break;
        }
        linkLen = NoteLink(map, walk, ways, last);
        if (linkLen == 0) {
            return 0;
        }
        if (walk->type == TRACE_IS_UNKNOWN) {
            walk->noCache = 1;
            break;
        }
        if (IsProcess(walk->out, walk->outLen) == 2) {
            walk->noCache = 1;
            if (IsMagic(walk->link, linkLen)) {
                walk->type = DtsmTraceType(AT_FDCWD, walk->out, 0);
                continue;
            }
        }
        if (linkLen > at && !Grow(walk, &at)) {
            return 0;
        }
        at -= linkLen;
        memcpy(walk->rest + at, walk->link, linkLen);
        if (walk->link[0] == '/') {
            walk->outLen = 0;
        } else {
            walk->outLen = before;
        }
        walk->out[walk->outLen] = '\0';
        walk->type = TRACE_IS_DIR;
    }
    if (walk->outLen == 0) {
        walk->out[0] = '/';
        walk->out[1] = '\0';
        walk->outLen = 1;
        walk->type = TRACE_IS_DIR;
    }
    return 1;
}

/*
 * DtsmTraceResolve --
 *
 *      Go a spelling's way hop by hop, as the kernel would.
 *
 * Arguments:
 *      path, len   From DtsmTraceSpell.
 *      ways        TRACE_FOLLOW_LAST: follow a symlink at the end;
 *                  TRACE_RECORD_HOPS: record the folders on the way;
 *                  TRACE_RECORD_NOTHING: nor the symlinks.
 *      walk        Receives the result; what is missing has the rest of its
 *                  path appended as it stands, up to a ".." below it.
 *
 * Returns:
 *      1, or 0: a loop, too long on the way, or no memory.
 */

int
DtsmTraceResolve(Dtsm_Map *map, const char *path, size_t len, int ways,
        DtsmTraceWalk *walk)
{
    int resolved;

    walk->rest = walk->usual;
    walk->restSize = sizeof(walk->usual);
    resolved = Resolve(map, path, len, ways, walk);
    if (walk->rest != walk->usual) {
        DtsmTraceUnmapRoom(walk->rest, walk->restSize);
    }
    return resolved;
}
