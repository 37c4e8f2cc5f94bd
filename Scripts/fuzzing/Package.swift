// swift-tools-version: 6.1
import PackageDescription

// The fuzzer is a package of its own, so that nobody builds it by the way: Scripts/fuzz does.
let package = Package(
    name: "fuzzing",
    dependencies: [.package(name: "carpedm", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzzing", dependencies: [.product(name: "CarpedmScript", package: "carpedm")], path: ".",
            exclude: ["words.dict"],
            sources: ["Fuzzing.swift"])
    ],
    swiftLanguageModes: [.v6]
)
