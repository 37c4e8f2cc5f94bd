/// Releasing deep structures without deep recursion, and without room for what is in them: it also happens when there is
/// no memory left.
///
/// A million-long chain of instances must not overflow the stack when its head dies. Each container gives its items
/// up through `release`: an item that is itself a container with this one as its last owner is put into a work list and
/// emptied first, so that it dies shallow. The list holds the way to where the release stands: wide containers stay in
/// it while their items are released one by one.
enum Drain {
    /// Containers of more items than that give them up one by one.
    private static let few = 8

    /// Deinitializes `count` values at `storage`.
    @inline(__always)
    static func release(_ storage: UnsafeMutablePointer<Value>, _ count: Int) {
        var slot = storage
        let end = storage + count
        while slot < end {
            if isNested(slot) { return releaseDeep(slot, end - slot) }
            // Of several references to one container, the last may be nested now.
            slot.release(1)
            slot += 1
        }
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
        for index in 0..<count {
            let slot = storage + index
            if isNested(slot) {
                work.append(slot.move())
                drain(&work)
            } else {
                slot.release(1)
            }
        }
    }

    /// Empties the values of `work`, and what only they own, one after the other.
    static func drain(_ work: inout [Value]) {
        while var value = work.popLast() {
            guard withUnsafeMutablePointer(to: &value, { isNested($0) }) else { continue }
            switch value {
            case .list(let list) where list.count > few: unload(value, &work) { list.giveUp(into: &$0) }
            case .tuple(let tuple) where tuple.count > few: unload(value, &work) { tuple.giveUp(into: &$0) }
            case .dict(let dict) where dict.table.used > few: unload(value, &work) { dict.table.giveUp(into: &$0) }
            case .set(let set) where set.table.used > few: unload(value, &work) { set.table.giveUp(into: &$0) }
            default: open(value, into: &work)
            }
        }
    }

    /// Puts a wide container back below what it gives up next, unless that was all.
    private static func unload(_ container: Value, _ work: inout [Value], _ giveUp: (inout [Value]) -> Bool) {
        let place = work.count
        work.append(container)
        if !giveUp(&work) { work.remove(at: place) }
    }

    /// Takes the last nested value of `storage[0 ..< count]` out, letting go of the others behind it; false at the end.
    static func giveUp(_ storage: UnsafeMutablePointer<Value>, _ count: inout Int, into work: inout [Value]) -> Bool {
        while count > 0 {
            count -= 1
            let slot = storage + count
            if isNested(slot) {
                work.append(slot.move())
                return count > 0
            }
            slot.release(1)
        }
        return false
    }

    /// Takes the nested values out of a container of few items; what is left dies with it.
    private static func open(_ value: Value, into work: inout [Value]) {
        switch value {
        case .list(let list): take(list.storage, list.count, to: &work)
        case .tuple(let tuple): take(tuple.storage, tuple.count, to: &work)
        case .dict(let dict): dict.table.giveUpAll(into: &work)
        case .set(let set): set.table.giveUpAll(into: &work)
        case .instance(let instance): instance.drain(into: &work)
        case .function(let function): function.drain(into: &work)
        case .boundMethod(let method):
            work.append(method.receiver)
            method.receiver = .undefined
        case .cell(let cell): take(cell.slot, 1, to: &work)
        case .iterator(let iterator): iterator.drain(into: &work)
        case .slice(let slice): slice.drain(into: &work)
        case .descriptor(let descriptor): descriptor.drain(into: &work)
        default: break
        }
    }

    /// Takes everything out of a container that something else keeps alive.
    static func empty(_ value: Value) {
        var work: [Value] = []
        switch value {
        case .list(let list): list.removeAll()
        case .tuple(let tuple): clear(tuple.storage, tuple.count)
        case .dict(let dict): dict.removeAll()
        case .set(let set): set.removeAll()
        case .instance(let instance):
            clear(instance.slots, instance.shape.count)
            instance.drain(into: &work)
        case .cell(let cell): clear(cell.slot, 1)
        case .iterator(let iterator):
            if iterator.kind == .generator {
                unsafeDowncast(iterator, to: GeneratorObject.self).finish()
            } else {
                iterator.drain(into: &work)
            }
        default: open(value, into: &work)
        }
        drain(&work)
    }

    /// Leaves values behind that hold nothing.
    static func clear(_ storage: UnsafeMutablePointer<Value>, _ count: Int) {
        var work: [Value] = []
        for index in 0..<count {
            work.append(storage[index])
            storage[index] = .undefined
            drain(&work)
        }
    }

    /// Takes the nested values out, and all other references to containers with them: the last of several to the same one
    /// is nested. `.undefined` takes their places.
    static func take(_ storage: UnsafeMutablePointer<Value>, _ count: Int, to work: inout [Value]) {
        for index in 0..<count where Interpreter.mayHoldReferences(storage[index]) {
            let slot = storage + index
            if isNested(slot) { work.append(slot.move()) } else { slot.release(1) }
            slot.initialize(to: .undefined)
        }
    }
}
