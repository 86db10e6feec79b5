/*
 * staticstartways.c --
 *
 *      startways.c without the dynamic loader: its calls are supervised.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "startways.c"
