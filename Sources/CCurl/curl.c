/* The checks of types are macros over names that are functions here. */
#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"

#include "on_demand.h"

#undef curl_easy_setopt

#define FUNCTIONS(F)                                                                                                        \
    F(CURLcode, curl_global_init, (long flags), (flags))                                                                    \
    F(CURL *, curl_easy_init, (void), ())                                                                                   \
    F(void, curl_easy_cleanup, (CURL * handle), (handle))                                                                   \
    F(CURLcode, curl_easy_perform, (CURL * handle), (handle))                                                               \
    F(const char *, curl_easy_strerror, (CURLcode code), (code))                                                            \
    F(struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text), (list, text))                   \
    F(void, curl_slist_free_all, (struct curl_slist * list), (list))

#define VARIADIC(F) F(CURLcode, curl_easy_setopt, , )
#define ALL(F) FUNCTIONS(F) VARIADIC(F)

/* The link that the headers came with, then what a machine without them has. */
ON_DEMAND(library, ALL, "libcurl.so", "libcurl.so.4", "libcurl.4.dylib")

#define PASS(result, name, parameters, arguments) ON_DEMAND_PASS(library, result, name, parameters, arguments)
FUNCTIONS(PASS)

const char *curl_library_problem(void) { return on_demand_problem(&library); }

/* A handle exists, so the library is loaded. */

CURLcode curl_set_long(CURL *handle, CURLoption option, long value) { return found_curl_easy_setopt(handle, option, value); }

CURLcode curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return found_curl_easy_setopt(handle, option, value);
}

CURLcode curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return found_curl_easy_setopt(handle, option, value);
}

CURLcode curl_set_receiver(
    CURL *handle, void *context, size_t (*header)(char *, size_t, size_t, void *), size_t (*body)(char *, size_t, size_t, void *),
    int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)) {
    CURLcode code = found_curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    if (code == CURLE_OK) code = found_curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    if (code == CURLE_OK) code = found_curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    if (code == CURLE_OK) code = found_curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
    if (code == CURLE_OK) code = found_curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
    if (code == CURLE_OK) code = found_curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    if (code == CURLE_OK) code = found_curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    return code;
}
