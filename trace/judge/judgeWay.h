/*
 * judgeWay.h --
 *
 *      A path's way, gone as the kernel goes it: one component at a time,
 *      symlinks followed.  Nothing is recorded, asked or judged here; what does
 *      that (judgePath.c) stands above it.
 *
 *      start --> DtsmWayNext --> COMPONENT --> DtsmWayExamine --+
 *                   ^   |                                       |
 *                   |   +-> END, LOST                           |
 *                   |                                           |
 *                   +---- COMPONENT, MISSING, KEEPS_NAME <------+
 *                   |                                           |
 *                   +---- DtsmWayFollow <- DtsmWayReadLink <- LINK
 *
 * So a caller can look at the map between the steps, before the file system is
 * asked.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_JUDGE_WAY_H
#define DTSM_JUDGE_WAY_H

#include "judge.h"
#include "judgeScratch.h"
#include "judgeStat.h"

#define TRACE_RESOLVED_MAX (PATH_MAX + NAME_MAX + 1)
#define TRACE_REST_MAX 16384

/*
 * What symlinks make of a path, at most: as many as the kernel follows, each
 * with the longest text, before the longest spelling.
 */

#define TRACE_LINKS_MAX 40
#define TRACE_UNFOLDED_MAX ((TRACE_LINKS_MAX + 3) * PATH_MAX)

enum {
    WAY_COMPONENT,
    WAY_LINK,                   /* a symlink, to be followed */
    WAY_KEEPS_NAME,             /* one that is not: /proc/self, a directory */
    WAY_MISSING,                /* nothing is there; what is left of the path
                                 * is appended as it stands */
    WAY_END,
    WAY_LOST                    /* a loop, too long on the way, or no memory */
};

typedef struct DtsmWay {
    char usual[TRACE_REST_MAX]; /* rest, unless it gets longer; before all
                                 * else, so that its end is in their page */
    char *rest;                 /* what is left of the way, at its end */
    size_t restSize;
    size_t at;                  /* and begins here */
    char *out;                  /* resolved, terminated */
    char *link;                 /* a symlink's text, terminated; both have
                                 * TRACE_RESOLVED_MAX bytes */
    size_t outLen;
    size_t above;               /* of out: the directory of the component */
    size_t linkLen;
    int follows;                /* a symlink at the end */
    int type;                   /* TRACE_IS_* of out */
    int isMissing;              /* it, or something above it */
    int noCache;                /* means something else to other processes */
    int noAlias;                /* ".." below what is missing: a directory that
                                 * comes there would change the answer */
    int links;                  /* followed */
    int selfs;                  /* that kept their names */
    int stop;                   /* what the kernel says of all that is below
                                 * a place on the way, 0: nothing; ENOTDIR: */
    size_t stopLen;             /* that is this much of out, a plain file */
} DtsmWay;

/*
 * DtsmWayStart --
 *
 *      Begin a way; DtsmWayFinish must end it.
 *
 * Arguments:
 *      out, link       Room, borrowed for the whole way.
 *      path, len       Absolute; copied, so it may be what out has.
 *      follows         Is a symlink at the end followed?
 *
 * Returns:
 *      1, or 0 when the path is too long.
 *
 * DtsmWaySkip --
 *
 *      Go so much of the path at once: a directory that is known to be reached
 *      without a symlink.
 *
 * DtsmWayNext --
 *
 *      Go on to the next component, beyond "." and "..".
 *
 * Returns:
 *      WAY_COMPONENT, which is not examined yet; WAY_END, WAY_LOST.
 *
 * DtsmWayExamine --
 *
 *      What is there?  One system call.
 *
 * Returns:
 *      WAY_COMPONENT, WAY_LINK, WAY_KEEPS_NAME, WAY_MISSING; WAY_END at a
 *      symlink that is not followed; WAY_LOST.  Of one symlink too many,
 *      links is above TRACE_LINKS_MAX.
 *
 * DtsmWayIsLast --
 *
 *      Is nothing left of the way but slashes?
 *
 * DtsmWayReadLink --
 *
 *      Read the symlink; 0 when it is none any more.
 *
 * DtsmWayFollow --
 *
 *      Go on by the text that was read; 0 when there is no memory.
 *
 * DtsmWayFinish --
 *
 *      The end, after which out, outLen, type and what stands below them in
 *      the struct are the result.
 */

int DtsmWayStart(DtsmWay *way, char *out, char *link, const char *path,
        size_t len, int follows);
void DtsmWaySkip(DtsmWay *way, size_t known);
int DtsmWayNext(DtsmWay *way);
int DtsmWayExamine(DtsmWay *way);
int DtsmWayIsLast(const DtsmWay *way);
int DtsmWayReadLink(DtsmWay *way);
int DtsmWayFollow(DtsmWay *way);
void DtsmWayFinish(DtsmWay *way);

/*
 * DtsmWayResolve --
 *
 *      Go the whole way, and record nothing.
 *
 * Arguments:
 *      known   So much of the path is a directory that is reached without a
 *              symlink; 0: none.
 *
 * Returns:
 *      1, or 0 for WAY_LOST.
 */

typedef struct DtsmWholeWay {
    DtsmWay way;
    char out[TRACE_RESOLVED_MAX];
    char link[TRACE_RESOLVED_MAX];
} DtsmWholeWay;

_Static_assert(sizeof(DtsmWholeWay) <= DTSM_SCRATCH_SIZE,
        "a whole way fits a block");

int DtsmWayResolve(DtsmWholeWay *whole, const char *path, size_t len,
        size_t known, int follows);

#endif /* DTSM_JUDGE_WAY_H */
