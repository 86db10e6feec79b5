/*
 * judgeStarts.c --
 *
 *      Which programs were started and have not attached.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeStarts.h"
#include "../core/dtsmInt.h"

#include <string.h>

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
DtsmStartKey(const char *head, const char *name, char key[START_KEY_LEN])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t hash = Hash(Hash(UINT64_C(0xcbf29ce484222325), head), name);
    int i;

    key[0] = '@';
    key[1] = 'X';
    for (i = 2; i < START_KEY_LEN; i++) {
        key[i] = digits[hash >> 60];
        hash <<= 4;
    }
}

int
DtsmStartIsNoted(const Dtsm_Map *map, const char *key)
{
    unsigned flags;

    return Dtsm_Search(map, key, START_KEY_LEN, &flags) == DTSM_OK
            && (flags & START_NOTED) != 0;
}

void
DtsmStartNote(Dtsm_Map *map, const char *key, const char *path,
        size_t pathLen, char *block)
{
    size_t len = START_KEY_LEN + 1 + pathLen;
    unsigned flags;

    memmove(block + START_KEY_LEN + 1, path, pathLen);
    memcpy(block, key, START_KEY_LEN);
    block[START_KEY_LEN] = '\t';
    if (Dtsm_Search(map, block, len, &flags) != DTSM_OK) {
        Dtsm_Insert(map, block, len, START_ANY);
    }
}

void
DtsmStartCount(Dtsm_Map *map, const char *key, unsigned flags, int delta)
{
    DtsmBalance(map, key, START_KEY_LEN, START_ANY | flags, delta);
}

void
DtsmStartAttached(Dtsm_Map *map, const char *name)
{
    char key[START_KEY_LEN];

    DtsmStartKey("", name, key);
    DtsmBalance(map, key, START_KEY_LEN, START_ANY | START_ATTACHED, -1);
}

void
DtsmStartMounts(Dtsm_Map *map)
{
    static const char key[] = "@X-mounts";

    Dtsm_Insert(map, key, sizeof(key) - 1, START_ANY);
}
