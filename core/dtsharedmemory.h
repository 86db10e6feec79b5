/*
 * dtsharedmemory.h --
 *
 *      The interface of the original dtsharedmemory, source-compatible, over
 *      one dtsm map per process.
 *
 *      What the original kept in its status file lives in the map's first
 *      page.  A status file that is named is made, empty, so that scripts
 *      which delete it keep working.
 *
 *      All functions may be called from any thread.  Those that insert and
 *      search are async-signal-safe.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSHAREDMEMORY_H
#define DTSHAREDMEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ALLOW_PATH = 1,
    DENY_PATH = 2,
    SANDBOX_VIOLATION = 4,
    SANDBOX_UNKNOWN = 8,
    IS_PREFIX = 16
};

/*
 * Open or create the process's map.  status_file_name may be NULL.  Called
 * again: true, and nothing is done.  False with errno set on failure; errno
 * is EINVAL for a file that is no map and ENOSPC when there is no room.
 */

bool __dtsharedmemory_set_manager(const char *status_file_name,
        const char *shared_memory_file_name);

/*
 * Store flags (any of the five, at least one) for path, NUL-terminated.
 * False without a map, or as Dtsm_Insert fails.
 */

bool __dtsharedmemory_insert(const char *path, uint8_t flags);

/*
 * True with *flags set to those of the five that are known of path; false
 * when nothing is known, and then *flags is not touched.
 */

bool __dtsharedmemory_search(const char *path, uint8_t *flags);

/*
 * Bytes of the map in use; 0 without one.
 */

size_t __dtsharedmemory_getUsedSharedMemorySize(void);

/*
 * Always -1: no descriptor is kept, so none needs to be reset.
 */

int __dtsharedmemory_getStatusFileFd(void);
int __dtsharedmemory_getSharedMemoryFileFd(void);

/*
 * Always true.
 */

bool __dtsharedmemory_reset_fd(void);

#ifdef __cplusplus
}
#endif

#endif /* DTSHAREDMEMORY_H */
