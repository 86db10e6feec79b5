/*
 * injectScope.c --
 *
 *      Libraries with a scope of their own.  One that is opened with
 *      RTLD_DEEPBIND, and what it needs, finds libc's functions before our
 *      wrappers.  Its references to them are bound to the wrappers here; all
 *      other names keep the scope that the program asked for.
 *
 * WHEN
 *
 *      The loader maps all that one dlopen needs, relocates all of it, and
 *      then calls what each library has to do first.  The code that every
 *      linked library begins with (_init of crti.o) calls __gmon_start__ if
 *      there is such a function.  Ours is that function, so that it runs
 *      after the relocation and before the first constructor.
 *
 * B1  A pass runs in __gmon_start__, that is under the loader's lock for
 *     opening and closing: every library in its list is relocated, none comes
 *     or goes, and no other pass runs.
 * B2  A pass is due for every dlopen that follows the first RTLD_DEEPBIND:
 *     what such a library opens in its turn may have its scope.
 * B3  A reference is bound to a wrapper only where it would call just what
 *     the wrapper calls, as in wrapSymbol.c.  Where it calls another
 *     function of libc's under that name, the program is named as untraced.
 *
 *
 * A library that was linked without that code is not seen to, unless another
 * one of the same dlopen comes before it.  Where its names are looked up that
 * is found out (DtsmTraceScopeUsed), and its program is named.
 *
 * A library of another namespace (dlmopen, LD_AUDIT) has a libc of its own,
 * with an errno and streams of its own, so that it cannot be given our
 * wrappers: its program is named.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectScope.h"
#include "injectTables.h"

#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>

void __gmon_start__(void);

/*
 * Set by the first RTLD_DEEPBIND, and never taken back (B2).
 */

int dtsmTraceScopes = 0;

/*
 * LogOnce --
 *
 *      Name this program, once for each reason.
 */

static void
LogOnce(int *donePtr, const char *why)
{
    if (!__atomic_exchange_n(donePtr, 1, __ATOMIC_RELAXED)) {
        DtsmTraceLogSelf(why);
    }
}

void
DtsmTraceScopeOther(void)
{
    static int done = 0;

    if (DtsmSubjectMap() != NULL) {
        LogOnce(&done, "namespace");
    }
}

#if defined(__GLIBC__) && ((defined(__x86_64__) && !defined(__ILP32__)) \
        || defined(__aarch64__))

#ifdef __x86_64__
enum { SLOT_DATA = R_X86_64_64, SLOT_ADDRESS = R_X86_64_GLOB_DAT,
    SLOT_CALL = R_X86_64_JUMP_SLOT };
#else
enum { SLOT_DATA = R_AARCH64_ABS64, SLOT_ADDRESS = R_AARCH64_GLOB_DAT,
    SLOT_CALL = R_AARCH64_JUMP_SLOT };
#endif

/*
 * How many libraries there were when all of them were seen to (upper half),
 * and how many had been closed by then (lower half): as long as none is
 * closed, new ones are behind those.  Inverted: what begins with 0 needs no
 * page of its own in every program.
 */

static uint64_t seenToInverted = 0;

static uint64_t
SeenTo(void)
{
    return ~__atomic_load_n(&seenToInverted, __ATOMIC_RELAXED);
}

/*
 * Set where a reference was left that is libc's (B3).
 */

static int isNamed = 0;

typedef struct Pass {
    uint64_t count;             /* libraries that came by */
    uint64_t closed;
    uint64_t seen;              /* SeenTo as it was */
    uintptr_t page;
    uintptr_t libcFrom, libcTo; /* libc, which comes before them */
    const struct link_map *used;        /* look at this one and change
                                 * nothing; NULL: at all that are new */
    int unbound;                /* a reference that was left as it is */
} Pass;

typedef struct Range {
    uintptr_t from, to;
} Range;

typedef struct Library {
    DtsmTraceTables tables;
    uintptr_t base;
    Range all, relro;
    int isOpen;                 /* its relro pages are writable now */
} Library;

static int
IsIn(const Range *range, uintptr_t at)
{
    return at >= range->from && at < range->to;
}

/*
 * GetLibrary --
 *
 *      Returns 0 when it is not to be looked at: ourselves, or without names.
 */

static int
GetLibrary(const struct dl_phdr_info *info, uintptr_t page, Library *library)
{
    const ElfW(Phdr) *part = info->dlpi_phdr;
    const ElfW(Phdr) *end = part + info->dlpi_phnum;
    const ElfW(Dyn) *dynamic = NULL;

    library->base = info->dlpi_addr;
    library->all.from = UINTPTR_MAX;
    library->all.to = 0;
    library->relro.from = library->relro.to = 0;
    library->isOpen = 0;
    for (; part < end; part++) {
        uintptr_t from = info->dlpi_addr + part->p_vaddr;
        uintptr_t to = from + part->p_memsz;

        if (part->p_type == PT_DYNAMIC) {
            dynamic = (const void *) from;
        } else if (part->p_type == PT_GNU_RELRO) {
            library->relro.from = from & ~(page - 1);
            library->relro.to = to & ~(page - 1);
        } else if (part->p_type == PT_LOAD) {
            if (from < library->all.from) {
                library->all.from = from;
            }
            if (to > library->all.to) {
                library->all.to = to;
            }
        }
    }
    return dynamic != NULL
            && !IsIn(&library->all, (uintptr_t) &dtsmTraceScopes)
            && DtsmTraceGetTables(info->dlpi_addr, dynamic, &library->tables);
}

/*
 * Open --
 *
 *      Make a place writable that the loader protects once it is filled in.
 */

static int
Open(Library *library, uintptr_t at)
{
    if (!IsIn(&library->relro, at) || library->isOpen) {
        return 1;
    }
    library->isOpen = DtsmpSyscall3(SYS_mprotect, (long) library->relro.from,
            (long) (library->relro.to - library->relro.from),
            PROT_READ | PROT_WRITE) == 0;
    return library->isOpen;
}

/*
 * Wanted --
 *
 *      What a reference shall be bound to.
 *
 * Arguments:
 *      value   What it is bound to now.
 *      lazy    It is not bound yet: the loader does that when it is called.
 *
 * Returns:
 *      A wrapper, or value; then *leftPtr is set when it is libc's all the
 *      same.
 */

static uintptr_t
Wanted(const Pass *pass, const Library *library, size_t symbol,
        uintptr_t value, int lazy, int *leftPtr)
{
    const char *name = library->tables.strings
            + library->tables.symbols[symbol].st_name;
    uintptr_t wrapper;

    if (!DtsmTraceIsWrapped(name)) {
        return value;
    }
    if (!lazy) {
        wrapper = (uintptr_t) DtsmTraceWrapper(name, (void *) value);
        *leftPtr |= wrapper == value && value >= pass->libcFrom
                && value < pass->libcTo;
        return wrapper;
    }
    wrapper = (uintptr_t) DtsmTraceOnly(name,
            DtsmTraceNeeded(&library->tables, symbol), leftPtr);
    return wrapper == 0 ? value : wrapper;
}

/*
 * Bind --
 *
 *      See to the references in one table of a library.
 */

static void
Bind(Pass *pass, Library *library, const ElfW(Rela) *at, size_t bytes)
{
    const ElfW(Rela) *end = at + bytes / sizeof(*at);

    for (; at < end; at++) {
        size_t symbol = ELF64_R_SYM(at->r_info);
        unsigned type = (unsigned) ELF64_R_TYPE(at->r_info);
        uintptr_t *slot = (uintptr_t *) (library->base + at->r_offset);
        uintptr_t value, wanted;

        if (symbol == 0 || at->r_addend != 0 || (type != SLOT_DATA
                        && type != SLOT_ADDRESS && type != SLOT_CALL)
                || library->tables.symbols[symbol].st_shndx != SHN_UNDEF) {
            continue;
        }
        value = __atomic_load_n(slot, __ATOMIC_RELAXED);
        if (value == 0) {
            continue;
        }
        wanted = Wanted(pass, library, symbol, value, type == SLOT_CALL
                && IsIn(&library->all, value), &pass->unbound);
        if (wanted != value) {
            if (pass->used == NULL && Open(library, (uintptr_t) slot)) {
                __atomic_store_n(slot, wanted, __ATOMIC_RELEASE);
            } else {
                pass->unbound = 1;
            }
        }
    }
}

static int
Visit(struct dl_phdr_info *info, size_t size, void *data)
{
    Pass *pass = data;
    Library library;

    if (pass->count++ == 0) {
        pass->closed = size >= offsetof(struct dl_phdr_info, dlpi_subs)
                + sizeof(info->dlpi_subs) ? info->dlpi_subs & 0xffffffffu : 0;
    }
    if (!GetLibrary(info, pass->page, &library)) {
        return 0;
    }
    if (IsIn(&library.all, (uintptr_t) REAL(dl_iterate_phdr))) {
        pass->libcFrom = library.all.from;
        pass->libcTo = library.all.to;
    } else if ((pass->closed != (pass->seen & 0xffffffffu)
                    || pass->count > pass->seen >> 32)
            && (pass->used == NULL || pass->used->l_addr == library.base)) {
        Bind(pass, &library, library.tables.rela, library.tables.relaBytes);
        Bind(pass, &library, library.tables.calls, library.tables.callBytes);
        if (library.isOpen) {
            DtsmpSyscall3(SYS_mprotect, (long) library.relro.from,
                    (long) (library.relro.to - library.relro.from),
                    PROT_READ);
        }
    }
    return 0;
}

/*
 * Count --
 *
 *      How many libraries are there?
 */

static int
Count(struct dl_phdr_info *info, size_t size, void *data)
{
    uint64_t *now = data;

    if (*now == 0 && size >= offsetof(struct dl_phdr_info, dlpi_subs)
            + sizeof(info->dlpi_subs)) {
        *now = info->dlpi_subs & 0xffffffffu;
    }
    *now += (uint64_t) 1 << 32;
    return 0;
}

/*
 * Two threads may come here at once.  The lower count stands, which is as of
 * before either of them opened anything; a pass that sees to a library once
 * more changes nothing.
 */

void
DtsmTraceScopeOpens(void)
{
    uint64_t now = 0, before;

    if (DtsmSubjectMap() == NULL
            || __atomic_load_n(&dtsmTraceScopes, __ATOMIC_RELAXED)) {
        return;
    }
    REAL(dl_iterate_phdr)(Count, &now);
    now = ~now;
    before = ~SeenTo();
    while (now > before && !__atomic_compare_exchange_n(&seenToInverted,
            &before, now, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        ;
    }
    __atomic_store_n(&dtsmTraceScopes, 1, __ATOMIC_RELEASE);
}

/*
 * See --
 *
 *      A pass over what is new (B1), or a look whether it left out the library
 *      that is used, which is loaded wholly: others may just be relocated by
 *      another thread.
 */

__attribute__((noinline)) static void
See(const struct link_map *used)
{
    int keep = errno;
    Pass pass = { .used = used };

    pass.page = getauxval(AT_PAGESZ);
    pass.seen = SeenTo();
    REAL(dl_iterate_phdr)(Visit, &pass);
    if (used == NULL) {
        __atomic_store_n(&seenToInverted, ~(pass.count << 32 | pass.closed),
                __ATOMIC_RELAXED);
    }
    if (pass.unbound) {
        LogOnce(&isNamed, "scope");
    }
    errno = keep;
}

void
DtsmTraceScopeUsed(const void *handle)
{
    if (!isNamed && !TRACE_NO_POINTER(handle)) {
        See(handle);
    }
}

/*
 * For most processes this is nothing but the look at one variable, for each
 * library.
 */

DTSM_EXPORT void
__gmon_start__(void)
{
    if (!DTSM_LIKELY(!__atomic_load_n(&dtsmTraceScopes, __ATOMIC_ACQUIRE))) {
        See(NULL);
    }
}

#else

/*
 * Nobody has written it for this machine.
 */

void
DtsmTraceScopeOpens(void)
{
    static int done = 0;

    if (DtsmSubjectMap() != NULL) {
        LogOnce(&done, "scope");
    }
}

void
DtsmTraceScopeUsed(const void *handle)
{
    (void) handle;
}

#endif
