/*
 * tclDtsmValue.c --
 *
 *      Bytes and dictionaries for scripts of our own.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmValue.h"

char *
DtsmTcl_Bytes(
    Tcl_Interp *interp,
    Tcl_Obj *objPtr)
{
    Tcl_Size length = 0;
    unsigned char *bytes = Tcl_GetByteArrayFromObj(objPtr, &length);
    char *copy;

    if (bytes == NULL || memchr(bytes, 0, (size_t) length) != NULL) {
        Tcl_SetObjResult(interp, Tcl_NewStringObj(
                "expected bytes without a NUL", -1));
        Tcl_SetErrorCode(interp, "DTSM", "INVALID", (char *) NULL);
        return NULL;
    }
    copy = ckalloc((unsigned) length + 1);
    memcpy(copy, bytes, (size_t) length);
    copy[length] = '\0';
    return copy;
}

Tcl_Obj *
DtsmTcl_NewBytes(
    const char *string)
{
    return Tcl_NewByteArrayObj((const unsigned char *) string,
            (Tcl_Size) strlen(string));
}

void
DtsmTcl_Put(
    Tcl_Obj *dictPtr,
    const char *key,
    Tcl_Obj *valuePtr)
{
    Tcl_DictObjPut(NULL, dictPtr, Tcl_NewStringObj(key, -1), valuePtr);
}
