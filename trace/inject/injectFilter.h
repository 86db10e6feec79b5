/*
 * injectFilter.h --
 *
 *      Programs that filter their own system calls: what injectFilter.c
 *      and injectLets.c share.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_TRACE_OWN_FILTER_H
#define DTSM_TRACE_OWN_FILTER_H

#include <stdint.h>

/*
 * Elsewhere a filter is taken to let nothing of ours pass.
 */

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) \
        && !defined(__ILP32__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#   define TRACE_KNOWS_FILTERS 1
#endif

/*
 * Rows of the table in injectLets.c that code asks about by name; there
 * are more.
 */

enum {
    TRACE_MAY_READ_OPEN, TRACE_MAY_LOOK_OPEN, TRACE_MAY_MAP_OPEN,
    TRACE_MAY_LOG_OPEN, TRACE_MAY_CLOSE, TRACE_MAY_MAP_READ,
    TRACE_MAY_MAP_WRITE, TRACE_MAY_FSTAT, TRACE_MAY_THREAD, TRACE_MAY_EXIT,
    TRACE_MAY_FUTEX, TRACE_MAY_STATAT, TRACE_MAY_READLINKAT, TRACE_MAY_READLINK,
    TRACE_MAY_STAT, TRACE_MAY_LSTAT, TRACE_MAY_OTHERS
};

#define TRACE_MAY(row) (UINT64_C(1) << TRACE_MAY_##row)

struct sock_filter;

int DtsmTraceRowOf(const long call[7]);
uint64_t DtsmTraceLets(void *block, const struct sock_filter *steps,
        uint32_t count, uint64_t may);

#endif /* DTSM_TRACE_OWN_FILTER_H */
