/*
 * judgeSocket.h --
 *
 *      The address of a Unix socket, whatever the length of its name.
 *
 * DtsmTraceSocketName --
 *
 *      A name that is too long for an address goes by a descriptor of its
 *      directory, which must stay open until the address was used.
 *
 * Returns:
 *      That descriptor; TRACE_WHOLE_NAME when there is none; a lower number:
 *      -errno.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_SOCKET_H
#define DTSM_JUDGE_SOCKET_H

#include "judge.h"

#define TRACE_WHOLE_NAME (-1)   /* -EPERM does not occur */

struct sockaddr_un;

int DtsmTraceSocketName(const char *name, struct sockaddr_un *address);

#endif /* DTSM_JUDGE_SOCKET_H */
