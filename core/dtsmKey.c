/*
 * dtsmKey.c --
 *
 *      The longer ways of paths as keys; see dtsmKey.h.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmInt.h"
#include "dtsmVector.h"

/*
 * NextRun --
 *
 *      The next bytes of the folded path that lie together in the raw one.
 *      *posPtr starts at 0.  Returns their count, 0 at the end.
 */

static size_t
NextRun(const DtsmKey *key, size_t *posPtr, const char **runPtr)
{
    const char *path = key->path;
    size_t start = *posPtr, end = start;

    while (end < key->rawLen) {
        const char *slash = memchr(path + end, '/', key->rawLen - end);

        if (slash == NULL) {
            end = key->rawLen;
            break;
        }
        end = (size_t) (slash - path) + 1;
        if (end < key->rawLen && path[end] == '/') {
            break;
        }
    }
    *runPtr = path + start;
    *posPtr = end;
    while (*posPtr < key->rawLen && path[*posPtr] == '/') {
        ++*posPtr;
    }
    return end - start;
}

/*
 * DtsmKeyInit --
 *
 *      Returns DTSM_OK, or DTSM_INVALID for an empty or too long path or one
 *      with a NUL.
 */

int
DtsmKeyInit(DtsmKey *key, const char *path, size_t pathLen)
{
    bool nul;

    if (path == NULL || pathLen == 0) {
        return DTSM_INVALID;
    }
    while (pathLen > 1 && path[pathLen - 1] == '/') {
        pathLen--;
    }
    key->path = path;
    key->rawLen = key->len = pathLen;
    if (!DtsmIsPlain(path, pathLen, &nul)) {
        const char *run;
        size_t pos = 0, runLen;

        key->len = 0;
        while ((runLen = NextRun(key, &pos, &run)) != 0) {
            key->len += runLen;
        }
    }
    if (nul || key->len > DTSM_PATH_MAX) {
        return DTSM_INVALID;
    }
    return DTSM_OK;
}

/*
 * DtsmKeyCoversFolding --
 *
 *      As DtsmKeyCovers, for a path of enough bytes and any key.
 */

bool
DtsmKeyCoversFolding(const DtsmKey *key, const char *path)
{
    const char *run;
    size_t pos = 0, left = key->len, runLen;

    while ((runLen = NextRun(key, &pos, &run)) != 0) {
        if (runLen > left || memcmp(path, run, runLen) != 0) {
            return false;
        }
        path += runLen;
        left -= runLen;
    }
    return true;
}

/*
 * DtsmKeyCopy --
 *
 *      Write the folded path, key->len bytes and no more: a path that lies in
 *      a map may be scribbled on, so that it folds otherwise than before (F1).
 */

void
DtsmKeyCopy(const DtsmKey *key, char *to)
{
    const char *run;
    size_t pos = 0, left = key->len, runLen;

    if (key->len == key->rawLen) {
        memcpy(to, key->path, key->len);
        return;
    }
    while ((runLen = NextRun(key, &pos, &run)) != 0 && runLen <= left) {
        memcpy(to, run, runLen);
        to += runLen;
        left -= runLen;
    }
    memset(to, 0, left);
}

uint64_t
DtsmKeyHashFolding(const DtsmKey *key, const char *secret)
{
    XXH3_state_t state;
    const char *run;
    size_t pos = 0, runLen;

    XXH3_INITSTATE(&state);
    XXH3_64bits_reset_withSecret(&state, secret, DTSM_SECRET_BYTES);
    while ((runLen = NextRun(key, &pos, &run)) != 0) {
        XXH3_64bits_update(&state, run, runLen);
    }
    return XXH3_64bits_digest(&state);
}

/*
 * DtsmKeySumStart, DtsmKeySumAdd, DtsmKeySumHash --
 *
 *      The hashes of a key's covering paths, one after the other: each takes
 *      what the last step added.
 */

void
DtsmKeySumStart(DtsmKeySum *sum, const char *secret)
{
    XXH3_INITSTATE(&sum->state);
    XXH3_64bits_reset_withSecret(&sum->state, secret, DTSM_SECRET_BYTES);
    sum->end = 0;
}

void
DtsmKeySumAdd(DtsmKeySum *sum, const DtsmKey *key, const DtsmStep *step)
{
    size_t added = step->end - sum->end;

    XXH3_64bits_update(&sum->state, key->path + step->rawEnd - added, added);
    sum->end = step->end;
}

uint64_t
DtsmKeySumHash(const DtsmKeySum *sum)
{
    return XXH3_64bits_digest(&sum->state);
}

/*
 * DtsmKeyRehash --
 *
 *      Another hash of the folded bytes, for each seed another one.
 */

uint64_t
DtsmKeyRehash(const DtsmKey *key, uint64_t seed)
{
    char secret[DTSM_SECRET_BYTES];

    XXH3_generateSecret_fromSeed(secret, seed);
    return DtsmKeyHash(key, secret);
}

unsigned
DtsmKeyDepth(const DtsmKey *key)
{
    DtsmStep step = {0, 0, 0};

    while (DtsmKeyStep(key, &step)) {
        continue;
    }
    return step.depth < DTSM_DEPTH_LAST ? step.depth : DTSM_DEPTH_LAST;
}
