import ScriptSyntax

extension Interpreter {
    /// Runs the frame on top until it returns (or, for a generator, yields); then it is gone.
    ///
    /// Every register, constant and cache index comes from the compiler and is in bounds of its frame.
    func run(raising first: Raised? = nil) throws(Raised) -> Value {
        let base = depth
        var state = MachineState(frames + depth)
        var raised = first
        while true {
            if let error = raised {
                raised = nil
                let handler = try unwind(error, base, state.index)
                state = MachineState(frames + depth)
                state.jump(to: handler)
            }
            do throws(Raised) {
                return try execute(&state, base)
            } catch {
                raised = error
            }
        }
    }

    /// The dispatch loop. Returns when the frame number `base` does.
    private func execute(_ outer: inout MachineState, _ base: Int) throws(Raised) -> Value {
        var state = outer
        // What a failing instruction needs to be found again.
        defer { outer = state }
        while true {
            let word = state.pc.pointee
            state.pc += 1
            let a = state.registers + Word.a(word)
            // Every operation that the compiler emits is a case of `Operation`, whose raw values are dense from 0.
            switch unsafeBitCast(UInt8(truncatingIfNeeded: word), to: Operation.self) {
            case .nop: break
            case .move: a.assign(from: state.registers + Word.b(word))
            case .constant: a.assign(from: state.constants + Word.bx(word))
            case .checkLocal: if a.isUnbound { throw unboundLocal(Word.a(word)) }
            case .unbind: for offset in 0..<Word.b(word) { (a + offset).put(.undefined) }
            case .loadGlobal:
                let slot = state.globals + Word.b(word)
                if !slot.isUnbound {
                    a.assign(from: slot)
                } else {
                    let builtin = builtins.slots + Word.c(word)
                    if builtin.isUnbound { throw unboundGlobal(Word.b(word)) }
                    a.assign(from: builtin)
                }
            case .storeGlobal: (state.globals + Word.b(word)).assign(from: a)
            case .takeGlobal: (state.globals + Word.b(word)).take(from: a)
            case .makeCell: a.put(.cell(CellObject(a.pointee)))
            case .loadCell:
                let slot = (state.registers + Word.b(word)).object(CellObject.self)._withUnsafeGuaranteedRef { $0.slot }
                if slot.isUnbound { throw unboundLocal(Word.b(word)) }
                a.assign(from: slot)
            case .storeCell:
                if (state.registers + Word.b(word)).mayHoldReferences { track(a) }
                a.object(CellObject.self)._withUnsafeGuaranteedRef { $0.slot }.assign(from: state.registers + Word.b(word))
            case .loadFree:
                let slot = state.free(Word.b(word))
                if slot.isUnbound { throw unboundFree(Word.b(word)) }
                a.assign(from: slot)
            case .storeFree:
                if a.mayHoldReferences { track(state.cell(Word.b(word))) }
                state.free(Word.b(word)).assign(from: a)
            case .add:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int {
                    let (sum, overflow) = b.bits.addingReportingOverflow(c.bits)
                    if !overflow { a.set(sum) } else { try slowBinary(word, a, b, c) }
                } else if b.tag == Tag.float && c.tag == Tag.float {
                    put(b.double + c.double, in: a)
                } else {
                    try slowBinary(word, a, b, c)
                }
            case .subtract:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int {
                    let (difference, overflow) = b.bits.subtractingReportingOverflow(c.bits)
                    if !overflow { a.set(difference) } else { try slowBinary(word, a, b, c) }
                } else if b.tag == Tag.float && c.tag == Tag.float {
                    put(b.double - c.double, in: a)
                } else {
                    try slowBinary(word, a, b, c)
                }
            case .multiply:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int {
                    let (product, overflow) = b.bits.multipliedReportingOverflow(by: c.bits)
                    if !overflow { a.set(product) } else { try slowBinary(word, a, b, c) }
                } else if b.tag == Tag.float && c.tag == Tag.float {
                    put(b.double * c.double, in: a)
                } else {
                    try slowBinary(word, a, b, c)
                }
            case .trueDivide:
                let (b, c) = operands(word, state)
                if b.tag == Tag.float && c.tag == Tag.float && c.double != 0 {
                    put(b.double / c.double, in: a)
                } else if b.tag == Tag.float && c.tag == Tag.int && c.bits != 0 {
                    put(b.double / Double(c.bits), in: a)
                } else {
                    try slowBinary(word, a, b, c)
                }
            case .floorDivide:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int && c.bits > 0 {
                    let (dividend, divisor) = (b.bits, c.bits)
                    let quotient = dividend / divisor
                    a.set(dividend < 0 && quotient &* divisor != dividend ? quotient &- 1 : quotient)
                } else {
                    try slowBinary(word, a, b, c)
                }
            case .modulo:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int && c.bits > 0 {
                    let divisor = c.bits
                    let rest = b.bits % divisor
                    a.set(rest < 0 ? rest &+ divisor : rest)
                } else {
                    try slowBinary(word, a, b, c)
                }
            case .and:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits & c.bits) } else { try slowBinary(word, a, b, c) }
            case .or:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits | c.bits) } else { try slowBinary(word, a, b, c) }
            case .xor:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits ^ c.bits) } else { try slowBinary(word, a, b, c) }
            case .rightShift:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int && c.bits >= 0 { a.set(b.bits >> c.bits) } else { try slowBinary(word, a, b, c) }
            case .matrixMultiply, .power, .leftShift:
                let (b, c) = operands(word, state)
                try slowBinary(word, a, b, c)
            case .negative:
                let b = state.registers + Word.b(word)
                if b.tag == Tag.float { put(-b.double, in: a) } else { a.put(try unary(.negative, b.pointee)) }
            case .not: a.set(!(try isTruthy(state.registers + Word.b(word))))

            case .less:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits < c.bits) } else { try slowCompare(.less, a, b, c) }
            case .lessOrEqual:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits <= c.bits) } else { try slowCompare(.lessOrEqual, a, b, c) }
            case .equal:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits == c.bits) } else { try slowCompare(.equal, a, b, c) }
            case .notEqual:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits != c.bits) } else { try slowCompare(.notEqual, a, b, c) }
            case .greater:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits > c.bits) } else { try slowCompare(.greater, a, b, c) }
            case .greaterOrEqual:
                let (b, c) = operands(word, state)
                if b.tag | c.tag == Tag.int { a.set(b.bits >= c.bits) } else { try slowCompare(.greaterOrEqual, a, b, c) }
            case .isSame:
                let (b, c) = operands(word, state)
                a.set(b.pointee.isIdentical(to: c.pointee))
            case .isNotSame:
                let (b, c) = operands(word, state)
                a.set(!b.pointee.isIdentical(to: c.pointee))
            case .isIn:
                let (b, c) = operands(word, state)
                a.set(try isContained(b, c))
            case .isNotIn:
                let (b, c) = operands(word, state)
                a.set(!(try isContained(b, c)))

            case .jump: state.jump(to: Word.bx(word))
            case .loop:
                fuel = fuel &- 8
                if fuel < 0 { try refuel() }
                state.jump(to: Word.bx(word))
            case .jumpIfTrue: if try isTruthy(a) { state.jump(to: Word.bx(word)) }
            case .jumpIfFalse: if try !isTruthy(a) { state.jump(to: Word.bx(word)) }
            case .jumpIfBound: if !a.isUnbound { state.jump(to: Word.bx(word)) }
            case .jumpLess:
                let b = fusedOperand(word, state)
                let truth: Bool
                if a.tag | b.tag == Tag.int {
                    truth = a.bits < b.bits
                } else if a.tag == Tag.float && b.tag == Tag.float {
                    truth = a.double < b.double
                } else {
                    truth = try isTrue(.less, a.pointee, b.pointee)
                }
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }
            case .jumpLessOrEqual:
                let b = fusedOperand(word, state)
                let truth: Bool
                if a.tag | b.tag == Tag.int {
                    truth = a.bits <= b.bits
                } else if a.tag == Tag.float && b.tag == Tag.float {
                    truth = a.double <= b.double
                } else {
                    truth = try isTrue(.lessOrEqual, a.pointee, b.pointee)
                }
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }
            case .jumpEqual:
                let b = fusedOperand(word, state)
                let truth = a.tag | b.tag == Tag.int ? a.bits == b.bits : try isEqual(a, b)
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }
            case .jumpNotEqual:
                let b = fusedOperand(word, state)
                let truth = a.tag | b.tag == Tag.int ? a.bits != b.bits : try isUnequal(a, b)
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }
            case .jumpGreater:
                let b = fusedOperand(word, state)
                let truth: Bool
                if a.tag | b.tag == Tag.int {
                    truth = a.bits > b.bits
                } else if a.tag == Tag.float && b.tag == Tag.float {
                    truth = a.double > b.double
                } else {
                    truth = try isTrue(.greater, a.pointee, b.pointee)
                }
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }
            case .jumpGreaterOrEqual:
                let b = fusedOperand(word, state)
                let truth: Bool
                if a.tag | b.tag == Tag.int {
                    truth = a.bits >= b.bits
                } else if a.tag == Tag.float && b.tag == Tag.float {
                    truth = a.double >= b.double
                } else {
                    truth = try isTrue(.greaterOrEqual, a.pointee, b.pointee)
                }
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }
            case .jumpIs:
                let b = fusedOperand(word, state)
                let truth = a.tag == b.tag && a.bits == b.bits || a.pointee.isIdentical(to: b.pointee)
                if truth == (word & Word.senseFlag != 0) { state.jump(to: Word.target(word)) }

            case .buildList:
                let count = Word.c(word)
                let list = ListObject(capacity: count)
                list.fill(from: state.registers + Word.b(word), count)
                try note(64 + count * 16)
                a.put(.list(list))
            case .buildTuple:
                let count = Word.c(word)
                try note(48 + count * 16)
                a.put(.tuple(.make(copying: state.registers + Word.b(word), count: count)))
            case .listAppend:
                try append(state.registers + Word.b(word), to: a.object(ListObject.self))
            case .getItem:
                let (b, c) = operands(word, state)
                if b.tag == Tag.list && c.tag == Tag.int {
                    let (storage, count) = b.object(ListObject.self)._withUnsafeGuaranteedRef { ($0.storage, $0.count) }
                    let position = c.bits < 0 ? c.bits &+ count : c.bits
                    if UInt(bitPattern: position) >= UInt(bitPattern: count) { throw .index("list index out of range") }
                    a.assign(from: storage + position)
                } else {
                    try slowItem(a, b, c)
                }
            case .setItem:
                let (b, c) = operands(word, state)
                if a.tag == Tag.list && b.tag == Tag.int {
                    let (storage, count) = a.object(ListObject.self)._withUnsafeGuaranteedRef { ($0.storage, $0.count) }
                    let position = b.bits < 0 ? b.bits &+ count : b.bits
                    if UInt(bitPattern: position) >= UInt(bitPattern: count) { throw .index("list assignment index out of range") }
                    if c.mayHoldReferences { track(a) }
                    (storage + position).assign(from: c)
                } else {
                    try slowSetItem(a, b, c)
                }
            case .getAttribute:
                let b = state.registers + Word.b(word)
                let cache = state.cache(word)
                if b.tag == Tag.instance {
                    let (shape, slots) = b.object(InstanceObject.self)._withUnsafeGuaranteedRef { ($0.shapeID, $0.slots) }
                    if let way = cache.way(shape), way.pointee.slot >= 0, !(slots + way.pointee.slot).isUnbound {
                        a.assign(from: slots + way.pointee.slot)
                        continue
                    }
                }
                a.put(try slowAttribute(b.pointee, cache))
            case .setAttribute:
                let b = state.registers + Word.b(word)
                let cache = state.cache(word)
                if a.tag == Tag.instance {
                    if b.mayHoldReferences { track(a) }
                    let (shape, slots) = a.object(InstanceObject.self)._withUnsafeGuaranteedRef { ($0.shapeID, $0.slots) }
                    if let way = cache.way(shape) {
                        if let next = way.pointee.next {
                            a.object(InstanceObject.self)._withUnsafeGuaranteedRef { $0.append(next, copying: b) }
                        } else {
                            (slots + way.pointee.slot).assign(from: b)
                        }
                        continue
                    }
                }
                try slowSetAttribute(a.pointee, cache, b.pointee)
            case .loadMethod:
                let b = state.registers + Word.b(word)
                let cache = state.cache(word)
                if b.tag == Tag.instance {
                    let shape = b.object(InstanceObject.self)._withUnsafeGuaranteedRef { $0.shapeID }
                    if let way = cache.way(shape), way.pointee.slot < 0 {
                        (a + 1).assign(from: b)
                        way.copyValue(to: a)
                        continue
                    }
                } else if builtinKey(b) == cache.pointee.key {
                    (a + 1).assign(from: b)
                    cache.copyValue(to: a)
                    continue
                } else if b.tag == Tag.descriptor, loadSuperMethod(b, a, cache) {
                    continue
                }
                try slowMethod(b.pointee, a, cache)

            case .call:
                let count = Word.b(word)
                let result = state.registers + Word.c(word)
                if a.tag == Tag.function {
                    if try push(a.object(FunctionObject.self), a + 1, count, result, state.pc) {
                        state = MachineState(frames + depth)
                        continue
                    }
                } else if a.tag == Tag.native {
                    result.put(try invokeDirectly(a.object(NativeFunction.self), a + 1, count))
                    continue
                }
                frames[depth].next = state.pc
                if try begin(a, a + 1, count, [], result) { state = MachineState(frames + depth) }
            case .callMethod:
                let count = Word.b(word)
                let result = state.registers + Word.c(word)
                let shift = (a + 1).isUnbound ? 2 : 1
                let total = count + 2 - shift
                if a.tag == Tag.function {
                    if try push(a.object(FunctionObject.self), a + shift, total, result, state.pc) {
                        state = MachineState(frames + depth)
                        continue
                    }
                } else if a.tag == Tag.native {
                    let native = a.object(NativeFunction.self)
                    if native._withUnsafeGuaranteedRef({ $0.intrinsic }) == .listAppend, count == 1, (a + 1).tag == Tag.list {
                        if (a + 2).mayHoldReferences { track(a + 1) }
                        try append(a + 2, to: (a + 1).object(ListObject.self))
                        if !result.isNothing { result.put(.none) }
                    } else {
                        result.put(try invokeDirectly(native, a + shift, total))
                    }
                    continue
                }
                frames[depth].next = state.pc
                if try begin(a, a + shift, total, [], result) { state = MachineState(frames + depth) }
            case .callKeywords:
                let names = state.code._withUnsafeGuaranteedRef { $0.keywordSets[Int(state.pc.pointee)] }
                state.pc += 1
                var first = a + 1
                var count = Word.b(word)
                if Word.d(word) == 1 {
                    if first.isUnbound { first += 1 } else { count += 1 }
                }
                frames[depth].next = state.pc
                if try begin(a, first, count, names, state.registers + Word.c(word)) { state = MachineState(frames + depth) }
            case .callSpread:
                frames[depth].next = state.pc
                if try beginSpread(a, state.registers + Word.c(word)) { state = MachineState(frames + depth) }
            case .returnNamespace, .returnValue:
                if unsafeBitCast(UInt8(truncatingIfNeeded: word), to: Operation.self) == .returnNamespace { a.put(namespace()) }
                let frame = frames + depth
                let kind = frame.pointee.kind
                let result = frame.pointee.result
                if let generator = frame.pointee.generator {
                    let value = a.pointee
                    depth &-= 1
                    let end = frame.pointee.target
                    finish(generator, value)
                    if kind == .entry { return value }
                    state = MachineState(frames + depth)
                    state.pc = end
                    continue
                }
                // The registers die with the frame: the value moves out of its one.
                let (bits, tag) = (a.bits, a.tag)
                a.initializeUnbound()
                top = state.registers
                state.registers.release(state.code._withUnsafeGuaranteedRef { $0.registerCount })
                depth &-= 1
                if kind == .call {
                    result.adopt(bits, tag)
                    state = MachineState(frames + depth)
                } else if kind == .entry {
                    // Above the top, where nothing is initialized.
                    state.registers.write(bits, tag)
                    return state.registers.move()
                } else {
                    let kept = frame.pointee.kept
                    frame.pointee.function.release()
                    state = MachineState(frames + depth)
                    if tag != Tag.constant || bits != Tag.nonePayload {
                        top.write(bits, tag)
                        let value = top.move()
                        throw .type("__init__() should return None, not '\(typeName(of: value))'")
                    }
                    result.assign(from: kept)
                }

            case .getIterator:
                let b = state.registers + Word.b(word)
                a.put(try iterate(b.pointee))
            case .forIterator:
                let b = state.registers + Word.b(word)
                if a.tag == Tag.iterator {
                    let iterator = a.object(IteratorObject.self)
                    switch iterator._withUnsafeGuaranteedRef({ $0.kind }) {
                    case .range:
                        let range = a.object(RangeIterator.self)
                        let isLeft = range._withUnsafeGuaranteedRef { range -> Bool in
                            if range.left == 0 { return false }
                            range.left &-= 1
                            b.set(range.current)
                            range.current &+= range.step
                            return true
                        }
                        if !isLeft { state.jump(to: Word.target(word)) }
                        continue
                    case .list:
                        let (list, index) = a.object(ListIterator.self)._withUnsafeGuaranteedRef { ($0.reference, $0.index) }
                        let (storage, count) = list.map { $0._withUnsafeGuaranteedRef { ($0.storage, $0.count) } } ?? (b, 0)
                        if index < count {
                            a.object(ListIterator.self)._withUnsafeGuaranteedRef { $0.index = index &+ 1 }
                            b.assign(from: storage + index)
                        } else {
                            a.object(ListIterator.self)._withUnsafeGuaranteedRef { $0.end() }
                            state.jump(to: Word.target(word))
                        }
                        continue
                    case .tuple:
                        let (tuple, index) = a.object(TupleIterator.self)._withUnsafeGuaranteedRef { ($0.tuple, $0.index) }
                        if let tuple, index < tuple.count {
                            a.object(TupleIterator.self)._withUnsafeGuaranteedRef { $0.index = index &+ 1 }
                            b.assign(from: tuple.storage + index)
                        } else {
                            a.object(TupleIterator.self)._withUnsafeGuaranteedRef { $0.tuple = nil }
                            state.jump(to: Word.target(word))
                        }
                        continue
                    case .generator:
                        frames[depth].next = state.pc
                        let end = state.code._withUnsafeGuaranteedRef { $0.instructions } + Word.target(word)
                        if try start(a.object(GeneratorObject.self), .none, .forLoop, b, end) {
                            state = MachineState(frames + depth)
                        } else {
                            state.pc = end
                        }
                        continue
                    default: break
                    }
                }
                if !(try step(a, b)) { state.jump(to: Word.target(word)) }
            case .unpack:
                let c = state.registers + Word.c(word)
                if c.tag == Tag.tuple {
                    let (storage, count) = c.object(TupleObject.self)._withUnsafeGuaranteedRef { ($0.storage, $0.count) }
                    if count == Word.b(word) {
                        // `c`, which is none of the registers written to, keeps the tuple.
                        for index in 0..<count { (a + index).assign(from: storage + index) }
                        continue
                    }
                }
                try unpack(c.pointee, a, Word.b(word))
            case .yieldValue:
                let b = state.registers + Word.b(word)
                let frame = frames + depth
                let (kind, result) = (frame.pointee.kind, frame.pointee.result)
                frame.pointee.generator?._withUnsafeGuaranteedRef { self.suspend($0, state.pc, Word.a(word)) }
                depth &-= 1
                if kind == .entry { return b.pointee }
                result.assign(from: b)
                state = MachineState(frames + depth)
            case .sendTo:
                let b = state.registers + Word.b(word)
                let (value, isEnd) = try send(b.pointee, to: a.pointee)
                b.put(value)
                if isEnd { state.jump(to: Word.target(word)) }
            case .yieldFrom:
                let b = state.registers + Word.b(word)
                let frame = frames + depth
                let (kind, result) = (frame.pointee.kind, frame.pointee.result)
                frame.pointee.generator?._withUnsafeGuaranteedRef { self.suspend($0, state.pc, Word.b(word)) }
                depth &-= 1
                if kind == .entry { return b.pointee }
                result.assign(from: b)
                state = MachineState(frames + depth)

            case .pushHandled:
                let b = state.registers + Word.b(word)
                if frames[depth].generator != nil {
                    pushHandledInGenerator(a, b)
                    continue
                }
                withUnsafeMutablePointer(to: &handled) {
                    a.assign(from: $0)
                    $0.assign(from: b)
                }
            case .popHandled:
                if a.isUnbound {
                    popHandledInGenerator()
                    continue
                }
                withUnsafeMutablePointer(to: &handled) { a.handOver(to: $0) }
            case .jumpUnlessMatches:
                if try !matches(a, state.registers + Word.b(word)) { state.jump(to: Word.target(word)) }
            case .deleteLocal, .deleteGlobal, .deleteCell, .deleteFree, .positive, .invert, .buildSet, .buildDict, .buildString,
                .buildSlice, .listExtend, .setAdd, .setUpdate, .dictSet, .dictMerge, .listToTuple, .formatValue, .deleteItem,
                .deleteAttribute, .loadSuper, .makeFunction, .makeClass, .unpackStarred, .getYieldFrom, .raise, .raiseAgain, .rethrow,
                .assertionFailed, .enterContext, .exitContext, .importModule, .importName, .display:
                try rare(word, a, state)
            }
        }
    }
}
