import Foundation
import ScriptSyntax

/// What instructions do when their fast path does not fit.
extension Interpreter {
    private var currentCode: CodeObject { frames[depth].code.takeUnretainedValue() }

    // MARK: - Unbound names

    @inline(never)
    func unboundLocal(_ register: Int) -> Raised {
        let code = currentCode
        let name = register < code.variables.count ? code.variables[register].name : "?"
        if code.name == "<module>" { return detailed(Raised(.nameError, "name '\(name)' is not defined"), [("name", .str(name))]) }
        return Raised(.unboundLocalError, "cannot access local variable '\(name)' where it is not associated with a value")
    }

    @inline(never)
    func unboundFree(_ index: Int) -> Raised {
        let code = currentCode
        let name = index < code.freeNames.count ? code.freeNames[index].name : "?"
        return Raised(
            .nameError, "cannot access free variable '\(name)' where it is not associated with a value in enclosing scope")
    }

    @inline(never)
    func unboundGlobal(_ slot: Int) -> Raised {
        let module = frames[depth].function.takeUnretainedValue().module
        let name = module.names[slot].name
        let known = module.members.map(\.name.name) + builtins.members.map(\.name.name)
        let hint = nearest(to: name, among: known).map { "Did you mean '\($0)'?" }
        return detailed(Raised(.nameError, "name '\(name)' is not defined", hint: hint), [("name", .str(name))])
    }

    // MARK: - Operators

    @inline(never)
    func slowBinary(
        _ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let code = UInt8(truncatingIfNeeded: word) - Operation.add.rawValue
        let operation = BinaryOperation(rawValue: code) ?? .add
        if operation == .add, b.tag == Tag.str, c.tag == Tag.str {
            return try addStrings(word, a, b, c)
        } else if b.tag <= Tag.float && c.tag <= Tag.float, mixed(operation, a, b, c) {
            return
        } else if let x = wide(b), let y = wide(c), let result = Interpreter.wideIntegers(operation, x, y) {
            a.put(result)
            return
        } else if !isInPlace(word, operation, b), try hostBinary(operation, a, b, c) {
            return
        }
        if Word.d(word) & 4 != 0 {
            a.pointee = try binaryInPlace(operation, b.pointee, c.pointee)
        } else {
            a.pointee = try binary(operation, b.pointee, c.pointee)
        }
    }

    /// An augmented assignment to a host object that has a method for it.
    private func isInPlace(_ word: UInt64, _ operation: BinaryOperation, _ register: UnsafeMutablePointer<Value>) -> Bool {
        guard Word.d(word) & 4 != 0, case .host(let box) = register.pointee else { return false }
        return box.type.lookup(Symbol(Interpreter.inPlace(operation))) != nil
    }

    /// An int that 128 bits hold.
    @inline(__always)
    private func wide(_ register: UnsafeMutablePointer<Value>) -> Int128? {
        if register.tag == Tag.int { return Int128(register.bits) }
        return register.tag == Tag.bigInt ? register.object(BigIntObject.self)._withUnsafeGuaranteedRef { $0.wide } : nil
    }

    /// What arithmetic of floats gives: a NaN is a value of its own, whatever it was made from (see `distinct`).
    @inline(__always)
    func put(_ result: Double, in register: UnsafeMutablePointer<Value>) {
        if result == result { register.set(result) } else { putNaN(result, in: register) }
    }

    @inline(never)
    private func putNaN(_ result: Double, in register: UnsafeMutablePointer<Value>) { register.put(distinct(result)) }

    /// Arithmetic of an int and a float; false when it needs more care.
    @inline(__always)
    private func mixed(
        _ operation: BinaryOperation, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>,
        _ c: UnsafeMutablePointer<Value>
    ) -> Bool {
        if b.tag == Tag.int && c.tag == Tag.int {
            guard operation == .trueDivide, c.bits != 0, b.bits.magnitude < 1 << 53, c.bits.magnitude < 1 << 53 else { return false }
            a.set(Double(b.bits) / Double(c.bits))
            return true
        }
        let x = b.tag == Tag.float ? b.double : Double(b.bits)
        let y = c.tag == Tag.float ? c.double : Double(c.bits)
        switch operation {
        case .add: put(x + y, in: a)
        case .subtract: put(x - y, in: a)
        case .multiply: put(x * y, in: a)
        case .trueDivide:
            if y == 0 { return false }
            put(x / y, in: a)
        case .power:
            // Positive, finite and not too large: no error to look for.
            let result = pow(x, y)
            if x <= 0 || !result.isFinite { return false }
            a.set(result)
        default: return false
        }
        return true
    }

    /// Operators of host objects (tensors above all), when no class of either side has a say; false else.
    private func hostBinary(
        _ operation: BinaryOperation, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>,
        _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) -> Bool {
        let isReflected: Bool
        if b.tag == Tag.host, c.tag != Tag.instance {
            isReflected = false
        } else if c.tag == Tag.host, b.tag <= Tag.bool {
            isReflected = true
        } else {
            return false
        }
        let box = (isReflected ? c : b).object(HostBox.self).takeUnretainedValue()
        let method = isReflected ? Interpreter.reflected(operation) : Interpreter.dunder(operation)
        guard box.type.lookup(method) == nil, let object = box.object.asArithmetic else { return false }
        do {
            guard let result = try object.binary(operation, (isReflected ? b : c).pointee, reflected: isReflected, self) else {
                return false
            }
            a.put(result)
            return true
        } catch { throw convert(error) }
    }

    /// `a = b + c` for strings: grows the left one in place when it goes away and nobody else has it.
    private func addStrings(
        _ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ c: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let (left, right) = (b.object(StrObject.self), c.object(StrObject.self))
        if a == b || Word.d(word) & Word.dyingFlag != 0, Reference.isUnique(b.address),
            left._withUnsafeGuaranteedRef({ left in right._withUnsafeGuaranteedRef { left.appendInPlace($0) } })
        {
            if a != b { b.handOver(to: a) }
            return
        }
        let (count, other) = (left._withUnsafeGuaranteedRef { $0.count }, right._withUnsafeGuaranteedRef { $0.count })
        try charge(bytes: count &+ other)
        let isGrowing = a == b && count > 64
        let sum = left._withUnsafeGuaranteedRef { left in
            right._withUnsafeGuaranteedRef { isGrowing ? StrObject.concatenateWithRoom(left, $0) : left + $0 }
        }
        a.put(.str(sum))
    }
}
