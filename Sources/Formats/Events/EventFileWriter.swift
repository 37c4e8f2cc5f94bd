public import Foundation
import Synchronization

/// Writes one event file, as TensorBoard reads them: append-only, a new file for each run of the program.
public final class EventFileWriter {
    public let path: String

    private let file: OutputFile
    private let records: TFRecordWriter
    private let clock: @Sendable () -> Date
    private static let serial = Atomic<Int>(0)

    /// Makes `events.out.tfevents.<seconds>.<host>.<process>.<n>` in `folder`, which is made when it is missing.
    ///
    /// - Parameters:
    ///   - suffix: Added to the file's name.
    ///   - clock: Gives the wall time of each event.
    /// - Throws: `FormatsError.system` when the folder or file cannot be made.
    public init(folder: String, suffix: String = "", clock: @escaping @Sendable () -> Date = { Date() }) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FormatsError.system(action: .create, path: folder, code: systemErrorCode(of: error))
        }
        let seconds = String(format: "%010d", Int(max(0, clock().timeIntervalSince1970)))
        let serial = Self.serial.add(1, ordering: .relaxed).oldValue
        let host = ProcessInfo.processInfo.hostName.replacingOccurrences(of: "/", with: "_")
        path = "\(folder)/events.out.tfevents.\(seconds).\(host).\(getpid()).\(serial)\(suffix)"
        file = try OutputFile(path: path, opening: .creating)
        records = TFRecordWriter(file)
        self.clock = clock
        var first = event(step: 0)
        first.fileVersion = "brain.Event:2"
        first.sourceMetadata.writer = "carpedm"
        try records.append(first.deterministicBytes())
        try file.flush()
    }

    /// Adds values that belong to `step`.
    ///
    /// - Throws: `FormatsError.badSummary` for values that cannot be shown, `.system` when the disk is full.
    public func write(_ summaries: [Summary], step: Int) throws {
        guard !summaries.isEmpty else { return }
        var event = event(step: step)
        event.summary.value = try summaries.map { try $0.message() }
        try records.append(event.deterministicBytes())
    }

    /// Tells readers that what earlier files say of `step` and later is superseded.
    public func markRestart(step: Int) throws {
        var event = event(step: step)
        event.sessionLog.status = .start
        try records.append(event.deterministicBytes())
    }

    /// Hands what was written to the system, so that a running TensorBoard sees it.
    public func flush() throws {
        try file.flush()
    }

    public func close() throws {
        try file.close()
    }

    private func event(step: Int) -> WireEvent {
        var event = WireEvent()
        event.wallTime = clock().timeIntervalSince1970
        event.step = Int64(step)
        return event
    }
}

/// The `errno` beneath an error of Foundation's file manager.
public func systemErrorCode(of error: any Error) -> Int32 {
    let error = error as NSError
    if error.domain == NSPOSIXErrorDomain { return Int32(truncatingIfNeeded: error.code) }
    if let beneath = error.userInfo[NSUnderlyingErrorKey] as? any Error { return systemErrorCode(of: beneath) }
    switch CocoaError.Code(rawValue: error.code) {
    case .fileWriteNoPermission: return EACCES
    case .fileWriteOutOfSpace: return ENOSPC
    case .fileWriteVolumeReadOnly: return EROFS
    case .fileWriteFileExists: return EEXIST
    case .fileNoSuchFile: return ENOENT
    default: return EIO
    }
}
