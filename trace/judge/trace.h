/*
 * trace.h --
 *
 *      What the judge and those that ask it, the injected library and the
 *      supervisor, share.
 *
 * A wrapper of libc (inject.h) asks DtsmTraceCheck about each path that its
 * call names and then either fails or calls libc.  All of it runs inside other
 * people's programs, so everywhere in trace/judge and trace/inject:
 *
 * T1  No heap, stdio, lock, thread-local storage or kept descriptor.
 * T2  Our own look at the world goes by raw system calls (dtsmUnixSys.h): it
 *     keeps errno and never comes back into a wrapper.
 * T3  No call takes more than 5 KiB of stack beyond what libc's own takes, so
 *     that a handler with a stack of 16 KiB may make it; what needs more
 *     borrows a block (judgeScratch.c).  A process that may start its
 *     program in a vfork child's place holds none at that moment: its parent
 *     would have one less.  Tests: stack-*.
 * T4  Nothing aborts the host.  When we cannot know, the call goes to libc.
 *
 * HOW ANSWERS ARE KEPT IN THE MAP
 *
 *      resolved path R     ALLOW or DENY, the kinds of access, MISSING
 *      followed symlink L  ALLOW without a kind: "it is a symlink"
 *      spelling S          ALIAS: its answer is under an alias key
 *
 * and under keys that are no paths (judgeKeys.h).
 *
 * A verdict with ASK rests on nobody having been asked.  With ALLOW it is of
 * what is missing or a directory; without, something was about to be made
 * there.
 *
 * A call that does not follow a last symlink and one that does differ for L,
 * so L's own verdict serves the former and the alias key the latter.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_TRACE_H
#define DTSM_TRACE_H

/*
 * Checked variants of libc's functions would get in the way of our own.
 */

#undef _FORTIFY_SOURCE
#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtsm.h"
#include "judgeFlags.h"
#include "judgeHide.h"
#include "judgeKeys.h"
#include "judgeLog.h"
#include "judgeProgram.h"
#include "dtsmUnixSys.h"

#ifndef PATH_MAX
#   define PATH_MAX 4096
#endif

/*
 * Each page that a short process touches costs it more than its checks do, so
 * what all processes write lies together in one page (the linker sorts the
 * sections by name) and large buffers behind it.
 */

#define TRACE_LARGE __attribute__((section(".bss.zlarge")))

/*
 * A pointer that no path can have, NULL among them: the kernel's to refuse.
 */

#define TRACE_NO_POINTER(p) ((uintptr_t) (p) - 4096 > (uintptr_t) -8192)

#define DTSM_LIKELY(x) __builtin_expect(!!(x), 1)

/*
 * DtsmTraceSpan --
 *
 *      The length of text before the first of two characters, or its end:
 *      as strcspn, whose code and tables lie in pages of their own.
 */

static inline size_t
DtsmTraceSpan(const char *text, char one, char two)
{
    size_t len = 0;

    while (text[len] != '\0' && text[len] != one && text[len] != two) {
        len++;
    }
    return len;
}

/*
 * The state of this process image.
 */

extern Dtsm_Map *dtsmTraceMap;          /* NULL: passive, all calls pass */
extern unsigned long dtsmTraceUser;     /* its effective user at its start */
extern int dtsmTraceLittle;     /* its memory was limited; wrapLimit.c */

Dtsm_Map *DtsmTraceAttach(void);
const char *DtsmTraceLogFile(void);     /* NULL when there is none */

/*
 * The map, attaching at the first call that comes before our constructor.
 */

extern int dtsmTraceState;              /* 0: not tried yet */

static inline Dtsm_Map *
DtsmTraceGetMap(void)
{
    Dtsm_Map *map = __atomic_load_n(&dtsmTraceMap, __ATOMIC_ACQUIRE);

    if (DTSM_LIKELY(map != NULL)) {
        return map;
    }
    if (__atomic_load_n(&dtsmTraceState, __ATOMIC_RELAXED) != 0) {
        return NULL;
    }
    return DtsmTraceAttach();
}

/*
 * DtsmTraceCheck --
 *
 *      May this call touch path?  Records what it finds out.
 *
 * Arguments:
 *      dirfd    A descriptor or AT_FDCWD, for a relative path.
 *      path     As the caller gave it; NULL and "" go to the kernel.
 *      how      Kinds and TRACE_*.
 *      sawPtr   NULL, or receives TRACE_SAW_*.
 *
 * Returns:
 *      0 to go on, else the errno to fail with: ENOENT, or EACCES with
 *      TRACE_MAKE; another one where that is what the kernel says of anything
 *      in that place.  errno itself is untouched.
 */

int DtsmTraceCheck(int dirfd, const char *path, unsigned how,
        unsigned *sawPtr);

#define CHECK(dirfd, path, how) DtsmTraceCheck((dirfd), (path), (how), NULL)

/*
 * DtsmTraceHides --
 *
 *      DtsmTraceHidden of a name in a stream's directory.
 *
 * DtsmTraceFilter --
 *
 *      Take what is hidden out of a block of getdents64's, or (old) of
 *      getdents's; returns the length that is left.
 */

int DtsmTraceHiddenName(const char *path);
int DtsmTraceHides(DIR *stream, const char *name, unsigned type);
size_t DtsmTraceFilter(int fd, char *block, size_t len, int old);
size_t DtsmTraceWhere(int dirfd, const char *path, char *buf, size_t size);
size_t DtsmTraceFolder(int dirfd, const char *path, char *buf, size_t size);
int DtsmTraceFenced(void);

/*
 * DtsmTraceTouchHops --
 *
 *      Record every component on a path's resolved way, up to the first
 *      that is missing.
 *
 * DtsmTraceKnows --
 *
 *      The verdict of this spelling, 0 when there is none.
 */

void DtsmTraceTouchHops(const char *path);
unsigned DtsmTraceKnows(const char *path);

/*
 * Changes (judgeChange.c).
 *
 * DtsmTraceBegin, DtsmTraceEnd --
 *
 *      Around a call that changes what path is, and what other is unless that
 *      is NULL: all answers at and below them are void, and every alias.
 *      DtsmTraceEnd keeps errno; failed: nothing was changed after all.
 *
 * DtsmTraceForget --
 *
 *      The same in one step, for a change that is past.
 */

typedef struct DtsmTraceChange {
    uint64_t ticket;            /* of Dtsm_BeginChange */
    const char *paths[2];       /* borrowed from the call */
    int dirfds[2];
} DtsmTraceChange;

void DtsmTraceBegin(DtsmTraceChange *change, int dirfd, const char *path,
        int otherFd, const char *other);
void DtsmTraceEnd(DtsmTraceChange *change, int failed);
void DtsmTraceForget(int dirfd, const char *path);

/*
 * Paths (judgeSpell.c, judgePath.c).
 */

typedef struct DtsmTraceSpelling {
    const char *path;           /* absolute, folded but for ".." */
    size_t len;
    int follow;                 /* ended in "/" or "/.": follow at any rate */
    uint64_t policy;            /* 0, or what the remembered working directory
                                 * in it rests on */
} DtsmTraceSpelling;

#define TRACE_SPELL_MAX 1536    /* longer ones borrow a block */

int DtsmTraceSpell(Dtsm_Map *map, int dirfd, const char *path, int fresh,
        char *buf, size_t size, DtsmTraceSpelling *spell);
size_t DtsmTraceGetCwd(Dtsm_Map *map, char *buf, size_t size,
        uint64_t *policyPtr, int fresh);
void DtsmTraceForgetCwd(void);
void DtsmTraceChdir(void);
void DtsmTraceManyCwds(void);
int DtsmTraceCloning(unsigned long flags);
int DtsmTraceInitCwd(void);
void DtsmTraceForked(void);
int DtsmTraceForking(void);
void DtsmTraceSharing(void);
int DtsmTraceIsStranger(void);
int DtsmTraceIsGuest(void);
int DtsmTraceStrangerExec(void);
void DtsmTraceStrangerBack(int was);
size_t DtsmTraceGetFdPath(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh);
size_t DtsmTraceFdPath(int fd, char *buf, size_t size);
size_t DtsmTraceFdName(const char *folder, int fd, char *buf, size_t size);
size_t DtsmTraceFdText(const char *folder, int fd, char *buf, size_t size);
size_t DtsmTraceGoneText(const char *name, char *buf, size_t size);
int DtsmTraceType(int dirfd, const char *path, int atFlags);

/*
 * The process whose calls are decided: this one, in the injected library
 * (injectCwd.c), but not in a supervisor (superviseTarget.c).
 *
 * DtsmTraceOwnName     What our own look must call a path: what begins with
 *                      /proc/self means the other process there.  path, or
 *                      its new name in buf; longer ones stay as they are.
 *
 * DtsmTraceGonePath    The path that its directory, or that of a descriptor,
 *                      had before it was deleted; 0 when it is not.
 *
 * DtsmTraceReach       Where the kernel comes to by a path, flags being
 *                      O_NOFOLLOW or 0, for ways that are too long to be
 *                      gone step by step.  Of what is missing the folder
 *                      counts, and the name.  0 when that is not to be told.
 */

#define TRACE_OWN_MAX 256

const char *DtsmTraceOwnName(const char *path, char *buf, size_t size);
size_t DtsmTraceGonePath(int dirfd, char *buf, size_t size);
size_t DtsmTraceReach(int dirfd, const char *path, int flags, char *buf,
        size_t size);
int DtsmTracePid(void);
int DtsmTraceNoNewPrivs(void);

enum { TRACE_SPELLED, TRACE_LONG, TRACE_NOWHERE };

#define TRACE_RESOLVED_MAX (PATH_MAX + NAME_MAX + 1)
#define TRACE_REST_MAX 16384

/*
 * What symlinks make of a path, at most: as many as the kernel follows, each
 * with the longest text, before the longest spelling.
 */

#define TRACE_LINKS_MAX 40
#define TRACE_UNFOLDED_MAX ((TRACE_LINKS_MAX + 3) * PATH_MAX)

/*
 * A folder that was reached without a symlink, under its folder key.
 */

typedef struct DtsmTraceKnown {
    size_t len;                 /* of the path's folder; 0: not looked for */
    const char *key;            /* in buf */
    size_t keyLen;
    Dtsm_Token token;
    char buf[TRACE_KEY_HEAD + TRACE_SPELL_MAX];
} DtsmTraceKnown;

typedef struct DtsmTraceWalk {
    char usual[TRACE_REST_MAX]; /* rest, unless it gets longer; before all
                                 * else, so that its end is in their page */
    size_t outLen;
    int type;                   /* TRACE_IS_* */
    int noCache;                /* means something else to other processes */
    int noAlias;                /* ".." below what is missing: a folder that
                                 * comes there would change the answer */
    int links;                  /* followed */
    int selfs;                  /* of them /proc/self and its like, which keep
                                 * their names */
    int stop;                   /* what the kernel says of all that is below
                                 * a place on the way, 0: nothing; ENOTDIR: */
    size_t stopLen;             /* that is this much of out, a plain file */
    size_t badLen;              /* > 0: a last symlink that is denied */
    unsigned badRuling;         /* and how */
    char *rest;                 /* what is left of the way, at its end */
    size_t restSize;
    DtsmTraceKnown folder;
    char out[TRACE_RESOLVED_MAX];       /* resolved, terminated */
    char bad[TRACE_RESOLVED_MAX];
    char link[TRACE_RESOLVED_MAX];
} DtsmTraceWalk;

#define TRACE_FOLLOW_LAST 1     /* ways of DtsmTraceResolve */
#define TRACE_RECORD_HOPS 2
#define TRACE_RECORD_NOTHING 4  /* and ask nobody */

int DtsmTraceResolve(Dtsm_Map *map, const char *path, size_t len, int ways,
        DtsmTraceWalk *walk);

/*
 * DtsmTraceIsPlain --
 *
 *      Is the folder of a spelling known to be reached without a symlink?
 *      Never, when ".." is in it.  *policyPtr receives the number of the
 *      policy that this is as of.
 */

int DtsmTraceIsPlain(Dtsm_Map *map, const char *path, size_t len,
        uint64_t *policyPtr);

/*
 * Borrowed memory (judgeScratch.c): DTSM_SCRATCH_SIZE bytes, or NULL.
 */

#define DTSM_SCRATCH_SIZE (40 * 1024)

void *DtsmTraceBorrow(void);
void DtsmTraceReturn(void *block);
void *DtsmTraceMapRoom(size_t size);
void DtsmTraceUnmapRoom(void *room, size_t size);

_Static_assert(sizeof(DtsmTraceWalk) <= DTSM_SCRATCH_SIZE,
        "a walk fits a block");

/*
 * DtsmTraceSocketName (judgeSocket.c) --
 *
 *      The address of a Unix socket.  A name that is too long for one goes by
 *      a descriptor of its directory, which must stay open until the address
 *      was used.
 *
 * Returns:
 *      That descriptor; TRACE_WHOLE_NAME when there is none; a lower number:
 *      -errno.
 */

#define TRACE_WHOLE_NAME (-1)   /* -EPERM does not occur */

struct sockaddr_un;
int DtsmTraceSocketName(const char *name, struct sockaddr_un *address);

/*
 * DtsmTraceRuling (judgeAsk.c) --
 *
 *      What holds for a resolved path, terminated, of this TRACE_IS_* type.
 *      May put a question to the session's server and wait for it.
 *
 * Returns:
 *      DTSM_ALLOW, DTSM_DENY       by a rule or the server
 *      DTSM_ALLOW | DTSM_UNKNOWN   by the server, or there is none
 *      DTSM_ALLOW | DTSM_ASK       missing, or a folder: not asked
 *      DTSM_DENY | DTSM_UNKNOWN    the server gave no answer
 *      DTSM_ASK                    not asked now: the fence is open
 */

unsigned DtsmTraceRuling(Dtsm_Map *map, const char *path, size_t len,
        int type);

/*
 * DtsmTraceLeads (judgeAsk.c) --
 *
 *      Where a symlink, resolved itself and terminated, leads to: TRACE_TO_*.
 *      One that a rule denies counts as the directory that it leads to.
 */

int DtsmTraceLeads(Dtsm_Map *map, const char *path, size_t len);

/*
 * A process under a seccomp filter or Landlock of its own, and one that can
 * only read the map (injectFilter.c; superviseTarget.c).
 *
 * dtsmTraceReadOnly    This process records nothing.
 * dtsmTraceStale       And it has changed what the map rests on: verdicts
 *                      are no answer any more.
 */

extern int dtsmTraceReadOnly;
extern int dtsmTraceStale;

int DtsmTraceIsFiltered(void);
const char *DtsmTraceKnownName(void);
int DtsmTraceKnownPid(void);
void DtsmTraceUndecided(void);
int DtsmTraceBarred(long result);
int DtsmTraceCannotAsk(long result);
int DtsmTraceIsTold(const char *path, size_t len);
int DtsmTraceMapLater(void);
void DtsmTraceToldReadOnly(void);

/*
 * DtsmTraceLogSelf (injectInit.c) --
 *
 *      Log that this program, which runs already, is not traced, and why;
 *      NULL: it can only read the map.
 */

void DtsmTraceLogSelf(const char *why);

/*
 * The saved environment (injectInit.c).
 */

enum {
    TRACE_ENV_PRELOAD, TRACE_ENV_MAP, TRACE_ENV_LOG, TRACE_ENV_ASK,
    TRACE_ENV_MAY, TRACE_ENVS
};

extern const char *dtsmTraceEnv[TRACE_ENVS];    /* "NAME=value" or NULL */

/*
 * Starting programs (judgeExec.c).
 */

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
 * What ids mean for a program that starts (judgeIds.c).
 */

int DtsmTraceUserMode(void);
int DtsmTraceMayRun(const char *file);

int DtsmTraceInspect(const char *file, char *const *argv, int start,
        DtsmTraceProgram *program);

/*
 * DtsmTraceSupervise --
 *
 *      See to it that a program that does not load us is supervised when it
 *      starts.
 *
 * Returns:
 *      1 if it will be.
 */

int DtsmTraceSupervise(const DtsmTraceProgram *program);

/*
 * DtsmTraceInThread --
 *
 *      Call proc in a thread made for that: what it puts itself and its
 *      children under does not stay on us.
 *
 * Returns:
 *      0 when there is no such thread; proc was not called.
 */

int DtsmTraceInThread(void (*proc)(void *data), void *data);
void DtsmTraceUsualLayout(void);

/*
 * DtsmTraceExpect --
 *
 *      Count the start of a program that should attach (1), or take that back
 *      (-1).
 *
 * Arguments:
 *      dirfd, path     As execveat has them.
 *      look            The path as it is seen from here; NULL: the same.
 */

void DtsmTraceExpect(const DtsmTraceProgram *program, int dirfd,
        const char *path, const char *look, int delta);
void DtsmTraceIsListed(DtsmTraceProgram *program, char *const *envp);

/*
 * DtsmTraceMounts --
 *
 *      What is mounted is about to change, unless only how such a change
 *      spreads does.
 */

void DtsmTraceMounts(unsigned long spreads);
size_t DtsmTraceEnvSize(char *const *envp, int strip, size_t *textPtr);
char *const *DtsmTraceMakeEnv(char *const *envp, int strip, char **array,
        char *text);
void DtsmTracePutBack(void);

/*
 * Kinds of access of open(2)'s flags and fopen(3)'s mode.
 */

#ifdef O_TMPFILE
#   define IS_TMPFILE(flags) (((flags) & O_TMPFILE) == O_TMPFILE)
#else
#   define IS_TMPFILE(flags) 0
#endif

unsigned DtsmTraceOpenHow(int flags);
int DtsmTraceOpened(int fd, unsigned how);
const char *DtsmTraceBelowRoot(const char *path);
unsigned DtsmTraceFopenHow(const char *mode);

#endif /* DTSM_TRACE_H */
