/*
 * supervise.h --
 *
 *      Supervision: programs that cannot load the injected library (static
 *      ones, those of another libc) get a seccomp filter before they start,
 *      and a thread of the session decides their calls by the same map.
 *      join.h tells which calls it is asked about, and how a process comes
 *      under it.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_SUPERVISE_H
#define DTSM_SUPERVISE_H

#include "join.h"
#include "judgeSubject.h"

enum {
    SUPERVISE_PLAIN, SUPERVISE_WRAPPED, SUPERVISE_OPEN, SUPERVISE_OPEN2,
    SUPERVISE_MKDIR, SUPERVISE_RMDIR, SUPERVISE_UNLINK, SUPERVISE_RENAME,
    SUPERVISE_LINK, SUPERVISE_SYMLINK, SUPERVISE_EXEC, SUPERVISE_CONNECT,
    SUPERVISE_BIND, SUPERVISE_LIST, SUPERVISE_MOUNT, SUPERVISE_ABSENT
};

typedef struct DtsmSuperviseCall {
    short number;
    signed char act, dir, path, flags;
    unsigned how, link;
} DtsmSuperviseCall;

/*
 * DtsmSuperviseStart --
 *
 *      Start the supervisor of this process: a thread that serves, and, once
 *      a program joins, a keeper, a process that holds every listener too and
 *      lets all calls pass once the thread is gone, so that no program ever
 *      fails for that.  There is one supervisor in a process at a time.
 *
 * Arguments:
 *      map, log, socket    The session's files; socket is made.
 *      ask                 What DTSM_ASK says to traced programs, or NULL.
 *
 * Returns:
 *      0, or an errno; ENOTSUP when this system cannot, EBUSY.
 *
 * DtsmSuperviseJoined --
 *
 *      Has this process joined?  Only the first ones are remembered.
 *
 * DtsmSuperviseStop --
 *
 *      End it.  Programs that still run go on without it.
 *
 * Returns:
 *      How many calls it had to let pass unseen; -1 when it had ended by
 *      itself.
 */

int DtsmSuperviseStart(const char *map, const char *log, const char *socket,
        const char *ask);
int DtsmSuperviseJoined(int pid);
int64_t DtsmSuperviseStop(void);

/*
 * The process whose call is being decided (superviseTarget.c).
 *
 * DtsmSuperviseAim --  From now on this one, for all of dtsmTrace*.c too.
 * DtsmSuperviseHasOurRoot -- In another root its paths mean something else;
 *                      where other file systems are mounted, too.  Each mount
 *                      has a number of its own, also when it is a copy for a
 *                      new namespace.
 * DtsmSupervisePeek -- Read its memory: what could be read, or -errno.
 * DtsmSupervisePoke -- Write there.
 * DtsmSuperviseStatus -- The number behind a name of its status file, the
 *                      field'th from 0 on; octal for base 8; -1: none.
 * DtsmSuperviseOld --  Does it have the old layout of addresses?
 * DtsmSuperviseMaps -- Does it map a file whose name ends so (with "\n")?
 * DtsmSuperviseProc -- A name below its directory in /proc; its length, or 0.
 * DtsmSuperviseRead -- The beginning of a file there, terminated; its length,
 *                      0 or less: none.
 * DtsmSuperviseDigits -- A number in decimal, not terminated; its length.
 * DtsmSuperviseWhere -- What we have to call a path of the process, into buf
 *                      of 2 * PATH_MAX bytes.  Nothing in it is folded: it
 *                      goes to the kernel.  ways is TRACE_FOLLOW_LAST when it
 *                      is followed to its end.  0: we have no name for it.
 * DtsmSuperviseSetLog -- The file that lines of the log go to.
 * DtsmSuperviseSetAsk -- Where questions go; NULL: nowhere.
 */

void DtsmSuperviseAim(int pid);
int DtsmSuperviseHasOurRoot(void);
long DtsmSupervisePeek(uint64_t at, void *buf, size_t size);
long DtsmSupervisePoke(uint64_t at, const void *buf, size_t size);
long DtsmSuperviseStatus(const char *name, int field, int base);
int DtsmSuperviseOld(void);
int DtsmSuperviseMaps(const char *end);
void DtsmSuperviseSetLog(const char *file);
void DtsmSuperviseSetAsk(const char *ask);
size_t DtsmSuperviseProc(char *buf, size_t size, const char *rest);
long DtsmSuperviseRead(const char *name, char *buf, size_t size);
size_t DtsmSuperviseDigits(char *buf, int number);
int DtsmSuperviseWhere(int dirfd, const char *path, int ways, char *buf);

#ifdef DTSM_SUPERVISES

/*
 * DtsmSuperviseDecide (superviseCall.c) --
 *
 *      Decide one call.  reply is filled in.
 *
 * Returns:
 *      0 when its process is gone and needs no reply, -1 when the call could
 *      not be looked at and passes, else 1.
 *
 * DtsmSuperviseSent --
 *
 *      The reply to the call that was decided last was sent, or (0) did not
 *      reach it: a signal took the call back, and it may be made once more.
 *
 * DtsmSuperviseIsThere --
 *
 *      Does the call that is being decided still wait?  What was opened of
 *      its process before that is its own: its number is not another's yet.
 */

int DtsmSuperviseDecide(int listener, const struct seccomp_notif *notice,
        struct seccomp_notif_resp *reply);
void DtsmSuperviseSent(int reached);
int DtsmSuperviseIsThere(void);

/*
 * Changes of the world (superviseChange.c).
 *
 * DtsmSuperviseBegin --
 *
 *      Before the reply that lets a call go on which changes what one is, and
 *      other unless that is NULL.
 *
 * Arguments:
 *      thread, call    Who makes it, and its number.
 *
 * DtsmSuperviseOver --
 *
 *      The last call of a thread is over, or is not made.
 *
 * DtsmSuperviseSweep --
 *
 *      See which calls are over, from time to time.
 *
 * Returns:
 *      In how many ms to come again; -1 when none is under way.
 *
 * DtsmSuperviseSettle --
 *
 *      The end of the session: wait for none any more.
 */

typedef struct DtsmSupervisePath {
    int dirfd;
    char path[PATH_MAX];
    char where[2 * PATH_MAX];   /* the same from our own place */
} DtsmSupervisePath;

void DtsmSuperviseBegin(int thread, int call, const DtsmSupervisePath *one,
        const DtsmSupervisePath *other);
void DtsmSuperviseOver(int thread);
int DtsmSuperviseSweep(void);
void DtsmSuperviseSettle(void);

/*
 * The process whose call is being decided (superviseTarget.c): the judge's
 * subject (judgeSubject.h).
 *
 * DtsmSuperviseAim --  From now on this one.
 * DtsmSupervisePeek -- Read its memory: what could be read, or -errno.
 * DtsmSupervisePoke -- Write there.
 * DtsmSuperviseMaps -- Does it map a file whose name ends so (with "\n")?
 * DtsmSuperviseWhere -- What we have to call a path of the process, into buf
 *                      of 2 * PATH_MAX bytes.  Nothing in it is folded: it
 *                      goes to the kernel.  ways is TRACE_FOLLOW_LAST when it
 *                      is followed to its end.  0: we have no name for it.
 */

extern DtsmSubject dtsmSuperviseTarget; /* the thread's; set up before it is */

void DtsmSuperviseAim(int pid);
long DtsmSupervisePeek(uint64_t at, void *buf, size_t size);
long DtsmSupervisePoke(uint64_t at, const void *buf, size_t size);
int DtsmSuperviseMaps(const char *end);
int DtsmSuperviseWhere(int dirfd, const char *path, int ways, char *buf);

/*
 * DtsmSuperviseList (superviseList.c) --
 *
 *      getdents64 of its descriptor directory into its memory at this address,
 *      without what is hidden.
 *
 * Returns:
 *      What the call answers, or one of these; then its place in the directory
 *      is as it was, and the kernel may answer.
 *
 * DtsmSuperviseListed --
 *
 *      The answer reached the program, or (0) it did not: then the place in
 *      the directory is what it was before.
 */

#define SUPERVISE_NO_DIRECTORY (-10000)    /* it has no path */
#define SUPERVISE_NO_ACCESS (-10001)    /* we may not read it, or not write
                                         * into the process */

long DtsmSuperviseList(int directory, uint64_t at, uint64_t most);
void DtsmSuperviseListed(int reached);

/*
 * DtsmSuperviseExec (superviseExec.c) --
 *
 *      The process may start a program: see to it that the program is traced,
 *      supervised, or named as neither.
 *
 * Arguments:
 *      where           Its file, as we have to call it.
 *      dirfd, path     As its execveat has them.
 *      argv, envp      Addresses in its memory.
 *      width           Bytes of its pointers.
 *
 * Returns:
 *      0, or ENOENT when a rule refuses an interpreter.
 */

#define SUPERVISE_EXECVE_CHECK 0x10000  /* AT_EXECVE_CHECK: starts nothing */

int DtsmSuperviseExec(const char *where, int dirfd, const char *path,
        uint64_t argv, uint64_t envp, size_t width);

#endif /* DTSM_SUPERVISES */

#endif /* DTSM_SUPERVISE_H */
