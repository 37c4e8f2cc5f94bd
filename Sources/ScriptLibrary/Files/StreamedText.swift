import Foundation
import ScriptRuntime

/// What has come from a pipe or a device and is not read yet: such files may have no end, and their lines are wanted as they come.
struct StreamedText {
    /// What a read waits for.
    enum Need {
        case all
        case units(Int)
        /// A line, or so many units of it.
        case line(Int?)
    }

    /// Begins before what is read, by at most one supply.
    private(set) var text = StrObject.empty
    /// Bytes behind the text that are no whole characters yet.
    private var undecoded: [UInt8] = []
    private var isAtEnd = false

    /// Bytes that came and that no read gave.
    func unread(from position: Int) -> Int { text.count - position + undecoded.count }

    /// Reads on until there is what is needed behind `position`, which moves with what is dropped before it.
    ///
    /// - Parameters:
    ///   - next: gives some more bytes, none at the end.
    ///   - isEnough: whether the text satisfies the need, from that position.
    mutating func supply(
        _ need: Need, from position: inout Int, kind: Codec.Kind?, interpreter: Interpreter, next: () throws -> ArraySlice<UInt8>,
        decode: ([UInt8]) throws -> StrObject, isEnough: (StrObject, Int) -> Bool
    ) throws {
        while !isAtEnd, !isEnough(text, position) {
            text = text.slice(position, text.count)
            position = 0
            repeat {
                let block = try next()
                try Self.append(block, to: &undecoded, interpreter)
                if block.isEmpty { isAtEnd = true }
                if case .line = need, block.contains(where: { $0 == 10 || $0 == 13 }) { break }
            } while !isAtEnd && isShort(of: need)
            let count = isAtEnd ? undecoded.count : Self.wholeCharacters(of: undecoded, kind)
            let more = try decode(Array(undecoded[..<count]))
            undecoded.removeFirst(count)
            try interpreter.requireRoom((text.count + more.count) * 4)
            text = text + more
        }
    }

    /// Adds to bytes that are being read. What is not yet an object of the script is charged whole whenever it moves.
    static func append(_ block: ArraySlice<UInt8>, to bytes: inout [UInt8], _ interpreter: Interpreter) throws(Raised) {
        if bytes.count + block.count > bytes.capacity {
            let size = max(2 * bytes.count, block.count)
            try interpreter.charge(bytes: size)
            bytes.reserveCapacity(size)
        }
        try interpreter.checkInterrupt()
        bytes += block
    }

    private func isShort(of need: Need) -> Bool {
        switch need {
        case .all, .line(nil): true
        case .units(let count), .line(let count?): undecoded.count < count - text.count
        }
    }

    /// How many of the bytes can be decoded by themselves. A carriage return at their end waits: a newline may follow.
    ///
    /// - Parameter kind: nil for bytes as they are.
    private static func wholeCharacters(of bytes: [UInt8], _ kind: Codec.Kind?) -> Int {
        var count = bytes.count
        switch kind {
        case nil: return count
        case .ascii, .latin: break
        case .utf8:
            // The lead byte of the last character tells how long it is.
            let lead = bytes.suffix(4).lastIndex { $0 & 0xC0 != 0x80 } ?? count
            if lead < count, count - lead < (bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : bytes[lead] >= 0xC0 ? 2 : 1) { count = lead }
        case .system: count = (bytes.lastIndex(of: 10) ?? -1) + 1
        case .utf8WithSignature, .utf16, .utf32: count = 0
        }
        return count > 0 && bytes[count - 1] == 13 ? count - 1 : count
    }
}
