// swift-tools-version: 6.1
import PackageDescription

/// Every target is compiled in Swift 6 mode and must say what it imports: `Scripts/build` turns on the
/// import check, so that a module can only use the doors listed here (see Docs/Architecture.md).
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude, resources: resources,
        swiftSettings: settings)
}

/// - Parameter isDoor: people start it and wait for it: it carries Swift's library inside (see Docs/Decisions/start-up.md).
func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil, isDoor: Bool = false) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: path, swiftSettings: settings,
        linkerSettings: isDoor ? [.unsafeFlags(whole, .when(platforms: [.linux], configuration: .release))] : [])
}

/// Swift's library and Foundation, in the program itself; the four that follow are what Foundation needs and does not name.
let whole = ["-static-stdlib", "-use-ld=lld", "-lCoreFoundation", "-l_FoundationCShims", "-l_FoundationCollections", "-l_FoundationICU"]

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "carpedm",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "carpedm", targets: ["carpedm"]),
        .executable(name: "carpedm-repl", targets: ["carpedm-repl"]),
        .library(name: "CarpedmScript", targets: ["ScriptSyntax", "ScriptRuntime", "ScriptLibrary", "ScriptSession"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    ],
    targets: [
        // C libraries: each is imported by exactly one module.
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-32", providers: [.apt(["libpcre2-dev"])]),
        .target(name: "CKernels"),
        .target(name: "CPixels"),
        // C libraries that are loaded at their first call (see Docs/Decisions/start-up.md).
        .target(name: "COnDemand", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "COpenBLAS", dependencies: ["COnDemand"]),
        .target(name: "CCurl", dependencies: ["COnDemand"]),
        .target(name: "CZip", dependencies: ["COnDemand"]),

        // 1: knows nothing of the rest.
        module("TextDistance"),
        module("Randomness"),
        module("Formats", [protobuf, "CPixels", "CZip", "CZlib"], exclude: ["Protobuf/Definitions"]),
        module("Tensors", ["COpenBLAS", "CKernels", "Randomness"]),
        module("Imaging", ["CPixels", "CTurboJPEG", "CPNG"]),
        module("Distribution", ["Formats", "TextDistance", "CCurl"]),

        // The engine.
        module("NeuralNetworks", ["Tensors", "Randomness", "CKernels"]),
        module("Corpus", ["Formats", "Imaging", "Randomness", "TextDistance"], resources: [.copy("Resources/sample")]),
        module("Training", ["NeuralNetworks", "Tensors", "Formats", "Randomness", "TextDistance"]),
        module("Recognition", ["Training", "NeuralNetworks", "Tensors", "Corpus", "Imaging", "Formats", "Randomness", "TextDistance"]),

        // The language: knows nothing of the engine.
        module("ScriptSyntax", ["TextDistance"]),
        module("ScriptRuntime", ["ScriptSyntax", "TextDistance", bigInt]),
        module("ScriptLibrary", ["ScriptRuntime", "ScriptSyntax", "Randomness", "TextDistance", "CPCRE2", bigInt]),
        module("ScriptSession", ["ScriptLibrary", "ScriptRuntime", "ScriptSyntax", "TextDistance"]),

        // The only bridge between the two.
        module(
            "Bindings",
            [
                "ScriptSession", "ScriptLibrary", "ScriptRuntime", "Recognition", "Training", "NeuralNetworks", "Tensors", "Corpus",
                "Distribution", "Imaging", "Formats", "Randomness", "TextDistance",
            ]),

        // The doors.
        module("Terminal", ["ScriptSession", "ScriptRuntime", "ScriptSyntax", "CReadline"]),
        module("ScriptTests", ["ScriptSession", "ScriptRuntime", "ScriptSyntax", "TextDistance"]),
        module(
            "Commands",
            [
                "Bindings", "Terminal", "ScriptTests", "ScriptSession", "ScriptLibrary", "ScriptRuntime", "ScriptSyntax", "Corpus", "Distribution",
                "Imaging",
                "Randomness", "Training", "Tensors", "TextDistance", arguments,
            ]),
        program("carpedm", ["Commands"], isDoor: true),
        program("carpedm-repl", ["Commands"], isDoor: true),
        program("EngineBenchmark", ["NeuralNetworks", "Tensors", "Randomness"]),
        program("LanguageBenchmark", ["ScriptSyntax"]),
        program("Embedding", ["ScriptSession", "ScriptLibrary", "ScriptRuntime", "ScriptSyntax"], path: "Docs/Embedding"),

        tests("TextDistance"),
        tests("Randomness", resources: [.copy("Fixtures")]),
        tests("Formats", ["CPixels", protobuf]),
        tests("Tensors", ["CKernels", "Randomness"], resources: [.copy("Fixtures")]),
        tests("Distribution", ["Formats"]),
        tests("Imaging", ["CPixels"], resources: [.copy("Fixtures")]),
        tests("NeuralNetworks", ["Tensors", "Randomness"], resources: [.copy("Fixtures")]),
        tests("Corpus", ["Formats", "Imaging", "Randomness"], resources: [.copy("Fixtures")]),
        tests("Training", ["NeuralNetworks", "Tensors", "Formats", "Randomness"]),
        tests(
            "Recognition", ["Training", "NeuralNetworks", "Tensors", "Corpus", "Formats", "Imaging", "Randomness"],
            resources: [.copy("Fixtures")]),
        tests("ScriptSyntax", resources: [.copy("Fixtures")]),
        tests("ScriptRuntime", ["ScriptSyntax"], resources: [.copy("Scripts")]),
        tests("ScriptLibrary", ["ScriptRuntime", "ScriptSyntax"], resources: [.copy("Programs")]),
        tests("ScriptSession", ["ScriptLibrary", "ScriptRuntime", "ScriptSyntax", "Embedding"]),
        tests("Bindings", ["Training", "ScriptSession", "ScriptLibrary", "ScriptRuntime", "ScriptSyntax"], resources: [.copy("Fixtures")]),
        // These start the programs, which every build of the tests makes too; a dependency would link the tests like a program.
        tests("Terminal", ["ScriptSession", "ScriptSyntax"]),
        tests("ScriptTests", ["ScriptSession", "ScriptLibrary", "ScriptRuntime", "ScriptSyntax"]),
        tests("Commands", ["Imaging"], exclude: ["Failing"]),
    ],
    swiftLanguageModes: [.v6]
)
