import BigInt

/// Measuring live data for the memory limit.
///
/// Allocations are only counted up; when the count reaches what is left of the limit, the data that can be reached from
/// the session is measured and the count starts again from there.
extension Interpreter {
    /// Asks the system whether it has memory left, and takes a census when it is due.
    ///
    /// - Parameter wanted: bytes that are going to be allocated next, and count as if they were already.
    @inline(never)
    func lookAtMemory(before wanted: Int = 0) throws(Raised) {
        uncounted = uncounted.addingReportingOverflow(allocated).overflow ? .max : uncounted + allocated
        allocated = 0
        nextLook = Interpreter.lookIntervalInNeed
        try askForRoom()
        if uncounted > nextCensus { try takeCensus(before: wanted) }
        nextLook = Swift.min(nextCensus - uncounted, Interpreter.lookInterval)
    }

    private func takeCensus(before wanted: Int) throws(Raised) {
        uncounted = wanted
        guard let limit = limits.heapBytes else {
            nextCensus = .max
            return
        }
        var live = liveBytes()
        // What only refers to itself is not reached, but takes room until it is looked for.
        if live != nil, collectCycles() > 0 { live = liveBytes() }
        guard let live else {
            // The system has so little left that it will refuse before the limit does.
            nextCensus = Interpreter.lookInterval
            return
        }
        if live >= limit - wanted {
            nextCensus = Swift.max(limit / 4, 1 << 20)
            let stop = Stop.memory(limit: limit)
            beginStopping(stop)
            throw Raised(stop: stop)
        }
        // Near the limit it takes its time too: not for every few bytes of much.
        nextCensus = Swift.max(limit - live, wanted + (1 << 14), live >> 6)
    }

    /// Bytes of everything that registers, modules and the interpreter itself reach, estimated; nil where the system has no
    /// memory for the list of what was seen.
    public func liveBytes() -> Int? {
        var census = Census()
        var register = stack
        while register < top {
            census.count(register.pointee)
            register += 1
        }
        for index in 0..<(depth + 1) where index > 0 {
            if let generator = frames[index].generator { census.count(.iterator(generator.takeUnretainedValue())) }
        }
        for module in modules.values { census.count(.module(module)) }
        for module in fileModules.values { census.count(.module(module)) }
        census.count(.module(main))
        census.count(handled)
        return census.isAbandoned ? nil : census.bytes
    }

    /// Bytes of everything that a value reaches, estimated; nil as above.
    public func liveBytes(of value: Value) -> Int? {
        var census = Census()
        census.count(value)
        return census.isAbandoned ? nil : census.bytes
    }
}

private struct Census {
    private(set) var bytes = 0
    /// Whether the system had no memory for what is to be noted.
    private(set) var isAbandoned = false
    private var seen: Set<Int> = []
    /// Containers that were begun, each with the number of the item that comes next.
    private var way: [(container: Value, next: Int)] = []

    /// What other objects refer to, not looked at yet.
    private var work: [Value] = []

    mutating func count(_ value: Value) {
        put(value)
        while !isAbandoned {
            if let value = work.popLast() {
                enter(value)
            } else if let last = way.indices.last {
                if let item = Census.nextItem(of: way[last].container, &way[last].next) { enter(item) } else { way.removeLast() }
            } else {
                return
            }
        }
    }

    private mutating func enter(_ value: Value) {
        let tag = Tag.of(value)
        if tag < Tag.str || tag == Tag.constant { return }
        requireRoom(isFull: seen.count == seen.capacity, seen.count * 4 * MemoryLayout<Int>.stride)
        requireRoom(isFull: way.count == way.capacity, way.count * 2 * MemoryLayout<(Value, Int)>.stride)
        if !isAbandoned, seen.insert(Tag.payload(value)).inserted { bytes += visit(value) }
    }

    private mutating func put(_ value: Value) {
        requireRoom(isFull: work.count == work.capacity, work.count * 2 * MemoryLayout<Value>.stride)
        if !isAbandoned { work.append(value) }
    }

    private mutating func requireRoom(isFull: Bool, _ bytes: Int) {
        if isFull, bytes >= SystemMemory.largeBlock, !SystemMemory.has(bytes) { isAbandoned = true }
    }

    /// The item at or after a number, which is moved on; nil at the end.
    private static func nextItem(of container: Value, _ next: inout Int) -> Value? {
        switch container {
        case .list(let list):
            guard next < list.count else { return nil }
            next += 1
            return list[next - 1]
        case .tuple(let tuple):
            guard next < tuple.count else { return nil }
            next += 1
            return tuple[next - 1]
        case .dict(let dict):
            // A key and its value by turns.
            guard let entry = dict.nextEntry(from: next / 2) else { return nil }
            let isValue = next % 2 == 1 && entry.number == next / 2
            next = entry.number * 2 + (isValue ? 2 : 1)
            return isValue ? entry.value : entry.key
        case .set(let set):
            guard let entry = set.nextItem(from: next) else { return nil }
            next = entry.number + 1
            return entry.item
        default: return nil
        }
    }

    private mutating func visit(_ value: Value) -> Int {
        switch value {
        case .str(let text): return 64 + text.count * text.width
        case .list(let list):
            way.append((value, 0))
            return 64 + list.count * 16
        case .tuple(let tuple):
            way.append((value, 0))
            return 48 + tuple.count * 16
        case .dict(let dict):
            way.append((value, 0))
            return 128 + dict.count * 56
        case .set(let set):
            way.append((value, 0))
            return 128 + set.count * 56
        case .instance(let instance):
            for (_, value) in instance.attributes { put(value) }
            put(instance.base)
            put(.type(instance.type))
            return 96 + instance.shape.count * 16
        case .function(let function):
            for cell in function.closure { put(.cell(cell)) }
            for value in function.defaults { put(value) }
            if let attributes = function.attributes { put(.dict(attributes)) }
            return 128
        case .boundMethod(let method):
            put(method.receiver)
            return 64
        case .type(let type):
            for (_, value) in type.attributes { put(value) }
            return 512
        case .iterator(let iterator):
            if let generator = iterator as? GeneratorObject, generator.state == .suspended || generator.state == .fresh {
                for index in 0..<generator.function.code.registerCount { put(generator.registers[index]) }
            }
            return 128
        case .bigInt(let object): return 48 + object.value.bitWidth / 8
        case .bytes(let bytes): return 64 + bytes.count
        case .module(let module):
            for (_, value) in module.members { put(value) }
            return 256
        case .cell(let cell):
            put(cell.value)
            return 48
        case .descriptor(let descriptor):
            for value in [descriptor.first, descriptor.second, descriptor.third] { put(value) }
            return 96
        case .host(let box): return 64 + ((box.object as? any HostMemory)?.heldBytes ?? 0)
        default: return 64
        }
    }
}
