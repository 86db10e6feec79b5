/*
 * wrapTemp.c --
 *
 *      Wrappers that make files with names of libc's choice, and a few calls
 *      that take a path to something else than a file.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "inject.h"
#include "injectScope.h"
#include "judgeHide.h"
#include "wrapDir.h"

#include <dirent.h>
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef mkstemp
#undef mkstemp64
#undef mkostemp
#undef mkostemp64
#undef mkstemps
#undef mkstemps64
#undef mkostemps
#undef mkostemps64
#undef tmpfile
#undef tmpfile64

#define MAKE_TEMP \
    (DTSM_READ | DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW)

/*
 * CheckTemplate --
 *
 *      The name is not known before the call, so the rule over it decides,
 *      and the name is recorded after the call.  Only a refused template is
 *      recorded as it stands.
 */

static int
CheckTemplate(const char *template)
{
    Dtsm_Map *map = DtsmSubjectMap();
    char *dir, *directory;
    const char *name;
    size_t len;
    int err = 0;

    if (map == NULL || template == NULL || !Dtsm_Fence(map)
            || strnlen(template, PATH_MAX) == PATH_MAX) {
        return 0;
    }
    dir = DtsmTraceBorrow();
    if (dir == NULL) {
        return 0;
    }
    directory = dir + PATH_MAX + 1;
    name = strrchr(template, '/');
    name = name == NULL ? template : name + 1;
    len = (size_t) (name - template);
    memcpy(dir, template, len);
    strcpy(dir + len, ".");
    len = DtsmTraceDirectory(AT_FDCWD, dir, directory, PATH_MAX);
    if (len > 0 && DtsmTraceHidden(directory, len, name, DT_REG)) {
        err = CHECK(AT_FDCWD, template, MAKE_TEMP);
    }
    DtsmTraceReturn(dir);
    return err;
}

#define TEMP(name, parameters, arguments) \
    DTSM_EXPORT int \
    name parameters \
    { \
        int fd; \
        REFUSE(CheckTemplate(template), -1); \
        fd = REAL(name) arguments; \
        if (fd >= 0) { \
            CHECK(AT_FDCWD, template, MAKE_TEMP); \
        } \
        return fd; \
    }

TEMP(mkstemp, (char *template), (template))
TEMP(mkstemp64, (char *template), (template))
TEMP(mkostemp, (char *template, int flags), (template, flags))
TEMP(mkostemp64, (char *template, int flags), (template, flags))
TEMP(mkstemps, (char *template, int tail), (template, tail))
TEMP(mkstemps64, (char *template, int tail), (template, tail))
TEMP(mkostemps, (char *template, int tail, int flags),
        (template, tail, flags))
TEMP(mkostemps64, (char *template, int tail, int flags),
        (template, tail, flags))

DTSM_EXPORT char *
mkdtemp(char *template)
{
    char *result;

    REFUSE(CheckTemplate(template), NULL);
    result = REAL(mkdtemp)(template);
    if (result != NULL) {
        CHECK(AT_FDCWD, template, DTSM_WRITE | TRACE_MAKE | TRACE_NOFOLLOW);
    }
    return result;
}

/*
 * Names of libc's choice that it makes no file for.  That of a refused place
 * is as if all were taken.
 */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

DTSM_EXPORT char *
mktemp(char *template)
{
    int err = CheckTemplate(template);

    if (err != 0) {
        template[0] = '\0';
        errno = err;
        return template;
    }
    return REAL(mktemp)(template);
}

static char *
Named(char *name)
{
    if (name != NULL && *name != '\0') {
        CHECK(AT_FDCWD, name, DTSM_STAT | TRACE_NOFOLLOW);
    }
    return name;
}

DTSM_EXPORT char *
tmpnam(char buf[L_tmpnam])
{
    return Named(REAL(tmpnam)(buf));
}

DTSM_EXPORT char *
tmpnam_r(char buf[L_tmpnam])
{
    return Named(REAL(tmpnam_r)(buf));
}

DTSM_EXPORT char *
tempnam(const char *dir, const char *prefix)
{
    return Named(REAL(tempnam)(dir, prefix));
}

#pragma GCC diagnostic pop

/*
 * tmpfile's file has no name; only its directory counts.
 */

#define TMPFILE(name) \
    DTSM_EXPORT FILE * \
    name(void) \
    { \
        REFUSE(CheckTemplate(P_tmpdir "/tmpfXXXXXX"), NULL); \
        return REAL(name)(); \
    }

TMPFILE(tmpfile)
TMPFILE(tmpfile64)

/*
 * Origin --
 *
 *      What "$ORIGIN" stands for where caller's code is: the directory of its
 *      program or library.
 *
 * Returns:
 *      Its length, terminated in buf; 0 when that is not to be told.
 */

static size_t
Origin(void *caller, char *buf, size_t size)
{
    Dl_info info;
    struct link_map *object = NULL;
    long got;
    char *slash;

    if (dladdr1(caller, &info, (void **) &object, RTLD_DL_LINKMAP) == 0
            || object == NULL || object->l_name == NULL) {
        return 0;
    }
    if (object->l_name[0] == '\0') {
        got = DtsmpSysReadlink("/proc/self/exe", buf, size - 1);
        if (got <= 0) {
            return 0;
        }
        buf[got] = '\0';
    } else if (strlen(object->l_name) < size) {
        strcpy(buf, object->l_name);
    } else {
        return 0;
    }
    slash = strrchr(buf, '/');
    if (slash == NULL) {
        return 0;
    }
    *slash = '\0';
    return (size_t) (slash - buf);
}

/*
 * A library that is named without a slash is searched for by the loader,
 * whose own opens are not seen.  It searches on behalf of the return address,
 * so the call stays the last one (a jump).
 */

static int
RefusesLibrary(const char *file, void *caller)
{
    static const char *const heads[] = { "$ORIGIN/", "${ORIGIN}/" };
    char *path;
    size_t i, len, headLen;
    int refuses = 0;

    if (file == NULL || strchr(file, '/') == NULL) {
        return 0;
    }
    if (*file != '$') {
        return CHECK(AT_FDCWD, file, DTSM_READ) != 0;
    }
    for (i = 0; i < 2; i++) {
        headLen = strlen(heads[i]);
        if (strncmp(file, heads[i], headLen) != 0) {
            continue;
        }
        file += headLen - 1;
        path = DtsmTraceBorrow();
        len = path == NULL ? 0 : Origin(caller, path, PATH_MAX);
        if (len > 0 && strlen(file) < PATH_MAX) {
            strcpy(path + len, file);
            refuses = CHECK(AT_FDCWD, path, DTSM_READ) != 0;
        }
        DtsmTraceReturn(path);
        break;
    }
    return refuses;
}

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

/*
 * A refused one is looked for below a directory that cannot be, so that the
 * loader has its message; dlerror() takes that directory away again.
 */

#define NO_DIRECTORY TRACE_NO_FILE "/"

__attribute__((noinline)) static void *
OpenNone(Lmid_t list, const char *file, int mode)
{
    char *block = DtsmTraceBorrow();
    const char *name = block != NULL ? block : NO_DIRECTORY;
    size_t len = strlen(file);
    void *result;

    if (block != NULL) {
        memcpy(block, NO_DIRECTORY, sizeof(NO_DIRECTORY));
        if (len < PATH_MAX) {
            memcpy(block + sizeof(NO_DIRECTORY) - 1, file, len + 1);
        }
    }
    result = list == LM_ID_BASE ? REAL(dlopen)(name, mode)
            : REAL(dlmopen)(list, name, mode);
    DtsmTraceReturn(block);
    return result;
}

/*
 * OpenOther --
 *
 *      dlmopen in another namespace, whose calls are not seen.  Only a name
 *      without a slash, or with "$", is looked for on behalf of the caller:
 *      then the program is named before it is known whether there is such a
 *      library.
 */

__attribute__((noinline)) static void *
OpenOther(Lmid_t list, const char *file, int mode)
{
    void *result;

    if (TRACE_NO_POINTER(file) || strchr(file, '/') == NULL
            || strchr(file, '$') != NULL) {
        DtsmTraceScopeOther();
        return REAL(dlmopen)(list, file, mode);
    }
    result = REAL(dlmopen)(list, file, mode);
    if (result != NULL) {
        DtsmTraceScopeOther();
    }
    return result;
}

DTSM_EXPORT void *
dlopen(const char *file, int mode)
{
    if (RefusesLibrary(file, CALLER)) {
        return OpenNone(LM_ID_BASE, file, mode);
    }
    if (mode & RTLD_DEEPBIND) {
        DtsmTraceScopeOpens();
    }
    return REAL(dlopen)(file, mode);
}

DTSM_EXPORT void *
dlmopen(Lmid_t list, const char *file, int mode)
{
    if (RefusesLibrary(file, CALLER)) {
        return OpenNone(list, file, mode);
    }
    if (list != LM_ID_BASE) {
        return OpenOther(list, file, mode);
    }
    if (mode & RTLD_DEEPBIND) {
        DtsmTraceScopeOpens();
    }
    return REAL(dlmopen)(list, file, mode);
}

DTSM_EXPORT char *
dlerror(void)
{
    char *message = REAL(dlerror)();

    if (message != NULL
            && strncmp(message, NO_DIRECTORY, sizeof(NO_DIRECTORY) - 1) == 0) {
        message += sizeof(NO_DIRECTORY) - 1;
    }
    return message;
}
