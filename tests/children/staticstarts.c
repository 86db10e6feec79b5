/*
 * staticstarts.c --
 *
 *      starts.c without the dynamic loader: it is supervised.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "starts.c"
