/* OpenBLAS, loaded at the first call. Its header is not needed: one function is used, which every BLAS has. */

/* c[m, n] = alpha · a[m, k] · b[k, n] + beta · c of row-major float64 matrices, on the calling thread alone; a and b may be
   stored transposed. */
void openblas_multiply(
    int m, int n, int k, double alpha, const double *a, int lda, int a_transposed, const double *b, int ldb, int b_transposed,
    double beta, double *c, int ldc);
