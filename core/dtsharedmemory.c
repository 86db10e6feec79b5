/*
 * dtsharedmemory.c --
 *
 *      The original's interface, one map per process.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "dtsharedmemory.h"
#include "dtsm.h"

#define FIVE_FLAGS  (DTSM_ALLOW | DTSM_DENY | DTSM_VIOLATION | DTSM_UNKNOWN \
        | DTSM_PREFIX)

_Static_assert(ALLOW_PATH == DTSM_ALLOW && DENY_PATH == DTSM_DENY
        && SANDBOX_VIOLATION == DTSM_VIOLATION
        && SANDBOX_UNKNOWN == DTSM_UNKNOWN && IS_PREFIX == DTSM_PREFIX,
        "the original's flags keep their values");

static _Atomic(Dtsm_Map *) manager;

bool
__dtsharedmemory_set_manager(const char *status_file_name,
        const char *shared_memory_file_name)
{
    Dtsm_Map *map, *none = NULL;
    int fd, status;

    if (atomic_load(&manager) != NULL) {
        return true;
    }
    if (status_file_name != NULL) {
        fd = open(status_file_name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) {
            return false;
        }
        close(fd);
    }
    status = Dtsm_Open(shared_memory_file_name, DTSM_CREATE, &map);
    if (status != DTSM_OK) {
        if (status != DTSM_SYSTEM) {
            errno = status == DTSM_FULL ? ENOSPC : EINVAL;
        }
        return false;
    }
    if (!atomic_compare_exchange_strong(&manager, &none, map)) {
        Dtsm_Close(map);
    }
    return true;
}

bool
__dtsharedmemory_insert(const char *path, uint8_t flags)
{
    Dtsm_Map *map = atomic_load(&manager);

    return map != NULL && path != NULL && (flags & ~FIVE_FLAGS) == 0
            && Dtsm_Insert(map, path, strlen(path), flags) == DTSM_OK;
}

bool
__dtsharedmemory_search(const char *path, uint8_t *flags)
{
    Dtsm_Map *map = atomic_load(&manager);
    unsigned found;

    if (map == NULL || path == NULL
            || Dtsm_Search(map, path, strlen(path), &found) != DTSM_OK
            || (found & FIVE_FLAGS) == 0) {
        return false;
    }
    *flags = (uint8_t) (found & FIVE_FLAGS);
    return true;
}

size_t
__dtsharedmemory_getUsedSharedMemorySize(void)
{
    Dtsm_Map *map = atomic_load(&manager);
    Dtsm_Stats stats;

    if (map == NULL) {
        return 0;
    }
    Dtsm_Stat(map, &stats);
    return (size_t) stats.usedBytes;
}

int
__dtsharedmemory_getStatusFileFd(void)
{
    return -1;
}

int
__dtsharedmemory_getSharedMemoryFileFd(void)
{
    return -1;
}

bool
__dtsharedmemory_reset_fd(void)
{
    return true;
}
