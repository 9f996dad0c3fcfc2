internal import Files
internal import Jobs
internal import Memory
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
  /// - Throws: `RunError`, on all processes alike, where a run can't be begun, which leaves no trace; where the
  ///   directory can't be had; and for an error that isn't a run's own fault.
  public func perform(
    _ team: any Team, cores: Int, _ reporter: SweepReporter, wantsStop: () -> Bool
  ) throws -> (summary: SweepSummary, results: SweepResults?) {
    let path = FilePath(named: path)
    let directory = SweepDirectory(path)
    // What an earlier launch has left; nothing is written before all is known to work.
    let before = try share(team, directory) { () throws(RunError) in
      let list = directory.path(of: .list)
      return FileOperations.exists(list) ? try SweepList(reading: list).naming(plan, path) : plan
    }
    let (inputs, atOnce) = try survey(before.plan, before.done, team, cores: cores)
    var claim: SweepClaim?
    let (named, done) = try share(team, directory) { () throws(RunError) in
      let old = before.plan.files(before.plan.runs.indices.filter { before.done[$0] })
      let own = try SweepClaim(path, plan, reading: old.taking(inputs))
      claim = own
      return own.plan
    }
    try SharedOutcome.agree(team) { () throws(RunError) in
      guard !FileOperations.exists(directory.path(of: .list)) else { return }
      throw RunError(
        "process \(team.rank) doesn't see the sweep's directory", at: path.named,
        remedy: "give --out a directory that all nodes share", status: .inputOutput)
    }
    if let claim {
      reporter.begun(claim, done.count { $0 })
      let slots = RunSlots.count(cores: cores, threads: plan.workersPerRun)
      if atOnce < min(slots, done.count { !$0 }) { reporter.hint(Self.littleMemory(atOnce, slots)) }
    }
    let summary = try SweepWork(named, directory, reporter).perform(
      team, cores: cores, most: atOnce, done: done, wantsStop: wantsStop)
    let results = try SharedOutcome.first(team) { () throws(RunError) in
      let results = SweepResults(named, in: directory)
      try results.write(to: directory, summary)
      return results
    }
    // Until here nobody else may work there.
    withExtendedLifetime(claim) {}
    return (summary, results)
  }

  /// The plan with the names that `find` gives its runs on process 0, and which of them are done, as that process sees
  /// it; on all processes. Collective.
  private func share(
    _ team: any Team, _ directory: SweepDirectory, _ find: () throws(RunError) -> SweepPlan
  ) throws -> (plan: SweepPlan, done: [Bool]) {
    let message = try SharedOutcome.share(team) { () throws(RunError) in
      let runs = try find().runs.map { run in
        JSONValue.array([.string(run.name), .bool(directory.outcome(of: run) != nil)])
      }
      return Array(JSONValue.array(runs).text.utf8)
    }
    var named = plan
    var done = named.runs.map { _ in false }
    if case .array(let runs)? = try? JSONValue(parsing: message) {
      for (index, run) in runs.enumerated() {
        guard case .array(let facts) = run, case .string(let name) = facts[0] else { continue }
        named.runs[index].name = name
        done[index] = facts[1] == .bool(true)
      }
    }
    return (named, done)
  }

  /// The files that the runs read which aren't done, the same on all processes, each of which looks at what these runs
  /// need; and how many of them this process has memory for at once. Collective.
  private func survey(
    _ plan: SweepPlan, _ done: [Bool], _ team: any Team, cores: Int
  ) throws -> (inputs: SweepInputs, atOnce: Int) {
    let threads = max(1, min(plan.workersPerRun, cores))
    let (inputs, largest) = try SharedOutcome.agree(team) { () throws(RunError) in
      try plan.survey(plan.runs.indices.filter { !done[$0] }, threads: threads)
    }
    let message = team.broadcast(Array(inputs.json.text.utf8), from: 0)
    let first = SweepInputs(json: try? JSONValue(parsing: message))
    try SharedOutcome.agree(team) { () throws(RunError) in
      guard let path = inputs.digests.keys.sorted().first(where: { first.digests[$0] != inputs.digests[$0] }) else {
        return
      }
      throw RunError(
        "process \(team.rank) reads another file of this name than process 0", at: path,
        remedy: "give files that all nodes share", status: .badData)
    }
    return (first, RunsAtOnce.count(largest, MemoryLimit.binding, MemoryLimit.ofThisProcess, team.place))
  }

  /// What process 0 is told where memory has fewer runs at a time than there are cores for.
  private static func littleMemory(_ count: Int, _ slots: Int) -> RunError {
    let limit = MemoryLimit.binding
    return RunError(
      "memory for \(count) of \(slots) runs at a time",
      at: limit.map { "\($0.name), \(NumberText.bytes($0.available)) left" } ?? "each process",
      remedy: "give each run more workers, or \(limit?.remedy ?? "take a machine with more")", status: .success)
  }
}
