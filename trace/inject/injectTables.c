/*
 * injectTables.c --
 *
 *      The tables of a loaded library, read in place: no function of libc's is
 *      called, as another library's may stand before it that is not ready yet.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judge.h"
#include "injectTables.h"

#ifdef __GLIBC__

static const void *
Table(ElfW(Addr) base, const ElfW(Dyn) *entry)
{
    /*
     * The loader makes addresses of them, but not on all machines.
     */

    ElfW(Addr) at = entry->d_un.d_ptr;

    return (const void *) (at < base ? at + base : at);
}

int
DtsmTraceGetTables(ElfW(Addr) base, const ElfW(Dyn) *entry,
        DtsmTraceTables *tables)
{
    const DtsmTraceTables none = { .symbols = NULL };

    *tables = none;
    for (; entry->d_tag != DT_NULL; entry++) {
        switch (entry->d_tag) {
            case DT_SYMTAB: tables->symbols = Table(base, entry); break;
            case DT_STRTAB: tables->strings = Table(base, entry); break;
            case DT_GNU_HASH: tables->hash = Table(base, entry); break;
            case DT_HASH: tables->oldHash = Table(base, entry); break;
            case DT_VERSYM: tables->versions = Table(base, entry); break;
            case DT_VERDEF: tables->defined = Table(base, entry); break;
            case DT_VERNEED: tables->needed = Table(base, entry); break;
            case DT_RELA: tables->rela = Table(base, entry); break;
            case DT_RELASZ: tables->relaBytes = entry->d_un.d_val; break;
            case DT_JMPREL: tables->calls = Table(base, entry); break;
            case DT_PLTRELSZ: tables->callBytes = entry->d_un.d_val; break;
            default: break;
        }
    }
    return tables->symbols != NULL && tables->strings != NULL;
}

/*
 * Version --
 *
 *      The number of a version in a library, or -1.
 */

static int
Version(const DtsmTraceTables *tables, const char *version)
{
    const char *at = tables->defined;

    while (at != NULL) {
        const ElfW(Verdef) *one = (const void *) at;
        const ElfW(Verdaux) *name = (const void *) (at + one->vd_aux);

        if (DtsmTraceSame(tables->strings + name->vda_name, version)) {
            return one->vd_ndx & 0x7fff;
        }
        at = one->vd_next == 0 ? NULL : at + one->vd_next;
    }
    return -1;
}

const ElfW(Sym) *
DtsmTraceFind(const DtsmTraceTables *tables, const char *name,
        const char *version)
{
    const uint32_t *head = tables->hash;
    const uint32_t *buckets = (const void *) ((const ElfW(Addr) *)
            (const void *) (head + 4) + head[2]);
    const uint32_t *chain = buckets + head[0];
    int wanted = version == NULL ? -1 : Version(tables, version);
    uint32_t hash = 5381, i;
    const char *at;

    for (at = name; *at != '\0'; at++) {
        hash = hash * 33 + (unsigned char) *at;
    }
    i = head[0] == 0 ? 0 : buckets[hash % head[0]];
    if (i < head[1] || i == 0) {
        return NULL;
    }
    for (;; i++) {
        const ElfW(Sym) *symbol = &tables->symbols[i];
        uint32_t own = chain[i - head[1]];
        int number = tables->versions == NULL ? -1 : tables->versions[i];

        if ((own | 1) == (hash | 1) && symbol->st_shndx != SHN_UNDEF
                && (number < 0 || (version == NULL ? !(number & 0x8000)
                        : (number & 0x7fff) == wanted))
                && DtsmTraceSame(tables->strings + symbol->st_name, name)) {
            return symbol;
        }
        if (own & 1) {
            return NULL;
        }
    }
}

const char *
DtsmTraceNeeded(const DtsmTraceTables *tables, size_t symbol)
{
    const char *at = tables->needed;
    int wanted = tables->versions == NULL ? 0
            : tables->versions[symbol] & 0x7fff;

    while (at != NULL && wanted > 1) {
        const ElfW(Verneed) *file = (const void *) at;
        const char *next = at + file->vn_aux;
        unsigned i;

        for (i = 0; i < file->vn_cnt; i++) {
            const ElfW(Vernaux) *one = (const void *) next;

            if ((one->vna_other & 0x7fff) == wanted) {
                return tables->strings + one->vna_name;
            }
            next += one->vna_next;
        }
        at = file->vn_next == 0 ? NULL : at + file->vn_next;
    }
    return NULL;
}

#endif /* __GLIBC__ */
