/// Releasing deep structures without deep recursion.
///
/// A million-long chain of instances must not overflow the stack when its head dies. Each container gives its items
/// up through `release`: an item that is itself a container with this one as its last owner is emptied into a work
/// list first, so that it dies shallow.
enum Drain {
    /// Deinitializes `count` values at `storage`.
    @inline(__always)
    static func release(_ storage: UnsafeMutablePointer<Value>, _ count: Int) {
        var slot = storage
        let end = storage + count
        while slot < end {
            if isNested(slot) { return releaseDeep(storage, count) }
            slot += 1
        }
        storage.release(count)
    }

    /// Whether the value is a container that dies with this reference and has items of its own.
    @inline(__always)
    static func isNested(_ slot: UnsafeMutablePointer<Value>) -> Bool {
        let tag = UnsafeRawPointer(slot).load(fromByteOffset: 8, as: UInt8.self)
        switch tag {
        case Tag.list, Tag.tuple, Tag.dict, Tag.set, Tag.instance, Tag.function, Tag.boundMethod, Tag.cell,
            Tag.iterator, Tag.slice, Tag.descriptor:
            // The payload is one native class reference, whatever the case; looking at its count reads no field.
            return Reference.isUnique(slot.address)
        default: return false
        }
    }

    @inline(never)
    private static func releaseDeep(_ storage: UnsafeMutablePointer<Value>, _ count: Int) {
        var work: [Value] = []
        for index in 0..<count { work.append((storage + index).move()) }
        drain(&work)
    }

    /// Empties the values of `work`, and what only they own, one after the other.
    static func drain(_ work: inout [Value]) {
        while var value = work.popLast() {
            guard withUnsafeMutablePointer(to: &value, { isNested($0) }) else { continue }
            empty(value, into: &work)
        }
    }

    /// Takes everything out of a container.
    static func empty(_ value: Value, into work: inout [Value]) {
        switch value {
        case .list(let list):
            move(list.storage, list.count, to: &work)
            list.count = 0
        case .tuple(let tuple):
            // The count of a tuple is constant: its slots are left behind holding nothing.
            take(tuple.storage, tuple.count, to: &work)
        case .dict(let dict): dict.table.drain(into: &work)
        case .set(let set): set.table.drain(into: &work)
        case .instance(let instance): instance.drain(into: &work)
        case .function(let function): function.drain(into: &work)
        case .boundMethod(let method):
            work.append(method.receiver)
            method.receiver = .undefined
        case .cell(let cell):
            work.append(cell.value)
            cell.value = .undefined
        case .iterator(let iterator): iterator.drain(into: &work)
        case .slice(let slice): slice.drain(into: &work)
        case .descriptor(let descriptor): descriptor.drain(into: &work)
        default: break
        }
    }

    private static func move(_ storage: UnsafeMutablePointer<Value>, _ count: Int, to work: inout [Value]) {
        for index in 0..<count { work.append((storage + index).move()) }
    }

    static func take(_ storage: UnsafeMutablePointer<Value>, _ count: Int, to work: inout [Value]) {
        for index in 0..<count {
            work.append(storage[index])
            storage[index] = .undefined
        }
    }
}
