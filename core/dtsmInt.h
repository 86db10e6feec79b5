/*
 * dtsmInt.h --
 *
 *      Private declarations of the core: what its files say to each other.
 *      DtsmX is ours; DtsmpX is supplied by the platform (unix/).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMINT_H
#define DTSMINT_H

#include <stdbool.h>

#include "dtsm.h"
#include "dtsmFormat.h"
#include "dtsmKey.h"
#include "dtsmSlot.h"

/*
 * Space that an attachment has taken ahead for its records, in a page that
 * the kernel wipes in a forked child, so that it never goes on in its
 * parent's.
 */

typedef struct DtsmSpare {
    DtsmWord piece;             /* {8-byte units left, 24 bits | offset} */
} DtsmSpare;

/*
 * An attachment.  All but ready is set before Dtsm_Open returns.  The
 * constants of the header are copied, so that who scribbles on the file
 * cannot change them under us.
 */

struct Dtsm_Map {
    char *base;                 /* where the file is mapped */
    uint64_t window;            /* bytes of it that we mapped; may shrink */
    _Atomic uint64_t ready;     /* the header's, as last seen; A2 */
    _Atomic uint64_t open;      /* may be accessed; ready <= open <= window */
    _Atomic uint64_t easyUnits; /* any piece that starts in these ends there */
    uint64_t seed;
    char secret[DTSM_SECRET_BYTES];     /* of the hash; from the seed */
    DtsmBucket *buckets;        /* the root's; below ready: see Validate */
    uint64_t pairMask;          /* of pairs' indices among their words */
    unsigned rootBits;
    bool folds;                 /* keys fold case (DTSM_FOLD_ASCII) */
    bool writable;
    bool creator;               /* grows by huge pages, ahead of the others */
    bool fixed;                 /* in static memory, not in a page of its own */
    _Atomic unsigned taken;     /* pieces taken from the cursor, to a bound */
    _Atomic(DtsmSpare *) spare; /* set once; NULL: take from the cursor */
};

static inline DtsmHeader *
DtsmHeaderOf(const Dtsm_Map *map)
{
    return (DtsmHeader *) (void *) map->base;
}

static inline DtsmOffset
DtsmOffsetOf(const Dtsm_Map *map, const void *place)
{
    return (DtsmOffset) ((const char *) place - map->base);
}

/*
 * DtsmKeyOf --
 *
 *      DtsmKeyInit, as keys of this map are folded.
 */

static inline int
DtsmKeyOf(const Dtsm_Map *map, DtsmKey *key, const char *path, size_t pathLen)
{
    int status = DtsmKeyInit(key, path, pathLen);

    if (map->folds && status == DTSM_OK) {
        DtsmKeyFoldLetters(key);
    }
    return status;
}

/*
 * DtsmShrink (dtsmMap.c) --
 *
 *      Give back address space: what lies beyond bytes of the window, but
 *      never what this attachment knows to be ready.  Another thread that
 *      makes more room than that in the same moment gets an error.
 *
 * Context: async-signal-safe.
 */

void        DtsmShrink(Dtsm_Map *map, uint64_t bytes);

/*
 * DtsmReveal (dtsmAlloc.c) --
 *
 *      Open the window up to bytes at least, all of it at most; false if the
 *      system refuses.  It never closes again.
 *
 * Context: async-signal-safe.
 */

bool        DtsmReveal(Dtsm_Map *map, uint64_t bytes);

/* dtsmAlloc.c: space */

uint64_t    DtsmReadyNow(const Dtsm_Map *map);
int         DtsmAlloc(Dtsm_Map *map, size_t bytes, size_t align,
                DtsmOffset *offsetPtr);
int         DtsmAllocRecord(Dtsm_Map *map, size_t bytes,
                DtsmOffset *offsetPtr);
void        DtsmGiveBack(Dtsm_Map *map, DtsmOffset from, DtsmOffset end);
void        DtsmDropSpare(Dtsm_Map *map);

/*
 * DtsmAt --
 *
 *      The address of bytes at offset, or NULL when they do not lie, aligned,
 *      behind the header in memory that exists and that we have mapped.
 *      What starts well below the end needs no closer look.
 */

void       *DtsmAtClosely(const Dtsm_Map *map, DtsmOffset offset,
                uint64_t bytes, unsigned align);

/*
 * DtsmIsEasyUnit --
 *
 *      Whether any piece may be read that starts here, be it the header.
 */

static inline bool
DtsmIsEasyUnit(const Dtsm_Map *map, uint64_t unit)
{
    return unit < atomic_load_explicit(&map->easyUnits, memory_order_relaxed);
}

static inline bool
DtsmIsEasy(const Dtsm_Map *map, DtsmOffset offset, uint64_t bytes,
        unsigned align)
{
    return DtsmIsEasyUnit(map, offset / DTSM_UNIT)
            && offset >= DTSM_HEADER_BYTES && bytes <= DTSM_PIECE_MOST
            && (offset & (align - 1)) == 0;
}

static inline void *
DtsmAt(const Dtsm_Map *map, DtsmOffset offset, uint64_t bytes, unsigned align)
{
    return DtsmIsEasy(map, offset, bytes, align) ? map->base + offset
            : DtsmAtClosely(map, offset, bytes, align);
}

/*
 * DTSM_ONCE --
 *
 *      Read a word of the file that is no DtsmWord.
 *
 * F1   What is checked is what is used: a length or a bitmap of the file is
 *      read once, and goes on as a value beside what it tells of.  Who
 *      scribbles on the file between two reads cannot lead out of it.
 */

#define DTSM_ONCE(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)

/*
 * F3   What found no room is counted in the header, which exists, so the count
 *      needs none (DTSM_COUNT_UNSTORED).  A process that tries again counts
 *      again; one that is killed before it counts had not been told either.
 */

static_assert(DTSM_COUNTERS <= sizeof(((DtsmHeader *) 0)->counters)
        / sizeof(DtsmWord), "each counter has a word");

/* dtsmTrie.c: records */

DtsmRecord *DtsmRecordAt(const Dtsm_Map *map, DtsmOffset offset,
                size_t *pathLenPtr);
DtsmRecord *DtsmTrieFind(const Dtsm_Map *map, const DtsmKey *key);
int         DtsmTrieInsert(Dtsm_Map *map, const DtsmKey *key, uint64_t word,
                DtsmRecord **recordPtr, bool *createdPtr);

/*
 * DtsmBalance, DtsmBalanceNow (dtsmBalance.c) --
 *
 *      Add delta to the number that is kept under a key, and set flags there,
 *      at least one; or only tell it.  A key that is not there has 0.
 *
 * Returns:
 *      The new number, -2^23..2^23-1; 0 also where it cannot be kept, because
 *      the map is read-only or full.
 *
 * Context: async-signal-safe, after fork and in a vfork child; lock-free.
 */

int         DtsmBalance(Dtsm_Map *map, const char *key, size_t keyLen,
                unsigned flags, int delta);
int         DtsmBalanceNow(const Dtsm_Map *map, const char *key,
                size_t keyLen);

/* dtsmGovern.c: what governs a path; dtsmPolicy.c: changes of that */

typedef struct DtsmGoverning {
    const DtsmLeaf *rule;       /* NULL: no rule covers the path */
    size_t ruleLen;             /* of the rule's path (F1) */
    uint32_t since;             /* verdicts of older versions are void */
} DtsmGoverning;

typedef enum DtsmChangeKind {
    DTSM_CHANGE_RULE, DTSM_CHANGE_MARK, DTSM_CHANGE_REMOVE
} DtsmChangeKind;

/*
 * DtsmPolicyNow --
 *
 *      The policy word.  To be loaded after the verdict word (V1).
 */

static inline uint64_t
DtsmPolicyNow(const Dtsm_Map *map)
{
    return DtsmStateLoad(&DtsmHeaderOf(map)->policy);
}

const DtsmSnapshot *DtsmSnapshotOf(const Dtsm_Map *map, uint64_t policy);
const DtsmLeaf *DtsmLeafAt(const Dtsm_Map *map, uint64_t entry,
                size_t *pathLenPtr);
const DtsmNode *DtsmNodeAt(const Dtsm_Map *map, uint64_t entry,
                uint32_t *bitmapPtr);
unsigned    DtsmWayCount(uint32_t bitmap);

#define DTSM_CHAIN_MOST 64      /* leaves of one hash that are looked at */

static inline uint32_t
DtsmWayBit(uint64_t hash, unsigned level)
{
    return UINT32_C(1) << (hash >> (level * DTSM_NODE_BITS)
            & ((1u << DTSM_NODE_BITS) - 1));
}

const DtsmLeaf *DtsmPolicyFind(const Dtsm_Map *map,
                const DtsmSnapshot *snapshot, const DtsmKey *key);
void        DtsmGovern(const Dtsm_Map *map, uint64_t policy,
                const DtsmKey *key, DtsmGoverning *governing);
const DtsmLeaf *DtsmRuleOf(const Dtsm_Map *map, uint64_t policy,
                const DtsmKey *key);
int         DtsmPolicyChange(Dtsm_Map *map, DtsmChangeKind kind,
                const Dtsm_Entry *entries, size_t entryCount,
                size_t *rulesAddedPtr);
void        DtsmPolicySpend(Dtsm_Map *map);

/*
 * DtsmClaim (dtsmClaim.c) --
 *
 *      What a way through the whole file has met, a bit for each unit of the
 *      window: memory in proportion to the file.
 *
 * F2   Each byte belongs to one piece: a bucket, record, snapshot, node or
 *      leaf.  A way through the file claims what it meets and goes on only
 *      when all of that was free, so it ends after what the file holds,
 *      whatever names what.  In a sound map nothing is met twice, also while
 *      others change it: the way loads each slot once, which names a record
 *      or the child that has it (S6), and takes one snapshot (P1).
 *
 * Returns:
 *      DtsmClaimsStart: DTSM_OK, or DTSM_SYSTEM with errno; DtsmClaim: false
 *      when some of the bytes, which must lie in our mapping, were taken.
 */

typedef struct DtsmClaims {
    uint64_t *words;
    uint64_t bytes;
} DtsmClaims;

int         DtsmClaimsStart(DtsmClaims *claims, const Dtsm_Map *map);
bool        DtsmClaim(DtsmClaims *claims, DtsmOffset offset, uint64_t bytes);
void        DtsmClaimsEnd(DtsmClaims *claims);

static inline void
DtsmClaimSoon(const DtsmClaims *claims, DtsmOffset offset)
{
    __builtin_prefetch(claims->words + offset / DTSM_UNIT / 64, 1);
}

/*
 * dtsmAccess.c: whether so many words more may be recorded in the map; an
 * empty chunk; where a process begins to write, a first chunk, or 0 for none;
 * what it has seen: nothing.
 */

bool        DtsmTakeRoom(Dtsm_Map *map, uint64_t words);
void        DtsmClearChunk(Dtsm_Map *map, DtsmOffset offset, unsigned size);
void        DtsmStartRoom(Dtsm_Process *process, DtsmOffset chunk);
void        DtsmStartSeen(Dtsm_Process *process);

static inline size_t
DtsmChunkBytes(unsigned size)
{
    return (size_t) 1 << (DTSM_CHUNK_SHIFT + size);
}

static inline size_t
DtsmChunkWords(unsigned size)
{
    return (DtsmChunkBytes(size) - sizeof(DtsmChunk)) / sizeof(DtsmWord);
}

/*
 * DtsmWalkHistory (dtsmHistory.c) --
 *
 *      The way through all process records, their texts, chunks and pairs,
 *      which it claims.
 *
 * Arguments:
 *      history->processProc
 *               As for Dtsm_WalkProcesses; given what is sound.
 *      history->wordProc
 *               Given each word, or NULL.
 *      history->flawProc
 *               Given a flaw, and the way goes on behind it; NULL: it ends
 *               there.
 *
 * Returns: as Dtsm_WalkProcesses.
 */

typedef struct DtsmHistory {
    const Dtsm_Map *map;
    DtsmClaims *claims;
    Dtsm_ProcessProc *processProc;
    int (*wordProc)(struct DtsmHistory *history, DtsmWord *place,
            uint64_t word);
    void (*flawProc)(void *data, const char *flaw, const void *place);
    void *data;
} DtsmHistory;

int         DtsmWalkHistory(DtsmHistory *history);
int         DtsmHistoryFlaw(DtsmHistory *history, const char *flaw,
                const void *place);
int         DtsmHistoryClaim(DtsmHistory *history, DtsmOffset offset,
                uint64_t bytes, const void *place);
int         DtsmAliasOf(DtsmHistory *history, DtsmWord *place, uint64_t word,
                DtsmOffset *spellingPtr, DtsmOffset *targetPtr);

static inline DtsmOffset
DtsmAccessOffset(uint64_t word)
{
    return (word >> DTSM_ACCESS_UNIT) * DTSM_UNIT;
}

static inline unsigned
DtsmAccessFlags(uint64_t word)
{
    return (unsigned) (word >> DTSM_ACCESS_SHIFT) & DTSM_ACCESS_FLAGS;
}

uint32_t    DtsmProcessCount(const Dtsm_Map *map);

/* dtsmChange.c: is somebody changing the world?  To be asked after the policy
   was loaded (V6). */

bool        DtsmIsChangingStill(const Dtsm_Map *map);

static inline bool
DtsmIsChanging(const Dtsm_Map *map)
{
    DtsmHeader *header = DtsmHeaderOf(map);
    uint64_t any = 0;
    unsigned i;

    for (i = 0; i < DTSM_CHANGERS; i++) {
        any |= atomic_load_explicit(&header->changers[i],
                memory_order_acquire);              /* V6 */
    }
    return any != 0 && DtsmIsChangingStill(map);
}

/* unix/dtsmUnixMap.c, dtsmUnixMemory.c: the platform */

typedef struct DtsmpFile {
    char *base;                 /* mapped at */
    uint64_t mapped;            /* bytes; fewer where address space is short */
    uint64_t open;              /* the first of them, that may be accessed */
    uint64_t length;            /* of the file, bytes */
    bool made;                  /* new and locked; zero but for the marker */
    const char *fresh;          /* its name, if it was not there before */
    int fd;                     /* while made; else -1 */
} DtsmpFile;

int         DtsmpFileOpen(const char *name, int mode, DtsmpFile *file);
void        DtsmpFileMade(DtsmpFile *file, bool good);
void        DtsmpUnmap(void *base, uint64_t bytes);
bool        DtsmpReveal(void *base, uint64_t bytes, bool writable);
void       *DtsmpPage(size_t bytes);
void       *DtsmpWipedPage(size_t bytes);
uint64_t    DtsmpRandom(void);
int         DtsmpSelf(void);
bool        DtsmpIsGone(int process);
bool        DtsmpPopulate(void *from, uint64_t bytes);
bool        DtsmpAllocate(const DtsmpFile *file, uint64_t bytes);
void        DtsmpCollapse(char *from, uint64_t bytes);

/* unix/dtsmUnixTime.c: ns since the start of the system, by a system call; the
   coarse one needs none, and differs from the other by what it likes */

uint64_t    DtsmpTime(void);
uint64_t    DtsmpCoarseTime(void);

#define DTSM_HUGE_BYTES     (UINT64_C(2) << 20)

#endif /* DTSMINT_H */
