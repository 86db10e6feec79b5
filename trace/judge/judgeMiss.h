/*
 * judgeMiss.h --
 *
 *      A check, as its steps hand it on.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_MISS_H
#define DTSM_JUDGE_MISS_H

#include "trace.h"

typedef struct DtsmCheck {
    Dtsm_Map *map;
    const char *path;           /* as the caller gave it */
    unsigned how;               /* without NOFOLLOW where the spelling says
                                 * so */
    int fence;                  /* denials are enforced */
    char *buf;                  /* room for the spelling, and a key's head in
                                 * front of it */
    size_t size;
    DtsmTraceSpelling spell;
    unsigned saw;               /* TRACE_SAW_* */
} DtsmCheck;

/*
 * DtsmTraceMiss --
 *
 *      Answer a call to which the map has no answer: look at the file system
 *      and store what is found.
 *
 * Returns:
 *      0, an errno or TRACE_ASTRAY.
 */

enum {                          /* a path that was not judged: */
    TRACE_TOO_SMALL = -1,       /* the buffer is too small for it */
    TRACE_ASTRAY = -2           /* its way cannot be gone step by step */
};

int DtsmTraceMiss(DtsmCheck *check);

#endif /* DTSM_JUDGE_MISS_H */
