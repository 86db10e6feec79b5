/*
 * judgeSubject.c --
 *
 *      A subject for the supervisor and the Tcl package: what /proc tells of a
 *      process.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeProc.h"
#include "judgeSubject.h"

#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>

static DtsmSubject nobody;      /* of a thread that has not aimed yet */

_Thread_local DtsmSubject *dtsmSubject = &nobody;

static void
Copy(char buf[PATH_MAX], const char *text)
{
    size_t len = text == NULL ? PATH_MAX : strlen(text);

    buf[0] = '\0';
    if (len < PATH_MAX) {
        memcpy(buf, text, len + 1);
    }
}

void
DtsmSubjectInit(DtsmSubject *subject, Dtsm_Map *map, const char *log,
        const char *ask, const char *name)
{
    subject->map = map;
    subject->pid = 0;
    subject->proc[0] = '\0';
    Copy(subject->log, log);
    Copy(subject->ask, ask);
    Copy(subject->name, name);
}

void
DtsmSubjectSetPid(DtsmSubject *subject, int pid)
{
    size_t len = DtsmTraceFdName("/proc/", pid, subject->proc,
            sizeof(subject->proc) - 1);

    subject->pid = pid;
    memcpy(subject->proc + len, "/", 2);
}

void
DtsmSubjectAim(DtsmSubject *subject)
{
    dtsmSubject = subject;
}

size_t
DtsmSubjectProc(char *buf, size_t size, const char *rest)
{
    const char *proc = dtsmSubject->proc;
    size_t head = strlen(proc), len = strlen(rest);

    if (head == 0 || head + len >= size) {
        return 0;
    }
    memcpy(buf, proc, head);
    memcpy(buf + head, rest, len + 1);
    return head + len;
}

long
DtsmSubjectRead(const char *name, char *buf, size_t size)
{
    char file[64];
    long got;
    int fd;

    if (DtsmSubjectProc(file, sizeof(file), name) == 0) {
        return 0;
    }
    fd = DtsmpSysOpen(file, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        return 0;
    }
    got = DtsmpSysRead(fd, buf, size - 1);
    DtsmpSysClose(fd);
    buf[got > 0 ? got : 0] = '\0';
    return got;
}

long
DtsmSubjectStatus(const char *name, int field, int base)
{
    char text[4096], *at;

    if (DtsmSubjectRead("status", text, sizeof(text)) <= 0
            || (at = strstr(text, name)) == NULL) {
        return -1;
    }
    at += strlen(name);
    for (; field > 0; field--) {
        strtol(at, &at, base);
    }
    return strtol(at, NULL, base);
}

int
DtsmSubjectIsOld(void)
{
    char text[32];

    return DtsmSubjectRead("personality", text, sizeof(text)) > 0
            && (strtoul(text, NULL, 16) & ADDR_COMPAT_LAYOUT);
}

int
DtsmSubjectPid(void)
{
    return dtsmSubject->pid;
}

int
DtsmSubjectNoNewPrivs(void)
{
    return DtsmSubjectStatus("\nNoNewPrivs:", 0, 10) == 1;
}

/*
 * A supervisor starts nothing; whether a program that its process starts will
 * be seen is a matter of the layout that it inherits.
 */

int
DtsmSubjectSupervise(const DtsmTraceProgram *program)
{
    return !program->is.mapped || DtsmSubjectIsOld();
}

size_t
DtsmSubjectCwd(Dtsm_Map *map, char *buf, size_t size, uint64_t *policyPtr,
        int fresh)
{
    char name[64];

    (void) map;
    (void) fresh;
    *policyPtr = 0;
    return DtsmSubjectProc(name, sizeof(name), "cwd") == 0 ? 0
            : DtsmTraceLinkText(name, buf, size);
}

size_t
DtsmSubjectFdPath(int fd, char *buf, size_t size)
{
    char directory[48];

    return DtsmSubjectProc(directory, sizeof(directory), "fd/") == 0 ? 0
            : DtsmTraceFdText(directory, fd, buf, size);
}

size_t
DtsmSubjectPlace(Dtsm_Map *map, int fd, char *buf, size_t size,
        uint64_t *policyPtr, int fresh)
{
    (void) map;
    (void) fresh;
    *policyPtr = 0;
    return DtsmSubjectFdPath(fd, buf, size);
}

size_t
DtsmSubjectGonePath(int dirfd, char *buf, size_t size)
{
    char directory[48], name[64];

    if (dirfd == AT_FDCWD) {
        return DtsmSubjectProc(name, sizeof(name), "cwd") == 0 ? 0
                : DtsmTraceGoneText(name, buf, size);
    }
    return DtsmSubjectProc(directory, sizeof(directory), "fd/") == 0
            || DtsmTraceFdName(directory, dirfd, name, sizeof(name)) == 0 ? 0
            : DtsmTraceGoneText(name, buf, size);
}

const char *
DtsmSubjectOwnName(const char *path, char *buf, size_t size)
{
    static const char self[] = "/proc/self", thread[] = "/proc/thread-self";
    const char *rest;

    if (path[0] != '/' || path[1] != 'p') {
        return path;
    }
    if (strncmp(path, self, sizeof(self) - 1) == 0) {
        rest = path + sizeof(self) - 1;
    } else if (strncmp(path, thread, sizeof(thread) - 1) == 0) {
        rest = path + sizeof(thread) - 1;
    } else {
        return path;
    }
    return *rest == '/' && DtsmSubjectProc(buf, size, rest + 1) > 0 ? buf
            : path;
}
