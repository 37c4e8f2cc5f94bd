#ifndef ON_DEMAND_H
#define ON_DEMAND_H

/* Libraries that are loaded when the first of their functions is called, not when the program starts: most runs need none
   of them, and loading one (with all that it needs itself) takes milliseconds. */

struct on_demand_function {
    const char *name;
    /* Where the function is, once the library is loaded. */
    void **place;
};

struct on_demand_library {
    /* Its files, the one to be tried first in front; ends with NULL. */
    const char *const *files;
    /* Ends with a NULL name. */
    const struct on_demand_function *functions;
    int is_loaded;
};

/* Loads the library if it is not loaded; any thread may ask. NULL when all its functions are there, else what is wrong. */
const char *on_demand_problem(struct on_demand_library *library);

/* The same for callers that cannot go on without it: says what is wrong and ends the process. */
void on_demand_need(struct on_demand_library *library);

/* FUNCTIONS(F) names each function that is used as F(result, name, (parameters), (arguments)), as the header declares it. */
#define ON_DEMAND(library, FUNCTIONS, ...)                                               \
    FUNCTIONS(ON_DEMAND_PLACE)                                                           \
    static const struct on_demand_function library##_functions[] = {                     \
        FUNCTIONS(ON_DEMAND_ENTRY){0, 0}};                                               \
    static const char *const library##_files[] = {__VA_ARGS__, 0};                       \
    static struct on_demand_library library = {library##_files, library##_functions, 0};

#define ON_DEMAND_PLACE(result, name, parameters, arguments) static __typeof__(&name) found_##name;
#define ON_DEMAND_ENTRY(result, name, parameters, arguments) {#name, (void **)&found_##name},

/* A function of the library's own name that passes its call on. */
#define ON_DEMAND_PASS(library, result, name, parameters, arguments)                     \
    result name parameters {                                                             \
        on_demand_need(&library);                                                        \
        return found_##name arguments;                                                   \
    }

#endif
