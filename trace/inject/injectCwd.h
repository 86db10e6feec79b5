/*
 * injectCwd.h --
 *
 *      The remembered working directory (injectCwd.c), and what keeps it
 *      right: what makes copies of this process, and what shares its memory.
 *      DtsmTraceGetCwd itself is in injectSubject.h.
 *
 * DtsmTraceChdir --
 *
 *      This process has changed its directory.
 *
 * DtsmTraceManyCwds --
 *
 *      Threads of this process have directories of their own from now on:
 *      nobody uses the memory.
 *
 * DtsmTraceInitCwd --
 *
 *      At attach: this process owns the memory.  Where vfork is not wrapped it
 *      may happen at any time.  Returns its number.
 *
 * DtsmTraceForking --
 *
 *      Before this process makes a copy of itself.  What most copies do next
 *      is start a program, so what that takes is looked up here, once.
 *
 * Returns:
 *      1 if the copy owns its memory; else it has to call DtsmTraceForked.
 *
 * DtsmTraceForked --
 *
 *      This process is a copy of another, in memory of its own.
 *
 * DtsmTraceSharing --
 *
 *      Before another process comes to live in our memory (W1).
 *
 * DtsmTraceCloning --
 *
 *      Before a copy is made in whatever way.  What shares our directory, and
 *      is no thread of ours, changes it without a word to us; so does a thread
 *      that does not share it, and one whose number may be ours as well.
 *
 * Returns:
 *      1 if the copy, in memory of its own, has to call DtsmTraceForked.
 *
 * DtsmTraceIsStranger --
 *
 *      Is this process another one than the memory belongs to?  One system
 *      call; for calls that cost more anyway.  One whose filter keeps it from
 *      asking may be.
 *
 * DtsmTraceIsGuest --
 *
 *      Does this process live in another one's memory until it starts its
 *      program, as a vfork child does?
 *
 * DtsmTraceStrangerExec --
 *
 *      A stranger is about to start its program, and with that leaves our
 *      memory.
 *
 * Returns:
 *      For DtsmTraceStrangerBack, when that failed and it is back.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_CWD_H
#define DTSM_INJECT_CWD_H

void DtsmTraceChdir(void);
void DtsmTraceManyCwds(void);
int DtsmTraceInitCwd(void);
int DtsmTraceForking(void);
void DtsmTraceForked(void);
void DtsmTraceSharing(void);
int DtsmTraceCloning(unsigned long flags);
int DtsmTraceIsStranger(void);
int DtsmTraceIsGuest(void);
int DtsmTraceStrangerExec(void);
void DtsmTraceStrangerBack(int was);

#endif /* DTSM_INJECT_CWD_H */
