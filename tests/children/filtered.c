/*
 * filtered.c --
 *
 *      filtered HOW ANSWER CALLS ACTION ARGUMENT ...: put this program under
 *      a filter of its own, then act and say what came of it, a line each.
 *
 *      HOW      prctl, seccomp, syscall (prctl by syscall()) or raw (by an
 *               instruction of its own): how the filter is installed.
 *               tsync, listener: seccomp with that flag.  strict: mode 1.
 *               landlock: no filter; CALLS is a directory below which all may
 *               be done, all else is only executed and read.
 *               none: no filter.
 *      ANSWER   kill, or the errno that other calls get (a number).
 *      CALLS    the calls that pass, a,b,c; or those that do not: -a,b,c.
 *               openat:rdonly is openat that only reads.
 *      ACTION   open, oldopen (syscall(SYS_open)), stat, oldstat, access,
 *               cd, list, forkopen, vforkcd: with a path
 *               run, spawn: all arguments that are left are a program's
 *
 *      filtered random SEED COUNT DIRECTORY: so many processes, each under
 *      another random filter, make calls of many kinds or start a program.
 *      Says how each ended.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <locale.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#if defined(__x86_64__) || defined(__aarch64__)

#define NAME(name) {#name, SYS_##name}

static const struct {
    const char *name;
    int number;
} names[] = {
    NAME(read), NAME(write), NAME(openat), NAME(close), NAME(newfstatat),
    NAME(readlinkat), NAME(exit_group), NAME(mmap), NAME(munmap), NAME(brk),
    NAME(getcwd), NAME(getpid), NAME(statx), NAME(fstat), NAME(execve),
    NAME(chdir), NAME(getdents64), NAME(madvise), NAME(socket),
    NAME(connect), NAME(clone), NAME(wait4), NAME(faccessat),
    NAME(rt_sigprocmask), NAME(prctl), NAME(seccomp), NAME(statfs),
    NAME(getxattr), NAME(kill), NAME(prlimit64), NAME(lseek),
    NAME(rt_sigaction), NAME(set_robust_list), NAME(gettid), NAME(rseq),
    NAME(mprotect), NAME(set_tid_address), NAME(getrandom), NAME(pread64),
    NAME(getuid), NAME(geteuid), NAME(getgid), NAME(getegid),
    NAME(fgetxattr), NAME(fcntl), NAME(clone3),
#ifdef SYS_open
    NAME(open), NAME(stat), NAME(lstat), NAME(readlink), NAME(access),
    NAME(vfork), NAME(arch_prctl),
#endif
};

static void
Say(const char *what, int err)
{
    char line[128];
    int len = snprintf(line, sizeof(line), "%s %s\n", what,
            err == 0 ? "ok" : err == ENOENT ? "ENOENT" : err == EACCES
            ? "EACCES" : err == EPERM ? "EPERM" : "other");

    if (write(STDOUT_FILENO, line, (size_t) len) < 0) {
        _exit(9);
    }
}

static struct sock_filter steps[256];
static unsigned count;

static void
Step(unsigned code, unsigned yes, unsigned no, uint32_t k)
{
    struct sock_filter step = {(uint16_t) code, (uint8_t) yes, (uint8_t) no,
        k};

    steps[count++] = step;
}

/*
 * Build --
 *
 *      The filter.  Its jumps are short: each name is compared, and answered,
 *      on its own.
 */

static void
Build(const char *answer, char *calls)
{
    int deny = *calls == '-';
    uint32_t other = strcmp(answer, "kill") == 0 ? SECCOMP_RET_KILL_PROCESS
            : SECCOMP_RET_ERRNO | (uint32_t) atoi(answer);
    char *name;
    size_t i;

    Step(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
    for (name = strtok(calls + deny, ","); name != NULL;
            name = strtok(NULL, ",")) {
        char *colon = strchr(name, ':');

        if (colon != NULL) {
            *colon = '\0';
        }
        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (strcmp(names[i].name, name) == 0) {
                break;
            }
        }
        if (i == sizeof(names) / sizeof(names[0])) {
            continue;                   /* no such call on this machine */
        }
        if (colon == NULL) {
            Step(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t) names[i].number);
            Step(BPF_RET | BPF_K, 0, 0, deny ? other : SECCOMP_RET_ALLOW);
        } else {
            Step(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (uint32_t) names[i].number);
            Step(BPF_LD | BPF_W | BPF_ABS, 0, 0,
                    offsetof(struct seccomp_data, args) + 16);
            Step(BPF_ALU | BPF_AND | BPF_K, 0, 0, O_ACCMODE);
            Step(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, O_RDONLY);
            Step(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
            Step(BPF_RET | BPF_K, 0, 0, other);
        }
    }
    Step(BPF_RET | BPF_K, 0, 0, deny ? SECCOMP_RET_ALLOW : other);
}

static long
Raw(long number, long a, long b, long c)
{
    long result;
#if defined(__x86_64__)
    __asm__ volatile ("syscall" : "=a" (result)
            : "a" (number), "D" (a), "S" (b), "d" (c)
            : "rcx", "r11", "memory");
#else
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;

    __asm__ volatile ("svc 0" : "+r" (x0) : "r" (x8), "r" (x1), "r" (x2)
            : "memory");
    result = x0;
#endif
    return result;
}

/*
 * Landlock's own layouts and numbers, which older headers do not have.
 */

static int
Landlock(const char *directory)
{
    const uint64_t reads = 1u << 0 | 1u << 2 | 1u << 3;
    uint64_t handled = (1u << 13) - 1;
    struct {
        uint64_t access;
        int32_t fd;
    } __attribute__((packed)) below = {(1u << 13) - 1, -1};
    int ruleset = (int) syscall(444, &handled, sizeof(handled), 0);

    below.fd = open(directory, O_PATH);
    if (ruleset < 0 || below.fd < 0
            || syscall(445, ruleset, 1, &below, 0) != 0) {
        return -1;
    }
    below.access = reads;
    below.fd = open("/", O_PATH);
    if (syscall(445, ruleset, 1, &below, 0) != 0) {
        return -1;
    }
    return (int) syscall(446, ruleset, 0);
}

static int
Install(const char *how, const char *answer, char *calls)
{
    struct sock_fprog program;

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (strcmp(how, "none") == 0) {
        return 0;
    }
    if (strcmp(how, "landlock") == 0) {
        return Landlock(calls);
    }
    if (strcmp(how, "strict") == 0) {
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    }
    Build(answer, calls);
    program.len = (unsigned short) count;
    program.filter = steps;
    if (strcmp(how, "prctl") == 0) {
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    }
    if (strcmp(how, "syscall") == 0) {
        return (int) syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                &program, 0, 0);
    }
    if (strcmp(how, "raw") == 0) {
        return (int) Raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
                (long) (intptr_t) &program);
    }
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
            strcmp(how, "tsync") == 0 ? SECCOMP_FILTER_FLAG_TSYNC
            : strcmp(how, "listener") == 0 ? 1 << 3 : 0, &program) < 0
            ? -1 : 0;
}

static int
Open(const char *path)
{
    int fd = open(path, O_RDONLY);

    if (fd < 0) {
        return errno;
    }
    close(fd);
    return 0;
}

static int
List(const char *path)
{
    DIR *stream = opendir(path);
    struct dirent *entry;

    if (stream == NULL) {
        return errno;
    }
    while ((entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] != '.') {
            Say(entry->d_name, 0);
        }
    }
    closedir(stream);
    return 0;
}

static int
Act(const char *action, const char *path)
{
    struct stat st;
    pid_t pid;

    if (strcmp(action, "open") == 0) {
        return Open(path);
    }
    if (strcmp(action, "stat") == 0) {
        return stat(path, &st) == 0 ? 0 : errno;
    }
#ifdef SYS_open
    if (strcmp(action, "oldopen") == 0) {
        return syscall(SYS_open, path, O_RDONLY, 0) >= 0 ? 0 : errno;
    }
    if (strcmp(action, "oldstat") == 0) {
        return syscall(SYS_stat, path, &st) == 0 ? 0 : errno;
    }
#endif
    if (strcmp(action, "access") == 0) {
        return access(path, F_OK) == 0 ? 0 : errno;
    }
    if (strcmp(action, "cd") == 0) {
        return chdir(path) == 0 ? 0 : errno;
    }
    if (strcmp(action, "list") == 0) {
        return List(path);
    }
    if (strcmp(action, "forkopen") == 0) {
        pid = fork();
        if (pid == 0) {
            Say("child", Open(path));
            _exit(0);
        }
        return waitpid(pid, NULL, 0) == pid ? 0 : errno;
    }
    if (strcmp(action, "vforkcd") == 0) {
        pid = vfork();
        if (pid == 0) {
            _exit(chdir(path) == 0 ? 0 : 1);
        }
        return waitpid(pid, NULL, 0) == pid ? 0 : errno;
    }
    return -1;
}

static uint32_t seed;

static uint32_t
Random(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/*
 * Arbitrary --
 *
 *      One step of a random filter, left of which there are more.  Only where
 *      that does not matter for the program's own calls it looks at addresses
 *      and arguments, which are others each time.
 */

static void
Arbitrary(uint32_t left, int words)
{
    static const uint32_t values[] = {SYS_getcwd, SYS_newfstatat,
        SYS_readlinkat, SYS_statx, SYS_getpid, SYS_mmap, SYS_madvise,
        AUDIT_ARCH_X86_64, O_CLOEXEC, O_PATH | O_CLOEXEC, 0, 1, 3, 23, 0x80,
        0xffffffff, 0x7fff0000, 0x22};
    static const uint16_t sums[] = {BPF_AND, BPF_OR, BPF_ADD, BPF_SUB,
        BPF_LSH, BPF_RSH, BPF_XOR, BPF_MUL};
    static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
    uint32_t value = values[Random(sizeof(values) / sizeof(values[0]))];
    unsigned sum = sums[Random(8)];

    switch (Random(8)) {
        case 0:
            Step(BPF_LD | BPF_W | BPF_ABS, 0, 0, 4 * Random((uint32_t) words));
            break;
        case 1:
            Step(BPF_LD | BPF_W | BPF_ABS, 0, 0, 0);
            break;
        case 2:
            Step(BPF_ALU | sum | BPF_K, 0, 0, sum == BPF_LSH
                    || sum == BPF_RSH ? value & 31 : value);
            break;
        case 3:
            Step(Random(2) ? BPF_LD | BPF_IMM : BPF_LDX | BPF_IMM, 0, 0,
                    value);
            break;
        case 4:
            Step(BPF_MISC | (Random(2) ? BPF_TAX : BPF_TXA), 0, 0, 0);
            break;
        case 5:
            Step(BPF_RET | (Random(8) ? BPF_K : BPF_A), 0, 0, Random(2)
                    ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
            break;
        default:
            Step(BPF_JMP | tests[Random(4)] | (Random(8) ? BPF_K : BPF_X),
                    Random(left), Random(left), value);
            break;
    }
}

static int Open(const char *path);

static int
CountDown(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void) path;
    (void) st;
    (void) kind;
    return ftw->level > 1;
}

/*
 * Rarer --
 *
 *      Does one call of a rarer kind succeed?
 */

static int
Rarer(const char *directory, const char *path)
{
    char name[300];
    struct statx st;
    glob_t found;
    DIR *stream;
    pid_t pid = -1;
    int fd, status = 1;

    snprintf(name, sizeof(name), "%s.XXXXXX", path);
    switch (Random(14)) {
        case 0:
            return statx(AT_FDCWD, directory, 0, STATX_TYPE, &st) == 0;
        case 1:
            stream = opendir(directory);
            while (stream != NULL && readdir(stream) != NULL) {
                continue;
            }
            return stream != NULL && closedir(stream) == 0;
        case 2:
            status = glob("*/.", 0, NULL, &found);
            return status == 0 && found.gl_pathc > 0;
        case 3:
            return nftw(directory, CountDown, 4, FTW_PHYS) == 0;
        case 4:
            fd = mkstemp(name);
            return fd >= 0 && unlink(name) == 0;
        case 5:
            return posix_spawn(&pid, "/bin/true", NULL, NULL, (char *const [])
                    {name, NULL}, environ) == 0
                    && waitpid(pid, &status, 0) == pid && status == 0;
        case 6:
            return system(":") == 0;
        case 7:
            return symlink("x", path) == 0 && unlink(path) == 0;
        case 8:
            return chmod(directory, 0755) == 0;
        case 9:
            return dlopen("libm.so.6", RTLD_NOW) != NULL;
        case 10:
            return setlocale(LC_ALL, "C.UTF-8") != NULL;
        case 11:
            pid = fork();
            if (pid == 0) {
                _exit(chdir(directory) == 0 && stat(".", (struct stat *) &st)
                        == 0 ? 0 : 1);
            }
            return waitpid(pid, &status, 0) == pid && status == 0;
        case 12:
            fd = open(directory, O_RDONLY | O_DIRECTORY);
            return fd >= 0 && fchdir(fd) == 0 && chdir("..") == 0;
        default:
            return syscall(SYS_faccessat, AT_FDCWD, directory, R_OK) == 0;
    }
}

/*
 * Various --
 *
 *      Calls of many kinds; what came of them, in one number.
 */

static unsigned
Various(const char *directory, const char *path)
{
    char buf[4096];
    unsigned sum = 0;
    struct stat st;
    FILE *file;
    int i;

    for (i = 0; i < 6; i++) {
        int good;

        errno = 0;
        switch (Random(20)) {
            case 0:
                good = Open(path) == 0;
                break;
            case 1:
                good = stat(directory, &st) == 0;
                break;
            case 2:
                good = lstat(path, &st) == 0;
                break;
            case 3:
                good = access(directory, R_OK) == 0;
                break;
            case 4:
                good = readlink(directory, buf, sizeof(buf)) > 0;
                break;
            case 5:
                good = chdir("..") == 0;
                break;
            case 6:
                good = getcwd(buf, sizeof(buf)) != NULL;
                break;
            case 7:
                good = realpath(directory, buf) != NULL;
                break;
            case 8:
                file = fopen(path, "r");
                good = file != NULL && fclose(file) == 0;
                break;
            case 9:
                good = mkdir(path, 0700) == 0 && rmdir(path) == 0;
                break;
            case 10:
                good = rename(path, path) == 0;
                break;
            case 11:
                good = !syscall(SYS_newfstatat, AT_FDCWD, directory, &st, 0);
                break;
            default:
                good = Rarer(directory, path);
                break;
        }
        sum = sum * 31 + (good ? 7 : (unsigned) errno);
    }
    return sum;
}

/*
 * TryRandom --
 *
 *      Under a random filter.  Each second one looks at arguments as well, and
 *      lets pass all that its program does: that opens one path.
 */

static void
TryRandom(const char *directory, int number)
{
    static char *const none[] = {(char *) (intptr_t) "true", NULL};
    struct sock_fprog program;
    uint32_t length = 4 + Random(40), i;
    int simple = number % 2;
    uint32_t most = simple ? 0 : Random(4);
    char path[256];

    snprintf(path, sizeof(path), "%s/%d", directory, number);
    count = 0;
    Step(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int own = names[i].number == SYS_openat || names[i].number
                == SYS_close || names[i].number == SYS_exit_group;

        if (own || Random(4) < most) {
            Step(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t) names[i].number);
            Step(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
        }
    }
    for (i = 0; i < length; i++) {
        Arbitrary(length - i, simple ? 16 : 2);
    }
    Step(BPF_RET | BPF_K, 0, 0, Random(2) ? SECCOMP_RET_ALLOW : Random(2)
            ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM);
    program.len = (unsigned short) count;
    program.filter = steps;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        _exit(2);
    }
    Open(path);
    if (simple) {
        _exit(1);
    }
    if (Random(3) == 0) {
        execve("/bin/true", none, environ);
    }
    _exit((int) (Various(directory, path) & 0x7f));
}

/*
 * Randomly --
 *
 *      Says how each process ended.
 */

static int
Randomly(uint32_t first, int rounds, const char *directory)
{
    char path[256];
    int status, i;

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (i = 0; i < rounds; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            seed = (first + (uint32_t) i) * 2654435761u;
            TryRandom(directory, i);
        }
        waitpid(pid, &status, 0);
        snprintf(path, sizeof(path), "%s/%d", directory, i);
        if (rmdir(path) != 0) {         /* that it may have left */
            unlink(path);
        }
        printf("%u: %x\n", first + (uint32_t) i, (unsigned) status);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    int i, status;
    pid_t pid;

    if (argc == 5 && strcmp(argv[1], "random") == 0) {
        return Randomly((uint32_t) strtoul(argv[2], NULL, 10), atoi(argv[3]),
                argv[4]);
    }
    if (argc < 5 || Install(argv[1], argv[2], argv[3]) != 0) {
        Say("install", errno);
        return 3;
    }
    for (i = 4; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "run") == 0) {
            execv(argv[i + 1], argv + i + 1);
            Say("run", errno);
            return 4;
        }
        if (strcmp(argv[i], "spawn") == 0) {
            status = posix_spawn(&pid, argv[i + 1], NULL, NULL, argv + i + 1,
                    environ);
            Say("spawn", status);
            return status == 0 && waitpid(pid, &status, 0) == pid
                    && status == 0 ? 0 : 5;
        }
        Say(argv[i], Act(argv[i], argv[i + 1]));
    }
    _exit(0);
}

#else

int
main(void)
{
    return 77;
}

#endif
