/*
 * searches.c --
 *
 *      Calls of libc that list directories or test names by themselves, in
 *      the manner of calls.c:
 *
 *      searches NAME PATH ?+ NAME PATH ...?
 *
 *      Each tells what it found, in order.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE 1

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <wordexp.h>

#include "calls.h"

static char *names[512];
static size_t nameCount;

static void
Name(const char *name)
{
    if (nameCount < sizeof(names) / sizeof(names[0])) {
        names[nameCount++] = strdup(name);
    }
}

static int
ByName(const void *one, const void *two)
{
    return strcmp(*(char *const *) one, *(char *const *) two);
}

/*
 * Tell --
 *
 *      What was found: names that no file system has in the same order.
 */

static int
Tell(int failed)
{
    size_t i;

    qsort(names, nameCount, sizeof(names[0]), ByName);
    for (i = 0; i < nameCount; i++) {
        Add(names[i]);
        free(names[i]);
    }
    nameCount = 0;
    return failed;
}

/*
 * glob.  One that finds nothing is no error of the system's.
 */

static int
Glob(const char *path, int flags, glob_t *found)
{
    int result = glob(path, flags, NULL, found);
    size_t i;

    for (i = 0; result == 0 && i < found->gl_pathc; i++) {
        Name(found->gl_pathv[i]);
    }
    if (result == 0) {
        globfree(found);
    }
    if (result == GLOB_NOMATCH) {
        Add("nomatch");
        result = 0;
    }
    return Tell(result);
}

#define GLOB_CALL(name, flags) \
    CALL(name) \
    { \
        glob_t found; \
        memset(&found, 0, sizeof(found)); \
        return Glob(path, flags, &found); \
    }

GLOB_CALL(glob, 0)
GLOB_CALL(globcheck, GLOB_NOCHECK)
GLOB_CALL(globmagic, GLOB_NOMAGIC)
GLOB_CALL(globmark, GLOB_MARK)
GLOB_CALL(globdirs, GLOB_ONLYDIR)
GLOB_CALL(globbrace, GLOB_BRACE)
GLOB_CALL(globbracecheck, GLOB_BRACE | GLOB_NOCHECK)
GLOB_CALL(globhome, GLOB_TILDE)
CALL(glob64)
{
    glob64_t found;
    size_t i;
    int result;
    memset(&found, 0, sizeof(found));
    result = glob64(path, 0, NULL, &found);
    for (i = 0; result == 0 && i < found.gl_pathc; i++) {
        Name(found.gl_pathv[i]);
    }
    return Tell(result == GLOB_NOMATCH ? (Add("nomatch"), 0) : result);
}

static void *OwnOpen(const char *path) { return opendir(path); }
static void OwnClose(void *stream) { closedir(stream); }
static struct dirent *OwnRead(void *stream) { return readdir(stream); }
CALL(globown)
{
    glob_t found;
    memset(&found, 0, sizeof(found));
    found.gl_opendir = OwnOpen;
    found.gl_closedir = OwnClose;
    found.gl_readdir = OwnRead;
    found.gl_lstat = lstat;
    found.gl_stat = stat;
    return Glob(path, GLOB_ALTDIRFUNC, &found);
}

/*
 * The functions that a caller left in its glob_t are still there, and its
 * flags are as without us.
 */

CALL(globkeeps)
{
    glob_t found;
    int result;
    memset(&found, 0, sizeof(found));
    found.gl_opendir = OwnOpen;
    found.gl_lstat = lstat;
    result = glob(path, 0, NULL, &found);
    Add(found.gl_opendir == OwnOpen && found.gl_lstat == lstat
            && found.gl_stat == NULL && found.gl_readdir == NULL
            && !(found.gl_flags & GLOB_ALTDIRFUNC) ? "kept" : "changed");
    return result;
}

CALL(wordexp)
{
    wordexp_t words;
    size_t i;
    int result = wordexp(path, &words, 0);
    for (i = 0; result == 0 && i < words.we_wordc; i++) {
        Name(words.we_wordv[i]);
    }
    if (result == 0) {
        wordfree(&words);
    }
    return Tell(result);
}

/*
 * Walks.
 */

static int
Fts(const char *path, int options)
{
    char *paths[] = { (char *) path, NULL };
    FTS *stream = fts_open(paths, options, NULL);
    FTSENT *entry;
    int err = 0;

    if (stream == NULL) {
        return -1;
    }
    while ((entry = fts_read(stream)) != NULL) {
        if (entry->fts_info == FTS_NS) {
            err = entry->fts_errno;
        } else if (entry->fts_info != FTS_DP) {
            Name(entry->fts_path);
        }
    }
    fts_close(stream);
    errno = err;
    return Tell(err == 0 ? 0 : -1);
}
CALL(fts) { return Fts(path, FTS_PHYSICAL); }
CALL(ftsnochdir) { return Fts(path, FTS_PHYSICAL | FTS_NOCHDIR); }
CALL(ftslogical) { return Fts(path, FTS_LOGICAL); }
CALL(ftscomfollow) { return Fts(path, FTS_PHYSICAL | FTS_COMFOLLOW); }
CALL(ftschildren)
{
    char *paths[] = { (char *) path, NULL };
    FTS *stream = fts_open(paths, FTS_PHYSICAL, NULL);
    FTSENT *entry = stream == NULL ? NULL : fts_read(stream);
    if (entry == NULL || entry->fts_info == FTS_NS) {
        errno = entry == NULL ? errno : entry->fts_errno;
        return -1;
    }
    for (entry = fts_children(stream, 0); entry != NULL;
            entry = entry->fts_link) {
        Name(entry->fts_name);
    }
    fts_close(stream);
    return Tell(0);
}
CALL(ftsskip)
{
    char *paths[] = { (char *) path, NULL };
    FTS *stream = fts_open(paths, FTS_PHYSICAL, NULL);
    FTSENT *entry = stream == NULL ? NULL : fts_read(stream);
    if (entry != NULL) {
        fts_set(stream, entry, FTS_SKIP);
        fts_read(stream);
    }
    return stream == NULL ? -1 : fts_close(stream);
}

static int
FtwStep(const char *path, const struct stat *st, int type)
{
    (void) st;
    (void) type;
    Name(path);
    return 0;
}
static int
NftwStep(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void) at;
    return FtwStep(path, st, type);
}
CALL(ftw) { return Tell(ftw(path, FtwStep, 8)); }
CALL(nftw) { return Tell(nftw(path, NftwStep, 8, 0)); }
CALL(nftwphys) { return Tell(nftw(path, NftwStep, 8, FTW_PHYS)); }
CALL(nftwdepth)
{
    return Tell(nftw(path, NftwStep, 8, FTW_PHYS | FTW_DEPTH));
}
CALL(nftwchdir)
{
    return Tell(nftw(path, NftwStep, 8, FTW_PHYS | FTW_CHDIR));
}

/*
 * Listings.
 */

static int
ListStream(DIR *stream)
{
    struct dirent *entry;

    if (stream == NULL) {
        return -1;
    }
    while ((entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] != '.') {
            Name(entry->d_name);
        }
    }
    return Tell(closedir(stream));
}
CALL(opendir) { return ListStream(opendir(path)); }
CALL(fdopendir)
{
    int fd = open(path, O_RDONLY);
    return fd < 0 ? -1 : ListStream(fdopendir(fd));
}
CALL(getdents)
{
    static char block[32768];
    int fd = open(path, O_RDONLY);
    long len, at;
    while (fd >= 0
            && (len = syscall(SYS_getdents64, fd, block, sizeof(block))) > 0) {
        for (at = 0; at < len;) {
            struct dirent64 *entry = (void *) (block + at);
            if (entry->d_name[0] != '.') {
                Name(entry->d_name);
            }
            at += entry->d_reclen;
        }
    }
    return Tell(fd < 0 ? -1 : close(fd));
}

static int
ScanDone(int count, struct dirent **list)
{
    while (count > 0) {
        if (list[--count]->d_name[0] != '.') {
            Name(list[count]->d_name);
        }
    }
    return Tell(count < 0 ? -1 : 0);
}
CALL(scandir)
{
    struct dirent **list = NULL;
    int count = scandir(path, &list, NULL, NULL);
    return ScanDone(count, list);
}
CALL(scandirat)
{
    struct dirent **list = NULL;
    int count = scandirat(AT_FDCWD, path, &list, NULL, alphasort);
    return ScanDone(count, list);
}

/*
 * Names that are resolved or looked for.
 */

CALL(realpath)
{
    char *resolved = realpath(path, NULL);
    return resolved == NULL ? -1 : (AddName(resolved), 0);
}

CALL(execvp)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid = fork();
    if (pid == 0) {
        execvp(path, argv);
        _exit(errno);
    }
    return Wait(pid);
}
CALL(spawnp)
{
    char *argv[] = { (char *) path, NULL };
    pid_t pid;
    int err = posix_spawnp(&pid, path, NULL, NULL, argv, environ);
    return err == 0 ? Wait(pid) : (errno = err, -1);
}
CALL(stat) { struct stat st; return stat(path, &st); }

static const struct Call calls[] = {
#define X(name) CALL_ENTRY(name, 1)
    X(glob) X(globcheck) X(globmagic) X(globmark) X(globdirs) X(globbrace)
    X(globbracecheck) X(globhome) X(glob64) X(globown) X(globkeeps) X(wordexp)
    X(fts) X(ftsnochdir) X(ftslogical) X(ftscomfollow) X(ftschildren)
    X(ftsskip) X(ftw) X(nftw) X(nftwphys) X(nftwdepth) X(nftwchdir)
    X(opendir) X(fdopendir) X(getdents) X(scandir) X(scandirat) X(realpath)
    X(execvp) X(spawnp) X(stat)
};

int
main(int argc, char **argv)
{
    return RunCalls(argc, argv, calls, sizeof(calls) / sizeof(calls[0]));
}
