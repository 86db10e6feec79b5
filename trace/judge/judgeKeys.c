/*
 * judgeKeys.c --
 *
 *      The names in the map that are no paths.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeKeys.h"
#include "judgeFlags.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

size_t
DtsmTraceKeyHead(char *buf, uint64_t policy, char kind)
{
    char *head = buf + TRACE_KEY_HEAD;

    do {
        *--head = digits[policy & 15];
        policy >>= 4;
    } while (policy != 0);
    *--head = kind;
    *--head = '@';
    return (size_t) (buf + TRACE_KEY_HEAD - head);
}

char *
DtsmTraceKeyAlias(char *buf, uint64_t policy, unsigned how,
        size_t *headLenPtr)
{
    *headLenPtr = DtsmTraceKeyHead(buf, policy,
            how & TRACE_NOFOLLOW ? 'N' : 'F');
    return buf + TRACE_KEY_HEAD - *headLenPtr;
}

void
DtsmTraceBumpPolicy(Dtsm_Map *map)
{
    Dtsm_Forget(map, "@", 1, 1);        /* nothing is below that */
}

size_t
DtsmTraceKeyAnswer(char *key, const char *path, size_t len)
{
    key[0] = '@';
    key[1] = 'A';
    memcpy(key + TRACE_KEY_ANSWER, path, len);
    return TRACE_KEY_ANSWER + len;
}

void
DtsmTraceKeyLine(char key[TRACE_KEY_LINE], int number)
{
    key[0] = '@';
    key[1] = 'U';
    key[2] = digits[number];
    key[3] = '\t';
}

/*
 * Hash --
 *
 *      FNV-1a, 64 bits: the same in all processes, and short.
 */

static uint64_t
Hash(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
    }
    return hash;
}

void
DtsmTraceKeyStart(const char *head, const char *name,
        char key[START_KEY_LEN])
{
    uint64_t hash = Hash(Hash(UINT64_C(0xcbf29ce484222325), head), name);
    int i;

    key[0] = '@';
    key[1] = 'X';
    for (i = 2; i < START_KEY_LEN; i++) {
        key[i] = digits[hash >> 60];
        hash <<= 4;
    }
}
