/*
 * injectTables.h --
 *
 *      The tables of a loaded library: its names, and its references to those
 *      of others.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_TRACE_TABLES_H
#define DTSM_TRACE_TABLES_H

/*
 * DtsmTraceSame --
 *
 *      strcmp, which may be another library's that is not ready yet.
 */

static inline int
DtsmTraceSame(const char *one, const char *two)
{
    while (*one != '\0' && *one == *two) {
        one++;
        two++;
    }
    return *one == *two;
}

#ifdef __GLIBC__

#include <link.h>

typedef struct DtsmTraceTables {
    const ElfW(Sym) *symbols;
    const char *strings;
    const uint32_t *hash, *oldHash;     /* DT_GNU_HASH, DT_HASH, or NULL */
    const ElfW(Half) *versions;         /* of each symbol, or NULL */
    const char *defined;                /* versions by number, or NULL */
    const char *needed;                 /* those of other libraries, or NULL */
    const ElfW(Rela) *rela, *calls;     /* references; calls may be lazy */
    size_t relaBytes, callBytes;
} DtsmTraceTables;

/*
 * DtsmTraceGetTables --
 *
 *      Returns 0 when the library has no names.
 *
 * DtsmTraceFind --
 *
 *      A library's symbol of this name: its default version or a given one.
 *      It has a DT_GNU_HASH.
 *
 * DtsmTraceNeeded --
 *
 *      The version that a library wants of a symbol of another one; NULL for
 *      none.
 *
 * DtsmTraceOnly (injectReal.c) --
 *
 *      The wrapper of this name (and version, unless NULL), provided that all
 *      definitions of the name, but for ours, are the function that the
 *      wrapper calls.  Takes the loader's lock for its list.
 *
 * Arguments:
 *      leftPtr     Set to 1 when there is another one that was loaded before
 *                  that function's library; that a later one has it as well
 *                  is a matter of that one and of what it comes with.
 *
 * Returns:
 *      NULL when the name is not wrapped, or there is another definition.
 */

int DtsmTraceGetTables(ElfW(Addr) base, const ElfW(Dyn) *entry,
        DtsmTraceTables *tables);
const ElfW(Sym) *DtsmTraceFind(const DtsmTraceTables *tables,
        const char *name, const char *version);
const char *DtsmTraceNeeded(const DtsmTraceTables *tables, size_t symbol);
void *DtsmTraceOnly(const char *name, const char *version, int *leftPtr);

#endif /* __GLIBC__ */

#endif /* DTSM_TRACE_TABLES_H */
