import ScriptSyntax

/// Instructions that are seldom, or long in themselves: none of them jumps or starts a frame.
///
/// They are apart from the loop because the loop then stays small enough for the compiler to keep the machine's own
/// registers in those of the processor: calls take two thirds of the time.
extension Interpreter {
    /// Runs an instruction that the loop has no case for; `a` is its first operand.
    @inline(never)
    func rare(_ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ state: MachineState) throws(Raised) {
        // Every operation that the compiler emits is a case of `Operation`.
        switch unsafeBitCast(UInt8(truncatingIfNeeded: word), to: Operation.self) {
        case .deleteLocal:
            if a.isUnbound { throw unboundLocal(Word.a(word)) }
            a.put(.undefined)
        case .deleteGlobal:
            let slot = state.globals + Word.b(word)
            if slot.isUnbound { throw unboundGlobal(Word.b(word)) }
            slot.put(.undefined)
        case .deleteCell:
            let slot = a.object(CellObject.self)._withUnsafeGuaranteedRef { $0.slot }
            if slot.isUnbound { throw unboundLocal(Word.a(word)) }
            slot.put(.undefined)
        case .deleteFree:
            let slot = state.free(Word.b(word))
            if slot.isUnbound { throw unboundFree(Word.b(word)) }
            slot.put(.undefined)
        case .positive: a.put(try unary(.positive, (state.registers + Word.b(word)).pointee))
        case .invert: a.put(try unary(.invert, (state.registers + Word.b(word)).pointee))
        case .buildSet: a.put(try buildSet(state.registers + Word.b(word), Word.c(word)))
        case .buildDict:
            try note(128)
            a.put(.dict(DictObject()))
        case .buildString: a.put(.str(try joinStrings(state.registers + Word.b(word), Word.c(word))))
        case .buildSlice:
            let b = state.registers + Word.b(word)
            // A loop makes the same slice again and again: the last one is at hand where nobody else has it.
            if a.tag == Tag.slice, Reference.isUnique(a.address) {
                a.object(SliceObject.self)._withUnsafeGuaranteedRef { $0.replace(copying: b) }
                return
            }
            a.put(.slice(SliceObject(b.pointee, (b + 1).pointee, (b + 2).pointee)))
        case .listExtend: try extendDisplay(a.pointee, (state.registers + Word.b(word)).pointee)
        case .setAdd: if case .set(let set) = a.pointee { try insert(set, (state.registers + Word.b(word)).pointee) }
        case .setUpdate:
            if case .set(let set) = a.pointee {
                try forEach((state.registers + Word.b(word)).pointee) { item in
                    try self.insert(set, item)
                    return true
                }
            }
        case .dictSet:
            // What is called stands two registers before the keywords that are collected for it.
            try setDisplayItem(
                a.pointee, (state.registers + Word.b(word)).pointee, (state.registers + Word.c(word)).pointee,
                callee: Word.d(word) == 1 ? (a - 2).pointee : nil)
        case .dictMerge:
            try mergeDisplay(a.pointee, (state.registers + Word.b(word)).pointee, callee: Word.d(word) == 1 ? (a - 2).pointee : nil)
        case .listToTuple:
            if case .list(let list) = (state.registers + Word.b(word)).pointee {
                try charge(count: list.count, of: MemoryLayout<Value>.stride)
                a.put(.tuple(TupleObject(copying: list.storage, count: list.count)))
            }
        case .formatValue:
            let specification: StrObject
            if Word.c(word) == Word.none {
                specification = .empty
            } else if case .str(let text) = (state.registers + Word.c(word)).pointee {
                specification = text
            } else {
                specification = .empty
            }
            a.put(.str(try formatted((state.registers + Word.b(word)).pointee, specification, Word.d(word))))
        case .deleteItem: try deleteItem(of: a.pointee, at: (state.registers + Word.b(word)).pointee)
        case .deleteAttribute: try deleteAttribute(a.pointee, state.cache(word).pointee.name)
        case .loadSuper:
            let object = (state.registers + Word.b(word)).pointee
            let type = state.free(Word.c(word)).pointee
            a.put(.descriptor(DescriptorObject(.superObject, object, type)))
        case .makeFunction: a.put(try makeFunction(word, a, state.registers))
        case .makeClass:
            let parent = Word.c(word) == Word.none ? Value.undefined : (state.registers + Word.c(word)).pointee
            a.put(try makeClass((state.registers + Word.b(word)).pointee, parent))
        case .unpackStarred:
            try unpackStarred((state.registers + Word.b(word)).pointee, a, Word.c(word) & 0xFF, Word.c(word) >> 8)
        case .getYieldFrom: a.put(try iterate((state.registers + Word.b(word)).pointee))
        case .raise:
            throw try raise(a.pointee, from: Word.b(word) == Word.none ? nil : (state.registers + Word.b(word)).pointee)
        case .raiseAgain:
            guard case .instance(let current) = handled else {
                throw Raised(.runtimeError, "No active exception to reraise")
            }
            throw Raised(again: current)
        case .rethrow:
            if case .instance(let exception) = a.pointee { throw Raised(again: exception) }
            throw pendingStop ?? Raised(stop: .cancelled)
        case .assertionFailed:
            throw try assertionFailure(word, state.registers, state.code.takeUnretainedValue())
        case .enterContext: try enterContext((state.registers + Word.b(word)).pointee, a)
        case .exitContext:
            let exception = Word.b(word) == Word.none ? Value.undefined : (state.registers + Word.b(word)).pointee
            (state.registers + Word.c(word)).set(try exitContext(a, exception))
        case .importModule:
            if case .str(let name) = (state.constants + Word.b(word)).pointee {
                a.put(.module(try importModule(name.string, takesFirst: Word.d(word) == 1, from: state.code.takeUnretainedValue().source.name)))
            }
        case .importName:
            a.put(
                try importName(
                    (state.registers + Word.b(word)).pointee, state.cache(word).pointee.name, from: state.code.takeUnretainedValue().source.name))
        case .display:
            let value = a.pointee
            try converting { try self.display(value, self) }
        default: break
        }
    }
}
