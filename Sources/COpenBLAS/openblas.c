#include "COpenBLAS.h"

#include <pthread.h>

#include "on_demand.h"

/* As <cblas.h> declares them, with its numbers for row-major, plain and transposed. */
void openblas_set_num_threads(int count);
void cblas_dgemm(
    int order, int a_transposed, int b_transposed, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
    int ldb, double beta, double *c, int ldc);
enum { row_major = 101, plain = 111, transposed = 112 };

#define FUNCTIONS(F) F(void, openblas_set_num_threads, , ) F(void, cblas_dgemm, , )

/* The link that the headers came with, then what a machine without them has. */
ON_DEMAND(library, FUNCTIONS, "libopenblas.so", "libopenblas.so.0", "libopenblas.dylib")

static void prepare(void) {
    on_demand_need(&library);
    /* Products run side by side: OpenBLAS's own threads would fight with the workers. */
    found_openblas_set_num_threads(1);
}

void openblas_multiply(
    int m, int n, int k, double alpha, const double *a, int lda, int a_transposed, const double *b, int ldb, int b_transposed,
    double beta, double *c, int ldc) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    found_cblas_dgemm(
        row_major, a_transposed ? transposed : plain, b_transposed ? transposed : plain, m, n, k, alpha, a, lda, b, ldb, beta, c,
        ldc);
}
