/*
 * tclDtsmSpawn.h --
 *
 *      What `dtsm run' needs of the system and plain Tcl does not have.
 *      Paths, words and values travel as byte strings: a build's file names
 *      need not be text in any encoding.
 *
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
 *              runs; key, the start key of that name (dtsmStarts.h).
 *
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
 *      dtsm::system hold folder
 *              From now on this process owns that session's folder, until it
 *              ends or releases it; a number for release.
 *      dtsm::system release number
 *      dtsm::system held folder
 *              1: the process that owns it is there; 0: it is gone.  Error
 *              codes: POSIX EPERM for a folder that is not ours alone;
 *              POSIX ENOENT for one that nobody ever held.
 *      dtsm::system room folder
 *              Bytes that we may still write there; 0 if we may not.
 *      dtsm::system environ name
 *              The value of a variable as bytes; empty if it is not set.
 *      dtsm::system heap bytes
 *              Have so many bytes of memory ready for what Tcl will make;
 *              for a program of our own, as it is the whole process's.
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
#include <tcl.h>

#include "../unix/dtsmProgram.h"

#ifndef TCL_SIZE_MAX
#   define TCL_SIZE_MAX INT_MAX
    typedef int Tcl_Size;
#endif

/*
 * DtsmTcl_InitSpawn --
 *
 *      Create dtsm::process, dtsm::program, dtsm::supervise, dtsm::system and
 *      dtsm::worker in interp.  To be called once for each trusted
 *      interpreter, after Tcl_InitStubs.
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

void DtsmTclAppend(DtsmTclStrings *strings, char *item);
void DtsmTclFreeStrings(DtsmTclStrings *strings);
int DtsmTclEnviron(Tcl_Interp *interp, Tcl_Obj *dictPtr,
        DtsmTclStrings *envPtr);
const char *DtsmTclPathOf(const DtsmTclStrings *envPtr);

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
 * DtsmTclSystemCmd, DtsmTclSuperviseCmd, DtsmTclWorkerCmd,
 * DtsmTclProgramCmd -- The commands.
 */

char *DtsmTclBytes(Tcl_Interp *interp, Tcl_Obj *objPtr);
char **DtsmTclCandidates(const char *name, const char *path);
int DtsmTclPosix(Tcl_Interp *interp, const char *what);
void DtsmTclHeap(size_t bytes);
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
