/*
 * bytes.c --
 *
 *      Compares what is done to many bytes at a time with plain loops, for
 *      each length and place, at the very end of a page.
 *
 *      bytes               prints what is wrong, and how much was compared
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dtsmInt.h"
#include "dtsmVector.h"

#define LENGTHS     300

static size_t compared, wrong;

static void
Expect(const char *what, size_t len, size_t at, bool good)
{
    compared++;
    if (!good) {
        wrong++;
        printf("%s: length %zu, place %zu\n", what, len, at);
    }
}

/*
 * AtEnd --
 *
 *      Memory that ends where none may be read.
 */

static char *
AtEnd(void)
{
    size_t page = (size_t) sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory + page, page, PROT_NONE)) {
        perror("bytes");
        _exit(2);
    }
    return memory + page;
}

static void
Same(char *a, char *b, size_t len)
{
    size_t at;

    memset(a, 'x', len);
    memset(b, 'x', len);
    Expect("same", len, len, DtsmSameBytes(a, b, len));
    for (at = 0; at < len; at++) {
        b[at] = 'y';
        Expect("different", len, at, !DtsmSameBytes(a, b, len));
        b[at] = 'x';
    }
}

static void
Plain(char *a, size_t len)
{
    size_t at, from;
    bool nul;

    memset(a, 'x', len);
    Expect("plain", len, len, DtsmIsPlain(a, len, &nul) && !nul);
    for (at = 0; at < len; at++) {
        a[at] = '\0';
        Expect("NUL", len, at, DtsmIsPlain(a, len, &nul) && nul);
        a[at] = '/';
        Expect("one slash", len, at, DtsmIsPlain(a, len, &nul) && !nul);
        for (from = 0; from < len; from++) {
            Expect("slash mask", len, from, DtsmSlashMask(a, from, len)
                    == (at >= from && at < from + 16
                    ? 1u << (at - from) : 0));
        }
        if (at > 0) {
            a[at - 1] = '/';
            Expect("two slashes", len, at, !DtsmIsPlain(a, len, &nul));
            a[at - 1] = 'x';
        }
        a[at] = 'x';
    }
}

int
main(void)
{
    char *a = AtEnd(), *b = AtEnd();
    size_t len;

    for (len = 1; len <= LENGTHS; len++) {
        Same(a - len, b - len, len);
        Plain(a - len, len);
    }
    printf("%zu compared, %zu wrong\n", compared, wrong);
    return wrong != 0;
}
