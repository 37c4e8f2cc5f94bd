import ScriptSyntax

/// A Markdown page whose `cdm` blocks run.
public struct Page {
    /// One block, ready to run, or what is wrong with it.
    struct Block {
        let fence: Fence
        var options: BlockOptions?
        var mistake: PageError?
        var inputs: [Input] = []
        /// The fence with what it prints; for a transcript its own lines.
        var output: Expectation?
        /// The fence with what it writes to standard error.
        var errorOutput: Expectation?
        var isTranscript = false

        var line: Int { fence.line }
    }

    /// Something to run: a whole script block, or one input of a transcript with what it answers.
    struct Input {
        let code: String
        /// Of its first line, from 1.
        let line: Int
        var answer: Expectation?
    }

    /// Lines that an output is compared with, and where they stand.
    struct Expectation {
        let lines: [String]
        /// The bytes of these lines in the page.
        let range: Range<Int>
        /// What stands before each line there.
        let margin: String
    }

    public let name: String
    let bytes: [UInt8]
    let blocks: [Block]
    /// Scripts of the page's head, run before and after its blocks.
    let setup: String?
    let teardown: String?
    /// What is wrong with the head.
    let mistake: PageError?
    /// `\r\n` where the page ends its lines so.
    let lineEnd: String
    private let scanner: FenceScanner

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        scanner = FenceScanner(bytes)
        var reader = PageReader(bytes: bytes, scanner: scanner)
        blocks = reader.blocks()
        (setup, teardown, mistake) = reader.head()
        lineEnd = scanner.lineStarts.count > 1 && scanner.lineStarts[1] >= 2 && bytes[scanner.lineStarts[1] - 2] == 13 ? "\r\n" : "\n"
    }

    /// Whether there is anything to run.
    public var isEmpty: Bool { blocks.isEmpty }

    /// Where a column of an input's code is in the page, behind indentation, prompt and mark of hiding; both from 1.
    func column(_ column: Int, ofLine line: Int, in input: Input) -> Int {
        let code = input.code.split(separator: "\n", omittingEmptySubsequences: false)
        let index = line - input.line
        guard code.indices.contains(index), scanner.lineStarts.indices.contains(line - 1) else { return column }
        let shown = scanner.text(ofLine: line - 1)
        return column + (shown.hasSuffix(code[index]) ? shown.unicodeScalars.count - code[index].unicodeScalars.count : 0)
    }

    /// What runs, hidden lines included: every block behind a comment that says where it stands.
    ///
    /// - Parameter line: only the block that covers this line.
    public func listing(at line: Int? = nil) -> String {
        let chosen = line.map { line in blocks.last { $0.line <= line }.map { [$0] } ?? [] } ?? blocks
        return chosen.filter { !$0.inputs.isEmpty }.map { block in
            "# \(name):\(block.line)\n" + block.inputs.map(\.code).joined()
        }.joined(separator: "\n")
    }

    /// Puts other lines in the place of an expectation.
    func edit(_ place: Expectation, to lines: [String]) -> Edit {
        Edit(
            range: place.range, old: String(decoding: bytes[place.range], as: UTF8.self),
            text: lines.map { ($0.isEmpty ? "" : place.margin + $0) + lineEnd }.joined())
    }
}

/// Turns fences into blocks.
private struct PageReader {
    let bytes: [UInt8]
    let scanner: FenceScanner

    static let hidden = "#~ "

    mutating func blocks() -> [Page.Block] {
        var blocks: [Page.Block] = []
        for fence in scanner.fences {
            switch fence.tag {
            case "cdm": blocks.append(block(fence))
            case "output", "stderr": attach(fence, to: &blocks)
            default:
                // A block of another kind stands between: what it says is not an output.
                if fence.tag.hasPrefix("cdm") || fence.tag.hasPrefix("output") {
                    var wrong = Page.Block(fence: fence)
                    wrong.mistake = PageError(
                        message: "'\(fence.tag)' is no kind of block", hint: "Write a blank behind cdm or output: cdm tol=1e-4.")
                    blocks.append(wrong)
                }
            }
        }
        return blocks
    }

    private func block(_ fence: Fence) -> Page.Block {
        var block = Page.Block(fence: fence)
        do {
            block.options = try BlockOptions(fence.options)
        } catch {
            block.mistake = error as? PageError
        }
        let lines = lines(of: fence)
        if !fence.isClosed { block.mistake = PageError(message: "the block is not closed", hint: "End it with the marks it began with.") }
        guard let first = lines.firstIndex(where: { !$0.trimmingBlanks.isEmpty }) else {
            // What is to be shown of a file can be filled in by blessing.
            if block.options?.include == nil { block.mistake = block.mistake ?? PageError(message: "the block is empty") }
            return block
        }
        if Self.revealed(lines[first]).hasPrefix("cdm>") {
            block.isTranscript = true
            readTranscript(lines, &block)
        } else {
            block.inputs = [Page.Input(code: lines.map(Self.revealed).joined(separator: "\n") + "\n", line: fence.line + 1)]
        }
        return block
    }

    private func readTranscript(_ lines: [String], _ block: inout Page.Block) {
        var index = 0
        while index < lines.count {
            let number = block.fence.line + 1 + index
            let isHidden = lines[index].hasPrefix(Self.hidden)
            guard let start = Self.prompted("cdm>", Self.revealed(lines[index])) else {
                if !lines[index].trimmingBlanks.isEmpty {
                    block.mistake = block.mistake ?? PageError(message: "line \(number): an answer without an input before it")
                }
                index += 1
                continue
            }
            var code = [start]
            index += 1
            while index < lines.count, lines[index].hasPrefix(Self.hidden) == isHidden,
                let more = Self.prompted("...>", Self.revealed(lines[index]))
            {
                code.append(more)
                index += 1
            }
            // What nobody sees has no answer to compare.
            if isHidden {
                block.inputs.append(Page.Input(code: code.joined(separator: "\n") + "\n", line: number))
                continue
            }
            let first = index
            while index < lines.count, Self.prompted("cdm>", Self.revealed(lines[index])) == nil { index += 1 }
            // A blank line before the next input is layout, not an answer.
            var last = index
            while last > first, lines[last - 1].trimmingBlanks.isEmpty { last -= 1 }
            let answer = Page.Expectation(
                lines: Array(lines[first..<last]),
                range: offset(ofLine: block.fence.line + first)..<offset(ofLine: block.fence.line + last),
                margin: String(repeating: " ", count: block.fence.indent))
            block.inputs.append(Page.Input(code: code.joined(separator: "\n") + "\n", line: number, answer: answer))
        }
    }

    private static func revealed(_ line: String) -> String {
        line.hasPrefix(hidden) ? String(line.dropFirst(hidden.count)) : line == "#~" ? "" : line
    }

    private static func prompted(_ prompt: String, _ line: String) -> String? {
        guard line.hasPrefix(prompt) else { return nil }
        let rest = line.dropFirst(prompt.count)
        guard rest.isEmpty || rest.first == " " else { return nil }
        return String(rest.dropFirst())
    }

    private func attach(_ fence: Fence, to blocks: inout [Page.Block]) {
        let expectation = Page.Expectation(
            lines: lines(of: fence), range: fence.content, margin: String(repeating: " ", count: fence.indent))
        func refuse(_ message: String) {
            var wrong = Page.Block(fence: fence)
            wrong.mistake = PageError(message: message)
            blocks.append(wrong)
        }
        guard let last = blocks.indices.last, blocks[last].fence.tag == "cdm" else {
            return refuse("\(fence.tag) without a cdm block before it")
        }
        guard fence.options.isEmpty else { return refuse("\(fence.tag) takes no options; they belong to the cdm block") }
        guard fence.isClosed else { return refuse("the block is not closed") }
        guard !blocks[last].isTranscript else { return refuse("a transcript holds its answers itself") }
        if fence.tag == "output" {
            guard blocks[last].output == nil else { return refuse("a second output for the block at line \(blocks[last].line)") }
            blocks[last].output = expectation
        } else {
            guard blocks[last].errorOutput == nil else { return refuse("a second stderr for the block at line \(blocks[last].line)") }
            blocks[last].errorOutput = expectation
        }
    }

    /// The lines of a fence without its indentation.
    private func lines(of fence: Fence) -> [String] {
        var lines: [String] = []
        var line = fence.line
        while line < scanner.lineStarts.count, scanner.lineStarts[line] < fence.content.upperBound {
            let text = scanner.text(ofLine: line)
            let blanks = text.prefix { $0 == " " }.count
            lines.append(String(text.dropFirst(min(blanks, fence.indent))))
            line += 1
        }
        return lines
    }

    /// The byte at which a line begins, from 0.
    private func offset(ofLine line: Int) -> Int { line < scanner.lineStarts.count ? scanner.lineStarts[line] : bytes.count }

    /// `setup:` and `teardown:` between two lines `---` at the very start.
    func head() -> (setup: String?, teardown: String?, PageError?) {
        var (setup, teardown): (String?, String?) = (nil, nil)
        guard scanner.text(ofLine: 0) == "---" else { return (nil, nil, nil) }
        var line = 1
        while line < scanner.lineStarts.count, scanner.text(ofLine: line) != "---" {
            let text = scanner.text(ofLine: line)
            line += 1
            let parts = text.split(separator: ":", maxSplits: 1).map(\.trimmingBlanks)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "setup": setup = parts[1]
            case "teardown": teardown = parts[1]
            default: continue
            }
        }
        guard line < scanner.lineStarts.count else { return (nil, nil, PageError(message: "the page's head is not closed by ---")) }
        return (setup, teardown, nil)
    }
}
