import ScriptRuntime

/// `itertools.tee`: iterators that each give all the items of one source, which is asked once for each.
final class Tee: DrawingIterator {
    /// What the branches have read and not all of them have passed: a branch holds the block that it stands in.
    private final class Block {
        var items: [Value] = []
        var next: Block?
        var isRunning = false
        static let capacity = 57

        deinit {
            // One after the other: a slow branch may leave many.
            var rest = next
            next = nil
            while rest != nil, isKnownUniquelyReferenced(&rest) {
                let after = rest?.next
                rest?.next = nil
                rest = after
            }
        }
    }

    private var block: Block
    private var place: Int

    private init(_ source: Value, _ block: Block, _ place: Int) {
        self.block = block
        self.place = place
        super.init(drawingOn: [source])
    }

    override var typeName: String { "_tee" }

    static func make(_ call: Call) throws -> Value {
        let count = try call.int(1)
        if count < 0 { throw Raised.value("n must be >= 0") }
        try call.interpreter.charge(count: count, of: 64)
        let source = try call.interpreter.iterate(call[0])
        if count == 0 { return .tuple([]) }
        // An iterator that can be copied is its own first branch; that holds for branches too.
        if case .iterator(let iterator) = source, let tee = iterator as? Tee {
            return .tuple([source] + (1..<count).map { _ in .iterator(Tee(tee.sources[0], tee.block, tee.place)) })
        }
        if let copy = try call.interpreter.attributeOrNil(source, "__copy__") {
            var branches = [source]
            while branches.count < count { branches.append(try call.interpreter.call(copy)) }
            return .tuple(branches)
        }
        let block = Block()
        return .tuple((0..<count).map { _ in .iterator(Tee(source, block, 0)) })
    }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        if place == Block.capacity {
            let next = block.next ?? Block()
            block.next = next
            (block, place) = (next, 0)
        }
        if place == block.items.count {
            if block.isRunning { throw Raised(.runtimeError, "cannot re-enter the tee iterator") }
            let block = block
            block.isRunning = true
            defer { block.isRunning = false }
            guard let item = try interpreter.next(sources[0]) else { return nil }
            try interpreter.charge(bytes: 16)
            block.items.append(item)
        }
        defer { place += 1 }
        return block.items[place]
    }
}
