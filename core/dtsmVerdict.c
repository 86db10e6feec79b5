/*
 * dtsmVerdict.c --
 *
 *      Search, look, insert, mark and forget: what a path's verdict says and
 *      whether it counts.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmFind.h"

/*
 * What a look found.
 */

typedef struct Sight {
    DtsmKey key;
    DtsmRecord *record;         /* NULL: none */
    uint64_t word;              /* the verdict word, 0 without a record */
    uint64_t policy;            /* loaded after word (V1) */
    bool counts;                /* the verdict counts */
    DtsmGoverning governing;    /* set when it does not, or on the slow way */
} Sight;

/*
 * JudgeSlowly --
 *
 *      The verdict is not of this version of the policy, or there is none:
 *      see what governs the path.
 */

static void
JudgeSlowly(const Dtsm_Map *map, Sight *sight)
{
    uint32_t version = DtsmVerdictVersion(sight->word);
    uint64_t seen = sight->word, fresh;

    if (DtsmVerdictFlags(seen) == 0) {
        sight->governing.rule = DtsmRuleOf(map, sight->policy, &sight->key);
        return;
    }
    DtsmGovern(map, sight->policy, &sight->key, &sight->governing);
    sight->counts = DtsmPolicyVersion(sight->policy) != DTSM_SPENT
            && version >= sight->governing.since;
    if (sight->counts && map->writable) {
        fresh = DtsmVerdict(DtsmVerdictFlags(seen),
                DtsmPolicyVersion(sight->policy), DtsmVerdictCount(seen));
        if (DtsmStateCas(&sight->record->word, &seen, fresh)) { /* V4 V7 */
            sight->word = fresh;
        }
    }
}

/*
 * SeeClosely --
 *
 *      Judge, where record is that of the path as it stands, or NULL.
 *
 * Returns: DTSM_OK or DTSM_INVALID.
 */

static int
SeeClosely(const Dtsm_Map *map, const char *path, size_t pathLen,
        DtsmRecord *record, Sight *sight)
{
    int status = DtsmKeyInit(&sight->key, path, pathLen);

    if (status != DTSM_OK) {
        return status;
    }
    if (record == NULL && sight->key.len != pathLen) {
        record = DtsmTrieFind(map, &sight->key);
    }
    sight->record = record;
    sight->word = record == NULL ? 0 : DtsmStateLoad(&record->word);
    sight->policy = DtsmPolicyNow(map); /* V1 */
    sight->counts = DtsmVerdictFlags(sight->word) != 0  /* there is one */
            && DtsmIsFresh(sight->word, sight->policy);
    if (!sight->counts) {
        JudgeSlowly(map, sight);
    }
    return DTSM_OK;
}

/*
 * FindAsItStands --
 *
 *      The path's record, or NULL: none, or one that only folding finds.  A
 *      path that is found as it stands needs no folding and holds no NUL, for
 *      no record does.
 */

static inline DtsmRecord *
FindAsItStands(const Dtsm_Map *map, const char *path, size_t pathLen)
{
    DtsmRecord *record = NULL;
    uint64_t hash, unit;

    if (path == NULL || pathLen - 1 >= DTSM_PATH_MAX) {
        return NULL;
    }
    hash = DtsmHash(path, pathLen, map->secret);
    unit = DtsmPairUnit(map, hash);
    if (DtsmIsUsual(pathLen) && DtsmIsEasyUnit(map, unit)
            && unit >= DTSM_HEADER_BYTES / DTSM_UNIT) {
        record = DtsmUsualAt(map->base, unit, path, pathLen);
    }
    return record != NULL ? record : DtsmFindPlain(map, path, pathLen, hash);
}

static int
Answer(const Sight *sight, unsigned *flagsPtr)
{
    if (sight->counts) {
        *flagsPtr = DtsmVerdictFlags(sight->word);
        return DTSM_OK;
    }
    if (sight->governing.rule != NULL) {
        *flagsPtr = sight->governing.rule->flags;
        return DTSM_OK;
    }
    return DTSM_NOTFOUND;
}

/*
 * AnswerFresh --
 *
 *      Answer from the record's verdict, if it is of the policy's version.
 */

static inline bool
AnswerFresh(char *base, DtsmRecord *record, unsigned *flagsPtr)
{
    DtsmHeader *header = (DtsmHeader *) (void *) base;
    uint64_t word = DtsmStateLoad(&record->word);

    if (!DtsmIsFresh(word, DtsmStateLoad(&header->policy))) {   /* V1 V7 */
        return false;
    }
    *flagsPtr = DtsmVerdictFlags(word);
    return true;
}

/*
 * SearchFrom, SearchAny --
 *
 *      A search from what is known already: the record as the path stands, or
 *      NULL; nothing.
 */

static __attribute__((noinline)) int
SearchFrom(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr, DtsmRecord *record)
{
    Sight sight;
    int status = SeeClosely(map, path, pathLen, record, &sight);

    *flagsPtr = 0;
    return status == DTSM_OK ? Answer(&sight, flagsPtr) : status;
}

static __attribute__((noinline)) int
SearchAny(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr)
{
    DtsmRecord *record = NULL;

    if (path != NULL && pathLen - 1 < DTSM_PATH_MAX) {
        DtsmKey key = {path, pathLen, pathLen};

        record = DtsmTrieFind(map, &key);
        if (record != NULL && AnswerFresh(map->base, record, flagsPtr)) {
            return DTSM_OK;
        }
    }
    return SearchFrom(map, path, pathLen, flagsPtr, record);
}

/*
 * SearchMissed --
 *
 *      A search for a usual path that has no record as it stands: when it is
 *      folded, only a rule can answer.
 */

static __attribute__((noinline)) int
SearchMissed(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr)
{
    DtsmKey key = {path, pathLen, pathLen};
    const DtsmLeaf *rule;
    bool nul;

    if (!DtsmIsPlain(path, pathLen, &nul) || nul
            || path[pathLen - 1] == '/') {
        return SearchFrom(map, path, pathLen, flagsPtr, NULL);
    }
    rule = DtsmRuleOf(map, DtsmPolicyNow(map), &key);
    *flagsPtr = rule == NULL ? 0 : rule->flags;
    return rule == NULL ? DTSM_NOTFOUND : DTSM_OK;
}

/*
 * Dtsm_Search --
 *
 *      The hit of a usual path, in one piece: what is inlined into it calls
 *      nothing, saves no register, and has no more than one check of what the
 *      file says, whether the unit is easy.  It may lie in the header, which
 *      does no harm, for nothing is written here; all else goes on elsewhere.
 */

__attribute__((flatten)) int
Dtsm_Search(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr)
{
    uint64_t hash, unit;
    DtsmRecord *record;
    char *base;

    if (path == NULL || !DtsmIsUsual(pathLen)) {
        return SearchAny(map, path, pathLen, flagsPtr);
    }
    hash = DtsmHashUsual(path, pathLen, map->secret);
    unit = DtsmPairUnit(map, hash);
    if (!DTSM_USUALLY(DtsmIsEasyUnit(map, unit))) {
        DtsmBucket *bucket = DtsmRootBucket(map, hash);
        unsigned mask = DtsmTagsFit(bucket, hash);

        if (mask == 0) {
            return DtsmChildLoad(bucket) == 0       /* S6 */
                    ? SearchMissed(map, path, pathLen, flagsPtr)
                    : SearchAny(map, path, pathLen, flagsPtr);
        }
        unit = DtsmSlotLoad(&bucket->slots[__builtin_ctz(mask)])
                & DTSM_OFFSET_MASK;
        if (!DtsmIsEasyUnit(map, unit)) {
            return SearchAny(map, path, pathLen, flagsPtr);
        }
    }
    base = map->base;           /* once: the loads below are in order */
    record = DtsmUsualAt(base, unit, path, pathLen);
    if (DTSM_USUALLY(record != NULL && AnswerFresh(base, record, flagsPtr))) {
        return DTSM_OK;
    }
    return SearchAny(map, path, pathLen, flagsPtr);
}

void
Dtsm_Prefetch(const Dtsm_Map *map, const char *path, size_t pathLen)
{
    if (path != NULL && pathLen - 1 < DTSM_PATH_MAX) {
        __builtin_prefetch(DtsmRootBucket(map, DtsmHash(path, pathLen,
                map->secret)));
    }
}

/*
 * A token's record is an offset, or 0 for none, and this bit when a change
 * was under way.
 */

#define UNSETTLED   (UINT64_C(1) << 63)

/*
 * Settle --
 *
 *      End the token's making: the policy has been loaded (V6).
 */

static inline void
Settle(const Dtsm_Map *map, Dtsm_Token *tokenPtr)
{
    if (DtsmIsChanging(map)) {
        tokenPtr->record |= UNSETTLED;
    }
}

int
Dtsm_IsSettled(const Dtsm_Token *tokenPtr)
{
    return (tokenPtr->record & UNSETTLED) == 0;
}

uint64_t
Dtsm_Policy(const Dtsm_Map *map)
{
    return DtsmPolicyNow(map);
}

int
Dtsm_Look(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr, Dtsm_Token *tokenPtr)
{
    DtsmRecord *record = FindAsItStands(map, path, pathLen);
    Sight sight;
    int status;

    if (record != NULL) {
        tokenPtr->record = DtsmOffsetOf(map, record);
        tokenPtr->word = DtsmStateLoad(&record->word);
        tokenPtr->policy = DtsmPolicyNow(map);      /* V1 */
        if (DtsmIsFresh(tokenPtr->word, tokenPtr->policy)) {
            Settle(map, tokenPtr);
            *flagsPtr = DtsmVerdictFlags(tokenPtr->word);
            return DTSM_OK;
        }
    }
    status = SeeClosely(map, path, pathLen, record, &sight);
    *flagsPtr = 0;
    if (status != DTSM_OK) {
        return status;
    }
    tokenPtr->record = sight.record == NULL ? 0
            : DtsmOffsetOf(map, sight.record);
    tokenPtr->word = sight.word;
    tokenPtr->policy = sight.policy;
    Settle(map, tokenPtr);
    return Answer(&sight, flagsPtr);
}

int
Dtsm_Match(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr, const char **rulePtr, size_t *ruleLenPtr)
{
    DtsmGoverning governing;
    DtsmKey key;
    int status = DtsmKeyInit(&key, path, pathLen);

    *flagsPtr = 0;
    *rulePtr = NULL;
    *ruleLenPtr = 0;
    if (status != DTSM_OK) {
        return status;
    }
    DtsmGovern(map, DtsmPolicyNow(map), &key, &governing);
    if (governing.rule == NULL) {
        return DTSM_NOTFOUND;
    }
    *flagsPtr = governing.rule->flags;
    *rulePtr = governing.rule->path;
    *ruleLenPtr = governing.ruleLen;
    return DTSM_OK;
}

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
    int status = DtsmKeyInit(key, path, pathLen);

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
    DtsmOffset offset = tokenPtr->record & ~UNSETTLED;
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
        Sight sight;
        unsigned flags;
        uint64_t seen;

        status = SeeClosely(map, path, pathLen,
                FindAsItStands(map, path, pathLen), &sight);
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
