/*
 * staticlinkcalls.c --
 *
 *      linkcalls.c without the dynamic loader: its linkcalls are supervised.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "linkcalls.c"
