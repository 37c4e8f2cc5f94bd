import Formats
import Foundation

/// Numbers over the steps of a run, read from its event files: what a run did again after a restart counts once.
public struct TrainingCurve: Sendable, Equatable {
    /// By tag, ascending by step.
    public private(set) var scalars: [String: [Int: Double]] = [:]

    public init() {}

    /// The event files in `folder`; damaged ones are passed over, for a curve is only to be looked at.
    public init(folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.filter({ $0.hasPrefix("events.out.tfevents.") }).sorted() {
            for record in (try? EventFileReader.records(in: "\(folder)/\(name)")) ?? [] { take(record) }
        }
    }

    /// The points of a tag.
    public func points(_ tag: String) -> [(step: Int, value: Double)] {
        (scalars[tag] ?? [:]).sorted { $0.key < $1.key }.map { (step: $0.key, value: $0.value) }
    }

    private mutating func take(_ record: EventRecord) {
        switch record.content {
        case .restart:
            for tag in scalars.keys { scalars[tag]?.keys.filter { $0 >= record.step }.forEach { scalars[tag]?[$0] = nil } }
        case .summaries(let summaries):
            for summary in summaries {
                if case .scalar(let value) = summary.content { scalars[summary.tag, default: [:]][record.step] = Double(value) }
            }
        default: break
        }
    }
}
