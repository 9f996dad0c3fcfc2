internal import Files
internal import Jobs
internal import SystemPackage
public import Teams

/// Many runs over the workers of a job, each with the results of the same run by itself.
///
/// Every process makes it alike and calls `perform`; process 0 has the sweep's directory. A run that is done is never
/// done again, and one that has begun goes on from its newest checkpoint, whatever the job's size.
public struct Sweep: Sendable {
  /// What there is to do.
  public let plan: SweepPlan
  /// The sweep's directory, which all processes see.
  public let path: String

  /// Takes both.
  public init(_ plan: SweepPlan, at path: String) { (self.plan, self.path) = (plan, path) }

  /// Does what isn't done, and leaves tables and a page of what is. Collective.
  ///
  /// - team: one worker of each process, who waits asleep; cores: those that are this process's to compute on.
  /// - reporter: told on process 0; wantsStop: whether this process is asked to stop.
  /// - Returns: how the work has gone, whose numbers are process 0's; what has come of it, on process 0.
  /// - Throws: `RunError`, on all processes alike, where the directory can't be had, and for an error that isn't a
  ///   run's own fault.
  public func perform(
    _ team: any Team, cores: Int, _ reporter: SweepReporter, wantsStop: () -> Bool
  ) throws -> (summary: SweepSummary, results: SweepResults?) {
    let path = FilePath(named: path)
    let directory = SweepDirectory(path)
    var claim: SweepClaim?
    // Names and done runs, as process 0 finds them.
    let message = try SharedOutcome.share(team) { () throws(RunError) in
      let own = try SweepClaim(path, plan)
      claim = own
      let runs = own.plan.runs.map { run in
        JSONValue.array([.string(run.name), .bool(directory.outcome(of: run) != nil)])
      }
      return Array(JSONValue.array(runs).text.utf8)
    }
    var named = claim?.plan ?? plan
    var done = named.runs.map { _ in false }
    if case .array(let runs)? = try? JSONValue(parsing: message) {
      for (index, run) in runs.enumerated() {
        guard case .array(let facts) = run, case .string(let name) = facts[0] else { continue }
        named.runs[index].name = name
        done[index] = facts[1] == .bool(true)
      }
    }
    try SharedOutcome.agree(team) { () throws(RunError) in
      guard !FileOperations.exists(directory.path(of: .list)) else { return }
      throw RunError(
        "process \(team.rank) doesn't see the sweep's directory", at: path.named,
        remedy: "give --out a directory that all nodes share", status: .inputOutput)
    }
    if let claim { reporter.begun(claim, done.count { $0 }) }
    let summary = try SweepWork(named, directory, reporter).perform(
      team, cores: cores, done: done, wantsStop: wantsStop)
    let finalPlan = named
    let results = try SharedOutcome.first(team) { () throws(RunError) in
      let results = SweepResults(finalPlan, in: directory)
      try results.write(to: directory, summary)
      return results
    }
    // Until here nobody else may work there.
    withExtendedLifetime(claim) {}
    return (summary, results)
  }
}
