/*
 * states.c --
 *
 *      states OPERATION PATHS DIRECTORY: a process does one operation on a map
 *      of PATHS paths, one instruction after the other.  Whenever the map's
 *      bytes have changed they are what a kill at that instruction leaves
 *      behind: a copy of them is opened and checked, all that was there before
 *      is searched for, the operation must have had its effect or none, and
 *      everything must go on.
 *
 *      Prints "N failures in some states" and, before that, each failure with
 *      its place; or "no single steps" where a process may not be traced.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtsm.h"

#define WINDOW      (1u << 20)
#define PATIENCE    60          /* seconds for what must not wait */
#define KEPT        (DTSM_ALLOW | DTSM_READ)
#define TARGET      "/target"

static char file[1000], copy[1000];
static const char *doing = "";
static unsigned paths, failures, stateCount;

static size_t
Path(char *path, size_t size, unsigned i)
{
    return (size_t) snprintf(path, size, "/k/%u/some/what/longer/%u", i % 13,
            i);
}

static void
Fail(const char *what)
{
    if (failures++ < 20) {
        printf("%s: state %u: %s\n", doing, stateCount, what);
    }
}

static void
Flaw(void *data, const char *flaw, uint64_t offset)
{
    (void) data;
    printf("flaw at %llu: ", (unsigned long long) offset);
    Fail(flaw);
}

#include "states.h"

/*
 * The operations.  An effect is what a search for TARGET gives; -1: none.
 */

static int
Put(Dtsm_Map *map, unsigned flags)
{
    return Dtsm_Insert(map, TARGET, sizeof(TARGET) - 1, flags);
}

static void Insert(Dtsm_Map *map) { Put(map, DTSM_DENY); }
static void Rule(Dtsm_Map *map) { Put(map, DTSM_DENY | DTSM_PREFIX); }

static void
Rules(Dtsm_Map *map)
{
    Dtsm_Entry entries[] = {
        {TARGET, 7, DTSM_DENY | DTSM_PREFIX},
        {"/t2", 3, DTSM_DENY | DTSM_PREFIX},
        {"/t3/x", 5, DTSM_ASK | DTSM_PREFIX}
    };

    Dtsm_InsertRules(map, entries, 3);
}

static void
Looked(Dtsm_Map *map)
{
    unsigned flags;
    Dtsm_Token token;

    Dtsm_Look(map, TARGET, 7, &flags, &token);
    Dtsm_InsertLooked(map, TARGET, 7, DTSM_DENY, &token);
}

static void
Mark(Dtsm_Map *map)
{
    Dtsm_Mark(map, TARGET, 7, DTSM_DENY, KEPT);
}

static void Forget(Dtsm_Map *map) { Dtsm_Forget(map, TARGET, 7, 0); }

static void
Change(Dtsm_Map *map)
{
    uint64_t ticket = Dtsm_BeginChange(map);

    Dtsm_Forget(map, "/k/5", 4, 1);
    Dtsm_EndChange(map, ticket);
}

static void Remove(Dtsm_Map *map) { Dtsm_Remove(map, "/k/3", 4); }

static void
Count(Dtsm_Map *map)
{
    Dtsm_Count(map, DTSM_COUNT_UNSTORED, 1);
    Dtsm_SetFence(map, 1);
}

/* A child is born and the target goes into it. */

static void
Child(Dtsm_Map *map)
{
    unsigned i;

    for (i = 0; i < 3; i++) {
        char path[20];

        Dtsm_Insert(map, path, (size_t) snprintf(path, sizeof(path), "/c/%u",
                i), DTSM_ALLOW);
    }
    Put(map, DTSM_DENY);
}

static const struct Operation {
    const char *name;
    void (*proc)(Dtsm_Map *map);
    int before, after;          /* what TARGET gives */
    int voided;                 /* of 13 kinds, the one that may be void */
} operations[] = {
    {"create", NULL, -1, -1, -1},
    {"insert", Insert, -1, DTSM_DENY, -1},
    {"reinsert", Insert, KEPT, DTSM_DENY, -1},
    {"looked", Looked, KEPT, DTSM_DENY, -1},
    {"mark", Mark, KEPT, DTSM_DENY, -1},
    {"forget", Forget, KEPT, -1, -1},
    {"rule", Rule, -1, DTSM_DENY | DTSM_PREFIX, -1},
    {"rules", Rules, -1, DTSM_DENY | DTSM_PREFIX, -1},
    {"remove", Remove, -1, -1, 3},
    {"change", Change, -1, -1, 5},
    {"child", Child, -1, DTSM_DENY, -1},
    {"count", Count, -1, -1, -1},
    {"record", Record, -1, -1, -1}
};
static const struct Operation *operation;

static int
Prepare(void)
{
    Dtsm_Map *map;
    unsigned i;

    unlink(file);
    if (operation->proc == NULL) {
        return 0;
    }
    if (Dtsm_OpenSized(file, DTSM_CREATE, 1, &map) != DTSM_OK) {
        return -1;
    }
    Dtsm_SetRecording(map, 1000);
    Dtsm_Insert(map, "/k", 2, DTSM_ALLOW | DTSM_PREFIX);
    Dtsm_Insert(map, "/k/3", 4, DTSM_DENY | DTSM_PREFIX);
    for (i = 0; i < paths; i++) {
        char path[80];

        Dtsm_Insert(map, path, Path(path, sizeof(path), i), KEPT);
    }
    if (operation->before != -1) {
        Put(map, (unsigned) operation->before);
    }
    Dtsm_Close(map);
    return 0;
}

/*
 * Effect --
 *
 *      TARGET is as before or as after; after several rules all are there or
 *      none is.
 */

static void
Effect(Dtsm_Map *map, int done)
{
    static const char *const others[] = {"/t2/z", "/t3/x/y"};
    unsigned flags;
    int got = Dtsm_Search(map, TARGET, 7, &flags) == DTSM_OK
            ? (int) flags : -1;
    int i;

    if (got != operation->after && (done || got != operation->before)) {
        Fail("neither the former nor the new");
    }
    for (i = 0; i < 2 && operation->proc == Rules; i++) {
        if ((Dtsm_Search(map, others[i], strlen(others[i]), &flags)
                == DTSM_OK) != (got != -1)) {
            Fail("some of the rules");
        }
    }
}

/*
 * GoOn --
 *
 *      Whoever comes afterwards is held up by nothing.
 */

static void
GoOn(Dtsm_Map *map)
{
    unsigned i, flags;
    Dtsm_Token token;
    uint64_t ticket;

    alarm(PATIENCE);
    for (i = 0; i < 60; i++) {
        char path[40];
        size_t len = (size_t) snprintf(path, sizeof(path), "/after/%u", i);

        if (Dtsm_Insert(map, path, len, DTSM_ALLOW) != DTSM_OK
                || Dtsm_Search(map, path, len, &flags) != DTSM_OK
                || flags != DTSM_ALLOW) {
            Fail("an insert afterwards");
            break;
        }
    }
    if (Put(map, DTSM_EXEC) != DTSM_OK
            || Dtsm_Search(map, TARGET, 7, &flags) != DTSM_OK
            || flags != DTSM_EXEC) {
        Fail("the same path afterwards");
    }
    if (Dtsm_Insert(map, "/after", 6, DTSM_ALLOW | DTSM_PREFIX) != DTSM_OK
            || Dtsm_Remove(map, "/after", 6) != DTSM_OK) {
        Fail("a rule afterwards");
    }
    ticket = Dtsm_BeginChange(map);
    if (ticket == 0) {
        Fail("a change afterwards");
    }
    Dtsm_EndChange(map, ticket);
    if (operation->proc != Change) {    /* whose process still lives */
        Dtsm_Look(map, "/fresh", 6, &flags, &token);
        if (!Dtsm_IsSettled(&token)) {
            Fail("a look afterwards");
        }
    }
    alarm(0);
}

static void
Verify(const unsigned char *bytes, off_t size, int done)
{
    int fd = open(copy, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int mode = DTSM_RDWR, status;
    unsigned i, flags;
    Dtsm_Map *map;

    if (ftruncate(fd, size) != 0
            || (size > 0 && pwrite(fd, bytes, (size_t) size, 0) < 0)) {
        Fail("no copy");
    }
    close(fd);
    if (operation->proc == NULL) {      /* half made is no map, and finished */
        status = Dtsm_Open(copy, DTSM_RDWR, &map);
        if (status == DTSM_OK) {
            Dtsm_Close(map);
        } else if (status != DTSM_CORRUPT) {
            Fail("open of what is half made");
        }
        mode = DTSM_CREATE;
    }
    if (Dtsm_Open(copy, mode, &map) != DTSM_OK) {
        Fail("open");
        return;
    }
    Dtsm_Check(map, Flaw, NULL);
    for (i = 0; i < paths && operation->proc != NULL; i++) {
        char path[80];
        size_t len = Path(path, sizeof(path), i);

        if (Dtsm_Search(map, path, len, &flags) != DTSM_OK || (flags != KEPT
                && !((int) (i % 13) == operation->voided
                && (flags & DTSM_PREFIX)))) {
            Fail("something that was there is lost");
            break;
        }
    }
    Effect(map, done);
    if (operation->proc == Record) {
        Recorded(map, done);
    }
    GoOn(map);
    Dtsm_Check(map, Flaw, NULL);
    Dtsm_Close(map);
}

static void
Operate(void)
{
    Dtsm_Map *map;
    unsigned flags;

    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) {
        _exit(1);
    }
    if (operation->proc == NULL) {
        raise(SIGSTOP);
        _exit(Dtsm_OpenSized(file, DTSM_CREATE, 1, &map));
    }
    if (Dtsm_Open(file, DTSM_RDWR, &map) != DTSM_OK) {
        _exit(1);
    }
    Dtsm_Search(map, "/warm", 5, &flags);
    raise(SIGSTOP);
    operation->proc(map);
    _exit(0);
}

/*
 * Look --
 *
 *      Whether the file has changed since the last time; its bytes are in
 *      last then.  While it is made it is read, for its length changes.
 */

static int
Look(const unsigned char *now, unsigned char *last, off_t *sizePtr)
{
    static unsigned char read[WINDOW];
    struct stat st;
    int fd;

    if (operation->proc != NULL) {
        *sizePtr = WINDOW;
        if (memcmp(now, last, WINDOW) == 0) {
            return 0;
        }
        memcpy(last, now, WINDOW);
        return 1;
    }
    fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    fstat(fd, &st);
    if (pread(fd, read, WINDOW, 0) < 0) {
        Fail("no read");
    }
    close(fd);
    if (st.st_size == *sizePtr && memcmp(read, last, WINDOW) == 0) {
        return 0;
    }
    *sizePtr = st.st_size;
    memcpy(last, read, WINDOW);
    return 1;
}

static void
Step(void)
{
    static unsigned char last[WINDOW];
    const unsigned char *now = NULL;
    off_t size = -1;
    pid_t child = fork();
    int status, fd;

    if (child == 0) {
        Operate();
    }
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) {
        printf("no single steps\n");
        exit(0);
    }
    if (operation->proc != NULL) {
        fd = open(file, O_RDONLY | O_CLOEXEC);
        now = mmap(NULL, WINDOW, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        memcpy(last, now, WINDOW);
    }
    while (ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0
            && waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) != SIGTRAP) {
            Fail("stopped by a signal");
            break;
        }
        if (Look(now, last, &size)) {
            stateCount++;
            Verify(last, size, 0);
        }
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        Fail("it did not end well");
    }
    (void) Look(now, last, &size);
    Verify(last, size, 1);
    kill(child, SIGKILL);
}

int
main(int argc, char **argv)
{
    struct rlimit limit = {WINDOW, WINDOW};
    size_t i;

    if (argc != 4) {
        return 2;
    }
    for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (strcmp(operations[i].name, argv[1]) == 0) {
            operation = &operations[i];
        }
    }
    if (operation == NULL) {
        return 2;
    }
    doing = argv[1];
    paths = (unsigned) atoi(argv[2]);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    snprintf(file, sizeof(file), "%s/map", argv[3]);
    snprintf(copy, sizeof(copy), "%s/copy", argv[3]);
    if (Prepare() != 0) {
        return 2;
    }
    Step();
    printf("%u failures in %s states\n", failures,
            stateCount > 0 ? "some" : "no");
    return 0;
}
