// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The CPU that the numerics are compiled for. Swift's SIMD types are fast only where the compiler may use the
/// machine's vectors and fused multiply-add, so x86-64 builds name their CPU; `x86-64-v3` makes one binary for a mixed
/// cluster.
#if arch(x86_64)
  let cpu = Context.environment["DIST_TRAIN_CPU"] ?? "native"
  let vectors = vectorSettings(cpu)
  let cpuFlags: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=\(cpu)"])] + vectors
#else
  let vectors: [SwiftSetting] = []
  let cpuFlags: [SwiftSetting] = []
#endif

/// What that CPU's vectors are, for the choice of tiles and the check at start-up: Swift has no condition for it. A
/// native build asks the kernel. With AVX-512 goes what all CPUs with it but the first have; of AMD's family 25 it is
/// Zen 4 that has it.
func vectorSettings(_ cpu: String) -> [SwiftSetting] {
  let zen4 = "cpu family\t: 25"
  let features =
    switch cpu {
    case "native": (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    case "znver4": "avx2 avx512vl \(zen4)"
    case "x86-64-v4", "znver5", "skylake-avx512", "icelake-server", "sapphirerapids": "avx2 avx512vl"
    case "x86-64-v3", "haswell", "broadwell", "skylake", "znver1", "znver2", "znver3": "avx2"
    default: ""
    }
  if features.contains("avx512vl") {
    return [.define("BUILT_FOR_AVX512")] + (features.contains(zen4) ? [.define("BUILT_FOR_ZEN4")] : [])
  }
  return features.contains("avx2") ? [.define("BUILT_FOR_AVX2")] : []
}

/// The MPI library to build against, by its pkg-config name: Open MPI, or MPICH with `DIST_TRAIN_MPI=mpich`.
let mpiPackage = Context.environment["DIST_TRAIN_MPI"] == "mpich" ? "mpich" : "ompi-c"

let language: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  // Tests reach into the targets in release mode, and they run the very program that users run: one build for both.
  .unsafeFlags(["-enable-testing"]),
]
/// Kernels and MPI calls hold raw memory; all other targets state by the compiler's check that they hold none.
let safe: [SwiftSetting] = [.strictMemorySafety()]
/// Test targets compute with the kernels' types, and some tests are for one MPI library only.
let tests = language + cpuFlags + (mpiPackage == "mpich" ? [.define("MPICH")] : [])

/// How the program is linked on Linux: with Swift's libraries in it, so that it runs on nodes without a toolchain, and
/// into few pages, since each rank of a job has its own. Without a position to choose there are no addresses to fill in
/// at the start; what no library asks for isn't offered; code that is there twice is kept once, and code that rarely
/// runs lies apart.
let standalone =
  ["-static-stdlib", "-use-ld=lld", "-Xclang-linker", "-no-pie"]
  + ["--no-export-dynamic", "--no-rosegment", "--icf=safe", "-z", "keep-text-section-prefix"]
  .flatMap { ["-Xlinker", $0] }
  // Memory that the system refuses comes from a run's reserve.
  + ["-Xlinker", "--defsym=malloc=dist_train_malloc"]
  // Of Foundation's parts, those that only its static build asks for.
  + ["CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections"].map { "-l\($0)" }

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// The rooms of the library. Whoever imports `Training`, which passes them on, names them as well: a build that goes on
/// from an earlier one looks at them alone to find what has changed.
let rooms: [Target.Dependency] = [
  "Benchmarks", "Configuration", "Corpus", "Data", "Files", "Fitting", "Inference", "Jobs", "Kernels", "Memory",
  "Models", "Optimization", "Reports", "Runs", "Sweeps", "Teams", "Tokenization",
]

/// A target of the library whose code holds no raw memory.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: language + cpuFlags + safe)
}

let package = Package(
  name: "dist-train",
  products: [
    .executable(name: "dist-train", targets: ["Main"]),
    .executable(name: "rnn-exploration", targets: ["RNNExploration"]),
    .library(name: "MPI", targets: ["MPI"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Ranks under mpirun or srun; without it, no MPI library is needed."),
    .default(enabledTraits: ["MPI"]),
  ],
  dependencies: [
    // The command line: options, help, completions.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // What is told on standard error, by level.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // SHA-256 of states and files.
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    // Configuration files.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Paths and file descriptors with typed errors, without Foundation.
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .systemLibrary(name: "CMPI", pkgConfig: mpiPackage, providers: [.apt(["libopenmpi-dev"])]),
    .target(
      name: "MPI", dependencies: ["Platform", .target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      swiftSettings: language),
    // The rooms of the library, each above those that it names: walls between them are compiled.
    .target(name: "Platform", swiftSettings: language + safe),
    .target(name: "Memory", dependencies: ["Platform"], swiftSettings: language + cpuFlags),
    .target(
      name: "Kernels", dependencies: ["Memory"],
      // For LLVM's prefetch.
      swiftSettings: language + cpuFlags + [.enableExperimentalFeature("BuiltinModule")]),
    room("Corpus"),
    room("Tokenization", ["Corpus"]),
    room("Files", ["Corpus", "Memory", "Platform", crypto, systemPackage]),
    room("Teams", ["Kernels", "MPI", "Memory", "Platform"]),
    room("Jobs", ["Files", "MPI", "Memory", "Platform", "Teams", systemPackage]),
    room("Data", ["Corpus", "Files", "Jobs", "Memory", "Platform", "Teams", "Tokenization", crypto, systemPackage]),
    room("Models", ["Kernels", "Memory", "Teams"]),
    room("Optimization", ["Kernels", "Memory", "Models", "Teams"]),
    room("Configuration", ["Data", "Files", "Models", "Optimization", "Tokenization"]),
    room(
      "Fitting",
      [
        "Configuration", "Corpus", "Data", "Files", "Jobs", "Kernels", "Memory", "Models", "Optimization", "Teams",
        "Tokenization", crypto, systemPackage,
      ]),
    room(
      "Inference",
      [
        "Configuration", "Corpus", "Data", "Files", "Fitting", "Jobs", "Kernels", "Memory", "Models", "Teams",
        "Tokenization", systemPackage,
      ]),
    room("Reports", ["Benchmarks", "Configuration", "Files", "Fitting", "Teams", systemPackage]),
    room(
      "Runs",
      [
        "Configuration", "Corpus", "Data", "Files", "Fitting", "Inference", "Jobs", "Memory", "Models", "Optimization",
        "Platform",
        "Reports", "Teams", "Tokenization", systemPackage,
      ]),
    room(
      "Sweeps",
      [
        "Configuration", "Data", "Files", "Fitting", "Jobs", "Memory", "Models", "Reports", "Runs", "Teams", crypto,
        systemPackage,
      ]),
    room(
      "Benchmarks",
      [
        "Configuration", "Corpus", "Files", "Fitting", "Jobs", "Kernels", "MPI", "Memory", "Models", "Platform",
        "Teams",
      ]),
    // What users import: it has no code of its own and passes on what the rooms offer.
    room("Training", rooms),
    // Compiled for any CPU: it looks at the one it runs on before the other targets' code runs.
    .target(
      name: "DistTrain",
      dependencies: [
        "MPI", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ] + rooms, swiftSettings: language + safe + vectors),
    // Apart from it, since a test target takes over how what it depends on is linked.
    .executableTarget(
      name: "Main", dependencies: ["DistTrain"], swiftSettings: language + safe,
      linkerSettings: [.unsafeFlags(standalone, .when(platforms: [.linux]))]),
    .executableTarget(
      name: "RNNExploration",
      dependencies: ["Training", .product(name: "ArgumentParser", package: "swift-argument-parser")] + rooms,
      // The notebook's source, which is also its page's text and code.
      resources: [.embedInCode("Page/Exploration.source")], swiftSettings: language + safe),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Memory"], swiftSettings: tests),
    .executableTarget(
      name: "KernelExercise", dependencies: ["Kernels", "Memory"], path: "Tests/KernelExercise", swiftSettings: tests),
    .testTarget(name: "CorpusTests", dependencies: ["Corpus"], swiftSettings: tests),
    .testTarget(name: "TokenizationTests", dependencies: ["Corpus", "Tokenization"], swiftSettings: tests),
    .testTarget(
      name: "MPITests", dependencies: ["Launching", "MPI", "MPIExercise"], swiftSettings: tests),
    .executableTarget(
      name: "MPIExercise", dependencies: ["MPI"], path: "Tests/MPIExercise", swiftSettings: tests),
    .testTarget(
      name: "TeamsTests", dependencies: ["Kernels", "Launching", "Memory", "TeamExercise", "Teams"],
      swiftSettings: tests),
    .executableTarget(
      name: "TeamExercise", dependencies: ["Kernels", "MPI", "Memory", "Teams"], path: "Tests/TeamExercise",
      swiftSettings: tests),
    .testTarget(
      name: "TrainingTests", dependencies: ["AllocationExercise", "Launching", "Training", systemPackage] + rooms,
      swiftSettings: tests),
    .executableTarget(
      name: "AllocationExercise", dependencies: ["Fitting", "Teams", "Training"], path: "Tests/AllocationExercise",
      swiftSettings: tests,
      // Its own functions instead of glibc's.
      linkerSettings: [
        .unsafeFlags(
          [
            "-Xlinker", "--defsym=malloc=counting_malloc", "-Xlinker", "--defsym=posix_memalign=counting_memalign",
          ], .when(platforms: [.linux]))
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "ArticleProgram", "DistTrain", "ExampleProgram", "KernelExercise", "Launching", "RNNExploration", "TestSummary",
        "Training",
      ] + rooms,
      swiftSettings: tests),
    // The README's program with the library.
    .executableTarget(
      name: "ExampleProgram", dependencies: ["Training"] + rooms, path: "Tests/ExampleProgram", swiftSettings: language),
    // The code of the library's articles.
    .executableTarget(
      name: "ArticleProgram", dependencies: ["Training"] + rooms, path: "Tests/ArticleProgram", swiftSettings: language),
    .testTarget(
      name: "DurabilityTests", dependencies: ["DistTrain", "Launching", "LearnerExercise", "Training"] + rooms,
      exclude: ["campaign", "disturb", "sweep-campaign"], swiftSettings: tests),
    // A program with the library whose fit is kept in a directory.
    .executableTarget(
      name: "LearnerExercise", dependencies: ["Training"] + rooms, path: "Tests/LearnerExercise",
      swiftSettings: language),
    // On clusters that scripts set up inside this machine.
    .testTarget(
      name: "ClusterTests",
      dependencies: [
        "Configuration", "DistTrain", "Launching", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["enter-host", "one-node-slurm", "spaces", "stop-and-go", "two-hosts"], swiftSettings: tests),
    // Which targets and folders use which, read from the sources.
    .testTarget(name: "StructureTests", swiftSettings: language),
    // Counts what became of the tests.
    .executableTarget(name: "TestSummary", path: "Tests/TestSummary", swiftSettings: language),
    // Starts built programs, under launchers too.
    .target(name: "Launching", path: "Tests/Launching", swiftSettings: language),
  ]
)
