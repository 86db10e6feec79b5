/*
 * wrapSymbol.c --
 *
 *      Wrappers of dlsym and dlvsym: who looks a name up in libc itself, as
 *      Python's ctypes does, or by its version, gets the wrapper.
 *
 * He gets it only where it calls just what he would have got.  If another
 * preloaded library stands between, what he gets may be that library's way to
 * libc, and ours would lead back to it.
 *
 * What RTLD_NEXT means depends on who calls, so that goes on by a jump, unless
 * there is but one answer.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectScope.h"
#include "injectTables.h"
#include "wrapEntry.h"

#include <dlfcn.h>

#ifdef TRACE_ENTRY

TRACE_HIDDEN DtsmTraceStep DtsmTraceDlsym(void *handle, const char *name);
TRACE_HIDDEN DtsmTraceStep DtsmTraceDlvsym(void *handle, const char *name,
        const char *version);

/*
 * Unseen --
 *
 *      The wrapper for whoever asks for the next definition behind it, or in
 *      its own scope: where libc's is the only one, that is what the wrapper
 *      calls.  NULL: there are others, one of which may be the caller's own,
 *      which stands between.
 */

static void *
Unseen(const char *name, const char *version)
{
#ifdef __GLIBC__
    int left = 0;

    return DtsmTraceOnly(name, version, &left);
#else
    (void) name;
    (void) version;
    return NULL;
#endif
}

TRACE_HIDDEN DtsmTraceStep
DtsmTraceDlsym(void *handle, const char *name)
{
    DtsmTraceStep step = { NULL, NULL };

    if (dtsmTraceScopes && handle != RTLD_NEXT && handle != RTLD_DEFAULT) {
        DtsmTraceScopeUsed(handle);
    }
    if (DtsmSubjectMap() == NULL || !DtsmTraceIsWrapped(name)) {
        step.next = DtsmTraceReal(TRACE_SYM_dlsym);
    } else if (handle == RTLD_NEXT || handle == RTLD_DEFAULT) {
        if (handle == RTLD_NEXT || dtsmTraceScopes) {
            step.result = Unseen(name, NULL);
        }
        if (step.result == NULL) {
            step.next = DtsmTraceReal(TRACE_SYM_dlsym);
        }
    } else {
        step.result = DtsmTraceWrapper(name, REAL(dlsym)(handle, name));
    }
    return step;
}

TRACE_HIDDEN DtsmTraceStep
DtsmTraceDlvsym(void *handle, const char *name, const char *version)
{
    DtsmTraceStep step = { NULL, NULL };

    if (dtsmTraceScopes && handle != RTLD_NEXT && handle != RTLD_DEFAULT) {
        DtsmTraceScopeUsed(handle);
    }
    if (DtsmSubjectMap() == NULL || !DtsmTraceIsWrapped(name)) {
        step.next = DtsmTraceReal(TRACE_SYM_dlvsym);
    } else if (handle == RTLD_NEXT) {
        step.result = Unseen(name, version);
        if (step.result == NULL) {
            step.next = DtsmTraceReal(TRACE_SYM_dlvsym);
        }
    } else {
        step.result = DtsmTraceWrapper(name,
                REAL(dlvsym)(handle, name, version));
    }
    return step;
}

TRACE_ENTRY("dlsym", "DtsmTraceDlsym");
TRACE_ENTRY("dlvsym", "DtsmTraceDlvsym");

#endif /* TRACE_ENTRY */
