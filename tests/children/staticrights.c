/*
 * staticrights.c --
 *
 *      A static program that gives rights up, takes others, and then changes
 *      symlinks and directories.
 *
 *      staticrights ?what ...?     answers, one line for each change
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#   define SYS_landlock_create_ruleset 444
#   define SYS_landlock_restrict_self 446
#endif
#define LANDLOCK_REMOVE_AND_MAKE (1ull << 4 | 1ull << 5 | 1ull << 7 \
        | 1ull << 12)           /* of directories, files, symlinks */

static void
Fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(77);
}

static void
DropCaps(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    int i;

    for (i = 0; i < 64; i++) {
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    }
    memset(none, 0, sizeof(none));
    if (syscall(SYS_capset, &head, none) != 0) {
        Fail("capset");
    }
}

static void
Put(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY);

    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        Fail(file);
    }
    close(fd);
}

static void
OwnUsers(void)
{
    char text[40];
    unsigned uid = getuid(), gid = getgid();

    if (unshare(CLONE_NEWUSER) != 0) {
        Fail("unshare");
    }
    Put("/proc/self/setgroups", "deny");
    snprintf(text, sizeof(text), "0 %u 1", uid);
    Put("/proc/self/uid_map", text);
    snprintf(text, sizeof(text), "0 %u 1", gid);
    Put("/proc/self/gid_map", text);
}

static void
Landlock(void)
{
    uint64_t handled = LANDLOCK_REMOVE_AND_MAKE;
    long fd = syscall(SYS_landlock_create_ruleset, &handled,
            sizeof(handled), 0);

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) != 0) {
        Fail("landlock");
    }
}

#define CALL(name) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV)

static void
Filter(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        CALL(symlinkat), CALL(unlinkat), CALL(renameat2),
#ifdef SYS_symlink
        CALL(symlink), CALL(unlink), CALL(rename),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    };
    struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) {
        Fail("filter");
    }
}

static void
Become(const char *what)
{
    struct rlimit few = {4096, 4096};
    int ok = 1;

    if (strcmp(what, "caps") == 0) {
        DropCaps();
    } else if (strcmp(what, "users") == 0) {
        OwnUsers();
    } else if (strcmp(what, "landlock") == 0) {
        Landlock();
    } else if (strcmp(what, "filter") == 0) {
        Filter();
    } else if (strcmp(what, "groups") == 0) {
        ok = setgroups(0, NULL) == 0;
    } else if (strcmp(what, "fsuid") == 0) {
        setfsuid(65534);
    } else if (strcmp(what, "fsgid") == 0) {
        setfsgid(65534);
    } else if (strcmp(what, "nobody") == 0) {
        ok = setresuid(65534, 65534, 65534) == 0;
    } else if (strcmp(what, "user") == 0) {
        ok = setresuid(1000, 1000, 1000) == 0;
    } else if (strcmp(what, "umask") == 0) {
        umask(077);
    } else if (strcmp(what, "size") == 0) {
        ok = setrlimit(RLIMIT_FSIZE, &few) == 0;
    } else if (strcmp(what, "root") == 0) {
        ok = chroot(".") == 0;
    } else {
        errno = EINVAL;
        ok = 0;
    }
    if (!ok) {
        Fail(what);
    }
}

static void
Say(const char *what, int result)
{
    printf("%s %s\n", what, result == 0 ? "ok" : strerror(errno));
}

int
main(int argc, char **argv)
{
    int i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (i = 1; i < argc; i++) {
        Become(argv[i]);
    }
    Say("symlink", symlink("text", "ok/new"));
    Say("unlink", unlink("ok/link"));
    Say("link", linkat(AT_FDCWD, "ok/other", AT_FDCWD, "ok/hard", 0));
    Say("rename symlink", rename("ok/other", "ok/moved"));
    Say("rename directory", rename("ok/dir", "ok/directory"));
    Say("exchange", renameat2(AT_FDCWD, "ok/one", AT_FDCWD, "ok/two",
            1 << 1));
    Say("mkdir", mkdir("ok/made", 0777));
    Say("rmdir", rmdir("ok/empty"));
    Say("rmdir a symlink", rmdir("ok/turned"));
    Say("symlink again", symlink("text", "ok/new"));
    return 0;
}
