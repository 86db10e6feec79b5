/*
 * dtsmKey.h --
 *
 *      Paths as keys: folding of slashes without a copy, hashing, steps from
 *      one covering path to the next.
 *
 *      A folded path is the raw one without the slashes that follow a slash
 *      and without trailing slashes; "/" stays.  In a map that folds case its
 *      letters are folded as well.  It is never built: who needs its bytes
 *      takes them run by run from the raw path.  A path that is folded
 *      already, as nearly all are, goes the short ways that stand here
 *      (DtsmKeyIsRaw).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMKEY_H
#define DTSMKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#define XXH_NO_STDLIB
#include <xxhash.h>

#include "dtsmVector.h"

typedef struct DtsmKey {
    const char *path;
    size_t rawLen;              /* bytes at path, trailing slashes cut off */
    size_t len;                 /* bytes when folded */
    bool letters;               /* some of the raw bytes are folded letters */
} DtsmKey;

typedef struct DtsmStep {       /* from one covering path to the next */
    size_t rawEnd;              /* the path so far: raw bytes, */
    size_t end;                 /* folded bytes, */
    unsigned depth;             /* components */
} DtsmStep;

typedef struct DtsmKeySum {     /* the hash of a covering path, */
    XXH3_state_t state;
    size_t end;                 /* of so many folded bytes */
} DtsmKeySum;

int         DtsmKeyInit(DtsmKey *key, const char *path, size_t pathLen);
void        DtsmKeyFoldLetters(DtsmKey *key);
bool        DtsmKeyCoversFolding(const DtsmKey *key, const char *path);
uint64_t    DtsmKeyHashFolding(const DtsmKey *key, const char *secret);
uint64_t    DtsmKeyRehash(const DtsmKey *key, uint64_t seed);
void        DtsmKeySumStart(DtsmKeySum *sum, const char *secret);
void        DtsmKeySumAdd(DtsmKeySum *sum, const DtsmKey *key,
                const DtsmStep *step);
uint64_t    DtsmKeySumHash(const DtsmKeySum *sum);
void        DtsmKeyCopy(const DtsmKey *key, char *to);
unsigned    DtsmKeyDepth(const DtsmKey *key);

static inline bool
DtsmKeyIsRaw(const DtsmKey *key)
{
    return key->len == key->rawLen && !key->letters;
}

/*
 * DtsmKeyFold --
 *
 *      A byte of a path in a map that folds case (DTSM_FOLD_ASCII).
 */

static inline char
DtsmKeyFold(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char) (byte + ('a' - 'A')) : byte;
}

/*
 * DtsmKeyLast --
 *
 *      The last byte of the folded path that ends at rawEnd.
 */

static inline char
DtsmKeyLast(const DtsmKey *key, size_t rawEnd)
{
    char last = key->path[rawEnd - 1];

    return key->letters ? DtsmKeyFold(last) : last;
}

/*
 * Lengths of which a path is nearly always, where hashing and comparing take
 * no call.
 */

#define DTSM_USUAL_LEAST    17
#define DTSM_USUAL_MOST     128

static inline bool
DtsmIsUsual(size_t len)
{
    return len - DTSM_USUAL_LEAST <= DTSM_USUAL_MOST - DTSM_USUAL_LEAST;
}

/*
 * DtsmHash, DtsmHashUsual, DtsmKeyHash --
 *
 *      The hash of the folded bytes.  It is part of the file format: XXH3
 *      with the secret that is derived from the file's seed, which is as
 *      unforeseeable as a seed and spares every search the mixing in of one.
 *      For usual lengths it is written anew, as two sums where xxhash.h has
 *      one.  Its order of additions, and halves of a product that are shifted
 *      rather than copied, make gcc save four registers and move a dozen
 *      values.
 */

#define DTSM_SECRET_BYTES   XXH3_SECRET_DEFAULT_SIZE

#ifdef __SIZEOF_INT128__
static inline uint64_t
DtsmMix(const char *bytes, const char *secret)
{
    uint64_t a[2], b[2], halves[2];
    unsigned __int128 product;

    memcpy(a, bytes, sizeof(a));
    memcpy(b, secret, sizeof(b));
    product = (unsigned __int128) (a[0] ^ b[0]) * (a[1] ^ b[1]);
    memcpy(halves, &product, sizeof(halves));
    return halves[0] ^ halves[1];
}

static inline uint64_t
DtsmHashUsual(const char *path, size_t len, const char *secret)
{
    const char *end = path + len;
    uint64_t front = DtsmMix(path, secret)
            + len * UINT64_C(0x9e3779b185ebca87);
    uint64_t back = DtsmMix(end - 16, secret + 16);
    uint64_t hash;

    if (DTSM_USUALLY(len > 32)) {
        front += DtsmMix(path + 16, secret + 32);
        back += DtsmMix(end - 32, secret + 48);
        if (DTSM_USUALLY(len > 64)) {
            front += DtsmMix(path + 32, secret + 64);
            back += DtsmMix(end - 48, secret + 80);
            if (len > 96) {
                front += DtsmMix(path + 48, secret + 96);
                back += DtsmMix(end - 64, secret + 112);
            }
        }
    }
    hash = front + back;
    hash ^= hash >> 37;
    hash *= UINT64_C(0x165667919e3779f9);
    return hash ^ hash >> 32;
}
#else
static inline uint64_t
DtsmHashUsual(const char *path, size_t len, const char *secret)
{
    return XXH3_64bits_withSecret(path, len, secret, DTSM_SECRET_BYTES);
}
#endif

static inline uint64_t
DtsmHash(const char *path, size_t len, const char *secret)
{
    return DtsmIsUsual(len) ? DtsmHashUsual(path, len, secret)
            : XXH3_64bits_withSecret(path, len, secret, DTSM_SECRET_BYTES);
}

static inline uint64_t
DtsmKeyHash(const DtsmKey *key, const char *secret)
{
    return DtsmKeyIsRaw(key) ? DtsmHash(key->path, key->len, secret)
            : DtsmKeyHashFolding(key, secret);
}

/*
 * DtsmKeyCovers --
 *
 *      Whether a folded path begins with the key's bytes.  The caller sees to
 *      the component's end.
 */

static inline bool
DtsmKeyCovers(const DtsmKey *key, const char *path, size_t len)
{
    if (len < key->len) {
        return false;
    }
    return DtsmKeyIsRaw(key) ? DtsmSameBytes(path, key->path, key->len)
            : DtsmKeyCoversFolding(key, path);
}

static inline bool
DtsmKeyEqual(const DtsmKey *key, const char *path, size_t len)
{
    return len == key->len && DtsmKeyCovers(key, path, len);
}

/*
 * DtsmKeyEnd --
 *
 *      A bit that paths of this length (folded) and last byte have.  What
 *      covers a path is nearly always told apart from the rules by that,
 *      without hashing it.  Part of the file format.
 */

static inline uint64_t
DtsmKeyEnd(size_t len, char last)
{
    return UINT64_C(1) << ((len * 11 + (unsigned char) last) & 63);
}

/*
 * DtsmKeyStep --
 *
 *      Go to the next path that covers the key, from the shortest on.  step
 *      starts as {0, 0, 0}.  An absolute key's first one is "/", of depth 0.
 *      Returns false after the key itself.
 */

static inline bool
DtsmKeyStep(const DtsmKey *key, DtsmStep *step)
{
    const char *path = key->path;
    size_t start = step->rawEnd, end;

    if (start == 0 && path[0] == '/') {
        step->rawEnd = step->end = 1;
        return true;
    }
    while (start < key->rawLen && path[start] == '/') {
        start++;
    }
    if (start >= key->rawLen) {
        return false;
    }
    for (end = start; end < key->rawLen && path[end] != '/'; end++) {
        continue;
    }
    if (step->end > 1 || (step->end == 1 && path[0] != '/')) {
        step->end++;            /* the slash in between */
    }
    step->rawEnd = end;
    step->end += end - start;
    step->depth++;
    return true;
}

#endif /* DTSMKEY_H */
