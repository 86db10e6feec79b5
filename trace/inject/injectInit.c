/*
 * injectInit.c --
 *
 *      Attaching to the session's map, once per program image.
 *
 * The constructor attaches; a call that comes before it, from the constructor
 * of some other library, does so earlier.  The variables that carry the
 * session are copied here, because programs change or drop their environment
 * and every program that they start must get them all the same.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectCwd.h"
#include "injectFilter.h"
#include "injectRecord.h"
#include "injectScope.h"
#include "injectSupervise.h"
#include "judgeLog.h"
#include "judgeStarts.h"

#include <string.h>
#include <sys/auxv.h>

extern char **environ;

enum { STATE_NEW, STATE_BUSY, STATE_DONE };

Dtsm_Map *dtsmTraceMap = NULL;
unsigned long dtsmTraceUser = 0;
int dtsmTraceState = STATE_NEW;
const char *dtsmTraceEnv[TRACE_ENVS];

/*
 * What dtsmTraceEnv points to: mostly it fits the small one.
 */

static char saved[384];
static char savedLong[4 * PATH_MAX] TRACE_LARGE;
static size_t savedLen = 0, savedLongLen = 0;

/*
 * Get --
 *
 *      The value of an environment variable without libc's help: environ may
 *      still be NULL this early.
 */

static const char *
Get(const char *name)
{
    size_t len = strlen(name);
    char **at;

    for (at = environ; at != NULL && *at != NULL; at++) {
        if (**at == *name && strncmp(*at, name, len) == 0
                && (*at)[len] == '=') {
            return *at + len + 1;
        }
    }
    return NULL;
}

/*
 * Save --
 *
 *      Keep "name=value"; NULL when it does not fit.
 */

static const char *
Save(const char *name, const char *value, size_t valueLen)
{
    size_t nameLen = strlen(name);
    size_t size = nameLen + valueLen + 2;
    char *place;

    if (size <= sizeof(saved) - savedLen) {
        place = saved + savedLen;
        savedLen += size;
    } else if (size <= sizeof(savedLong) - savedLongLen) {
        place = savedLong + savedLongLen;
        savedLongLen += size;
    } else {
        return NULL;
    }
    memcpy(place, name, nameLen);
    place[nameLen] = '=';
    memcpy(place + nameLen + 1, value, valueLen);
    place[nameLen + 1 + valueLen] = '\0';
    return place;
}

/*
 * SavePreload --
 *
 *      Keep our own entry of LD_PRELOAD: the one that ends in our name, else
 *      the first.
 */

static void
SavePreload(void)
{
    static const char ours[] = "libdtsmtrace.so";
    const char *list = Get("LD_PRELOAD");
    const char *best = NULL;
    size_t bestLen = 0;

    while (list != NULL && *list != '\0') {
        size_t len = 0;

        while (list[len] != '\0' && list[len] != ':' && list[len] != ' ') {
            len++;                      /* strcspn has pages of its own */
        }
        if (len > 0 && best == NULL) {
            best = list;
            bestLen = len;
        }
        if (len >= sizeof(ours) - 1 && memcmp(list + len - (sizeof(ours) - 1),
                ours, sizeof(ours) - 1) == 0) {
            best = list;
            bestLen = len;
            break;
        }
        list += len + (list[len] != '\0');
    }
    if (best != NULL) {
        dtsmTraceEnv[TRACE_ENV_PRELOAD] = Save("LD_PRELOAD", best, bestLen);
    }
}

/*
 * StartName --
 *
 *      The name by which this program was started: what was given to execve,
 *      or to the loader.
 */

static const char *
StartName(void)
{
    const char *name = (const char *) getauxval(AT_EXECFN);

    return name != NULL ? name : "";
}

void
DtsmTraceLogSelf(const char *why)
{
    char self[1024];
    long len = DtsmpSysReadlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *name = len > 0 ? self : DtsmTraceKnownName();

    self[len > 0 ? len : 0] = '\0';
    if (why != NULL) {
        DtsmTraceLogUntraced(name, why);
    } else {
        DtsmTraceLogReadOnly(name, StartName());
    }
}

/*
 * LogUnattached --
 *
 *      This process belongs to a session whose map it may not open.
 */

static void
LogUnattached(int err)
{
    char self[1024];
    long len = DtsmpSysReadlink("/proc/self/exe", self, sizeof(self) - 1);

    self[len > 0 ? len : 0] = '\0';
    DtsmTraceLogUnattached(len > 0 ? self : DtsmTraceKnownName(),
            err == EACCES || err == EPERM ? "user"
            : err == ENOMEM ? "memory" : "refused", StartName());
}

/*
 * Open --
 *
 *      The map, to be written or, where this process may not do that, to be
 *      read; NULL when it may not be opened at all.  One whose filter would
 *      stop it was told of before it started.
 */

static Dtsm_Map *
Open(const char *file)
{
    int mode = DtsmTraceMapMode();
    Dtsm_Map *map = NULL;

    errno = 0;
    if (mode < 0) {
        return NULL;
    }
    if (mode == DTSM_RDWR && Dtsm_Open(file, mode, &map) == DTSM_OK) {
        return map;
    }
    if (mode == DTSM_RDONLY || errno == EACCES || errno == EPERM
            || errno == EROFS) {
        if (Dtsm_Open(file, DTSM_RDONLY, &map) == DTSM_OK) {
            dtsmTraceReadOnly = 1;
            if (!DtsmTraceIsToldReadOnly()) {
                DtsmTraceLogSelf(NULL);
            }
            return map;
        }
    }
    if (errno != ENOENT) {
        LogUnattached(errno);
    }
    return NULL;
}

/*
 * SaveSession --
 *
 *      Save the session's variables: programs change their environment.
 */

static void
SaveSession(const char *file)
{
    const char *log = Get("DTSM_LOG"), *ask = Get("DTSM_ASK");

    /*
     * A thread sanitizer that is preloaded as well lays out its memory when
     * its strnlen is first called (strlen does not do): that comes before our
     * map takes a place.
     */

    dtsmTraceEnv[TRACE_ENV_MAP] = Save("DTSM_MAP", file,
            strnlen(file, PATH_MAX));
    if (log != NULL && *log == '/') {
        dtsmTraceEnv[TRACE_ENV_LOG] = Save("DTSM_LOG", log, strlen(log));
    }
    if (ask != NULL && *ask != '\0') {
        dtsmTraceEnv[TRACE_ENV_ASK] = Save("DTSM_ASK", ask, strlen(ask));
    }
    SavePreload();
    DtsmTraceFilterHandedOn(Get("DTSM_MAY"));
}

/*
 * AttachTo --
 *
 *      Open the session's map and count this program; NULL when it cannot be
 *      opened.  A file that begins with "//" is that of a program of which
 *      nobody expects that it attaches (wrapWord.c).
 */

static Dtsm_Map *
AttachTo(const char *file)
{
    int unexpected = file[1] == '/';
    Dtsm_Map *map;

    file += unexpected;
    SaveSession(file);
    map = Open(file);
    if (map == NULL) {
        return NULL;
    }
    dtsmTraceUser = getauxval(AT_EUID);
    DtsmRecordAttached(map, DtsmTraceInitCwd(), StartName());
    DtsmTraceUsualLayout();
    Dtsm_Count(map, DTSM_COUNT_EXPECTED, unexpected);
    Dtsm_Count(map, DTSM_COUNT_ATTACHED, 1);
    if (!unexpected) {
        DtsmStartAttached(map, StartName());
    }
    __atomic_store_n(&dtsmTraceMap, map, __ATOMIC_RELEASE);
    if (Get("LD_AUDIT") != NULL) {
        DtsmTraceScopeOther();
    }
    return map;
}

/*
 * DtsmTraceAttach --
 *
 *      Attach if nobody has tried yet.  While one thread is at it, the calls
 *      of others (and of its own signal handlers) pass.
 *
 * Returns:
 *      The map, or NULL.
 */

Dtsm_Map *
DtsmTraceAttach(void)
{
    int expected = STATE_NEW;
    int keep = errno;
    Dtsm_Map *map = NULL;
    const char *file;

    if (!__atomic_compare_exchange_n(&dtsmTraceState, &expected, STATE_BUSY,
            0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        return NULL;
    }
    if (environ == NULL) {
        /*
         * Earlier than libc's own start, in a program's preinit array: the
         * call passes and a later one tries again.
         */

        __atomic_store_n(&dtsmTraceState, STATE_NEW, __ATOMIC_RELEASE);
        return NULL;
    }
    file = Get("DTSM_MAP");
    if (file != NULL && *file == '/') {
        map = AttachTo(file);
    }
    __atomic_store_n(&dtsmTraceState, STATE_DONE, __ATOMIC_RELEASE);
    errno = keep;
    return map;
}

__attribute__((constructor)) static void
Init(void)
{
    DtsmTraceAttach();
}
