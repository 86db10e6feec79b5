/*
 * dtsmFormat.h --
 *
 *      The bytes of a map.  One file, little-endian, offsets only: a place is
 *      a DtsmOffset, counted from the start of the file, and 0 means none.
 *
 *          0      +----------------------------------------------+
 *                 | header: constants, policy word, space, session|
 *          4096   +----------------------------------------------+
 *                 | root: 2^rootBits buckets of 64 bytes          |
 *                 +----------------------------------------------+
 *                 | records, child nodes, snapshots: as they come |
 *          cursor +----------------------------------------------+
 *                 | backed by memory, not used yet                |
 *          ready  +----------------------------------------------+
 *                 | hole                                          |
 *          window +----------------------------------------------+ end of file
 *
 *      Three kinds of 64-bit word carry all that changes:
 *
 *          slot     63      tag      40 | 39 child | offset in units 0
 *          policy   63    version    40 | 39   offset of snapshot   0
 *          verdict  63    version    40 | 39 count 16 | 15  flags   0
 *
 *      A fourth kind is written once: an access of a process
 *
 *          access   63   record's unit 27 | 26 flags 18 | 17  time  0
 *
 *      A verdict's version lies where the policy's does, so that one
 *      comparison tells whether the verdict is of that policy (V7).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMFORMAT_H
#define DTSMFORMAT_H

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t DtsmOffset;

typedef _Atomic uint64_t DtsmWord;      /* a word of the file that changes */

#define DTSM_MAGIC          UINT64_C(0x0a70616d6d737464) /* "dtsmmap\n" */
#define DTSM_MAGIC_MAKING   UINT64_C(0x676e696b616d7464) /* "dtmaking" */
#define DTSM_FORMAT         6u

#define DTSM_HEADER_BYTES   4096u
#define DTSM_OFFSET_BITS    40
#define DTSM_OFFSET_MASK    ((UINT64_C(1) << DTSM_OFFSET_BITS) - 1)
#define DTSM_UNIT           8u  /* bytes that a slot counts in: what it names
                                   is aligned, whatever the file says */

/*
 * Versions of the policy.  DTSM_SPENT in the policy word says that no verdict
 * counts any more: versions, a path's count, or the room for a forget ran
 * out.  It is final, and no verdict has it (V7).  A verdict of
 * DTSM_VERSION_NONE, which no policy has, never counts (V6): a forgotten one.
 */

#define DTSM_VERSION_NONE   0u
#define DTSM_VERSION_FIRST  1u
#define DTSM_VERSION_LAST   0xfffffeu
#define DTSM_SPENT          0xffffffu
#define DTSM_COUNT_LAST     0xffffffu

/*
 * Header.  Lines of 64 bytes by who writes them: constants by the creator;
 * policy by every change of the policy, fence by the session, changers by who
 * changes the world; space by every inserter; counters by every program start.
 */

#define DTSM_CHANGERS       6

/*
 * How letters of keys are folded, beside slashes.  A volume's own folding is a
 * further value, with its bytes in DtsmKeyFold (dtsmKey.h); a map of a value
 * that is not known here is not opened.
 */

#define DTSM_FOLD_NONE      0u
#define DTSM_FOLD_ASCII     1u  /* A-Z are a-z */

typedef struct DtsmHeader {
    DtsmWord magic;             /* written last by the creator (release) */
    uint32_t format;            /* DTSM_FORMAT */
    uint32_t headerBytes;       /* DTSM_HEADER_BYTES */
    uint64_t seed;              /* of the path hash; random */
    uint64_t window;            /* length of the file, bytes */
    DtsmOffset root;            /* first bucket */
    uint32_t rootBits;
    uint32_t fold;              /* DTSM_FOLD_*: how keys are folded */
    uint32_t unused0[4];

    DtsmWord policy;            /* CAS by changes of the policy */
    DtsmWord fence;             /* 1: denials are enforced */
    DtsmWord changers[DTSM_CHANGERS];   /* process numbers; 0: free (V6) */

    DtsmWord cursor;            /* CAS; first byte not handed out */
    DtsmWord ready;             /* CAS, only up; memory exists below it */
    uint64_t unused2[6];

    DtsmWord counters[8];       /* Dtsm_Counter; fetch-add; F3 */

    DtsmWord processes;         /* CAS; the newest process record; R1 */
    DtsmWord accessMost;        /* by the session; 0: nothing is recorded */
    DtsmWord accessRoom;        /* fetch-add; words in chunks */
} DtsmHeader;

/*
 * Verdicts: a bucket trie that only grows.  A bucket is one cache line; a
 * child node is four buckets.  A path has a pair of a bucket's slots to itself
 * and others of its hash, where it nearly always is; see S5.  The last slot of
 * a full bucket comes to name a child instead of a record (S6).
 */

#define DTSM_SLOT_BITS      3
#define DTSM_SLOTS          (1u << DTSM_SLOT_BITS)
#define DTSM_SLOT_CHILD     (UINT64_C(1) << 39)     /* beyond any record */
#define DTSM_CHILD_BITS     2
#define DTSM_CHILD_BUCKETS  (1u << DTSM_CHILD_BITS)
#define DTSM_LEVELS         64  /* buckets on one way down, at most */

typedef struct DtsmBucket {
    DtsmWord slots[DTSM_SLOTS];
} DtsmBucket;

#define DTSM_CHILD_BYTES    (DTSM_CHILD_BUCKETS * sizeof(DtsmBucket))

typedef struct DtsmRecord {
    DtsmWord word;              /* the verdict; flags 0: forgotten (V7) */
    uint16_t pathLen;
    char path[];                /* folded, pathLen bytes */
} DtsmRecord;

#define DTSM_RECORD_HEAD    offsetof(DtsmRecord, path)

/*
 * Policy: a snapshot and all that hangs on it never change.  Its leaves are
 * found by the hash of their path in a trie of 16-way nodes; an entry is an
 * offset with bit 0 set for a leaf.
 */

typedef struct DtsmSnapshot {
    uint32_t version;
    uint32_t ruleCount;
    uint64_t depths;            /* bit n: some leaf has n components */
    uint64_t ends;              /* a DtsmKeyEnd of each leaf */
    uint64_t top;               /* an entry; 0: no leaf */
} DtsmSnapshot;

#define DTSM_NODE_BITS      4
#define DTSM_NODE_LEVELS    (64 / DTSM_NODE_BITS)
#define DTSM_ENTRY_LEAF     1u

typedef struct DtsmNode {
    uint32_t bitmap;            /* which of the 16 ways exist */
    uint32_t unused;
    uint64_t entries[];         /* one for each bit, in order */
} DtsmNode;

typedef struct DtsmLeaf {
    uint64_t hash;              /* of path */
    uint64_t next;              /* entry of a leaf with the same hash, or 0 */
    uint32_t ruleVersion;       /* that brought the rule; 0: no rule here */
    uint32_t markVersion;       /* of the last forget-below or removal; or 0 */
    uint16_t flags;             /* of the rule, DTSM_PREFIX among them; or 0 */
    uint16_t pathLen;
    char path[];                /* folded, pathLen bytes */
} DtsmLeaf;

#define DTSM_LEAF_HEAD      offsetof(DtsmLeaf, path)
#define DTSM_DEPTH_LAST     63  /* stands for all greater depths too */

/*
 * The recording: a list of process records, the newest first; the words of
 * each lie in chunks, of which each has twice as many bytes as the one before,
 * up to a bound.
 *
 *      header.processes --> process -- before --> process --> ... --> 0
 *                             | chunk
 *                             +--> chunk -- next --> chunk --> 0
 *
 * The record, its text and its first chunk are one piece of space as a rule.
 */

typedef struct DtsmProcess {
    DtsmOffset before;          /* the process record before; 0: none */
    uint32_t number;            /* one more than that one's, from 1 on; R2 */
    int32_t pid;
    int32_t parentPid;
    uint32_t wordCount;         /* of the command line */
    uint32_t textBytes;
    uint32_t isCut;             /* 1: the command line had more */
    uint64_t start;             /* CLOCK_BOOTTIME, ns */
    DtsmOffset forker;          /* process record; 0: none, or it exec'd */
    DtsmOffset program;         /* records of paths; 0: unknown */
    DtsmOffset directory;
    DtsmOffset text;            /* 0: none */
    DtsmOffset chunk;           /* the first; 0: there was no room */
    DtsmWord exit;              /* how << 32 | value; before end; R6 */
    DtsmWord end;               /* as start; 0: not known to have ended */
} DtsmProcess;

typedef struct DtsmChunk {
    DtsmWord next;              /* CAS from 0; R4 */
    uint64_t words;             /* that it has */
    DtsmWord accesses[];        /* 0: not yet; R3 */
} DtsmChunk;

/*
 * A word without kinds names a pair: a spelling and what it resolved to.
 */

typedef struct DtsmAlias {
    DtsmOffset spelling;        /* records of paths */
    DtsmOffset target;
} DtsmAlias;

#define DTSM_ACCESS_UNIT    27      /* the word's unit begins at this bit, */
#define DTSM_ACCESS_SHIFT   11      /* DTSM_ACCESS_FLAGS, shifted so far, */
#define DTSM_ACCESS_TIME    18      /* lie above so many bits of time: */
#define DTSM_TIME_MANTISSA  14      /* 4 bits of shift, 14 of number, */
#define DTSM_TIME_UNIT      20      /* in 2^20 ns */

#define DTSM_CHUNK_SHIFT    9       /* the first has 2^9 bytes, */
#define DTSM_CHUNK_SIZES    9       /* and there are so many sizes */

/*
 * No record, node, snapshot, leaf, process record, text or chunk has more
 * bytes.
 */

#define DTSM_PIECE_MOST     (UINT64_C(1) << 17)

static_assert(sizeof(DtsmWord) == 8, "a word has 8 bytes");
static_assert(_Alignof(DtsmWord) == 8, "a word is aligned to 8");
static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics must be lock-free");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian only");
static_assert(offsetof(DtsmHeader, format) == 8, "format");
static_assert(offsetof(DtsmHeader, seed) == 16, "format");
static_assert(offsetof(DtsmHeader, window) == 24, "format");
static_assert(offsetof(DtsmHeader, root) == 32, "format");
static_assert(offsetof(DtsmHeader, rootBits) == 40, "format");
static_assert(offsetof(DtsmHeader, fold) == 44, "format");
static_assert(offsetof(DtsmHeader, policy) == 64, "format");
static_assert(offsetof(DtsmHeader, fence) == 72, "format");
static_assert(offsetof(DtsmHeader, changers) == 80, "format");
static_assert(offsetof(DtsmHeader, cursor) == 128, "format");
static_assert(offsetof(DtsmHeader, ready) == 136, "format");
static_assert(offsetof(DtsmHeader, counters) == 192, "format");
static_assert(offsetof(DtsmHeader, processes) == 256, "format");
static_assert(sizeof(DtsmHeader) <= DTSM_HEADER_BYTES, "format");
static_assert(sizeof(DtsmBucket) == 64, "format");
static_assert(DTSM_SLOT_CHILD <= DTSM_OFFSET_MASK, "format");
static_assert(DTSM_SLOT_CHILD > DTSM_OFFSET_MASK / DTSM_UNIT, "format");
static_assert(offsetof(DtsmRecord, path) == 10, "format");
static_assert(sizeof(DtsmSnapshot) == 32, "format");
static_assert(offsetof(DtsmSnapshot, depths) == 8, "format");
static_assert(offsetof(DtsmSnapshot, ends) == 16, "format");
static_assert(offsetof(DtsmSnapshot, top) == 24, "format");
static_assert(offsetof(DtsmNode, entries) == 8, "format");
static_assert(offsetof(DtsmLeaf, next) == 8, "format");
static_assert(offsetof(DtsmLeaf, ruleVersion) == 16, "format");
static_assert(offsetof(DtsmLeaf, markVersion) == 20, "format");
static_assert(offsetof(DtsmLeaf, flags) == 24, "format");
static_assert(offsetof(DtsmLeaf, path) == 28, "format");
static_assert((UINT64_C(0x80) << DTSM_ACCESS_SHIFT) == UINT64_C(1)
        << DTSM_ACCESS_TIME, "format");
static_assert(sizeof(DtsmProcess) == 96, "format");
static_assert(sizeof(DtsmChunk) == 16, "format");
static_assert(UINT64_C(1) << (DTSM_CHUNK_SHIFT + DTSM_CHUNK_SIZES - 1)
        <= DTSM_PIECE_MOST, "format");
static_assert(DTSM_LEAF_HEAD + UINT16_MAX <= DTSM_PIECE_MOST, "format");

#endif /* DTSMFORMAT_H */
