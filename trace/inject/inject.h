/*
 * inject.h --
 *
 *      What the wrappers of the injected library (libdtsmtrace.so) share.
 *      The rules of judge.h hold here as well.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_H
#define DTSM_INJECT_H

#include "judgeChange.h"
#include "judgeDecide.h"
#include "judgeScratch.h"
#include "judgeSubject.h"

#include <spawn.h>

#define DTSM_EXPORT __attribute__((visibility("default")))

/*
 * CHANGING --
 *
 *      The result of call, which changes path when it answers 0.
 */

#define CHANGING(dirfd, path, call) \
    do { \
        DtsmTraceChange change; \
        int outcome; \
        DtsmTraceBegin(&change, (dirfd), (path), AT_FDCWD, NULL); \
        outcome = (call); \
        DtsmTraceEnd(&change, outcome != 0); \
        return outcome; \
    } while (0)

/*
 * libc's own functions (injectReal.c), one number per wrapped name.  A name
 * that this libc lacks has one too, so that its wrapper can be compiled; it is
 * not exported and nobody calls it.
 */

enum {
#define DTSM_SYM(name) TRACE_SYM_##name,
#define DTSM_ABSENT DTSM_SYM
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
    TRACE_DEFAULT_SYMS,
    TRACE_BEFORE_OLD = TRACE_DEFAULT_SYMS - 1,
#define DTSM_SYM(name)
#define DTSM_ABSENT(name)
#define DTSM_OLD(name, version) TRACE_OLD_##name,
#include "dtsmTraceSyms.h"
#undef DTSM_SYM
#undef DTSM_ABSENT
#undef DTSM_OLD
    TRACE_SYMS
};

void *DtsmTraceReal(int sym);
int DtsmTraceIsWrapped(const char *name);
void *DtsmTraceWrapper(const char *name, void *function);

#define REAL(name) ((__typeof__(&name)) DtsmTraceReal(TRACE_SYM_##name))

/*
 * The older version of a name, where libc has one (DTSM_OLD_VERSION_name):
 * its wrapper is dtsmOld_name, and what stands behind it OLD_REAL(name).
 */

#define OLD_REAL(name) ((__typeof__(&name)) DtsmTraceReal(TRACE_OLD_##name))
#define OLD_NAME(name) \
    __asm__(".symver dtsmOld_" #name "," #name "@" DTSM_OLD_VERSION_##name);

/*
 * Fail with err when it is not 0.
 */

#define REFUSE(err, result) \
    do { \
        int refuse_ = (err); \
        if (refuse_ != 0) { \
            errno = refuse_; \
            return (result); \
        } \
    } while (0)

/*
 * DtsmTraceNoteHome (wrapConfig.c) --
 *
 *      libc expands a word; one that begins with "~" may have it look a user
 *      up.
 *
 * DtsmTraceNoteGlob (wrapGlob.c) --
 *
 *      libc searches for a pattern without a word of ours: judge and record
 *      what that asks for.
 */

void DtsmTraceNoteHome(const char *word);
void DtsmTraceNoteGlob(const char *pattern);

/*
 * A path that cannot be, for calls of libc that have to fail by themselves.
 */

#define TRACE_NO_FILE "/proc/self/hidden"

/*
 * DtsmTraceOpened (wrapMisc.c) --
 *
 *      Judge a file by the path that its descriptor has.
 *
 * Returns:
 *      fd, or -1 with errno set, and it is closed.
 */

int DtsmTraceOpened(int fd, unsigned how);

/*
 * DtsmTraceActionsDirectory (wrapActions.c) --
 *
 *      The directory that posix_spawn's file actions, NULL for none, lead to:
 *      AT_FDCWD when they do not change it, a descriptor to be closed, or -1
 *      when that is not to be told from here.
 */

int DtsmTraceActionsDirectory(const posix_spawn_file_actions_t *actions);

#endif /* DTSM_INJECT_H */
