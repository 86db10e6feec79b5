/*
 * judgeHide.h --
 *
 *      Names in listings of directories.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_HIDE_H
#define DTSM_JUDGE_HIDE_H

#include <stddef.h>

/*
 * DtsmTraceHidden --
 *
 *      Does this name of a listing look absent?  Nothing is recorded.
 *
 * Arguments:
 *      dir, dirLen  The directory's path.
 *      type         A d_type; DT_UNKNOWN is allowed.
 */

int DtsmTraceHidden(const char *dir, size_t dirLen, const char *name,
        unsigned type);

#endif /* DTSM_JUDGE_HIDE_H */
