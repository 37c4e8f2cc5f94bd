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
        guard k > 0 else { return scale(m, n, beta, c, ldc) }
        Element.multiplyTogether(
            m, n, k, alpha: alpha, a, lda, transposed: transposeA, b, ldb, transposed: transposeB, beta: beta, c, ldc)
    }

    /// c = beta · c: a product of depth 0.
    fileprivate static func scale<Element: MatrixElement>(
        _ m: Int, _ n: Int, _ beta: Element, _ c: UnsafeMutablePointer<Element>, _ ldc: Int
    ) {
        for row in 0..<m {
            for column in 0..<n { c[row * ldc + column] = beta == 0 ? 0 : beta * c[row * ldc + column] }
        }
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
        let batch = ProductBatch(
            m: m, n: n, k: k, alpha: alpha, transposeA: aT, transposeB: bT,
            [.init(a, lda: lda, b, ldb: ldb, beta: beta, c, ldc: ldc)])
        batch.runAlone()
    }

    package static func multiplyTogether(
        _ m: Int, _ n: Int, _ k: Int, alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Float>, _ ldb: Int, transposed bT: Bool, beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        if m <= 8, !aT, !bT, alpha == 1, beta == 0, n >= 16 { return multiplyFewRows(m, n, k, a, lda, b, ldb, c, ldc) }
        let batch = ProductBatch(
            m: m, n: n, k: k, alpha: alpha, transposeA: aT, transposeB: bT,
            [.init(a, lda: lda, b, ldb: ldb, beta: beta, c, ldc: ldc)])
        batch.run()
    }

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

/// Several products of one shape, whose rows are worked on one after the other by the same task: what they share is still in
/// the cache then, and rows that the next product has too are packed once.
package struct ProductBatch {
    package struct Term {
        let a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>
        let lda: Int, ldb: Int, ldc: Int
        let beta: Float
        let below: (a: UnsafePointer<Float>, lda: Int)?

        /// c = a · b + beta · c; the terms are done in order, chunk by chunk of the depth, so a later one may add to the same c.
        ///
        /// - Parameter below: a second matrix, whose rows stand below those of `a`.
        package init(
            _ a: UnsafePointer<Float>, lda: Int, below: (a: UnsafePointer<Float>, lda: Int)? = nil, _ b: UnsafePointer<Float>,
            ldb: Int, beta: Float = 0, _ c: UnsafeMutablePointer<Float>, ldc: Int
        ) {
            (self.a, self.b, self.c) = (a, b, c)
            (self.lda, self.ldb, self.ldc, self.beta, self.below) = (lda, ldb, ldc, beta, below)
        }
    }

    /// All rows, and those of the first left matrix.
    private let m: Int, upper: Int
    private let n: Int, k: Int
    private let alpha: Float
    private let transposeA: Bool, transposeB: Bool
    private let terms: [Term]
    private let panels: Int
    private let isPacked: Bool
    private let packedCount: Int

    /// - Parameter below: how many rows the second left matrices have.
    package init(
        m: Int, below: Int = 0, n: Int, k: Int, alpha: Float = 1, transposeA: Bool = false, transposeB: Bool = false,
        _ terms: [Term]
    ) {
        precondition(below == 0 || terms.allSatisfy { $0.below != nil }, "every product needs its second left matrix")
        (self.m, upper, self.n, self.k, self.alpha) = (m + below, m, n, k, alpha)
        (self.transposeA, self.transposeB, self.terms) = (transposeA, transposeB, terms)
        panels = ck_gemm_panels(n)
        // Where the rows are few, packing b costs more than it gains.
        isPacked = transposeB || self.m > 1024 || !terms.allSatisfy { ck_gemm_stands($0.ldb, n) != 0 }
        packedCount = isPacked ? (ck_gemm_packed_count(k, n) + 15) / 16 * 16 : 0
    }

    /// On all workers.
    package func run() {
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            for term in terms { MatrixProduct.scale(m, n, term.beta, term.c, term.ldc) }
            return
        }
        // A small product is done before a second worker has come.
        guard Double(m) * Double(n) * Double(k) * Double(terms.count) > 1e5 else { return runAlone() }
        // About sixteen tasks: by rows, in multiples of what the registers hold, and by columns where rows are few. More rows
        // than 84, in chunks some hundred deep, would take more than a tenth of a megabyte of the second-level cache. When b is
        // larger than half that cache every task fetches it anew: then a quarter as many tasks, of more rows.
        let (tasks, fewest) = k * n > 1 << 18 ? (4, 42) : (16, 14)
        let rows = max(fewest, min(84, ((m + tasks - 1) / tasks + 13) / 14 * 14))
        let shares = shares(of: rows)
        let columnTasks = min(panels, (6 + shares.count - 1) / shares.count)
        let scratchStride = (scratchCount(rows) + 15) / 16 * 16 + 64
        Workspace.floats(terms.count * packedCount + Parallel.workers * scratchStride) { packed in
            let grain = max(1, (1 << 15) / (32 * k)), pieces = isPacked ? (panels + grain - 1) / grain : 0
            Parallel.run(terms.count * pieces) { task, _ in
                let (term, piece) = (task / pieces, task % pieces)
                pack(terms[term], packed + term * packedCount, piece * grain..<min(panels, (piece + 1) * grain))
            }
            Parallel.run(shares.count * columnTasks) { task, worker in
                let part = task % columnTasks
                multiply(
                    shares[task / columnTasks], panels: panels * part / columnTasks..<panels * (part + 1) / columnTasks, packed,
                    packed + terms.count * packedCount + worker * scratchStride)
            }
        }
    }

    /// On this thread; the sizes are positive.
    func runAlone() {
        let rows = min(m, 84)
        Workspace.floats(terms.count * packedCount + scratchCount(rows)) { packed in
            if isPacked {
                for (index, term) in terms.enumerated() { pack(term, packed + index * packedCount, 0..<panels) }
            }
            for share in shares(of: rows) {
                multiply(share, panels: 0..<panels, packed, packed + terms.count * packedCount)
            }
        }
    }

    /// All rows in even shares of at most `rows`, each in one left matrix: an even number of them, so that two workers do the same.
    private func shares(of rows: Int) -> [Range<Int>] {
        [0..<upper, upper..<m].flatMap { part in
            let fewest = (part.count + rows - 1) / rows, count = fewest > 1 ? fewest + fewest % 2 : fewest
            return (0..<count).map {
                part.lowerBound + part.count * $0 / count..<part.lowerBound + part.count * ($0 + 1) / count
            }
        }
    }

    private func scratchCount(_ rows: Int) -> Int { ck_gemm_rows_count(rows) + ck_gemm_scratch(rows) }

    private func pack(_ term: Term, _ packed: UnsafeMutablePointer<Float>, _ part: Range<Int>) {
        ck_gemm_pack(term.b, term.ldb, transposeB ? 1 : 0, k, n, packed, part.lowerBound, part.upperBound)
    }

    private func multiply(
        _ rows: Range<Int>, panels: Range<Int>, _ packed: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let edge = scratch + ck_gemm_rows_count(rows.count)
        func left(_ term: Term) -> (a: UnsafePointer<Float>, lda: Int) {
            if let below = term.below, rows.lowerBound >= upper { below } else { (term.a, term.lda) }
        }
        let row = rows.lowerBound >= upper ? rows.lowerBound - upper : rows.lowerBound
        let chunks = (k + ck_gemm_deepest() - 1) / ck_gemm_deepest()
        for chunk in 0..<chunks {
            let depth = k * chunk / chunks, size = k * (chunk + 1) / chunks - depth
            for (index, term) in terms.enumerated() {
                let (a, lda) = left(term)
                if index == 0 || a != left(terms[index - 1]).a {
                    let start = a + (transposeA ? row : row * lda)
                    ck_gemm_pack_rows(rows.count, depth, size, alpha, start, lda, transposeA ? 1 : 0, scratch)
                }
                let b = isPacked ? (start: UnsafePointer(packed + index * packedCount), row: 0) : (start: term.b, row: term.ldb)
                ck_gemm(
                    rows.count, n, k, depth, size, scratch, transposeA ? 1 : 0, b.start, b.row, panels.lowerBound, panels.upperBound,
                    term.beta, term.c + rows.lowerBound * term.ldc, term.ldc, edge)
            }
        }
    }
}

// MARK: - float64: OpenBLAS, for checks

extension Double: MatrixElement {
    package static func multiply(
        _ m: Int, _ n: Int, _ k: Int, alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int, transposed aT: Bool,
        _ b: UnsafePointer<Double>, _ ldb: Int, transposed bT: Bool, beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
    ) {
        openblas_multiply(
            Int32(m), Int32(n), Int32(k), alpha, a, Int32(lda), aT ? 1 : 0, b, Int32(ldb), bT ? 1 : 0, beta, c, Int32(ldc))
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
