/*
 * tclDtsmEnviron.c --
 *
 *      The environment of a child, from ours and a dictionary, and the files
 *      that a name means along its PATH.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#define _GNU_SOURCE
#include <string.h>

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
    return "/bin:/usr/bin";
}

char **
DtsmTcl_Candidates(
    const char *name,
    const char *path)
{
    size_t nameSize = strlen(name) + 1, count = 1, bytes, i, used = 0;
    const char *p, *end;
    char **list, *text;

    if (name[0] == '\0') {
        path = NULL;                        /* names nothing */
        count = 0;
    } else if (strchr(name, '/') != NULL) {
        path = NULL;
    } else {
        for (p = path; *p != '\0'; p++) {
            count += *p == ':';
        }
    }
    bytes = (count + 1) * sizeof(char *)
            + (path ? strlen(path) : 0) + count * (nameSize + 2);
    list = (char **) ckalloc((unsigned) bytes);
    text = (char *) (list + count + 1);
    for (i = 0, p = path; i < count; i++, p = end + 1) {
        list[i] = text + used;
        end = p;
        if (p != NULL) {
            end = strchrnul(p, ':');
            memcpy(text + used, p, (size_t) (end - p));
            used += (size_t) (end - p);
            if (end == p) {
                text[used++] = '.';         /* empty: the current folder */
            }
            text[used++] = '/';
        }
        memcpy(text + used, name, nameSize);
        used += nameSize;
        if (p == NULL) {
            i++;
            break;
        }
    }
    list[i] = NULL;
    return list;
}
