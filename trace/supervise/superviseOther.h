/*
 * superviseOther.h --
 *
 *      System calls of an x86-64 kernel by its other conventions: those of
 *      i386 (int 0x80, which a 64-bit program may use as well, and 32-bit
 *      programs) and of x32 (the same numbers with a bit).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_SUPERVISE_OTHER_H
#define DTSM_SUPERVISE_OTHER_H

#include "supervise.h"

#ifdef DTSM_SUPERVISES

/*
 * DtsmSuperviseTranslate --
 *
 *      A call by another convention as the x86-64 call that it is.
 *
 * Arguments:
 *      room        Receives it.
 *      widthPtr    Receives the bytes of a pointer in its arguments' arrays.
 *
 * Returns:
 *      room; its itself where nothing is to be translated; NULL when it is
 *      none of ours.
 */

const struct seccomp_notif *DtsmSuperviseTranslate(
        const struct seccomp_notif *its, struct seccomp_notif *room,
        size_t *widthPtr);

#endif /* DTSM_SUPERVISES */

#endif /* DTSM_SUPERVISE_OTHER_H */
