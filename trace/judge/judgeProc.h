/*
 * judgeProc.h --
 *
 *      What links below /proc tell of a process: its directories and its
 *      descriptors.
 *
 * DtsmTraceFdName --
 *
 *      A descriptor's name in a directory below /proc; its length, terminated
 *      in buf; 0 when it does not fit.
 *
 * DtsmTraceLinkText, DtsmTraceFdText --
 *
 *      The path that a link below /proc leads to, or a descriptor by a
 *      directory there; its length, terminated in buf; 0 when it has none, or
 *      none any more.
 *
 * DtsmTraceGoneText --
 *
 *      The path that a deleted directory had, as a link below /proc has it:
 *      its ".." is still the directory that it was in.  Its length, terminated
 *      in buf; 0 when it is none.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_PROC_H
#define DTSM_JUDGE_PROC_H

#include "judge.h"

size_t DtsmTraceFdName(const char *directory, int fd, char *buf, size_t size);
size_t DtsmTraceLinkText(const char *name, char *buf, size_t size);
size_t DtsmTraceFdText(const char *directory, int fd, char *buf, size_t size);
size_t DtsmTraceGoneText(const char *name, char *buf, size_t size);

#endif /* DTSM_JUDGE_PROC_H */
