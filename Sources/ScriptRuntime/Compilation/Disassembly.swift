import ScriptSyntax

extension CodeObject {
    /// The instructions as text, this code's and those inside it: `line  position  operation operands`.
    package var disassembly: String {
        var lines = ["code \(qualifiedName): \(registerCount) registers, \(parameterCount) parameters"]
        var lastLine = 0
        var index = 0
        while index < instructionCount {
            let word = instructions[index]
            let line = source.position(at: Int(spans[index].start)).line
            let shown = line == lastLine ? "" : String(line)
            lastLine = line
            lines.append("\(shown.padded(5))\(String(index).padded(6))  \(describe(word, at: &index))")
            index += 1
        }
        for handler in handlers {
            lines.append(
                "  handler \(handler.start)..<\(handler.end) -> \(handler.target), r\(handler.register)\(handler.catchesStops ? ", always" : "")")
        }
        return lines.joined(separator: "\n") + "\n" + codes.map { "\n" + $0.disassembly }.joined()
    }

    private func describe(_ word: UInt64, at index: inout Int) -> String {
        guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: word)) else { return "?" }
        let (a, b, c) = (Word.a(word), Word.b(word), Word.c(word))
        let name = "\(operation)"
        switch operation {
        case .constant: return "\(name) r\(a) \(constant(Word.bx(word)))"
        case .jump, .loop: return "\(name) -> \(Word.bx(word))"
        case .jumpIfTrue, .jumpIfFalse, .jumpIfBound: return "\(name) r\(a) -> \(Word.bx(word))"
        case .jumpLess, .jumpLessOrEqual, .jumpEqual, .jumpNotEqual, .jumpGreater, .jumpGreaterOrEqual, .jumpIs:
            let right = word & Word.constantFlag != 0 ? constant(b) : "r\(b)"
            return "\(name) r\(a) \(right) is \(word & Word.senseFlag != 0) -> \(Word.target(word))"
        case .forIterator, .sendTo, .yieldFrom, .jumpUnlessMatches: return "\(name) r\(a) r\(b) -> \(Word.target(word))"
        case .getAttribute, .loadMethod, .importName: return "\(name) r\(a) r\(b) .\(caches[c * InlineCache.ways].name)"
        case .setAttribute: return "\(name) r\(a) .\(caches[c * InlineCache.ways].name) r\(b)"
        case .callKeywords:
            index += 1
            let names = keywordSets[Int(instructions[index])].map(\.name).joined(separator: ", ")
            return "\(name) r\(a) \(b) arguments (\(names)) -> r\(c)"
        case .call, .callMethod, .callSpread: return "\(name) r\(a) \(b) arguments -> r\(c)"
        default:
            let isArithmetic = operation.rawValue >= Operation.add.rawValue && operation.rawValue <= Operation.isNotIn.rawValue
            guard isArithmetic else { return "\(name) \(a) \(b) \(c)" }
            let flags = Word.d(word)
            let left = flags & 2 != 0 ? constant(b) : "r\(b)"
            let right = flags & 1 != 0 ? constant(c) : "r\(c)"
            return "\(name) r\(a) \(left) \(right)"
        }
    }

    private func constant(_ index: Int) -> String {
        switch constants[index] {
        case .int(let value): return String(value)
        case .float(let value): return FloatText.repr(value)
        case .str(let text): return Quoting.repr(text).string
        case .bool(let value): return value ? "True" : "False"
        case .none: return "None"
        case .undefined: return "nothing"
        default: return "constant"
        }
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}
