/*
 * superviseKeep.h --
 *
 *      Between the supervisor's thread and its keeper (superviseKeep.c).
 *
 * K1  The kernel writes a call's number straight into the page that thread
 *     and keeper share, so whenever the thread dies, the keeper knows which
 *     call it had taken, and answers it.
 * K2  The keeper is given a joiner's connection before the joiner gets a yes,
 *     and its listener before the message that holds it is taken away.  So
 *     whenever the thread dies, the keeper has the one or the other.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_SUPERVISE_KEEP_H
#define DTSM_SUPERVISE_KEEP_H

#include "supervise.h"

#ifdef DTSM_SUPERVISES

/*
 * What they share (K1): the thread's number of the listener whose call it
 * has, and that call, as the kernel wrote it.
 */

typedef struct DtsmSuperviseShared {
    int listener;
    struct seccomp_notif notice;
} DtsmSuperviseShared;

/*
 * Kinds of descriptors.  The calls of one that passes are the keeper's from
 * the beginning.
 */

enum { SUPERVISE_JOINER, SUPERVISE_LISTENER, SUPERVISE_PASSES };

/*
 * DtsmSuperviseKeep --
 *
 *      Start a keeper that can hold so many descriptors.
 *
 * Returns:
 *      Our end of its socket, or -1.
 *
 * DtsmSuperviseEndKeeper --
 *
 *      End the last keeper, one that takes nothing: somebody has stopped it.
 *      Left alone it would let calls pass as soon as it goes on.
 *
 * Arguments:
 *      to      Our end of its socket, which tells that it still lives.
 *
 * DtsmSuperviseGive --
 *
 *      Give a keeper a copy of a descriptor.  Waits for a second at most.
 *
 * Returns:
 *      0 or -errno.
 *
 * DtsmSuperviseTake --
 *
 *      The listener that a joiner sent: one, and nothing but that.  Never
 *      waits.
 *
 * Arguments:
 *      flags   0, or MSG_PEEK to leave the message where it is.
 *
 * Returns:
 *      A descriptor, or one of these.
 *
 * DtsmSuperviseReady --
 *
 *      What poll says of a descriptor now.
 */

#define SUPERVISE_NOTHING (-1)  /* no message yet */
#define SUPERVISE_END (-2)      /* the peer is gone */
#define SUPERVISE_NO_FD (-3)    /* a message without one, or with others */

int DtsmSuperviseKeep(const DtsmSuperviseShared *shared, int room);
void DtsmSuperviseEndKeeper(int to);
int DtsmSuperviseGive(int to, int kind, int fd);
int DtsmSuperviseTake(int joiner, int flags);
int DtsmSuperviseReady(int fd);

#endif /* DTSM_SUPERVISES */

#endif /* DTSM_SUPERVISE_KEEP_H */
