/*
 * dtsmVerdict.c --
 *
 *      Search, look and match: what a path's verdict says and whether it
 *      counts.  dtsmStore.c changes it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmFind.h"

/*
 * JudgeSlowly --
 *
 *      The verdict is not of this version of the policy, or there is none:
 *      see what governs the path.
 */

static void
JudgeSlowly(const Dtsm_Map *map, DtsmSight *sight)
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

int
DtsmSee(const Dtsm_Map *map, const char *path, size_t pathLen,
        DtsmRecord *record, DtsmSight *sight)
{
    int status = DtsmKeyOf(map, &sight->key, path, pathLen);

    if (status != DTSM_OK) {
        return status;
    }
    if (record == NULL && (sight->key.len != pathLen || sight->key.letters)) {
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

static int
Answer(const DtsmSight *sight, unsigned *flagsPtr)
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
    DtsmSight sight;
    int status = DtsmSee(map, path, pathLen, record, &sight);

    *flagsPtr = 0;
    return status == DTSM_OK ? Answer(&sight, flagsPtr) : status;
}

static __attribute__((noinline)) int
SearchAny(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr)
{
    DtsmRecord *record = NULL;

    if (path != NULL && pathLen - 1 < DTSM_PATH_MAX) {
        DtsmKey key = {path, pathLen, pathLen, false};

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
    DtsmKey key = {path, pathLen, pathLen, false};
    const DtsmLeaf *rule;
    bool nul;

    if (map->folds || !DtsmIsPlain(path, pathLen, &nul) || nul
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
 * Settle --
 *
 *      End the token's making: the policy has been loaded (V6).
 */

static inline void
Settle(const Dtsm_Map *map, Dtsm_Token *tokenPtr)
{
    if (DtsmIsChanging(map)) {
        tokenPtr->record |= DTSM_UNSETTLED;
    }
}

int
Dtsm_IsSettled(const Dtsm_Token *tokenPtr)
{
    return (tokenPtr->record & DTSM_UNSETTLED) == 0;
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
    DtsmRecord *record = DtsmFindAsItStands(map, path, pathLen);
    DtsmSight sight;
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
    status = DtsmSee(map, path, pathLen, record, &sight);
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
    int status = DtsmKeyOf(map, &key, path, pathLen);

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
