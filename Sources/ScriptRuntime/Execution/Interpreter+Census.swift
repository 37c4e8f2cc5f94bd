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
        if collectCycles() > 0 { live = liveBytes() }
        if live >= limit - wanted {
            nextCensus = Swift.max(limit / 4, 1 << 20)
            beginStopping()
            throw Raised(stop: .memory(limit: limit))
        }
        nextCensus = Swift.max(limit - live, wanted + (1 << 14))
    }

    /// Bytes of everything that registers, modules and the interpreter itself reach, estimated.
    public func liveBytes() -> Int {
        var census = Census()
        var register = stack
        while register < top {
            census.work.append(register.pointee)
            register += 1
        }
        for index in 0..<(depth + 1) where index > 0 {
            if let generator = frames[index].generator { census.work.append(.iterator(generator.takeUnretainedValue())) }
        }
        for module in modules.values { census.work.append(.module(module)) }
        for module in fileModules.values { census.work.append(.module(module)) }
        census.work.append(.module(main))
        census.work.append(handled)
        return census.total()
    }

    /// Bytes of everything that a value reaches, estimated.
    public func liveBytes(of value: Value) -> Int {
        var census = Census()
        census.work = [value]
        return census.total()
    }
}

private struct Census {
    var work: [Value] = []
    var seen: Set<Int> = []

    mutating func total() -> Int {
        var bytes = 0
        while let value = work.popLast() {
            let tag = Tag.of(value)
            if tag < Tag.str || tag == Tag.constant { continue }
            if !seen.insert(Tag.payload(value)).inserted { continue }
            bytes += visit(value)
        }
        return bytes
    }

    private mutating func visit(_ value: Value) -> Int {
        switch value {
        case .str(let text): return 64 + text.count * text.width
        case .list(let list):
            work += list.items
            return 64 + list.count * 16
        case .tuple(let tuple):
            work += tuple.items
            return 48 + tuple.count * 16
        case .dict(let dict):
            for (key, value) in dict.entries { work += [key, value] }
            return 128 + dict.count * 56
        case .set(let set):
            work += set.items
            return 128 + set.count * 56
        case .instance(let instance):
            for (_, value) in instance.attributes { work.append(value) }
            work.append(instance.base)
            work.append(.type(instance.type))
            return 96 + instance.shape.count * 16
        case .function(let function):
            for cell in function.closure { work.append(.cell(cell)) }
            work += function.defaults
            if let attributes = function.attributes { work.append(.dict(attributes)) }
            return 128
        case .boundMethod(let method):
            work.append(method.receiver)
            return 64
        case .type(let type):
            for (_, value) in type.attributes { work.append(value) }
            return 512
        case .iterator(let iterator):
            if let generator = iterator as? GeneratorObject, generator.state == .suspended || generator.state == .fresh {
                for index in 0..<generator.function.code.registerCount { work.append(generator.registers[index]) }
            }
            return 128
        case .bigInt(let object): return 48 + object.value.bitWidth / 8
        case .bytes(let bytes): return 64 + bytes.count
        case .module(let module):
            for (_, value) in module.members { work.append(value) }
            return 256
        case .cell(let cell):
            work.append(cell.value)
            return 48
        case .descriptor(let descriptor):
            work += [descriptor.first, descriptor.second, descriptor.third]
            return 96
        case .host(let box): return 64 + ((box.object as? any HostMemory)?.heldBytes ?? 0)
        default: return 64
        }
    }
}
