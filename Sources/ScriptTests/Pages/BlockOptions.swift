import Foundation
import TextDistance

/// What stands behind `cdm` on a block's fence.
struct BlockOptions: Equatable {
    /// Only check that it is a program whose names are bound.
    var isNotRun = false
    /// It must raise: any exception, or one of this class.
    var shouldFail = false
    var failure: String?
    /// It must be refused as a program.
    var isNoProgram = false
    /// Why it is not run.
    var skip: String?
    /// Run only where slow blocks are asked for.
    var isSlow = false
    var timeout: Double?
    var tolerance = Tolerance.exact
    /// Start a session anew.
    var isFresh = false
    /// The session it belongs to; pages have one without a name.
    var session = ""
    /// A script run in the same session before the block.
    var setup: String?
    /// `script.cdm#cell title`: the block shows this part of a file.
    var include: String?

    static let names = [
        "no_run", "should_fail", "fails", "parse_error", "skip", "slow", "timeout", "tol", "digits", "fresh", "session", "setup", "include",
    ]

    /// - Throws: `PageError` for what it does not know.
    init(_ text: String) throws {
        for (name, value) in try Self.words(text) {
            switch (name, value) {
            case ("no_run", nil): isNotRun = true
            case ("should_fail", nil): shouldFail = true
            case ("fails", let name?): (shouldFail, failure) = (true, name)
            case ("parse_error", nil): isNoProgram = true
            case ("skip", let reason?) where !reason.trimmingBlanks.isEmpty: skip = reason
            case ("skip", _): throw PageError(message: "'skip' needs a reason", hint: "Write skip=\"needs the whole corpus\".")
            case ("slow", nil): isSlow = true
            case ("timeout", let seconds?): timeout = try Self.positive(seconds, name)
            case ("tol", let number?): tolerance.tol = try Self.positive(number, name)
            case ("digits", let number?):
                guard let digits = Int(number), (1...17).contains(digits) else {
                    throw PageError(message: "digits=\(number): expected a whole number from 1 to 17")
                }
                tolerance.digits = digits
            case ("fresh", nil): isFresh = true
            case ("session", let name?): session = name
            case ("setup", let path?): setup = path
            case ("include", let path?): include = path
            default:
                guard Self.names.contains(name) else {
                    let near = nearest(to: name, among: Self.names).map { "Did you mean '\($0)'? " } ?? ""
                    throw PageError(
                        message: "a block has no option '\(name)'", hint: near + "Options: \(Self.names.joined(separator: ", ")).")
                }
                throw PageError(message: value == nil ? "'\(name)' needs a value: \(name)=..." : "'\(name)' takes no value")
            }
        }
    }

    private static func positive(_ text: String, _ name: String) throws -> Double {
        guard let number = Double(text), number > 0, number.isFinite else {
            throw PageError(message: "\(name)=\(text): expected a number above 0")
        }
        return number
    }

    /// Words and `name=value` pairs; a value with blanks stands in double quotes.
    private static func words(_ text: String) throws -> [(name: String, value: String?)] {
        var words: [(name: String, value: String?)] = []
        var rest = Substring(text)
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard !rest.isEmpty else { return words }
            let name = rest.prefix { $0 != "=" && $0 != " " && $0 != "\t" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else {
                words.append((String(name), nil))
                continue
            }
            rest = rest.dropFirst()
            if rest.first == "\"" {
                let value = rest.dropFirst().prefix { $0 != "\"" }
                rest = rest.dropFirst(value.count + 1)
                guard rest.first == "\"" else { throw PageError(message: "the quotes behind '\(name)=' are not closed") }
                rest = rest.dropFirst()
                words.append((String(name), String(value)))
            } else {
                let value = rest.prefix { $0 != " " && $0 != "\t" }
                rest = rest.dropFirst(value.count)
                words.append((String(name), String(value)))
            }
        }
    }
}

/// A mistake in how a page is written.
struct PageError: Error, Equatable {
    var message: String
    var hint: String?
}
