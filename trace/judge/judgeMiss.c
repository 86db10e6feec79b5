/*
 * judgeMiss.c --
 *
 *      The slow way of a check: look at the map, resolve the path, store what
 *      holds for its target, store the alias.
 *
 * D1  Look first, then the file system, then insert with the look's token:
 *     what changes in between leaves nothing in the map.
 * D2  A verdict is found under its own path or not at all: an alias's answer
 *     is stored only after that of what it resolves to.
 * D5  What is refused says what something absent there would say.  That is
 *     another errno than ENOENT where the kernel does not come to the place:
 *     below a directory that may not be searched, or a plain file.  Rights
 *     differ from process to process, so such a verdict has no kind either:
 *     each call goes the slow way.
 *
 * D3 and D4 are in judgeFlags.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeAsk.h"
#include "judgeKeys.h"
#include "judgeLog.h"
#include "judgeMiss.h"
#include "judgePath.h"
#include "judgeRecord.h"
#include "judgeScratch.h"
#include "judgeStat.h"

#include <string.h>

/*
 * Look --
 *
 *      What the map says of a path, and the token to store with.
 */

typedef struct Look {
    const char *path;
    size_t len;
    unsigned flags;             /* 0: nothing */
    Dtsm_Token token;
} Look;

typedef struct Miss {
    DtsmCheck *check;
    DtsmTraceWalk *walk;        /* borrowed */
    Look spelling, alias;
    DtsmFound found;
    int err;                    /* what a refused call fails with */
    int noAlias;                /* no alias may be kept */
} Miss;

static void
LookAt(Dtsm_Map *map, const char *path, size_t len, Look *look)
{
    look->path = path;
    look->len = len;
    look->flags = 0;
    look->token.policy = 0;     /* of a path that is too long for the map */
    Dtsm_Look(map, path, len, &look->flags, &look->token);
}

static int
IsSame(const char *one, size_t oneLen, const char *other, size_t otherLen)
{
    return oneLen == otherLen && memcmp(one, other, oneLen) == 0;
}

/*
 * LookFirst --
 *
 *      The first step: look at the spelling and at its alias key, before
 *      anything is asked of the file system (D1).
 */

static void
LookFirst(Miss *miss)
{
    const DtsmCheck *check = miss->check;
    const DtsmTraceSpelling *spell = &check->spell;
    size_t headLen;
    char *key;

    if (spell->path != check->buf + TRACE_KEY_HEAD) {
        memcpy(check->buf + TRACE_KEY_HEAD, spell->path, spell->len);
    }
    LookAt(check->map, spell->path, spell->len, &miss->spelling);
    key = DtsmTraceKeyAlias(check->buf, miss->spelling.token.policy,
            check->how, &headLen);
    LookAt(check->map, key, headLen + spell->len, &miss->alias);
}

/*
 * Stop --
 *
 *      What the kernel says of all that is below a place on the way (D5); 0:
 *      nothing.  A plain file that is hidden is absent, and so is all below
 *      it.
 */

static int
Stop(Dtsm_Map *map, const DtsmWay *way)
{
    return way->stop == ENOTDIR && (DtsmTraceRuling(map, way->out,
            way->stopLen, TRACE_IS_OTHER) & DTSM_DENY) ? 0 : way->stop;
}

static int
Absent(unsigned how)
{
    return how & TRACE_MAKE ? EACCES : ENOENT;
}

/*
 * Resolve --
 *
 *      The second step: go the path's way, and weigh what holds for its end.
 *
 * Returns:
 *      0 when the way could not be gone step by step.
 */

static int
Resolve(Miss *miss)
{
    const DtsmCheck *check = miss->check;
    const DtsmWay *way = &miss->walk->way;
    int leads = TRACE_TO_OTHER, stop;
    unsigned ruling;

    if (!DtsmTraceResolve(check->map, check->spell.path, check->spell.len,
            check->how & TRACE_NOFOLLOW ? 0 : TRACE_FOLLOW_LAST,
            miss->walk)) {
        return 0;
    }
    ruling = DtsmTraceRuling(check->map, way->out, way->outLen, way->type);
    if (way->type == TRACE_IS_LINK && (ruling & DTSM_DENY)) {
        leads = DtsmTraceLeads(check->map, way->out, way->outLen);
    }
    DtsmFlagsWeigh(ruling, way->type, leads, check->how, &miss->found);
    miss->noAlias = way->noCache || way->noAlias;
    miss->err = 0;
    if (miss->found.deny) {
        stop = Stop(check->map, way);
        miss->err = stop != 0 ? stop : Absent(check->how);
        if (stop != 0) {                                /* D5 */
            miss->found.flags &= ~TRACE_KINDS;
            miss->noAlias = 1;
        }
    }
    return 1;
}

/*
 * Announce --
 *
 *      Before a call makes or changes what is not to be asked about: nothing
 *      that rests on that is found any more, neither a verdict nor, by a new
 *      number of the policy, an alias.
 */

static void
Announce(Dtsm_Map *map, const Look *look, unsigned put, unsigned before)
{
    Dtsm_Insert(map, look->path, look->len, put);
    if ((before & (DTSM_ALLOW | DTSM_ASK)) == (DTSM_ALLOW | DTSM_ASK)) {
        DtsmTraceBumpPolicy(map);
    }
}

/*
 * Store --
 *
 *      Put what was found into the map, together with what it knew of the
 *      path before, and tell the log of a first refusal.
 *
 * Returns:
 *      1, or 0 when an alias must not rest on it.
 */

static int
Store(const DtsmCheck *check, const Look *look, const DtsmFound *found)
{
    unsigned before = DtsmFlagsVerdict(look->flags);
    unsigned put = DtsmFlagsMerge(found, before, check->fence);
    int answers = (put & (DTSM_ALLOW | DTSM_DENY)) != 0;

    if (found->deny && check->fence && !(before & DTSM_REPORTED)) {
        DtsmTraceLogRefused(found->flags & DTSM_UNKNOWN ? "unanswered"
                : "refused", look->path, look->len, !(put & DTSM_MISSING));
    }
    if (put != before) {
        if (answers) {
            Dtsm_InsertLooked(check->map, look->path, look->len, put,
                    &look->token);
        } else {
            Announce(check->map, look, put, before);
        }
    }
    return answers;
}

/*
 * RefusesLink --
 *
 *      A last symlink that is denied does not lead to a directory: refuse the
 *      call for its sake.
 */

static int
RefusesLink(Miss *miss)
{
    const DtsmCheck *check = miss->check;
    const DtsmTraceWalk *walk = miss->walk;
    DtsmFound found;
    Look look;

    if (walk->badLen == 0 || (miss->found.saw & TRACE_SAW_DIR)) {
        return 0;
    }
    LookAt(check->map, walk->bad, walk->badLen, &look);
    if (DtsmTraceType(AT_FDCWD, walk->bad, 0) == TRACE_IS_DIR) {
        return 0;
    }
    found.deny = 1;
    found.flags = walk->badRuling | (check->how & TRACE_KINDS);
    found.saw = TRACE_SAW_DENY;
    Store(check, &look, &found);
    return 1;
}

/*
 * StoreElsewhere --
 *
 *      The path resolves to another one, of which the map may know already.
 *      Else look at that one, and then once more at the file system: what
 *      changes meanwhile is no answer to keep.
 *
 * Returns:
 *      1 if an alias may rest on it.
 */

static int
StoreElsewhere(const Miss *miss)
{
    const DtsmCheck *check = miss->check;
    DtsmTraceWalk *walk = miss->walk;
    Look look;

    LookAt(check->map, walk->out, walk->way.outLen, &look);
    if (DtsmFlagsHit(look.flags, check->how | TRACE_NOFOLLOW, check->fence, 0)
            != TRACE_HIT_NONE) {
        return 1;
    }
    return DtsmTraceIsStill(check->map, walk)
            && Store(check, &look, &miss->found);
}

/*
 * StoreTarget --
 *
 *      The third step: store what holds for what the path resolves to.
 *
 * Returns:
 *      1 if an alias is to be stored (D2).
 */

static int
StoreTarget(Miss *miss)
{
    const DtsmCheck *check = miss->check;
    const DtsmWay *way = &miss->walk->way;

    if (RefusesLink(miss)) {
        miss->found.deny = 1;
        miss->found.flags &= ~DTSM_ALLOW;
        miss->found.flags |= DTSM_DENY;
        miss->err = Absent(check->how);
    } else if (IsSame(way->out, way->outLen, check->spell.path,
            check->spell.len)) {
        if (way->type != TRACE_IS_UNKNOWN || miss->found.deny) {
            Store(check, &miss->spelling, &miss->found);
        }
        return 0;
    } else if (!way->noCache || miss->found.deny) {
        return StoreElsewhere(miss) && !miss->noAlias;
    }
    return !miss->noAlias;
}

/*
 * StoreAlias --
 *
 *      The fourth step: store the answer under the alias key, and say of the
 *      spelling that it has one, unless it is a symlink with a verdict of its
 *      own.
 */

static void
StoreAlias(const Miss *miss)
{
    const DtsmCheck *check = miss->check;
    const Look *spelling = &miss->spelling;
    unsigned put = DtsmFlagsMergeAlias(&miss->found, miss->alias.flags,
            check->how, check->fence);
    Look now;

    Dtsm_InsertLooked(check->map, miss->alias.path, miss->alias.len, put,
            &miss->alias.token);
    LookAt(check->map, spelling->path, spelling->len, &now);
    if (now.flags == 0 || (now.flags & DTSM_PREFIX)) {
        Dtsm_InsertLooked(check->map, spelling->path, spelling->len,
                put & (DTSM_ALIAS | DTSM_ALLOW | DTSM_DENY),
                &spelling->token);
    }
}

int
DtsmTraceMiss(DtsmCheck *check)
{
    Miss miss = { .check = check, .walk = DtsmTraceBorrow() };
    int result = TRACE_ASTRAY;

    if (miss.walk == NULL) {
        return 0;
    }
    LookFirst(&miss);
    if (Resolve(&miss)) {
        check->saw = miss.found.saw | TRACE_SAW_NEW;
        if (StoreTarget(&miss)) {
            StoreAlias(&miss);
        }
        result = miss.found.deny && check->fence ? miss.err : 0;
        DtsmRecordMissed(check, miss.walk, miss.found.flags & DTSM_MISSING,
                result != 0);
    }
    DtsmTraceReturn(miss.walk);
    return result;
}
