/*
 * tclDtsmEnviron.c --
 *
 *      The environment of a child, from ours and a dictionary.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmSpawn.h"

extern char **environ;

void
DtsmTclAppend(
    DtsmTclStrings *strings,
    char *item)                 /* taken over */
{
    if (strings->count + 1 >= strings->room) {
        strings->room = strings->room ? 2 * strings->room : 64;
        strings->items = (char **) ckrealloc((char *) strings->items,
                (unsigned) (strings->room * sizeof(char *)));
    }
    strings->items[strings->count++] = item;
    strings->items[strings->count] = NULL;
}

void
DtsmTclFreeStrings(
    DtsmTclStrings *strings)
{
    size_t i;

    for (i = 0; i < strings->count; i++) {
        ckfree(strings->items[i]);
    }
    if (strings->items != NULL) {
        ckfree((char *) strings->items);
    }
}

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
DtsmTclEnviron(
    Tcl_Interp *interp,
    Tcl_Obj *dictPtr,           /* NULL: nothing is set */
    DtsmTclStrings *envPtr)
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
        char *name = DtsmTclBytes(interp, keyPtr);
        char *value = name ? DtsmTclBytes(interp, valuePtr) : NULL;

        if (value != NULL) {
            size_t nameLen = strlen(name), valueSize = strlen(value) + 1;
            char *item = ckalloc((unsigned) (nameLen + 1 + valueSize));

            memcpy(item, name, nameLen);
            item[nameLen] = '=';
            memcpy(item + nameLen + 1, value, valueSize);
            DtsmTclAppend(envPtr, item);
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
            DtsmTclAppend(envPtr, CopyString(environ[i]));
        }
    }
    return TCL_OK;
}

const char *
DtsmTclPathOf(
    const DtsmTclStrings *envPtr)
{
    size_t i;

    for (i = 0; i < envPtr->count; i++) {
        if (!strncmp(envPtr->items[i], "PATH=", 5)) {
            return envPtr->items[i] + 5;
        }
    }
    return "/bin:/usr/bin";
}
