/*
 * tclDtsmJudge.c --
 *
 *      The command dtsm::judge.
 *
 * A child of ours looks, in the directory and with the rights that the command
 * will have.  So the judge, whose state is that of one process, may be at work
 * for a supervised program here and for this command there, and a question can
 * be answered while it waits: the session's server is this process.
 *
 * J1  The child calls what is async-signal-safe, as other threads of ours may
 *     have held locks.  What it finds out it leaves in memory that both share.
 * J2  It ends with us: it holds our sockets, and would wait for an answer that
 *     nobody gives any more.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "judgeAsk.h"
#include "judgeDecide.h"
#include "judgePath.h"
#include "judgeScratch.h"
#include "judgeSearch.h"
#include "judgeSubject.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "tclDtsmError.h"
#include "tclDtsmJudge.h"
#include "tclDtsmSignal.h"
#include "tclDtsmStrings.h"
#include "tclDtsmValue.h"
#include "tclDtsmWait.h"

/*
 * What is asked for.
 */

enum {FILE_MAP, FILE_LOG, TEXT_ASK, TEXT_CALLER, TEXT_DIRECTORY, TEXTS};

typedef struct Request {
    char *texts[TEXTS];
    DtsmTcl_Strings argv;
} Request;

/*
 * What the child finds out.
 */

static const char *const reasons[] = {"rule", "registry", "silent"};
enum {BY_RULE, BY_REGISTRY, BY_SILENCE};

typedef struct Answer {
    int error;                  /* an errno; 0: file is to be started */
    char file[PATH_MAX + 2];
    size_t used;                /* of denied */
    char denied[128 * 1024];    /* a byte, which of the reasons, and a path
                                 * with its NUL; again and again.  What does
                                 * not fit is left out */
} Answer;

/*
 * Deny --
 *
 *      A file was refused: say where its way ended, and why, unless nothing is
 *      there.
 */

static void
Deny(Answer *answer, const char *file)
{
    Dtsm_Map *map = DtsmSubjectMap();
    char *buf = DtsmTraceBorrow();
    DtsmTraceWalk *walk = DtsmTraceBorrow();
    DtsmTraceSpelling spell;
    const char *path, *rulePath;
    size_t len, ruleLen;
    unsigned ruling, rule = 0;

    if (buf != NULL && walk != NULL && DtsmTraceSpell(map, AT_FDCWD, file, 1,
            buf, DTSM_SCRATCH_SIZE, &spell) == TRACE_SPELLED
            && DtsmTraceResolve(map, spell.path, spell.len,
                    TRACE_FOLLOW_LAST, walk)
            && walk->way.type != TRACE_IS_MISSING) {
        path = walk->badLen > 0 ? walk->bad : walk->out;
        len = strlen(path);
        ruling = walk->badLen > 0 ? walk->badRuling
                : DtsmTraceRuling(map, path, len, walk->way.type);
        Dtsm_Match(map, path, len, &rule, &rulePath, &ruleLen);
        if (len + 2 <= sizeof answer->denied - answer->used) {
            answer->denied[answer->used] = (char)
                    (ruling & DTSM_UNKNOWN ? BY_SILENCE
                    : rule & DTSM_ASK ? BY_REGISTRY : BY_RULE);
            memcpy(answer->denied + answer->used + 1, path, len + 1);
            answer->used += len + 2;
        }
    }
    DtsmTraceReturn(walk);
    DtsmTraceReturn(buf);
}

/*
 * Allowed --
 *
 *      May a file be used as a program?  0, or the errno that says why not.
 */

static int
Allowed(Answer *answer, const char *file)
{
    struct stat status;

    if (CHECK(AT_FDCWD, file, DTSM_EXEC) != 0) {
        Deny(answer, file);
        return ENOENT;
    }
    if (stat(file, &status) != 0) {
        return errno;
    }
    return S_ISREG(status.st_mode) && access(file, X_OK) == 0 ? 0 : EACCES;
}

/*
 * Try --
 *
 *      Can this file be started: itself, the interpreters that it names, and
 *      what the loader is told to run?
 *
 * Returns:
 *      0 or an errno.
 */

static int
Try(Answer *answer, const char *file, char *const *argv)
{
    static const DtsmStarter starter = {DtsmSubjectNoNewPrivs, NULL};
    char lines[2][DTSM_PROGRAM_LINE], *words[4];
    DtsmProgram program;
    int depth, at, err = Allowed(answer, file);

    for (depth = 0; err == 0 && depth <= DTSM_PROGRAM_SCRIPTS
            && DtsmProgramJudge(file, &starter, &program, lines[depth % 2])
                    == DTSM_PROGRAM_SCRIPT; depth++) {
        DtsmProgramWords(lines[depth % 2], (char *) (intptr_t) file, words);
        file = lines[depth % 2];
        argv = words;
        err = Allowed(answer, file);
    }
    if (err == 0 && program.loader && (at = DtsmProgramOperand(argv)) > 0
            && strchr(argv[at], '/') != NULL
            && CHECK(AT_FDCWD, argv[at], DTSM_EXEC) != 0) {
        Deny(answer, argv[at]);
        err = ENOENT;
    }
    return err;
}

/*
 * Search --
 *
 *      Try what a name may mean, as execvp(3) does.
 *
 * Returns:
 *      0: answer->file can be started; or an errno.
 */

static int
Search(Answer *answer, char *const *argv)
{
    const char *name = argv[0], *list = DtsmTraceSearchPath();
    char *file = answer->file + 2;
    int err, failure = ENOENT;

    if (*name == '\0' || strlen(name) >= PATH_MAX) {
        return *name == '\0' ? ENOENT : ENAMETOOLONG;
    }
    if (strchr(name, '/') != NULL) {
        strcpy(answer->file, name);
        return Try(answer, name, argv);
    }
    while (list != NULL) {
        if (!DtsmTraceCandidate(&list, name, file)) {
            continue;
        }
        err = Try(answer, file, argv);
        if (err == 0) {
            /* One without a slash would be searched for once more. */
            if (strchr(file, '/') != NULL) {
                memmove(answer->file, file, strlen(file) + 1);
            } else {
                memcpy(answer->file, "./", 2);
            }
            return 0;
        }
        if (!DtsmTraceGoesOn(err)) {
            return err;
        }
        failure = err == EACCES ? EACCES : failure;
    }
    return failure;
}

/*
 * Look --
 *
 *      The child's part (J1).
 */

static void
Look(Answer *answer, const Request *request)
{
    static DtsmSubject subject;
    char *const *texts = request->texts;
    Dtsm_Map *map;

    errno = 0;
    if (chdir(texts[TEXT_DIRECTORY]) != 0
            || Dtsm_Open(texts[FILE_MAP], DTSM_RDWR, &map) != DTSM_OK) {
        answer->error = errno != 0 ? errno : EIO;
        return;
    }
    DtsmSubjectInit(&subject, map, texts[FILE_LOG], texts[TEXT_ASK],
            texts[TEXT_CALLER]);
    DtsmSubjectSetPid(&subject, (int) getpid());
    DtsmSubjectAim(&subject);
    answer->error = Search(answer, request->argv.items);
}

/*
 * Run --
 *
 *      Let a child look, and wait for it.
 *
 * Returns:
 *      TCL_OK, or TCL_ERROR with a message.
 */

static int
Run(Tcl_Interp *interp, const Request *request, Answer *answer)
{
    sigset_t mask;
    pid_t self = getpid(), child;
    int status = 0;

    answer->error = EINTR;      /* unless the child says another thing */
    DtsmTcl_BlockSignals(&mask);            /* P1 */
    child = fork();
    if (child == 0) {
        DtsmTcl_FreeSignals();
        pthread_sigmask(SIG_SETMASK, &mask, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);          /* J2 */
        if (getppid() == self) {
            Look(answer, request);
        }
        _exit(0);
    }
    if (child > 0) {
        DtsmTcl_NoteChild(child);
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = child < 0 ? errno : DtsmTcl_Await(child,
            *request->texts[TEXT_ASK] != '\0', &status);
    if (errno != 0) {
        return DtsmTcl_Errno(interp, "cannot look for the command");
    }
    return DtsmTcl_MayStart(interp);
}

/*
 * NewAnswer --
 *
 *      The dictionary that dtsm::judge returns.
 */

static Tcl_Obj *
NewAnswer(const Answer *answer)
{
    Tcl_Obj *dictPtr = Tcl_NewDictObj(), *deniedPtr = Tcl_NewListObj(0, NULL);
    const char *at = answer->denied;

    while (at < answer->denied + answer->used) {
        const char *why = reasons[(unsigned char) *at++];

        Tcl_ListObjAppendElement(NULL, deniedPtr, DtsmTcl_NewBytes(at));
        Tcl_ListObjAppendElement(NULL, deniedPtr, Tcl_NewStringObj(why, -1));
        at += strlen(at) + 1;
    }
    Tcl_SetErrno(answer->error);
    DtsmTcl_Put(dictPtr, "file", DtsmTcl_NewBytes(answer->error == 0
            ? answer->file : ""));
    DtsmTcl_Put(dictPtr, "error", Tcl_NewStringObj(answer->error == 0 ? ""
            : Tcl_ErrnoId(), -1));
    DtsmTcl_Put(dictPtr, "message", Tcl_NewStringObj(answer->error == 0 ? ""
            : Tcl_ErrnoMsg(answer->error), -1));
    DtsmTcl_Put(dictPtr, "denied", deniedPtr);
    return dictPtr;
}

static void
FreeRequest(Request *request)
{
    int i;

    for (i = 0; i < TEXTS; i++) {
        if (request->texts[i] != NULL) {
            ckfree(request->texts[i]);
        }
    }
    DtsmTcl_FreeStrings(&request->argv);
}

/*
 * ReadRequest --
 *
 *      The command's words; TCL_OK, or TCL_ERROR with a message.
 */

static int
ReadRequest(Tcl_Interp *interp, Tcl_Obj *const objv[], Request *request)
{
    int i;

    for (i = 0; i < TEXTS; i++) {
        request->texts[i] = DtsmTcl_Bytes(interp, objv[i]);
        if (request->texts[i] == NULL) {
            return TCL_ERROR;
        }
    }
    if (DtsmTcl_AppendList(interp, objv[TEXTS], &request->argv) != TCL_OK) {
        return TCL_ERROR;
    }
    return request->argv.count > 0 ? TCL_OK : DtsmTcl_Fail(interp, "INVALID",
            NULL, Tcl_NewStringObj("argv is empty", -1));
}

int
DtsmTcl_JudgeCmd(void *data, Tcl_Interp *interp, int objc,
    Tcl_Obj *const objv[])
{
    Request request;
    Answer *answer;
    int result = TCL_ERROR;

    (void) data;
    if (objc != TEXTS + 2) {
        Tcl_WrongNumArgs(interp, 1, objv, "map log ask caller directory argv");
        return TCL_ERROR;
    }
    memset(&request, 0, sizeof request);
    answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answer == MAP_FAILED) {
        return DtsmTcl_Errno(interp, "cannot look for the command");
    }
    if (ReadRequest(interp, objv + 1, &request) == TCL_OK
            && DtsmTcl_MayStart(interp) == TCL_OK
            && Run(interp, &request, answer) == TCL_OK) {
        Tcl_SetObjResult(interp, NewAnswer(answer));
        result = TCL_OK;
    }
    munmap(answer, sizeof *answer);
    FreeRequest(&request);
    return result;
}
