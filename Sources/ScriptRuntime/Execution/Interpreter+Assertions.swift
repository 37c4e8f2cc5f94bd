import ScriptSyntax

/// Failed assertions: the exception, and the values of the test's parts for its report.
extension Interpreter {
    @inline(never)
    func assertionFailure(_ word: UInt64, _ registers: UnsafeMutablePointer<Value>, _ code: CodeObject) throws(Raised) -> Raised {
        let exception = InstanceObject(types.exception(.assertionError))
        let message = Word.a(word) == Word.none ? [] : [registers[Word.a(word)]]
        exception.exception.arguments = TupleObject(message)
        var shown: Set<String> = []
        for (span, register) in code.assertions[Word.b(word)].spans where Interpreter.isTelling(registers[register]) {
            let expression = code.source.text(of: span)
            guard shown.insert(expression).inserted else { continue }
            let value = try shortRepr(registers[register])
            if value == expression { continue }
            exception.exception.values.append(.init(expression: expression, value: value, source: code.source, span: span))
        }
        return Raised(exception: exception)
    }

    /// Whether showing the value would tell a reader something: `math` in `math.sqrt(x) == 2` would not.
    private static func isTelling(_ value: Value) -> Bool {
        switch value {
        case .undefined, .module, .function, .native, .type: false
        default: true
        }
    }

    /// Characters of a shown value; a longer one is cut in the middle.
    private static let longestShown = 240

    /// `repr` for a report: short, and without failing when a script's own `__repr__` does.
    private func shortRepr(_ value: Value) throws(Raised) -> String {
        let text: StrObject
        do { text = try repr(value) } catch {
            if error.stop != nil { throw error }
            return "<\(typeName(of: value)) whose __repr__ fails>"
        }
        if text.count <= Interpreter.longestShown { return text.string }
        let half = Interpreter.longestShown / 2
        return text.slice(0, half).string + " ... " + text.slice(text.count - half, text.count).string
    }
}
