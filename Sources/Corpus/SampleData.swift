import Foundation

/// The fifteen synthetic pages that come with the project.
public enum SampleData {
    /// Names another folder to use as the sample.
    public static let variable = "CARPEDM_SAMPLE"

    /// The folder of the sample: where `CARPEDM_SAMPLE` points, else in the resource bundle beside the running program (which is
    /// also where a build leaves it), else in `../share/carpedm/sample` as seen from the program.
    ///
    /// - Throws: `CorpusError.noSample` with the places that were tried.
    public static func folder(environment: [String: String]? = nil) throws(CorpusError) -> String {
        if let chosen = (environment ?? ProcessInfo.processInfo.environment)[variable], !chosen.isEmpty {
            guard FileSystem.kind(of: chosen) == .folder else { throw .noSample(tried: [chosen]) }
            return chosen
        }
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        let places = ["carpedm_Corpus.resources/sample", "../share/carpedm/sample"].map { program.appendingPathComponent($0).standardized.path }
        for place in places where FileSystem.kind(of: place) == .folder { return place }
        throw .noSample(tried: places)
    }
}
