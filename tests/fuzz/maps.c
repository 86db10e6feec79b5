/*
 * maps.c --
 *
 *      A target for libFuzzer (make fuzz): real maps, changed by mutations that
 *      know the format, are opened, and everything is called on them.  The
 *      sanitizers say what goes wrong; no answer is looked at.
 *
 *      An input's bytes choose a map, mutations, and then calls; what lacks at
 *      its end is 0.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dtsm.h"
#include "dtsmFormat.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WINDOW      (1u << 20)
#define SEEDS       6
#define WORDS       (WINDOW / sizeof(uint64_t))

typedef struct Seed {
    uint64_t *words;            /* of the file, as far as it is used */
    uint64_t used;              /* bytes; whole pages */
} Seed;

static Seed seeds[SEEDS];
static char file[64];
static const uint8_t *input;
static size_t left;
static unsigned sum;            /* of what is read, so that it is read */

static uint64_t
Take(unsigned bytes)
{
    uint64_t value = 0;
    unsigned i;

    for (i = 0; i < bytes && left > 0; i++, left--) {
        value |= (uint64_t) *input++ << 8 * i;
    }
    return value;
}

/*
 * Path --
 *
 *      One of several kinds of paths: short, long, deep, relative.
 */

static size_t
Path(char *path, size_t size, unsigned i)
{
    size_t len;
    unsigned k;

    switch (i % 6) {
    case 0:
        return (size_t) snprintf(path, size, "/g/%u/%u/file%u", i % 5, i % 50,
                i);
    case 1:
        return (size_t) snprintf(path, size,
                "/usr/include/some/where/header-%u.h", i);
    case 2:
        return (size_t) snprintf(path, size, "/g/%u", i % 11);
    case 3:
        return (size_t) snprintf(path, size, "rel/%u//x%u/", i % 3, i);
    case 4:
        len = 100 + i % 400;
        memset(path, 'a' + (int) (i % 26), len);
        path[0] = path[len / 2] = '/';
        return len;
    default:
        for (len = k = 0; k < 2 * (i % 40) + 1; k++) {
            path[len++] = '/';
            path[len++] = (char) ('a' + k % 26);
        }
        return len;
    }
}

static void
MakeSeed(Seed *seed, unsigned number, unsigned count)
{
    Dtsm_Map *map;
    Dtsm_Stats stats;
    unsigned i;
    int fd;

    unlink(file);
    if (Dtsm_OpenSized(file, DTSM_CREATE, number < 4 ? 1 : 400, &map)
            != DTSM_OK) {
        abort();
    }
    for (i = 0; i < count; i++) {
        char path[600];
        size_t len = Path(path, sizeof(path), i * (number + 1));

        Dtsm_Insert(map, path, len, DTSM_ALLOW
                | (i & 1 ? DTSM_READ : DTSM_STAT));
        if (i % 9 == 0) {
            Dtsm_Insert(map, path, len, DTSM_DENY | DTSM_PREFIX);
        }
        if (i % 17 == 0) {
            Dtsm_Forget(map, path, len, 0);
        }
        if (i % 31 == 0) {
            Dtsm_Forget(map, path, len, 1);
        }
        if (i % 45 == 0) {
            Dtsm_Remove(map, path, len);
        }
    }
    Dtsm_Stat(map, &stats);
    Dtsm_Close(map);
    seed->used = (stats.usedBytes + 4095) & ~UINT64_C(4095);
    seed->words = malloc(seed->used);
    fd = open(file, O_RDONLY | O_CLOEXEC);
    if (seed->words == NULL || pread(fd, seed->words, seed->used, 0)
            != (ssize_t) seed->used) {
        abort();
    }
    close(fd);
}

static void
Leave(void)
{
    unlink(file);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const unsigned counts[SEEDS] = {3, 60, 600, 1500, 300, 1200};
    struct rlimit limit;
    rlim_t former;
    unsigned i;

    (void) argc;
    (void) argv;
    snprintf(file, sizeof(file), "%s/dtsmfuzz-%d",
            access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
            (int) getpid());
    atexit(Leave);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    former = limit.rlim_cur;
    limit.rlim_cur = WINDOW;
    setrlimit(RLIMIT_FSIZE, &limit);
    for (i = 0; i < SEEDS; i++) {
        MakeSeed(&seeds[i], i, counts[i]);
    }
    limit.rlim_cur = former;
    setrlimit(RLIMIT_FSIZE, &limit);
    return 0;
}

/*
 * Mutate --
 *
 *      One change of the file: of a word, of a place that a word names, or of
 *      the header and the snapshot, on which all hangs.
 */

static void
Mutate(uint64_t *words, const Seed *seed)
{
    DtsmHeader *header = (DtsmHeader *) (void *) words;
    unsigned kind = (unsigned) Take(1);
    uint64_t at = (Take(2) << 4 | kind >> 4) % (seed->used / 8);
    uint64_t upper = words[at] & ~DTSM_OFFSET_MASK;
    uint64_t snapshot;

    switch (kind & 15) {
    case 0: words[at] = Take(8); break;
    case 1: words[at] ^= UINT64_C(1) << (Take(1) & 63); break;
    case 2: words[at] = upper | Take(5) % seed->used / DTSM_UNIT; break;
    case 3: words[at] = upper | (Take(5) % seed->used & ~7u); break;
    case 4: words[at] = (Take(5) % seed->used & ~7u) | (Take(1) & 1); break;
    case 5: words[at] = words[Take(2) % (seed->used / 8)]; break;
    case 6: words[Take(1) % 40] += (uint64_t) (int8_t) Take(1); break;
    case 7: words[Take(1) % 40] = Take(8); break;
    case 8:                             /* the map is nearly full */
        atomic_store(&header->cursor, WINDOW - (Take(1) & 127) * 8);
        atomic_store(&header->ready, WINDOW);
        break;
    case 9:
        words[at] = (DTSM_SLOT_CHILD | Take(5) % seed->used / DTSM_UNIT)
                & ~UINT64_C(7);
        break;
    case 10:                            /* at the window's end */
        words[at] = upper | (WINDOW - Take(1) * 8) / DTSM_UNIT;
        break;
    case 11: words[at] = (WINDOW - Take(1) * 8) | (Take(1) & 1); break;
    case 12: ((uint16_t *) (void *) words)[at] = (uint16_t) Take(2); break;
    case 13:
        atomic_store(&header->policy, (atomic_load(&header->policy)
                & DTSM_OFFSET_MASK) | (DTSM_SPENT + Take(1) % 4 - 2)
                << DTSM_OFFSET_BITS);
        break;
    case 14:
        memmove(words + at / 8 * 8, words + Take(2) % (seed->used / 64) * 8,
                64);
        break;
    default:
        snapshot = (atomic_load(&header->policy) & DTSM_OFFSET_MASK) / 8;
        if (snapshot < WORDS - 4) {
            words[snapshot + Take(1) % 4] = Take(1) & 1 ? Take(8)
                    : (Take(5) % seed->used & ~7u) | (Take(1) & 1);
        }
        break;
    }
}

static int
Visit(void *data, const Dtsm_Entry *entry)
{
    size_t i;

    for (i = 0; i < entry->pathLen; i += 97) {
        sum += (unsigned char) entry->path[i];
    }
    if (entry->pathLen > 0) {
        sum += (unsigned char) entry->path[entry->pathLen - 1];
    }
    *(uint64_t *) data += entry->pathLen;
    return 0;
}

static void
Flaw(void *data, const char *flaw, uint64_t offset)
{
    (void) data;
    sum += (unsigned) strlen(flaw) + (unsigned) offset;
}

/*
 * Walk --
 *
 *      No walk gives more bytes than the file has.
 */

static void
Walk(const Dtsm_Map *map, const char *under, size_t underLen)
{
    uint64_t bytes = 0;

    Dtsm_Walk(map, under, underLen, Visit, &bytes);
    if (bytes > WINDOW) {
        abort();
    }
}

static size_t
TakePath(char *path, size_t size, unsigned kind, unsigned number)
{
    size_t len, i;

    if (kind & 0x80) {
        len = (size_t) (number & 0xff) < left ? number & 0xff : left;
        memcpy(path, input, len);
        input += len;
        left -= len;
        return len;
    }
    if ((kind & 0x60) == 0x60) {
        memset(path, 'q', (size_t) number + 1);
        for (i = 0; i <= number; i += 1 + (number & 127)) {
            path[i] = '/';
        }
        return (size_t) number + 1;
    }
    return Path(path, size, number);
}

static void
CallOne(Dtsm_Map *map)
{
    static char path[70000];
    static Dtsm_Token kept;
    unsigned kind = (unsigned) Take(1), number = (unsigned) Take(2), flags;
    size_t len = TakePath(path, sizeof(path), kind, number), ruleLen;
    const char *rule;
    Dtsm_Token token;
    Dtsm_Stats stats;
    uint64_t ticket;

    switch (kind & 15) {
    case 0: case 1:
        Dtsm_Search(map, path, len, &flags);
        break;
    case 2:
        if (Dtsm_Match(map, path, len, &flags, &rule, &ruleLen) == DTSM_OK) {
            Dtsm_Entry entry = {rule, ruleLen, flags};

            Visit(&ticket, &entry);
        }
        break;
    case 3:
        if (Dtsm_Look(map, path, len, &flags, &token) <= DTSM_NOTFOUND) {
            Dtsm_InsertLooked(map, path, len, 1 + number % 0x3fef, &token);
            kept = token;
        }
        break;
    case 4:
        Dtsm_Insert(map, path, len, 1 + (number & 0x3fe0));
        break;
    case 5:
        Dtsm_Insert(map, path, len, DTSM_PREFIX | (1 + (number & 0x3fe0)));
        break;
    case 6:
        Dtsm_Mark(map, path, len, number & 0x3fef, 0);
        break;
    case 7:
        Dtsm_Forget(map, path, len, number & 1);
        break;
    case 8:
        Dtsm_Remove(map, path, len);
        break;
    case 9:
        ticket = Dtsm_BeginChange(map);
        if (number & 1) {
            Dtsm_EndChange(map, ticket);
        }
        break;
    case 10:                            /* of another map, or made up */
        kept.record ^= number & 1 ? (uint64_t) number << 3 : 0;
        Dtsm_InsertLooked(map, path, len, 1, &kept);
        break;
    case 11: {
        Dtsm_Entry rules[3] = {
            {path, len, DTSM_PREFIX | DTSM_ALLOW},
            {path, len / 2 + 1, DTSM_PREFIX | DTSM_DENY},
            {"/", 1, DTSM_PREFIX | DTSM_ASK}
        };

        Dtsm_InsertRules(map, rules, 1 + number % 3);
        break;
    }
    case 12:
        Walk(map, path, len);
        break;
    case 13:
        Dtsm_Prefetch(map, path, len);
        Dtsm_Count(map, (Dtsm_Counter) (number % 6), 1);
        break;
    case 14:
        Dtsm_SetFence(map, number & 1);
        break;
    default:
        Dtsm_Stat(map, &stats);
        sum += (unsigned) stats.rules;
        break;
    }
}

static void
CallAll(int mode, unsigned count)
{
    Dtsm_Map *map;
    int status = Dtsm_Open(file, mode, &map);

    if (status != DTSM_OK) {
        if (map != NULL) {
            abort();
        }
        return;
    }
    while (count-- > 0 && left > 0) {
        CallOne(map);
    }
    Walk(map, NULL, 0);
    Dtsm_Check(map, Flaw, NULL);
    Dtsm_Close(map);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int modes[4] = {DTSM_RDWR, DTSM_RDONLY, DTSM_CREATE,
        DTSM_RDWR};
    static uint64_t words[WORDS];
    const Seed *seed;
    unsigned how, count;
    off_t length = WINDOW;
    int fd;

    input = data;
    left = size;
    seed = &seeds[Take(1) % SEEDS];
    how = (unsigned) Take(1);
    memset(words, 0, sizeof(words));
    memcpy(words, seed->words, seed->used);
    for (count = (unsigned) Take(1) % 32; count > 0 && left > 0; count--) {
        Mutate(words, seed);
    }
    if (how & 1) {
        memcpy(words, seed->words, 64);         /* so that it opens */
    } else if (how & 2) {
        length = (off_t) (Take(3) % WINDOW);
    }
    fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (ftruncate(fd, length) != 0 || pwrite(fd, words, (size_t) length, 0)
            != (ssize_t) length) {
        abort();
    }
    close(fd);
    CallAll(modes[how >> 2 & 3], 40);
    if (how & 16) {
        CallAll(DTSM_RDWR, 20);
    }
    return 0;
}
