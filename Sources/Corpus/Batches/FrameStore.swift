import Imaging
import Synchronization

/// The examples of a dataset fitted into one frame: kept in memory where they are few, read again where they are many.
final class FrameStore: Sendable {
    /// Where the fitted pixels of an example are, and what is around them.
    private struct Kept: Sendable {
        var start: Int
        var place: Box
        var surround: Float
    }

    private enum Contents: Sendable {
        case memory(pixels: [UInt8], kept: [Kept])
        case store(any ExampleAccess, places: [(part: Int, place: Int)])
    }

    let fitting: Fitting
    /// The classes of each example.
    let targets: [[Int32]]
    private let contents: Contents

    var count: Int { targets.count }

    /// Reads the dataset once, checking every record.
    ///
    /// - Parameter memoryLimit: how many bytes of fitted pixels may stay in memory.
    init(_ store: any ExampleStore, fitting: Fitting, memoryLimit: Int, threads: Int) throws {
        self.fitting = fitting
        let isSmall = store.bytes <= memoryLimit
        let parts = Slots<Part>(count: store.partCount)
        try inParallel(store.partCount, threads: threads) { i in
            parts[i] = try Part(store, part: i, fitting: isSmall ? fitting : nil)
        }
        targets = parts.values.flatMap(\.targets)
        if isSmall {
            var pixels: [UInt8] = []
            var kept: [Kept] = []
            for fitted in parts.values.flatMap(\.fitted) {
                kept.append(Kept(start: pixels.count, place: fitted.place, surround: fitted.surround))
                pixels += fitted.pixels
            }
            contents = .memory(pixels: pixels, kept: kept)
        } else {
            let places = parts.values.enumerated().flatMap { number, part in part.places.map { (number, $0) } }
            contents = .store(try store.access(), places: places)
        }
    }

    /// Writes the frame of an example and says where its image lies in it, and what is around it.
    func fill(_ target: UnsafeMutableBufferPointer<Float>, with example: Int) throws -> (place: Box, surround: Float) {
        switch contents {
        case .memory(let pixels, let kept):
            let one = kept[example]
            pixels.withUnsafeBufferPointer { all in
                // The pixels of `one` were appended from `start` on, as many as its place has.
                let part = UnsafeBufferPointer(rebasing: all[one.start..<one.start + one.place.width * one.place.height])
                fitting.fill(target, place: one.place, pixels: part, surround: one.surround)
            }
            return (one.place, one.surround)
        case .store(let access, let places):
            let (part, place) = places[example]
            let fitted = try fitting.fitted(access.example(ofPart: part, at: place, number: example).image)
            fitted.pixels.withUnsafeBufferPointer {
                fitting.fill(target, place: fitted.place, pixels: $0, surround: fitted.surround)
            }
            return (fitted.place, fitted.surround)
        }
    }

    /// What one part of the store contributes.
    private struct Part: Sendable {
        var targets: [[Int32]] = []
        var fitted: [Fitting.Fitted] = []
        var places: [Int] = []

        init(_ store: any ExampleStore, part: Int, fitting: Fitting?) throws {
            try store.forEachExample(ofPart: part) { place, example in
                targets.append(example.targets)
                places.append(place)
                if let fitting { fitted.append(try fitting.fitted(example.image)) }
            }
        }
    }
}
