/// Where the elements of `x[indices]` lie in `x`: an offset for each of three groups of axes, and runs of even steps inside.
///
/// The groups are the axes before, at and after the index tensors; an element's place is the sum of one offset from each, so
/// that tables stay small however large the result is.
struct IndexPlan: Sendable {
    /// The shape that is indexed, and the result's.
    let source: [Int]
    let shape: [Int]
    private let before: [Int]
    private let middle: [Int]
    private let after: [Int]
    private let run: (count: Int, step: Int)

    /// - Parameter operation: what an error names.
    init(_ source: [Int], _ indices: [TensorIndex], _ operation: String) throws {
        self.source = source
        let reading = try IndexReading(source, indices, operation)
        let groups = try reading.groups()
        shape = groups.shape
        if try Shape.count(shape, operation) == 0 {
            // Nothing to find, however long the other axes are.
            (before, middle, after, run) = ([], [], [], (0, 1))
            return
        }
        var inner = Self.merged(groups.after)
        let last = inner.popLast() ?? (1, 1)
        run = (last.size, last.step)
        let places = Shape.product(groups.before.map(\.size)) + Shape.product(inner.map(\.size))
        try MemoryPool.ensureRoom(2 * MemoryLayout<Int>.size * places, operation)
        before = Self.offsets(groups.before, from: reading.start)
        middle = groups.middle
        after = Self.offsets(inner, from: 0)
    }

    /// Whether no element of the source is named twice.
    var isUnique: Bool { shape.contains(0) || Set(middle).count == middle.count }

    /// Calls `body` with every run: where it starts in result and source.
    @inline(__always)
    private func forEachRun(_ body: (_ result: Int, _ source: Int) -> Void) {
        var at = 0
        for first in before {
            for second in middle {
                for third in after {
                    body(at, first + second + third)
                    at += run.count
                }
            }
        }
    }

    func gather<Element: BitwiseCopyable>(_ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>) {
        let runs = before.count * middle.count * after.count
        guard runs > 0, run.count > 0 else { return }
        Parallel.ranges(runs, grain: max(1, Parallel.elementGrain / run.count)) { range in
            var (row, position) = range.lowerBound.quotientAndRemainder(dividingBy: after.count)
            for number in range {
                let base = before[row / middle.count] + middle[row % middle.count]
                let (from, to) = (source + base + after[position], target + number * run.count)
                if run.step == 1 {
                    to.update(from: from, count: run.count)
                } else {
                    for index in 0..<run.count { to[index] = from[index * run.step] }
                }
                position += 1
                if position == after.count { (row, position) = (row + 1, 0) }
            }
        }
    }

    /// In order, on one thread: a place may come up several times.
    @inline(__always)
    func scatter<Element: BitwiseCopyable>(
        _ values: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ combine: (Element, Element) -> Element
    ) {
        forEachRun { at, place in
            for index in 0..<run.count {
                target[place + index * run.step] = combine(target[place + index * run.step], values[at + index])
            }
        }
    }

    private static func offsets(_ axes: [(size: Int, step: Int)], from start: Int) -> [Int] {
        axes.reduce([start]) { offsets, axis in offsets.flatMap { offset in (0..<axis.size).map { offset + $0 * axis.step } } }
    }

    private static func merged(_ axes: [(size: Int, step: Int)]) -> [(size: Int, step: Int)] {
        var result: [(size: Int, step: Int)] = []
        for axis in axes where axis.size != 1 {
            if let last = result.last, last.step == axis.step * axis.size {
                result[result.count - 1] = (last.size * axis.size, axis.step)
            } else {
                result.append(axis)
            }
        }
        return result
    }
}

/// The brackets, entry by entry, matched with the axes of the indexed shape.
private struct IndexReading {
    private enum Item {
        /// A kept or new axis.
        case axis(size: Int, step: Int)
        /// An index tensor with the step of the axis that it reads; a position is a scalar one.
        case numbers(Tensor, step: Int)
        /// An ellipsis, which keeps index tensors apart even where it stands for no axis.
        case gap
    }

    private var items: [Item] = []
    /// The offset that plain positions and slices add up to.
    private(set) var start = 0
    private let source: [Int]
    private let operation: String

    init(_ source: [Int], _ indices: [TensorIndex], _ operation: String) throws {
        (self.source, self.operation) = (source, operation)
        let taken = indices.reduce(0) { $0 + Self.axes($1) }
        guard taken <= source.count else { throw TensorError.tooManyIndices(operation: operation, shape: source, count: taken) }
        let open = indices.count { if case .ellipsis = $0 { true } else { false } }
        guard open <= 1 else {
            throw TensorError.valueOutOfRange(operation: operation, value: "\(open) ellipses", rule: "at most one")
        }
        let hasTensors = indices.contains {
            switch $0 {
            case .mask, .positions: true
            default: false
            }
        }
        let strides = Shape.strides(source)
        var axis = 0
        for index in indices {
            if case .ellipsis = index {
                items.append(.gap)
                for _ in 0..<(source.count - taken) { keep(&axis, strides) }
            } else {
                try read(index, &axis, strides, hasTensors)
            }
        }
        while axis < source.count { keep(&axis, strides) }
    }

    private static func axes(_ index: TensorIndex) -> Int {
        switch index {
        case .at, .slice, .positions: 1
        case .newAxis, .ellipsis: 0
        case .mask(let mask): mask.rank
        }
    }

    private mutating func keep(_ axis: inout Int, _ strides: [Int]) {
        items.append(.axis(size: source[axis], step: strides[axis]))
        axis += 1
    }

    private mutating func read(_ index: TensorIndex, _ axis: inout Int, _ strides: [Int], _ hasTensors: Bool) throws {
        switch index {
        case .at(let position):
            let place = try resolve(position, axis)
            if hasTensors {
                items.append(.numbers(try Tensor(Int64(place)), step: strides[axis]))
            } else {
                start += place * strides[axis]
            }
            axis += 1
        case .slice(let from, let to, let step):
            let (first, count) = try slice(from, to, step, source[axis])
            start += count > 0 ? first * strides[axis] : 0
            items.append(.axis(size: count, step: step &* strides[axis]))
            axis += 1
        case .newAxis: items.append(.axis(size: 1, step: 0))
        case .ellipsis: break
        case .positions(let numbers):
            guard numbers.dtype.isInteger else {
                throw TensorError.wrongDType(operation: operation, found: numbers.dtype, needed: [.int64, .int32, .bool])
            }
            let found = try numbers.integers.map { Int64(try resolve($0, axis)) }
            items.append(.numbers(try Tensor(found, shape: numbers.shape), step: strides[axis]))
            axis += 1
        case .mask(let mask):
            guard mask.dtype == .bool else {
                throw TensorError.wrongDType(operation: operation, found: mask.dtype, needed: [.bool])
            }
            guard mask.shape == Array(source[axis..<(axis + mask.rank)]) else {
                throw TensorError.shapeMismatch(operation: operation, left: source, right: mask.shape, axis: nil)
            }
            for numbers in try mask.nonzero() {
                items.append(.numbers(numbers, step: strides[axis]))
                axis += 1
            }
        }
    }

    private func resolve(_ position: Int, _ axis: Int) throws -> Int {
        guard position >= -source[axis], position < source[axis] else {
            throw TensorError.indexOutOfRange(operation: operation, index: position, axis: axis, shape: source)
        }
        return position < 0 ? position + source[axis] : position
    }

    /// The first position and the number of positions of a slice, by Python's rules.
    private func slice(_ from: Int?, _ to: Int?, _ step: Int, _ size: Int) throws -> (first: Int, count: Int) {
        guard step != 0 else {
            throw TensorError.valueOutOfRange(operation: operation, value: "slice step 0", rule: "a step other than 0")
        }
        func clamp(_ value: Int, _ low: Int, _ high: Int) -> Int { max(low, min(high, value < 0 ? value + size : value)) }
        if step > 0 {
            let (first, last) = (clamp(from ?? 0, 0, size), clamp(to ?? size, 0, size))
            return (first, last > first ? (last - first - 1) / step + 1 : 0)
        }
        let first = from.map { clamp($0, -1, size - 1) } ?? size - 1
        let last = to.map { clamp($0, -1, size - 1) } ?? -1
        return (first, first > last ? Int((UInt(first - last) - 1) / step.magnitude) + 1 : 0)
    }

    /// The axes around the index tensors, the offsets of these, and the result's shape.
    func groups() throws -> (before: [(size: Int, step: Int)], middle: [Int], after: [(size: Int, step: Int)], shape: [Int]) {
        var (before, after): ([(size: Int, step: Int)], [(size: Int, step: Int)]) = ([], [])
        var tensors: [(numbers: Tensor, step: Int)] = []
        var (isInterrupted, hasGap) = (false, false)
        for item in items {
            switch item {
            case .gap: hasGap = !tensors.isEmpty
            case .axis(let size, let step):
                if tensors.isEmpty { before.append((size, step)) } else { after.append((size, step)) }
            case .numbers(let numbers, let step):
                if !after.isEmpty || hasGap { isInterrupted = true }
                tensors.append((numbers, step))
            }
        }
        // Without index tensors everything may go by the tables of the last group, which holds runs.
        if isInterrupted || tensors.isEmpty { (before, after) = ([], before + after) }
        let common = try tensors.reduce([Int]()) { try Shape.broadcast($0, $1.numbers.shape, operation) }
        let number = try Shape.count(common, operation)
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 3 * MemoryLayout<Int>.size)
        try MemoryPool.ensureRoom(overflow ? .max : bytes, operation)
        var middle = Array(repeating: 0, count: number)
        for (numbers, step) in tensors {
            for (position, number) in try numbers.broadcast(to: common).integers.enumerated() {
                middle[position] += number * step
            }
        }
        return (before, middle, after, before.map(\.size) + common + after.map(\.size))
    }
}
