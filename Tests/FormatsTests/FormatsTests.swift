import Foundation
import Testing

/// A folder for one test, removed when the test lets go of it.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/carpedm-formats-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }
}

/// A small generator with a fixed start (SplitMix64), so that mutated inputs are the same in every run.
struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Feeds `count` damaged variants of `original` to `read`: flipped bits, overwritten runs, cuts, repeats. Reading may fail, never trap.
///
/// - Returns: how many variants were refused.
func readMutations(of original: [UInt8], count: Int = 200, seed: UInt64 = 7, _ read: ([UInt8]) throws -> Void) -> Int {
    var random = FixedRandom(state: seed)
    var refused = 0
    for _ in 0..<count {
        var bytes = original
        for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 2: bytes.removeLast(bytes.count - place)
            case 3:
                let end = min(bytes.count, place + 8)
                for index in place..<end { bytes[index] = Bool.random(using: &random) ? 0xFF : 0 }
            default:
                let end = min(bytes.count, place + Int.random(in: 1..<16, using: &random))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        do { try read(bytes) } catch { refused += 1 }
    }
    return refused
}
