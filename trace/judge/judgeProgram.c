/*
 * judgeProgram.c --
 *
 *      Whether, and why not, a program loads the injected library.
 *
 * What is no ELF file and no script is the kernel's to refuse, or to hand to
 * an interpreter that it knows.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#ifndef _GNU_SOURCE
#   define _GNU_SOURCE 1
#endif

#include "judgeProgram.h"
#include "dtsmUnixSys.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#define P(pointer) ((long) (intptr_t) (pointer))

#define HEAD_BYTES 1024         /* ELF header and program headers, mostly */

#if UINTPTR_MAX > 0xffffffffu
#   define OWN_CLASS ELFCLASS64
#else
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

const char dtsmWhyStatic[] = "static";
const char dtsmWhyRefused[] = "refused";
const char dtsmWhyDirect[] = "direct";
const char dtsmWhySetuid[] = "setuid";
const char dtsmWhySetgid[] = "setgid";
const char dtsmWhyCapabilities[] = "capabilities";

static const char architecture[] = "architecture";

/*
 * An open file and its first bytes.
 */

typedef struct Image {
    int fd;
    size_t headLen;
    char head[HEAD_BYTES + 1];
} Image;

/*
 * Read --
 *
 *      Bytes of the file, from its head where they are in it; 1 when all are
 *      there.
 */

static int
Read(const Image *image, uint64_t at, void *to, size_t size)
{
    if (at < image->headLen && size <= image->headLen - at) {
        memcpy(to, image->head + at, size);
        return 1;
    }
    return DtsmpSyscall4(SYS_pread64, image->fd, P(to), (long) size,
            (long) at) == (long) size;
}

/*
 * HasName --
 *
 *      Does a program image have a DT_SONAME?  The loader has one when it is
 *      started by hand; a static program has none.
 */

static int
HasName(const Image *image, uint64_t at, uint64_t len)
{
    ElfW(Dyn) entries[64];
    long got;
    size_t i;

    got = DtsmpSyscall4(SYS_pread64, image->fd, P(entries),
            (long) (len < sizeof(entries) ? len : sizeof(entries)),
            (long) at);
    for (i = 0; got > 0 && (i + 1) * sizeof(ElfW(Dyn)) <= (size_t) got; i++) {
        if (entries[i].d_tag == DT_SONAME) {
            return 1;
        }
    }
    return 0;
}

/*
 * OwnLoader --
 *
 *      The loader that the program of this process names, or NULL.
 */

static const char *
OwnLoader(void)
{
    const ElfW(Phdr) *parts = (const void *) getauxval(AT_PHDR);
    size_t i, count = getauxval(AT_PHNUM);
    uintptr_t base = 0;

    for (i = 0; parts != NULL && i < count; i++) {
        if (parts[i].p_type == PT_PHDR) {
            base = (uintptr_t) parts - (uintptr_t) parts[i].p_vaddr;
        }
    }
    for (i = 0; parts != NULL && i < count; i++) {
        if (parts[i].p_type == PT_INTERP) {
            return (const char *) (base + (uintptr_t) parts[i].p_vaddr);
        }
    }
    return NULL;
}

/*
 * IsOurLoader --
 *
 *      The interpreter that a program names: that of another libc does not
 *      start a program that it cannot load us into.  Of our own libc there
 *      may be several.
 *
 * Returns:
 *      1 when it is of our own libc.
 */

static int
IsOurLoader(const Image *image, const ElfW(Phdr) *part, DtsmProgram *program)
{
    char name[256];
    size_t len = part->p_filesz < sizeof(name) - 1
            ? (size_t) part->p_filesz : sizeof(name) - 1;
    const char *base, *own = OwnLoader();

    program->foreign = 1;
    if (!Read(image, part->p_offset, name, len)) {
        return 1;
    }
    name[len] = '\0';
    program->foreign = own == NULL || strcmp(name, own) != 0;
    for (base = name + strlen(name); base > name && base[-1] != '/'; base--) {
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
 * IsGo --
 *
 *      Is there a note of Go's compiler among these?  Its programs make their
 *      system calls themselves, also where they load libc for a few names.
 */

static int
IsGo(const Image *image, const ElfW(Phdr) *part)
{
    uint32_t block[128], at = 0;
    size_t size = part->p_filesz < sizeof(block) ? (size_t) part->p_filesz
            : sizeof(block);

    if (!Read(image, part->p_offset, block, size)) {
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
 * WhyImage --
 *
 *      Why the program image in an open file would not load us.
 */

static const char *
WhyImage(const Image *image, DtsmProgram *program)
{
    ElfW(Ehdr) elf;
    uint64_t dynamic = 0, dynamicLen = 0;
    int loads = 0;
    unsigned i;

    if (image->headLen < sizeof(elf)
            || memcmp(image->head, ELFMAG, SELFMAG) != 0) {
        return NULL;
    }
    program->image = 1;
    memcpy(&elf, image->head, sizeof(elf));
    if (elf.e_ident[EI_CLASS] != OWN_CLASS
            || (OWN_MACHINE >= 0 && elf.e_machine != OWN_MACHINE)) {
        return architecture;
    }
    for (i = 0; i < elf.e_phnum; i++) {
        ElfW(Phdr) part;

        if (!Read(image, elf.e_phoff + (uint64_t) i * elf.e_phentsize, &part,
                sizeof(part))) {
            return NULL;
        }
        if (part.p_type == PT_INTERP) {
            if (!IsOurLoader(image, &part, program)) {
                program->strip = 1;
                program->mapped = 1;
                return dtsmWhyRefused;
            }
            loads = 1;
        }
        if (part.p_type == PT_NOTE && IsGo(image, &part)) {
            program->direct = 1;
        }
        if (part.p_type == PT_DYNAMIC) {
            dynamic = part.p_offset;
            dynamicLen = part.p_filesz;
        }
    }
    if (loads) {
        return program->direct ? dtsmWhyDirect : NULL;
    }
    program->direct = 0;
    if (dynamic != 0 && HasName(image, dynamic, dynamicLen)) {
        program->loader = 1;
        return NULL;
    }
    program->mapped = elf.e_type == ET_DYN;
    return dtsmWhyStatic;
}

unsigned
DtsmProgramId(long call, unsigned long entry)
{
    long id = DtsmpSyscall0(call);

    return (unsigned) (id == -DTSMP_HELD ? (long) getauxval(entry) : id);
}

/*
 * WhyIds --
 *
 *      Will the loader ignore a preload, because the program runs with other
 *      ids or more rights than its caller really has?
 *
 * Arguments:
 *      fd, file    The program; fd < 0 when it may not be read.
 */

static const char *
WhyIds(int fd, const char *file, const DtsmStarter *starter)
{
    const char *why = NULL;
    struct statx st;
    struct statfs fs;
    unsigned user = DtsmProgramId(SYS_getuid, AT_UID);
    unsigned group = DtsmProgramId(SYS_getgid, AT_GID);
    unsigned newUser = DtsmProgramId(SYS_geteuid, AT_EUID);
    unsigned newGroup = DtsmProgramId(SYS_getegid, AT_EGID);
    int byFile = 0;

    if (DtsmpSyscall5(SYS_statx, fd < 0 ? AT_FDCWD : fd,
            P(fd < 0 ? file : ""), fd < 0 ? 0 : AT_EMPTY_PATH,
            STATX_BASIC_STATS, P(&st)) != 0) {
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
        why = dtsmWhySetuid;
    } else if (newGroup != group) {
        why = dtsmWhySetgid;
    } else if (user != 0 && (fd < 0
            ? DtsmpSyscall4(SYS_getxattr, P(file), P("security.capability"),
                    0, 0)
            : DtsmpSyscall4(SYS_fgetxattr, fd, P("security.capability"), 0,
                    0)) > 0) {
        why = dtsmWhyCapabilities;
        byFile = 1;
    }

    /*
     * What the file asks for is not granted everywhere.
     */

    if (why != NULL && byFile && (starter->noNewPrivs()
            || ((fd < 0 ? DtsmpSyscall2(SYS_statfs, P(file), P(&fs))
                    : DtsmpSyscall2(SYS_fstatfs, fd, P(&fs))) == 0
                && ((unsigned long) fs.f_flags & ST_NOSUID)))) {
        return NULL;
    }
    return why != NULL || starter->whyNot == NULL ? why : starter->whyNot();
}

static int
IsBlank(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * Interpreter --
 *
 *      The interpreter of a script and what is said to it, as the kernel has
 *      them; 0 when it is none.
 */

static int
Interpreter(const Image *image, char *script)
{
    const char *head = image->head, *at = head + 2, *arg;
    const char *end = head + (image->headLen < 255 ? image->headLen : 255);
    size_t len;

    if (image->headLen < 3 || head[0] != '#' || head[1] != '!') {
        return 0;
    }
    len = strnlen(head, (size_t) (end - head));
    end = memchr(head, '\n', len) != NULL ? memchr(head, '\n', len)
            : head + len;
    while (end > at && IsBlank(end[-1])) {
        end--;
    }
    while (at < end && IsBlank(*at)) {
        at++;
    }
    for (arg = at; arg < end && !IsBlank(*arg); arg++) {
        *script++ = *arg;
    }
    *script++ = '\0';
    len = (size_t) (arg - at);
    while (arg < end && IsBlank(*arg)) {
        arg++;
    }
    memcpy(script, arg, (size_t) (end - arg));
    script[end - arg] = '\0';
    return len > 0;
}

void
DtsmProgramWords(char *script, char *file, char *words[4])
{
    char *arg = script + strlen(script) + 1;
    int count = 0;

    words[count++] = script;
    if (*arg != '\0') {
        words[count++] = arg;
    }
    words[count++] = file;
    words[count] = NULL;
}

static int
Open(const char *file, Image *image)
{
    long got;

    image->fd = DtsmpSysOpen(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK
            | O_NOCTTY, 0);
    if (image->fd < 0) {
        return image->fd;
    }
    got = DtsmpSysRead(image->fd, image->head, HEAD_BYTES);
    image->headLen = got > 0 ? (size_t) got : 0;
    return 0;
}

int
DtsmProgramJudge(const char *file, const DtsmStarter *starter,
        DtsmProgram *program, char script[DTSM_PROGRAM_LINE])
{
    Image image;
    int err, isScript;

    memset(program, 0, sizeof(*program));
    err = Open(file, &image);
    if (err < 0) {
        if (err == -EACCES) {
            program->why = WhyIds(-1, file, starter);
            program->strip = program->why != NULL;
        }
        return err;
    }
    isScript = Interpreter(&image, script);
    if (!isScript) {
        program->why = WhyIds(image.fd, file, starter);
        program->strip = program->why != NULL;
        if (program->why == NULL) {
            program->why = WhyImage(&image, program);
        }
    }
    DtsmpSysClose(image.fd);
    return isScript ? DTSM_PROGRAM_SCRIPT : DTSM_PROGRAM_READ;
}

int
DtsmProgramJudgeLoaded(const char *loader, const char *file,
        DtsmProgram *program)
{
    const char *own = OwnLoader();
    Image image;
    int err;

    memset(program, 0, sizeof(*program));
    err = strchr(file, '/') == NULL ? -ENOENT : Open(file, &image);
    if (err == 0) {
        program->why = WhyImage(&image, program);
        DtsmpSysClose(image.fd);
    }

    /*
     * The loader that runs is ours and takes us along, whatever loader the
     * program names.
     */

    if (program->why == dtsmWhyRefused || program->loader) {
        program->why = NULL;
        program->strip = program->mapped = 0;
    }
    program->image = program->loader = 1;
    program->foreign = own == NULL || strcmp(loader, own) != 0;
    return err;
}

int
DtsmProgramOperand(char *const *argv)
{
    static const char *const alone[] = {"--inhibit-cache", NULL};
    static const char *const withValue[] = {
        "--library-path", "--inhibit-rpath", "--audit", "--preload", "--argv0",
        "--glibc-hwcaps-prepend", "--glibc-hwcaps-mask", NULL
    };
    int at = 1, i;

    if (argv[0] == NULL) {
        return 0;
    }
    while (argv[at] != NULL && argv[at][0] == '-' && argv[at][1] == '-') {
        int step = 0;

        for (i = 0; alone[i] != NULL; i++) {
            step = strcmp(argv[at], alone[i]) == 0 ? 1 : step;
        }
        for (i = 0; withValue[i] != NULL; i++) {
            step = strcmp(argv[at], withValue[i]) == 0 ? 2 : step;
        }
        if (step == 0 || argv[at + step - 1] == NULL) {
            return 0;                   /* it lists, verifies, or fails */
        }
        at += step;
    }
    return argv[at] == NULL ? 0 : at;
}
