/*
 * judgeSpell.h --
 *
 *      Which path a call means: the spelling that answers are kept under.
 *
 * DtsmTraceSpell --
 *
 *      Make a path absolute and fold what folds without looking: repeated
 *      slashes, ".", and ".." against a directory that the kernel named.  Any
 *      other ".." stays until it is resolved, because a symlink may be before
 *      it.
 *
 * Arguments:
 *      fresh       Ask the kernel for the working directory.
 *      buf, size   Room for the result, used from TRACE_KEY_HEAD on.
 *
 * Returns:
 *      TRACE_SPELLED; TRACE_LONG when size does not do; TRACE_NOWHERE when
 *      there is nothing that a relative path could be relative to.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_SPELL_H
#define DTSM_JUDGE_SPELL_H

#include "judge.h"
#include "judgeKeys.h"

#define TRACE_SPELL_MAX 1536    /* longer ones borrow a block */

typedef struct DtsmTraceSpelling {
    const char *path;           /* absolute, folded but for ".." */
    size_t len;
    int follow;                 /* ended in "/" or "/.": follow at any rate */
    uint64_t policy;            /* 0, or what the remembered working directory
                                 * in it rests on */
} DtsmTraceSpelling;

enum { TRACE_SPELLED, TRACE_LONG, TRACE_NOWHERE };

int DtsmTraceSpell(Dtsm_Map *map, int dirfd, const char *path, int fresh,
        char *buf, size_t size, DtsmTraceSpelling *spell);

#endif /* DTSM_JUDGE_SPELL_H */
