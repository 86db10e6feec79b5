/*
 * dtsmChange.c --
 *
 *      Who is just changing the world: V6 in dtsmSlot.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmInt.h"

#define INDEX_BITS  3

static_assert(DTSM_CHANGERS < 1 << INDEX_BITS, "a ticket holds an index");

/*
 * Enter --
 *
 *      Put our number where there is none.  Returns the ticket, 0 for no room.
 */

static uint64_t
Enter(Dtsm_Map *map, uint64_t self)
{
    unsigned i;

    for (i = 0; i < DTSM_CHANGERS; i++) {
        uint64_t seen = 0;

        if (DtsmStateCas(&DtsmHeaderOf(map)->changers[i], &seen, self)) {
            return self << INDEX_BITS | (i + 1);
        }
    }
    return 0;
}

uint64_t
Dtsm_BeginChange(Dtsm_Map *map)
{
    uint64_t self, ticket;
    int process;

    if (!map->writable) {
        return 0;
    }
    process = DtsmpSelf();
    if (process <= 0) {
        return 0;                       /* its filter keeps it from asking */
    }
    self = (uint64_t) process;
    ticket = Enter(map, self);
    if (ticket == 0) {
        (void) DtsmIsChangingStill(map);        /* takes the gone away */
        ticket = Enter(map, self);
    }
    return ticket;
}

void
Dtsm_EndChange(Dtsm_Map *map, uint64_t ticket)
{
    unsigned number = ticket & ((1u << INDEX_BITS) - 1);
    uint64_t self = ticket >> INDEX_BITS;

    if (number - 1 < DTSM_CHANGERS) {
        DtsmStateCas(&DtsmHeaderOf(map)->changers[number - 1], &self, 0);
    }
}

/*
 * DtsmIsChangingStill --
 *
 *      Some process has begun a change.  What one that is gone had begun has
 *      happened or never will: its forget came before.
 */

bool
DtsmIsChangingStill(const Dtsm_Map *map)
{
    bool changing = false;
    unsigned i;

    for (i = 0; i < DTSM_CHANGERS; i++) {
        DtsmWord *word = &DtsmHeaderOf(map)->changers[i];
        uint64_t seen = DtsmStateLoad(word);

        if (seen == 0) {
            continue;
        }
        changing = true;
        if (map->writable && DtsmpIsGone((int) (seen & INT32_MAX))) {
            DtsmStateCas(word, &seen, 0);
        }
    }
    return changing;
}
