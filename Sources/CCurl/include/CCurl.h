#include <curl/curl.h>

/* libcurl, loaded at the first call. */

/* Why libcurl cannot be used; NULL when it can. To be asked before anything else is called. */
const char *curl_library_problem(void);

/* curl_easy_setopt takes variable arguments, which Swift cannot give: one plain function for each kind. */

CURLcode curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode curl_set_receiver(
    CURL *handle, void *context, size_t (*header)(char *, size_t, size_t, void *), size_t (*body)(char *, size_t, size_t, void *),
    int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t));
