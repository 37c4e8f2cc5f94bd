import CKernels
import COpenBLAS

/// A number type that matrix products exist for.
package protocol MatrixElement: BinaryFloatingPoint, Sendable {
    /// c[m, n] = alpha · a[m, k] · b[k, n] + beta · c on this thread alone; a and b may be stored transposed.
    /// The sizes are positive.
    static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Self>, _ ldb: Int, transposed bT: Bool, beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)

    /// The same on all workers.
    static func multiplyTogether(
        _ m: Int, _ n: Int, _ k: Int, alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Self>, _ ldb: Int, transposed bT: Bool, beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)
}

/// Products of row-major matrices.
package enum MatrixProduct {
    /// c[m, n] = alpha · a[m, k] · b[k, n] + beta · c, on all workers.
    ///
    /// - Parameters:
    ///   - lda: elements from one stored row of `a` to the next; `a` is stored [k, m] when `transposeA`. The same for b and c.
    ///   - beta: with 0, what `c` held does not matter (it may be NaN).
    package static func multiply<Element: MatrixElement>(
        m: Int, n: Int, k: Int, alpha: Element = 1, _ a: UnsafePointer<Element>, lda: Int? = nil, transposeA: Bool = false,
        _ b: UnsafePointer<Element>, ldb: Int? = nil, transposeB: Bool = false, beta: Element = 0,
        _ c: UnsafeMutablePointer<Element>, ldc: Int? = nil
    ) {
        guard m > 0, n > 0 else { return }
        let lda = lda ?? (transposeA ? m : k), ldb = ldb ?? (transposeB ? k : n), ldc = ldc ?? n
        guard k > 0 else {
            for row in 0..<m {
                for column in 0..<n { c[row * ldc + column] = beta == 0 ? 0 : beta * c[row * ldc + column] }
            }
            return
        }
        Element.multiplyTogether(
            m, n, k, alpha: alpha, a, lda, transposed: transposeA, b, ldb, transposed: transposeB, beta: beta, c, ldc)
    }
}

// MARK: - float32: kernels of our own

// Each element of c is one chain of sums over k, in chunks of a fixed depth: blocks of rows and columns may be shared out
// in any way without changing a bit.
extension Float: MatrixElement {
    package static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Float>, _ ldb: Int, transposed bT: Bool, beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        let panels = ck_gemm_panels(n), rows = Swift.min(m, mostRows)
        let packedCount = (ck_gemm_packed_count(k, n) + 15) / 16 * 16
        Workspace.floats(packedCount + ck_gemm_scratch(rows)) { packed in
            ck_gemm_pack(b, ldb, bT ? 1 : 0, k, n, packed, 0, panels)
            for row in stride(from: 0, to: m, by: rows) {
                ck_gemm(
                    Swift.min(rows, m - row), n, k, alpha, a + (aT ? row : row * lda), lda, aT ? 1 : 0, packed, 0, panels, beta,
                    c + row * ldc, ldc, packed + packedCount)
            }
        }
    }

    package static func multiplyTogether(
        _ m: Int, _ n: Int, _ k: Int, alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Float>, _ ldb: Int, transposed bT: Bool, beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        if m <= 8, !aT, !bT, alpha == 1, beta == 0, n >= 16 { return multiplyFewRows(m, n, k, a, lda, b, ldb, c, ldc) }
        // A small product is done before a second worker has come.
        guard Double(m) * Double(n) * Double(k) > 1e5 else {
            return multiply(m, n, k, alpha: alpha, a, lda, transposed: aT, b, ldb, transposed: bT, beta: beta, c, ldc)
        }
        let panels = ck_gemm_panels(n)
        // About eight tasks: by rows, in multiples of what the registers hold, and by columns where rows are few.
        let rows = Swift.max(14, Swift.min(mostRows, ((m + 7) / 8 + 13) / 14 * 14))
        let rowTasks = (m + rows - 1) / rows
        let columnTasks = Swift.min(panels, (8 + rowTasks - 1) / rowTasks)
        let packedCount = (ck_gemm_packed_count(k, n) + 15) / 16 * 16
        let scratchStride = (ck_gemm_scratch(rows) + 15) / 16 * 16 + 64
        Workspace.floats(packedCount + Parallel.workers * scratchStride) { packed in
            Parallel.ranges(panels, grain: Swift.max(1, (1 << 15) / (32 * k))) {
                ck_gemm_pack(b, ldb, bT ? 1 : 0, k, n, packed, $0.lowerBound, $0.upperBound)
            }
            Parallel.run(rowTasks * columnTasks) { task, worker in
                let row = task / columnTasks * rows, part = task % columnTasks
                ck_gemm(
                    Swift.min(rows, m - row), n, k, alpha, a + (aT ? row : row * lda), lda, aT ? 1 : 0, packed,
                    panels * part / columnTasks, panels * (part + 1) / columnTasks, beta, c + row * ldc, ldc,
                    packed + packedCount + worker * scratchStride)
            }
        }
    }

    /// As many rows as keep a task's part of `a`, 256 deep, within a tenth of a megabyte.
    private static var mostRows: Int { 84 }

    private static func multiplyFewRows(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int,
        _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        let blocks = n / 16, rest = n % 16
        Parallel.ranges(blocks, grain: Swift.max(6, (1 << 16) / (16 * k) / 6 * 6)) {
            ck_gemm_few_rows(m, k, a, lda, b, ldb, $0.lowerBound, $0.upperBound, c, ldc)
        }
        if rest > 0 {
            multiply(
                m, rest, k, alpha: 1, a, lda, transposed: false, b + 16 * blocks, ldb, transposed: false, beta: 0,
                c + 16 * blocks, ldc)
        }
    }
}

// MARK: - float64: OpenBLAS, for checks

/// One thread per product, products side by side: OpenBLAS's own threads would fight with the workers.
/// The count is read back, so that asking for it is not taken for an expression without effect.
private let openBLASThreads: Int32 = {
    openblas_set_num_threads(1)
    return openblas_get_num_threads()
}()

extension Double: MatrixElement {
    package static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Double>, _ ldb: Int, transposed bT: Bool, beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
    ) {
        precondition(openBLASThreads == 1, "OpenBLAS must leave the threads to the workers")
        cblas_dgemm(
            CblasRowMajor, aT ? CblasTrans : CblasNoTrans, bT ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k),
            alpha, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
    }

    /// In four blocks along the longer side, whatever the number of workers.
    package static func multiplyTogether(
        _ m: Int, _ n: Int, _ k: Int, alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Double>, _ ldb: Int, transposed bT: Bool, beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
    ) {
        func quarter(_ size: Int) -> Int { Swift.max(16, ((size + 3) / 4 + 15) / 16 * 16) }
        let rows = m >= n ? quarter(m) : m, columns = m >= n ? n : quarter(n)
        let across = (n + columns - 1) / columns, down = (m + rows - 1) / rows
        Parallel.run(across * down) { task, _ in
            let row = task / across * rows, column = task % across * columns
            multiply(
                Swift.min(rows, m - row), Swift.min(columns, n - column), k, alpha: alpha,
                a + (aT ? row : row * lda), lda, transposed: aT, b + (bT ? column * ldb : column), ldb, transposed: bT,
                beta: beta, c + row * ldc + column, ldc)
        }
    }
}
