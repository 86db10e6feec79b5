/*
 * judgeLog.h --
 *
 *      Lines of the session's log.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_LOG_H
#define DTSM_JUDGE_LOG_H

#include <stddef.h>

/*
 * dtsmTraceCaller      Its lines say that this program asked, not the image of
 *                      the process; NULL: that.
 */

extern const char *dtsmTraceCaller;

void DtsmTraceLogRefused(const char *verb, const char *path, size_t len,
        int exists);
void DtsmTraceLogUntraced(const char *path, const char *why);
void DtsmTraceLogSupervised(const char *path);
void DtsmTraceLogUndone(const char *path);
void DtsmTraceLogUnattached(const char *path, const char *why,
        const char *name);
void DtsmTraceLogReadOnly(const char *path, const char *name);

#endif /* DTSM_JUDGE_LOG_H */
