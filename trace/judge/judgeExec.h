/*
 * judgeExec.h --
 *
 *      What has to be known and done before a program starts.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_EXEC_H
#define DTSM_JUDGE_EXEC_H

#include "judge.h"
#include "judgeProgram.h"

typedef struct DtsmTraceProgram {
    DtsmProgram is;             /* the judge's, of the image */
    int absent;                 /* cannot be started */
    int untraced;               /* runs without us, or nothing runs */
    int readOnly;               /* will only read the map */
    int supervise;              /* with TRACE_LATER: it needs a supervisor */
    int told;                   /* the log has a line about it */
    const char *name;           /* of a program that the loader is told to
                                 * run, one of its arguments; else NULL */
    char line[DTSM_PROGRAM_LINE];       /* where name is, if it is short */
} DtsmTraceProgram;

enum {                          /* who starts the program? */
    TRACE_NOW,                  /* this thread, next */
    TRACE_LATER,                /* not decided: nothing is told of what could
                                 * be supervised */
    TRACE_BY_LIBC,              /* a child that libc makes */
    TRACE_UNDO                  /* nobody: that failed, and what was told is
                                 * taken back */
};

/*
 * DtsmTraceInspect --
 *
 *      Look at a program that is about to start, and at the interpreters that
 *      it names.  One that will not be traced is told to the log.
 *
 * Arguments:
 *      argv     Its arguments; NULL when they are of no interest.
 *      start    TRACE_NOW and its like.
 *
 * Returns:
 *      0, or ENOENT when a rule refuses an interpreter.
 *
 * DtsmTraceExpect --
 *
 *      Count the start of a program that should attach (1), or take that back
 *      (-1).
 *
 * Arguments:
 *      dirfd, path     As execveat has them.
 *      look            The path as it is seen from here; NULL: the same.
 *
 * DtsmTraceMounts --
 *
 *      What is mounted is about to change, unless only how such a change
 *      spreads does.
 */

int DtsmTraceInspect(const char *file, char *const *argv, int start,
        DtsmTraceProgram *program);
void DtsmTraceExpect(const DtsmTraceProgram *program, int dirfd,
        const char *path, const char *look, int delta);
void DtsmTraceMounts(unsigned long spreads);

#endif /* DTSM_JUDGE_EXEC_H */
