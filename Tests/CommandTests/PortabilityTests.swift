import Foundation
import Launching
import Testing

/// Builds for other machines than this one. On x86-64, an emulator stands in for their CPUs.
@Suite(.serialized) struct PortabilityTests {
  static let short = ["--steps", "20", "--epochs", "1", "--no-lr-find", "--quiet", "--out", "none"]

  /// The build without MPI for any CPU with AVX2, which `Launch/test --portable` makes.
  static let portable = ProcessInfo.processInfo.environment["DIST_TRAIN_PORTABLE"].map { BuiltProgram(path: $0) }

  @Test(.enabled(if: portable != nil, "made by Launch/test --portable"))
  func theBuildWithoutMPIHasTheSameBits() throws {
    let portable = try #require(Self.portable)
    let digest = try #require(try Launcher.run(["--quiet", "--out", "none"]).digest)
    #expect(try portable.run(["--quiet", "--out", "none"]).output == ["digest \(digest)"])
  }

  /// Of a CPU with AVX-512 that compares its wide tiles with narrow ones.
  @Test(
    .enabled(if: portable != nil, "made by Launch/test --portable"),
    arguments: ["rnn --layers 2", "gru", "lstm", "awd-lstm --embedding 32 --hidden 64 --layers 2"])
  func stacksWithDropoutHaveTheSameBits(model: String) throws {
    let options = "--dropout-input 0.25 --dropout-embedding 0.05 --dropout-hidden 0.2 --dropout-weight 0.3 --bptt 20"
    let arguments = "--model \(model) \(options)".split(separator: " ").map(String.init) + Self.short
    let digest = try #require(try Launcher.run(arguments).digest)
    let result = try #require(Self.portable).run(arguments)
    #expect(result.output == ["digest \(digest)"], "\(result.errors)")
  }

  #if MPI
    @Test(.enabled(if: portable != nil, "made by Launch/test --portable"))
    func theBuildWithoutMPIRefusesALauncher() throws {
      let result = try #require(Self.portable).run(Self.short, ranks: 2, seconds: 20)
      #expect(result.status == 64)
      #expect(result.errors.filter { $0.hasPrefix("dist-train: built without MPI: ") }.count == 1, "\(result.errors)")
      #expect(result.output.isEmpty)
    }
  #endif

  static let hasNEON = ["swiftc", "aarch64-linux-gnu-gcc", "qemu-aarch64"].allSatisfy(MPILauncher.isOnPath)

  /// Without a Swift runtime for that CPU, the kernels are compiled as Embedded Swift and linked to its C library.
  @Test(.enabled(if: hasNEON, "gcc-aarch64-linux-gnu or qemu-user is not installed"))
  func kernelsHaveTheSameBitsOnNEON() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let object = "\(folder.path)/exercise.o"
    let program = "\(folder.path)/exercise"
    let compiled = try BuiltProgram(path: "swiftc").run(
      [
        "-target", "aarch64-none-none-elf", "-enable-experimental-feature", "Embedded",
        "-enable-experimental-feature", "BuiltinModule", "-swift-version", "6", "-O",
        "-whole-module-optimization", "-parse-as-library", "-module-name", "KernelExercise", "-c", "-o", object,
      ] + Self.kernelSources(in: folder.path), seconds: 600)
    try #require(compiled.status == 0, "\(compiled.errors)")
    let linked = try BuiltProgram(path: "aarch64-linux-gnu-gcc").run(["-static-pie", object, "-o", program, "-lm"])
    try #require(linked.status == 0, "\(linked.errors)")
    let here = try BuiltProgram("KernelExercise").run([])
    let there = try BuiltProgram(path: program).run([], prefix: ["qemu-aarch64"])
    #expect(here.status == 0 && here.output.count > 50)
    #expect(there.output == here.output, "\(there.errors)")
  }

  /// The kernels, their memory, and what sends numbers through them, as one module: copies in `folder` without what
  /// workers have in common and what asks for limits and caches, which need an operating system, and without the
  /// imports of each other.
  private static func kernelSources(in folder: String) throws -> [String] {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let sizes = "\(folder)/OtherMachine.swift"
    try "extension CacheSizes { public static var ofThisMachine: CacheSizes { .common } }"
      .write(toFile: sizes, atomically: false, encoding: .utf8)
    let folders = ["Sources/Memory", "Sources/Kernels", "Tests/KernelExercise"]
    return try [sizes]
      + folders.flatMap { directory -> [String] in
        let root = package.appendingPathComponent(directory)
        var copies: [String] = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: root.path) where file.hasSuffix(".swift") {
          let text = try String(contentsOfFile: root.appendingPathComponent(file).path, encoding: .utf8)
          let ofSystems = ["import Synchronization", "SystemFile", "systemFunction("]
          guard !ofSystems.contains(where: text.contains) else { continue }
          let copy = "\(folder)/\(file.replacing("/", with: "-"))"
          let single = text.replacing(#/(?m)^\w* ?import (Memory|Kernels|Platform)$/#, with: "")
          try single.write(toFile: copy, atomically: false, encoding: .utf8)
          copies.append(copy)
        }
        return copies
      }
  }

  #if arch(x86_64)
    static let emulator = "qemu-x86_64"
    static let isEmulated = MPILauncher.isOnPath(emulator)

    @Test(
      .enabled(if: isEmulated, "qemu-x86_64 is not installed"),
      .enabled(if: portable != nil, "made by Launch/test --portable"))
    func anotherCPUHasTheSameBits() throws {
      let digest = try #require(try Launcher.run(Self.short).digest)
      let result = try #require(Self.portable).run(Self.short, prefix: [Self.emulator, "-cpu", "Haswell"])
      #expect(result.output == ["digest \(digest)"], "\(result.errors)")
    }

    #if BUILT_FOR_AVX2 || BUILT_FOR_AVX512
      @Test(.enabled(if: isEmulated, "qemu-x86_64 is not installed"))
      func aCPUThatLacksWhatWasBuiltForIsToldOnce() throws {
        let result = try BuiltProgram("dist-train").run(Self.short, prefix: [Self.emulator, "-cpu", "Nehalem"])
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.count == 1)
        #expect(
          result.errors.first?.contains(#/^dist-train: this CPU lacks AVX2, which the program was built for: .+; .+$/#)
            ?? false)
      }
    #endif
  #endif
}
