/*
 * judgeDecide.c --
 *
 *      The check that every wrapper asks.
 *
 * The quick way is one or two searches and no system call.  It serves when
 * the map has a verdict that carries this kind of access already (and, for a
 * refusal, that it was reported).  Else the slow way (judgeMiss.c) looks at
 * the file system once and stores what it found.
 *
 * Nearly all checks are hits, so what only others need stands in functions of
 * its own: inlined, it would cost the quick way registers.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeDecide.h"
#include "judgeKeys.h"
#include "judgeMiss.h"
#include "judgePath.h"
#include "judgeRecord.h"
#include "judgeScratch.h"
#include "judgeSubject.h"

#include <string.h>

#define NOINLINE __attribute__((noinline))

/*
 * FollowAlias --
 *
 *      Search for the answer under the alias key.
 *
 * Returns:
 *      TRACE_HIT_*, of which not FOLLOW.
 */

static NOINLINE int
FollowAlias(const DtsmCheck *check, unsigned how, uint64_t policy,
        unsigned *flagsPtr)
{
    const DtsmTraceSpelling *spell = &check->spell;
    Dtsm_Token token;
    size_t headLen;
    char *key;

    if (spell->path != check->buf + TRACE_KEY_HEAD) {
        if (spell->len > check->size - TRACE_KEY_HEAD) {
            return TRACE_HIT_NONE;
        }
        memcpy(check->buf + TRACE_KEY_HEAD, spell->path, spell->len);
    }
    key = DtsmTraceKeyAlias(check->buf, policy, how, &headLen);
    if (Dtsm_Look(check->map, key, spell->len + headLen, flagsPtr, &token)
            != DTSM_OK) {
        return TRACE_HIT_NONE;
    }
    return DtsmFlagsHit(*flagsPtr, how, check->fence, 1);
}

/*
 * Quick --
 *
 *      Search for an answer.
 *
 * Returns:
 *      TRACE_HIT_*, of which not FOLLOW; *policyPtr receives the policy's
 *      number.
 */

static inline int
Quick(const DtsmCheck *check, unsigned how, uint64_t *policyPtr)
{
    Dtsm_Token token;
    unsigned flags;
    int hit = TRACE_HIT_NONE;

    token.policy = 0;
    if (Dtsm_Look(check->map, check->spell.path, check->spell.len, &flags,
            &token) == DTSM_OK && !DtsmSubjectIsStale()) {
        hit = DtsmFlagsHit(flags, how, check->fence, 0);
        if (hit == TRACE_HIT_FOLLOW) {
            hit = FollowAlias(check, how, token.policy, &flags);
        }
        if (hit != TRACE_HIT_NONE) {
            DtsmRecordHit(check->map, &token, flags, how,
                    hit == TRACE_HIT_DENY);
        }
    }
    *policyPtr = token.policy;
    return hit;
}

/*
 * Refuse --
 *
 *      What becomes of a call that no verdict lets pass.
 *
 * Returns:
 *      As CheckIn.
 */

static NOINLINE int
Refuse(DtsmCheck *check, unsigned how, int hit)
{
    if (strnlen(check->path, PATH_MAX) == PATH_MAX) {
        return 0;               /* one too long is the kernel's to refuse */
    }
    if (hit == TRACE_HIT_DENY) {
        return how & TRACE_MAKE ? EACCES : ENOENT;
    }
    if (check->spell.len > check->size - TRACE_KEY_HEAD) {
        return TRACE_TOO_SMALL;
    }
    check->how = how;
    return DtsmTraceMiss(check);
}

/*
 * CheckIn --
 *
 *      DtsmTraceCheck with a map and a buffer.
 *
 * Returns:
 *      0 or an errno; TRACE_TOO_SMALL, TRACE_ASTRAY.
 */

static NOINLINE int
CheckIn(DtsmCheck *check, int dirfd, const char *path, unsigned how)
{
    int hit, fresh = 0;
    uint64_t policy;

    check->path = path;
    check->fence = !(how & TRACE_NOTE) && Dtsm_Fence(check->map);
    for (;;) {
        switch (DtsmTraceSpell(check->map, dirfd, path, fresh, check->buf,
                check->size, &check->spell)) {
            case TRACE_LONG:
                return TRACE_TOO_SMALL;
            case TRACE_NOWHERE:
                return TRACE_ASTRAY;
            default:
                break;
        }
        if (check->spell.follow && !(how & TRACE_MAKE)) {
            how &= ~TRACE_NOFOLLOW;
        }
        hit = Quick(check, how, &policy);
        if (check->spell.policy == 0 || check->spell.policy == policy) {
            break;
        }
        fresh = 1;              /* the remembered directory is out of date */
    }
    return DTSM_LIKELY(hit == TRACE_HIT_ALLOW) ? 0 : Refuse(check, how, hit);
}

/*
 * CheckReached --
 *
 *      CheckIn of what the kernel comes to by a path.
 */

static int
CheckReached(DtsmCheck *check, int dirfd, const char *path, unsigned how)
{
    char *reached = DtsmTraceBorrow(), *block = DtsmTraceBorrow();
    int result = 0;

    if (reached != NULL && block != NULL && DtsmSubjectReach(dirfd, path,
            how & TRACE_NOFOLLOW ? O_NOFOLLOW : 0, reached,
            DTSM_SCRATCH_SIZE) > 0) {
        check->buf = block;
        check->size = DTSM_SCRATCH_SIZE;
        result = CheckIn(check, AT_FDCWD, reached, how);
    }
    DtsmTraceReturn(block);
    DtsmTraceReturn(reached);
    return result;
}

/*
 * CheckAgain --
 *
 *      After a CheckIn that did not judge the path: with a larger buffer,
 *      then by where the kernel comes to.
 */

static NOINLINE int
CheckAgain(DtsmCheck *check, int dirfd, const char *path, unsigned how,
        int result)
{
    char *block = result == TRACE_TOO_SMALL ? DtsmTraceBorrow() : NULL;

    if (block != NULL) {
        check->buf = block;
        check->size = DTSM_SCRATCH_SIZE;
        result = CheckIn(check, dirfd, path, how);
        DtsmTraceReturn(block);
    }
    if (result == TRACE_ASTRAY) {
        result = CheckReached(check, dirfd, path, how);
    }
    return result > 0 ? result : 0;
}

int
DtsmTraceCheck(int dirfd, const char *path, unsigned how, unsigned *sawPtr)
{
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
    DtsmCheck check;
    int result = 0;

    check.map = DtsmSubjectMap();
    check.saw = 0;
    if (check.map != NULL && !TRACE_NO_POINTER(path) && *path != '\0') {
        check.buf = buf;
        check.size = sizeof(buf);
        result = CheckIn(&check, dirfd, path, how);
        if (result < 0) {
            result = CheckAgain(&check, dirfd, path, how, result);
        }
    }
    if (sawPtr != NULL) {
        *sawPtr = check.saw;
    }
    return result;
}

unsigned
DtsmTraceKnows(const char *path)
{
    Dtsm_Map *map = DtsmSubjectMap();
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
    DtsmTraceSpelling spell;
    unsigned flags;

    if (map == NULL || DtsmTraceSpell(map, AT_FDCWD, path, 0, buf,
            sizeof(buf), &spell) != TRACE_SPELLED
            || Dtsm_Search(map, spell.path, spell.len, &flags) != DTSM_OK
            || (flags & DTSM_PREFIX)) {
        return 0;
    }
    return flags;
}

void
DtsmTraceTouchHops(const char *path)
{
    Dtsm_Map *map = DtsmSubjectMap();
    DtsmTraceSpelling spell;
    DtsmTraceWalk *walk;
    char *buf;

    if (map == NULL) {
        return;
    }
    walk = DtsmTraceBorrow();
    buf = DtsmTraceBorrow();
    if (walk != NULL && buf != NULL && DtsmTraceSpell(map, AT_FDCWD, path, 0,
            buf, DTSM_SCRATCH_SIZE, &spell) == TRACE_SPELLED) {
        DtsmTraceResolve(map, spell.path, spell.len,
                TRACE_FOLLOW_LAST | TRACE_RECORD_HOPS, walk);
    }
    DtsmTraceReturn(buf);
    DtsmTraceReturn(walk);
}
