import Foundation
import Launching
import Testing

/// A reader of the output that takes nothing for a while, as `less` or a stopped terminal: training goes on, nobody is
/// taken for stuck, and all arrives in its order.
@Suite(.serialized) struct PausedReaderTests {
  /// More than a pipe holds: 3,000 rows of a table, and a line on standard error at the end.
  private static let job =
    #"printf 'a b\nb a\na b\n%.0s' {1..9} > t; "#
    + #"run() { "$@" --train t --valid t --batch-size 4 --lanes 4 --no-lr-find --out none --stall-seconds 1; }; "#

  private func run(_ script: String, ranks: Int?) throws -> Finished {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let launcher = MPILauncher.ofThisBuild
    let program = BuiltProgram("dist-train").path
    let job = ranks.map { [launcher.command, "-np", "\($0)", program] } ?? [program]
    let environment = [
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
    ]
    return try BuiltProgram(path: "/usr/bin/env").run(
      ["-C", folder.path, "bash", "-c", Self.job + script, "bash"] + job, environment: environment, seconds: 100)
  }

  #if MPI
    static let jobs: [Int?] = [nil, 1, 4]
  #else
    static let jobs: [Int?] = [nil]
  #endif

  @Test(arguments: jobs) func theJobGoesOn(ranks: Int?) throws {
    let result = try run(#"run "$@" --epochs 3000 | (sleep 6; cat); echo "end ${PIPESTATUS[0]}""#, ranks: ranks)
    #expect(result.output.last == "end 0", "\(result.errors) \(result.output.suffix(3))")
    let epochs = result.output.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
    #expect(epochs == Array(0..<3000), "all rows, in their order")
    #expect(result.output.dropLast().last?.hasPrefix("digest ") ?? false)
  }

  @Test(arguments: jobs) func aStoppedJobTellsItToo(ranks: Int?) throws {
    let result = try run(
      #"run "$@" --epochs 1000000 --max-seconds 3 2>&1 | (sleep 7; cat); echo "end ${PIPESTATUS[0]}""#, ranks: ranks)
    #expect(result.output.last == "end 75", "\(result.output.suffix(5))")
    #expect(result.output.filter { $0.contains("stopped as asked") }.count == 1, "\(result.output.suffix(5))")
    #expect(!result.output.contains { $0.contains("stuck") || $0.contains("waits for") })
  }

  /// The end waits for what is written apart, and its failure is told.
  @Test func whatFailsIsTold() throws {
    let result = try run(#"run "$@" --epochs 3000 > /dev/full; echo "end $?""#, ranks: nil)
    #expect(result.output == ["end 74"])
    #expect(result.errors.count == 1 && result.errors[0].contains("output is lost"), "\(result.errors)")
  }
}
