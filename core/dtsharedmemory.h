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
 *      What differs from the original:
 *
 *      - A path is any bytes but NUL, 1 to 65535 of them; LOWER_LIMIT and
 *        UPPER_LIMIT bound nothing.  Repeated and trailing slashes are
 *        folded.
 *      - A prefix keeps its flags whatever is inserted below or above it,
 *        and a parent that is inserted keeps its children.  A prefix that
 *        is inserted after a path below it governs that path.
 *      - The file has its length from the start and is mapped once, so
 *        nothing is truncated or mapped again while others use it.  It is
 *        sparse: memory is taken as paths come.
 *      - No descriptor is kept, so none has to be guarded or reset.
 *      - Nothing is printed.  print_error is for the caller's own messages.
 *      - The original's types, CNode and INode, and what else its header
 *        tells of its own inside, are not here.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSHAREDMEMORY_H
#define DTSHAREDMEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>           /* waitpid, as stdlib.h has it on macOS */

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Constants that programs of the original use, its own test among them.  The
 * sizes are those of a map: bytes of memory that a new one has, and by which
 * it grows.  Places are 40 bits wide, so that no map needs more.
 */

#define INITIAL_FILE_SIZE       (2 * 1024 * 1024)
#define EXPANDING_SIZE          (2 * 1024 * 1024)
#define LARGE_MEMORY_NEEDED     1

#define LOWER_LIMIT             32      /* the original's characters */
#define UPPER_LIMIT             122
#define POSSIBLE_CHARACTERS     (UPPER_LIMIT - LOWER_LIMIT + 1)

#ifndef DEBUG_MESSAGES_ALLOWED
#define DEBUG_MESSAGES_ALLOWED  1
#endif

/*
 * Say on stderr what went wrong, with errno's words.
 */

#if DEBUG_MESSAGES_ALLOWED
#define print_error(text)       ((void) fprintf(stderr, "%s:%s: %s: %s\n", \
        __FILE__, __func__, (text), strerror(errno)))
#else
#define print_error(text)       ((void) (text))
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
