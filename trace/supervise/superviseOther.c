/*
 * superviseOther.c --
 *
 *      System calls by another convention than the machine's own.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "superviseOther.h"

#ifdef DTSM_SUPERVISES

#include <linux/audit.h>
#include <string.h>

enum { SOCKET_BIND = 2, SOCKET_CONNECT = 3 };

static int
OfI386(int number)
{
    switch (number) {
#define X(other, name) \
        case other: return SYS_##name;
        SUPERVISE_CALLS_I386(X)
#undef X
        default: return -1;
    }
}

/*
 * FromSocketCall --
 *
 *      The arguments lie in memory, three words for these.
 */

static int
FromSocketCall(struct seccomp_data *data)
{
    uint32_t words[3];
    int what = (int) data->args[0], i;

    if ((what != SOCKET_BIND && what != SOCKET_CONNECT)
            || DtsmSupervisePeek(data->args[1], words, sizeof(words))
                    != sizeof(words)) {
        return 0;
    }
    for (i = 0; i < 3; i++) {
        data->args[i] = words[i];
    }
    data->nr = what == SOCKET_BIND ? SYS_bind : SYS_connect;
    return 1;
}

static int
FromI386(struct seccomp_data *data)
{
    int i, number = OfI386(data->nr);

    for (i = 0; i < 6; i++) {
        data->args[i] &= 0xffffffffu;
    }
    if (data->nr == SUPERVISE_SOCKETCALL) {
        return FromSocketCall(data);
    }
    data->nr = number;
    if (number == SYS_fanotify_mark) {  /* its mask takes two arguments */
        data->args[3] = data->args[4];
        data->args[4] = data->args[5];
    }
    return number >= 0;
}

const struct seccomp_notif *
DtsmSuperviseTranslate(const struct seccomp_notif *its,
        struct seccomp_notif *room, size_t *widthPtr)
{
    int number = its->data.nr;
    unsigned bare = (unsigned) number & ~SUPERVISE_X32_BIT;

    *widthPtr = sizeof(uint64_t);
    if (its->data.arch == AUDIT_ARCH_X86_64
            && bare == (unsigned) number) {
        return its;
    }
    *widthPtr = sizeof(uint32_t);
    *room = *its;
    if (its->data.arch == AUDIT_ARCH_I386) {
        DtsmSuperviseAim((int) its->pid);
        return FromI386(&room->data) ? room : NULL;
    }
    room->data.nr = bare == SUPERVISE_X32_EXECVE ? SYS_execve
            : bare == SUPERVISE_X32_EXECVEAT ? SYS_execveat : (int) bare;
    return its->data.arch == AUDIT_ARCH_X86_64 ? room : NULL;
}

#endif /* DTSM_SUPERVISES */
