import ScriptSyntax

/// `e.__traceback__`: a place where an exception passed; the next one is further in.
final class TracebackObject: HostObject {
    let entry: TraceEntry
    /// How many places there are from here on.
    let count: Int
    private(set) var next: HostBox?

    init(_ entry: TraceEntry, _ next: HostBox?) {
        self.entry = entry
        self.next = next
        count = 1 + ((next?.object as? TracebackObject)?.count ?? 0)
    }

    deinit {
        // One after the other: a deep recursion leaves a long chain.
        var link = next
        next = nil
        while isKnownUniquelyReferenced(&link), let object = link?.object as? TracebackObject {
            let following = object.next
            object.next = nil
            link = following
        }
    }

    var scriptTypeName: String { "traceback" }
    var scriptSummary: String { "<traceback object>" }
}

extension Interpreter {
    /// The traceback of an exception with this state; the same object as long as the exception goes no further.
    func traceback(of state: InstanceExtra) -> Value {
        var head = state.traceback
        var count = (head?.object as? TracebackObject)?.count ?? 0
        while count < state.trace.count {
            head = HostBox(TracebackObject(state.trace[count], head), types.traceback)
            count += 1
        }
        state.traceback = head
        return head.map { .host($0) } ?? Value.none
    }

    /// `e.__traceback__ = value`.
    func setTraceback(of state: InstanceExtra, _ value: Value) throws(Raised) {
        if value.isNone {
            (state.trace, state.traceback) = ([], nil)
            return
        }
        guard case .host(let box) = value, box.object is TracebackObject else {
            throw .type("__traceback__ must be a traceback or None")
        }
        var trace: [TraceEntry] = []
        var link: HostBox? = box
        while let object = link?.object as? TracebackObject {
            trace.append(object.entry)
            link = object.next
        }
        (state.trace, state.traceback) = (trace.reversed(), box)
    }

    func defineTraceback() {
        extend(types.traceback) {
            func property(_ name: String, _ doc: String, _ get: @escaping (TracebackObject) -> Value) -> NativeProperty {
                NativeProperty(name, doc, get: { get(try $0.host(0, as: TracebackObject.self)) })
            }
            return NativeType(
                "traceback",
                properties: [
                    property("tb_lineno", "The line in the source.") { object in
                        .int(object.entry.code.source.position(at: Int(object.entry.span.start)).line)
                    },
                    property("tb_lasti", "The place among the instructions.") { .int($0.entry.instruction) },
                    property("tb_next", "The next place, further in.") { $0.next.map { .host($0) } ?? Value.none },
                ])
        }
    }
}
