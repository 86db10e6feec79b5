/*
 * dtsmClaim.c --
 *
 *      Which bytes of the file a way through all of it has met: F2 in
 *      dtsmInt.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>

#include "dtsmInt.h"

#define WORD_BITS   64

int
DtsmClaimsStart(DtsmClaims *claims, const Dtsm_Map *map)
{
    claims->bytes = map->window / DTSM_UNIT / 8 + sizeof(uint64_t);
    claims->words = DtsmpPage((size_t) claims->bytes);
    if (claims->words == NULL) {
        errno = ENOMEM;
        return DTSM_SYSTEM;
    }
    return DTSM_OK;
}

bool
DtsmClaim(DtsmClaims *claims, DtsmOffset offset, uint64_t bytes)
{
    uint64_t at = offset / DTSM_UNIT;
    uint64_t end = (offset + bytes + DTSM_UNIT - 1) / DTSM_UNIT;

    while (at < end) {
        uint64_t *word = &claims->words[at / WORD_BITS];
        uint64_t from = at % WORD_BITS;
        uint64_t count = end - at < WORD_BITS - from
                ? end - at : WORD_BITS - from;
        uint64_t mask = ~UINT64_C(0) >> (WORD_BITS - count) << from;

        if ((*word & mask) != 0) {
            return false;
        }
        *word |= mask;
        at += count;
    }
    return true;
}

void
DtsmClaimsEnd(DtsmClaims *claims)
{
    DtsmpUnmap(claims->words, claims->bytes);
}
