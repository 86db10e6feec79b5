/*
 * injectReal.c --
 *
 *      The functions that our wrappers stand in front of: libc's, or those of
 *      another preloaded library behind us.
 *
 * Each is looked up when it is first called: a process calls a few of them,
 * and looking all up would cost every short process more than its checks.
 *
 * dlsym would take the loader's lock, which another thread may hold while it
 * waits for this one (in a library's constructor), and would discard what
 * dlerror has to say.  So the tables of those behind us are read here, in the
 * loader's order; what they do not show is left to dlsym.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectTables.h"

#include <dlfcn.h>
#include <link.h>

/*
 * Their names, one text behind the other, and where each begins: the loader
 * would have to fill in pointers.
 */

static const struct Names {
#define DTSM_SYM(name) char sym_##name[sizeof(#name)];
#define DTSM_ABSENT DTSM_SYM
#define DTSM_OLD(name, version) \
    char old_##name[sizeof(#name)], version_##name[sizeof(version)];
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_OLD
    char end[1];
} names = {
#define DTSM_SYM(name) #name,
#define DTSM_OLD(name, version) #name, version,
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
#undef DTSM_OLD
    ""
};

static const unsigned short nameAt[TRACE_SYMS] = {
#define DTSM_SYM(name) offsetof(struct Names, sym_##name),
#define DTSM_ABSENT DTSM_SYM
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
#define DTSM_SYM(name)
#define DTSM_ABSENT(name)
#define DTSM_OLD(name, version) offsetof(struct Names, old_##name),
#include "dtsmTraceSyms.h"
#undef DTSM_OLD
};

static const unsigned short versionAt[] = {
#define DTSM_OLD(name, version) offsetof(struct Names, version_##name),
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
#undef DTSM_OLD
    0
};

static void *real[TRACE_SYMS];

static const char *
Name(int sym)
{
    return (const char *) &names + nameAt[sym];
}

/*
 * OldVersion --
 *
 *      NULL means the default one.
 */

static const char *
OldVersion(int sym)
{
    return sym < TRACE_DEFAULT_SYMS ? NULL
            : (const char *) &names + versionAt[sym - TRACE_DEFAULT_SYMS];
}

/*
 * Missing --
 *
 *      What is called when there is no such function behind us.
 */

static long
Missing(void)
{
    errno = ENOSYS;
    return -1;
}

#ifdef __GLIBC__

extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

static int
GetTables(const struct link_map *library, DtsmTraceTables *tables)
{
    return DtsmTraceGetTables(library->l_addr, library->l_ld, tables)
            && tables->hash != NULL;
}

/*
 * OwnLibrary --
 *
 *      Us, in the loader's list; NULL when we are not in it.
 */

static const struct link_map *
OwnLibrary(void)
{
    const struct link_map *library = _r_debug.r_map;

    while (library != NULL && library->l_ld != _DYNAMIC) {
        library = library->l_next;
    }
    return library;
}

/*
 * Behind --
 *
 *      The first function of this name behind us, or NULL where that is to be
 *      asked of dlsym.
 */

static void *
Behind(const char *name, const char *version)
{
    const struct link_map *library = OwnLibrary();
    const ElfW(Sym) *symbol;
    DtsmTraceTables tables;

    while (library != NULL && (library = library->l_next) != NULL) {
        if (!GetTables(library, &tables)) {
            return NULL;
        }
        symbol = DtsmTraceFind(&tables, name, version);
        if (symbol != NULL) {
            return (symbol->st_info & 15) != STT_FUNC ? NULL
                    : (void *) (library->l_addr + symbol->st_value);
        }
    }
    return NULL;
}

/*
 * Own --
 *
 *      Our function of this name and version.
 */

static void *
Own(const char *name, const char *version)
{
    const struct link_map *library = OwnLibrary();
    const ElfW(Sym) *symbol;
    DtsmTraceTables tables;

    if (library == NULL || !GetTables(library, &tables)) {
        return NULL;
    }
    symbol = DtsmTraceFind(&tables, name, version);
    return symbol == NULL ? NULL
            : (void *) (library->l_addr + symbol->st_value);
}

/*
 * DtsmTraceOnly --
 *
 *      See injectTables.h.
 */

typedef struct Definitions {
    const char *name;
    const void *function;       /* what the wrapper calls */
    int passed;                 /* its library came by */
    int before, other;          /* another one before that; or anywhere */
} Definitions;

/*
 * FindOld --
 *
 *      Find without versions, in one of the few libraries that have no newer
 *      hash table: the older one tells how many symbols there are.
 */

static const ElfW(Sym) *
FindOld(const DtsmTraceTables *tables, const char *name)
{
    uint32_t i, count = tables->oldHash == NULL ? 0 : tables->oldHash[1];

    for (i = 0; i < count; i++) {
        if (tables->symbols[i].st_shndx != SHN_UNDEF && DtsmTraceSame(
                tables->strings + tables->symbols[i].st_name, name)) {
            return &tables->symbols[i];
        }
    }
    return NULL;
}

static int
AnotherIn(struct dl_phdr_info *info, size_t size, void *data)
{
    const ElfW(Phdr) *part = info->dlpi_phdr;
    const ElfW(Phdr) *end = part + info->dlpi_phnum;
    Definitions *definitions = data;
    const ElfW(Sym) *symbol;
    const ElfW(Dyn) *dynamic;
    DtsmTraceTables tables;

    (void) size;
    while (part < end && part->p_type != PT_DYNAMIC) {
        part++;
    }
    if (part == end) {
        return 0;
    }
    dynamic = (const void *) (info->dlpi_addr + part->p_vaddr);
    if (dynamic == _DYNAMIC
            || !DtsmTraceGetTables(info->dlpi_addr, dynamic, &tables)) {
        return 0;
    }
    symbol = tables.hash != NULL
            ? DtsmTraceFind(&tables, definitions->name, NULL)
            : FindOld(&tables, definitions->name);
    if (symbol != NULL) {
        if ((const void *) (info->dlpi_addr + symbol->st_value)
                == definitions->function) {
            definitions->passed = 1;
        } else {
            definitions->other = 1;
            definitions->before |= !definitions->passed;
        }
    }
    return 0;
}

static int
SymbolOf(const char *name)
{
    int sym = 0;

    while (sym < TRACE_DEFAULT_SYMS && !DtsmTraceSame(Name(sym), name)) {
        sym++;
    }
    return sym;
}

void *
DtsmTraceOnly(const char *name, const char *version, int *leftPtr)
{
    Definitions definitions = { name, NULL, 0, 0, 0 };
    int sym = SymbolOf(name);
    void *own;

    if (sym == TRACE_DEFAULT_SYMS) {
        return NULL;
    }
    definitions.function = DtsmTraceReal(sym);
    REAL(dl_iterate_phdr)(AnotherIn, &definitions);
    *leftPtr |= definitions.before;
    if (definitions.other) {
        return NULL;
    }
    own = version == NULL ? NULL : Own(name, version);
    return own != NULL ? own : Own(name, NULL);
}

#else

static void *
Behind(const char *name, const char *version)
{
    (void) name;
    (void) version;
    return NULL;
}

static void *
Own(const char *name, const char *version)
{
    (void) name;
    (void) version;
    return NULL;
}

#endif

/*
 * DtsmTraceReal --
 *
 *      Returns the next definition of a wrapped name.  Two threads that look
 *      it up at once find the same.
 */

void *
DtsmTraceReal(int sym)
{
    void *function = __atomic_load_n(&real[sym], __ATOMIC_RELAXED);

    if (DTSM_LIKELY(function != NULL)) {
        return function;
    } else {
        const char *name = Name(sym), *version = OldVersion(sym);
        int saved = errno;

        function = Behind(name, version);
        if (function == NULL && sym != TRACE_SYM_dlsym
                && sym != TRACE_SYM_dlvsym) {   /* those are asked by it */
            function = version == NULL ? REAL(dlsym)(RTLD_NEXT, name)
                    : REAL(dlvsym)(RTLD_NEXT, name, version);
        }
        if (function == NULL) {
            function = (void *) (intptr_t) Missing;
        }
        __atomic_store_n(&real[sym], function, __ATOMIC_RELAXED);
        errno = saved;
        return function;
    }
}

/*
 * DtsmTraceIsWrapped, DtsmTraceWrapper --
 *
 *      Is there a wrapper of this name?  And which one, if any, calls just
 *      this function, which somebody found under that name: its address, or
 *      function itself.
 */

int
DtsmTraceIsWrapped(const char *name)
{
    return !TRACE_NO_POINTER(name) && Own(name, NULL) != NULL;
}

void *
DtsmTraceWrapper(const char *name, void *function)
{
    int sym;

    for (sym = 0; function != NULL && sym < TRACE_SYMS; sym++) {
        if (DtsmTraceSame(Name(sym), name) && DtsmTraceReal(sym) == function) {
            void *own = Own(name, OldVersion(sym));

            return own != NULL ? own : function;
        }
    }
    return function;
}
