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
 *      The next bytes of the folded path that lie together in the raw one; no
 *      more than a buffer's where their letters are folded, into that.
 *      run->pos starts at 0.  Returns their count, 0 at the end.
 */

#define FOLD_BYTES  64

typedef struct Run {
    size_t pos;
    const char *bytes;
    char folded[FOLD_BYTES];
} Run;

static size_t
NextRun(const DtsmKey *key, Run *run)
{
    const char *path = key->path;
    size_t start = run->pos, end = start, most = key->rawLen, i;
    bool twice = false;

    if (key->letters && most - start > FOLD_BYTES) {
        most = start + FOLD_BYTES;
    }
    while (end < most && !twice) {
        const char *slash = memchr(path + end, '/', most - end);

        end = slash == NULL ? most : (size_t) (slash - path) + 1;
        twice = slash != NULL && end < key->rawLen && path[end] == '/';
    }
    run->bytes = path + start;
    run->pos = end;
    while (twice && run->pos < key->rawLen && path[run->pos] == '/') {
        run->pos++;
    }
    if (key->letters) {
        for (i = 0; i < end - start; i++) {
            run->folded[i] = DtsmKeyFold(path[start + i]);
        }
        run->bytes = run->folded;
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
    key->letters = false;
    if (!DtsmIsPlain(path, pathLen, &nul)) {
        Run run;
        size_t runLen;

        run.pos = 0;
        key->len = 0;
        while ((runLen = NextRun(key, &run)) != 0) {
            key->len += runLen;
        }
    }
    if (nul || key->len > DTSM_PATH_MAX) {
        return DTSM_INVALID;
    }
    return DTSM_OK;
}

/*
 * DtsmKeyFoldLetters --
 *
 *      For a map that folds case.
 */

void
DtsmKeyFoldLetters(DtsmKey *key)
{
    size_t i;

    for (i = 0; i < key->rawLen && !key->letters; i++) {
        key->letters = DtsmKeyFold(key->path[i]) != key->path[i];
    }
}

/*
 * DtsmKeyCoversFolding --
 *
 *      As DtsmKeyCovers, for a path of enough bytes and any key.
 */

bool
DtsmKeyCoversFolding(const DtsmKey *key, const char *path)
{
    Run run;
    size_t left = key->len, runLen;

    run.pos = 0;
    while ((runLen = NextRun(key, &run)) != 0) {
        if (runLen > left || memcmp(path, run.bytes, runLen) != 0) {
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
    Run run;
    size_t left = key->len, runLen;

    if (DtsmKeyIsRaw(key)) {
        memcpy(to, key->path, key->len);
        return;
    }
    run.pos = 0;
    while ((runLen = NextRun(key, &run)) != 0 && runLen <= left) {
        memcpy(to, run.bytes, runLen);
        to += runLen;
        left -= runLen;
    }
    memset(to, 0, left);
}

uint64_t
DtsmKeyHashFolding(const DtsmKey *key, const char *secret)
{
    XXH3_state_t state;
    Run run;
    size_t runLen;

    run.pos = 0;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset_withSecret(&state, secret, DTSM_SECRET_BYTES);
    while ((runLen = NextRun(key, &run)) != 0) {
        XXH3_64bits_update(&state, run.bytes, runLen);
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
    DtsmKey part = {key->path + step->rawEnd - added, added, added,
        key->letters};
    Run run;
    size_t runLen;

    run.pos = 0;
    while ((runLen = NextRun(&part, &run)) != 0) {
        XXH3_64bits_update(&sum->state, run.bytes, runLen);
    }
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
