/*
 * dtsmBalance.c --
 *
 *      Numbers under keys of their own, which processes raise and lower: what
 *      one of them announces, another settles.
 *
 * A balance is the count of a verdict word, modulo 2^24.  Nobody forgets such
 * a key, so nothing else changes its count.
 *
 * B1  One CAS changes a balance.  A process that is killed has changed it or
 *     has not; nobody waits.
 * B2  The order does not matter: who settles first makes the record, with a
 *     negative balance.
 * B3  A file that holds garbage gives a wrong number, no more.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmInt.h"
#include "dtsmSlot.h"

#define COUNT_MASK 0xffffffu

static int
Signed(uint64_t word)
{
    uint32_t count = DtsmVerdictCount(word);

    return count > COUNT_MASK / 2 ? (int) count - (int) COUNT_MASK - 1
            : (int) count;
}

int
DtsmBalance(Dtsm_Map *map, const char *key, size_t keyLen, unsigned flags,
        int delta)
{
    uint32_t change = (uint32_t) delta & COUNT_MASK;
    DtsmRecord *record;
    uint64_t word, next;
    DtsmKey at;

    if (!map->writable || flags == 0
            || DtsmKeyOf(map, &at, key, keyLen) != DTSM_OK) {
        return 0;
    }

    /*
     * Every program that attaches comes here, and its record is there.
     */

    record = DtsmTrieFind(map, &at);
    if (record == NULL) {
        bool created;

        if (DtsmTrieInsert(map, &at, DtsmVerdict(flags,
                DtsmVersionFor(DtsmPolicyNow(map)), change), &record,
                &created) != DTSM_OK) {                         /* V7 */
            return 0;
        }
        if (created) {
            return Signed(DtsmStateLoad(&record->word));
        }
    }
    word = DtsmStateLoad(&record->word);
    do {
        next = DtsmVerdict(DtsmVerdictFlags(word) | flags,
                DtsmVerdictVersion(word),
                (DtsmVerdictCount(word) + change) & COUNT_MASK);
    } while (!DtsmStateCas(&record->word, &word, next));        /* B1 V7 */
    return Signed(next);
}

int
DtsmBalanceNow(const Dtsm_Map *map, const char *key, size_t keyLen)
{
    DtsmRecord *record = NULL;
    DtsmKey at;

    if (DtsmKeyOf(map, &at, key, keyLen) == DTSM_OK) {
        record = DtsmTrieFind(map, &at);
    }
    return record == NULL ? 0 : Signed(DtsmStateLoad(&record->word));
}
