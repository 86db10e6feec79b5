/*
 * judgeKeys.h --
 *
 *      The names in the map that are no paths.  A path begins with "/", such
 *      a key with "@"; all of them are made here.
 *
 *      "@F" "@N"   alias key: the policy's number in hex, then a spelling.
 *                  The answer for a call that follows a last symlink (F), or
 *                  does not (N)
 *      "@D"        directory key: the same, then a directory's path.  There
 *                  is no symlink on the way to it
 *      "@A"        answer key: then a path.  What the session's server said
 *      "@T"        the server did not answer in time: nobody waits any more
 *      "@U"        line key: a digit, a tab, then a line that could not be
 *                  written to the session's log
 *      "@X"        start key: then a hash of the name that a program was
 *                  started by; a start note has a tab and a path after that
 *                  (judgeStarts.h)
 *      "@X-mounts" a process has changed what is mounted
 *
 * K1  What an alias key or a directory key says rests on every symlink and
 *     directory on the way.  A change of any of those gives the policy a new
 *     number, and so no key of before is ever found again.
 * K2  What is stored under "@A", "@T", "@U" and "@X" has the flag ALIAS: a
 *     report takes it for no path.
 *
 * The command reads "@T", "@U" and "@X" (library/session.tcl, collect.tcl,
 * starts.tcl).
 *
 * Context: async-signal-safe, usable in a vfork child; no system call.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_KEYS_H
#define DTSM_JUDGE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "dtsm.h"

#define TRACE_KEY_HEAD 20       /* room that a key's head needs in front */

/*
 * DtsmTraceKeyHead --
 *
 *      Write the head of an alias key or a directory key in front of what
 *      lies in buf from TRACE_KEY_HEAD on.
 *
 * Arguments:
 *      kind     'F', 'N' or 'D'.
 *
 * Returns:
 *      The head's length.
 *
 * DtsmTraceKeyAlias --
 *
 *      The alias key of a spelling in that place, for a call that touches it
 *      how.
 *
 * Returns:
 *      The key; it is *headLenPtr longer than the spelling.
 */

size_t DtsmTraceKeyHead(char *buf, uint64_t policy, char kind);
char *DtsmTraceKeyAlias(char *buf, uint64_t policy, unsigned how,
        size_t *headLenPtr);

/*
 * DtsmTraceBumpPolicy --
 *
 *      Give the policy a new number, so that no alias key and no directory
 *      key of before is found any more (K1).  Verdicts of paths stay.
 */

void DtsmTraceBumpPolicy(Dtsm_Map *map);

/*
 * DtsmTraceKeyAnswer --
 *
 *      Write the answer key of a path; returns its length, which is
 *      TRACE_KEY_ANSWER more than the path's.
 *
 * DtsmTraceKeyLine --
 *
 *      Write the head of a line key.  The number, 0 to 9, tells lines that are
 *      the same.
 *
 * DtsmTraceKeyStart --
 *
 *      Write the start key of a name, which is head and name; not terminated.
 */

#define TRACE_KEY_ANSWER 2
#define TRACE_KEY_LINE 4
#define START_KEY_LEN 18

#define TRACE_KEY_TIMEOUT "@T"
#define TRACE_KEY_MOUNTS "@X-mounts"

size_t DtsmTraceKeyAnswer(char *key, const char *path, size_t len);
void DtsmTraceKeyLine(char key[TRACE_KEY_LINE], int number);
void DtsmTraceKeyStart(const char *head, const char *name,
        char key[START_KEY_LEN]);

#endif /* DTSM_JUDGE_KEYS_H */
