/*
 * judgeLog.h --
 *
 *      Lines of the session's log.
 *
 * DtsmTraceLogRefused --
 *
 *      Tell who was refused path.  verb is "refused", or "unanswered" when
 *      only the server's silence was the reason.
 *
 * DtsmTraceLogUntraced, DtsmTraceLogSupervised, DtsmTraceLogUndone --
 *
 *      Tell that program path is about to run and will not be traced, and
 *      why; or that the supervisor sees its calls; or that it does not start
 *      after all.
 *
 * DtsmTraceLogUnattached --
 *
 *      Tell that this process, program path, has loaded us and cannot attach.
 *      It was counted under the name by which it was started.
 *
 * DtsmTraceLogReadOnly --
 *
 *      Tell that program path can only read the map, before it starts (name
 *      is NULL), or when it has found out itself and was counted under the
 *      name by which it was started.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_LOG_H
#define DTSM_JUDGE_LOG_H

#include "judge.h"

void DtsmTraceLogRefused(const char *verb, const char *path, size_t len,
        int exists);
void DtsmTraceLogUntraced(const char *path, const char *why);
void DtsmTraceLogSupervised(const char *path);
void DtsmTraceLogUndone(const char *path);
void DtsmTraceLogUnattached(const char *path, const char *why,
        const char *name);
void DtsmTraceLogReadOnly(const char *path, const char *name);

#endif /* DTSM_JUDGE_LOG_H */
