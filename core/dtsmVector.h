/*
 * dtsmVector.h --
 *
 *      What is done to many bytes at a time: with SSE2, which every x86-64
 *      machine has, else with what C has.  All that a search does beside
 *      hashing goes through here, and without branches on the data: where in
 *      a bucket a path lies, or where a path differs, cannot be foretold.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMVECTOR_H
#define DTSMVECTOR_H

#include <stdbool.h>
#include <string.h>

#include "dtsmSlot.h"

/*
 * DTSM_USUALLY --
 *
 *      A condition that nearly always holds, or whose code is to lie in the
 *      straight line: each jump that is taken costs a hot search some.
 */

#define DTSM_USUALLY(x) __builtin_expect(!!(x), 1)

/*
 * A race detector does not see an atomic load in a vector's.
 */

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__
#endif
#endif
#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)
#define DTSM_SSE2
#include <emmintrin.h>

#define DTSM_VECTOR     ((size_t) 16)

static inline __m128i
DtsmVectorAt(const char *bytes)
{
    return _mm_loadu_si128((const __m128i *) (const void *) bytes);
}
#endif

/*
 * DtsmTagMask --
 *
 *      Which of the bucket's slots carry the tag, a bit for each.  Empty ones
 *      are among them when the tag is 0.  The slot itself is to be loaded
 *      again, in its order (S2).
 */

static inline unsigned
DtsmTagMask(DtsmBucket *bucket, uint32_t tag)
{
#ifdef DTSM_SSE2
    const float *at = (const float *) (const void *) bucket;
    const __m128i want = _mm_set1_epi32((int) tag);
    __m128i low = _mm_castps_si128(_mm_shuffle_ps(_mm_load_ps(at),
            _mm_load_ps(at + 4), 0xdd));        /* each slot's upper half */
    __m128i high = _mm_castps_si128(_mm_shuffle_ps(_mm_load_ps(at + 8),
            _mm_load_ps(at + 12), 0xdd));

    low = _mm_cmpeq_epi32(_mm_srli_epi32(low, DTSM_OFFSET_BITS - 32), want);
    high = _mm_cmpeq_epi32(_mm_srli_epi32(high, DTSM_OFFSET_BITS - 32), want);
    low = _mm_packs_epi32(low, high);
    return (unsigned) _mm_movemask_epi8(_mm_packs_epi16(low, low))
            & ((1u << DTSM_SLOTS) - 1);
#else
    unsigned mask = 0, i;

    for (i = 0; i < DTSM_SLOTS; i++) {
        mask |= (unsigned) (DtsmSlotLoad(&bucket->slots[i])
                >> DTSM_OFFSET_BITS == tag) << i;
    }
    return mask;
#endif
}

/*
 * DtsmSameBytes --
 *
 *      memcmp(a, b, len) == 0, for paths: of some sixty bytes and nearly
 *      always the same.  It takes vectors from both ends, as many as the hash
 *      does for a length, so that the processor, which has just seen those
 *      branches, foretells these.
 */

#ifdef DTSM_SSE2
static inline __m128i
DtsmEqual(const char *a, const char *b)
{
    return _mm_cmpeq_epi8(DtsmVectorAt(a), DtsmVectorAt(b));
}
#endif

static inline bool
DtsmSameBytes(const char *a, const char *b, size_t len)
{
#ifdef DTSM_SSE2
    if (len > DTSM_VECTOR && len <= 8 * DTSM_VECTOR) {
        const char *aEnd = a + len, *bEnd = b + len;
        __m128i front = DtsmEqual(a, b);
        __m128i back = DtsmEqual(aEnd - 16, bEnd - 16);

        if (DTSM_USUALLY(len > 32)) {
            front = _mm_and_si128(front, DtsmEqual(a + 16, b + 16));
            back = _mm_and_si128(back, DtsmEqual(aEnd - 32, bEnd - 32));
            if (DTSM_USUALLY(len > 64)) {
                front = _mm_and_si128(front, DtsmEqual(a + 32, b + 32));
                back = _mm_and_si128(back, DtsmEqual(aEnd - 48, bEnd - 48));
                if (len > 96) {
                    front = _mm_and_si128(front, DtsmEqual(a + 48, b + 48));
                    back = _mm_and_si128(back,
                            DtsmEqual(aEnd - 64, bEnd - 64));
                }
            }
        }
        return _mm_movemask_epi8(_mm_and_si128(front, back)) == 0xffff;
    }
#endif
    if (len >= 8 && len <= 16) {
        uint64_t a0, a1, b0, b1;

        memcpy(&a0, a, 8);
        memcpy(&a1, a + len - 8, 8);
        memcpy(&b0, b, 8);
        memcpy(&b1, b + len - 8, 8);
        return ((a0 ^ b0) | (a1 ^ b1)) == 0;
    }
    return memcmp(a, b, len) == 0;
}

/*
 * DtsmIsPlain --
 *
 *      Whether len bytes hold no two slashes in a row; *nulPtr tells of a
 *      NUL.  Vectors from both ends, as DtsmSameBytes has them.
 */

#ifdef DTSM_SSE2
typedef struct DtsmSeen {
    __m128i least;              /* 0: a NUL */
    __m128i pairs;              /* 0: two slashes */
} DtsmSeen;

static inline void
DtsmSeeAt(DtsmSeen *seen, const char *path, size_t at)
{
    const __m128i slashes = _mm_set1_epi8('/');
    __m128i these = DtsmVectorAt(path + at);
    __m128i those = DtsmVectorAt(path + at - 1);

    seen->least = _mm_min_epu8(seen->least, these);
    seen->pairs = _mm_min_epu8(seen->pairs, _mm_or_si128(
            _mm_xor_si128(these, slashes), _mm_xor_si128(those, slashes)));
}
#endif

static inline bool
DtsmIsPlain(const char *path, size_t len, bool *nulPtr)
{
    bool nul = false, twice = false, before = false;
    size_t i = 0;

#ifdef DTSM_SSE2
    if (len > DTSM_VECTOR) {
        DtsmSeen seen = {DtsmVectorAt(path), _mm_set1_epi8(-1)};

        DtsmSeeAt(&seen, path, 1);
        DtsmSeeAt(&seen, path, len - 16);
        if (len > 32) {
            DtsmSeeAt(&seen, path, 17);
            DtsmSeeAt(&seen, path, len - 32);
            if (len > 64) {
                DtsmSeeAt(&seen, path, 33);
                DtsmSeeAt(&seen, path, len - 48);
                for (i = 49; i + 48 < len; i += DTSM_VECTOR) {
                    DtsmSeeAt(&seen, path, i);
                }
            }
        }
        seen.least = _mm_cmpeq_epi8(seen.least, _mm_setzero_si128());
        seen.pairs = _mm_cmpeq_epi8(seen.pairs, _mm_setzero_si128());
        *nulPtr = _mm_movemask_epi8(seen.least) != 0;
        return _mm_movemask_epi8(seen.pairs) == 0;
    }
#endif
    for (; i < len; i++) {
        twice |= path[i] == '/' && before;
        nul |= path[i] == '\0';
        before = path[i] == '/';
    }
    *nulPtr = nul;
    return !twice;
}

/*
 * DtsmSlashMask --
 *
 *      Which of the up to sixteen bytes from path[from] on, from < len, are
 *      slashes.
 */

static inline unsigned
DtsmSlashMask(const char *path, size_t from, size_t len)
{
    size_t left = len - from, i;
    unsigned mask = 0;

#ifdef DTSM_SSE2
    if (len >= DTSM_VECTOR) {
        size_t at = left < DTSM_VECTOR ? len - DTSM_VECTOR : from;

        return (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(
                DtsmVectorAt(path + at), _mm_set1_epi8('/'))) >> (from - at);
    }
#endif
    for (i = 0; i < 16 && i < left; i++) {
        mask |= (unsigned) (path[from + i] == '/') << i;
    }
    return mask;
}

#endif /* DTSMVECTOR_H */
