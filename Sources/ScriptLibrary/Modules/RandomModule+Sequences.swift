import Randomness
import ScriptRuntime

/// Choices from sequences.
extension RandomModule {
    static func sequences(_ native: Maker) -> [Native] {
        [
            native("choice(seq)", "Choose a random element from a non-empty sequence.") { draws, arguments in
                let interpreter = arguments.interpreter
                let count = try interpreter.length(arguments[0])
                if count == 0 { throw Raised.index("Cannot choose from an empty sequence") }
                return try interpreter.item(of: arguments[0], at: .int(Int(try draws.below(UInt64(count)))))
            },
            native("shuffle(x)", "Shuffle list x in place, and return None.") { draws, arguments in
                let interpreter = arguments.interpreter
                let count = try interpreter.length(arguments[0])
                for index in stride(from: count - 1, through: 1, by: -1) {
                    try interpreter.charge(steps: 1)
                    let other = Int(try draws.below(UInt64(index + 1)))
                    if case .list(let list) = arguments[0] {
                        (list[index], list[other]) = (list[other], list[index])
                        continue
                    }
                    let (a, b) = (
                        try interpreter.item(of: arguments[0], at: .int(index)), try interpreter.item(of: arguments[0], at: .int(other))
                    )
                    try interpreter.setItem(of: arguments[0], at: .int(index), to: b)
                    try interpreter.setItem(of: arguments[0], at: .int(other), to: a)
                }
                return .none
            },
            native("sample(population, k, *, counts=None)", "Chooses k unique random elements from a population sequence.") { draws, arguments in
                try sample(draws, arguments)
            },
            native("choices(population, weights=None, *, cum_weights=None, k=1)", "Return a k sized list of elements chosen with replacement.") {
                draws, arguments in
                try choices(draws, arguments)
            },
        ]
    }

    private static func sample(_ draws: RandomDraws, _ arguments: Arguments) throws -> Value {
        let interpreter = arguments.interpreter
        switch interpreter.plain(arguments[0]) {
        case .list, .tuple, .str, .range, .bytes: break
        case .instance where interpreter.method(arguments[0], "__getitem__") != nil: break
        default: throw Raised.type("Population must be a sequence.  For dicts or sets, use sorted(d).")
        }
        var items: [Value]?
        var count = try interpreter.length(arguments[0])
        if !arguments[2].isNone {
            let counts = try interpreter.items(of: arguments[2]).map { try interpreter.index($0) }
            guard counts.count == count else { throw Raised.value("The number of counts does not match the population") }
            let total = counts.reduce(0) { $0 &+ $1 }
            if total <= 0 { throw Raised.value("Total of counts must be greater than zero") }
            if counts.contains(where: { $0 < 0 }) { throw Raised.value("Counts must be non-negative") }
            try interpreter.charge(count: total, of: 16)
            let population = try interpreter.items(of: arguments[0])
            items = zip(population, counts).flatMap { repeatElement($0, count: $1) }
            count = total
        }
        // Anything that compares with numbers may stand there, and fails where the list is made.
        let least = try interpreter.isTrue(.lessOrEqual, .int(0), arguments[1])
        guard least, try interpreter.isTrue(.lessOrEqual, arguments[1], .int(count)) else {
            throw Raised.value("Sample larger than population or is negative")
        }
        let wanted = try interpreter.length(interpreter.binary(.multiply, .list([.none]), arguments[1]))
        try interpreter.charge(count: wanted, of: 64)
        let places = try MersenneTwister.sample(wanted, of: count) { try draws.below($0) }
        return .list(try places.map { try items?[$0] ?? interpreter.item(of: arguments[0], at: .int($0)) })
    }

    private static func choices(_ draws: RandomDraws, _ arguments: Arguments) throws -> Value {
        let interpreter = arguments.interpreter
        let count = try interpreter.length(arguments[0])
        let wanted = try arguments.int(3)
        try interpreter.charge(count: max(wanted, 0), of: 16)
        var cumulative: [Double]?
        if !arguments[2].isNone {
            if !arguments[1].isNone { throw Raised.type("Cannot specify both weights and cumulative weights") }
            cumulative = try interpreter.items(of: arguments[2]).map { try interpreter.double($0) }
        } else if !arguments[1].isNone {
            // Summed as the script's own numbers, as CPython does.
            var total = Value.none
            cumulative = try interpreter.items(of: arguments[1]).map { weight in
                total = total.isNone ? weight : try interpreter.binary(.add, total, weight)
                return try interpreter.double(total)
            }
        }
        let list = ListObject()
        guard let cumulative else {
            for _ in 0..<max(wanted, 0) {
                try interpreter.charge(steps: 1)
                let place = Int((try draws.random() * Double(count)).rounded(.down))
                guard place < count else { throw Raised.index("list index out of range") }
                list.append(try interpreter.item(of: arguments[0], at: .int(place)))
            }
            return .list(list)
        }
        guard cumulative.count == count else { throw Raised.value("The number of weights does not match the population") }
        guard let total = cumulative.last, total > 0 else { throw Raised.value("Total of weights must be greater than zero") }
        if !total.isFinite { throw Raised.value("Total of weights must be finite") }
        for _ in 0..<max(wanted, 0) {
            try interpreter.charge(steps: 1)
            let drawn = try draws.random() * total
            var (low, high) = (0, count - 1)
            while low < high {
                let middle = (low + high) / 2
                if drawn < cumulative[middle] { high = middle } else { low = middle + 1 }
            }
            list.append(try interpreter.item(of: arguments[0], at: .int(low)))
        }
        return .list(list)
    }
}
