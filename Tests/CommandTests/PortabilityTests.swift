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

  #if MPI
    @Test(.enabled(if: portable != nil, "made by Launch/test --portable"))
    func theBuildWithoutMPIRefusesALauncher() throws {
      let result = try #require(Self.portable).run(Self.short, ranks: 2, seconds: 20)
      #expect(result.status == 64)
      #expect(result.errors.filter { $0.hasPrefix("dist-train: built without MPI: ") }.count == 1, "\(result.errors)")
      #expect(result.output.isEmpty)
    }
  #endif

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
