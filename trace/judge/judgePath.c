/*
 * judgePath.c --
 *
 *      From a spelling to what the kernel would find, with what that tells
 *      recorded on the way: symlinks that are followed, and directories.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeAsk.h"
#include "judgeFlags.h"
#include "judgePath.h"
#include "judgeSubject.h"

#include <string.h>

/*
 * Directories that were reached without a symlink are kept under a directory
 * key (judgeKeys.h), so that the next way below them begins there.
 */

/*
 * KnownDirectory --
 *
 *      How much of a path's directory is known to be reached without a symlink,
 *      as of this number of the policy?
 *
 * Arguments:
 *      directory   Receives the directory; its len is 0 when it is not to be
 *               kept.
 *      above    0: all of it or nothing.
 *
 * Returns:
 *      The length of the directory, or of one above it; 0 for none.
 */

static size_t
KnownDirectory(Dtsm_Map *map, const char *path, size_t len, uint64_t policy,
        DtsmTraceKnown *directory, int above)
{
    char *text = directory->buf + TRACE_KEY_HEAD;
    unsigned flags = 0;
    size_t at = len, headLen;
    Dtsm_Token token;

    directory->len = 0;
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
    directory->key = DtsmTraceKeyDirectory(directory->buf, policy, &headLen);
    directory->keyLen = headLen + at;
    if (Dtsm_Look(map, directory->key, directory->keyLen, &flags,
            &directory->token) == DTSM_OK && (flags & DTSM_ALIAS)) {
        return at;
    }
    if (strstr(text, "/..") != NULL || strncmp(text, "/proc/", 6) == 0) {
        return 0;
    }
    directory->len = at;
    while (above && at > 1) {
        while (text[--at] != '/') {
            ;
        }
        if (at > 0 && Dtsm_Look(map, directory->key, headLen + at, &flags,
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
    DtsmTraceKnown directory;

    *policyPtr = Dtsm_Policy(map);
    return KnownDirectory(map, path, len, *policyPtr, &directory, 0) > 0;
}

/*
 * NoteDirectory --
 *
 *      The way has come below the directory that was looked for
 *      (KnownDirectory), and without a symlink: keep that.
 */

static void
NoteDirectory(Dtsm_Map *map, DtsmTraceWalk *walk)
{
    const DtsmWay *way = &walk->way;
    DtsmTraceKnown *directory = &walk->directory;

    if (way->above == directory->len && directory->len > 0 && way->links == 0
            && way->type == TRACE_IS_DIR && !way->noCache) {
        Dtsm_InsertLooked(map, directory->key, directory->keyLen,
                DTSM_ALIAS | DTSM_ALLOW, &directory->token);
        directory->len = 0;
    }
}

/*
 * RecordHop --
 *
 *      Examine a component; what is not known yet gets a verdict.
 *
 * Returns:
 *      As DtsmWayExamine.
 */

static int
RecordHop(Dtsm_Map *map, DtsmWay *way)
{
    Dtsm_Token token;
    unsigned flags = 0, rule = DTSM_ALLOW, missing = 0;
    const char *path;
    size_t len;
    int status = Dtsm_Look(map, way->out, way->outLen, &flags, &token);
    int got = DtsmWayExamine(way);

    if (status != DTSM_NOTFOUND
            && !(status == DTSM_OK && (flags & DTSM_PREFIX))) {
        return got;
    }
    if (got == WAY_MISSING && way->type == TRACE_IS_MISSING
            && (Dtsm_Match(map, way->out, way->outLen, &rule, &path, &len)
                    != DTSM_OK || (rule & DTSM_ALLOW))) {
        missing = DTSM_MISSING;
    } else if (got != WAY_COMPONENT || way->type != TRACE_IS_DIR) {
        return got;
    }
    Dtsm_InsertLooked(map, way->out, way->outLen, DTSM_ALLOW | DTSM_STAT
            | (flags & DTSM_ASK) | missing, &token);
    return got;
}

/*
 * DeniedLink --
 *
 *      A rule denies a symlink that is to be followed.  When it is the last
 *      component, keep it in mind: whether it counts as a directory is known
 *      at the end only.  Before the last one, a denied symlink that leads to
 *      no directory is as absent as a denied file there: the way ends.
 *
 * Returns:
 *      The ruling to record for it; 0: none.
 */

static unsigned
DeniedLink(Dtsm_Map *map, DtsmTraceWalk *walk, unsigned ruling)
{
    DtsmWay *way = &walk->way;
    int leads = DtsmTraceLeads(map, way->out, way->outLen);
    int last = DtsmWayIsLast(way);

    if ((last || leads == TRACE_TO_OTHER) && walk->badLen == 0) {
        memcpy(walk->bad, way->out, way->outLen + 1);
        walk->badLen = way->outLen;
        walk->badRuling = ruling;
    }
    if (leads == TRACE_TO_OTHER) {
        if (!last) {
            way->type = TRACE_IS_UNKNOWN;
        }
        return 0;
    }
    return leads == TRACE_TO_DENIED ? DTSM_DENY : DTSM_ALLOW;
}

/*
 * FollowLink --
 *
 *      Record a symlink as a path of its own, and follow it.
 *
 * Returns:
 *      WAY_COMPONENT, WAY_END, WAY_LOST.
 */

static int
FollowLink(Dtsm_Map *map, DtsmTraceWalk *walk)
{
    const unsigned all = DTSM_ALLOW | DTSM_DENY | DTSM_ASK | DTSM_UNKNOWN
            | TRACE_KINDS | DTSM_MISSING | DTSM_PREFIX | DTSM_ALIAS;
    DtsmWay *way = &walk->way;
    Dtsm_Token token;
    unsigned flags = 0, ruling;
    int status = Dtsm_Look(map, way->out, way->outLen, &flags, &token);

    if (!DtsmWayReadLink(way)) {
        return WAY_LOST;
    }
    ruling = DtsmTraceRuling(map, way->out, way->outLen, TRACE_IS_LINK);
    if (ruling & DTSM_DENY) {
        ruling = DeniedLink(map, walk, ruling);
    }
    if (ruling != 0 && (status != DTSM_OK || (flags & all) != ruling)) {
        Dtsm_InsertLooked(map, way->out, way->outLen, ruling, &token);
    }
    if (way->type == TRACE_IS_UNKNOWN) {
        way->noCache = 1;
        return WAY_END;
    }
    return DtsmWayFollow(way) ? WAY_COMPONENT : WAY_LOST;
}

/*
 * Step --
 *
 *      Go on by one component.
 *
 * Returns:
 *      WAY_END, WAY_LOST, or another one: go on.
 */

static int
Step(Dtsm_Map *map, DtsmTraceWalk *walk, int ways)
{
    DtsmWay *way = &walk->way;
    int got = DtsmWayNext(way);

    if (got != WAY_COMPONENT) {
        return got;
    }
    NoteDirectory(map, walk);
    got = ways & TRACE_RECORD_HOPS ? RecordHop(map, way)
            : DtsmWayExamine(way);
    if (got == WAY_LINK) {
        return FollowLink(map, walk);
    }
    if (got == WAY_LOST && way->links > TRACE_LINKS_MAX && walk->badLen > 0) {
        way->type = TRACE_IS_UNKNOWN;           /* a loop that is hidden */
        way->noCache = 1;
        return WAY_END;
    }
    return got;
}

int
DtsmTraceResolve(Dtsm_Map *map, const char *path, size_t len, int ways,
        DtsmTraceWalk *walk)
{
    int got;

    if (!DtsmWayStart(&walk->way, walk->out, walk->link, path, len,
            (ways & TRACE_FOLLOW_LAST) != 0)) {
        return 0;
    }
    walk->badLen = 0;
    walk->directory.len = 0;
    if (!(ways & TRACE_RECORD_HOPS)) {
        DtsmWaySkip(&walk->way, KnownDirectory(map, path, len, Dtsm_Policy(map),
                &walk->directory, 1));
    }
    do {
        got = Step(map, walk, ways);
    } while (got < WAY_END);
    DtsmWayFinish(&walk->way);
    return got == WAY_END;
}

int
DtsmTraceIsStill(Dtsm_Map *map, DtsmTraceWalk *walk)
{
    size_t len = walk->way.outLen;
    int type = walk->way.type;

    memcpy(walk->again, walk->out, len);
    return DtsmTraceResolve(map, walk->again, len, 0, walk)
            && walk->way.type == type && walk->way.outLen == len
            && memcmp(walk->out, walk->again, len) == 0;
}
