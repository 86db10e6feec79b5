/*
 * extra.h --
 *
 *      A tiny library that a build may find: English words without their
 *      endings.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef EXTRA_H
#define EXTRA_H

/*
 * extra_stem --
 *
 *      Cut a plural's ending off word, in place.
 */

void extra_stem(char *word);

#endif /* EXTRA_H */
