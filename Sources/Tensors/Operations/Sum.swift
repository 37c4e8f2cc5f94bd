/// Sums of floating elements in an order that depends on the shape alone: lanes of partial sums inside blocks, blocks added
/// in order and in double.
enum Sum {
    /// Elements of a block; float32 lanes lose little over so few.
    private static let block = 1024
    private static let lanes = 16

    static func run<Element: BinaryFloatingPoint & SIMDScalar>(
        _ plan: ReductionPlan, _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>,
        widen: (Element) -> Double, narrow: (Double) -> Element
    ) throws {
        if plan.outer == 0 || plan.inner == 0 { return }
        if plan.inner == 1 {
            rows(plan, source, target, widen, narrow)
        } else if plan.outer == 1 && plan.reduced >= 64 {
            try columns(plan, source, target)
        } else {
            plan.fold(source, target, from: 0) { $0 + $1 }
        }
    }

    /// Sums of contiguous lines.
    @inline(__always)
    private static func rows<Element: BinaryFloatingPoint & SIMDScalar>(
        _ plan: ReductionPlan, _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>,
        _ widen: (Element) -> Double, _ narrow: (Double) -> Element
    ) {
        let length = plan.reduced
        if plan.outer == 1 && length > Parallel.elementGrain {
            let pieces = (length + Parallel.elementGrain - 1) / Parallel.elementGrain
            var partial = [Double](repeating: 0, count: pieces)
            partial.withUnsafeMutableBufferPointer { partial in
                Parallel.ranges(length, grain: Parallel.elementGrain) { range in
                    partial[range.lowerBound / Parallel.elementGrain] = line(source + range.lowerBound, range.count, widen)
                }
            }
            target[0] = narrow(partial.reduce(0, +))
            return
        }
        Parallel.ranges(plan.outer, grain: max(1, Parallel.elementGrain / max(1, length))) { rows in
            for row in rows { target[row] = narrow(line(source + row * length, length, widen)) }
        }
    }

    @inline(__always)
    private static func line<Element: BinaryFloatingPoint & SIMDScalar>(
        _ source: UnsafeMutablePointer<Element>, _ count: Int, _ widen: (Element) -> Double
    ) -> Double {
        var total = 0.0
        var at = 0
        while at < count {
            let end = min(count, at + block)
            var sums = SIMD16<Element>(repeating: 0)
            while at + lanes <= end {
                sums += UnsafeRawPointer(source + at).loadUnaligned(as: SIMD16<Element>.self)
                at += lanes
            }
            // Halving keeps the order of additions the same on every machine.
            let eight = sums.lowHalf + sums.highHalf
            let four = eight.lowHalf + eight.highHalf
            total += widen((four[0] + four[2]) + (four[1] + four[3]))
            while at < end {
                total += widen(source[at])
                at += 1
            }
        }
        return total
    }

    /// Sums down the columns of one tall matrix: bands of rows in parallel, then the bands in order.
    private static func columns<Element: BinaryFloatingPoint>(
        _ plan: ReductionPlan, _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>
    ) throws {
        let (rows, width) = (plan.reduced, plan.inner)
        let band = max(64, Parallel.elementGrain / width)
        let bands = (rows + band - 1) / band
        try withScratch(bands * width, of: Double.self, "sum") { partial in
            Parallel.ranges(rows, grain: band) { range in
                let sums = partial + range.lowerBound / band * width
                sums.update(repeating: 0, count: width)
                for row in range {
                    let line = source + row * width
                    for column in 0..<width { sums[column] += Double(line[column]) }
                }
            }
            for column in 0..<width {
                var total = 0.0
                for piece in 0..<bands { total += partial[piece * width + column] }
                target[column] = Element(total)
            }
        }
    }
}
