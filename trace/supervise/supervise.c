/*
 * supervise.c --
 *
 *      The supervisor: its start and its end.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "superviseServe.h"
#include "superviseSocket.h"

#ifndef DTSM_SUPERVISES

int
DtsmSuperviseStart(const char *map, const char *log, const char *socket,
        const char *ask)
{
    (void) map;
    (void) log;
    (void) socket;
    (void) ask;
    return ENOTSUP;
}

int
DtsmSuperviseJoined(int pid)
{
    (void) pid;
    return 0;
}

int64_t
DtsmSuperviseStop(void)
{
    return 0;
}

#else

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>

#define PATIENCE 5              /* seconds for the thread to end */

/*
 * HasKernel --
 *
 *      Since 5.9 a listener says that its last program has ended; replies
 *      that let a call go on came before that.
 */

static int
HasKernel(void)
{
    struct utsname name;
    char *end;
    long major;
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    struct seccomp_notif_sizes sizes;

    if (uname(&name) != 0) {
        return 0;
    }
    major = strtol(name.release, &end, 10);
    return (major > 5 || (major == 5 && *end == '.'
                    && strtol(end + 1, NULL, 10) >= 9))
            && DtsmpSyscall3(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
                    (long) (intptr_t) &action) == 0
            && DtsmpSyscall3(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0,
                    (long) (intptr_t) &sizes) == 0
            && sizes.seccomp_notif == sizeof(struct seccomp_notif)
            && sizes.seccomp_notif_resp == sizeof(struct seccomp_notif_resp);
}

static void
CloseAll(void)
{
    int *all[] = {&dtsmSuper.server, &dtsmSuper.wake, &dtsmSuper.poll,
            &dtsmSuper.keeper};
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (*all[i] >= 0) {
            close(*all[i]);
        }
        *all[i] = -1;
    }
    if (dtsmSuper.shared != NULL) {
        munmap(dtsmSuper.shared, sizeof(*dtsmSuper.shared));
        dtsmSuper.shared = NULL;
    }
    free(dtsmSuper.kinds);
    dtsmSuper.kinds = NULL;
    Dtsm_Close(dtsmSuperviseTarget.map);
    dtsmSuperviseTarget.map = NULL;
}

int
DtsmSuperviseStart(const char *map, const char *log, const char *socket,
        const char *ask)
{
    struct rlimit files;
    sigset_t all, former;
    int err = 0;

    if (dtsmSuper.running) {
        return EBUSY;
    }
    if (!HasKernel()) {
        return ENOTSUP;
    }
    memset(&dtsmSuper, 0, sizeof(dtsmSuper));
    dtsmSuper.server = dtsmSuper.wake = dtsmSuper.poll = dtsmSuper.keeper = -1;
    dtsmSuper.limit = getrlimit(RLIMIT_NOFILE, &files) == 0
            && files.rlim_cur < 65536 ? (long) files.rlim_cur : 65536;
    dtsmSuper.kinds = calloc((size_t) dtsmSuper.limit, 1);
    dtsmSuper.shared = mmap(NULL, sizeof(*dtsmSuper.shared),
            PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (dtsmSuper.shared == MAP_FAILED || dtsmSuper.kinds == NULL) {
        dtsmSuper.shared = dtsmSuper.shared == MAP_FAILED ? NULL
                : dtsmSuper.shared;
        CloseAll();
        return ENOMEM;
    }
    dtsmSuper.shared->listener = -1;
    DtsmSubjectInit(&dtsmSuperviseTarget, NULL, log, ask, NULL);
    errno = 0;
    if (Dtsm_Open(map, DTSM_RDWR, &dtsmSuperviseTarget.map) != DTSM_OK
            || (dtsmSuper.server = DtsmSuperviseListen(socket,
                    SOCK_SEQPACKET)) < 0
            || (dtsmSuper.wake = eventfd(0, EFD_CLOEXEC)) < 0
            || (dtsmSuper.poll = epoll_create1(EPOLL_CLOEXEC)) < 0
            || DtsmSuperviseWatch(dtsmSuper.server, IS_SERVER, EPOLLIN)
                    != 0
            || DtsmSuperviseWatch(dtsmSuper.wake, IS_WAKE, EPOLLIN) != 0) {
        err = errno != 0 ? errno : EIO;
    } else {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &former);
        err = pthread_create(&dtsmSuper.thread, NULL, DtsmSuperviseServe, NULL);
        pthread_sigmask(SIG_SETMASK, &former, NULL);
    }
    if (err != 0) {
        CloseAll();
    }
    dtsmSuper.running = err == 0;
    return err;
}

int
DtsmSuperviseJoined(int pid)
{
    int i, count = __atomic_load_n(&dtsmSuper.joinedCount, __ATOMIC_ACQUIRE);

    for (i = 0; i < count; i++) {
        if (dtsmSuper.joined[i] == pid) {
            return 1;
        }
    }
    return 0;
}

/*
 * Join --
 *
 *      The thread's end, which only what it looks at can hold up: a file
 *      system that does not answer, or a listener whose calls another process
 *      takes.  Then it is left behind, with all that it uses.
 */

static int
Join(void)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    return pthread_timedjoin_np(dtsmSuper.thread, NULL, &end) == 0;
}

int64_t
DtsmSuperviseStop(void)
{
    uint64_t one = 1;
    int fd;

    if (!dtsmSuper.running || dtsmSuper.stuck) {
        return dtsmSuper.stuck ? -1 : 0;
    }
    while (write(dtsmSuper.wake, &one, sizeof(one)) < 0 && errno == EINTR) {
        continue;
    }
    if (!Join()) {
        dtsmSuper.stuck = 1;
        DtsmSuperviseLetGo();
        return -1;
    }
    dtsmSuper.running = 0;

    /*
     * The keeper has what we hold as well (K2).
     */

    for (fd = 0; fd < dtsmSuper.limit; fd++) {
        if (dtsmSuper.kinds[fd] != IS_NONE) {
            DtsmSuperviseDrop(fd);
        }
    }
    CloseAll();
    return dtsmSuper.failed ? -1 : dtsmSuper.unseen;
}

#endif /* DTSM_SUPERVISES */
