#include "on_demand.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* With the lock held. */
static const char *load(struct on_demand_library *library) {
    void *handle = NULL;
    for (const char *const *file = library->files; *file && !handle; file++) handle = dlopen(*file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return dlerror();
    for (const struct on_demand_function *function = library->functions; function->name; function++) {
        *function->place = dlsym(handle, function->name);
        if (!*function->place) return dlerror();
    }
    return NULL;
}

const char *on_demand_problem(struct on_demand_library *library) {
    /* Whoever sees `is_loaded` sees the places that were written before it. */
    if (__atomic_load_n(&library->is_loaded, __ATOMIC_ACQUIRE)) return NULL;
    pthread_mutex_lock(&lock);
    const char *problem = library->is_loaded ? NULL : load(library);
    if (!problem) __atomic_store_n(&library->is_loaded, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
    return problem;
}

void on_demand_need(struct on_demand_library *library) {
    const char *problem = on_demand_problem(library);
    if (!problem) return;
    fprintf(stderr, "carpedm: a library is missing: %s\nhint: Scripts/setup installs it.\n", problem);
    exit(1);
}
