/*
 * tclDtsmEnviron.c --
 *
 *      The environment of a child, from ours and a dictionary, and the files
 *      that a name means along its PATH.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "judgeSearch.h"
#include "tclDtsmEnviron.h"
#include "tclDtsmValue.h"

extern char **environ;

static char *
CopyString(
    const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = ckalloc((unsigned) size);

    memcpy(copy, string, size);
    return copy;
}

int
DtsmTcl_Environ(
    Tcl_Interp *interp,
    Tcl_Obj *dictPtr,           /* NULL: nothing is set */
    DtsmTcl_Strings *envPtr)
{
    Tcl_DictSearch search;
    Tcl_Obj *keyPtr, *valuePtr;
    size_t i, ours;
    int done = 1;

    if (dictPtr != NULL && Tcl_DictObjFirst(interp, dictPtr, &search,
            &keyPtr, &valuePtr, &done) != TCL_OK) {
        return TCL_ERROR;
    }
    for (; !done; Tcl_DictObjNext(&search, &keyPtr, &valuePtr, &done)) {
        char *name = DtsmTcl_Bytes(interp, keyPtr);
        char *value = name ? DtsmTcl_Bytes(interp, valuePtr) : NULL;

        if (value != NULL) {
            size_t nameLen = strlen(name), valueSize = strlen(value) + 1;
            char *item = ckalloc((unsigned) (nameLen + 1 + valueSize));

            memcpy(item, name, nameLen);
            item[nameLen] = '=';
            memcpy(item + nameLen + 1, value, valueSize);
            DtsmTcl_Append(envPtr, item);
            ckfree(value);
        }
        if (name != NULL) {
            ckfree(name);
        }
        if (value == NULL) {
            Tcl_DictObjDone(&search);
            return TCL_ERROR;
        }
    }
    ours = envPtr->count;
    for (i = 0; environ != NULL && environ[i] != NULL; i++) {
        const char *equals = strchr(environ[i], '=');
        size_t j, nameSize;

        nameSize = equals ? (size_t) (equals - environ[i]) + 1 : 0;
        for (j = 0; j < ours && nameSize; j++) {
            if (!strncmp(envPtr->items[j], environ[i], nameSize)) {
                break;
            }
        }
        if (!nameSize || j == ours) {
            DtsmTcl_Append(envPtr, CopyString(environ[i]));
        }
    }
    return TCL_OK;
}

const char *
DtsmTcl_PathOf(
    const DtsmTcl_Strings *envPtr)
{
    size_t i;

    for (i = 0; i < envPtr->count; i++) {
        if (!strncmp(envPtr->items[i], "PATH=", 5)) {
            return envPtr->items[i] + 5;
        }
    }
    return DTSM_USUAL_PATH;
}

char **
DtsmTcl_Candidates(
    const char *name,
    const char *path)
{
    size_t count = name[0] != '\0', most = strlen(name) + 1, used = 0;
    const char *rest = NULL, *at;
    char **list, *text;

    if (count == 1 && strchr(name, '/') == NULL) {
        rest = path;
        most = DtsmTraceCandidateMost(path, name);
        for (at = path; *at != '\0'; at++) {
            count += *at == ':';
        }
    }
    list = (char **) ckalloc((unsigned)
            ((count + 1) * sizeof(char *) + count * most));
    text = (char *) (list + count + 1);
    if (rest == NULL && count == 1) {
        memcpy(text, name, most);
        list[used++] = text;
    }
    while (rest != NULL) {
        if (DtsmTraceCandidate(&rest, name, text)) {
            list[used++] = text;
            text += most;
        }
    }
    list[used] = NULL;
    return list;
}
