/*
 * dtsm.h --
 *
 *      The public interface of the dtsm core: a map from paths to flags that
 *      lives in one file and is shared by all processes that attach to it.
 *
 * A map holds rules and verdicts.  A RULE is an insert with DTSM_PREFIX: it
 * covers its path and everything below it by whole components; of the rules
 * that cover a path the longest governs it, whatever order they came in.  A
 * VERDICT is an insert without DTSM_PREFIX: what was found out about that one
 * path.  A search answers the verdict unless what governs the path changed
 * after the look that the verdict came from; else the governing rule.
 *
 * What holds for every function, unless its own header says otherwise:
 *
 *      Paths     pathLen bytes, any but NUL, absolute or not; no terminator
 *                is needed; borrowed for the call.  Repeated and trailing
 *                slashes are folded; "." and ".." mean nothing here.  After
 *                folding a path has 1..DTSM_PATH_MAX bytes.
 *      Threads   Any thread of any attached process.  Lock-free; searches and
 *                looks are wait-free.
 *      Ordering  Linearizable: takes effect at one compare-and-swap.
 *      Context   Async-signal-safe: no heap, stdio or lock; keeps errno; works
 *                after fork and in a vfork child.  A child that a signal's
 *                handler forks amid such a call must not return into it: both
 *                processes would go on in the same space.  Dtsm_Open,
 *                Dtsm_Walk, Dtsm_Check and Dtsm_Close are for ordinary
 *                context.
 *      Crash     Killed anywhere, the map stays valid and nobody waits; the
 *                operation took effect or did not; at most the bytes that it
 *                had reserved are wasted.
 *      Hostile   Every offset and length read from the file is checked; a
 *                broken file gives DTSM_CORRUPT, whatever else a function
 *                returns, or a wrong answer.  Who truncates the file, or
 *                makes it say that it has more memory than a full file system
 *                can give, can still cause SIGBUS.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_H
#define DTSM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DTSM_VERSION_STRING "0.1.0"

/*
 * Flags.  The first five keep the values of the original dtsharedmemory.
 * A set of flags is never empty.  DTSM_VOID is only ever given by Dtsm_Walk.
 */

#define DTSM_ALLOW      0x0001u /* may be used */
#define DTSM_DENY       0x0002u /* looks absent */
#define DTSM_VIOLATION  0x0004u /* refused by a DENY rule or the server */
#define DTSM_UNKNOWN    0x0008u /* allowed, but nobody knows whose it is */
#define DTSM_PREFIX     0x0010u /* a rule */
#define DTSM_ASK        0x0020u /* the server decides */
#define DTSM_REPORTED   0x0040u /* a call that named it was refused */
#define DTSM_MISSING    0x0080u /* was not there */
#define DTSM_ALIAS      0x0100u /* a spelling that resolves elsewhere */
#define DTSM_STAT       0x0200u /* kinds of access: was looked at */
#define DTSM_READ       0x0400u
#define DTSM_WRITE      0x0800u
#define DTSM_EXEC       0x1000u
#define DTSM_LIST       0x2000u /* a directory's names were read */
#define DTSM_FLAGS      0x3fffu /* all that can be stored */
#define DTSM_VOID       0x10000u /* in a walk: voided since it was found */

/*
 * One table of the flags drives every list of their names, in this order.
 */

#define DTSM_FLAG_TABLE(X) \
    X(ALLOW, "allow") \
    X(DENY, "deny") \
    X(VIOLATION, "violation") \
    X(UNKNOWN, "unknown") \
    X(PREFIX, "prefix") \
    X(ASK, "ask") \
    X(REPORTED, "reported") \
    X(MISSING, "missing") \
    X(ALIAS, "alias") \
    X(STAT, "stat") \
    X(READ, "read") \
    X(WRITE, "write") \
    X(EXEC, "exec") \
    X(LIST, "list")

#define DTSM_PATH_MAX   65535   /* bytes of a folded path */

/*
 * Status of a call.
 */

enum {
    DTSM_OK = 0,
    DTSM_NOTFOUND,      /* nothing is known of the path */
    DTSM_FULL,          /* no room, or no policy version left */
    DTSM_READONLY,      /* attached without DTSM_RDWR */
    DTSM_INVALID,       /* bad path, or no, unknown or misplaced flags */
    DTSM_CORRUPT,       /* empty, not a map, or broken */
    DTSM_VERSION,       /* a map of another format version */
    DTSM_SYSTEM         /* errno tells */
};

/*
 * Modes of Dtsm_Open.
 */

#define DTSM_RDONLY     0
#define DTSM_RDWR       1
#define DTSM_CREATE     2       /* implies DTSM_RDWR */
#define DTSM_EXCL       4       /* with DTSM_CREATE: the file must be new */
#define DTSM_NOCASE     8       /* with DTSM_CREATE: keys fold case */

typedef struct Dtsm_Map Dtsm_Map;       /* one attachment of one process */

typedef struct Dtsm_Entry {
    const char *path;           /* borrowed */
    size_t pathLen;             /* bytes */
    unsigned flags;             /* DTSM_* */
} Dtsm_Entry;

/*
 * What a look saw.  Opaque; valid for the same path on the same attachment,
 * for as long as that lives; a plain value that may be copied.
 */

typedef struct Dtsm_Token {
    uint64_t record;
    uint64_t word;
    uint64_t policy;
} Dtsm_Token;

/*
 * Session words: what the processes of one traced session count together.
 */

typedef enum Dtsm_Counter {
    DTSM_COUNT_ATTACHED,        /* program images that attached */
    DTSM_COUNT_EXPECTED,        /* starts of programs that should attach */
    DTSM_COUNT_ASKED,           /* questions put to the server */
    DTSM_COUNT_UNANSWERED,      /* those that got no answer */
    DTSM_COUNT_UNSTORED,        /* verdicts for which there was no room; by
                                   Dtsm_Insert and Dtsm_InsertLooked */
    DTSM_COUNT_UNRECORDED,      /* accesses for which there was no room */
    DTSM_COUNTERS
} Dtsm_Counter;

typedef struct Dtsm_Stats {
    uint64_t usedBytes;         /* allocated from the file, header included */
    uint64_t readyBytes;        /* backed by memory */
    uint64_t windowBytes;       /* the most that this map can hold */
    uint64_t rules;
    uint64_t policyVersion;     /* 1 in a new map; each change adds 1 */
    int policySpent;            /* 1: versions ran out; verdicts do not count */
    unsigned rootBits;          /* the root has 2^rootBits buckets */
    int fence;                  /* 1: denials are enforced */
    int noCase;                 /* 1: keys fold case */
    uint64_t processes;         /* process records */
    uint64_t accessRoom;        /* words that these have for accesses */
    uint64_t counters[DTSM_COUNTERS];
} Dtsm_Stats;

/*
 * Dtsm_Open --
 *
 *      Attach to the map in file.  DTSM_CREATE makes the file (mode 0600) if
 *      there is none and initialises an empty regular file, as mktemp leaves
 *      it.  If that fails the file is as it was before: absent or empty.  No
 *      descriptor is kept.  Where address space is short, a part of the map
 *      is attached; what lies beyond it is not found.
 *
 * Arguments:
 *      file     NUL-terminated name.
 *      mode     DTSM_RDONLY, DTSM_RDWR, DTSM_CREATE, DTSM_CREATE|DTSM_EXCL.
 *               With DTSM_NOCASE a map that is made now folds the letters A-Z
 *               of all paths, of rules, verdicts and questions, and gives them
 *               back as a-z; one that is there already must do so.  Whoever
 *               opens it later needs to know nothing of that.
 *      mapPtr   Receives the attachment, to be given to Dtsm_Close; NULL on
 *               any failure.
 *
 * Returns:
 *      DTSM_OK, DTSM_INVALID (mode; DTSM_NOCASE for a map that does not
 *      fold case), DTSM_FULL (no room to create it),
 *      DTSM_CORRUPT (an empty file without DTSM_CREATE, not a map, broken),
 *      DTSM_VERSION, or DTSM_SYSTEM with errno: ENOENT; EEXIST with DTSM_EXCL;
 *      EISDIR; EINVAL for a FIFO or device; EPERM for a file that is neither
 *      ours nor root's or that group or others may write; ENOMEM when not even
 *      a small window fits; EFBIG where no file may be as large as a small
 *      map (RLIMIT_FSIZE); and those of open(2).
 *
 * Threads:  any.  Two creators of one file are serialised by flock(2).
 * Crash:    a creator that dies leaves a file that the next one finishes.
 */

int Dtsm_Open(const char *file, int mode, Dtsm_Map **mapPtr);

/*
 * Dtsm_OpenSized --
 *
 *      As Dtsm_Open, told how many paths the map will hold if it is made now.
 *      More fit in all the same, and fewer too.  It sets the index's size and
 *      the memory taken from the start, some 110 bytes a path where there is
 *      that much, so a small map is small, and inserts need not wait for
 *      memory.
 *
 * Arguments:
 *      pathCount  Paths; 0: not known, as Dtsm_Open has it, which suits up to
 *                 some 200,000.
 */

int Dtsm_OpenSized(const char *file, int mode, uint64_t pathCount,
    Dtsm_Map **mapPtr);

/*
 * Dtsm_Close --
 *
 *      Detach.  The caller sees to it that no thread still uses map.  The
 *      file stays.  NULL is allowed.
 */

void Dtsm_Close(Dtsm_Map *map);

/*
 * Dtsm_Insert --
 *
 *      Store flags for path: a rule when flags has DTSM_PREFIX, else a verdict.
 *      A rule voids the older verdicts that it governs, in O(1).
 *
 * Returns:
 *      DTSM_OK         A later search by any process sees this or newer; but
 *                      no verdict counts once policy versions ran out
 *                      (policySpent).
 *      DTSM_FULL       No room, or for a rule no policy version left; nothing
 *                      changed.  A verdict, but for a mere spelling
 *                      (DTSM_ALIAS), is counted as unstored.
 *      DTSM_READONLY, DTSM_INVALID.
 */

int Dtsm_Insert(Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned flags);

/*
 * Dtsm_InsertRules --
 *
 *      Store several rules (each entry with DTSM_PREFIX) that take effect
 *      together.  For a path given twice the last entry holds.
 *
 * Returns:
 *      As Dtsm_Insert; on failure none of them is stored.  entryCount 0 is
 *      DTSM_OK and changes nothing.
 */

int Dtsm_InsertRules(Dtsm_Map *map, const Dtsm_Entry *entries,
        size_t entryCount);

/*
 * Dtsm_InsertNew, Dtsm_InsertNewRules --
 *
 *      As Dtsm_Insert and Dtsm_InsertRules, and tell what was new: a verdict
 *      where none counted, a rule where there was none at just this path.  Of
 *      several that insert one path at once just one is told so.
 *
 * Arguments:
 *      isNewPtr     Receives 1 or 0; 0 on failure.
 *      newCountPtr  Receives how many rules were new; 0 on failure.
 */

int Dtsm_InsertNew(Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned flags, int *isNewPtr);
int Dtsm_InsertNewRules(Dtsm_Map *map, const Dtsm_Entry *entries,
        size_t entryCount, size_t *newCountPtr);

/*
 * Dtsm_Search --
 *
 *      What is known of path: its verdict if that still counts, else the rule
 *      that governs it (recognised by DTSM_PREFIX).
 *
 * Returns:
 *      DTSM_OK with *flagsPtr set; DTSM_NOTFOUND or DTSM_INVALID with 0.
 */

int Dtsm_Search(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr);

/*
 * Dtsm_Match --
 *
 *      The rule that governs path, whatever verdict there is.
 *
 * Arguments:
 *      flagsPtr     Receives the rule's flags.
 *      rulePtr, ruleLenPtr
 *                   Receive the rule's folded path: bytes in the map that
 *                   stay there, unchanged, until Dtsm_Close.
 *
 * Returns:
 *      DTSM_OK, DTSM_NOTFOUND, DTSM_INVALID.
 */

int Dtsm_Match(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr, const char **rulePtr, size_t *ruleLenPtr);

/*
 * Dtsm_Look --
 *
 *      A search that also gives a token for Dtsm_InsertLooked.  Look first,
 *      then look at the world, then insert with the token.
 *
 * Returns:
 *      As Dtsm_Search; the token is set for DTSM_OK and DTSM_NOTFOUND.
 *
 * Dtsm_IsSettled --
 *
 *      Whether a look came while nobody had begun a change
 *      (Dtsm_BeginChange): if so, what the world says from then on may be
 *      kept until the policy changes.
 *
 * Dtsm_Policy --
 *
 *      The policy's number, as a look's token would have it now.
 */

int Dtsm_Look(const Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned *flagsPtr, Dtsm_Token *tokenPtr);
int Dtsm_IsSettled(const Dtsm_Token *tokenPtr);
uint64_t Dtsm_Policy(const Dtsm_Map *map);

/*
 * Dtsm_Prefetch --
 *
 *      A look at path comes soon: have the processor fetch where it begins.
 *      Worth its while for what has not been looked at for long.
 */

void Dtsm_Prefetch(const Dtsm_Map *map, const char *path, size_t pathLen);

/*
 * Dtsm_InsertLooked --
 *
 *      Store a verdict that rests on a look.  If the path was forgotten, or
 *      got another verdict, or what governs it changed since, the answer is
 *      DTSM_OK and nothing that counts is stored.  The same may happen after
 *      any other change of the policy, and does when the token is not settled;
 *      then the verdict that the look saw no longer counts either.
 *
 * Returns:
 *      DTSM_OK, DTSM_FULL (counted as by Dtsm_Insert), DTSM_READONLY,
 *      DTSM_INVALID (also for DTSM_PREFIX).
 */

int Dtsm_InsertLooked(Dtsm_Map *map, const char *path, size_t pathLen,
        unsigned flags, const Dtsm_Token *tokenPtr);

/*
 * Dtsm_Mark --
 *
 *      Set and clear bits of the path's verdict; clear is applied last.
 *
 * Returns:
 *      DTSM_OK; DTSM_NOTFOUND when there is no verdict that counts;
 *      DTSM_INVALID for DTSM_PREFIX, unknown bits or an empty result;
 *      DTSM_READONLY.
 */

int Dtsm_Mark(Dtsm_Map *map, const char *path, size_t pathLen, unsigned set,
        unsigned clear);

/*
 * Dtsm_Forget --
 *
 *      The world has changed: void the path's verdict and every look at it
 *      that is under way; with below, at and below the path, in O(1).  Rules
 *      stay.  Never fails for want of room: then all verdicts of the map are
 *      void for good (policySpent) and only rules answer.
 *
 * Returns:
 *      DTSM_OK, DTSM_READONLY, DTSM_INVALID.
 */

int Dtsm_Forget(Dtsm_Map *map, const char *path, size_t pathLen, int below);

/*
 * Dtsm_BeginChange, Dtsm_EndChange --
 *
 *      What known answers rest on is about to change, a directory's name for
 *      instance.  Begin, forget what it concerns, change the world, end: then
 *      no look from before counts afterwards, even when this process is killed
 *      in between.  Until the end, looks by any process give tokens that are
 *      not settled: what is inserted with them is void.  What a killed process
 *      had begun ends by itself once it is gone; one that lives must end it.
 *
 * Returns:
 *      A ticket for Dtsm_EndChange; 0 when too many (6) changes are under way
 *      or map is read-only: forget once more after the change.
 *
 * Context:  a system call to begin, more only when all 6 seem to be taken;
 *           async-signal-safe; keeps errno.
 */

uint64_t Dtsm_BeginChange(Dtsm_Map *map);
void Dtsm_EndChange(Dtsm_Map *map, uint64_t ticket);

/*
 * Dtsm_Remove --
 *
 *      Remove the rule at path and forget below it.
 *
 * Returns:
 *      DTSM_OK, DTSM_NOTFOUND when there is no rule at just this path,
 *      DTSM_FULL, DTSM_READONLY, DTSM_INVALID.
 */

int Dtsm_Remove(Dtsm_Map *map, const char *path, size_t pathLen);

/*
 * Dtsm_WalkProc --
 *
 *      Called once for each rule (DTSM_PREFIX among the flags) and once for
 *      each verdict.  A verdict that no longer counts carries DTSM_VOID.
 *      entry is borrowed for the call; its path is folded, not terminated,
 *      and bytes in the map that stay there until Dtsm_Close.  A result other
 *      than 0 ends the walk.
 */

typedef int Dtsm_WalkProc(void *data, const Dtsm_Entry *entry);

/*
 * Dtsm_Walk --
 *
 *      Visit every entry at and below under (underLen 0: all), in no order.
 *      What others insert meanwhile may or may not be seen.
 *
 * Returns:
 *      DTSM_OK, DTSM_INVALID, what proc returned, DTSM_CORRUPT, at once
 *      where the file turns out to be broken, or DTSM_SYSTEM with errno
 *      (ENOMEM).  No entry comes twice, and no byte is in two of them,
 *      whatever the file says: time and memory are bound by its length.
 */

int Dtsm_Walk(const Dtsm_Map *map, const char *under, size_t underLen,
        Dtsm_WalkProc *proc, void *data);

/*
 * Dtsm_Stat --
 *
 *      Sizes and counters, each right at some moment of the call.
 */

void Dtsm_Stat(const Dtsm_Map *map, Dtsm_Stats *statsPtr);

/*
 * Dtsm_CheckProc --
 *
 *      Called for each flaw with a terminated sentence and its place, a byte
 *      offset in the file.
 */

typedef void Dtsm_CheckProc(void *data, const char *flaw, uint64_t offset);

/*
 * Dtsm_Check --
 *
 *      Verify every invariant of the file.  Others may go on meanwhile.
 *
 * Arguments:
 *      proc     May be NULL.
 *
 * Returns:
 *      DTSM_OK, DTSM_CORRUPT when there was a flaw, or DTSM_SYSTEM with errno
 *      (ENOMEM).
 */

int Dtsm_Check(const Dtsm_Map *map, Dtsm_CheckProc *proc, void *data);

/*
 * Dtsm_Count --
 *
 *      Add delta to a session counter.  Returns its new value, 0 when map is
 *      read-only or counter is unknown.  The callers keep it in 0..2^63-1.
 */

uint64_t Dtsm_Count(Dtsm_Map *map, Dtsm_Counter counter, int delta);

/*
 * Dtsm_SetFence, Dtsm_Fence --
 *
 *      The fence: whether denials are enforced.  One store, seen by all.  A
 *      new map's fence is open (0).  Dtsm_SetFence returns DTSM_OK or
 *      DTSM_READONLY.
 */

int Dtsm_SetFence(Dtsm_Map *map, int on);
int Dtsm_Fence(const Dtsm_Map *map);

/*
 * Dtsm_FlagName --
 *
 *      The name of one flag, for instance "allow"; NULL if bit is not one.
 *
 * Dtsm_StatusMessage --
 *
 *      A static sentence in English without a newline, for any int.
 */

const char *Dtsm_FlagName(unsigned bit);
const char *Dtsm_StatusMessage(int status);

#ifdef __cplusplus
}
#endif

#include "dtsmProcess.h"        /* the recording */

#endif /* DTSM_H */
