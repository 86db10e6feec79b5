/*
 * judgeProc.c --
 *
 *      What links below /proc tell of a process: its directories and its
 *      descriptors.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeProc.h"
#include "judgeStat.h"
#include "judgeSubject.h"

#include <string.h>

#define DELETED " (deleted)"    /* after a path below /proc that is none now */
#define DELETED_LEN (sizeof(DELETED) - 1)

size_t
DtsmTraceFdName(const char *directory, int fd, char *buf, size_t size)
{
    char digits[12];
    size_t at = sizeof(digits), len = strlen(directory);
    unsigned value = (unsigned) fd;

    if (fd < 0 || len + sizeof(digits) >= size) {
        return 0;
    }
    memcpy(buf, directory, len);
    do {
        digits[--at] = (char) ('0' + value % 10);
        value /= 10;
    } while (value != 0);
    memcpy(buf + len, digits + at, sizeof(digits) - at);
    len += sizeof(digits) - at;
    buf[len] = '\0';
    return len;
}

/*
 * IsGone --
 *
 *      Is a link's text, terminated, that of a file that is deleted?
 */

static int
IsGone(const char *text, size_t len)
{
    return len > DELETED_LEN
            && memcmp(text + len - DELETED_LEN, DELETED, DELETED_LEN) == 0
            && DtsmTraceType(AT_FDCWD, text, AT_SYMLINK_NOFOLLOW)
                    == TRACE_IS_MISSING;
}

size_t
DtsmTraceLinkText(const char *name, char *buf, size_t size)
{
    long got = DtsmpSysReadlink(name, buf, size - 1);

    if (got == -DTSMP_HELD) {
        DtsmSubjectUndecided();
    }
    if (got < 1 || (size_t) got >= size - 1 || buf[0] != '/') {
        return 0;
    }
    buf[got] = '\0';
    return IsGone(buf, (size_t) got) ? 0 : (size_t) got;
}

size_t
DtsmTraceFdText(const char *directory, int fd, char *buf, size_t size)
{
    char name[48];

    return DtsmTraceFdName(directory, fd, name, sizeof(name)) == 0 ? 0
            : DtsmTraceLinkText(name, buf, size);
}

size_t
DtsmTraceGoneText(const char *name, char *buf, size_t size)
{
    long got = DtsmpSysReadlink(name, buf, size - 1);

    if (got < 1 || (size_t) got >= size - 1 || buf[0] != '/') {
        return 0;
    }
    buf[got] = '\0';
    if (!IsGone(buf, (size_t) got)) {
        return 0;
    }
    got -= (long) DELETED_LEN;
    buf[got] = '\0';
    return (size_t) got;
}
