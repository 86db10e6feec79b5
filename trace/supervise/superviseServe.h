/*
 * superviseServe.h --
 *
 *      Between what starts and ends the supervisor (supervise.c) and its
 *      thread (superviseServe.c).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_SUPERVISE_SERVE_H
#define DTSM_SUPERVISE_SERVE_H

#include "superviseKeep.h"

#ifdef DTSM_SUPERVISES

#include <pthread.h>

/*
 * Set up before the thread starts, and the thread's until it has ended, but for
 * joined and joinedCount, which others may read.
 */

#define FIRST_JOINERS 8

typedef struct DtsmSuperviseState {
    int running, failed;
    int stuck;                          /* the thread does not end */
    int deaf;                           /* no descriptors for joiners */
    int server, wake, poll, keeper;
    int count;                          /* joiners and listeners */
    unsigned char *kinds;               /* of each descriptor that we hold */
    long limit;
    int64_t unseen;
    int joined[FIRST_JOINERS], joinedCount;
    pthread_t thread;
    DtsmSuperviseShared *shared;
} DtsmSuperviseState;

extern DtsmSuperviseState dtsmSuper;

enum { IS_NONE, IS_SERVER, IS_WAKE, IS_KEEPER, IS_JOINER, IS_LISTENER };

/*
 * DtsmSuperviseServe --
 *
 *      The thread.
 *
 * DtsmSuperviseWatch --
 *
 *      Have a descriptor of this kind watched; 0, or -1 with errno.
 *
 * DtsmSuperviseDrop --
 *
 *      Close one that is held.
 *
 * DtsmSuperviseLetGo --
 *
 *      Let the keeper take over though this process lives on.
 */

void *DtsmSuperviseServe(void *unused);
int DtsmSuperviseWatch(int fd, int kind, uint32_t events);
void DtsmSuperviseDrop(int fd);
void DtsmSuperviseLetGo(void);

#endif /* DTSM_SUPERVISES */

#endif /* DTSM_SUPERVISE_SERVE_H */
