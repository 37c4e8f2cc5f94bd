import COpenBLAS

/// A number type that matrix products exist for.
package protocol MatrixElement: BinaryFloatingPoint, Sendable {
    /// c[m, n] = alpha · a[m, k] · b[k, n] + beta · c on this thread alone; a and b may be stored transposed.
    static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Self>, _ ldb: Int, transposed bT: Bool, beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)
}

/// Products of row-major matrices.
package enum MatrixProduct {
    /// c[m, n] = alpha · a[m, k] · b[k, n] + beta · c, on all workers.
    ///
    /// - Parameters:
    ///   - lda: floats from one stored row of `a` to the next; `a` is stored [k, m] when `transposeA`. The same for b and c.
    ///   - beta: with 0, what `c` held does not matter (it may be NaN).
    ///
    /// The blocks of `c` that workers take depend on the shape alone.
    package static func multiply<Element: MatrixElement>(
        m: Int, n: Int, k: Int, alpha: Element = 1, _ a: UnsafePointer<Element>, lda: Int? = nil, transposeA: Bool = false,
        _ b: UnsafePointer<Element>, ldb: Int? = nil, transposeB: Bool = false, beta: Element = 0,
        _ c: UnsafeMutablePointer<Element>, ldc: Int? = nil
    ) {
        guard m > 0, n > 0 else { return }
        let lda = lda ?? (transposeA ? m : k), ldb = ldb ?? (transposeB ? k : n), ldc = ldc ?? n
        guard k > 0 else {
            for row in 0..<m { for column in 0..<n { c[row * ldc + column] *= beta == 0 ? 0 : beta } }
            return
        }
        let (rows, columns) = blockSizes(m: m, n: n, k: k)
        let across = (n + columns - 1) / columns, down = (m + rows - 1) / rows
        Parallel.run(across * down) { task, _ in
            let row = task / across * rows, column = task % across * columns
            Element.multiply(
                min(rows, m - row), min(columns, n - column), k, alpha: alpha,
                a + (transposeA ? row : row * lda), lda, transposed: transposeA,
                b + (transposeB ? column * ldb : column), ldb, transposed: transposeB,
                beta: beta, c + row * ldc + column, ldc)
        }
    }

    /// Products are worth sharing from about a million multiplications; four blocks along the longer side keep two to four
    /// workers busy without packing the other factor too often.
    private static func blockSizes(m: Int, n: Int, k: Int) -> (rows: Int, columns: Int) {
        guard Double(m) * Double(n) * Double(k) >= 1e6 else { return (m, n) }
        func quarter(_ size: Int) -> Int { max(16, ((size + 3) / 4 + 15) / 16 * 16) }
        return m >= n ? (quarter(m), n) : (m, quarter(n))
    }
}

// MARK: - OpenBLAS

/// OpenBLAS's own threads gain little at the engine's sizes: one thread per product, products side by side.
private let openBLASIsSingleThreaded: Void = openblas_set_num_threads(1)

extension Float: MatrixElement {
    package static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Float>, _ ldb: Int, transposed bT: Bool, beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        openBLASIsSingleThreaded
        cblas_sgemm(
            CblasRowMajor, aT ? CblasTrans : CblasNoTrans, bT ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k),
            alpha, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
    }
}

extension Double: MatrixElement {
    package static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Double>, _ ldb: Int, transposed bT: Bool, beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
    ) {
        openBLASIsSingleThreaded
        cblas_dgemm(
            CblasRowMajor, aT ? CblasTrans : CblasNoTrans, bT ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k),
            alpha, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
    }
}
