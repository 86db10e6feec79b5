/*
 * wrapConfig.c --
 *
 *      Wrappers of calls that make libc read files of its own configuration.
 *      Its opens do not come by us, so nothing is refused here; what such a
 *      call reads for certain, and is there, is recorded as read.
 *
 * Each site is done once per process: libc keeps what it has read.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "judgeStat.h"

#include <dlfcn.h>
#include <grp.h>
#include <iconv.h>
#include <locale.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARCHIVE "/usr/lib/locale/locale-archive"
#define SWITCH "/etc/nsswitch.conf"
#define ZONES "/usr/share/zoneinfo"

/*
 * Note --
 *
 *      Record that libc reads path, if it is there.
 */

static void
Note(const char *path)
{
    if (!(DtsmTraceKnows(path) & DTSM_READ)
            && DtsmTraceType(AT_FDCWD, path, 0) == TRACE_IS_OTHER) {
        CHECK(AT_FDCWD, path, DTSM_READ | TRACE_NOTE);
    }
}

static int
IsFirst(int *donePtr)
{
    return DtsmSubjectMap() != NULL
            && !__atomic_exchange_n(donePtr, 1, __ATOMIC_RELAXED);
}

/*
 * Locales.  One other than "C" is looked for in the archive first.
 */

static int
IsPlainLocale(const char *name)
{
    return strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0;
}

static void
NoteLocale(void)
{
    static int done = 0;

    if (IsFirst(&done) && getenv("LOCPATH") == NULL) {
        Note(ARCHIVE);
    }
}

DTSM_EXPORT char *
setlocale(int category, const char *name)
{
    char *result = REAL(setlocale)(category, name);

    if (name != NULL && (result == NULL || !IsPlainLocale(result))) {
        NoteLocale();
    }
    return result;
}

locale_t __newlocale(int mask, const char *name, locale_t base);

#define NEWLOCALE(function) \
    DTSM_EXPORT locale_t \
    function(int mask, const char *name, locale_t base) \
    { \
        const char *volatile given = name; \
        if (given != NULL && *name != '\0' && !IsPlainLocale(name)) { \
            NoteLocale(); \
        } \
        return REAL(function)(mask, name, base); \
    }

NEWLOCALE(newlocale)
NEWLOCALE(__newlocale)

/*
 * Character sets.  Their list lies beside libc.
 */

DTSM_EXPORT iconv_t
iconv_open(const char *to, const char *from)
{
    static const char list[] = "gconv/gconv-modules.cache";
    static int done = 0;
    const char *slash;
    char *path;
    Dl_info info;
    size_t len;

    if (IsFirst(&done) && getenv("GCONV_PATH") == NULL
            && dladdr((void *) (intptr_t) REAL(iconv_open), &info) != 0
            && info.dli_fname != NULL
            && (slash = strrchr(info.dli_fname, '/')) != NULL) {
        len = (size_t) (slash + 1 - info.dli_fname);
        path = len + sizeof(list) > PATH_MAX ? NULL : DtsmTraceBorrow();
        if (path != NULL) {
            memcpy(path, info.dli_fname, len);
            memcpy(path + len, list, sizeof(list));
            Note(path);
            DtsmTraceReturn(path);
        }
    }
    return REAL(iconv_open)(to, from);
}

/*
 * FilesFirst --
 *
 *      Does nsswitch.conf send questions for this kind of names to the file
 *      in /etc at once?  With a name cache no process reads it.
 */

static int
FilesFirst(const char *kind)
{
    size_t kindLen = strlen(kind), size = 16384;
    char *text, *line;
    int fd, result = 1;
    long got;

    if (DtsmTraceType(AT_FDCWD, "/var/run/nscd/socket", 0)
            != TRACE_IS_MISSING) {
        return 0;
    }
    fd = DtsmpSysOpen(SWITCH, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        return 1;
    }
    text = DtsmTraceBorrow();
    got = text == NULL ? 0 : DtsmpSysRead(fd, text, size - 1);
    DtsmpSysClose(fd);
    if (got > 0) {
        text[got] = '\0';
        for (line = text; *line != '\0'; line += strspn(line, "\n")) {
            line += strspn(line, " \t");
            if (strncmp(line, kind, kindLen) == 0) {
                line += kindLen;
                line += strspn(line, " \t");
                result = strncmp(line, "files", 5) == 0
                        || strncmp(line, "compat", 6) == 0;
            }
            line += strcspn(line, "\n");
        }
    }
    DtsmTraceReturn(text);
    return result;
}

/*
 * Users and groups.
 */

static void
NoteNames(const char *kind, const char *file, int *donePtr)
{
    if (IsFirst(donePtr) && FilesFirst(kind)) {
        Note(SWITCH);
        Note(file);
    }
}

static int usersDone = 0, groupsDone = 0;

#define USERS NoteNames("passwd:", "/etc/passwd", &usersDone)
#define GROUPS NoteNames("group:", "/etc/group", &groupsDone)

void
DtsmTraceNoteHome(const char *word)
{
    const char *home;

    if (word[0] != '~') {
        return;
    }
    home = word[1] == '\0' || strchr("/,} \t", word[1]) != NULL
            ? getenv("HOME") : NULL;
    if (home == NULL || *home == '\0') {
        USERS;
    }
}

#define NAMES(note, type, name, parameters, arguments) \
    DTSM_EXPORT type \
    name parameters \
    { \
        note; \
        return REAL(name) arguments; \
    }

NAMES(USERS, struct passwd *, getpwnam, (const char *name), (name))
NAMES(USERS, struct passwd *, getpwuid, (uid_t user), (user))
NAMES(USERS, int, getpwnam_r, (const char *name, struct passwd *entry,
        char *buf, size_t size, struct passwd **resultPtr),
        (name, entry, buf, size, resultPtr))
NAMES(USERS, int, getpwuid_r, (uid_t user, struct passwd *entry,
        char *buf, size_t size, struct passwd **resultPtr),
        (user, entry, buf, size, resultPtr))
NAMES(USERS, struct passwd *, getpwent, (void), ())
NAMES(USERS, int, getpwent_r, (struct passwd *entry, char *buf, size_t size,
        struct passwd **resultPtr), (entry, buf, size, resultPtr))
NAMES(USERS, void, setpwent, (void), ())
NAMES(GROUPS, struct group *, getgrnam, (const char *name), (name))
NAMES(GROUPS, struct group *, getgrgid, (gid_t group), (group))
NAMES(GROUPS, int, getgrnam_r, (const char *name, struct group *entry,
        char *buf, size_t size, struct group **resultPtr),
        (name, entry, buf, size, resultPtr))
NAMES(GROUPS, int, getgrgid_r, (gid_t group, struct group *entry,
        char *buf, size_t size, struct group **resultPtr),
        (group, entry, buf, size, resultPtr))
NAMES(GROUPS, struct group *, getgrent, (void), ())
NAMES(GROUPS, int, getgrent_r, (struct group *entry, char *buf, size_t size,
        struct group **resultPtr), (entry, buf, size, resultPtr))
NAMES(GROUPS, void, setgrent, (void), ())
NAMES(GROUPS, int, getgrouplist, (const char *user, gid_t group,
        gid_t *groups, int *countPtr), (user, group, groups, countPtr))
NAMES(GROUPS, int, initgroups, (const char *user, gid_t group),
        (user, group))

/*
 * NoteZone --
 *
 *      The time zone's file: that of TZ, or the machine's.
 */

static void
NoteZone(void)
{
    static const char unset[] = "";
    static const char *seen = NULL;
    const char *zone, *given, *directory;
    char *path;
    size_t len, directoryLen;

    if (DtsmSubjectMap() == NULL) {
        return;
    }
    given = getenv("TZ");
    zone = given == NULL ? unset : given;
    if (__atomic_exchange_n(&seen, zone, __ATOMIC_RELAXED) == zone) {
        return;
    }
    if (given == NULL) {
        Note("/etc/localtime");
        return;
    }
    zone += *zone == ':';
    if (*zone == '\0') {
        zone = "Universal";
    }
    if (*zone == '/') {
        Note(zone);
        return;
    }
    directory = getenv("TZDIR");
    if (directory == NULL || *directory == '\0') {
        directory = ZONES;
    }
    len = strlen(zone);
    directoryLen = strlen(directory);
    path = directoryLen + len + 2 > PATH_MAX ? NULL : DtsmTraceBorrow();
    if (path != NULL) {
        memcpy(path, directory, directoryLen);
        path[directoryLen] = '/';
        memcpy(path + directoryLen + 1, zone, len + 1);
        Note(path);
        DtsmTraceReturn(path);
    }
}

NAMES(NoteZone(), void, tzset, (void), ())
NAMES(NoteZone(), struct tm *, localtime, (const time_t *when), (when))
NAMES(NoteZone(), struct tm *, localtime_r, (const time_t *when,
        struct tm *result), (when, result))
NAMES(NoteZone(), time_t, mktime, (struct tm *when), (when))
NAMES(NoteZone(), time_t, timelocal, (struct tm *when), (when))
NAMES(NoteZone(), char *, ctime, (const time_t *when), (when))
NAMES(NoteZone(), char *, ctime_r, (const time_t *when, char *buf),
        (when, buf))
