/*
 * tclDtsmReplace.c --
 *
 *      The command dtsm::replace: a file that is replaced at once or not at
 *      all.  tclDtsmReplace.h says what it does.
 *
 * What is written lies beside the file, without a name where the file system
 * can do that (O_TMPFILE), until it is whole.  Then it takes the file's place
 * by rename(2).  So a full disk, a limit or a signal leaves the file as it was.
 *
 * Some files are written themselves: what is no regular file, or stands for a
 * descriptor; what has other names (links) or another owner, which a new file
 * would not have; and one whose directory takes no new file.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "tclDtsmError.h"
#include "tclDtsmFollow.h"
#include "tclDtsmInherit.h"
#include "tclDtsmReplace.h"
#include "tclDtsmValue.h"
#include "tclDtsmVerb.h"

#define ATTEMPTS 100
#define SUFFIX ".dtsm-new"

/*
 * What is written: a stream, a file that stays, or one that has to take
 * another's place.
 */

enum {IS_STREAM, IS_FILE, IS_NEW};

/*
 * DirectoryOf --
 *
 *      Open the directory of a file; *namePtr receives the file's name there.
 */

static int
DirectoryOf(
    const char *path,
    const char **namePtr)
{
    char directory[PATH_MAX];

    *namePtr = DtsmTcl_DirectoryOf(path, directory);
    return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/*
 * Like --
 *
 *      Give a new file owner and mode of the one that it replaces.
 *
 * Returns:
 *      1, or 0 when it cannot have them.
 */

static int
Like(
    int fd,
    const struct stat *formerPtr)   /* NULL: there is none */
{
    struct stat mine;

    if (formerPtr == NULL) {
        return fchmod(fd, 0666 & ~DtsmTcl_Umask()) == 0;
    }
    if (fstat(fd, &mine) != 0) {
        return 0;
    }
    if ((mine.st_uid != formerPtr->st_uid || mine.st_gid != formerPtr->st_gid)
            && fchown(fd, formerPtr->st_uid, formerPtr->st_gid) != 0) {
        return 0;
    }
    return fchmod(fd, formerPtr->st_mode & 0777) == 0;
}

/*
 * Beside --
 *
 *      A new file in a file's directory.
 *
 * Arguments:
 *      at       The directory.
 *      name     The file's name there.
 *      temp     Receives the new one's name, "" if it has none; NAME_MAX + 1
 *               bytes.
 *
 * Returns:
 *      The descriptor; -1 with errno.
 */

static int
Beside(
    int at,
    const char *name,
    char *temp)
{
    int fd, tries;

    temp[0] = '\0';
    fd = openat(at, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    for (tries = 0; fd < 0 && tries < ATTEMPTS; tries++) {
        (void) snprintf(temp, NAME_MAX + 1, "%.*s" SUFFIX "-%ld-%d",
                NAME_MAX - 40, name, (long) getpid(), tries);
        fd = openat(at, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
                | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    return fd;
}

/*
 * TakePlace --
 *
 *      Put a file that is whole into its place.  Between its own name and that
 *      of the place there is no call but the rename, and should we be killed
 *      there, the next to come removes it.
 *
 * Returns:
 *      0; -1 with errno.
 */

static int
TakePlace(
    int fd,
    int at,
    const char *temp,           /* "": it has no name yet */
    const char *name)
{
    char own[48], next[NAME_MAX + 1];
    int tries;

    if (temp[0] != '\0') {
        return renameat(at, temp, at, name);
    }
    (void) snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, own, at, name, AT_SYMLINK_FOLLOW) == 0) {
        return 0;
    }
    (void) snprintf(next, sizeof next, "%.*s" SUFFIX, NAME_MAX - 40, name);
    for (tries = 0; errno == EEXIST && tries < ATTEMPTS; tries++) {
        if (linkat(AT_FDCWD, own, at, next, AT_SYMLINK_FOLLOW) == 0) {
            if (renameat(at, next, at, name) == 0) {
                return 0;
            }
            if (errno == ENOENT) {      /* another took ours for a remnant */
                errno = EEXIST;
            } else {
                int error = errno;

                (void) unlinkat(at, next, 0);
                errno = error;
            }
        } else if (errno == EEXIST) {
            (void) unlinkat(at, next, 0);
            errno = EEXIST;
        }
    }
    return -1;
}

/*
 * Begin --
 *
 *      Open what is to be written.
 *
 * Arguments:
 *      path     The file; receives where it leads; PATH_MAX bytes.
 *      temp     Receives the name of the new file, "" if it has none.
 *      kindPtr  Receives what is written.
 *
 * Returns:
 *      A descriptor; -1 with errno.
 */

static int
Begin(
    char *path,
    char *temp,
    int *kindPtr)
{
    struct stat status;
    const char *name;
    int there, at, fd = DtsmTcl_Follow(path), direct = -1;

    temp[0] = '\0';
    *kindPtr = IS_STREAM;
    if (fd == -2) {
        return -1;
    }
    if (fd >= 0) {
        fd = DtsmTcl_PlaceOf(fd);
        if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
            errno = EBADF;
            return -1;
        }
        return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    }
    there = stat(path, &status) == 0;
    if (there) {
        direct = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (direct < 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) {
            *kindPtr = S_ISREG(status.st_mode) ? IS_FILE : IS_STREAM;
            return direct;
        }
    }
    at = DirectoryOf(path, &name);
    fd = at < 0 ? -1 : Beside(at, name, temp);
    if (fd >= 0 && !Like(fd, there ? &status : NULL)) {
        if (temp[0] != '\0') {
            (void) unlinkat(at, temp, 0);
        }
        close(fd);
        errno = EPERM;
        fd = -1;
    }
    if (at >= 0) {
        int error = errno;

        close(at);
        errno = error;
    }
    *kindPtr = IS_NEW;
    if (fd < 0 && there) {
        *kindPtr = IS_FILE;
        return direct;
    }
    if (direct >= 0) {
        close(direct);
    }
    return fd;
}

static int
BeginCmd(
    Tcl_Interp *interp,
    const char *file)
{
    char path[PATH_MAX], temp[NAME_MAX + 1];
    static const char *const kinds[] = {"stream", "file", "new"};
    Tcl_Channel channel;
    Tcl_Obj *words[4];
    int fd = -1, kind = IS_STREAM;

    errno = ENAMETOOLONG;
    if (strlen(file) < sizeof path) {
        strcpy(path, file);
        fd = Begin(path, temp, &kind);
    }
    if (fd < 0) {
        const char *why = Tcl_PosixError(interp);

        Tcl_SetObjResult(interp, Tcl_ObjPrintf("couldn't open \"%s\": %s",
                file, why));
        return TCL_ERROR;
    }
    channel = Tcl_MakeFileChannel((void *) (intptr_t) fd, TCL_WRITABLE);
    Tcl_RegisterChannel(interp, channel);
    Tcl_SetChannelOption(NULL, channel, "-translation", "binary");
    words[0] = Tcl_NewStringObj(Tcl_GetChannelName(channel), -1);
    words[1] = Tcl_NewByteArrayObj((unsigned char *) path,
            (Tcl_Size) strlen(path));
    words[2] = Tcl_NewByteArrayObj((unsigned char *) temp,
            (Tcl_Size) strlen(temp));
    words[3] = Tcl_NewStringObj(kinds[kind], -1);
    Tcl_SetObjResult(interp, Tcl_NewListObj(4, words));
    return TCL_OK;
}

/*
 * End --
 *
 *      A new file, which is written, takes its place or goes.
 *
 * Returns:
 *      0; -1 with errno.
 */

static int
End(
    int fd,
    const char *path,
    const char *temp,
    int commit)
{
    const char *name;
    struct stat status;
    int at = DirectoryOf(path, &name), result = at < 0 ? -1 : 0, error;

    /*
     * A file that was there stays there, also if power fails now.
     */

    if (result == 0 && commit) {
        result = fstatat(at, name, &status, 0) == 0 && fsync(fd) != 0
                && errno != EINVAL ? -1 : TakePlace(fd, at, temp, name);
    }
    error = errno;
    if ((!commit || result != 0) && temp[0] != '\0' && at >= 0) {
        (void) unlinkat(at, temp, 0);
    }
    if (at >= 0) {
        close(at);
    }
    errno = error;
    return result;
}

static int
EndCmd(
    Tcl_Interp *interp,
    Tcl_Obj *beginObj,
    int commit)
{
    Tcl_Obj **words;
    Tcl_Size count;
    Tcl_Channel channel;
    void *handle;
    char *path, *temp;
    int isNew, result = TCL_OK, failure = 0;

    if (Tcl_ListObjGetElements(interp, beginObj, &count, &words) != TCL_OK
            || count != 4
            || (channel = Tcl_GetChannel(interp, Tcl_GetString(words[0]),
                    NULL)) == NULL) {
        return TCL_ERROR;
    }
    isNew = !strcmp(Tcl_GetString(words[3]), "new");
    path = DtsmTcl_Bytes(interp, words[1]);
    temp = path == NULL ? NULL : DtsmTcl_Bytes(interp, words[2]);
    if (temp == NULL) {
        result = TCL_ERROR;
    } else {
        if (commit && Tcl_Flush(channel) != TCL_OK) {
            failure = Tcl_GetErrno();
            commit = 0;
        }
        if (isNew && Tcl_GetChannelHandle(channel, TCL_WRITABLE, &handle)
                == TCL_OK && End((int) (intptr_t) handle, path, temp, commit)
                != 0 && failure == 0) {
            failure = errno;
        }
    }
    if (path != NULL) {
        ckfree(path);
    }
    if (temp != NULL) {
        ckfree(temp);
    }
    if (Tcl_UnregisterChannel(interp, channel) != TCL_OK) {
        failure = failure ? failure : commit ? Tcl_GetErrno() : 0;
    }
    if (failure != 0) {
        errno = failure;
        return DtsmTcl_Errno(interp, "couldn't write");
    }
    return result;
}

int
DtsmTcl_ReplaceCmd(
    void *data,
    Tcl_Interp *interp,
    int objc,
    Tcl_Obj *const objv[])
{
    static const DtsmTcl_Verb verbs[] = {
        {"abort", 3, 3, "begun"},
        {"begin", 3, 3, "file"},
        {"commit", 3, 3, "begun"},
        {NULL, 0, 0, NULL}
    };
    enum {VERB_ABORT, VERB_BEGIN, VERB_COMMIT};
    int verb, result;
    char *file;

    (void) data;
    if (DtsmTcl_GetVerb(interp, objc, objv, verbs, "subcommand arg",
            &verb) != TCL_OK) {
        return TCL_ERROR;
    }
    if (verb != VERB_BEGIN) {
        return EndCmd(interp, objv[2], verb == VERB_COMMIT);
    }
    file = DtsmTcl_Bytes(interp, objv[2]);
    if (file == NULL) {
        return TCL_ERROR;
    }
    result = BeginCmd(interp, file);
    ckfree(file);
    return result;
}
