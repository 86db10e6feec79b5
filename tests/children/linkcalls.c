/*
 * linkcalls.c --
 *
 *      Makes every system call that takes a path, on files whose names say
 *      what they are, and prints what each answers: NAME CASE ERRNO.
 *
 *      linkcalls wrapper|syscall DIRECTORY     by libc's function, or syscall()
 *      linkcalls names                         the rows: NAME HAS-FLAG
 *
 *      The cases of the row NAME, below DIRECTORY:
 *
 *      ok/NAME.a       a plain file
 *      ok/NAME.m       missing
 *      ok/NAME.l       a symlink to the file ok/NAME.lt
 *      ok/NAME.f       a symlink to the file no/NAME.ft
 *      no/NAME.d       a plain file
 *      no/NAME.n       missing
 *      no/NAME.p       a symlink to the file ok/NAME.pt
 *      L F P           the same symlinks, with the flag that says the other
 *                      of the two: that it is followed, or meant itself
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#if defined(__x86_64__) && !defined(__ILP32__)

#define NEW_CALL(name, number) enum { NUMBER_##name = number };
NEW_CALL(open_tree, 428)
NEW_CALL(move_mount, 429)
NEW_CALL(fspick, 433)
NEW_CALL(openat2, 437)
NEW_CALL(faccessat2, 439)
NEW_CALL(mount_setattr, 442)
NEW_CALL(fchmodat2, 452)
NEW_CALL(setxattrat, 463)
NEW_CALL(getxattrat, 464)
NEW_CALL(listxattrat, 465)
NEW_CALL(removexattrat, 466)
NEW_CALL(open_tree_attr, 467)
NEW_CALL(file_getattr, 468)
NEW_CALL(file_setattr, 469)

int acct(const char *path);
int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd,
        const char *path);

static char buffer[8192];       /* what a call fills in */
static char empty[256];         /* what a call reads and may be zeros */
static char *noWords[] = { NULL };
static char target[PATH_MAX];   /* ok/NAME.CASE.to, which is missing */
static char origin[PATH_MAX];   /* ok/NAME.CASE.from, a plain file */
static struct { uint64_t flags, mode, resolve; } openHow;
static struct { uint64_t set, clear, propagation, users; } readOnly = {
    1, 0, 0, 0
};

#define P(i) ((const char *) a[i])
#define V(i) ((void *) a[i])
#define I(i) ((int) a[i])
#define U(i) ((unsigned) a[i])
#define Z(i) ((size_t) a[i])
#define A(x) ((long) (intptr_t) (x))

enum { NONE = -1, HERE = AT_FDCWD };
enum { NOFOLLOW = AT_SYMLINK_NOFOLLOW, FOLLOW = AT_SYMLINK_FOLLOW };

/*
 * ROW(name, number, path, flags, flag, base, arguments, libc's function): the
 * argument that is the path; the one that is the flags (NONE), with the flag
 * and what it has beside it; all six arguments, the path as 0.
 */

#define WORDS(...) { __VA_ARGS__ }
#define ROWS(ROW) \
    ROW(open, SYS_open, 0, 1, O_NOFOLLOW, O_RDONLY, WORDS(0, 0), \
            open(P(0), I(1))) \
    ROW(openpath, SYS_open, 0, 1, O_NOFOLLOW, O_PATH, WORDS(0, 0), \
            open(P(0), I(1))) \
    ROW(opennew, SYS_open, 0, 1, O_EXCL, O_WRONLY | O_CREAT, \
            WORDS(0, 0, 0600), open(P(0), I(1), U(2))) \
    ROW(opentemp, SYS_open, 0, NONE, 0, 0, WORDS(0, O_TMPFILE | O_RDWR, \
            0600), open(P(0), I(1), U(2))) \
    ROW(openat, SYS_openat, 1, 2, O_NOFOLLOW, O_RDWR, WORDS(HERE, 0, 0), \
            openat(I(0), P(1), I(2))) \
    ROW(creat, SYS_creat, 0, NONE, 0, 0, WORDS(0, 0600), \
            creat(P(0), U(1))) \
    ROW(stat, SYS_stat, 0, NONE, 0, 0, WORDS(0, A(buffer)), \
            stat(P(0), V(1))) \
    ROW(lstat, SYS_lstat, 0, NONE, 0, 0, WORDS(0, A(buffer)), \
            lstat(P(0), V(1))) \
    ROW(newfstatat, SYS_newfstatat, 1, 3, NOFOLLOW, 0, \
            WORDS(HERE, 0, A(buffer)), fstatat(I(0), P(1), V(2), I(3))) \
    ROW(statx, SYS_statx, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, STATX_TYPE, A(buffer)), \
            statx(I(0), P(1), I(2), U(3), V(4))) \
    ROW(statfs, SYS_statfs, 0, NONE, 0, 0, WORDS(0, A(buffer)), \
            statfs(P(0), V(1))) \
    ROW(access, SYS_access, 0, NONE, 0, 0, WORDS(0, F_OK), \
            access(P(0), I(1))) \
    ROW(faccessat, SYS_faccessat, 1, NONE, 0, 0, WORDS(HERE, 0, F_OK), \
            faccessat(I(0), P(1), I(2), 0)) \
    ROW(faccessat2, NUMBER_faccessat2, 1, 3, NOFOLLOW, 0, \
            WORDS(HERE, 0, F_OK), faccessat(I(0), P(1), I(2), I(3))) \
    ROW(readlink, SYS_readlink, 0, NONE, 0, 0, WORDS(0, A(buffer), 64), \
            readlink(P(0), V(1), Z(2))) \
    ROW(readlinkat, SYS_readlinkat, 1, NONE, 0, 0, \
            WORDS(HERE, 0, A(buffer), 64), \
            readlinkat(I(0), P(1), V(2), Z(3))) \
    ROW(truncate, SYS_truncate, 0, NONE, 0, 0, WORDS(0, 2), \
            truncate(P(0), a[1])) \
    ROW(chmod, SYS_chmod, 0, NONE, 0, 0, WORDS(0, 0600), \
            chmod(P(0), U(1))) \
    ROW(fchmodat, SYS_fchmodat, 1, NONE, 0, 0, WORDS(HERE, 0, 0600), \
            fchmodat(I(0), P(1), U(2), 0)) \
    ROW(fchmodat2, NUMBER_fchmodat2, 1, 3, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0600), \
            syscall(NUMBER_fchmodat2, a[0], a[1], a[2], a[3])) \
    ROW(chown, SYS_chown, 0, NONE, 0, 0, WORDS(0, -1, -1), \
            chown(P(0), U(1), U(2))) \
    ROW(lchown, SYS_lchown, 0, NONE, 0, 0, WORDS(0, -1, -1), \
            lchown(P(0), U(1), U(2))) \
    ROW(fchownat, SYS_fchownat, 1, 4, NOFOLLOW, 0, WORDS(HERE, 0, -1, -1), \
            fchownat(I(0), P(1), U(2), U(3), I(4))) \
    ROW(utime, SYS_utime, 0, NONE, 0, 0, WORDS(0), utime(P(0), V(1))) \
    ROW(utimes, SYS_utimes, 0, NONE, 0, 0, WORDS(0), utimes(P(0), V(1))) \
    ROW(futimesat, SYS_futimesat, 1, NONE, 0, 0, WORDS(HERE), \
            futimesat(I(0), P(1), V(2))) \
    ROW(utimensat, SYS_utimensat, 1, 3, NOFOLLOW, 0, WORDS(HERE), \
            utimensat(I(0), P(1), V(2), I(3))) \
    ROW(mkdir, SYS_mkdir, 0, NONE, 0, 0, WORDS(0, 0700), \
            mkdir(P(0), U(1))) \
    ROW(mkdirat, SYS_mkdirat, 1, NONE, 0, 0, WORDS(HERE, 0, 0700), \
            mkdirat(I(0), P(1), U(2))) \
    ROW(mknod, SYS_mknod, 0, NONE, 0, 0, WORDS(0, S_IFREG | 0600), \
            mknod(P(0), U(1), 0)) \
    ROW(mknodat, SYS_mknodat, 1, NONE, 0, 0, \
            WORDS(HERE, 0, S_IFREG | 0600), \
            mknodat(I(0), P(1), U(2), 0)) \
    ROW(rmdir, SYS_rmdir, 0, NONE, 0, 0, WORDS(0), rmdir(P(0))) \
    ROW(unlink, SYS_unlink, 0, NONE, 0, 0, WORDS(0), unlink(P(0))) \
    ROW(unlinkat, SYS_unlinkat, 1, NONE, 0, 0, WORDS(HERE), \
            unlinkat(I(0), P(1), I(2))) \
    ROW(symlink, SYS_symlink, 1, NONE, 0, 0, WORDS(A("a"), 0), \
            symlink(P(0), P(1))) \
    ROW(symlinkat, SYS_symlinkat, 2, NONE, 0, 0, WORDS(A("a"), HERE), \
            symlinkat(P(0), I(1), P(2))) \
    ROW(link, SYS_link, 0, NONE, 0, 0, WORDS(0, A(target)), \
            link(P(0), P(1))) \
    ROW(linkto, SYS_link, 1, NONE, 0, 0, WORDS(A(origin)), \
            link(P(0), P(1))) \
    ROW(linkat, SYS_linkat, 1, 4, FOLLOW, 0, WORDS(HERE, 0, HERE, \
            A(target)), linkat(I(0), P(1), I(2), P(3), I(4))) \
    ROW(rename, SYS_rename, 0, NONE, 0, 0, WORDS(0, A(target)), \
            rename(P(0), P(1))) \
    ROW(renameto, SYS_rename, 1, NONE, 0, 0, WORDS(A(origin)), \
            rename(P(0), P(1))) \
    ROW(renameat, SYS_renameat, 1, NONE, 0, 0, WORDS(HERE, 0, HERE, \
            A(target)), renameat(I(0), P(1), I(2), P(3))) \
    ROW(renameat2, SYS_renameat2, 1, NONE, 0, 0, WORDS(HERE, 0, HERE, \
            A(target)), renameat2(I(0), P(1), I(2), P(3), U(4))) \
    ROW(exchange, SYS_renameat2, 1, NONE, 0, 0, WORDS(HERE, 0, HERE, \
            A(origin), RENAME_EXCHANGE), \
            renameat2(I(0), P(1), I(2), P(3), U(4))) \
    ROW(exchangeto, SYS_renameat2, 3, NONE, 0, 0, WORDS(HERE, A(origin), \
            HERE, 0, RENAME_EXCHANGE), \
            renameat2(I(0), P(1), I(2), P(3), U(4))) \
    ROW(chdir, SYS_chdir, 0, NONE, 0, 0, WORDS(0), chdir(P(0))) \
    ROW(chroot, SYS_chroot, 0, NONE, 0, 0, WORDS(0), chroot(P(0))) \
    ROW(execve, SYS_execve, 0, NONE, 0, 0, WORDS(0, A(noWords), \
            A(noWords)), execve(P(0), V(1), V(2))) \
    ROW(execveat, SYS_execveat, 1, 4, NOFOLLOW, 0, WORDS(HERE, 0, \
            A(noWords), A(noWords)), \
            execveat(I(0), P(1), V(2), V(3), I(4))) \
    ROW(setxattr, SYS_setxattr, 0, NONE, 0, 0, WORDS(0, A("user.a"), \
            A("1"), 1), setxattr(P(0), P(1), V(2), Z(3), I(4))) \
    ROW(lsetxattr, SYS_lsetxattr, 0, NONE, 0, 0, WORDS(0, A("user.a"), \
            A("1"), 1), lsetxattr(P(0), P(1), V(2), Z(3), I(4))) \
    ROW(getxattr, SYS_getxattr, 0, NONE, 0, 0, WORDS(0, A("user.b"), \
            A(buffer), 8), getxattr(P(0), P(1), V(2), Z(3))) \
    ROW(lgetxattr, SYS_lgetxattr, 0, NONE, 0, 0, WORDS(0, A("user.b"), \
            A(buffer), 8), lgetxattr(P(0), P(1), V(2), Z(3))) \
    ROW(listxattr, SYS_listxattr, 0, NONE, 0, 0, WORDS(0, A(buffer), 64), \
            listxattr(P(0), V(1), Z(2))) \
    ROW(llistxattr, SYS_llistxattr, 0, NONE, 0, 0, WORDS(0, A(buffer), \
            64), llistxattr(P(0), V(1), Z(2))) \
    ROW(removexattr, SYS_removexattr, 0, NONE, 0, 0, \
            WORDS(0, A("user.b")), removexattr(P(0), P(1))) \
    ROW(lremovexattr, SYS_lremovexattr, 0, NONE, 0, 0, \
            WORDS(0, A("user.b")), lremovexattr(P(0), P(1))) \
    ROW(inotify_add_watch, SYS_inotify_add_watch, 1, 2, IN_DONT_FOLLOW, \
            IN_ATTRIB, WORDS(watches), inotify_add_watch(I(0), P(1), U(2))) \
    ROW(fanotify_mark, SYS_fanotify_mark, 4, 1, 4, 1, \
            WORDS(-1, 0, 1, HERE), \
            fanotify_mark(I(0), U(1), (uint64_t) a[2], I(3), P(4))) \
    ROW(name_to_handle_at, SYS_name_to_handle_at, 1, 4, FOLLOW, 0, \
            WORDS(HERE, 0, A(empty), A(buffer)), \
            name_to_handle_at(I(0), P(1), V(2), V(3), I(4))) \
    ROW(acct, SYS_acct, 0, NONE, 0, 0, WORDS(0), acct(P(0))) \
    ROW(swapon, SYS_swapon, 0, NONE, 0, 0, WORDS(0), swapon(P(0), I(1))) \
    ROW(swapoff, SYS_swapoff, 0, NONE, 0, 0, WORDS(0), swapoff(P(0))) \
    ROW(quotactl, SYS_quotactl, 1, NONE, 0, 0, \
            WORDS(QCMD(Q_GETQUOTA, USRQUOTA), 0, 0, A(buffer)), \
            quotactl(I(0), P(1), I(2), V(3))) \
    ROW(mount, SYS_mount, 1, NONE, 0, 0, WORDS(A("none"), 0, \
            A("nosuchfs")), mount(P(0), P(1), P(2), Z(3), V(4))) \
    ROW(bindmount, SYS_mount, 0, NONE, 0, 0, WORDS(0, A(target), 0, \
            MS_BIND), mount(P(0), P(1), P(2), Z(3), V(4))) \
    ROW(umount2, SYS_umount2, 0, 1, UMOUNT_NOFOLLOW, 0, WORDS(0), \
            umount2(P(0), I(1))) \
    ROW(pivot_root, SYS_pivot_root, 0, NONE, 0, 0, WORDS(0, A(origin)), \
            syscall(SYS_pivot_root, a[0], a[1])) \
    ROW(pivot_rootto, SYS_pivot_root, 1, NONE, 0, 0, WORDS(A("/")), \
            syscall(SYS_pivot_root, a[0], a[1])) \
    ROW(open_tree, NUMBER_open_tree, 1, 2, NOFOLLOW, 0, WORDS(HERE), \
            open_tree(I(0), P(1), U(2))) \
    ROW(open_tree_attr, NUMBER_open_tree_attr, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, A(empty), 32), \
            syscall(NUMBER_open_tree_attr, a[0], a[1], a[2], a[3], a[4])) \
    ROW(fspick, NUMBER_fspick, 1, 2, 2, 0, WORDS(HERE), \
            fspick(I(0), P(1), U(2))) \
    ROW(mount_setattr, NUMBER_mount_setattr, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, A(&readOnly), sizeof(readOnly)), \
            mount_setattr(I(0), P(1), U(2), V(3), Z(4))) \
    ROW(move_mount, NUMBER_move_mount, 1, 4, 1, 0, \
            WORDS(HERE, 0, HERE, A(origin)), \
            move_mount(I(0), P(1), I(2), P(3), U(4))) \
    ROW(move_mountto, NUMBER_move_mount, 3, 4, 0x10, 0, \
            WORDS(HERE, A(origin), HERE), \
            move_mount(I(0), P(1), I(2), P(3), U(4))) \
    ROW(setxattrat, NUMBER_setxattrat, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, A("user.a"), A(empty), 16), \
            syscall(NUMBER_setxattrat, a[0], a[1], a[2], a[3], a[4], a[5])) \
    ROW(getxattrat, NUMBER_getxattrat, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, A("user.a"), A(empty), 16), \
            syscall(NUMBER_getxattrat, a[0], a[1], a[2], a[3], a[4], a[5])) \
    ROW(listxattrat, NUMBER_listxattrat, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, A(buffer), 64), \
            syscall(NUMBER_listxattrat, a[0], a[1], a[2], a[3], a[4])) \
    ROW(removexattrat, NUMBER_removexattrat, 1, 2, NOFOLLOW, 0, \
            WORDS(HERE, 0, 0, A("user.b")), \
            syscall(NUMBER_removexattrat, a[0], a[1], a[2], a[3])) \
    ROW(file_getattr, NUMBER_file_getattr, 1, 4, NOFOLLOW, 0, \
            WORDS(HERE, 0, A(buffer), 24), \
            syscall(NUMBER_file_getattr, a[0], a[1], a[2], a[3], a[4])) \
    ROW(file_setattr, NUMBER_file_setattr, 1, 4, NOFOLLOW, 0, \
            WORDS(HERE, 0, A(empty), 24), \
            syscall(NUMBER_file_setattr, a[0], a[1], a[2], a[3], a[4])) \
    ROW(openat2, NUMBER_openat2, 1, NONE, 1, 0, \
            WORDS(HERE, 0, A(&openHow), sizeof(openHow)), \
            syscall(NUMBER_openat2, a[0], a[1], a[2], a[3])) \
    ROW(openat2links, NUMBER_openat2, 1, NONE, 2, 0, \
            WORDS(HERE, 0, A(&openHow), sizeof(openHow)), \
            syscall(NUMBER_openat2, a[0], a[1], a[2], a[3]))

#define ROW(name, number, path, flags, flag, base, words, call) \
    static long \
    Do_##name(const long *a) \
    { \
        return call; \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
ROWS(ROW)
#pragma GCC diagnostic pop
#undef ROW

typedef struct Row {
    const char *name;
    long number;
    int path, flags;
    long flag, base;
    long words[6];
    long (*call)(const long *a);
} Row;

/*
 * Make --
 *
 *      Make the call of a row on one case.
 */

static void
Make(Row *row, const char *directory, char letter, int bySyscall)
{
    char path[PATH_MAX];
    int isOk = strchr("amlfLF", letter) != NULL;
    int isOther = letter >= 'A' && letter <= 'Z';
    long *a = row->words, got;

    snprintf(path, sizeof(path), "%s/%s/%s.%c", directory, isOk ? "ok" : "no",
            row->name, letter);
    snprintf(target, sizeof(target), "%s/ok/%s.%c.to", directory, row->name,
            letter);
    snprintf(origin, sizeof(origin), "%s/ok/%s.%c.from", directory, row->name,
            letter);
    memset(buffer, 0, sizeof(buffer));
    memset(empty, 0, sizeof(empty));
    a[row->path] = A(path);
    if (row->flags != NONE) {
        a[row->flags] = row->base | (isOther ? row->flag : 0);
    }
    openHow.flags = row->flag == 1 && isOther ? O_NOFOLLOW : 0;
    openHow.resolve = row->flag == 2 && isOther ? 4 : 0;
    got = bySyscall ? syscall(row->number, a[0], a[1], a[2], a[3], a[4], a[5])
            : row->call(a);
    printf("%s %c %s\n", row->name, letter,
            got >= 0 ? "ok" : strerrorname_np(errno));
    fflush(stdout);
    if (got > 2) {
        close((int) got);
    }
}

int
main(int argc, char **argv)
{
    const int watches = inotify_init();
    Row rows[] = {
#define ROW(name, number, path, flags, flag, base, words, call) \
        { #name, number, path, flags, flag, base, words, Do_##name },
        ROWS(ROW)
#undef ROW
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *letter = rows[i].flag != 0 ? "amlfdnpLFP" : "amlfdnp";

        if (argc == 2) {
            printf("%s %s\n", rows[i].name, letter);
            continue;
        }
        for (; argc > 2 && *letter != '\0'; letter++) {
            if (strcmp(rows[i].name, "acct") == 0
                    && strchr("al", *letter) != NULL) {
                continue;               /* it would begin to account */
            }
            Make(&rows[i], argv[2], *letter, strcmp(argv[1], "syscall") == 0);
        }
    }
    return 0;
}

#else

int
main(void)
{
    return 0;
}

#endif
