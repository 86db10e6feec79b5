/*
 * judgeLog.c --
 *
 *      Lines of the session's log: who asked first for what was refused, and
 *      which program starts go untraced.
 *
 * A line is one open, one write and one close, so that lines of different
 * processes never mix and no descriptor is held.  Fields are separated by
 * tabs; blanks, control characters and '%' within them become %XX.
 *
 * A process that has become another user cannot open the log, but it still
 * has the map: there the line is kept under a line key (judgeKeys.h).
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "trace.h"
#include "judgeStarts.h"

#include <string.h>
#include <sys/resource.h>

typedef struct Line {
    size_t len;
    char cwd[PATH_MAX];
    char key[TRACE_KEY_LINE];
    char text[DTSM_SCRATCH_SIZE - PATH_MAX - sizeof(size_t) - TRACE_KEY_LINE];
} Line;

_Static_assert(sizeof(Line) <= DTSM_SCRATCH_SIZE, "a line fits a block");

static void
Raw(Line *line, const char *text)
{
    size_t len = strlen(text);

    if (len < sizeof(line->text) - line->len - 2) {
        memcpy(line->text + line->len, text, len);
        line->len += len;
    }
}

static void
Number(Line *line, unsigned value)
{
    char digits[12];
    size_t at = sizeof(digits);

    digits[--at] = '\0';
    do {
        digits[--at] = (char) ('0' + value % 10);
        value /= 10;
    } while (value != 0);
    Raw(line, digits + at);
}

static void
Field(Line *line, const char *bytes, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t i;

    Raw(line, "\t");
    for (i = 0; i < len && line->len + 5 < sizeof(line->text); i++) {
        unsigned char byte = (unsigned char) bytes[i];

        if (byte <= 0x20 || byte == 0x7f || byte == '%') {
            line->text[line->len++] = '%';
            line->text[line->len++] = hex[byte >> 4];
            line->text[line->len++] = hex[byte & 15];
        } else {
            line->text[line->len++] = (char) byte;
        }
    }
}

/*
 * Keep --
 *
 *      Put a line into the map; the number tells lines that are the same.
 */

static void
Keep(Line *line)
{
    Dtsm_Map *map = DtsmTraceGetMap();
    int number;

    for (number = 0; map != NULL && number <= 9; number++) {
        unsigned flags;

        DtsmTraceKeyLine(line->key, number);
        if (Dtsm_Search(map, line->key, TRACE_KEY_LINE + line->len, &flags)
                != DTSM_OK) {
            if (Dtsm_Insert(map, line->key, TRACE_KEY_LINE + line->len,
                    DTSM_ALIAS | DTSM_ALLOW) != DTSM_OK) {
                Dtsm_Count(map, DTSM_COUNT_UNSTORED, 1);
            }
            break;
        }
    }
}

/*
 * IsFull --
 *
 *      Would a write be further than this process may go?  That is a signal.
 */

#define LEEWAY 65536            /* what others may append meanwhile */

static int
IsFull(int fd)
{
    struct { uint64_t now, most; } limit;
    long end;

    end = DtsmpSyscall4(SYS_prlimit64, 0, RLIMIT_FSIZE, 0,
            (long) (intptr_t) &limit);
    if (end != 0 || limit.now == ~(uint64_t) 0) {
        return end == -DTSMP_HELD;
    }
    end = DtsmpSyscall3(SYS_lseek, fd, 0, SEEK_END);
    return end < 0 || (uint64_t) end + LEEWAY > limit.now;
}

static void
Write(Line *line)
{
    const char *file = DtsmTraceLogFile();
    int fd = DtsmpSysOpen(file, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY,
            0);

    line->text[line->len] = '\n';
    if (fd < 0 || IsFull(fd)
            || DtsmpSysWrite(fd, line->text, line->len + 1) < 0) {
        Keep(line);
    }
    if (fd >= 0) {
        DtsmpSysClose(fd);
    }
}

static void
Link(Line *line, const char *name)
{
    char own[TRACE_OWN_MAX];
    long got = DtsmpSysReadlink(DtsmTraceOwnName(name, own, sizeof(own)),
            line->cwd, sizeof(line->cwd));

    Field(line, line->cwd, got > 0 ? (size_t) got : 0);
}

const char *dtsmTraceCaller = NULL;

/*
 * Program --
 *
 *      The field that says whose call it was.
 */

static void
Program(Line *line)
{
    size_t before = line->len;
    const char *known;

    if (dtsmTraceCaller != NULL) {
        Field(line, dtsmTraceCaller, strlen(dtsmTraceCaller));
        return;
    }
    Link(line, "/proc/self/exe");
    if (line->len == before + 1) {
        known = DtsmTraceKnownName();
        line->len = before;
        Field(line, known, strlen(known));
    }
}

/*
 * DtsmTraceLogRefused --
 *
 *      Tell who was refused path.  verb is "refused", or "unanswered" when
 *      only the server's silence was the reason.
 */

void
DtsmTraceLogRefused(const char *verb, const char *path, size_t len,
        int exists)
{
    Line *line;

    if (DtsmTraceLogFile() == NULL || DtsmTraceIsTold(path, len)
            || (line = DtsmTraceBorrow()) == NULL) {
        return;
    }
    line->len = 0;
    Raw(line, verb);
    Raw(line, "\t");
    Number(line, (unsigned) DtsmTracePid());
    Program(line);
    Link(line, "/proc/self/cwd");
    Field(line, path, len);
    Raw(line, exists ? "\t1" : "\t0");
    Write(line);
    DtsmTraceReturn(line);
}

static void
Start(const char *word, const char *path, const char *why, const char *key)
{
    Line *line;

    if (DtsmTraceLogFile() == NULL || (line = DtsmTraceBorrow()) == NULL) {
        return;
    }
    line->len = 0;
    Raw(line, word);
    Number(line, (unsigned) DtsmTracePid());
    Field(line, path, strlen(path));
    if (why != NULL) {
        Raw(line, "\t");
        Raw(line, why);
    }
    if (key != NULL) {
        Field(line, key, START_KEY_LEN);
    }
    Write(line);
    DtsmTraceReturn(line);
}

/*
 * DtsmTraceLogUntraced, DtsmTraceLogSupervised, DtsmTraceLogUndone --
 *
 *      Tell that program path is about to run and will not be traced, and
 *      why; or that the supervisor sees its calls; or that it does not start
 *      after all.
 *
 * DtsmTraceLogUnattached --
 *
 *      Tell that this process, program path, has loaded us and cannot attach.
 *      It was counted under the name by which it was started.
 *
 * DtsmTraceLogReadOnly --
 *
 *      Tell that program path can only read the map, before it starts (name
 *      is NULL), or when it has found out itself and was counted under the
 *      name by which it was started.
 */

void
DtsmTraceLogUntraced(const char *path, const char *why)
{
    Start("untraced\t", path, why, NULL);
}

void
DtsmTraceLogSupervised(const char *path)
{
    Start("supervised\t", path, NULL, NULL);
}

void
DtsmTraceLogUndone(const char *path)
{
    Start("undone\t", path, NULL, NULL);
}

void
DtsmTraceLogUnattached(const char *path, const char *why, const char *name)
{
    char key[START_KEY_LEN];

    DtsmTraceKeyStart("", name, key);
    Start("unattached\t", path, why, key);
}

void
DtsmTraceLogReadOnly(const char *path, const char *name)
{
    char key[START_KEY_LEN];

    if (name == NULL) {
        Start("readonly\t", path, NULL, NULL);
    } else {
        DtsmTraceKeyStart("", name, key);
        Start("readonly\t", path, "found", key);
    }
}
