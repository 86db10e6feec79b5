/*
 * dtsmTraceExec.c --
 *
 *      What has to be known and done before a program starts: will it be
 *      traced, and which environment does it get?
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "dtsmTrace.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

extern char **environ;

#define HEAD_BYTES 1024         /* ELF header and program headers, mostly */
#define MAX_SCRIPTS 5           /* as the kernel */

#if UINTPTR_MAX > 0xffffffffu
typedef Elf64_Ehdr Ehdr;
typedef Elf64_Phdr Phdr;
typedef Elf64_Dyn Dyn;
#   define OWN_CLASS ELFCLASS64
#else
typedef Elf32_Ehdr Ehdr;
typedef Elf32_Phdr Phdr;
typedef Elf32_Dyn Dyn;
#   define OWN_CLASS ELFCLASS32
#endif

#if defined(__x86_64__)
#   define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#   define OWN_MACHINE EM_AARCH64
#elif defined(__i386__)
#   define OWN_MACHINE EM_386
#elif defined(__arm__)
#   define OWN_MACHINE EM_ARM
#elif defined(__riscv)
#   define OWN_MACHINE EM_RISCV
#else
#   define OWN_MACHINE -1       /* any */
#endif

/*
 * Lengths of our variables' names, with "=".
 */

static const int nameLen[TRACE_ENVS] = {
    sizeof("LD_PRELOAD=") - 1, sizeof("DTSM_MAP=") - 1,
    sizeof("DTSM_LOG=") - 1, sizeof("DTSM_ASK=") - 1
};

/*
 * HasName --
 *
 *      Does a program image have a DT_SONAME?  The loader has one when it is
 *      started by hand; a static program has none.
 */

static int
HasName(int fd, uint64_t at, uint64_t len)
{
    Dyn entries[64];
    long got;
    size_t i;

    got = DtsmpSyscall4(SYS_pread64, fd, (long) (intptr_t) entries,
            (long) (len < sizeof(entries) ? len : sizeof(entries)),
            (long) at);
    for (i = 0; got > 0 && (i + 1) * sizeof(Dyn) <= (size_t) got; i++) {
        if (entries[i].d_tag == DT_SONAME) {
            return 1;
        }
    }
    return 0;
}

/*
 * IsOurLoader --
 *
 *      Is the interpreter that a program names of our own libc?  The one of
 *      another libc does not start a program that it cannot load us into.
 */

static int
IsOurLoader(int fd, const Phdr *part)
{
    char name[256];
    size_t len = part->p_filesz < sizeof(name) - 1
            ? (size_t) part->p_filesz : sizeof(name) - 1;
    const char *base;

    if (DtsmpSyscall4(SYS_pread64, fd, (long) (intptr_t) name, (long) len,
            (long) part->p_offset) != (long) len) {
        return 1;
    }
    name[len] = '\0';
    for (base = name + len; base > name && base[-1] != '/'; base--) {
        ;
    }
#ifdef __GLIBC__
    return strncmp(base, "ld-linux", 8) == 0 || strncmp(base, "ld.so", 5) == 0
            || strncmp(base, "ld64.so", 7) == 0;
#else
    return strncmp(base, "ld-musl", 7) == 0;
#endif
}

/*
 * Why a program does not load us, where a supervisor can see it.
 */

static const char isStatic[] = "static";
static const char refused[] = "refused";
static const char isDirect[] = "direct";

/*
 * IsGo --
 *
 *      Is there a note of Go's compiler among these?  Its programs make their
 *      system calls themselves, also where they load libc for a few names.
 */

static int
IsGo(int fd, const char *head, size_t headLen, const Phdr *part)
{
    uint32_t block[128], at = 0;
    size_t size = part->p_filesz < sizeof(block) ? (size_t) part->p_filesz
            : sizeof(block);

    if (part->p_offset < headLen && size <= headLen - part->p_offset) {
        memcpy(block, head + part->p_offset, size);
    } else if (DtsmpSyscall4(SYS_pread64, fd, (long) (intptr_t) block,
            (long) size, (long) part->p_offset) != (long) size) {
        return 0;
    }
    size /= sizeof(block[0]);
    while (at + 4 <= size) {            /* lengths of name and text, kind */
        uint32_t name = block[at], text = block[at + 1];

        if (name == 4 && block[at + 2] == 4
                && memcmp(&block[at + 3], "Go", 3) == 0) {
            return 1;
        }
        if (name > sizeof(block) || text > sizeof(block)) {
            break;
        }
        at += 3 + (name + 3) / 4 + (text + 3) / 4;
    }
    return 0;
}

/*
 * WhyNot --
 *
 *      Why the program image in an open file would not load us; NULL when it
 *      should.  What is no ELF file is the kernel's to refuse.
 */

static const char *
WhyNot(int fd, const char *head, size_t headLen, DtsmTraceProgram *program)
{
    Ehdr elf;
    uint64_t dynamic = 0, dynamicLen = 0;
    int loads = 0;
    unsigned i;

    if (headLen < sizeof(elf) || memcmp(head, ELFMAG, SELFMAG) != 0) {
        return NULL;
    }
    program->image = 1;
    memcpy(&elf, head, sizeof(elf));
    if (elf.e_ident[EI_CLASS] != OWN_CLASS
            || (OWN_MACHINE >= 0 && elf.e_machine != OWN_MACHINE)) {
        return "architecture";
    }
    for (i = 0; i < elf.e_phnum; i++) {
        uint64_t at = elf.e_phoff + (uint64_t) i * elf.e_phentsize;
        Phdr part;

        if (at + sizeof(part) <= headLen) {
            memcpy(&part, head + at, sizeof(part));
        } else if (DtsmpSyscall4(SYS_pread64, fd, (long) (intptr_t) &part,
                sizeof(part), (long) at) != (long) sizeof(part)) {
            return NULL;
        }
        if (part.p_type == PT_INTERP) {
            if (!IsOurLoader(fd, &part)) {
                program->strip = 1;
                program->mapped = 1;
                return refused;
            }
            loads = 1;
        }
        if (part.p_type == PT_NOTE && IsGo(fd, head, headLen, &part)) {
            program->direct = 1;
        }
        if (part.p_type == PT_DYNAMIC) {
            dynamic = part.p_offset;
            dynamicLen = part.p_filesz;
        }
    }
    if (loads) {
        return program->direct ? isDirect : NULL;
    }
    program->direct = 0;
    if (dynamic != 0 && HasName(fd, dynamic, dynamicLen)) {
        program->loader = 1;
        return NULL;
    }
    program->mapped = elf.e_type == ET_DYN;
    return isStatic;
}

/*
 * WhyIds --
 *
 *      Will the loader ignore a preload, because the program runs with other
 *      ids or more rights than its caller really has?  Or can we not open the
 *      map there, because this process has become another user?
 *
 * Arguments:
 *      fd, file    The program; fd < 0 when it may not be read.
 */

static const char *
WhyIds(int fd, const char *file)
{
    const char *why = NULL;
    struct statx st;
    struct statfs fs;
    unsigned user = (unsigned) DtsmpSyscall0(SYS_getuid);
    unsigned group = (unsigned) DtsmpSyscall0(SYS_getgid);
    unsigned newUser = (unsigned) DtsmpSyscall0(SYS_geteuid);
    unsigned newGroup = (unsigned) DtsmpSyscall0(SYS_getegid);
    int byFile = 0;

    if (DtsmpSyscall5(SYS_statx, fd < 0 ? AT_FDCWD : fd,
            (long) (intptr_t) (fd < 0 ? file : ""),
            fd < 0 ? 0 : AT_EMPTY_PATH, STATX_BASIC_STATS,
            (long) (intptr_t) &st) != 0) {
        return NULL;
    }
    if (st.stx_mode & S_ISUID) {
        byFile = newUser != st.stx_uid;
        newUser = st.stx_uid;
    }
    if ((st.stx_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
        byFile |= newGroup != st.stx_gid;
        newGroup = st.stx_gid;
    }
    if (newUser != user) {
        why = "setuid";
    } else if (newGroup != group) {
        why = "setgid";
    } else if (user != 0 && (fd < 0
            ? DtsmpSyscall4(SYS_getxattr, (long) (intptr_t) file,
                    (long) (intptr_t) "security.capability", 0, 0)
            : DtsmpSyscall4(SYS_fgetxattr, fd,
                    (long) (intptr_t) "security.capability", 0, 0)) > 0) {
        why = "capabilities";
        byFile = 1;
    }

    /*
     * What the file asks for is not granted everywhere.
     */

    if (why != NULL && byFile) {
        if (DtsmTraceNoNewPrivs()) {
            return NULL;
        }
        if ((fd < 0 ? DtsmpSyscall2(SYS_statfs, (long) (intptr_t) file,
                        (long) (intptr_t) &fs)
                : DtsmpSyscall2(SYS_fstatfs, fd, (long) (intptr_t) &fs)) == 0
                && ((unsigned long) fs.f_flags & ST_NOSUID)) {
            return NULL;
        }
    }
    if (why == NULL && dtsmTraceEnv[TRACE_ENV_MAP] != NULL
            && user != dtsmTraceUser
            && DtsmpSyscall3(SYS_faccessat, AT_FDCWD,
                    (long) (intptr_t) (dtsmTraceEnv[TRACE_ENV_MAP]
                            + nameLen[TRACE_ENV_MAP]), R_OK | W_OK) < 0) {
        why = "user";
    }
    return why;
}

/*
 * Interpreter --
 *
 *      The interpreter of a script, cut out in place; NULL when it is none.
 */

static char *
Interpreter(char *head, size_t headLen)
{
    char *name, *end;

    if (headLen < 3 || head[0] != '#' || head[1] != '!') {
        return NULL;
    }
    head[headLen < 255 ? headLen : 255] = '\0';
    head[DtsmTraceSpan(head, '\n', '\n')] = '\0';
    for (name = head + 2; *name == ' ' || *name == '\t'; name++) {
        ;
    }
    end = name + DtsmTraceSpan(name, ' ', '\t');
    *end = '\0';
    return *name == '\0' ? NULL : name;
}

/*
 * Tell --
 *
 *      A program that we do not see: supervised or not, the log says so.
 */

static void
Tell(int fd, const char *file, const char *why, int start,
        DtsmTraceProgram *program)
{
    char *full;
    int can = why == isStatic || why == refused || why == isDirect;

    program->untraced = why != isDirect;
    if (can && start == TRACE_LATER) {
        program->supervise = 1;
        return;
    }
    full = fd >= 0 ? DtsmTraceBorrow() : NULL;
    if (full != NULL
            && DtsmTraceFdText("/proc/self/fd/", fd, full, PATH_MAX) > 0) {
        file = full;
    }
    if (can && start == TRACE_NOW && DtsmTraceSupervise(program)) {
        DtsmTraceLogSupervised(file);
    } else {
        DtsmTraceLogUntraced(file, why);
    }
    DtsmTraceReturn(full);
}

/*
 * DtsmTraceInspect --
 *
 *      Look at a program that is about to start, and at the interpreters that
 *      it names.  One that will not be traced is told to the log.
 *
 * Arguments:
 *      start    TRACE_NOW and its like.
 *
 * Returns:
 *      0, or ENOENT when a rule refuses an interpreter.
 */

int
DtsmTraceInspect(const char *file, int start, DtsmTraceProgram *program)
{
    char head[HEAD_BYTES + 1], path[256];
    int depth;

    memset(program, 0, sizeof(*program));
    if (DtsmTraceGetMap() == NULL || file == NULL) {
        program->untraced = 1;
        return 0;
    }
    for (depth = 0; depth <= MAX_SCRIPTS; depth++) {
        int fd = DtsmpSysOpen(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK
                | O_NOCTTY, 0);
        const char *why;
        char *name;
        long got;

        if (fd < 0) {
            program->absent = fd != -EACCES && fd != -EMFILE
                    && fd != -ENFILE && fd != -ENOMEM;
            if (fd == -EACCES && (why = WhyIds(-1, file)) != NULL
                    && DtsmpSyscall3(SYS_faccessat, AT_FDCWD,
                            (long) (intptr_t) file, X_OK) == 0) {
                program->strip = 1;
                Tell(-1, file, why, start, program);
            }
            return 0;
        }
        got = DtsmpSysRead(fd, head, HEAD_BYTES);
        if (got < 0) {
            got = 0;
        }
        name = Interpreter(head, (size_t) got);
        if (name == NULL) {
            why = WhyIds(fd, file);
            program->strip = why != NULL;
            if (why == NULL) {
                why = WhyNot(fd, head, (size_t) got, program);
            }
            if (why != NULL && DtsmpSyscall3(SYS_faccessat, AT_FDCWD,
                    (long) (intptr_t) file, X_OK) == 0) {
                Tell(fd, file, why, start, program);
            }
            DtsmpSysClose(fd);
            return 0;
        }
        DtsmpSysClose(fd);
        if (strlen(name) >= sizeof(path)) {
            return 0;
        }
        memcpy(path, name, strlen(name) + 1);
        file = path;
        if (CHECK(AT_FDCWD, file, DTSM_EXEC) != 0) {
            return ENOENT;
        }
    }
    return 0;
}

/*
 * DtsmTraceExpect --
 *
 *      Count the start of a program that should attach.
 */

void
DtsmTraceExpect(const DtsmTraceProgram *program, int delta)
{
    Dtsm_Map *map = DtsmTraceGetMap();

    if (map != NULL && !program->absent && !program->untraced) {
        Dtsm_Count(map, DTSM_COUNT_EXPECTED, delta);
    }
}

/*
 * Which --
 *
 *      Which of our variables is this one?  TRACE_ENVS: none.
 */

static int
Which(const char *entry)
{
    int i;

    if (entry[0] != 'L' && entry[0] != 'D') {
        return TRACE_ENVS;
    }
    for (i = 0; i < TRACE_ENVS; i++) {
        const char *ours = dtsmTraceEnv[i];

        if (ours != NULL && strncmp(entry, ours, (size_t) nameLen[i]) == 0) {
            return i;
        }
    }
    return TRACE_ENVS;
}

/*
 * HasEntry --
 *
 *      Is our library in the value of LD_PRELOAD?
 */

static int
HasEntry(const char *list, const char *ours, size_t oursLen)
{
    while (*list != '\0') {
        size_t len = DtsmTraceSpan(list, ':', ' ');

        if (len == oursLen && memcmp(list, ours, len) == 0) {
            return 1;
        }
        list += len + (list[len] != '\0');
    }
    return 0;
}

/*
 * DtsmTraceIsListed --
 *
 *      A program of which the loader only lists or verifies the libraries, as
 *      ldd does, never attaches.
 */

void
DtsmTraceIsListed(DtsmTraceProgram *program, char *const *argv,
        char *const *envp)
{
    static const char list[] = "LD_TRACE_LOADED_OBJECTS=";

    if (program->loader && argv != NULL && argv[0] != NULL && argv[1] != NULL
            && (strncmp(argv[1], "--ver", 5) == 0
                    || strncmp(argv[1], "--list", 6) == 0
                    || strcmp(argv[1], "--help") == 0)) {
        program->untraced = 1;
    }
    for (; !TRACE_NO_POINTER(envp) && *envp != NULL; envp++) {
        if ((*envp)[0] == 'L' && (*envp)[1] == 'D' && (*envp)[3] == 'T'
                && strncmp(*envp, list, sizeof(list) - 1) == 0
                && (*envp)[sizeof(list) - 1] != '\0') {
            program->untraced = 1;
        }
    }
}

/*
 * IsWhole --
 *
 *      Does an environment carry the session already, each variable once?  Of
 *      several LD_PRELOAD the loader takes the last.
 */

static int
IsWhole(char *const *envp)
{
    const char *ours = dtsmTraceEnv[TRACE_ENV_PRELOAD];
    int seen[TRACE_ENVS] = { 0 }, i;

    for (; envp != NULL && *envp != NULL; envp++) {
        i = Which(*envp);
        if (i == TRACE_ENVS) {
            continue;
        }
        if (i == TRACE_ENV_PRELOAD) {
            seen[i] = HasEntry(*envp + nameLen[i], ours + nameLen[i],
                    strlen(ours + nameLen[i]));
            continue;
        }
        if (seen[i] || strcmp(*envp, dtsmTraceEnv[i]) != 0) {
            return 0;
        }
        seen[i] = 1;
    }
    for (i = 0; i < TRACE_ENVS; i++) {
        if (!seen[i] && dtsmTraceEnv[i] != NULL) {
            return 0;
        }
    }
    return 1;
}

static int
Keeps(char *const *envp, int strip)
{
    return dtsmTraceEnv[TRACE_ENV_MAP] == NULL || DtsmTraceGetMap() == NULL
            || (envp != NULL && TRACE_NO_POINTER(envp))
            || (!strip && IsWhole(envp));
}

/*
 * DtsmTraceEnvSize --
 *
 *      Room that DtsmTraceMakeEnv needs at most: hardly any when the
 *      environment stays as it is, because it may be larger than a stack.
 *
 * Returns:
 *      Entries of the array; *textPtr receives the bytes of text.
 */

size_t
DtsmTraceEnvSize(char *const *envp, int strip, size_t *textPtr)
{
    const char *ours = dtsmTraceEnv[TRACE_ENV_PRELOAD];
    size_t count = 0;

    *textPtr = 1;
    if (Keeps(envp, strip)) {
        return 1;
    }
    if (envp != NULL) {
        for (; envp[count] != NULL; count++) {
            if (ours != NULL && Which(envp[count]) == TRACE_ENV_PRELOAD) {
                *textPtr = strlen(envp[count]) + strlen(ours) + 2;
            }
        }
    }
    return count + TRACE_ENVS + 1;
}

/*
 * DtsmTraceMakeEnv --
 *
 *      The environment of a program that starts: the caller's, with the
 *      session's variables put back, or taken away.  Our library goes behind
 *      others that the caller preloads: some insist on being the first.
 *
 * Arguments:
 *      strip        Take them away.
 *      array, text  Room, from DtsmTraceEnvSize.
 *
 * Returns:
 *      envp itself when nothing is to be changed, else array.
 */

char *const *
DtsmTraceMakeEnv(char *const *envp, int strip, char **array, char *text)
{
    const char *ours = dtsmTraceEnv[TRACE_ENV_PRELOAD];
    int seen[TRACE_ENVS + 1] = { 0 }, i;
    size_t from, to = 0, last = 0;

    if (Keeps(envp, strip)) {
        return envp;
    }
    for (from = 0; envp != NULL && envp[from] != NULL; from++) {
        if (Which(envp[from]) == TRACE_ENV_PRELOAD) {
            last = from;
        }
    }
    for (from = 0; envp != NULL && envp[from] != NULL; from++) {
        char *entry = envp[from];

        i = Which(entry);
        if (i < TRACE_ENVS && (strip
                || (seen[i] && i != TRACE_ENV_PRELOAD))) {
            continue;
        }
        seen[i] = 1;
        if (i == TRACE_ENV_PRELOAD && from == last) {
            const char *value = ours + nameLen[i];

            if (!HasEntry(entry + nameLen[i], value, strlen(value))) {
                size_t len = strlen(entry);

                memcpy(text, entry, len);
                if (entry[nameLen[i]] != '\0') {
                    text[len++] = ':';
                }
                strcpy(text + len, value);
                entry = text;
            }
        } else if (i < TRACE_ENVS && i != TRACE_ENV_PRELOAD) {
            entry = (char *) (intptr_t) dtsmTraceEnv[i];
        }
        array[to++] = entry;
    }
    for (i = 0; i < TRACE_ENVS && !strip; i++) {
        if (!seen[i] && dtsmTraceEnv[i] != NULL) {
            array[to++] = (char *) (intptr_t) dtsmTraceEnv[i];
        }
    }
    array[to] = NULL;
    return array;
}

/*
 * DtsmTracePutBack --
 *
 *      Put the session's variables back into this process's own environment:
 *      what libc starts by itself takes that one.  By setenv, because other
 *      threads may be at it.
 */

void
DtsmTracePutBack(void)
{
    int i;

    if (Keeps(environ, 0)) {
        return;
    }
    for (i = 0; i < TRACE_ENVS; i++) {
        const char *ours = dtsmTraceEnv[i], *had;
        char name[16];
        size_t len, hadLen;

        if (ours == NULL) {
            continue;
        }
        len = (size_t) nameLen[i] - 1;
        memcpy(name, ours, len);
        name[len] = '\0';
        ours += len + 1;
        had = i == TRACE_ENV_PRELOAD ? getenv(name) : NULL;
        if (had == NULL || *had == '\0') {
            setenv(name, ours, 1);
        } else if (!HasEntry(had, ours, strlen(ours))) {
            hadLen = strlen(had);
            {
                char both[hadLen + strlen(ours) + 2];

                memcpy(both, had, hadLen);
                both[hadLen] = ':';
                strcpy(both + hadLen + 1, ours);
                setenv(name, both, 1);
            }
        }
    }
}
