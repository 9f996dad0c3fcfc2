import Foundation
import Launching
import Testing

/// What other programs' bug reports are about: for each kind of fault a sample, and the line that answers it. The next
/// one is a row.
@Suite(.serialized) struct FaultTableTests {
  @Test(arguments: texts + files + sweeps + limits + weights + checkpoints + terminals + surroundings) func alone(
    fault: Fault
  )
    throws
  {
    try check(fault, ranks: nil)
  }

  #if MPI
    @Test(
      arguments: (texts + files + sweeps + limits + weights + checkpoints + terminals + surroundings).filter(\.isJobs))
    func onFourRanks(fault: Fault) throws {
      try check(fault, ranks: 4)
    }
  #endif

  private func check(_ fault: Fault, ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let program = BuiltProgram("dist-train")
    let result = try program.run(
      [], ranks: ranks,
      prefix: ["env", "-C", folder.path, "D=\(program.path)", "LC_ALL=C.UTF-8", "bash", "-c", fault.sample, "bash"],
      seconds: 60)
    let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
    #expect(result.status == fault.status, "\(result.output) \(result.errors)")
    if fault.status == 0 {
      #expect(result.output.contains { $0.contains(fault.line) }, "\(result.output) \(result.errors)")
      #expect(own.isEmpty)
    } else {
      #expect(own.count == 1, "\(result.errors)")
      #expect(own.allSatisfy { $0.contains(fault.line) && $0.contains(#/^dist-train: .+: .+; .+$/#) }, "\(own)")
      #expect(result.output.isEmpty)
    }
    for line in result.output + own {
      #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\t" }, "\(line)")
      #expect(line.count < 500)
    }
    #expect(result.leftProcesses.isEmpty)
  }
}
