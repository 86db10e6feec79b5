/*
 * judgeProgram.h --
 *
 *      Whether, and why not, a program loads the injected library: one judge
 *      for the wrappers, the supervisor and the Tcl package.
 *
 * All of it is async-signal-safe, keeps errno, and makes raw system calls.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef DTSM_PROGRAM_H
#define DTSM_PROGRAM_H

#include <stddef.h>

/*
 * Why a program is not traced, as the log has it.  DtsmProgram.why points to
 * one of the first six.
 */

extern const char dtsmWhyStatic[];      /* no loader, or it is not asked */
extern const char dtsmWhyRefused[];     /* the loader is another libc's */
extern const char dtsmWhyDirect[];      /* loads us, but calls without libc */
extern const char dtsmWhySetuid[], dtsmWhySetgid[], dtsmWhyCapabilities[];

typedef struct DtsmProgram {
    const char *why;            /* NULL: it loads the library, or there is
                                 * nothing to start */
    int image;                  /* an ELF file */
    int loader;                 /* the loader itself, started by hand */
    int foreign;                /* its loader is not the one that started this
                                 * process, so nothing is proved of it */
    int strip;                  /* take our variables away: its ids change, or
                                 * its loader does not take us */
    int mapped;                 /* placed among the mappings, as a library */
    int direct;                 /* makes system calls that do not come by
                                 * libc, as Go's do */
} DtsmProgram;

/*
 * Who starts it.
 */

typedef struct DtsmStarter {
    int (*noNewPrivs)(void);    /* 1: files give no rights */
    const char *(*whyNot)(void);        /* NULL, or why nothing that this
                                 * process starts can attach */
} DtsmStarter;

/*
 * DtsmProgramJudge --
 *
 *      Judge one file.
 *
 * Arguments:
 *      script          Receives the interpreter that a script names,
 *                      terminated, and behind it what is said to that, "" for
 *                      nothing.
 *
 * Returns:
 *      DTSM_PROGRAM_SCRIPT     *script is set; nothing else is known
 *      DTSM_PROGRAM_READ       *program is filled in
 *      a negative errno        it cannot be opened; of -EACCES, why and strip
 *                              are set as far as the file's mode tells
 */

enum { DTSM_PROGRAM_READ, DTSM_PROGRAM_SCRIPT };

#define DTSM_PROGRAM_SCRIPTS 5          /* interpreters of interpreters */

#define DTSM_PROGRAM_LINE 258   /* a script's first line, cut in two */

int DtsmProgramJudge(const char *file, const DtsmStarter *starter,
        DtsmProgram *program, char script[DTSM_PROGRAM_LINE]);

/*
 * DtsmProgramId --
 *
 *      An id of this process, by this system call; where its own filter keeps
 *      it from asking, what it had at its start (an entry of getauxval's).
 */

unsigned DtsmProgramId(long call, unsigned long entry);

/*
 * DtsmProgramWords --
 *
 *      The first arguments of an interpreter: script is what it is given by
 *      the file that names it.
 */

void DtsmProgramWords(char *script, char *file, char *words[4]);

/*
 * DtsmProgramJudgeLoaded --
 *
 *      The same for a file that a loader is told to run: its ids stay as they
 *      are, whatever the file's mode says.  program->image and loader stay 1.
 *      A name without a slash is searched for where libraries are, and taken
 *      for one that loads us.
 */

int DtsmProgramJudgeLoaded(const char *loader, const char *file,
        DtsmProgram *program);

/*
 * DtsmProgramOperand --
 *
 *      Which word of the loader's arguments is the program that it runs; 0
 *      when it runs none, because it only lists, verifies, or fails.
 */

int DtsmProgramOperand(char *const *argv);

#endif /* DTSM_PROGRAM_H */
