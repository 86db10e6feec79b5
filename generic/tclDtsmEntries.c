/*
 * tclDtsmEntries.c --
 *
 *      Which entries of a map a command is asked for, and those entries.
 *
 * Most of a build's paths are of no interest to most questions, so all that
 * can be said of an entry is said during the walk.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmEntries.h"
#include "tclDtsmError.h"
#include "tclDtsmMemory.h"
#include "tclDtsmPath.h"

enum {
    AHEAD = 8,                  /* items whose paths are on their way */
    FEW = 12                    /* items that are sorted by insertion */
};

typedef struct Walk {
    const DtsmTcl_Choice *choices;
    DtsmTcl_Entries *entries;    /* of each of them */
    size_t count;
} Walk;

static Dtsm_WalkProc AddEntries;

static int
HasFlags(const DtsmTcl_Choice *choice, unsigned flags)
{
    return (flags & choice->need) == choice->need
            && (choice->any == 0 || (flags & choice->any) != 0)
            && (flags & choice->without) == 0;
}

/*
 * IsBelow --
 *
 *      Is path at or below top?
 */

static int
IsBelow(const DtsmTcl_Path *top, const char *path, size_t len, int noCase)
{
    return len >= top->len
            && (noCase || path[top->len - 1] == top->bytes[top->len - 1])
            && DtsmTcl_SameBytes(path, top->bytes, top->len, noCase)
            && (len == top->len || path[top->len] == '/'
                || top->bytes[top->len - 1] == '/');
}

/*
 * HasPath --
 *
 *      Is path inside of the choice, and not another than the glob's?
 */

static int
HasPath(const DtsmTcl_Choice *choice, const char *path, size_t len,
    int noCase)
{
    size_t i;

    if (choice->headLen > 0 && (len < choice->headLen || !DtsmTcl_SameBytes(
            path, choice->glob, choice->headLen, noCase))) {
        return 0;
    }
    if (choice->hasUnder && !IsBelow(&choice->under, path, len, noCase)) {
        return 0;
    }
    for (i = 0; i < choice->outsideCount; i++) {
        if (IsBelow(&choice->outside[i], path, len, noCase)) {
            return 0;
        }
    }
    return 1;
}

/*
 * IsOneKind --
 *
 *      Does a path come once?
 */

static int
IsOneKind(const DtsmTcl_Choice *choice)
{
    return !choice->rules || !choice->verdicts;
}

/*
 * Grow --
 *
 *      Room for twice as many.  It is ready before the old items are copied.
 */

static void
Grow(DtsmTcl_Entries *entries)
{
    size_t room = entries->room ? entries->room * 2 : 256;
    DtsmTcl_Entry *items = DtsmTcl_Alloc(room * sizeof *items);

    DtsmTcl_Ready(items, room * sizeof *items);
    if (entries->count > 0) {
        memcpy(items, entries->items, entries->count * sizeof *items);
    }
    DtsmTcl_FreeEntries(entries);
    entries->items = items;
    entries->room = room;
}

static void
AddEntry(const DtsmTcl_Choice *choice, DtsmTcl_Entries *entries,
    const Dtsm_Entry *entry)
{
    unsigned flags = entry->flags;
    int wanted = flags & DTSM_PREFIX ? choice->rules : choice->verdicts
            && (choice->voids || (flags & DTSM_VOID) == 0);
    DtsmTcl_Entry *item;

    if (!wanted || (flags & DTSM_FLAGS) == 0
            || (IsOneKind(choice) && !HasFlags(choice, flags))
            || !HasPath(choice, entry->path, entry->pathLen,
                    entries->noCase)) {
        return;
    }
    if (choice->countOnly && IsOneKind(choice)) {
        entries->count++;
        return;
    }
    if (entries->count == entries->room) {
        Grow(entries);
    }
    item = &entries->items[entries->count++];
    item->path = entry->path;
    item->len = (unsigned) entry->pathLen;
    item->flags = flags;
}

static int
AddEntries(void *data, const Dtsm_Entry *entry)
{
    Walk *walk = data;
    size_t i;

    for (i = 0; i < walk->count; i++) {
        AddEntry(&walk->choices[i], &walk->entries[i], entry);
    }
    return 0;
}

/*
 * Paths are compared eight bytes at a time, from copies of them: what another
 * process writes into the map meanwhile cannot confuse the sort.
 */

static uint64_t
KeyAt(const DtsmTcl_Entry *item, size_t depth)
{
    unsigned char bytes[8] = {0};
    size_t len = item->len > depth ? item->len - depth : 0;
    const char *at = item->path + depth;
    unsigned past = 0;          /* bits that are not behind depth */

    if (len >= sizeof bytes) {
        memcpy(bytes, at, sizeof bytes);
    } else if (len > 0 && item->len >= sizeof bytes) {
        past = 8 * (unsigned) (sizeof bytes - len);
        memcpy(bytes, at + len - sizeof bytes, sizeof bytes);
    } else if (len > 0) {
        memcpy(bytes, at, len);
    }
    return ((uint64_t) bytes[0] << 56 | (uint64_t) bytes[1] << 48
            | (uint64_t) bytes[2] << 40 | (uint64_t) bytes[3] << 32
            | (uint64_t) bytes[4] << 24 | (uint64_t) bytes[5] << 16
            | (uint64_t) bytes[6] << 8 | bytes[7]) << past;
}

/*
 * SetKeys --
 *
 *      Take the keys at depth; behind the end of all paths, what a search
 *      answers first.
 *
 * Results:
 *      0 when that was the end.
 */

static int
SetKeys(DtsmTcl_Entry *items, size_t count, size_t depth)
{
    size_t i;
    int more = 0;

    for (i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            __builtin_prefetch(items[i + AHEAD].path + depth);
        }
        items[i].key = KeyAt(&items[i], depth);
        more |= items[i].len > depth;
    }
    for (i = 0; i < count && !more; i++) {
        items[i].key = items[i].flags & DTSM_VOID ? 2
                : items[i].flags & DTSM_PREFIX ? 1 : 0;
    }
    return more;
}

/*
 * Partition --
 *
 *      Put those with a key below bound first.  No branch hangs on a key: it
 *      would be taken as often as not.
 *
 * Results:
 *      How many they are.
 */

static size_t
Partition(DtsmTcl_Entry *items, size_t count, uint64_t bound)
{
    size_t low = 0, at;

    for (at = 0; at < count; at++) {
        DtsmTcl_Entry item = items[at];

        items[at] = items[low];
        items[low] = item;
        low += item.key < bound;
    }
    return low;
}

/*
 * SortFew --
 *
 *      By key, where that takes fewer steps than a partition.
 */

static void
SortFew(DtsmTcl_Entry *items, size_t count)
{
    size_t i, k;

    for (i = 1; i < count; i++) {
        DtsmTcl_Entry item = items[i];

        for (k = i; k > 0 && items[k - 1].key > item.key; k--) {
            items[k] = items[k - 1];
        }
        items[k] = item;
    }
}

/*
 * Sort --
 *
 *      By path in the order of bytes: a quicksort by keys, where those that
 *      agree in theirs go on with the next.  The larger part is left to the
 *      loop, so that no call has more than half of its caller's items.
 *
 * Arguments:
 *      depth    How many bytes the items agree in.
 *      more     0: the keys are behind the end of all paths.
 */

static void
Sort(DtsmTcl_Entry *items, size_t count, size_t depth, int more)
{
    static const size_t primes[] = {7919, 104729, 1299709};
    size_t round = 0, low;

    while (count > 1) {
        if (count > FEW) {
            uint64_t pivot = items[count / 2
                    + primes[round++ % 3] % count / 2].key;

            low = Partition(items, count, pivot);
            if (low > count - low) {
                Sort(items + low, count - low, depth, more);
                count = low;
                continue;
            }
            if (low > 0) {
                Sort(items, low, depth, more);
                items += low;
                count -= low;
                continue;
            }
            low = pivot == UINT64_MAX ? count
                    : Partition(items, count, pivot + 1);
        } else {
            SortFew(items, count);
            for (; count > 1 && items[0].key != items[1].key; count--) {
                items++;
            }
            for (low = 1; low < count && items[low].key == items[0].key;
                    low++) {
                ;
            }
        }
        if (low > count - low) {        /* the first low agree */
            Sort(items + low, count - low, depth, more);
            if (!more) {
                return;
            }
            count = low;
            depth += sizeof(items->key);
            more = SetKeys(items, count, depth);
        } else {
            if (more && low > 1) {
                Sort(items, low, depth + sizeof(items->key),
                        SetKeys(items, low, depth + sizeof(items->key)));
            }
            items += low;
            count -= low;
        }
    }
}

/*
 * Finish --
 *
 *      Sort what a walk found, and leave each path once.
 */

static void
Finish(const DtsmTcl_Choice *choice, DtsmTcl_Entries *entries)
{
    DtsmTcl_Entry *items = entries->items;
    size_t i, kept = 0;

    Sort(items, entries->count, 0, SetKeys(items, entries->count, 0));
    if (IsOneKind(choice)) {
        return;
    }
    for (i = 0; i < entries->count; i++) {
        if (i > 0 && items[i].len == items[i - 1].len && memcmp(items[i].path,
                items[i - 1].path, items[i].len) == 0) {
            continue;
        }
        if (HasFlags(choice, items[i].flags)) {
            items[kept++] = items[i];
        }
    }
    entries->count = kept;
}

int
DtsmTcl_GetEntries(DtsmTcl_Map *mapPtr, Tcl_Interp *interp, size_t count,
    const DtsmTcl_Choice *choices, DtsmTcl_Entries *entries)
{
    Walk walk = {choices, entries, count};
    int status;
    size_t i;

    memset(entries, 0, count * sizeof *entries);
    for (i = 0; i < count; i++) {
        entries[i].noCase = mapPtr->noCase;
    }
    status = Dtsm_Walk(mapPtr->map, NULL, 0, AddEntries, &walk);
    if (status != DTSM_OK) {
        return DtsmTcl_Status(interp, status, mapPtr, NULL);
    }
    for (i = 0; i < count; i++) {
        if (entries[i].items != NULL) {
            Finish(&choices[i], &entries[i]);
        }
    }
    return TCL_OK;
}

void
DtsmTcl_FreeEntries(DtsmTcl_Entries *entries)
{
    if (entries->items != NULL) {
        DtsmTcl_Free(entries->items);
    }
}
