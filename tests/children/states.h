/*
 * states.h --
 *
 *      The part of states.c that records a process.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef STATES_H
#define STATES_H

/*
 * Record --
 *
 *      A process begins, fills its first chunk, and ends.
 */

static void
Record(Dtsm_Map *map)
{
    static const char *const words[] = {"one", "", "three"};
    static uint64_t seen[DTSM_SEEN_WORDS];
    Dtsm_Process process = {.table = seen};
    Dtsm_Start start = {.pid = 3, .parentPid = 2, .words = words,
        .wordCount = 3};
    uint64_t place;
    unsigned i;

    Dtsm_Place(map, "/bin/program", 12, &start.program);
    Dtsm_ProcessBegin(map, &process, &start);
    for (i = 0; i < 63; i++) {
        char path[20];

        Dtsm_Place(map, path, (size_t) snprintf(path, sizeof(path), "/r/%u",
                i % 50), &place);
        Dtsm_Access(map, &process, place, i < 50 ? DTSM_READ : DTSM_WRITE);
    }
    Dtsm_AccessAlias(map, &process, place, start.program);
    Dtsm_ProcessEnd(map, process.record, DTSM_END_STATUS, 1);
}

/*
 * Recorded --
 *
 *      What was recorded stays: words never get fewer, and an end says how.
 */

static int
CountProcess(void *data, const Dtsm_ProcessEntry *entry)
{
    (void) data;
    if (entry->wordCount != 3 || memcmp(entry->text, "one\0\0three", 11) != 0
            || entry->programLen != 12
            || (entry->end != 0 && (entry->how != DTSM_END_STATUS
                || entry->value != 1))) {
        Fail("a process record that says something else");
    }
    return 0;
}

static int
CountAccess(void *data, const Dtsm_AccessEntry *entry)
{
    if (strncmp(entry->path, "/r/", 3) != 0
            || (entry->flags == 0 && entry->targetLen != 12)) {
        Fail("an access to something else");
    }
    ++*(unsigned *) data;
    return 0;
}

static void
Recorded(const Dtsm_Map *map, int done)
{
    static unsigned before;
    unsigned count = 0;

    if (Dtsm_WalkProcesses(map, CountProcess, CountAccess, &count)
            != DTSM_OK) {
        Fail("the recording cannot be read");
    }
    if (count < before || (done && count != 64)) {
        Fail("an access is lost");
    }
    before = count;
}

#endif /* STATES_H */
