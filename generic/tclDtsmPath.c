/*
 * tclDtsmPath.c --
 *
 *      Paths, flags and errors between Tcl and the core.
 *
 * The core's paths are bytes and Tcl's are characters.  A path goes through
 * the system encoding and back, and is refused unless it is the same then: a
 * question mark in place of a letter would silently be another file's name.
 * With raw, character N stands for byte N instead, as in Tcl's byte arrays.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <errno.h>
#include <string.h>

#include "tclDtsmInt.h"

static const unsigned char *DecodeOne(const unsigned char *at,
        const unsigned char *end, unsigned *codePtr);
static const unsigned char *DecodeCode(const unsigned char *at,
        const unsigned char *end, unsigned *codePtr);
static int SameText(const char *a, size_t aLen, const char *b, size_t bLen);
static int RawBytes(const char *text, size_t len, Tcl_DString *space);

void *
DtsmTcl_Alloc(size_t bytes)
{
#if TCL_MAJOR_VERSION < 9
    if (bytes > UINT_MAX) {
        Tcl_Panic("dtsm: unable to alloc %lu bytes", (unsigned long) bytes);
    }
    return (void *) Tcl_Alloc((unsigned) bytes);
#else
    return Tcl_Alloc(bytes);
#endif
}

void *
DtsmTcl_Realloc(void *memory, size_t bytes)
{
#if TCL_MAJOR_VERSION < 9
    if (bytes > UINT_MAX) {
        Tcl_Panic("dtsm: unable to realloc %lu bytes", (unsigned long) bytes);
    }
    return (void *) Tcl_Realloc(memory, (unsigned) bytes);
#else
    return Tcl_Realloc(memory, bytes);
#endif
}

void
DtsmTcl_Free(void *memory)
{
    Tcl_Free(memory);
}

/*
 * DecodeOne --
 *
 *      One character of Tcl's internal UTF-8, in which a character beyond the
 *      first 65,536 may be of four bytes or a pair of surrogates of three
 *      bytes each, and NUL is C0 80.
 *
 * Results:
 *      The place after it.  A malformed byte stands for itself.
 */

static const unsigned char *
DecodeOne(const unsigned char *at, const unsigned char *end,
    unsigned *codePtr)
{
    unsigned lead = *at, code;
    int i, more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2
            : lead < 0xf8 ? 3 : 0;

    *codePtr = lead;
    if (more == 0 || end - at <= more) {
        return at + 1;
    }
    code = lead & (0x3fu >> more);
    for (i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return at + 1;
        }
        code = code << 6 | (at[i] & 0x3fu);
    }
    *codePtr = code;
    return at + more + 1;
}

static const unsigned char *
DecodeCode(const unsigned char *at, const unsigned char *end,
    unsigned *codePtr)
{
    unsigned low;

    at = DecodeOne(at, end, codePtr);
    if (*codePtr >= 0xd800 && *codePtr < 0xdc00 && at < end) {
        const unsigned char *after = DecodeOne(at, end, &low);

        if (low >= 0xdc00 && low < 0xe000) {
            *codePtr = 0x10000 + ((*codePtr - 0xd800) << 10) + low - 0xdc00;
            return after;
        }
    }
    return at;
}

static int
SameText(const char *a, size_t aLen, const char *b, size_t bLen)
{
    const unsigned char *p = (const unsigned char *) a, *pEnd = p + aLen;
    const unsigned char *q = (const unsigned char *) b, *qEnd = q + bLen;

    if (aLen == bLen && memcmp(a, b, aLen) == 0) {
        return 1;
    }
    while (p < pEnd && q < qEnd) {
        unsigned x, y;

        p = DecodeCode(p, pEnd, &x);
        q = DecodeCode(q, qEnd, &y);
        if (x != y) {
            return 0;
        }
    }
    return p == pEnd && q == qEnd;
}

/*
 * RawBytes --
 *
 *      Append a byte for each character; 0 if one is beyond 255.
 */

static int
RawBytes(const char *text, size_t len, Tcl_DString *space)
{
    const unsigned char *at = (const unsigned char *) text, *end = at + len;
    char *to;

    Tcl_DStringSetLength(space, (Tcl_Size) len);
    to = Tcl_DStringValue(space);
    while (at < end) {
        unsigned code;

        at = DecodeOne(at, end, &code);
        if (code > 255) {
            return 0;
        }
        *to++ = (char) code;
    }
    Tcl_DStringSetLength(space, (Tcl_Size) (to - Tcl_DStringValue(space)));
    return 1;
}

int
DtsmTcl_GetPath(Tcl_Interp *interp, Tcl_Obj *objPtr, int raw,
    DtsmTclPath *pathPtr)
{
    Tcl_Size textLen, i;
    const char *text = Tcl_GetStringFromObj(objPtr, &textLen);
    int exact;

    Tcl_DStringInit(&pathPtr->space);
    for (i = 0; i < textLen && (text[i] & 0x80) == 0; i++) {
        /* Every encoding of a Unix system has ASCII's bytes for ASCII. */
    }
    if (i == textLen) {
        pathPtr->bytes = text;
        pathPtr->len = (size_t) textLen;
        if (memchr(text, 0, pathPtr->len) == NULL) {
            goto measure;
        }
        goto nul;
    }
    if (raw) {
        exact = RawBytes(text, (size_t) textLen, &pathPtr->space);
    } else {
        Tcl_DString back;

        Tcl_DStringFree(&pathPtr->space);
        Tcl_UtfToExternalDString(NULL, text, textLen, &pathPtr->space);
        Tcl_ExternalToUtfDString(NULL, Tcl_DStringValue(&pathPtr->space),
                Tcl_DStringLength(&pathPtr->space), &back);
        exact = SameText(text, (size_t) textLen, Tcl_DStringValue(&back),
                (size_t) Tcl_DStringLength(&back));
        Tcl_DStringFree(&back);
    }
    if (!exact) {
        if (interp != NULL) {
            DtsmTcl_Fail(interp, "LOSSY", text, Tcl_ObjPrintf(raw
                    ? "path \"%s\" is not a byte array:"
                    " it has characters beyond 255"
                    : "path \"%s\" has characters that the system encoding"
                    " cannot express: give its bytes with -bytes 1", text));
        }
        DtsmTcl_FreePath(pathPtr);
        return TCL_ERROR;
    }
    pathPtr->bytes = Tcl_DStringValue(&pathPtr->space);
    pathPtr->len = (size_t) Tcl_DStringLength(&pathPtr->space);
    if (memchr(pathPtr->bytes, 0, pathPtr->len) != NULL) {
        goto nul;
    }

measure:
    if (pathPtr->len == 0) {
        if (interp != NULL) {
            DtsmTcl_Fail(interp, "INVALID EMPTY", NULL,
                    Tcl_NewStringObj("path is empty: give at least one byte,"
                    " such as \".\"", -1));
        }
        DtsmTcl_FreePath(pathPtr);
        return TCL_ERROR;
    }
    return TCL_OK;

nul:
    if (interp != NULL) {
        DtsmTcl_Fail(interp, "INVALID NUL", NULL, Tcl_ObjPrintf(
                "path \"%s\" has a NUL in it: no file has such a name", text));
    }
    DtsmTcl_FreePath(pathPtr);
    return TCL_ERROR;
}

void
DtsmTcl_FreePath(DtsmTclPath *pathPtr)
{
    Tcl_DStringFree(&pathPtr->space);
}

void
DtsmTcl_Fold(DtsmTclPath *pathPtr)
{
    const char *from = pathPtr->bytes;
    size_t i, len = 0;
    char *to;

    if (from != Tcl_DStringValue(&pathPtr->space)) {
        Tcl_DStringAppend(&pathPtr->space, from, (Tcl_Size) pathPtr->len);
    }
    to = Tcl_DStringValue(&pathPtr->space);
    for (i = 0; i < pathPtr->len; i++) {
        if (to[i] != '/' || len == 0 || to[len - 1] != '/') {
            to[len++] = to[i];
        }
    }
    if (len > 1 && to[len - 1] == '/') {
        len--;
    }
    pathPtr->bytes = to;
    pathPtr->len = len;
}

Tcl_Obj *
DtsmTcl_NewPath(Tcl_Interp *interp, const char *bytes, size_t len, int raw)
{
    Tcl_DString text, back;
    Tcl_Obj *objPtr = NULL;
    size_t i;

    if (raw) {
        return Tcl_NewByteArrayObj((const unsigned char *) bytes,
                (Tcl_Size) len);
    }
    for (i = 0; i < len && (bytes[i] & 0x80) == 0; i++) {
        /* ASCII needs no conversion. */
    }
    if (i == len) {
        return Tcl_NewStringObj(bytes, (Tcl_Size) len);
    }
    Tcl_ExternalToUtfDString(NULL, bytes, (Tcl_Size) len, &text);
    Tcl_UtfToExternalDString(NULL, Tcl_DStringValue(&text),
            Tcl_DStringLength(&text), &back);
    if ((size_t) Tcl_DStringLength(&back) == len
            && memcmp(Tcl_DStringValue(&back), bytes, len) == 0) {
        objPtr = Tcl_NewStringObj(Tcl_DStringValue(&text),
                Tcl_DStringLength(&text));
    } else if (interp != NULL) {
        DtsmTcl_Fail(interp, "LOSSY", Tcl_DStringValue(&text), Tcl_ObjPrintf(
                "the map has a path whose bytes are not text in the system"
                " encoding, \"%s\": ask for bytes with -bytes 1",
                Tcl_DStringValue(&text)));
    }
    Tcl_DStringFree(&text);
    Tcl_DStringFree(&back);
    return objPtr;
}

/*
 * DtsmTcl_GetFlag --
 *
 *      The bit of one flag's exact name.  objPtr, when given, is the object
 *      that name comes from, and goes into the error message.
 */

int
DtsmTcl_GetFlag(Tcl_Interp *interp, const char *name, Tcl_Obj *objPtr,
    unsigned *bitPtr)
{
    static const struct {
        const char *name;
        unsigned bit;
    } flags[] = {
#define DTSM_ROW(id, text) {text, DTSM_##id},
        DTSM_FLAG_TABLE(DTSM_ROW)
#undef DTSM_ROW
    };
    Tcl_Obj *messagePtr;
    size_t i, count = sizeof(flags) / sizeof(flags[0]);

    for (i = 0; i < count; i++) {
        if (strcmp(name, flags[i].name) == 0) {
            *bitPtr = flags[i].bit;
            return TCL_OK;
        }
    }
    messagePtr = Tcl_ObjPrintf("unknown flag \"%s\": must be ",
            objPtr != NULL ? Tcl_GetString(objPtr) : name);
    for (i = 0; i < count; i++) {
        Tcl_AppendStringsToObj(messagePtr, i == 0 ? "" : i + 1 < count
                ? ", " : ", or ", flags[i].name, NULL);
    }
    return DtsmTcl_Fail(interp, "BADFLAG", name, messagePtr);
}

int
DtsmTcl_GetFlags(Tcl_Interp *interp, Tcl_Obj *objPtr, unsigned *flagsPtr)
{
    Tcl_Size count, i;
    Tcl_Obj **words;

    *flagsPtr = 0;
    if (Tcl_ListObjGetElements(interp, objPtr, &count, &words) != TCL_OK) {
        return TCL_ERROR;
    }
    for (i = 0; i < count; i++) {
        unsigned bit;

        if (DtsmTcl_GetFlag(interp, Tcl_GetString(words[i]), NULL, &bit)
                != TCL_OK) {
            return TCL_ERROR;
        }
        *flagsPtr |= bit;
    }
    if (*flagsPtr == 0) {
        return DtsmTcl_Fail(interp, "INVALID FLAGS", NULL, Tcl_NewStringObj(
                "no flags: give at least one, such as allow", -1));
    }
    return TCL_OK;
}

Tcl_Obj *
DtsmTcl_NewFlags(unsigned flags)
{
    Tcl_Obj *listPtr = Tcl_NewListObj(0, NULL);

#define DTSM_ROW(id, text) \
    if (flags & DTSM_##id) { \
        Tcl_ListObjAppendElement(NULL, listPtr, Tcl_NewStringObj(text, -1)); \
    }
    DTSM_FLAG_TABLE(DTSM_ROW)
#undef DTSM_ROW
    return listPtr;
}

int
DtsmTcl_Fail(Tcl_Interp *interp, const char *code, const char *detail,
    Tcl_Obj *messagePtr)
{
    Tcl_Obj *codePtr = Tcl_NewStringObj("DTSM ", -1);

    Tcl_AppendToObj(codePtr, code, -1);
    if (detail != NULL) {
        Tcl_ListObjAppendElement(NULL, codePtr,
                Tcl_NewStringObj(detail, -1));
    }
    Tcl_SetObjErrorCode(interp, codePtr);
    Tcl_SetObjResult(interp, messagePtr);
    return TCL_ERROR;
}

int
DtsmTcl_Status(Tcl_Interp *interp, int status, const DtsmTclMap *mapPtr,
    const char *what)
{
    const char *file = mapPtr != NULL ? Tcl_GetString(mapPtr->fileObj)
            : what != NULL ? what : "";

    switch (status) {
    case DTSM_OK:
        return TCL_OK;
    case DTSM_FULL:
        return DtsmTcl_Fail(interp, "FULL", NULL, Tcl_ObjPrintf(
                "no room in map \"%s\": free space where it lies, raise the"
                " limits on memory and file size, or make it elsewhere",
                file));
    case DTSM_READONLY:
        return DtsmTcl_Fail(interp, "READONLY", NULL, Tcl_ObjPrintf(
                "map \"%s\" is open read-only:"
                " open it without -readonly to change it", file));
    case DTSM_CORRUPT:
        return DtsmTcl_Fail(interp, "CORRUPT", file, Tcl_ObjPrintf(
                "\"%s\" is not a map, or a broken one:"
                " make a new one with dtsm::create", file));
    case DTSM_VERSION:
        return DtsmTcl_Fail(interp, "VERSION", file, Tcl_ObjPrintf(
                "map \"%s\" is of another format version than dtsm "
                DTSM_VERSION_STRING " reads: make a new one with dtsm::create",
                file));
    case DTSM_INVALID:
        return DtsmTcl_Fail(interp, "INVALID LENGTH", NULL, Tcl_ObjPrintf(
                "path is too long: folded, it may have at most %d bytes",
                DTSM_PATH_MAX));
    case DTSM_NOTFOUND:
        return DtsmTcl_Fail(interp, "NOTFOUND", NULL, Tcl_ObjPrintf(
                "nothing is known of \"%s\"", what != NULL ? what : ""));
    default:
        return DtsmTcl_Posix(interp, errno, "couldn't use map", file);
    }
}

int
DtsmTcl_Posix(Tcl_Interp *interp, int error, const char *doing,
    const char *file)
{
    const char *why;

    Tcl_SetErrno(error);
    why = Tcl_PosixError(interp);
    Tcl_SetObjResult(interp, Tcl_ObjPrintf("%s \"%s\": %s", doing, file,
            why));
    return TCL_ERROR;
}
