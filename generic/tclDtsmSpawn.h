/*
 * tclDtsmSpawn.h --
 *
 *      What `dtsm run' needs of the system and plain Tcl does not have.
 *      Paths, words and values travel as byte strings: a build's file names
 *      need not be text in any encoding.
 *
 *      dtsm::process inherit
 *              For a program of our own, once, before all else: whatever it
 *              was started with, SIGCHLD has its default meaning, no signal
 *              is blocked, a write beyond the limit on files is an error,
 *              the standard descriptors are open, new files are our user's
 *              alone, and Tcl's event loop has descriptors to use.  What
 *              spawn and dtsm::worker start gets what was there before.
 *      dtsm::process hold
 *              From now on HUP, INT, QUIT, TERM, USR1, USR2, ALRM and VTALRM
 *              do not end this process: they are noted, and sent on to the
 *              child while there is one.  A signal that was ignored stays
 *              ignored, here and in the child.
 *      dtsm::process release
 *              Ends that; the signals have their former meaning again.
 *      dtsm::process caught
 *              The names of the signals that came since hold.
 *      dtsm::process spawn argv ?-env dict? ?-cwd folder? ?-file file?
 *                      ?-supervise socket? ?-mapped bool?
 *              Starts argv in our process group and answers its id.  The
 *              program is file, else argv's first word; a name without a
 *              slash is looked up along PATH.  The dictionary's variables
 *              are set over our environment.  With -supervise the program
 *              is put under the supervisor of this socket if that can be;
 *              -mapped says what dtsm::system mapped says of it.  Error codes:
 *              POSIX ...; DTSM INTERRUPTED name when one was caught before.
 *      dtsm::process wait pid ?serve?
 *              Serves events until its end, but with serve 0.  A dictionary:
 *              kind (exit, signal), code (status or signal number), name
 *              (SIGTERM ...; or empty).
 *
 *      dtsm::process byshell
 *              1: what spawn started last was no program, so a shell runs it.
 *
 *      dtsm::program file ?argv?
 *              What a file comes to that is started with these words.  A
 *              dictionary: why and mapped, as dtsm::system kind and mapped
 *              have them; image (1: an ELF file); proved (1: its loader is
 *              that of this process); loads (1: it is the loader, started by
 *              hand, and all else is about the program that it runs); name,
 *              by which the program finds itself started, empty when none
 *              runs; key, the start key of that name (judgeStarts.h).
 *
 *      dtsm::system words count
 *              The last words of this process' own command line, as bytes.
 *      dtsm::system kind path
 *              Why a preload does not reach this program: static, setuid,
 *              setgid, capabilities, architecture; empty if it does.
 *      dtsm::system mapped path
 *              1: one whose kind is not empty and that the kernel places
 *              among the mappings, like a library.
 *      dtsm::system candidates name
 *              The files that spawn tries for name, in order.
 *      dtsm::system which name
 *              The file that spawn would start, or empty.
 *      dtsm::system interpreter path
 *              What a script names behind #!; empty for other files.
 *      dtsm::system link path
 *              readlink(2); empty for what is no symlink.
 *      dtsm::system resolve path
 *              realpath(3).
 *      dtsm::system folder template
 *              mkdtemp(3): makes a folder, mode 0700.
 *      dtsm::system room folder
 *              Bytes that we may still write there; 0 if we may not.
 *      dtsm::system environ name
 *              The value of a variable as bytes; empty if it is not set.
 *      dtsm::system heap bytes
 *              Have so many bytes of memory ready for what Tcl will make;
 *              for a program of our own, as it is the whole process's.
 *
 *      dtsm::folder make template
 *              Make a session's directory (mkdtemp, mode 0700), which this
 *              process owns until it ends or releases it.  A list: its name,
 *              and a number.
 *      dtsm::folder place folder parent
 *              Make a directory below parent for that session's map, in place
 *              of one that was made before; the map's name.
 *      dtsm::folder held folder
 *              1: the process that owns it is there; 0: it is gone.  Error
 *              codes: POSIX EPERM for a directory that is not ours alone;
 *              POSIX ENOENT for one that is no session's.
 *      dtsm::folder take folder
 *              Own that of a process that is gone; a number.  Error codes as
 *              of held; POSIX EBUSY when the process is there; POSIX ENODATA
 *              when the directory is empty: a session's that had not begun, or
 *              was about to end.
 *      dtsm::folder map folder
 *              A descriptor of the directory in which the session's map is.
 *      dtsm::folder remove folder number
 *              Remove it and the map.  The number is that of make or take; -1
 *              for an empty one.
 *      dtsm::folder release number
 *              Close a number of make, take or map.
 *
 *      dtsm::replace begin file
 *              Open a file to be replaced as a whole: a list, whose first
 *              word is the channel to write to, and whose last is new; or
 *              file or stream for what is written itself: what cannot be
 *              replaced, and what is no regular file.  Symlinks are followed.
 *      dtsm::replace commit begun
 *      dtsm::replace abort begun
 *              Close the channel of such a list: what was written takes the
 *              file's place, with its mode and owner; or is gone.
 *
 *      dtsm::supervise start map log socket ?ask?
 *              Start the supervisor of a session with these files; the
 *              socket is made; ask is what DTSM_ASK says to programs.  Error
 *              codes: POSIX ENOTSUP ... where the system cannot; DTSM BUSY
 *              when there is one in this process.
 *      dtsm::supervise joined pid
 *              Has this child of ours joined it?
 *      dtsm::supervise stop
 *              End it.  How many calls it had to let pass unseen; -1 when it
 *              had ended by itself.
 *
 *      dtsm::worker start argv
 *              Start a process that may hang, with its own process group, no
 *              input, and our standard error as its output.  A list: a
 *              channel from it, one to it, and its id.
 *      dtsm::worker join
 *              In the worker, a list: a channel from us, and one to us.
 *      dtsm::worker end pid ?ms?
 *              Kill it and its group, after so many milliseconds unless it
 *              ends before.  How it ended: exit and a status, or signal and a
 *              number.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef TCL_DTSM_SPAWN_H
#define TCL_DTSM_SPAWN_H

#include <limits.h>
#include <signal.h>
#include <sys/types.h>
#include <tcl.h>

#include "../trace/judge/judgeProgram.h"

#ifndef TCL_SIZE_MAX
#   define TCL_SIZE_MAX INT_MAX
    typedef int Tcl_Size;
#endif

/*
 * Clients that a listener serves at once (tclDtsmListen.c); the rest waits in
 * the socket's backlog.
 */

#define DTSM_LISTEN_CLIENTS 256

/*
 * DtsmTcl_InitSpawn --
 *
 *      Create dtsm::folder, dtsm::process, dtsm::program, dtsm::replace,
 *      dtsm::supervise, dtsm::system and dtsm::worker in interp.  To be called
 *      once for each trusted interpreter, after Tcl_InitStubs.
 *
 * Returns:
 *      TCL_OK, or TCL_ERROR with a message in interp.
 */

int DtsmTcl_InitSpawn(Tcl_Interp *interp);

/*
 * Strings for exec (tclDtsmEnviron.c): an array of C strings that can grow,
 * each in ckalloc'd memory.
 *
 * DtsmTclAppend --     Add one, which is taken over.
 * DtsmTclEnviron --    Our environment with the dictionary's variables (NULL:
 *                      none) set over it; TCL_OK, or TCL_ERROR with a message
 *                      in interp.  To be freed in both cases.
 * DtsmTclPathOf --     What PATH says in it.
 */

typedef struct DtsmTclStrings {
    char **items;               /* count of them, then NULL */
    size_t count;
    size_t room;
} DtsmTclStrings;

void DtsmTclWords(Tcl_Interp *interp, int count);
void DtsmTclStartEnviron(DtsmTclStrings *envPtr);
void DtsmTclAppend(DtsmTclStrings *strings, char *item);
void DtsmTclFreeStrings(DtsmTclStrings *strings);
int DtsmTclEnviron(Tcl_Interp *interp, Tcl_Obj *dictPtr,
        DtsmTclStrings *envPtr);
const char *DtsmTclPathOf(const DtsmTclStrings *envPtr);

/*
 * What this process was started with (tclDtsmInherit.c).
 *
 * DtsmTclInherit --    dtsm::process inherit.
 * DtsmTclBequeath --   For a child between fork and exec: what was inherited
 *                      holds again; without DtsmTclInherit only the mask is
 *                      set.  keep is a close-on-exec descriptor of ours that
 *                      must live until exec; its number from here on is
 *                      returned.
 * DtsmTclCanWatch --   1 if Tcl's event loop takes this descriptor.
 * DtsmTclUmask --      The mode mask that was inherited.
 * DtsmTclPlaceOf --    Where a descriptor that was inherited is now.
 * DtsmTclWords --      dtsm::system words.
 * DtsmTclStartEnviron --   Our environment for a tclsh that loads this library,
 *                      and that is not to act on it; to be freed.
 */

void DtsmTclInherit(void);
int DtsmTclBequeath(const sigset_t *maskPtr, int keep);
int DtsmTclCanWatch(int fd);
mode_t DtsmTclUmask(void);
int DtsmTclPlaceOf(int fd);

/*
 * Shared by what makes the commands.
 *
 * DtsmTclBytes --      The bytes of an object, NUL-terminated, in memory to be
 *                      given to ckfree; NULL with a message in interp when
 *                      they are not bytes or hold a NUL.
 * DtsmTclCandidates -- A NULL-terminated array (one block, for ckfree) of the
 *                      files that name may mean along path.
 * DtsmTclPosix --      TCL_ERROR, with what errno says of `what' in interp.
 * DtsmTclHeap --       dtsm::system heap (tclDtsmMemory.c).
 * DtsmTclJudge --      What a file, which may be a script, comes to
 *                      (tclDtsmProgram.c).
 * DtsmTclFolderCmd, DtsmTclProgramCmd, DtsmTclReplaceCmd, DtsmTclSystemCmd,
 * DtsmTclSuperviseCmd, DtsmTclWorkerCmd --
 *                      The commands.
 */

char *DtsmTclBytes(Tcl_Interp *interp, Tcl_Obj *objPtr);
char **DtsmTclCandidates(const char *name, const char *path);
int DtsmTclPosix(Tcl_Interp *interp, const char *what);
void DtsmTclHeap(size_t bytes);
int DtsmTclFolderCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTclReplaceCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
void DtsmTclJudge(const char *file, DtsmProgram *program);
int DtsmTclProgramCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTclSystemCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTclSuperviseCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);
int DtsmTclWorkerCmd(void *data, Tcl_Interp *interp, int objc,
        Tcl_Obj *const objv[]);

#endif /* TCL_DTSM_SPAWN_H */
