/*
 * tclDtsmMemory.h --
 *
 *      Tcl's memory, without a page fault for each page.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_MEMORY_H
#define TCL_DTSM_MEMORY_H

#include <stddef.h>

/*
 * DtsmTcl_Alloc, DtsmTcl_Realloc --
 *                      So many bytes, the caller's until DtsmTcl_Free; panics
 *                      if there is no memory.
 * DtsmTcl_Ready --     Have memory behind all pages of a large block, which
 *                      will be written soon; keeps errno.
 * DtsmTcl_Heap --      Have so many bytes ready for what malloc will give;
 *                      for a program of our own, as it changes the settings
 *                      of the whole process.
 *
 * Threads:  any.
 */

void *DtsmTcl_Alloc(size_t bytes);
void *DtsmTcl_Realloc(void *memory, size_t bytes);
void DtsmTcl_Free(void *memory);
void DtsmTcl_Ready(void *memory, size_t bytes);
void DtsmTcl_Heap(size_t bytes);

#endif /* TCL_DTSM_MEMORY_H */
