/*
 * injectEnviron.h --
 *
 *      Which environment a program gets that starts: the session's variables
 *      stay in it.
 *
 * DtsmTraceIsListed --
 *
 *      A program of which the loader only lists the libraries, as ldd does,
 *      never attaches.
 *
 * DtsmTraceEnvSize --
 *
 *      Room that DtsmTraceMakeEnv needs at most: hardly any when the
 *      environment stays as it is, because it may be larger than a stack.
 *
 * Returns:
 *      Entries of the array; *textPtr receives the bytes of text.
 *
 * DtsmTraceMakeEnv --
 *
 *      The environment of a program that starts: the caller's, with the
 *      session's variables put back, or taken away.  Our library goes behind
 *      others that the caller preloads: some insist on being the first.
 *
 * Arguments:
 *      strip        Take them away.
 *      array, text  Room, from DtsmTraceEnvSize.
 *
 * Returns:
 *      envp itself when nothing is to be changed, else array.
 *
 * DtsmTracePutBack --
 *
 *      Put the session's variables back into this process's own environment:
 *      what libc starts by itself takes that one.  By setenv, because other
 *      threads may be at it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_ENVIRON_H
#define DTSM_INJECT_ENVIRON_H

#include "judgeExec.h"

void DtsmTraceIsListed(DtsmTraceProgram *program, char *const *envp);
size_t DtsmTraceEnvSize(char *const *envp, int strip, size_t *textPtr);
char *const *DtsmTraceMakeEnv(char *const *envp, int strip, char **array,
        char *text);
void DtsmTracePutBack(void);

#endif /* DTSM_INJECT_ENVIRON_H */
