/*
 * refuses.c --
 *
 *      Becomes a program below a filter that answers some system calls with
 *      an errno, as a container's may:
 *
 *      refuses ERRNO NUMBER?/LEAST?,NUMBER... PROGRAM ?ARG ...?
 *
 * With LEAST, a call passes whose third argument is less.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MOST 16
#define STEPS 5                 /* for one number */

int
main(int argc, char **argv)
{
    struct sock_filter steps[STEPS * MOST + 1];
    struct sock_fprog filter = {0, steps};
    unsigned err;
    char *at;

    if (argc < 4) {
        return 2;
    }
    err = (unsigned) atoi(argv[1]) & SECCOMP_RET_DATA;
    for (at = argv[2]; *at != '\0' && filter.len < STEPS * (MOST - 1);
            at += *at == ',') {
        unsigned number = (unsigned) strtoul(at, &at, 10);
        unsigned least = *at == '/' ? (unsigned) strtoul(at + 1, &at, 10)
                : 0;
        struct sock_filter part[STEPS] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                    offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                    offsetof(struct seccomp_data, args[2])),
            BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, least, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err)
        };

        memcpy(steps + filter.len, part, sizeof(part));
        filter.len = (unsigned short) (filter.len + STEPS);
    }
    steps[filter.len++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K,
            SECCOMP_RET_ALLOW);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        return 77;
    }
    execvp(argv[3], argv + 3);
    return 127;
}
