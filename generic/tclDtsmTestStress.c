/*
 * tclDtsmTestStress.c --
 *
 *      dtsm::test: many threads at once.
 *
 *      dtsm::test::stress file threads rounds seed     list of troubles
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include "tclDtsmTest.h"

#include <pthread.h>
#include <stdio.h>

enum { STRESS_THREADS_MAX = 64, STRESS_PATHS = 512 };

typedef struct Worker {
    Dtsm_Map *map;
    unsigned seed, rounds;
    char trouble[256];          /* empty: none */
} Worker;

/*
 * Stress --
 *
 *      One thread of a stress: in its own order, insert /s/0 ... /s/N-1 with
 *      ALLOW and an access, the same for all threads and processes, and look
 *      at once whether it is there.
 */

static void *
Stress(void *data)
{
    Worker *worker = data;
    unsigned i, x = worker->seed * 2654435761u + 1, flags;
    char path[64];

    for (i = 0; i < worker->rounds * STRESS_PATHS; i++) {
        unsigned n, want;
        int len, status;

        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        n = i < STRESS_PATHS ? (i * 7 + worker->seed) % STRESS_PATHS
                : x % STRESS_PATHS;
        want = DTSM_ALLOW | (n % 2 ? DTSM_READ : DTSM_STAT);
        len = snprintf(path, sizeof path, "/s/%u/%u", n % 16, n);
        status = Dtsm_Insert(worker->map, path, (size_t) len, want);
        if (status == DTSM_OK) {
            status = Dtsm_Search(worker->map, path, (size_t) len, &flags);
            if (status == DTSM_OK && flags == want) {
                continue;
            }
            (void) snprintf(worker->trouble, sizeof worker->trouble,
                    "%s: status %d flags %#x after its insert of %#x", path,
                    status, flags, want);
        } else {
            (void) snprintf(worker->trouble, sizeof worker->trouble,
                    "%s: insert gave %d", path, status);
        }
        break;
    }
    return NULL;
}

static int
StressCmd(void *data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    Worker workers[STRESS_THREADS_MAX];
    pthread_t threads[STRESS_THREADS_MAX];
    Tcl_Obj *listPtr;
    Dtsm_Map *map;
    int count, started, i, status;
    unsigned rounds, seed;

    (void) data;
    if (DtsmTest_Arguments(interp, objc, objv, 5, "file threads rounds seed")
            != TCL_OK
            || Tcl_GetIntFromObj(interp, objv[2], &count) != TCL_OK
            || DtsmTest_GetUnsigned(interp, objv[3], &rounds) != TCL_OK
            || DtsmTest_GetUnsigned(interp, objv[4], &seed) != TCL_OK) {
        return TCL_ERROR;
    }
    count = count < 1 ? 1 : count > STRESS_THREADS_MAX ? STRESS_THREADS_MAX
            : count;
    status = Dtsm_Open(Tcl_GetString(objv[1]), DTSM_RDWR, &map);
    if (status != DTSM_OK) {
        Tcl_SetObjResult(interp, Tcl_ObjPrintf("open: status %d", status));
        return TCL_ERROR;
    }
    for (started = 0; started < count; started++) {
        Worker *worker = &workers[started];

        worker->map = map;
        worker->rounds = rounds;
        worker->seed = seed + (unsigned) started;
        worker->trouble[0] = '\0';
        if (pthread_create(&threads[started], NULL, Stress, worker) != 0) {
            break;
        }
    }
    listPtr = Tcl_NewListObj(0, NULL);
    for (i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].trouble[0] != '\0') {
            Tcl_ListObjAppendElement(NULL, listPtr,
                    Tcl_NewStringObj(workers[i].trouble, -1));
        }
    }
    if (started < count) {
        Tcl_ListObjAppendElement(NULL, listPtr,
                Tcl_NewStringObj("couldn't start a thread", -1));
    }
    Dtsm_Close(map);
    Tcl_SetObjResult(interp, listPtr);
    return TCL_OK;
}

const DtsmTestCommand dtsmTestStress[] = {
    {"stress", StressCmd},
    {NULL, NULL}
};
