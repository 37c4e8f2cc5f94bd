import ScriptRuntime

/// `bisect` and `heapq`.
enum SearchModules {
    // MARK: - bisect

    static var bisect: NativeModule {
        func place(_ call: Call, right: Bool) throws -> Int {
            let interpreter = call.interpreter
            var low = try call.int(2)
            if low < 0 { throw Raised.value("lo must be non-negative") }
            var high = try call.optionalInt(3) ?? interpreter.length(call[0])
            while low < high {
                try interpreter.charge(steps: 1)
                let middle = low + (high - low) / 2
                var item = try interpreter.item(of: call[0], at: .int(middle))
                if !call[4].isNone { item = try interpreter.call(call[4], [item]) }
                let goesLeft = right ? try interpreter.isTrue(.less, call[1], item) : try !interpreter.isTrue(.less, item, call[1])
                if goesLeft { high = middle } else { low = middle + 1 }
            }
            return low
        }
        func find(_ name: String, right: Bool) -> Native {
            Native("\(name)(a, x, lo=0, hi=None, *, key=None)", "Where to insert x in the sorted list a so that it stays sorted.") {
                .int(try place($0, right: right))
            }
        }
        func insert(_ name: String, right: Bool) -> Native {
            Native("\(name)(a, x, lo=0, hi=None, *, key=None)", "Insert x in the sorted list a.") { call in
                // With a key the place is that of the key of x.
                let index: Int
                if call[4].isNone {
                    index = try place(call, right: right)
                } else {
                    let key = try call.interpreter.call(call[4], [call[1]])
                    let finder = call.interpreter.value(of: find(name, right: right))
                    index = try call.interpreter.index(
                        call.interpreter.call(finder, [call[0], key, call[2], call[3]], keywords: [("key", call[4])]))
                }
                try call.interpreter.callMethod(call[0], named: "insert", [.int(index), call[1]])
                return .none
            }
        }
        return NativeModule(
            "bisect", doc: "Searching and inserting in sorted lists.",
            functions: [
                find("bisect_left", right: false), find("bisect_right", right: true), find("bisect", right: true),
                insert("insort_left", right: false), insert("insort_right", right: true), insert("insort", right: true),
            ])
    }

    // MARK: - heapq

    private static func down(_ heap: ListObject, _ start: Int, _ position: Int, _ interpreter: Interpreter) throws {
        var position = position
        let end = heap.count
        guard position < end else { throw Raised.index("index out of range") }
        let item = heap[position]
        while position > start {
            let parent = (position - 1) >> 1
            let isLess = try interpreter.isTrue(.less, item, heap[parent])
            guard heap.count == end else { throw Raised(.runtimeError, "list changed size during iteration") }
            if !isLess { break }
            heap[position] = heap[parent]
            position = parent
        }
        heap[position] = item
    }

    /// Moves the smaller child up until a leaf is reached, then the item down to its place: CPython's way, so that
    /// comparisons and results are the same.
    private static func up(_ heap: ListObject, _ start: Int, _ interpreter: Interpreter) throws {
        let end = heap.count
        var position = start
        guard position < end else { return }
        let item = heap[position]
        var child = 2 * position + 1
        while child < end {
            let right = child + 1
            try interpreter.charge(steps: 1)
            if right < end, try !interpreter.isTrue(.less, heap[child], heap[right]) { child = right }
            guard heap.count == end else { throw Raised(.runtimeError, "list changed size during iteration") }
            heap[position] = heap[child]
            position = child
            child = 2 * position + 1
        }
        heap[position] = item
        try down(heap, start, position, interpreter)
    }

    private static func list(_ call: Call, _ name: String) throws -> ListObject {
        guard case .list(let list) = call.plain(0) else {
            let place = name == "heapify" || name == "heappop" ? "argument" : "argument 1"
            throw Raised.type("\(name)() \(place) must be list, not \(call.shortTypeName(call[0]))")
        }
        return list
    }

    private static func pop(_ heap: ListObject, _ interpreter: Interpreter) throws -> Value {
        if heap.count == 0 { throw Raised.index("index out of range") }
        let last = heap.removeLast()
        if heap.count == 0 { return last }
        let first = heap[0]
        heap[0] = last
        try up(heap, 0, interpreter)
        return first
    }

    /// The first `wanted` of sorted items, found as CPython finds them: a number is compared, then sliced by.
    static func first(_ wanted: Value, of items: [Value], _ interpreter: Interpreter) throws -> [Value] {
        if try interpreter.isTrue(.equal, wanted, .int(1)) { return Array(items.prefix(1)) }
        if try interpreter.isTrue(.greaterOrEqual, wanted, .int(items.count)) {
            return Array(items.prefix(max(try interpreter.sliceBound(wanted, items.count), 0)))
        }
        guard BuiltinFunctions.isNumber(wanted) else {
            throw Raised.type("'\(interpreter.typeName(of: wanted))' object cannot be interpreted as an integer")
        }
        guard case .float = interpreter.plain(wanted) else { return Array(items.prefix(max(try interpreter.sliceBound(wanted, 0), 0))) }
        throw Raised.type("'float' object cannot be interpreted as an integer")
    }

    static var heapq: NativeModule {
        func extremes(_ name: String, largest: Bool) -> Native {
            Native("\(name)(n, iterable, key=None)", "Find the n \(largest ? "largest" : "smallest") elements in a dataset.") { call in
                let list = try call.interpreter.newList(of: call[1])
                try Sorting.sort(list, key: call[2], reverse: largest, call.interpreter)
                return .list(try first(call[0], of: list.items, call.interpreter))
            }
        }
        return NativeModule(
            "heapq", doc: "Heap queue algorithm (a.k.a. priority queue).",
            functions: [
                Native("heappush(heap, item, /)", "Push item onto heap, maintaining the heap invariant.") { call in
                    let heap = try list(call, "heappush")
                    try call.interpreter.charge(bytes: 16)
                    heap.append(call[1])
                    try down(heap, 0, heap.count - 1, call.interpreter)
                    return .none
                },
                Native("heappop(heap, /)", "Pop the smallest item off the heap, maintaining the heap invariant.") { call in
                    try pop(list(call, "heappop"), call.interpreter)
                },
                Native("heapreplace(heap, item, /)", "Pop and return the current smallest value, and add the new item.") { call in
                    let heap = try list(call, "heapreplace")
                    if heap.count == 0 { throw Raised.index("index out of range") }
                    let first = heap[0]
                    heap[0] = call[1]
                    try up(heap, 0, call.interpreter)
                    return first
                },
                Native("heappushpop(heap, item, /)", "Push item on the heap, then pop and return the smallest item from the heap.") { call in
                    let heap = try list(call, "heappushpop")
                    guard heap.count > 0, try call.interpreter.isTrue(.less, heap[0], call[1]) else { return call[1] }
                    // The comparison may have emptied it.
                    if heap.count == 0 { throw Raised.index("index out of range") }
                    let first = heap[0]
                    heap[0] = call[1]
                    try up(heap, 0, call.interpreter)
                    return first
                },
                Native("heapify(heap, /)", "Transform list into a heap, in-place, in linear time.") { call in
                    let heap = try list(call, "heapify")
                    for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { try up(heap, index, call.interpreter) }
                    return .none
                },
                extremes("nlargest", largest: true), extremes("nsmallest", largest: false),
                Native("merge(*iterables, key=None, reverse=False)", "Merge multiple sorted inputs into a single sorted output.") { call in
                    .iterator(try Merging(call.rest(0), key: call[1], isReversed: call.truth(2)))
                },
            ])
    }
}
