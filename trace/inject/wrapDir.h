/*
 * wrapDir.h --
 *
 *      What wrappers of functions that list directories share.
 *
 * DtsmTraceFenced --
 *
 *      Is anything to be hidden?
 *
 * DtsmTraceHiddenName, DtsmTraceHides --
 *
 *      DtsmTraceHidden of a path, or of a name that a stream lists.
 *
 * DtsmTraceWhere, DtsmTraceDirectory --
 *
 *      The resolved path of anything, or of a directory alone; its length, or
 *      0.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_WRAP_DIR_H
#define DTSM_WRAP_DIR_H

#include "judge.h"

#include <dirent.h>

int DtsmTraceFenced(void);
int DtsmTraceHiddenName(const char *path);
int DtsmTraceHides(DIR *stream, const char *name, unsigned type);
size_t DtsmTraceWhere(int dirfd, const char *path, char *buf, size_t size);
size_t DtsmTraceDirectory(int dirfd, const char *path, char *buf, size_t size);

#endif /* DTSM_WRAP_DIR_H */
