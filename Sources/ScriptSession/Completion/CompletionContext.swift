import ScriptSyntax

/// What stands before the cursor, as far as completion needs to know.
struct CompletionContext {
    enum Place {
        /// Nothing can be completed: inside a comment, behind a number.
        case none
        case name
        /// Behind a dot.
        case member(of: [LexedText.Piece])
        case string(content: String, quote: String)
        /// `import |` and `from |`.
        case module
        /// `from module import |`.
        case imported(module: String)
    }

    /// A call around the cursor: what is called, and the argument the cursor is in.
    struct Call {
        let callee: [LexedText.Piece]
        let position: Int
        /// `name=` before the cursor.
        let keyword: String?
        /// Keywords that are given already.
        let given: Set<String>
    }

    let lexed: LexedText
    var place = Place.none
    /// The part of the word that is written already.
    var prefix = ""
    var call: Call?

    init(_ text: String) {
        lexed = LexedText(SourceText(name: "", text: text))
        if lexed.endsInComment { return }
        let end = lexed.source.utf8.count
        var pieces = lexed.pieces[...]
        // The lexer adds what it misses at the end: a line end, a sign for what stays open.
        while let last = pieces.last, Int(last.span.start) >= end { pieces.removeLast() }
        if let last = pieces.last, last.kind == .openString {
            readString(last, pieces.dropLast())
            return
        }
        if let last = pieces.last, last.kind == .name || last.kind == .keyword, Int(last.span.end) == end {
            prefix = lexed.text(last)
            pieces.removeLast()
        } else if let last = pieces.last, last.kind == .number || last.kind == .string, Int(last.span.end) == end {
            return
        }
        call = enclosingCall(pieces)
        readPlace(pieces)
    }

    // MARK: - Implementation

    private func isSign(_ piece: LexedText.Piece?, _ text: String) -> Bool {
        guard let piece, piece.kind == .punctuation else { return false }
        return lexed.text(piece) == text
    }

    private mutating func readString(_ string: LexedText.Piece, _ before: ArraySlice<LexedText.Piece>) {
        let text = lexed.text(string)
        let letters = text.prefix { $0.isLetter }
        var content = text.dropFirst(letters.count)
        let quote =
            content.hasPrefix("\"\"\"") || content.hasPrefix("'''") ? String(content.prefix(3)) : String(content.prefix(1))
        content = content.dropFirst(quote.count)
        prefix = String(content)
        call = enclosingCall(before)
        place = .string(content: prefix, quote: quote)
    }

    private mutating func readPlace(_ pieces: ArraySlice<LexedText.Piece>) {
        let statement =
            pieces.lastIndex { $0.kind == .newline || isSign($0, ";") || isSign($0, ":") && call == nil }.map {
                pieces[($0 + 1)...]
            } ?? pieces
        if let first = statement.first, first.kind == .keyword, call == nil || lexed.text(first) == "from" {
            let word = lexed.text(first)
            if word == "import" || word == "from", let imported = readImport(word, statement.dropFirst()) {
                place = imported
                return
            }
        }
        if isSign(pieces.last, ".") {
            place = .member(of: primary(pieces.dropLast()))
            return
        }
        if let last = pieces.last, last.kind == .name || last.kind == .number || last.kind == .string, !statement.isEmpty {
            return
        }
        // What follows is a new name.
        if let last = pieces.last, last.kind == .keyword, ["def", "class", "as"].contains(lexed.text(last)) { return }
        place = .name
    }

    private mutating func readImport(_ word: String, _ rest: ArraySlice<LexedText.Piece>) -> Place? {
        let texts = rest.map { lexed.text($0) }
        if let index = texts.firstIndex(of: "import"), word == "from" {
            return .imported(module: texts[..<index].joined())
        }
        if texts.last == "as" { return Place.none }
        // The dotted name that is being written counts as one word.
        var dotted: [String] = []
        for text in texts.reversed() {
            guard text == "." || Input.isName(text), dotted.last != text || text != "." else { break }
            if text != ".", let last = dotted.last, last != "." { break }
            dotted.append(text)
        }
        if let last = dotted.first, last != "." { return Place.none }
        prefix = dotted.reversed().joined() + prefix
        return .module
    }

    /// The pieces of `a.b(c)[d]` that end a sequence.
    private func primary(_ pieces: ArraySlice<LexedText.Piece>) -> [LexedText.Piece] {
        var start = pieces.endIndex
        var needsOperand = true
        while start > pieces.startIndex {
            let piece = pieces[start - 1]
            if isSign(piece, ")") || isSign(piece, "]") || isSign(piece, "}") {
                guard needsOperand, let open = opening(pieces, start - 1) else { break }
                start = open
                // A bracket that closes a call or an index has its operand before it.
                let before = start > pieces.startIndex ? pieces[start - 1] : nil
                let isTrailer =
                    !isSign(piece, "}")
                    && (before?.kind == .name || before?.kind == .string || isSign(before, ")") || isSign(before, "]"))
                needsOperand = isTrailer
                if !isTrailer, !isSign(before, ".") { break }
            } else if piece.kind == .name || piece.kind == .string {
                guard needsOperand else { break }
                start -= 1
                needsOperand = false
            } else if isSign(piece, ".") {
                guard !needsOperand else { break }
                start -= 1
                needsOperand = true
            } else {
                break
            }
        }
        return needsOperand ? [] : Array(pieces[start...])
    }

    /// The index of the bracket that `close` closes.
    private func opening(_ pieces: ArraySlice<LexedText.Piece>, _ close: Int) -> Int? {
        var depth = 0
        for index in stride(from: close, through: pieces.startIndex, by: -1) where pieces[index].kind == .punctuation {
            let text = lexed.text(pieces[index])
            if text == ")" || text == "]" || text == "}" { depth += 1 }
            if text == "(" || text == "[" || text == "{" {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    private func enclosingCall(_ pieces: ArraySlice<LexedText.Piece>) -> Call? {
        var depth = 0
        var position = 0
        var given: Set<String> = []
        var keyword: String?
        var isFirstArgument = true
        for index in stride(from: pieces.endIndex - 1, through: pieces.startIndex, by: -1) {
            let piece = pieces[index]
            if piece.kind == .newline { return nil }
            guard piece.kind == .punctuation else { continue }
            switch lexed.text(piece) {
            case ")", "]", "}": depth += 1
            case "(", "[", "{":
                if depth > 0 {
                    depth -= 1
                    continue
                }
                guard lexed.text(piece) == "(" else { return nil }
                let callee = primary(pieces[..<index])
                guard !callee.isEmpty else { return nil }
                // `def f(` and `class C(` declare.
                let before = pieces.index(index, offsetBy: -callee.count - 1, limitedBy: pieces.startIndex).map { pieces[$0] }
                if let before, before.kind == .keyword, ["def", "class"].contains(lexed.text(before)) { return nil }
                return Call(callee: callee, position: position, keyword: keyword, given: given)
            case "," where depth == 0:
                position += 1
                isFirstArgument = false
            case "=" where depth == 0:
                guard index > pieces.startIndex, pieces[index - 1].kind == .name else { continue }
                if isFirstArgument {
                    keyword = lexed.text(pieces[index - 1])
                } else {
                    given.insert(lexed.text(pieces[index - 1]))
                }
            default: break
            }
        }
        return nil
    }
}
