/*
 * nothing.c --
 *
 *      A library that does nothing, to be preloaded: what any injected
 *      library costs at least, for the loader has to find, map and relocate
 *      it in every program.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

extern const char dtsmBenchNothing;
const char dtsmBenchNothing = 0;
