/*
 * judgeDecide.c --
 *
 *      The check that every wrapper asks.
 *
 * The quick way is one or two searches and no system call.  It serves when
 * the map has a verdict that carries this kind of access already (and, for a
 * refusal, that it was reported).  Else the slow way looks at the world once
 * and stores what it found.
 *
 * D1  Look first, then the world, then insert with the look's token: what
 *     changes in between leaves nothing in the map.
 * D2  A verdict is found under its own path or not at all: an alias's answer
 *     is stored only after that of what it resolves to.
 * D3  A folder that a rule denies is visible to calls that only read, so its
 *     verdict is ALLOW, and it never gets the kind WRITE: who wants to change
 *     it goes the slow way and is refused there.
 *     A symlink that is denied as well as the folder that it leads to has DENY
 *     without a kind: who follows it goes by the alias key, and who means
 *     itself goes the slow way.
 * D4  What nobody was asked about (ASK) is hit only by calls that change
 *     nothing; the others go the slow way and say so in the map (Announce).
 * D5  What is refused says what something absent there would say.  That is
 *     another errno than ENOENT where the kernel does not come to the place:
 *     below a directory that may not be searched, or a plain file.  Rights
 *     differ from process to process, so such a verdict has no kind either:
 *     each call goes the slow way.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeAsk.h"
#include "judgeDecide.h"
#include "judgeLog.h"
#include "judgePath.h"
#include "judgeScratch.h"
#include "judgeSubject.h"

#include <dirent.h>
#include <string.h>

enum { HIT_NONE, HIT_ALLOW, HIT_DENY, HIT_FOLLOW };

/*
 * Judge --
 *
 *      Do flags of a verdict answer this call?
 *
 * Returns:
 *      HIT_ALLOW, HIT_DENY; HIT_FOLLOW: the answer is under the alias key;
 *      HIT_NONE: go the slow way.
 */

static int
Judge(unsigned flags, unsigned how, int fence, int isAlias)
{
    unsigned kinds = how & TRACE_KINDS;

    if (flags & DTSM_PREFIX) {
        return HIT_NONE;
    }
    if ((flags & DTSM_ALIAS) && !isAlias) {
        return HIT_FOLLOW;
    }
    if (flags & DTSM_ASK) {
        if ((how & TRACE_MAKE)
                || ((how & TRACE_CHANGE) && !(flags & DTSM_MISSING))) {
            return HIT_NONE;                            /* D4 */
        }
        if (!(flags & DTSM_ALLOW)) {
            return !fence && (flags & kinds) == kinds ? HIT_ALLOW : HIT_NONE;
        }
    }
    if (flags & DTSM_DENY) {
        if (!(flags & TRACE_KINDS) && !isAlias) {
            return how & TRACE_NOFOLLOW ? HIT_NONE : HIT_FOLLOW;
        }
        if ((flags & kinds) != kinds || (fence && !(flags & DTSM_REPORTED))
                || (!fence && (how & TRACE_MAKE))) {
            return HIT_NONE;
        }
        return fence ? HIT_DENY : HIT_ALLOW;
    }
    if (!(flags & DTSM_ALLOW)) {
        return HIT_NONE;
    }
    if (!(flags & (TRACE_KINDS | DTSM_MISSING)) && !isAlias) {
        /* A symlink. */
        if (!(how & TRACE_NOFOLLOW)) {
            return HIT_FOLLOW;
        }
        return how & (TRACE_MAKE | TRACE_CHANGE) ? HIT_NONE : HIT_ALLOW;
    }
    if ((how & TRACE_MAKE) && (flags & DTSM_MISSING)) {
        return HIT_NONE;
    }
    return (flags & kinds) == kinds ? HIT_ALLOW : HIT_NONE;
}

/*
 * DtsmTraceKeyHead --
 *
 *      Write a key's head before what lies in buf from TRACE_KEY_HEAD on.
 *
 * Returns:
 *      The head's length.
 */

size_t
DtsmTraceKeyHead(char *buf, uint64_t policy, char kind)
{
    static const char hex[] = "0123456789abcdef";
    char *head = buf + TRACE_KEY_HEAD;

    do {
        *--head = hex[policy & 15];
        policy >>= 4;
    } while (policy != 0);
    *--head = kind;
    *--head = '@';
    return (size_t) (buf + TRACE_KEY_HEAD - head);
}

/*
 * AliasKey --
 *
 *      The alias key of a spelling that lies in buf from TRACE_KEY_HEAD on.
 *
 * Returns:
 *      The key; its length is headLen more than the spelling's.
 */

static char *
AliasKey(char *buf, uint64_t policy, unsigned how, size_t *headLenPtr)
{
    *headLenPtr = DtsmTraceKeyHead(buf, policy,
            how & TRACE_NOFOLLOW ? 'N' : 'F');
    return buf + TRACE_KEY_HEAD - *headLenPtr;
}

/*
 * Found --
 *
 *      What a slow way found out about a resolved path.
 */

typedef struct Found {
    int deny;                   /* a rule or the server refuses this call */
    unsigned flags;             /* the verdict, kinds included */
    unsigned saw;               /* TRACE_SAW_* */
} Found;

/*
 * Weigh --
 *
 *      What the rules and the server say of what a walk ended at.
 */

static void
Weigh(Dtsm_Map *map, const DtsmTraceWalk *walk, unsigned how, Found *found)
{
    unsigned rule = DtsmTraceRuling(map, walk->out, walk->outLen, walk->type);
    unsigned kinds = how & TRACE_KINDS;
    int folder = walk->type == TRACE_IS_DIR;
    int hidden = 0;             /* a symlink, and the folder it leads to */

    found->saw = 0;
    if (rule & DTSM_DENY) {
        found->saw |= TRACE_SAW_DENY;
    }
    if (walk->type == TRACE_IS_LINK) {
        found->saw |= TRACE_SAW_LINK;
        if (rule & DTSM_DENY) {
            int leads = DtsmTraceLeads(map, walk->out, walk->outLen);

            folder = leads == TRACE_TO_ALLOWED;
            hidden = leads == TRACE_TO_DENIED;
        }
    } else if (folder) {
        found->saw |= TRACE_SAW_DIR;
    }
    found->deny = ((rule & DTSM_DENY)
            && !(folder && !(how & (TRACE_MAKE | TRACE_CHANGE))));
    if ((rule & DTSM_ASK) && ((how & TRACE_MAKE)
            || ((how & TRACE_CHANGE) && walk->type != TRACE_IS_MISSING))) {
        rule = DTSM_ASK;                                /* D4 */
    }
    if ((rule & DTSM_DENY) && folder) {
        found->flags = DTSM_ALLOW;
        if (walk->type != TRACE_IS_LINK) {              /* D3 */
            found->flags |= kinds & ~DTSM_WRITE;
            found->flags |= kinds == DTSM_WRITE ? DTSM_STAT : 0u;
        }
    } else {
        found->flags = rule;
        if (walk->type != TRACE_IS_LINK || ((rule & DTSM_DENY) && !hidden)) {
            found->flags |= kinds;
        }
    }
    if (walk->type == TRACE_IS_MISSING && (found->deny
            || (!(how & TRACE_MAKE) && (rule & DTSM_ALLOW)))) {
        found->flags |= DTSM_MISSING;
    }
}

/*
 * Announce --
 *
 *      Before a call makes or changes what is not to be asked about: nothing
 *      that rests on that is found any more, neither a verdict nor, by a new
 *      number of the policy, an alias.
 */

static void
Announce(Dtsm_Map *map, const char *path, size_t len, unsigned put,
        unsigned before)
{
    Dtsm_Insert(map, path, len, put);
    if ((before & (DTSM_ALLOW | DTSM_ASK)) == (DTSM_ALLOW | DTSM_ASK)) {
        Dtsm_Forget(map, "@", 1, 1);
    }
}

/*
 * Store --
 *
 *      Put what was found into the map, together with what it knew of the
 *      path before, and tell the log of a first refusal.
 *
 * Arguments:
 *      status, flags, token    From the look that came before (D1).
 *
 * Returns:
 *      1, or 0 when an alias must not rest on it.
 */

static int
Store(Dtsm_Map *map, const char *path, size_t len, Found *found, int fence,
        int status, unsigned flags, const Dtsm_Token *token)
{
    unsigned put = found->flags;
    int known = 0, announced;

    if (status == DTSM_OK
            && !(flags & (DTSM_PREFIX | DTSM_ALIAS))) {
        known = (flags & DTSM_REPORTED) != 0;
        announced = !(flags & (DTSM_ALLOW | DTSM_DENY));
        if (announced && (put & DTSM_ASK) && (put & DTSM_MISSING)) {
            put = DTSM_ASK | (put & TRACE_KINDS);
        }
        put |= flags & (DTSM_REPORTED | DTSM_VIOLATION);
        if ((put & flags & DTSM_ALLOW) && !(flags & DTSM_MISSING)
                && (flags & TRACE_KINDS)) {
            put &= ~DTSM_MISSING;       /* it was there once */
        }
        if ((put & TRACE_KINDS) && (flags & (TRACE_KINDS | DTSM_MISSING))
                && (announced || !(put & (DTSM_ALLOW | DTSM_DENY))
                || !((flags ^ put) & (DTSM_ALLOW | DTSM_DENY)))) {
            put |= flags & (TRACE_KINDS | DTSM_UNKNOWN);
        }
    } else {
        flags = 0;
    }
    if (found->deny && fence) {
        int silent = (found->flags & DTSM_UNKNOWN) != 0;

        put |= DTSM_REPORTED | (silent ? 0u : DTSM_VIOLATION);
        if (!known) {
            DtsmTraceLogRefused(silent ? "unanswered" : "refused", path, len,
                    !(put & DTSM_MISSING));
        }
    }
    if (!(put & (DTSM_ALLOW | DTSM_DENY))) {
        if (put != flags) {
            Announce(map, path, len, put, flags);
        }
        return 0;
    }
    if (put != flags) {
        Dtsm_InsertLooked(map, path, len, put, token);
    }
    return 1;
}

/*
 * Bad --
 *
 *      A last symlink that is denied does not lead to a folder: refuse
 *      the call for its sake.
 */

static int
Bad(Dtsm_Map *map, DtsmTraceWalk *walk, unsigned how, int fence)
{
    Dtsm_Token token;
    unsigned flags = 0;
    Found found;
    int status;

    status = Dtsm_Look(map, walk->bad, walk->badLen, &flags, &token);
    if (DtsmTraceType(AT_FDCWD, walk->bad, 0) == TRACE_IS_DIR) {
        return 0;
    }
    found.deny = 1;
    found.flags = walk->badRuling | (how & TRACE_KINDS);
    found.saw = TRACE_SAW_DENY;
    Store(map, walk->bad, walk->badLen, &found, fence, status, flags, &token);
    return 1;
}

/*
 * Errno --
 *
 *      What a refused call fails with (D5).  A plain file that is hidden is
 *      absent, and so is all below it.
 */

static int
Errno(Dtsm_Map *map, DtsmTraceWalk *walk, unsigned how)
{
    if (walk->stop == ENOTDIR) {
        memcpy(walk->link, walk->out, walk->stopLen);
        walk->link[walk->stopLen] = '\0';
        if (DtsmTraceRuling(map, walk->link, walk->stopLen, TRACE_IS_OTHER)
                & DTSM_DENY) {
            walk->stop = 0;
        }
    }
    return walk->stop != 0 ? walk->stop : how & TRACE_MAKE ? EACCES : ENOENT;
}

/*
 * Slow --
 *
 *      Look at the world, and store what it answers.
 *
 * Arguments:
 *      buf, spell  The spelling; when it lies in buf, a key's head may be
 *                  written before it.
 *      walk        Borrowed.
 *
 * Returns:
 *      0 or an errno; -1: the way could not be gone step by step.
 */

static int
Slow(Dtsm_Map *map, char *buf, const DtsmTraceSpelling *spell, unsigned how,
        int fence, DtsmTraceWalk *walk, unsigned *sawPtr)
{
    Dtsm_Token token, aliasToken;
    unsigned flags = 0, aliasFlags = 0;
    int status, aliasStatus, deny, err, noCache, noAlias;
    char *key;
    size_t headLen, keyLen;
    Found found;

    if (spell->path != buf + TRACE_KEY_HEAD) {
        memcpy(buf + TRACE_KEY_HEAD, spell->path, spell->len);
    }
    status = Dtsm_Look(map, spell->path, spell->len, &flags, &token);
    key = AliasKey(buf, token.policy, how, &headLen);
    keyLen = spell->len + headLen;
    aliasStatus = Dtsm_Look(map, key, keyLen, &aliasFlags, &aliasToken);

    if (!DtsmTraceResolve(map, spell->path, spell->len,
            how & TRACE_NOFOLLOW ? 0 : TRACE_FOLLOW_LAST, walk)) {
        return -1;
    }
    Weigh(map, walk, how, &found);
    noCache = walk->noCache;
    noAlias = noCache || walk->noAlias;
    deny = found.deny;
    err = deny ? Errno(map, walk, how) : 0;
    if (deny && walk->stop != 0) {
        found.flags &= ~TRACE_KINDS;                    /* D5 */
        noAlias = 1;
    }
    *sawPtr = found.saw | TRACE_SAW_NEW;
    if (walk->badLen > 0 && !(found.saw & TRACE_SAW_DIR)
            && Bad(map, walk, how, fence)) {
        deny = 1;
        err = how & TRACE_MAKE ? EACCES : ENOENT;
    } else if (walk->outLen == spell->len
            && memcmp(walk->out, spell->path, spell->len) == 0) {
        if (walk->type != TRACE_IS_UNKNOWN || found.deny) {
            Store(map, walk->out, walk->outLen, &found, fence, status, flags,
                    &token);
        }
        return deny && fence ? err : 0;
    } else if (!noCache || found.deny) {
        Dtsm_Token outToken;
        unsigned outFlags = 0;
        int outStatus, before = walk->type;

        /*
         * Look at what it resolves to, and then at the world once more.
         */

        outStatus = Dtsm_Look(map, walk->out, walk->outLen, &outFlags,
                &outToken);
        if (Judge(outStatus == DTSM_OK ? outFlags : DTSM_PREFIX,
                how | TRACE_NOFOLLOW, fence, 0) == HIT_NONE) {
            size_t len = walk->outLen;

            memcpy(walk->bad, walk->out, len + 1);
            if (!DtsmTraceResolve(map, walk->bad, len, 0, walk)
                    || walk->type != before || walk->outLen != len
                    || memcmp(walk->out, walk->bad, len) != 0) {
                return deny && fence ? err : 0;     /* it changes: no answer
                                                     * to keep */
            }
            noAlias |= !Store(map, walk->out, len, &found, fence, outStatus,
                    outFlags, &outToken);
        }
    }
    if (!noAlias) {                     /* D2 */
        unsigned put = DTSM_ALIAS | (how & TRACE_KINDS)
                | (deny ? DTSM_DENY : DTSM_ALLOW)
                | (deny && fence ? DTSM_REPORTED : 0u)
                | (found.flags & (DTSM_MISSING | DTSM_ASK));

        if (!deny && (found.saw & (TRACE_SAW_DENY | TRACE_SAW_LINK))) {
            put &= ~DTSM_WRITE;                         /* D3 */
        }
        if (aliasStatus == DTSM_OK && !(aliasFlags & DTSM_PREFIX)
                && !((aliasFlags ^ put) & (DTSM_ALLOW | DTSM_DENY))) {
            put |= aliasFlags & (TRACE_KINDS | DTSM_REPORTED);
        }
        Dtsm_InsertLooked(map, key, keyLen, put, &aliasToken);

        /*
         * Say of the spelling that it has an alias key, unless it is a
         * symlink with a verdict of its own.
         */

        Dtsm_Look(map, spell->path, spell->len, &flags, &aliasToken);
        if (flags == 0 || (flags & DTSM_PREFIX)) {
            Dtsm_InsertLooked(map, spell->path, spell->len,
                    put & (DTSM_ALIAS | DTSM_ALLOW | DTSM_DENY), &token);
        }
    }
    return deny && fence ? err : 0;
}

/*
 * Quick --
 *
 *      Search for an answer.
 *
 * Returns:
 *      HIT_*; *policyPtr receives the policy's number.
 */

static int
Quick(Dtsm_Map *map, char *buf, size_t size, const DtsmTraceSpelling *spell,
        unsigned how, int fence, uint64_t *policyPtr)
{
    Dtsm_Token token;
    unsigned flags;
    size_t headLen;
    char *key;
    int hit;

    token.policy = 0;
    if (Dtsm_Look(map, spell->path, spell->len, &flags, &token) != DTSM_OK) {
        *policyPtr = token.policy;
        return HIT_NONE;
    }
    *policyPtr = token.policy;
    if (DtsmSubjectIsStale()) {
        return HIT_NONE;
    }
    hit = Judge(flags, how, fence, 0);
    if (hit != HIT_FOLLOW) {
        return hit;
    }
    if (spell->path != buf + TRACE_KEY_HEAD) {
        if (spell->len > size - TRACE_KEY_HEAD) {
            return HIT_NONE;
        }
        memcpy(buf + TRACE_KEY_HEAD, spell->path, spell->len);
    }
    key = AliasKey(buf, token.policy, how, &headLen);
    if (Dtsm_Look(map, key, spell->len + headLen, &flags, &token)
            != DTSM_OK) {
        return HIT_NONE;
    }
    return Judge(flags, how, fence, 1);
}

/*
 * CheckIn --
 *
 *      DtsmTraceCheck with a buffer for the spelling.
 *
 * Returns:
 *      0 or an errno; TOO_SMALL: the buffer; ASTRAY: the path was not judged.
 */

enum { TOO_SMALL = -1, ASTRAY = -2 };

static int
CheckIn(Dtsm_Map *map, int dirfd, const char *path, unsigned how, char *buf,
        size_t size, unsigned *sawPtr)
{
    DtsmTraceSpelling spell;
    int fence = !(how & TRACE_NOTE) && Dtsm_Fence(map);
    int hit, fresh = 0, err;
    unsigned saw = 0;
    uint64_t policy = 0;

    for (;;) {
        switch (DtsmTraceSpell(map, dirfd, path, fresh, buf, size, &spell)) {
            case TRACE_LONG:
                return TOO_SMALL;
            case TRACE_NOWHERE:
                return ASTRAY;
            default:
                break;
        }
        if (spell.follow && !(how & TRACE_MAKE)) {
            how &= ~TRACE_NOFOLLOW;
        }
        hit = Quick(map, buf, size, &spell, how, fence, &policy);
        if (spell.policy == 0 || spell.policy == policy) {
            break;
        }
        fresh = 1;              /* the remembered directory is out of date */
    }
    if (hit == HIT_ALLOW || strnlen(path, PATH_MAX) == PATH_MAX) {
        return 0;               /* one too long is the kernel's to refuse */
    }
    err = how & TRACE_MAKE ? EACCES : ENOENT;
    if (hit != HIT_DENY) {
        DtsmTraceWalk *walk;

        if (spell.len > size - TRACE_KEY_HEAD) {
            return TOO_SMALL;
        }
        walk = DtsmTraceBorrow();
        if (walk == NULL) {
            return 0;
        }
        err = Slow(map, buf, &spell, how, fence, walk, &saw);
        DtsmTraceReturn(walk);
        if (sawPtr != NULL) {
            *sawPtr = saw;
        }
        if (err < 0) {
            return ASTRAY;
        }
    }
    return err;
}

/*
 * CheckReached --
 *
 *      CheckIn of what the kernel comes to by a path.
 */

static int
CheckReached(Dtsm_Map *map, int dirfd, const char *path, unsigned how,
        unsigned *sawPtr)
{
    char *reached = DtsmTraceBorrow(), *block = DtsmTraceBorrow();
    int result = 0;

    if (reached != NULL && block != NULL && DtsmSubjectReach(dirfd, path,
            how & TRACE_NOFOLLOW ? O_NOFOLLOW : 0, reached,
            DTSM_SCRATCH_SIZE) > 0) {
        result = CheckIn(map, AT_FDCWD, reached, how, block,
                DTSM_SCRATCH_SIZE, sawPtr);
    }
    DtsmTraceReturn(block);
    DtsmTraceReturn(reached);
    return result;
}

int
DtsmTraceCheck(int dirfd, const char *path, unsigned how, unsigned *sawPtr)
{
    Dtsm_Map *map = DtsmSubjectMap();
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
    int result;

    if (sawPtr != NULL) {
        *sawPtr = 0;
    }
    if (map == NULL || TRACE_NO_POINTER(path) || *path == '\0') {
        return 0;
    }
    result = CheckIn(map, dirfd, path, how, buf, sizeof(buf), sawPtr);
    if (result < 0) {
        char *block = result == TOO_SMALL ? DtsmTraceBorrow() : NULL;

        if (block != NULL) {
            result = CheckIn(map, dirfd, path, how, block, DTSM_SCRATCH_SIZE,
                    sawPtr);
            DtsmTraceReturn(block);
        }
        if (result == ASTRAY) {
            result = CheckReached(map, dirfd, path, how, sawPtr);
        }
    }
    return result > 0 ? result : 0;
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
    Dtsm_Map *map = DtsmSubjectMap();
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
