/*
 * dtsmSlot.h --
 *
 *      The protocols of the words that change, and their atomics.
 *      tools/slots.py is a model of S1..S6, tools/explore.py of V1..V7, P1
 *      and P2, tools/processes.py of R1..R5.
 *
 * SLOT PROTOCOL
 *
 *      EMPTY (0)  -- CAS -->  FULL (tag, offset of a record)
 *      FULL       -- CAS -->  CHILD (offset of four buckets), the last slot's
 *
 * S1   No other change, so no ABA.  A record is found where it was found once,
 *      or in the child (S6): a reader may load once and keep the offset.
 * S2   Before the CAS only the inserter knows the record or child and has
 *      written all of it.  The CAS is release and the load acquire: who sees
 *      the offset sees the bytes.
 * S3   The loser of the CAS looks at the same slot again; it may hold its own
 *      path now.  So a path never has two records.
 * S4   Nobody waits for a slot, so a process may die at any instruction.
 * S5   A path takes the first empty slot from its pair on, around the bucket,
 *      and a child comes when all are full: a bucket without a child ends a
 *      search.
 * S6   A child is born with the record of the slot that it takes, on that
 *      one's own way, so no path is ever out of reach.  Who looks for the
 *      child loads the last slot after all others, and so after all paths
 *      that may lie above.
 *
 * VERDICT AND POLICY PROTOCOL
 *
 *      The policy word names an immutable snapshot and carries its version,
 *      FIRST to LAST, or SPENT.  A verdict word carries the version that it
 *      was looked up under, FIRST to LAST, or NONE.
 *
 * V1   A search loads the verdict word, then the policy word.  Equal versions:
 *      the verdict counts.  Else it counts when nothing that governs its path
 *      is younger.
 * V2   An insert with a token is a CAS from the very word that the look saw,
 *      with the version that the look saw: a forget changed the count, a
 *      change of the policy left that version behind.
 * V3   A forget follows the change of the world, and makes a record when there
 *      is none: somebody may be looking right now.
 * V4   A restamp only replaces the version by a newer one under which the
 *      verdict was found to count; it is a CAS from the word that was judged.
 * V5   An insert without a token loads the verdict word, then the policy: it
 *      never replaces a verdict by one of an older version.
 * V6   A change that one forget cannot undo in time, because the process may
 *      be killed in between, is announced first: changer's number, then
 *      forget, then change the world, then take the number away.  A look loads
 *      the policy, then the numbers: while there is one, its token is void and
 *      an insert with it gets a version that never counts.  So a verdict that
 *      is younger than the forget is younger than the change.  The number of
 *      a process that is gone is taken away by who meets it.
 * V7   Equal versions are enough for V1: the verdict then has flags, and the
 *      policy is not spent.  For who inserts writes the version of a policy
 *      that he loaded, but NONE when it was SPENT (DtsmVersionFor) or his
 *      token void; a restamp writes that of a policy under which the verdict
 *      counted, so never SPENT; a mark keeps the version and leaves flags; and
 *      a forget, which alone takes all flags away, writes NONE.  No policy has
 *      the version NONE, no verdict SPENT.
 * P1   Before the policy word's CAS only the changer knows the new snapshot;
 *      afterwards nothing in it ever changes.
 * P2   Versions only grow; DTSM_SPENT is final.
 * A1   Space below the cursor has one owner; the cursor goes back only by a
 *      CAS of who owns the last piece.  Who gives space back or hands it on
 *      may have written there: his CAS is release, that of who takes it
 *      acquire, so the last owner's bytes are the last ones.
 * A2   ready only grows, and memory exists for every byte below it.  Who takes
 *      space has acquired a ready beyond it, so who acquires a place in it
 *      (S2, P1) sees such a ready too, and takes the place for what it is.
 *
 * RECORDING PROTOCOL
 *
 *      header.processes names the newest process record, which names the one
 *      before.  A process writes its words into chunks of its own.
 *
 * R1   A process record is written with its text and first chunk before the
 *      CAS (release) that makes it the newest; who loads the list's head
 *      (acquire) sees all of it.  Afterwards only end, exit and what hangs on
 *      the chunk change.
 * R2   Its number is one more than that of the record before, which the same
 *      CAS replaced: numbers fall by one along the list down to 1.
 * R3   A word is stored once, whole (release), after the path's record or pair
 *      that it names: who loads it (acquire) sees that.  Until then it is 0.
 *      A thread that was killed or interrupted before its store leaves a 0
 *      among words, which a reader skips.
 * R4   The place of the next word is one word of the process's own memory
 *      {chunk, size, index}; a CAS that raises the index takes it, so threads
 *      and signal handlers never share one.  Who finds the index at the
 *      chunk's end goes on to the next chunk, which it clears before the CAS
 *      (release) that links it; who loses that CAS takes the winner's.
 * R5   Only the process that began a record writes to it: its threads, and a
 *      vfork child while it waits.  A forked child has a copy of the place and
 *      begins a record of its own before it writes.
 * R6   exit is stored before end (release): who sees an end sees how.
 * R7   The table of what was recorded is looked at through mask, then seen:
 *      whoever sees a mask (acquire) sees the table that it is for.  An entry
 *      that is lost costs a second word.
 *
 *      V1..V7, P1 and P2 assume sequential consistency among the verdict and
 *      policy words, so those are accessed with memory_order_seq_cst.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSMSLOT_H
#define DTSMSLOT_H

#include "dtsmFormat.h"

static inline uint64_t
DtsmSlotLoad(DtsmWord *slot)
{
    return atomic_load_explicit(slot, memory_order_acquire); /* S2 */
}

/*
 * DtsmSlotCas --
 *
 *      Make the slot value if it is still *seen; else *seen is what it is.
 */

static inline bool
DtsmSlotCas(DtsmWord *slot, uint64_t *seen, uint64_t value)
{
    return atomic_compare_exchange_strong_explicit(slot, seen, value,
            memory_order_acq_rel, memory_order_acquire); /* S1 S2 S3 S6 */
}

static inline DtsmOffset
DtsmSlotOffset(uint64_t slot)
{
    return (slot & DTSM_OFFSET_MASK) * DTSM_UNIT;
}

/*
 * DtsmTurn --
 *
 *      Which of a bucket's words is the nth, from 0 on, that a path of this
 *      hash may have (S5).
 */

static inline unsigned
DtsmTurn(uint64_t hash, unsigned n)
{
    return (((unsigned) hash & (DTSM_SLOTS - 2)) + n) % DTSM_SLOTS;
}

/*
 * DtsmIsChild, DtsmChildOffset, DtsmChildLoad --
 *
 *      What the last slot says of a child; the offset is 0 when there is none.
 */

static inline bool
DtsmIsChild(uint64_t slot)
{
    return (slot & DTSM_SLOT_CHILD) != 0;
}

static inline DtsmOffset
DtsmChildOffset(uint64_t slot)
{
    return DtsmIsChild(slot) ? DtsmSlotOffset(slot & ~DTSM_SLOT_CHILD) : 0;
}

static inline DtsmOffset
DtsmChildLoad(DtsmBucket *bucket)
{
    return DtsmChildOffset(DtsmSlotLoad(&bucket->slots[DTSM_SLOTS - 1]));
}

static inline uint64_t
DtsmStateLoad(DtsmWord *word)
{
    return atomic_load_explicit(word, memory_order_seq_cst); /* V1 */
}

static inline bool
DtsmStateCas(DtsmWord *word, uint64_t *seen, uint64_t value)
{
    return atomic_compare_exchange_strong_explicit(word, seen, value,
            memory_order_seq_cst, memory_order_seq_cst); /* V2 V4 P1 */
}

static inline uint64_t
DtsmVerdict(unsigned flags, uint32_t version, uint32_t count)
{
    return (uint64_t) (flags & 0xffff) | (uint64_t) count << 16
            | (uint64_t) version << DTSM_OFFSET_BITS;
}

static inline unsigned
DtsmVerdictFlags(uint64_t word)
{
    return (unsigned) (word & 0xffff);
}

static inline uint32_t
DtsmVerdictVersion(uint64_t word)
{
    return (uint32_t) (word >> DTSM_OFFSET_BITS);
}

static inline uint32_t
DtsmVerdictCount(uint64_t word)
{
    return (uint32_t) (word >> 16) & 0xffffff;
}

static inline uint32_t
DtsmPolicyVersion(uint64_t policy)
{
    return (uint32_t) (policy >> DTSM_OFFSET_BITS);
}

/*
 * DtsmIsFresh --
 *
 *      Whether the verdict is of the policy's version, and so counts (V7).
 */

static inline bool
DtsmIsFresh(uint64_t word, uint64_t policy)
{
    return (word ^ policy) >> DTSM_OFFSET_BITS == 0;
}

/*
 * DtsmVersionFor --
 *
 *      The version of a verdict that is inserted under the policy (V7).
 */

static inline uint32_t
DtsmVersionFor(uint64_t policy)
{
    uint32_t version = DtsmPolicyVersion(policy);

    return version == DTSM_SPENT ? DTSM_VERSION_NONE : version;
}

#endif /* DTSMSLOT_H */
