/*
 * dtsmTraceInit.c --
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

#include "dtsmTrace.h"

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
 * DtsmTraceLogFile --
 *
 *      The session's log, or NULL.
 */

const char *
DtsmTraceLogFile(void)
{
    const char *log = dtsmTraceEnv[TRACE_ENV_LOG];

    return log == NULL ? NULL : log + sizeof("DTSM_LOG=") - 1;
}

void
DtsmTraceLogSelf(const char *why)
{
    char self[1024];
    long len = DtsmpSysReadlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len > 0) {
        self[len] = '\0';
        DtsmTraceLogUntraced(self, why);
    }
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
    const char *file, *log, *ask;
    int unexpected;

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
    log = Get("DTSM_LOG");
    unexpected = file != NULL && file[0] == '/' && file[1] == '/';
    file += unexpected;                 /* dtsmTraceWord.c */
    if (file != NULL && *file == '/') {
        /*
         * A thread sanitizer that is preloaded as well lays out its memory
         * when its strnlen is first called (strlen does not do): that comes
         * before our map takes a place.
         */

        dtsmTraceEnv[TRACE_ENV_MAP] = Save("DTSM_MAP", file,
                strnlen(file, PATH_MAX));
        if (log != NULL && *log == '/') {
            dtsmTraceEnv[TRACE_ENV_LOG] = Save("DTSM_LOG", log, strlen(log));
        }
        ask = Get("DTSM_ASK");
        if (ask != NULL && *ask != '\0') {
            dtsmTraceEnv[TRACE_ENV_ASK] = Save("DTSM_ASK", ask, strlen(ask));
        }
        SavePreload();
        errno = 0;
        if (Dtsm_Open(file, DTSM_RDWR, &map) == DTSM_OK) {
            dtsmTraceUser = getauxval(AT_EUID);
            DtsmTraceInitCwd();
            DtsmTraceUsualLayout();
            Dtsm_Count(map, DTSM_COUNT_EXPECTED, unexpected);
            Dtsm_Count(map, DTSM_COUNT_ATTACHED, 1);
            __atomic_store_n(&dtsmTraceMap, map, __ATOMIC_RELEASE);
            if (Get("LD_AUDIT") != NULL) {
                DtsmTraceScopeOther();
            }
        } else {
            map = NULL;
            if (errno != ENOENT) {
                DtsmTraceLogSelf(errno == EACCES || errno == EPERM
                        ? "user" : "refused");
            }
        }
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
