import Foundation
public import ScriptRuntime

/// Lines of a file descriptor, as they come.
public struct LineReader {
    private let descriptor: Int32
    private let interrupt: Interrupt
    private var buffer: [UInt8] = []
    private var start = 0

    /// - Parameters:
    ///   - descriptor: an open file, which stays open.
    ///   - interrupt: ends the waiting for a line.
    public init(_ descriptor: Int32, interrupt: Interrupt) {
        self.descriptor = descriptor
        self.interrupt = interrupt
    }

    /// The next line with its end, `\n` for `\r\n` too, which the last may lack; nil at the end of the file, and once interrupted.
    public mutating func next() -> [UInt8]? {
        var scanned = start
        while true {
            if let end = buffer[scanned...].firstIndex(of: 10) {
                defer { start = end + 1 }
                if end > start, buffer[end - 1] == 13 { return buffer[start..<end - 1] + [10] }
                return Array(buffer[start...end])
            }
            scanned = buffer.count - start
            // At the end of a terminal's input (Ctrl-D) more may follow: the end is not remembered.
            if !fill() {
                defer { start = buffer.count }
                return interrupt.isSet || start == buffer.count ? nil : Array(buffer[start...])
            }
        }
    }

    /// Reads on behind what is not taken yet; false at the end.
    private mutating func fill() -> Bool {
        buffer.removeFirst(start)
        start = 0
        guard waits() else { return false }
        let size = 1 << 16
        let before = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: size))
        var count: Int
        repeat {
            count = buffer.withUnsafeMutableBytes { bytes in
                // Within the bytes that were just added.
                read(descriptor, bytes.baseAddress.map { $0 + before }, size)
            }
        } while count < 0 && errno == EINTR && !interrupt.isSet
        buffer.removeLast(size - max(0, count))
        return count > 0
    }

    /// Until there is something to read; false when interrupted. A signal that another thread takes ends no `read`: look every 50 ms.
    private func waits() -> Bool {
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !interrupt.isSet {
            let ready = poll(&asked, 1, 50)
            if ready > 0 || ready < 0 && errno != EINTR { return true }
        }
        return false
    }
}
