/*
 * tclDtsmPath.c --
 *
 *      Paths between Tcl and the core.
 *
 * The core's paths are bytes and Tcl's are characters.  A path goes through
 * the system encoding and back, and is refused unless it is the same then: a
 * question mark in place of a letter would silently be another file's name.
 * With raw, character N stands for byte N instead, as in Tcl's byte arrays.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmError.h"
#include "tclDtsmPath.h"

static const unsigned char *DecodeOne(const unsigned char *at,
        const unsigned char *end, unsigned *codePtr);
static const unsigned char *DecodeCode(const unsigned char *at,
        const unsigned char *end, unsigned *codePtr);
static int SameText(const char *a, size_t aLen, const char *b, size_t bLen);
static int RawBytes(const char *text, size_t len, Tcl_DString *space);

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

/*
 * Convert --
 *
 *      Have text that is not ASCII as bytes in pathPtr->space.
 *
 * Results:
 *      1; 0 when there are no bytes that mean the same.
 */

static int
Convert(const char *text, Tcl_Size textLen, int raw, DtsmTcl_Path *pathPtr)
{
    Tcl_DString back;
    int exact;

    if (raw) {
        exact = RawBytes(text, (size_t) textLen, &pathPtr->space);
    } else {
        Tcl_DStringFree(&pathPtr->space);
        Tcl_UtfToExternalDString(NULL, text, textLen, &pathPtr->space);
        Tcl_ExternalToUtfDString(NULL, Tcl_DStringValue(&pathPtr->space),
                Tcl_DStringLength(&pathPtr->space), &back);
        exact = SameText(text, (size_t) textLen, Tcl_DStringValue(&back),
                (size_t) Tcl_DStringLength(&back));
        Tcl_DStringFree(&back);
    }
    pathPtr->bytes = Tcl_DStringValue(&pathPtr->space);
    pathPtr->len = (size_t) Tcl_DStringLength(&pathPtr->space);
    return exact;
}

static int
PathFailed(Tcl_Interp *interp, const char *code, const char *detail,
    Tcl_Obj *messagePtr, DtsmTcl_Path *pathPtr)
{
    DtsmTcl_FreePath(pathPtr);
    return DtsmTcl_Fail(interp, code, detail, messagePtr);
}

int
DtsmTcl_GetPath(Tcl_Interp *interp, Tcl_Obj *objPtr, int raw,
    DtsmTcl_Path *pathPtr)
{
    Tcl_Size textLen, i;
    const char *text = Tcl_GetStringFromObj(objPtr, &textLen);
    int exact = 1;

    Tcl_DStringInit(&pathPtr->space);
    for (i = 0; i < textLen && (text[i] & 0x80) == 0; i++) {
        /* Every encoding of a Unix system has ASCII's bytes for ASCII. */
    }
    if (i == textLen) {
        pathPtr->bytes = text;
        pathPtr->len = (size_t) textLen;
    } else {
        exact = Convert(text, textLen, raw, pathPtr);
    }
    if (exact && pathPtr->len > 0
            && memchr(pathPtr->bytes, 0, pathPtr->len) == NULL) {
        return TCL_OK;
    }
    if (interp == NULL) {
        DtsmTcl_FreePath(pathPtr);
        return TCL_ERROR;
    }
    if (!exact) {
        return PathFailed(interp, "LOSSY", text, Tcl_ObjPrintf(raw
                ? "path \"%s\" is not a byte array:"
                " it has characters beyond 255"
                : "path \"%s\" has characters that the system encoding"
                " cannot express: give its bytes with -bytes 1", text),
                pathPtr);
    }
    if (pathPtr->len == 0) {
        return PathFailed(interp, "INVALID EMPTY", NULL,
                Tcl_NewStringObj("path is empty: give at least one byte,"
                " such as \".\"", -1), pathPtr);
    }
    return PathFailed(interp, "INVALID NUL", NULL, Tcl_ObjPrintf(
            "path \"%s\" has a NUL in it: no file has such a name", text),
            pathPtr);
}

void
DtsmTcl_FreePath(DtsmTcl_Path *pathPtr)
{
    Tcl_DStringFree(&pathPtr->space);
}

void
DtsmTcl_Fold(DtsmTcl_Path *pathPtr)
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

static char
FoldByte(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char) (byte + ('a' - 'A')) : byte;
}

void
DtsmTcl_FoldCase(DtsmTcl_Path *pathPtr)
{
    char *bytes;
    size_t i;

    DtsmTcl_Fold(pathPtr);
    bytes = Tcl_DStringValue(&pathPtr->space);
    for (i = 0; i < pathPtr->len; i++) {
        bytes[i] = FoldByte(bytes[i]);
    }
}

int
DtsmTcl_SameBytes(const char *path, const char *other, size_t len, int noCase)
{
    size_t i;

    if (!noCase) {
        return memcmp(path, other, len) == 0;
    }
    for (i = 0; i < len && path[i] == FoldByte(other[i]); i++) {
        ;
    }
    return i == len;
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
