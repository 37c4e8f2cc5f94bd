#include <zip.h>

/* libzip, loaded at the first call. */

/* Why libzip cannot be used; NULL when it can. To be asked before anything else is called. */
const char *zip_library_problem(void);
