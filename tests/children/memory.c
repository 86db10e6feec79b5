/*
 * memory.c --
 *
 *      A process limits its memory, or locks all of it, in the way that it is
 *      told:
 *
 *      memory BEFORE WHERE HOW
 *
 *      BEFORE is what it does first, WHERE the process that has the limit, and
 *      HOW the call.  It prints "ok" when that process gets 64 MiB then, or
 *      has locked its memory within 256 MiB, else what failed.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((rlim_t) 1 << 20)

typedef struct Choice {
    const char *name;
    int (*proc)(void);
} Choice;

static int (*how)(void);        /* the call; 0 when it went well */
static char stack[256 << 10] __attribute__((aligned(64)));

/*
 * BEFORE
 */

static int
Nothing(void *data)
{
    return (int) (intptr_t) data;
}

static void *
SeparateThread(void *data)
{
    return unshare(CLONE_FS) == 0 ? NULL : data;
}

static int
Waits(pid_t pid)
{
    int status = -1;

    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return errno;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int
Clone(int (*proc)(void *data), int flags)
{
    return Waits(clone(proc, stack + sizeof(stack), flags | SIGCHLD, NULL));
}

static int Plain(void) { return 0; }
static int Unshare(void) { return unshare(CLONE_FS) == 0 ? 0 : errno; }
static int Fs(void) { return Clone(Nothing, CLONE_FS); }
static int Vm(void) { return Clone(Nothing, CLONE_VM); }
static int VmFs(void) { return Clone(Nothing, CLONE_VM | CLONE_FS); }
static int VmVfork(void) { return Clone(Nothing, CLONE_VM | CLONE_VFORK); }
static int
Vfork(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(0);
    }
    return Waits(pid);
}
static int
Thread(void)
{
    pthread_attr_t small;
    pthread_t thread;
    void *result = NULL;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 << 10);
    if (pthread_create(&thread, &small, SeparateThread, stack) != 0) {
        return EAGAIN;
    }
    pthread_join(thread, &result);
    return result == NULL ? 0 : EPERM;
}

static const Choice befores[] = {
    { "plain", Plain }, { "unshare", Unshare }, { "fs", Fs }, { "vm", Vm },
    { "vmfs", VmFs }, { "vmvfork", VmVfork }, { "vfork", Vfork },
    { "thread", Thread }
};

/*
 * WHERE.  The process makes the call and leaves how it went as its status.
 */

static int
InClone(void *data)
{
    (void) data;
    _exit(how());
}

static int
InChild(pid_t pid)
{
    if (pid == 0) {
        _exit(how());
    }
    return Waits(pid);
}

static int Here(void) { return how(); }
static int Fork(void) { return InChild(fork()); }
static int Copy(void) { return Clone(InClone, 0); }
static int CopyFs(void) { return Clone(InClone, CLONE_FS); }
static int Lives(void) { return Clone(InClone, CLONE_VM); }
static int
ByVfork(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(how());
    }
    return Waits(pid);
}
static int
SysClone(void)
{
    return InChild((pid_t) syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}
static int
SysClone3(void)
{
    uint64_t arguments[8] = { 0, 0, 0, 0, SIGCHLD };
    long pid = syscall(435, arguments, sizeof(arguments));

    return pid < 0 && errno == ENOSYS ? SysClone() : InChild((pid_t) pid);
}
static int
SysFork(void)
{
#ifdef SYS_fork
    return InChild((pid_t) syscall(SYS_fork));
#else
    return SysClone();
#endif
}
static int
Bare(void)
{
#if defined(__x86_64__)
    long pid;

    __asm__ volatile ("syscall" : "=a" (pid) : "0" ((long) SYS_fork)
            : "rcx", "r11", "memory");
    return InChild((pid_t) pid);
#else
    return Fork();
#endif
}

static const Choice wheres[] = {
    { "here", Here }, { "fork", Fork }, { "copy", Copy },
    { "copyfs", CopyFs }, { "lives", Lives }, { "vfork", ByVfork },
    { "sysclone", SysClone }, { "sysclone3", SysClone3 },
    { "sysfork", SysFork }, { "bare", Bare }
};

/*
 * HOW.
 */

static const struct rlimit little = { 256 * MIB, 256 * MIB };

static int
Room(int failed)
{
    void *place = failed != 0 ? MAP_FAILED : mmap(NULL, 64 * MIB, PROT_READ,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return place == MAP_FAILED ? errno : munmap(place, 64 * MIB);
}

static int
Set(void)
{
    return Room(setrlimit(RLIMIT_AS, &little));
}
static int
Set64(void)
{
    struct rlimit64 limit = { little.rlim_cur, little.rlim_max };

    return Room(setrlimit64(RLIMIT_AS, &limit));
}
static int
Other(void)
{
    return Room(prlimit(0, RLIMIT_AS, &little, NULL));
}
static int
Own64(void)
{
    struct rlimit64 limit = { little.rlim_cur, little.rlim_max }, former;

    return Room(prlimit64(getpid(), RLIMIT_AS, &limit, &former));
}
static int
SysSet(void)
{
#ifdef SYS_setrlimit
    return Room((int) syscall(SYS_setrlimit, RLIMIT_AS, &little));
#else
    return Set();
#endif
}
static int
SysOther(void)
{
    return Room((int) syscall(SYS_prlimit64, 0, RLIMIT_AS, &little, NULL));
}
static int
Data(void)
{
    return Room(setrlimit(RLIMIT_DATA, &little));
}

/*
 * A process that may lock any amount would fill the disk with a window that
 * is still there, so it gives that right away first.
 */

static int
Bounded(rlim_t bytes)
{
    uint32_t head[2] = { 0x20080522, 0 }, sets[6] = { 0 };
    struct rlimit limit;

    getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0
            || syscall(SYS_capget, head, sets) != 0) {
        return -1;
    }
    sets[0] &= ~(1u << 14);             /* CAP_IPC_LOCK */
    return (int) syscall(SYS_capset, head, sets);
}

static int
Lock(void)
{
    return Bounded(256 * MIB) != 0 || mlockall(MCL_CURRENT | MCL_FUTURE) != 0
            ? errno : 0;
}
static int
SysLock(void)
{
    return Bounded(256 * MIB) != 0 || syscall(SYS_mlockall, MCL_CURRENT) != 0
            ? errno : 0;
}

/*
 * OwnBytes --
 *
 *      What this process has mapped: libraries and stacks, without files that
 *      are mapped shared.
 */

static rlim_t
OwnBytes(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long from, end;
    char line[8192], kinds[8];
    rlim_t sum = 0;

    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        if (sscanf(line, "%lx-%lx %4s", &from, &end, kinds) == 3
                && kinds[3] == 'p') {
            sum += end - from;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return sum;
}

static int
LockTight(void)
{
    errno = 0;
    return Bounded(OwnBytes() + 3 * MIB) != 0 || mlockall(MCL_CURRENT) != 0
            || errno != 0 ? errno : 0;
}

static const Choice hows[] = {
    { "setrlimit", Set }, { "setrlimit64", Set64 }, { "prlimit", Other },
    { "prlimit64", Own64 }, { "sys_setrlimit", SysSet },
    { "sys_prlimit64", SysOther }, { "data", Data }, { "mlockall", Lock },
    { "sys_mlockall", SysLock }, { "tight", LockTight }
};

#define CHOICES(list) list, sizeof(list) / sizeof((list)[0])

static int
(*Find(const char *name, const Choice *list, size_t count))(void)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (strcmp(name, list[i].name) == 0) {
            return list[i].proc;
        }
    }
    fprintf(stderr, "memory: bad word %s\n", name);
    exit(2);
}

int
main(int argc, char **argv)
{
    int err;

    if (argc != 4) {
        return 2;
    }
    how = Find(argv[3], CHOICES(hows));
    err = Find(argv[1], CHOICES(befores))();
    if (err != 0) {
        return printf("before: %s\n", strerror(err)) < 0;
    }
    err = Find(argv[2], CHOICES(wheres))();
    return printf("%s\n", err == 0 ? "ok" : strerror(err)) < 0;
}
