/*
 * injectScope.h --
 *
 *      Libraries with a scope of their own (injectScope.c).
 *
 * DtsmTraceScopeOpens  One is about to be opened.
 * DtsmTraceScopeUsed   A name is looked up in the library of this handle.
 * DtsmTraceScopeOther  One is opened in another namespace.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_INJECT_SCOPE_H
#define DTSM_INJECT_SCOPE_H

extern int dtsmTraceScopes;             /* 1 from the first one on */

void DtsmTraceScopeOpens(void);
void DtsmTraceScopeUsed(const void *handle);
void DtsmTraceScopeOther(void);

#endif /* DTSM_INJECT_SCOPE_H */
