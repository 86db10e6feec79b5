/*
 * peers.c --
 *
 *      The peers that this machine has.  The order is that of the table.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "bench.h"

const BenchPeer *const benchPeers[] = {
    &benchPrivate,
    &benchPrivateHuge,
    &benchDirectories,
    &benchFlat,
    &benchDtsm,
#ifdef BENCH_LMDB
    &benchLmdb,
#endif
#ifdef BENCH_TDB
    &benchTdb,
#endif
#ifdef BENCH_CK
    &benchCk,
#endif
#ifdef BENCH_URCU
    &benchUrcu,
#endif
#ifdef BENCH_SQLITE
    &benchSqlite,
#endif
    &benchSocket,
    0
};
