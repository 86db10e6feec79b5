/*
 * injectFilter.c --
 *
 *      Programs that put themselves under a seccomp filter or Landlock.
 *
 * A filter kills, or refuses, by the number of a call, and does not tell ours
 * from the program's.  So each filter is read as it is installed; from then
 * on a guard before every system call of ours (DtsmpGuardProc) makes only what
 * all filters let pass.  What is held back fails with DTSMP_HELD, as a look
 * at what is out of reach does.
 *
 * F1  The guard is there before the filter is, and holds everything back
 *     until the filter has been read.
 * F2  What may be made only ever gets less, as filters do.
 * F3  All threads of a process, and a parent that waits for its vfork child,
 *     keep to a filter that one of them has.
 *
 * The programs that it starts get what their filter lets pass by DTSM_MAY:
 * the mask in hex, then "r" when it was told already that they can only read
 * the map.
 *
 * A decision that lacks a look is made by the rules alone, and the program is
 * named once as one that was not traced for that reason.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "injectFilter.h"
#include "judgeLog.h"
#include "../core/dtsmInt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#ifdef TRACE_KNOWS_FILTERS
#   include <linux/filter.h>
#endif

int dtsmTraceReadOnly = 0;
int dtsmTraceStale = 0;

static uint64_t held = 0;               /* not to be made; set by Hold alone */
static int pending = 0;                 /* filters being installed */
static int filtered = 0;
static int bounded = 0;                 /* by Landlock */
static int named = 0;
static int process = 0;                 /* its number when it could ask */
static char self[PATH_MAX] TRACE_LARGE;         /* the program, or "" */

#define MAY_NAME "DTSM_MAY="
#define MAY_DIGITS 16

static char mayText[sizeof(MAY_NAME) + MAY_DIGITS + 1];

static int
Lets(uint64_t bits)
{
    return (__atomic_load_n(&held, __ATOMIC_RELAXED) & bits) == 0;
}

/*
 * Write --
 *
 *      What the programs that this one starts are told.  Two threads write
 *      the same, or less than the same, digit by digit.
 */

static void
Write(int told)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t mask = ~__atomic_load_n(&held, __ATOMIC_RELAXED);
    char *at = mayText + sizeof(MAY_NAME) - 1 + MAY_DIGITS;

    memcpy(mayText, MAY_NAME, sizeof(MAY_NAME) - 1);
    if (told) {
        *at = 'r';
    }
    do {
        *--at = hex[mask & 15];
        mask >>= 4;
    } while (at > mayText + sizeof(MAY_NAME) - 1);
    __atomic_store_n(&dtsmTraceEnv[TRACE_ENV_MAY], mayText, __ATOMIC_RELEASE);
}

#ifdef TRACE_KNOWS_FILTERS

/*
 * Older --
 *
 *      Make call one of an older number that does the same.
 */

static void
Older(long call[7], long number)
{
    call[0] = number;
    call[1] = call[2];
    call[2] = call[3];
    call[3] = call[4];
    call[4] = call[5] = 0;
}

/*
 * Guard --
 *
 *      DtsmpGuardProc (dtsmUnixSys.h).
 */

static long
Guard(long call[7])
{
    int row = __atomic_load_n(&pending, __ATOMIC_ACQUIRE) != 0 ? -1
            : DtsmTraceRowOf(call);

    if (row < 0) {
        return -DTSMP_HELD;
    }
    if (Lets(UINT64_C(1) << row)) {
        return 0;
    }
#ifdef SYS_readlink
    if ((row == TRACE_MAY_READLINKAT || row == TRACE_MAY_STATAT)
            && ((int) call[1] == AT_FDCWD
                    || *(const char *) (intptr_t) call[2] == '/')) {
        int nofollow = call[4] == AT_SYMLINK_NOFOLLOW;

        if (row == TRACE_MAY_READLINKAT ? Lets(TRACE_MAY(READLINK))
                : nofollow ? Lets(TRACE_MAY(LSTAT))
                : call[4] == 0 && Lets(TRACE_MAY(STAT))) {
            Older(call, row == TRACE_MAY_READLINKAT ? SYS_readlink
                    : nofollow ? SYS_lstat : SYS_stat);
            return 0;
        }
    }
#endif
    return -DTSMP_HELD;
}

#else

static long
Guard(long call[7])
{
    (void) call;
    return -DTSMP_HELD;
}

#endif

static void
Hold(uint64_t lets)
{
    __atomic_or_fetch(&held, ~lets, __ATOMIC_RELAXED);          /* F2 */
    __atomic_store_n(&filtered, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&DtsmpGuardProc, Guard, __ATOMIC_RELEASE);
}

void
DtsmTraceFilterHandedOn(const char *value)
{
    uint64_t mask = 0;
    int i;

    for (i = 0; value != NULL && i < MAY_DIGITS; i++) {
        char digit = value[i];

        if (digit >= '0' && digit <= '9') {
            mask = mask << 4 | (uint64_t) (digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            mask = mask << 4 | (uint64_t) (digit - 'a' + 10);
        } else {
            return;
        }
    }
    if (i == MAY_DIGITS) {
        if (mask != UINT64_MAX) {
            Hold(mask);
        }
        Write(value[i] == 'r');
    }
}

int
DtsmTraceMapMode(void)
{
    if (!Lets(TRACE_MAY(READ_OPEN) | TRACE_MAY(FSTAT)
            | TRACE_MAY(MAP_READ))) {
        return -1;
    }
    return Lets(TRACE_MAY(MAP_OPEN) | TRACE_MAY(MAP_WRITE)) ? DTSM_RDWR
            : DTSM_RDONLY;
}

/*
 * DtsmTraceMapLater --
 *
 *      The same for the program that starts next.  Landlock is not to be
 *      read, so it is tried.
 */

int
DtsmTraceMapLater(void)
{
    const char *file = dtsmTraceEnv[TRACE_ENV_MAP];
    int mode = DtsmTraceMapMode(), fd;

    if (mode == DTSM_RDWR && dtsmTraceReadOnly) {
        mode = DTSM_RDONLY;
    }
    if (mode == DTSM_RDWR && file != NULL
            && __atomic_load_n(&bounded, __ATOMIC_RELAXED)) {
        file += sizeof("DTSM_MAP=") - 1;
        fd = DtsmpSysOpen(file, O_RDWR | O_CLOEXEC, 0);
        if (fd < 0) {
            mode = DTSM_RDONLY;
            fd = DtsmpSysOpen(file, O_RDONLY | O_CLOEXEC, 0);
        }
        if (fd < 0) {
            return -1;
        }
        DtsmpSysClose(fd);
    }
    return mode;
}

void
DtsmTraceToldReadOnly(void)
{
    Write(1);
}

int
DtsmTraceIsToldReadOnly(void)
{
    return mayText[sizeof(MAY_NAME) - 1 + MAY_DIGITS] == 'r';
}

int
DtsmTraceMayThread(void)
{
    return Lets(TRACE_MAY(THREAD) | TRACE_MAY(EXIT) | TRACE_MAY(FUTEX));
}

int
DtsmTraceIsFiltered(void)
{
    return __atomic_load_n(&filtered, __ATOMIC_RELAXED);
}

/*
 * DtsmTraceKnownName --
 *
 *      The program's name where the kernel may not be asked: what it told
 *      before, else what it was started by.
 */

const char *
DtsmTraceKnownName(void)
{
    const char *name = self[0] != '\0' ? self
            : (const char *) getauxval(AT_EXECFN);

    return name == NULL ? "" : name;
}

/*
 * DtsmTraceKnownPid --
 *
 *      The same for the process: a number that tells it from others, as the
 *      lines of the log need it.
 */

int
DtsmTraceKnownPid(void)
{
    const void *given = (const void *) getauxval(AT_RANDOM);
    int number = process;

    if (number == 0 && given != NULL) {
        memcpy(&number, given, sizeof(number));
        number &= INT_MAX;
    }
    return number;
}

/*
 * DtsmTraceUndecided --
 *
 *      This program could not be followed where it went: name it, once.
 *
 * DtsmTraceBarred --
 *
 *      Was a look of ours refused though the program's own call may go?  A
 *      filter that was installed out of our sight answers so as well.
 */

void
DtsmTraceUndecided(void)
{
    if (__atomic_load_n(&pending, __ATOMIC_RELAXED) == 0
            && !__atomic_exchange_n(&named, 1, __ATOMIC_RELAXED)) {
        char name[PATH_MAX];
        long len = DtsmpSysReadlink("/proc/self/exe", name, sizeof(name) - 1);

        name[len > 0 ? len : 0] = '\0';
        DtsmTraceLogUntraced(len > 0 ? name : DtsmTraceKnownName(), "filter");
    }
}

int
DtsmTraceBarred(long result)
{
    if (result != -DTSMP_HELD && result != -EPERM && result != -ENOSYS) {
        return 0;
    }
    DtsmTraceUndecided();
    return 1;
}

/*
 * DtsmTraceCannotAsk --
 *
 *      Is it this process that may not put questions, as this result says?
 */

int
DtsmTraceCannotAsk(long result)
{
    if (result == -EACCES && (bounded || dtsmTraceReadOnly)) {
        DtsmTraceUndecided();
        return 1;
    }
    return DtsmTraceBarred(result);
}

/*
 * DtsmTraceIsTold --
 *
 *      Was this refusal told to the log already, by a process that cannot
 *      write so into the map?  The last few are remembered.
 */

int
DtsmTraceIsTold(const char *path, size_t len)
{
    static uint32_t told[64] TRACE_LARGE;
    uint32_t hash = 2166136261u;
    size_t i;

    if (!dtsmTraceReadOnly) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char) path[i]) * 16777619u;
    }
    hash |= 1;                          /* 0: none */
    return __atomic_exchange_n(&told[hash / 2 % 64], hash, __ATOMIC_RELAXED)
            == hash;
}

void
DtsmTraceFilterBegins(DtsmTraceInstalling *its)
{
    Dtsm_Map *map = DtsmSubjectMap();
    uint64_t policy;

    its->block = DtsmTraceBorrow();
    if (map != NULL) {
        if (self[0] == '\0') {
            long len = DtsmpSysReadlink("/proc/self/exe", self,
                    sizeof(self) - 1);

            self[len > 0 ? len : 0] = '\0';
        }
        (void) DtsmReveal(map, map->window);    /* the map may yet grow */
        process = DtsmTracePid();
        DtsmTraceIsStranger();          /* settles it */
        if (its->block != NULL) {
            DtsmTraceGetCwd(map, its->block, PATH_MAX, &policy, 0);
        }
    } else if (dtsmTraceEnv[TRACE_ENV_MAP] != NULL
            && getenv("DTSM_MAP") != NULL) {
        /*
         * Behind another root: this program is not traced any more, but what
         * it starts may be.
         */
        Write(0);
        putenv(mayText);
    }
    __atomic_add_fetch(&pending, 1, __ATOMIC_ACQ_REL);          /* F1 */
    __atomic_store_n(&DtsmpGuardProc, Guard, __ATOMIC_RELEASE);
}

void
DtsmTraceFilterEnds(DtsmTraceInstalling *its, int installed,
        const void *given)
{
    uint64_t lets = 0;

    if (installed) {
#ifdef TRACE_KNOWS_FILTERS
        const struct sock_fprog *program = given;

        if (program != NULL && its->block != NULL) {
            lets = DtsmTraceLets(its->block, program->filter, program->len,
                    ~__atomic_load_n(&held, __ATOMIC_RELAXED));
        }
#else
        (void) given;
#endif
        Hold(lets);
        Write(0);
    }
    __atomic_sub_fetch(&pending, 1, __ATOMIC_ACQ_REL);          /* F1 */
    DtsmTraceReturn(its->block);
}

void
DtsmTraceBounded(void)
{
    __atomic_store_n(&bounded, 1, __ATOMIC_RELAXED);
}
