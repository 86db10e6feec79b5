/*
 * dtsmHistory.c --
 *
 *      The recording, read: process records, their texts, chunks and pairs.
 *
 *      The way through them is bounded by the file's size, not by trust in its
 *      contents: no byte is met twice (F2), and numbers fall (R2).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>

#include "dtsmInt.h"
#include "dtsmSlot.h"

/*
 * DtsmHistoryFlaw --
 *
 *      Tell of a flaw.  Returns what ends the way: 0 when it goes on.
 */

int
DtsmHistoryFlaw(DtsmHistory *history, const char *flaw, const void *place)
{
    if (history->flawProc == NULL) {
        return DTSM_CORRUPT;
    }
    history->flawProc(history->data, flaw, place);
    return 0;
}

/*
 * DtsmHistoryClaim --
 *
 *      Claim bytes, named by what lies at place.  Returns 0, or DTSM_CORRUPT
 *      when they are not to be read, with the flaw told.
 */

int
DtsmHistoryClaim(DtsmHistory *history, DtsmOffset offset, uint64_t bytes,
        const void *place)
{
    const char *flaw = NULL;

    if (offset == 0 || DtsmAt(history->map, offset, bytes, DTSM_UNIT)
            == NULL) {
        flaw = "the recording names something outside (R1)";
    } else if (offset + bytes
            > atomic_load(&DtsmHeaderOf(history->map)->cursor)) {
        flaw = "the recording names something beyond the cursor (A1)";
    } else if (!DtsmClaim(history->claims, offset, bytes)) {
        flaw = "the recording names what belongs to something else (F2)";
    }
    if (flaw != NULL) {
        (void) DtsmHistoryFlaw(history, flaw, place);
        return DTSM_CORRUPT;
    }
    return 0;
}

/*
 * DtsmAliasOf --
 *
 *      The two records that a word without kinds tells of.
 */

int
DtsmAliasOf(DtsmHistory *history, DtsmWord *place, uint64_t word,
        DtsmOffset *spellingPtr, DtsmOffset *targetPtr)
{
    const DtsmAlias *alias;
    int result = DtsmHistoryClaim(history, DtsmAccessOffset(word),
            sizeof(*alias), place);

    if (result == 0) {
        alias = DtsmAt(history->map, DtsmAccessOffset(word), sizeof(*alias),
                DTSM_UNIT);
        *spellingPtr = DTSM_ONCE(alias->spelling);      /* F1 */
        *targetPtr = DTSM_ONCE(alias->target);
    }
    return result;
}

/*
 * ReadChunks --
 *
 *      All words of a process, in order.
 */

static int
ReadChunks(DtsmHistory *history, DtsmOffset offset, const void *place)
{
    int result = 0;

    while (offset != 0 && result == 0) {
        DtsmChunk *chunk = offset >> DTSM_OFFSET_BITS != 0 ? NULL : DtsmAt(
                history->map, offset, sizeof(*chunk), DTSM_UNIT);
        uint64_t i, words = chunk == NULL ? 0 : DTSM_ONCE(chunk->words);

        if (words - 1 >= DtsmChunkWords(DTSM_CHUNK_SIZES - 1)) {
            return DtsmHistoryFlaw(history, "a chunk is outside, or has no"
                    " size that a chunk has (R4)", place);
        }
        if (DtsmHistoryClaim(history, offset, sizeof(*chunk)
                + words * sizeof(DtsmWord), place) != 0) {
            return history->flawProc == NULL ? DTSM_CORRUPT : 0;
        }
        for (i = 0; i < words && result == 0; i++) {
            uint64_t word = atomic_load_explicit(&chunk->accesses[i],
                    memory_order_acquire);                      /* R3 */

            if (word != 0) {
                result = history->wordProc(history, &chunk->accesses[i], word);
            }
        }
        place = chunk;
        offset = atomic_load_explicit(&chunk->next, memory_order_acquire);
                                                                /* R4 */
    }
    return result;
}

/*
 * PathAt --
 *
 *      The path of a record, NULL for none.  Returns false when the file is
 *      broken.
 */

static bool
PathAt(const Dtsm_Map *map, DtsmOffset offset, const char **pathPtr,
        size_t *lenPtr)
{
    const DtsmRecord *record;

    *pathPtr = NULL;
    *lenPtr = 0;
    if (offset == 0) {
        return true;
    }
    record = DtsmRecordAt(map, offset, lenPtr);
    *pathPtr = record == NULL ? NULL : record->path;
    return record != NULL;
}

/*
 * ForkerOf --
 *
 *      The number of the process record that forked another, which is older.
 */

static bool
ForkerOf(const Dtsm_Map *map, DtsmOffset offset, uint32_t number,
        uint32_t *forkerPtr)
{
    const DtsmProcess *record = offset == 0 ? NULL
            : DtsmAt(map, offset, sizeof(*record), DTSM_UNIT);

    *forkerPtr = record == NULL ? 0 : DTSM_ONCE(record->number);
    return offset == 0 || (*forkerPtr != 0 && *forkerPtr < number);
}

/*
 * ReadProcess --
 *
 *      One record: tell what it says, then its words.
 */

static int
ReadProcess(DtsmHistory *history, DtsmProcess *record, uint32_t number)
{
    const Dtsm_Map *map = history->map;
    Dtsm_ProcessEntry entry = {.id = number};
    DtsmOffset text = DTSM_ONCE(record->text);
    uint64_t how;
    int result;

    entry.pid = DTSM_ONCE(record->pid);
    entry.parentPid = DTSM_ONCE(record->parentPid);
    entry.start = DTSM_ONCE(record->start);
    entry.wordCount = DTSM_ONCE(record->wordCount);
    entry.textLen = DTSM_ONCE(record->textBytes);
    entry.isCut = DTSM_ONCE(record->isCut) != 0;
    entry.end = atomic_load_explicit(&record->end, memory_order_acquire);
    how = atomic_load_explicit(&record->exit, memory_order_relaxed); /* R6 */
    entry.how = entry.end == 0 ? DTSM_END_NONE : (int) (how >> 32);
    entry.value = entry.end == 0 ? 0 : (int) (uint32_t) how;
    if (!PathAt(map, DTSM_ONCE(record->program), &entry.program,
                &entry.programLen)
            || !PathAt(map, DTSM_ONCE(record->directory), &entry.directory,
                &entry.directoryLen)
            || !ForkerOf(map, DTSM_ONCE(record->forker), number,
                &entry.forker)
            || entry.textLen > DTSM_TEXT_MOST
            || entry.wordCount > entry.textLen
            || (text == 0) != (entry.textLen == 0)
            || entry.how < DTSM_END_NONE || entry.how > DTSM_END_EXEC) {
        return DtsmHistoryFlaw(history,
                "a process record says what cannot be (R1)", record);
    }
    if (text != 0 && DtsmHistoryClaim(history, text, entry.textLen, record)
            != 0) {
        return history->flawProc == NULL ? DTSM_CORRUPT : 0;
    }
    entry.text = text == 0 ? NULL : map->base + text;
    result = history->processProc == NULL ? 0
            : history->processProc(history->data, &entry);
    return result != 0 || history->wordProc == NULL ? result
            : ReadChunks(history, DTSM_ONCE(record->chunk), record);
}

/*
 * List --
 *
 *      Write the offsets of the records, of which count are said to be, into
 *      list, the oldest first.
 */

static int
List(DtsmHistory *history, DtsmOffset head, uint32_t count,
        DtsmOffset *list)
{
    const void *place = &DtsmHeaderOf(history->map)->processes;
    uint32_t number;

    for (number = count; number > 0; number--) {
        DtsmProcess *record = DtsmAt(history->map, head, sizeof(*record),
                DTSM_UNIT);

        if (DtsmHistoryClaim(history, head, sizeof(*record), place) != 0) {
            return history->flawProc == NULL ? DTSM_CORRUPT : 0;
        }
        if (DTSM_ONCE(record->number) != number) {
            return DtsmHistoryFlaw(history,
                    "a process record has a wrong number (R2)", record);
        }
        list[number - 1] = head;
        place = record;
        head = DTSM_ONCE(record->before);
    }
    return head == 0 ? 0 : DtsmHistoryFlaw(history,
            "the first process record names another (R2)", place);
}

int
DtsmWalkHistory(DtsmHistory *history)
{
    const Dtsm_Map *map = history->map;
    uint64_t head = atomic_load_explicit(&DtsmHeaderOf(map)->processes,
            memory_order_acquire);                              /* R1 */
    DtsmProcess *record;
    uint32_t i, count;
    DtsmOffset *list;
    int result;

    if (head == 0) {
        return 0;
    }
    record = DtsmAt(map, head, sizeof(*record), DTSM_UNIT);
    count = record == NULL ? 0 : DTSM_ONCE(record->number);
    if (count == 0 || count > map->window / sizeof(*record)) {
        return DtsmHistoryFlaw(history, "the newest process record is outside,"
                " or has a wrong number (R2)",
                &DtsmHeaderOf(map)->processes);
    }
    list = DtsmpPage(count * sizeof(*list));
    if (list == NULL) {
        errno = ENOMEM;
        return DTSM_SYSTEM;
    }
    result = List(history, head, count, list);
    for (i = 0; i < count && result == 0; i++) {
        record = list[i] == 0 ? NULL
                : DtsmAt(map, list[i], sizeof(*record), DTSM_UNIT);
        result = record == NULL ? 0 : ReadProcess(history, record, i + 1);
    }
    DtsmpUnmap(list, count * sizeof(*list));
    return result;
}

/*
 * Visiting --
 *
 *      A walk of Dtsm_WalkProcesses; the history comes first.
 */

typedef struct Visiting {
    DtsmHistory history;
    Dtsm_AccessProc *accessProc;
} Visiting;

static int
VisitWord(DtsmHistory *history, DtsmWord *place, uint64_t word)
{
    Visiting *visiting = (Visiting *) (void *) history;
    uint64_t mantissa = word & ((UINT64_C(1) << DTSM_TIME_MANTISSA) - 1);
    unsigned shift = (unsigned) (word >> DTSM_TIME_MANTISSA)
            & ((1u << (DTSM_ACCESS_TIME - DTSM_TIME_MANTISSA)) - 1);
    Dtsm_AccessEntry entry = {.flags = DtsmAccessFlags(word)};
    DtsmOffset target = 0;

    entry.place = DtsmAccessOffset(word);
    entry.time = mantissa << (shift + DTSM_TIME_UNIT);
    if ((entry.flags & DTSM_ACCESS_KINDS) == 0) {
        if (DtsmAliasOf(history, place, word, &entry.place, &target) != 0
                || target == 0) {
            return DTSM_CORRUPT;
        }
        entry.flags = 0;
    }
    entry.targetPlace = target;
    if (!PathAt(history->map, entry.place, &entry.path, &entry.pathLen)
            || entry.path == NULL || !PathAt(history->map, target,
                    &entry.target, &entry.targetLen)) {
        return DTSM_CORRUPT;
    }
    return visiting->accessProc(history->data, &entry);
}

int
Dtsm_WalkProcesses(const Dtsm_Map *map, Dtsm_ProcessProc *processProc,
        Dtsm_AccessProc *accessProc, void *data)
{
    DtsmClaims claims;
    Visiting visiting = {
        {map, &claims, processProc, accessProc == NULL ? NULL : VisitWord,
            NULL, data}, accessProc
    };
    int result = DtsmClaimsStart(&claims, map);

    if (result == DTSM_OK) {
        result = DtsmWalkHistory(&visiting.history);
        DtsmClaimsEnd(&claims);
    }
    return result;
}
