/*
 * static80.c --
 *
 *      A static program that makes system calls by the convention of i386, or
 *      of x32, which a 64-bit kernel may take too:
 *
 *      static80 i386|x32 CALL PATH ?PATH2? ?+ CALL PATH ?PATH2? ...?
 *
 *      Each prints what the call answered: "ok", or the name of its errno.
 *      The names of calls are those of the table below.  "list" prints the
 *      names in a directory, "exec" becomes the program.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)

#define ROOM 65536
#define X32_BIT 0x40000000

extern char **environ;

static int x32;
static char *low;                       /* memory that 32 bits reach */
static size_t used;

static long
Call(long i386, long own, long a, long b, long c, long d, long e)
{
    long result;

    if (x32) {
        register long r10 __asm__("r10") = d;
        register long r8 __asm__("r8") = e;

        __asm__ volatile ("syscall" : "=a" (result) : "a" (own | X32_BIT),
                "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8)
                : "rcx", "r11", "memory");
        return result;
    }
    __asm__ volatile ("int $0x80" : "=a" (result) : "a" (i386), "b" (a),
            "c" (b), "d" (c), "S" (d), "D" (e)
            : "r8", "r9", "r10", "r11", "memory");
    return (int) result;
}

static long
Put(const void *bytes, size_t size)
{
    char *place = low + used;

    used += (size + 7) & ~(size_t) 7;
    memcpy(place, bytes, size);
    return (long) (intptr_t) place;
}

static long
Text(const char *text)
{
    return Put(text, strlen(text) + 1);
}

static long
List(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    char *block = low + ROOM / 2;
    long got, at;

    while ((got = Call(220, SYS_getdents64, fd, (long) (intptr_t) block, 4096,
            0, 0)) > 0) {
        for (at = 0; at < got; at += *(uint16_t *) (void *) (block + at
                + 16)) {
            if (block[at + 19] != '.') {
                printf("%s ", block + at + 19);
            }
        }
    }
    close(fd);
    return got;
}

/*
 * Array --
 *
 *      A list of strings as 32-bit pointers.
 */

static long
Array(char *const *list)
{
    uint32_t pointers[256];
    uint32_t i;

    for (i = 0; list[i] != NULL && i < 255; i++) {
        pointers[i] = (uint32_t) Text(list[i]);
    }
    pointers[i] = 0;
    return Put(pointers, (i + 1) * sizeof(uint32_t));
}

static long
Connect(const char *path, int direct)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    uint32_t words[3] = {(uint32_t) socket(AF_UNIX, SOCK_STREAM, 0), 0,
        sizeof(name)};

    strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
    words[1] = (uint32_t) Put(&name, sizeof(name));
    return direct ? Call(362, SYS_connect, words[0], words[1], words[2], 0, 0)
            : Call(102, SYS_connect, 3, Put(words, sizeof(words)), 0, 0, 0);
}

static long
Named(const char *name, const char *path, const char *other, char **argv)
{
    long at = Text(path), second = other != NULL ? Text(other) : 0;
    char *room = low + ROOM / 2;
    long buf = (long) (intptr_t) room;

    if (strcmp(name, "open") == 0) {
        return Call(5, SYS_open, at, O_RDONLY, 0, 0, 0);
    } else if (strcmp(name, "creat") == 0) {
        return Call(8, SYS_creat, at, 0600, 0, 0, 0);
    } else if (strcmp(name, "openat") == 0) {
        return Call(295, SYS_openat, AT_FDCWD, at, O_RDONLY, 0, 0);
    } else if (strcmp(name, "stat") == 0) {
        return Call(195, SYS_stat, at, buf, 0, 0, 0);
    } else if (strcmp(name, "fstatat") == 0) {
        return Call(300, SYS_newfstatat, AT_FDCWD, at, buf, 0, 0);
    } else if (strcmp(name, "statx") == 0) {
        return Call(383, SYS_statx, AT_FDCWD, at, 0, 0x7ff, buf);
    } else if (strcmp(name, "access") == 0) {
        return Call(33, SYS_access, at, 0, 0, 0, 0);
    } else if (strcmp(name, "readlink") == 0) {
        return Call(85, SYS_readlink, at, buf, 100, 0, 0);
    } else if (strcmp(name, "symlink") == 0) {
        return Call(83, SYS_symlink, second, at, 0, 0, 0);
    } else if (strcmp(name, "rename") == 0) {
        return Call(38, SYS_rename, at, second, 0, 0, 0);
    } else if (strcmp(name, "mkdir") == 0) {
        return Call(39, SYS_mkdir, at, 0700, 0, 0, 0);
    } else if (strcmp(name, "unlink") == 0) {
        return Call(10, SYS_unlink, at, 0, 0, 0, 0);
    } else if (strcmp(name, "connect") == 0) {
        return Connect(path, 1);
    } else if (strcmp(name, "socketcall") == 0) {
        return Connect(path, 0);
    } else if (strcmp(name, "getpid") == 0) {
        return Call(20, SYS_getpid, 0, 0, 0, 0, 0);
    } else if (strcmp(name, "list") == 0) {
        return List(path);
    } else if (strcmp(name, "exec") == 0) {
        return Call(11, 520, at, Array(argv), Array(environ), 0, 0);
    }
    return -EINVAL;
}

int
main(int argc, char **argv)
{
    int at = 2;

    setvbuf(stdout, NULL, _IONBF, 0);
    low = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (argc < 4 || low == MAP_FAILED) {
        return 2;
    }
    x32 = strcmp(argv[1], "x32") == 0;
    while (at + 1 < argc) {
        const char *name = argv[at], *path = argv[at + 1];
        const char *other = at + 2 < argc && strcmp(argv[at + 2], "+") != 0
                ? argv[at + 2] : NULL;
        long result;

        used = 0;
        result = Named(name, path, other, argv + at + 1);
        puts(result >= 0 ? "ok" : strerrorname_np((int) -result));
        at += 2 + (other != NULL);
        at += at < argc && strcmp(argv[at], "+") == 0;
    }
    return 0;
}

#else

int
main(void)
{
    return 2;
}

#endif
