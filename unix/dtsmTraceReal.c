/*
 * dtsmTraceReal.c --
 *
 *      The functions that our wrappers stand in front of: libc's, or those of
 *      another preloaded library behind us.
 *
 * Each is looked up when it is first called: a process calls a few of them,
 * and looking all up would cost every short process more than its checks.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"

#include <dlfcn.h>

static const char *const names[TRACE_SYMS] = {
#define DTSM_SYM(name) #name,
#define DTSM_ABSENT DTSM_SYM
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
#define DTSM_SYM(name)
#define DTSM_ABSENT(name)
#define DTSM_OLD(name, version) #name,
#include "dtsmTraceSyms.h"
#undef DTSM_OLD
};

static const char *const versions[] = {
#define DTSM_OLD(name, version) version,
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
#undef DTSM_OLD
    NULL
};

static void *real[TRACE_SYMS];

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
        int saved = errno;

        function = sym < TRACE_DEFAULT_SYMS ? dlsym(RTLD_NEXT, names[sym])
                : dlvsym(RTLD_NEXT, names[sym],
                        versions[sym - TRACE_DEFAULT_SYMS]);
        if (function == NULL) {
            function = (void *) (intptr_t) Missing;
        }
        __atomic_store_n(&real[sym], function, __ATOMIC_RELAXED);
        errno = saved;
        return function;
    }
}
