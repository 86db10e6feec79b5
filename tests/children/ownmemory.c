/*
 * ownmemory.c --
 *
 *      ownmemory FILE ?filter?
 *
 *          Reads a byte of each page of its own memory that it may read, as a
 *          leak checker does, and prints how many KiB of that are a mapping of
 *          FILE.  With "filter" it first installs a seccomp filter, which
 *          allows everything, and reads nothing.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static volatile unsigned sum;

static int
Filter(void)
{
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { 1, &allow };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int
main(int argc, char **argv)
{
    static char lines[1 << 20];
    unsigned long kib = 0, from, to, at;
    char *line, *rest, rights;
    FILE *maps;

    if (argc < 2 || (argc > 2 && !Filter())) {
        return 2;
    }
    maps = fopen("/proc/self/maps", "r");
    if (maps == NULL) {
        return 2;
    }
    lines[fread(lines, 1, sizeof(lines) - 1, maps)] = '\0';
    fclose(maps);
    for (line = strtok_r(lines, "\n", &rest); line != NULL;
            line = strtok_r(NULL, "\n", &rest)) {
        if (sscanf(line, "%lx-%lx %c", &from, &to, &rights) != 3
                || rights != 'r' || strstr(line, "[v") != NULL) {
            continue;
        }
        if (strstr(line, argv[1]) != NULL) {
            kib += (to - from) >> 10;
        }
        for (at = from; at < to && argc == 2; at += 4096) {
            sum += *(const volatile unsigned char *) (uintptr_t) at;
        }
    }
    printf("%lu", kib);
    return 0;
}
