/*
 * wrapTree.h --
 *
 *      What wrappers of functions that walk trees share.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_WRAP_TREE_H
#define DTSM_WRAP_TREE_H

#include "inject.h"

#define TREE_LOOK (DTSM_STAT | TRACE_NOFOLLOW)

/*
 * Both kinds of struct stat are one where this is true; elsewhere the caller
 * gets the properties of what is hidden.
 */

#define TREE_ONE_STAT (sizeof(struct stat) == sizeof(struct stat64))

/*
 * DtsmTreeHides --
 *
 *      Is what a walk has found hidden?  Else it is recorded as looked at, and
 *      what a followed symlink leads to as well.
 *
 * DtsmTreeLists --
 *
 *      Record that a walk lists a directory.
 *
 * DtsmTreeLeadsNowhere --
 *
 *      Is path a symlink to what is hidden?  A walk that follows it has to
 *      tell of one that leads nowhere; st receives its own properties.
 *
 * DtsmTreeListOld --
 *
 *      The system call getdents.
 */

int DtsmTreeHides(const char *path, int follows);
void DtsmTreeLists(const char *path);
int DtsmTreeLeadsNowhere(const char *path, struct stat *st);
long DtsmTreeListOld(int fd, void *block, size_t size);

#endif /* DTSM_WRAP_TREE_H */
