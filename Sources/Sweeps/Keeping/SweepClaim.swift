internal import Runs
package import Files
package import SystemPackage

/// A job's claim to a sweep's directory, while this lives.
public final class SweepClaim: Sendable {
  /// The directory.
  public let directory: SweepDirectory
  /// The plan, with the names that its runs have there.
  public let plan: SweepPlan
  /// How many runs have come to those of an earlier job; nil in a fresh directory.
  public let added: Int?
  private let lock: RunLock

  /// Takes a fresh directory, or goes on in that of a sweep which had no other runs than this one has.
  ///
  /// - inputs: the files that the runs read which aren't done.
  /// - Throws: `RunError` where another job is at work there, where something else is there, where runs are missing
  ///   that were there before, and where a file that runs read has changed since.
  package init(_ path: FilePath, _ plan: SweepPlan, reading inputs: SweepInputs = SweepInputs()) throws(RunError) {
    directory = SweepDirectory(path)
    try FileOperations.makeDirectories(path)
    try FileOperations.probe(path)
    lock = try RunLock(path)
    lock.announce()
    let list = directory.path(of: .list)
    guard FileOperations.exists(list) else {
      if let other = FileOperations.names(in: path).filter({ !$0.hasPrefix(".") }).min() {
        throw RunError(
          "the output directory holds something else than a sweep", at: path.appending(other).named,
          remedy: "choose another directory, or move that one away", status: .inputOutput)
      }
      (self.plan, added) = (plan, nil)
      try directory.write(SweepList.text(plan, inputs), as: .list)
      _ = try FileOperations.makeDirectory(directory.path(of: .directories))
      return
    }
    let earlier = try SweepList(reading: list)
    self.plan = try earlier.naming(plan, path)
    added = plan.runs.count - earlier.entries.count
    try inputs.checkUnchanged(since: earlier.inputs, path.named)
    let all = earlier.inputs.taking(inputs)
    if added != 0 || all != earlier.inputs { try directory.write(SweepList.text(self.plan, all), as: .list) }
    _ = try FileOperations.makeDirectory(directory.path(of: .directories))
  }
}
