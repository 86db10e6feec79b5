/*
 * dtsmStore.c --
 *
 *      Insert, mark, forget and remove: how verdicts and rules come and go.
 *      dtsmVerdict.c answers from them.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmFind.h"

/*
 * Writing --
 *
 *      What every change begins with: may we write, is the path one, are the
 *      flags some of allowed?
 */

static int
Writing(const Dtsm_Map *map, const char *path, size_t pathLen, unsigned flags,
        unsigned allowed, DtsmKey *key)
{
    int status = DtsmKeyOf(map, key, path, pathLen);

    if (status == DTSM_OK && (flags & ~allowed) != 0) {
        status = DTSM_INVALID;
    }
    if (status == DTSM_OK && !map->writable) {
        status = DTSM_READONLY;
    }
    return status;
}

int
Dtsm_InsertRules(Dtsm_Map *map, const Dtsm_Entry *entries, size_t entryCount)
{
    size_t newCount;

    return Dtsm_InsertNewRules(map, entries, entryCount, &newCount);
}

int
Dtsm_InsertNewRules(Dtsm_Map *map, const Dtsm_Entry *entries,
        size_t entryCount, size_t *newCountPtr)
{
    size_t i;

    *newCountPtr = 0;
    for (i = 0; i < entryCount; i++) {
        DtsmKey key;
        int status = Writing(map, entries[i].path, entries[i].pathLen,
                entries[i].flags, DTSM_FLAGS, &key);

        if (status != DTSM_OK) {
            return status;
        }
        if ((entries[i].flags & DTSM_PREFIX) == 0) {
            return DTSM_INVALID;
        }
    }
    if (entryCount == 0) {
        return DTSM_OK;
    }
    return DtsmPolicyChange(map, DTSM_CHANGE_RULE, entries, entryCount,
            newCountPtr);
}

/*
 * Stored --
 *
 *      Count a verdict that there is no room for.  A spelling's alias is not
 *      counted: it only spares work.
 */

static int
Stored(Dtsm_Map *map, unsigned flags, int status)
{
    if (status == DTSM_FULL && (flags & DTSM_ALIAS) == 0) {
        (void) Dtsm_Count(map, DTSM_COUNT_UNSTORED, 1);
    }
    return status;
}

/*
 * Counted --
 *
 *      Whether a verdict's word counted under a policy that was loaded after
 *      it (V1).
 */

static bool
Counted(const Dtsm_Map *map, const DtsmKey *key, uint64_t word,
        uint64_t policy)
{
    DtsmGoverning governing;

    if (DtsmVerdictFlags(word) == 0
            || DtsmPolicyVersion(policy) == DTSM_SPENT) {
        return false;
    }
    if (DtsmIsFresh(word, policy)) {
        return true;
    }
    DtsmGovern(map, policy, key, &governing);
    return DtsmVerdictVersion(word) >= governing.since;
}

/*
 * Insert --
 *
 *      Store a verdict.  Unless isNewPtr is NULL, say whether there was none
 *      that counted.  Of those who insert at once, one makes the record, and
 *      each other one's CAS replaces a word that it has seen: so of a path
 *      that nothing voids meanwhile just one of them is told that it is new.
 */

static int
Insert(Dtsm_Map *map, const char *path, size_t pathLen, unsigned flags,
        int *isNewPtr)
{
    DtsmRecord *record;
    uint64_t word, policy;
    bool created;
    DtsmKey key;
    int status = Writing(map, path, pathLen, flags, DTSM_FLAGS, &key);

    if (status != DTSM_OK || flags == 0) {
        return status != DTSM_OK ? status : DTSM_INVALID;
    }
    policy = DtsmPolicyNow(map);
    status = DtsmTrieInsert(map, &key, DtsmVerdict(flags,
            DtsmVersionFor(policy), 0), &record, &created);     /* V7 */
    if (status != DTSM_OK || created) {
        if (isNewPtr != NULL) {
            *isNewPtr = status == DTSM_OK;
        }
        return Stored(map, flags, status);
    }
    word = DtsmStateLoad(&record->word);
    do {
        policy = DtsmPolicyNow(map);                        /* V1 V5 */
    } while (!DtsmStateCas(&record->word, &word, DtsmVerdict(flags,
            DtsmVersionFor(policy), DtsmVerdictCount(word))));  /* V7 */
    if (isNewPtr != NULL) {
        *isNewPtr = !Counted(map, &key, word, policy);
    }
    return DTSM_OK;
}

int
Dtsm_Insert(Dtsm_Map *map, const char *path, size_t pathLen, unsigned flags)
{
    if (flags & DTSM_PREFIX) {
        Dtsm_Entry entry = {path, pathLen, flags};

        return Dtsm_InsertRules(map, &entry, 1);
    }
    return Insert(map, path, pathLen, flags, NULL);
}

int
Dtsm_InsertNew(Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned flags, int *isNewPtr)
{
    *isNewPtr = 0;
    if (flags & DTSM_PREFIX) {
        Dtsm_Entry entry = {path, pathLen, flags};
        size_t newCount;
        int status = Dtsm_InsertNewRules(map, &entry, 1, &newCount);

        *isNewPtr = newCount != 0;
        return status;
    }
    return Insert(map, path, pathLen, flags, isNewPtr);
}

int
Dtsm_InsertLooked(Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned flags, const Dtsm_Token *tokenPtr)
{
    uint32_t version = Dtsm_IsSettled(tokenPtr)
            ? DtsmVersionFor(tokenPtr->policy)      /* V7 */
            : DTSM_VERSION_NONE;                    /* V6 */
    DtsmOffset offset = tokenPtr->record & ~DTSM_UNSETTLED;
    DtsmRecord *record;
    size_t recordLen;
    uint64_t seen = tokenPtr->word;
    bool created;
    DtsmKey key;
    int status = Writing(map, path, pathLen, flags, DTSM_FLAGS & ~DTSM_PREFIX,
            &key);

    if (status != DTSM_OK || flags == 0) {
        return status != DTSM_OK ? status : DTSM_INVALID;
    }
    if (offset == 0) {                  /* V2: from "no record" */
        return Stored(map, flags, DtsmTrieInsert(map, &key,
                DtsmVerdict(flags, version, 0), &record, &created));
    }
    record = DtsmRecordAt(map, offset, &recordLen);
    if (record == NULL || !DtsmKeyEqual(&key, record->path, recordLen)) {
        return DTSM_INVALID;
    }
    DtsmStateCas(&record->word, &seen,
            DtsmVerdict(flags, version, DtsmVerdictCount(seen)));   /* V2 */
    return DTSM_OK;
}

int
Dtsm_Mark(Dtsm_Map *map, const char *path, size_t pathLen, unsigned set,
        unsigned clear)
{
    DtsmKey key;
    int status = Writing(map, path, pathLen, set | clear,
            DTSM_FLAGS & ~DTSM_PREFIX, &key);

    if (status != DTSM_OK) {
        return status;
    }
    for (;;) {
        DtsmSight sight;
        unsigned flags;
        uint64_t seen;

        status = DtsmSee(map, path, pathLen,
                DtsmFindAsItStands(map, path, pathLen), &sight);
        if (status != DTSM_OK) {
            return status;
        }
        if (!sight.counts) {
            return DTSM_NOTFOUND;
        }
        flags = (DtsmVerdictFlags(sight.word) | set) & ~clear;
        if (flags == 0) {
            return DTSM_INVALID;
        }
        seen = sight.word;
        if (DtsmStateCas(&sight.record->word, &seen, DtsmVerdict(flags,
                DtsmVerdictVersion(seen), DtsmVerdictCount(seen)))) {
            return DTSM_OK;
        }
    }
}

/*
 * ForgetBelow --
 *
 *      A mark in the policy.  Without room or version the whole map is void.
 */

static int
ForgetBelow(Dtsm_Map *map, const char *path, size_t pathLen)
{
    Dtsm_Entry entry = {path, pathLen, 0};

    if (DtsmPolicyChange(map, DTSM_CHANGE_MARK, &entry, 1, NULL) != DTSM_OK) {
        DtsmPolicySpend(map);
    }
    return DTSM_OK;
}

int
Dtsm_Forget(Dtsm_Map *map, const char *path, size_t pathLen, int below)
{
    DtsmRecord *record;
    uint64_t word;
    bool created;
    DtsmKey key;
    int status = Writing(map, path, pathLen, 0, 0, &key);

    if (status != DTSM_OK) {
        return status;
    }
    if (below) {
        return ForgetBelow(map, path, pathLen);
    }
    status = DtsmTrieInsert(map, &key, DtsmVerdict(0, DTSM_VERSION_NONE, 1),
            &record, &created); /* V3 V7 */
    if (status != DTSM_OK) {
        DtsmPolicySpend(map);
        return DTSM_OK;
    }
    if (!created) {
        word = DtsmStateLoad(&record->word);
        do {
            if (DtsmVerdictCount(word) == DTSM_COUNT_LAST) {
                DtsmPolicySpend(map);
                return DTSM_OK;
            }
        } while (!DtsmStateCas(&record->word, &word, DtsmVerdict(0,
                DTSM_VERSION_NONE, DtsmVerdictCount(word) + 1))); /* V3 V7 */
    }
    return DTSM_OK;
}

int
Dtsm_Remove(Dtsm_Map *map, const char *path, size_t pathLen)
{
    Dtsm_Entry entry = {path, pathLen, 0};
    DtsmKey key;
    int status = Writing(map, path, pathLen, 0, 0, &key);

    if (status != DTSM_OK) {
        return status;
    }
    return DtsmPolicyChange(map, DTSM_CHANGE_REMOVE, &entry, 1, NULL);
}
