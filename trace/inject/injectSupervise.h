/*
 * injectSupervise.h --
 *
 *      How the injected library gets along with the session's supervisor.
 *      DtsmTraceSupervise itself is in injectSubject.h.
 *
 * DtsmTraceInThread --
 *
 *      Call proc in a thread made for that: what it puts itself and its
 *      children under does not stay on us.
 *
 * Returns:
 *      0 when there is no such thread; proc was not called.
 *
 * DtsmTraceUsualLayout --
 *
 *      At attach: when the program that started us had to be mapped where the
 *      supervisor sees it, we are as well, but our children need not be.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_SUPERVISE_H
#define DTSM_INJECT_SUPERVISE_H

int DtsmTraceInThread(void (*proc)(void *data), void *data);
void DtsmTraceUsualLayout(void);

#endif /* DTSM_INJECT_SUPERVISE_H */
