extension Tensor {
    /// Products and sums by named axes: `einsum("nij,njk->nik", [a, b])`. Without `->` the result has the names that occur once,
    /// in alphabetical order. A name that occurs twice in one operand takes its diagonal. `...` stands for the axes that no letter
    /// names, which are broadcast; without `->` they come first.
    public static func einsum(_ equation: String, _ operands: [Tensor]) throws -> Tensor {
        let terms = try EinsumTerms(equation, operands)
        let kind = operands.reduce(DType.bool) { $0.promoted(with: $1.dtype) }
        let operands = try operands.map { try $0.converted(to: kind) }
        var labels = terms.inputs
        var parts = try zip(operands, terms.inputs.indices).map { tensor, index in
            // An axis that is broadcast is no factor: what has it in full gives its size.
            let thin = tensor.shape.indices.filter { tensor.shape[$0] == 1 && terms.isBroadcast(labels[index][$0]) }
            let full = tensor.shape.indices.filter { !thin.contains($0) }
            let (reduced, names) = try tensor.reshaped(full.map { tensor.shape[$0] }).diagonals(full.map { labels[index][$0] })
            labels[index] = names
            return reduced
        }
        while parts.count > 1 {
            // Names that neither the result nor a later operand has are summed as early as they can be.
            let later = Set(terms.output + labels.dropFirst(2).flatMap { $0 })
            let (product, names) = try contract(parts[0], labels[0], parts[1], labels[1], keeping: later)
            parts.replaceSubrange(0...1, with: [product])
            labels.replaceSubrange(0...1, with: [names])
        }
        let (result, names) = try parts[0].summed(labels[0], keeping: Set(terms.output))
        // Sums alone would make small integers int64.
        return try result.transposed(terms.output.map { names.firstIndex(of: $0) ?? 0 }).converted(to: kind)
    }

    // MARK: - Implementation

    private func diagonals(_ names: [Character]) throws -> (Tensor, [Character]) {
        var (tensor, names) = (self, names)
        while let second = names.indices.first(where: { names[..<$0].contains(names[$0]) }),
            let first = names.firstIndex(of: names[second])
        {
            let along = try Tensor.range(to: Double(tensor.shape[first]), .int64)
            var indices = [TensorIndex](repeating: .slice(), count: tensor.rank)
            (indices[first], indices[second]) = (.positions(along), .positions(along))
            // The common axis stands first unless the two are neighbours.
            let name = names.remove(at: second)
            if second != first + 1 {
                names.remove(at: first)
                names.insert(name, at: 0)
            }
            tensor = try tensor.indexed(indices)
        }
        return (tensor, names)
    }

    private func summed(_ names: [Character], keeping: Set<Character>) throws -> (Tensor, [Character]) {
        let axes = names.indices.filter { !keeping.contains(names[$0]) }
        if axes.isEmpty { return (self, names) }
        return (try sum(axes: axes), names.filter { keeping.contains($0) })
    }

    private static func contract(
        _ left: Tensor, _ leftNames: [Character], _ right: Tensor, _ rightNames: [Character], keeping: Set<Character>
    ) throws -> (Tensor, [Character]) {
        let (a, aNames) = try left.summed(leftNames, keeping: keeping.union(rightNames))
        let (b, bNames) = try right.summed(rightNames, keeping: keeping.union(leftNames))
        let batch = aNames.filter { bNames.contains($0) && keeping.contains($0) }
        let inner = aNames.filter { bNames.contains($0) && !keeping.contains($0) }
        let rows = aNames.filter { !bNames.contains($0) }
        let columns = bNames.filter { !aNames.contains($0) }
        func sizes(_ names: [Character], _ tensor: Tensor, _ all: [Character]) -> [Int] {
            names.map { tensor.shape[all.firstIndex(of: $0) ?? 0] }
        }
        func arranged(_ tensor: Tensor, _ all: [Character], _ groups: [[Character]]) throws -> Tensor {
            let order = groups.flatMap { $0 }.map { all.firstIndex(of: $0) ?? 0 }
            let matrix = groups.map { Shape.product(sizes($0, tensor, all)) }
            return try tensor.transposed(order).reshaped(matrix)
        }
        let product = try arranged(a, aNames, [batch, rows, inner]).matmul(arranged(b, bNames, [batch, inner, columns]))
        let shape = sizes(batch, a, aNames) + sizes(rows, a, aNames) + sizes(columns, b, bNames)
        return (try product.reshaped(shape), batch + rows + columns)
    }
}

/// The names of an equation, checked against the operands.
private struct EinsumTerms {
    let inputs: [[Character]]
    let output: [Character]
    private let sizes: [Character: Int]

    init(_ equation: String, _ operands: [Tensor]) throws {
        let text = equation.filter { $0 != " " }
        func fail(_ reason: String) -> TensorError { .badEinsum(equation: equation, reason: reason) }
        let sides = text.split(separator: "->", omittingEmptySubsequences: false)
        guard sides.count <= 2, let first = sides.first else { throw fail("more than one '->'") }
        let terms = first.split(separator: ",", omittingEmptySubsequences: false)
        let letters = (terms + sides.dropFirst()).map { $0.replacing(Self.dots, with: "", maxReplacements: 1) }
        if let strange = letters.joined().first(where: { !($0.isASCII && $0.isLetter) }) { throw fail("'\(strange)' is not a letter") }
        guard terms.count == operands.count else { throw fail("\(terms.count) terms for \(operands.count) tensors") }
        var widest = 0
        inputs = try operands.indices.map { index in
            let (term, shape, named) = (terms[index], operands[index].shape, letters[index].count)
            let rest = shape.count - named
            guard term.contains(Self.dots) ? rest >= 0 : rest == 0 else {
                throw fail("'\(term)' names \(named) axes of shape \(TensorError.text(shape))")
            }
            widest = max(widest, rest)
            return Self.names(term, rest)
        }
        let all = inputs.flatMap { $0 }
        if let result = sides.dropFirst().first {
            guard widest == 0 || result.contains(Self.dots) else { throw fail("the result has no '...'") }
            output = Self.names(result, widest)
        } else {
            let once = Set(all).filter { name in name.isASCII && all.count { $0 == name } == 1 }
            output = Self.names("...", widest) + once.sorted()
        }
        guard Set(output).count == output.count else { throw fail("the result names an axis twice") }
        if let missing = output.first(where: { !all.contains($0) }) { throw fail("no tensor has an axis '\(missing)'") }
        var sizes: [Character: Int] = [:]
        for (names, tensor) in zip(inputs, operands) {
            for (name, size) in zip(names, tensor.shape) {
                if let known = sizes[name], known != size {
                    if name.isASCII { throw fail("axis '\(name)' has sizes \(known) and \(size)") }
                    guard known == 1 || size == 1 else { throw fail("an axis of '...' has sizes \(known) and \(size)") }
                    if size == 1 { continue }
                }
                sizes[name] = size
            }
        }
        self.sizes = sizes
    }

    /// Whether the operands that have size 1 there are repeated along it.
    func isBroadcast(_ name: Character) -> Bool { !name.isASCII && sizes[name] != 1 }

    private static let dots = "..."

    /// The names of a term, `...` standing for `count` axes. Those are called by what no letter is, the last one first.
    private static func names(_ term: Substring, _ count: Int) -> [Character] {
        guard let place = term.firstRange(of: dots) else { return Array(term) }
        let rest = (0..<count).reversed().map { Character(Unicode.Scalar(UInt8(clamping: 128 + $0))) }
        return term[..<place.lowerBound] + rest + term[place.upperBound...]
    }
}
