/*
 * judgeFlags.c --
 *
 *      The algebra of flags.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeFlags.h"

#define ANSWERS (DTSM_ALLOW | DTSM_DENY)

int
DtsmFlagsHit(unsigned flags, unsigned how, int fence, int isAlias)
{
    unsigned kinds = how & TRACE_KINDS;

    if (flags & DTSM_PREFIX) {
        return TRACE_HIT_NONE;
    }
    if ((flags & DTSM_ALIAS) && !isAlias) {
        return TRACE_HIT_FOLLOW;
    }
    if (flags & DTSM_ASK) {
        if ((how & TRACE_MAKE)
                || ((how & TRACE_CHANGE) && !(flags & DTSM_MISSING))) {
            return TRACE_HIT_NONE;                      /* D4 */
        }
        if (!(flags & DTSM_ALLOW)) {
            return !fence && (flags & kinds) == kinds
                    ? TRACE_HIT_ALLOW : TRACE_HIT_NONE;
        }
    }
    if (flags & DTSM_DENY) {
        if (!(flags & TRACE_KINDS) && !isAlias) {
            return how & TRACE_NOFOLLOW ? TRACE_HIT_NONE : TRACE_HIT_FOLLOW;
        }
        if ((flags & kinds) != kinds || (fence && !(flags & DTSM_REPORTED))
                || (!fence && (how & TRACE_MAKE))) {
            return TRACE_HIT_NONE;
        }
        return fence ? TRACE_HIT_DENY : TRACE_HIT_ALLOW;
    }
    if (!(flags & DTSM_ALLOW)) {
        return TRACE_HIT_NONE;
    }
    if (!(flags & (TRACE_KINDS | DTSM_MISSING)) && !isAlias) {
        /* A symlink. */
        if (!(how & TRACE_NOFOLLOW)) {
            return TRACE_HIT_FOLLOW;
        }
        return how & (TRACE_MAKE | TRACE_CHANGE)
                ? TRACE_HIT_NONE : TRACE_HIT_ALLOW;
    }
    if ((how & TRACE_MAKE) && (flags & DTSM_MISSING)) {
        return TRACE_HIT_NONE;
    }
    return (flags & kinds) == kinds ? TRACE_HIT_ALLOW : TRACE_HIT_NONE;
}

void
DtsmFlagsWeigh(unsigned ruling, int type, int leads, unsigned how,
        DtsmFound *found)
{
    unsigned kinds = how & TRACE_KINDS;
    int denied = (ruling & DTSM_DENY) != 0;
    int link = type == TRACE_IS_LINK;
    int directory = type == TRACE_IS_DIR;
    int visible;                /* though it is denied */

    found->saw = (link ? TRACE_SAW_LINK : 0u)
            | (directory ? TRACE_SAW_DIR : 0u) | (denied ? TRACE_SAW_DENY : 0u);
    visible = denied && (directory || (link && leads == TRACE_TO_ALLOWED));
    found->deny = denied
            && !(visible && !(how & (TRACE_MAKE | TRACE_CHANGE)));
    if ((ruling & DTSM_ASK) && ((how & TRACE_MAKE)
            || ((how & TRACE_CHANGE) && type != TRACE_IS_MISSING))) {
        ruling = DTSM_ASK;                              /* D4 */
    }
    if (visible) {
        found->flags = DTSM_ALLOW;
        if (!link) {                                    /* D3 */
            found->flags |= kinds == DTSM_WRITE ? DTSM_STAT
                    : kinds & ~DTSM_WRITE;
        }
    } else {
        found->flags = ruling;
        if (!link || (denied && leads != TRACE_TO_DENIED)) {
            found->flags |= kinds;
        }
    }
    if (type == TRACE_IS_MISSING && (found->deny
            || (!(how & TRACE_MAKE) && (ruling & DTSM_ALLOW)))) {
        found->flags |= DTSM_MISSING;
    }
}

unsigned
DtsmFlagsMerge(const DtsmFound *found, unsigned before, int fence)
{
    unsigned put = found->flags;
    int announced = before != 0 && !(before & ANSWERS);

    if (announced && (put & DTSM_ASK) && (put & DTSM_MISSING)) {
        put = DTSM_ASK | (put & TRACE_KINDS);
    }
    put |= before & (DTSM_REPORTED | DTSM_VIOLATION);
    if ((put & before & DTSM_ALLOW) && !(before & DTSM_MISSING)
            && (before & TRACE_KINDS)) {
        put &= ~DTSM_MISSING;           /* it was there once */
    }
    if ((put & TRACE_KINDS) && (before & (TRACE_KINDS | DTSM_MISSING))
            && (announced || !(put & ANSWERS) || !((before ^ put) & ANSWERS))) {
        put |= before & (TRACE_KINDS | DTSM_UNKNOWN);
    }
    if (found->deny && fence) {
        put |= DTSM_REPORTED;
        if (!(found->flags & DTSM_UNKNOWN)) {
            put |= DTSM_VIOLATION;
        }
    }
    return put;
}

unsigned
DtsmFlagsMergeAlias(const DtsmFound *found, unsigned before, unsigned how,
        int fence)
{
    unsigned put = DTSM_ALIAS | (how & TRACE_KINDS)
            | (found->flags & (DTSM_MISSING | DTSM_ASK));

    if (found->flags & DTSM_DENY) {
        put |= DTSM_DENY | (fence ? DTSM_REPORTED : 0u);
    } else {                    /* for some calls, whatever this one got */
        put |= DTSM_ALLOW;
        if (found->saw & (TRACE_SAW_DENY | TRACE_SAW_LINK)) {
            put &= ~DTSM_WRITE;                         /* D3 */
        }
    }
    if (!(before & DTSM_PREFIX) && !((before ^ put) & ANSWERS)) {
        put |= before & (TRACE_KINDS | DTSM_REPORTED);
    }
    return put;
}
