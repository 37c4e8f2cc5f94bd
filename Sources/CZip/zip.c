#include "CZip.h"

#include "on_demand.h"

#define FUNCTIONS(F)                                                                                                        \
    F(int, zip_close, (zip_t * archive), (archive))                                                                         \
    F(void, zip_discard, (zip_t * archive), (archive))                                                                      \
    F(void, zip_error_fini, (zip_error_t * error), (error))                                                                 \
    F(void, zip_error_init, (zip_error_t * error), (error))                                                                 \
    F(void, zip_error_init_with_code, (zip_error_t * error, int code), (error, code))                                       \
    F(const char *, zip_error_strerror, (zip_error_t * error), (error))                                                     \
    F(int, zip_fclose, (zip_file_t * file), (file))                                                                         \
    F(zip_int64_t, zip_file_add, (zip_t * archive, const char *name, zip_source_t *source, zip_flags_t flags),              \
      (archive, name, source, flags))                                                                                       \
    F(zip_error_t *, zip_file_get_error, (zip_file_t * file), (file))                                                       \
    F(int, zip_file_get_external_attributes,                                                                                \
      (zip_t * archive, zip_uint64_t index, zip_flags_t flags, zip_uint8_t *system, zip_uint32_t *attributes),              \
      (archive, index, flags, system, attributes))                                                                          \
    F(int, zip_file_set_dostime,                                                                                            \
      (zip_t * archive, zip_uint64_t index, zip_uint16_t time, zip_uint16_t date, zip_flags_t flags),                       \
      (archive, index, time, date, flags))                                                                                  \
    F(zip_file_t *, zip_fopen_index, (zip_t * archive, zip_uint64_t index, zip_flags_t flags), (archive, index, flags))     \
    F(zip_int64_t, zip_fread, (zip_file_t * file, void *bytes, zip_uint64_t count), (file, bytes, count))                   \
    F(zip_error_t *, zip_get_error, (zip_t * archive), (archive))                                                           \
    F(const char *, zip_get_name, (zip_t * archive, zip_uint64_t index, zip_flags_t flags), (archive, index, flags))        \
    F(zip_int64_t, zip_get_num_entries, (zip_t * archive, zip_flags_t flags), (archive, flags))                             \
    F(zip_t *, zip_open, (const char *path, int flags, int *error), (path, flags, error))                                   \
    F(zip_t *, zip_open_from_source, (zip_source_t * source, int flags, zip_error_t *error), (source, flags, error))        \
    F(int, zip_set_file_compression,                                                                                        \
      (zip_t * archive, zip_uint64_t index, zip_int32_t method, zip_uint32_t level), (archive, index, method, level))       \
    F(zip_source_t *, zip_source_buffer, (zip_t * archive, const void *bytes, zip_uint64_t count, int frees),               \
      (archive, bytes, count, frees))                                                                                       \
    F(zip_source_t *, zip_source_buffer_create, (const void *bytes, zip_uint64_t count, int frees, zip_error_t *error),     \
      (bytes, count, frees, error))                                                                                         \
    F(int, zip_source_close, (zip_source_t * source), (source))                                                             \
    F(zip_error_t *, zip_source_error, (zip_source_t * source), (source))                                                   \
    F(void, zip_source_free, (zip_source_t * source), (source))                                                             \
    F(void, zip_source_keep, (zip_source_t * source), (source))                                                             \
    F(int, zip_source_open, (zip_source_t * source), (source))                                                              \
    F(zip_int64_t, zip_source_read, (zip_source_t * source, void *bytes, zip_uint64_t count), (source, bytes, count))       \
    F(int, zip_source_seek, (zip_source_t * source, zip_int64_t offset, int from), (source, offset, from))                  \
    F(zip_int64_t, zip_source_tell, (zip_source_t * source), (source))                                                      \
    F(int, zip_stat_index, (zip_t * archive, zip_uint64_t index, zip_flags_t flags, zip_stat_t *status),                    \
      (archive, index, flags, status))

/* The link that the headers came with, then what a machine without them has. */
ON_DEMAND(library, FUNCTIONS, "libzip.so", "libzip.so.5", "libzip.so.4", "libzip.dylib")

#define PASS(result, name, parameters, arguments) ON_DEMAND_PASS(library, result, name, parameters, arguments)
FUNCTIONS(PASS)

const char *zip_library_problem(void) { return on_demand_problem(&library); }
