/*
 * dtsmProcess.c --
 *
 *      The recording, written: processes begin and end.  R1, R2 and R6 in
 *      dtsmSlot.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "dtsmInt.h"
#include "dtsmSlot.h"

int
Dtsm_SetRecording(Dtsm_Map *map, uint64_t most)
{
    if (!map->writable) {
        return DTSM_READONLY;
    }
    atomic_store(&DtsmHeaderOf(map)->accessMost, most);
    return DTSM_OK;
}

uint64_t
Dtsm_Recording(const Dtsm_Map *map)
{
    return atomic_load_explicit(&DtsmHeaderOf(map)->accessMost,
            memory_order_relaxed);
}

int
Dtsm_Place(Dtsm_Map *map, const char *path, size_t pathLen,
        uint64_t *placePtr)
{
    DtsmRecord *record;
    bool created;
    DtsmKey key;
    int status = DtsmKeyOf(map, &key, path, pathLen);

    *placePtr = 0;
    if (status != DTSM_OK) {
        return status;
    }
    record = DtsmTrieFind(map, &key);
    if (record == NULL) {
        status = !map->writable ? DTSM_READONLY : DtsmTrieInsert(map, &key,
                DtsmVerdict(0, DTSM_VERSION_NONE, 0), &record, &created);
                                                                /* V7 */
        if (status != DTSM_OK) {
            return status;
        }
    }
    *placePtr = DtsmOffsetOf(map, record);
    return DTSM_OK;
}

/*
 * TextLen --
 *
 *      How many bytes of the command line's words go into the record, and how
 *      many words: whole ones, as many as fit.
 */

static size_t
TextLen(const Dtsm_Start *start, size_t *countPtr)
{
    size_t len = 0, count = 0, wordLen;
    const char *word = start->text, *end;

    for (;;) {
        if (start->words != NULL) {
            if (count == start->wordCount) {
                break;
            }
            wordLen = strlen(start->words[count]) + 1;
        } else {
            end = word == NULL ? NULL : memchr(word, '\0',
                    start->textLen - (size_t) (word - start->text));
            if (end == NULL) {
                break;
            }
            wordLen = (size_t) (end - word) + 1;
            word = end + 1;
        }
        if (wordLen > DTSM_TEXT_MOST - len) {
            break;
        }
        len += wordLen;
        count++;
    }
    *countPtr = count;
    return len;
}

/*
 * CopyText --
 *
 *      The words at to, which has room for len bytes.  They may change while
 *      we copy, as a process's own may: no more is written, and it ends with a
 *      NUL.
 */

static void
CopyText(const Dtsm_Start *start, size_t count, char *to, size_t len)
{
    size_t i, at = 0, wordLen;

    if (start->words == NULL) {
        memcpy(to, start->text, len);
        return;
    }
    for (i = 0; i < count; i++) {
        wordLen = strlen(start->words[i]) + 1;
        if (wordLen > len - at) {
            break;
        }
        memcpy(to + at, start->words[i], wordLen);
        at += wordLen;
    }
    memset(to + at, 0, len - at);
}

/*
 * Publish --
 *
 *      Make the record the newest.  Returns false when the file is broken.
 */

static bool
Publish(Dtsm_Map *map, DtsmProcess *record)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t head = atomic_load_explicit(&header->processes,
            memory_order_acquire);                              /* R1 */

    do {
        const DtsmProcess *before = NULL;

        if (head != 0) {
            before = DtsmAt(map, head, sizeof(*before), DTSM_UNIT);
            if (before == NULL || DTSM_ONCE(before->number) == UINT32_MAX) {
                return false;
            }
        }
        record->before = head;
        record->number = before == NULL ? 1 : DTSM_ONCE(before->number) + 1;
    } while (!atomic_compare_exchange_weak_explicit(&header->processes, &head,
            DtsmOffsetOf(map, record), memory_order_acq_rel,
            memory_order_acquire));                             /* R1 R2 */
    return true;
}

/*
 * Fill --
 *
 *      Write all of a record that nobody knows yet, of what follows it at
 *      text: its words, and at chunk its first chunk, unless 0.
 */

static void
Fill(Dtsm_Map *map, DtsmProcess *record, const Dtsm_Start *start,
        size_t wordCount, size_t textLen, DtsmOffset chunk)
{
    char *text = (char *) (record + 1);

    memset(record, 0, sizeof(*record));
    record->pid = start->pid;
    record->parentPid = start->parentPid;
    record->start = start->time != 0 ? start->time : DtsmpTime();
    record->forker = start->forker;
    record->program = start->program;
    record->directory = start->directory;
    record->wordCount = (uint32_t) wordCount;
    record->textBytes = (uint32_t) textLen;
    record->isCut = start->words != NULL ? wordCount < start->wordCount
            : textLen < start->textLen;
    if (textLen != 0) {
        record->text = DtsmOffsetOf(map, text);
        CopyText(start, wordCount, text, textLen);
    }
    record->chunk = chunk;
    if (chunk != 0) {
        DtsmClearChunk(map, chunk, 0);
    }
}

int
Dtsm_ProcessBegin(Dtsm_Map *map, Dtsm_Process *process,
        const Dtsm_Start *start)
{
    size_t wordCount, textLen, head, all;
    DtsmOffset offset, chunk = 0;
    DtsmProcess *record;
    bool hasRoom;

    __atomic_store_n(&process->room, 0, __ATOMIC_RELAXED);      /* R5 */
    DtsmStartSeen(process);
    process->record = 0;
    if (Dtsm_Recording(map) == 0) {
        return DTSM_NOTFOUND;
    }
    if (!map->writable) {
        return DTSM_READONLY;
    }
    textLen = TextLen(start, &wordCount);
    head = (sizeof(*record) + textLen + DTSM_UNIT - 1)
            & ~(size_t) (DTSM_UNIT - 1);
    hasRoom = DtsmTakeRoom(map, DtsmChunkWords(0));
    all = head + (hasRoom ? DtsmChunkBytes(0) : 0);
    if (DtsmAlloc(map, all, DTSM_UNIT, &offset) != DTSM_OK) {
        (void) Dtsm_Count(map, DTSM_COUNT_UNRECORDED, 1);
        return DTSM_FULL;
    }
    if (hasRoom) {
        chunk = offset + head;
    }
    record = (DtsmProcess *) (void *) (map->base + offset);
    Fill(map, record, start, wordCount, textLen, chunk);
    if (!Publish(map, record)) {
        DtsmGiveBack(map, offset, offset + all);
        return DTSM_CORRUPT;
    }
    process->record = offset;
    process->start = record->start;
    process->coarseStart = 0;
    DtsmStartRoom(process, chunk);
    return DTSM_OK;
}

void
Dtsm_ProcessEnd(Dtsm_Map *map, uint64_t place, int how, int value)
{
    DtsmProcess *record = place == 0 || !map->writable ? NULL
            : DtsmAt(map, place, sizeof(*record), DTSM_UNIT);

    if (record != NULL) {
        if (how == DTSM_END_NONE) {
            atomic_store_explicit(&record->end, 0, memory_order_release);
        }
        atomic_store_explicit(&record->exit, (uint64_t) (uint32_t) how << 32
                | (uint32_t) value, memory_order_release);
        if (how != DTSM_END_NONE) {
            atomic_store_explicit(&record->end, DtsmpTime(),
                    memory_order_release);                      /* R6 */
        }
    }
}

uint32_t
DtsmProcessCount(const Dtsm_Map *map)
{
    uint64_t head = atomic_load_explicit(&DtsmHeaderOf(map)->processes,
            memory_order_acquire);                              /* R1 */
    const DtsmProcess *record = head == 0 ? NULL
            : DtsmAt(map, head, sizeof(*record), DTSM_UNIT);

    return record == NULL ? 0 : DTSM_ONCE(record->number);
}
