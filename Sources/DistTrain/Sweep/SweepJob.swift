internal import MPI
internal import Memory
internal import SystemPackage
internal import Teams
internal import Training

/// A process's part of `dist-train sweep`. Standard output is the first's.
func runSweep(_ command: CommandJob, _ plan: SweepPlan) throws {
  let options = command.options
  StandardOutput.startWaitingApart()
  // More seconds than a sweep lasts, and than a clock counts, are no limit.
  let limit = options[RunOption.sweep.maxSeconds].map { ContinuousClock.now + .seconds(min($0, 1e9)) }
  let again = "run the same command again"
  let isQuiet = options(RunOption.sweep.quiet)
  let sweep = Sweep(plan, at: options[RunOption.sweep.out] ?? defaultDirectory(of: plan.file))
  let isStopped = try Job.run(
    threads: options[RunOption.sweep.threads], ranksPerNode: options[RunOption.sweep.ranksPerNode],
    stallSeconds: options(RunOption.sweep.stallSeconds), goingOn: again,
    agreeingOn: command.facts + [Job.Fact("runs of \(plan.file)", plan.digest)]
  ) { job in
    let cores = try job.coreShare()
    let ends = try job.makeCoordinators().run { team in
      let (summary, results) = try sweep.perform(team, cores: cores, reporter(isQuiet: isQuiet)) {
        StopRequest.hasCome || MemoryReserve.isUsed || limit.map { ContinuousClock.now > $0 } ?? false
      }
      if let results { tell(summary, results, sweep.path, isQuiet: isQuiet, again: again) }
      // The first to end ends the job: not before it is told.
      team.barrier()
      return summary.isStopped
    }
    let isStopped = ends.first ?? false
    if isStopped {
      StandardOutput.settle()
      job.leaveIfBeingEnded(.tryAgain)
    }
    return isStopped
  }
  if isStopped {
    try StandardOutput.finish()
    Job.end(.tryAgain)
  }
}

/// `runs/lesson` for `Launch/lesson.yaml`: the same each time, so that the same command goes on.
private func defaultDirectory(of file: String) -> String {
  let name = FilePath(named: file).stem ?? "sweep"
  return FilePath("runs").appending(name).named
}

private func reporter(isQuiet: Bool) -> SweepReporter {
  var reporter = SweepReporter()
  reporter.note = { StandardOutput.writeError($0) }
  guard !isQuiet else { return reporter }
  var count = 0
  reporter.begun = { claim, done in
    count = claim.plan.runs.count
    var line = "\(text(count, "run")) of \(text(claim.plan.variants.count, "variant"))"
    if let added = claim.added, added > 0 { line += ", \(NumberText.grouped(added)) more than before" }
    if done > 0 { line += "; done before: \(NumberText.grouped(done))" }
    StandardOutput.write(line + "\n")
  }
  reporter.done = { run, outcome, done in
    let digits = String(count).count
    let number = String(done)
    var line = String(repeating: " ", count: digits - number.count) + "\(number)/\(count)  \(run.name)  "
    switch outcome.end {
    case .finished:
      line +=
        outcome.validLoss.isNaN
        ? "train_loss \(NumberText.fixed(outcome.trainLoss, decimals: 4))"
        : "valid_loss \(NumberText.fixed(outcome.validLoss, decimals: 4))  accuracy "
          + NumberText.fixed(outcome.accuracy, decimals: 4)
      line += "  \(NumberText.fixed(outcome.seconds, decimals: 2)) s"
    case .failed(let error): line += "failed: \(PlainText.visible(error))"
    }
    StandardOutput.write(line + "\n")
  }
  return reporter
}

/// A number of things: "1 run", "1,200 runs".
private func text(_ count: Int, _ name: String) -> String {
  "\(NumberText.grouped(count)) \(name)\(count == 1 ? "" : "s")"
}

/// What is told at a sweep's end.
private func tell(_ summary: SweepSummary, _ results: SweepResults, _ path: String, isQuiet: Bool, again: String) {
  let count = results.plan.runs.count
  if !isQuiet {
    var lines = (summary.done > 0 ? [results.text] : []) + results.failures.map { "failed  \(PlainText.visible($0))" }
    func fixed(_ number: Double, _ decimals: Int) -> String { NumberText.fixed(number, decimals: decimals) }
    if summary.busySeconds > 0 {
      lines.append(
        "workers were busy for \(fixed(100 * summary.efficiency, 1)) % of the time: "
          + "\(fixed(summary.busySeconds, 1)) s of \(summary.workers) × \(fixed(summary.seconds, 1)) s")
    }
    lines.append("sweep directory \(PlainText.visible(path))")
    StandardOutput.write(lines.joined(separator: "\n") + "\n")
  }
  if summary.isStopped {
    let place = "\(summary.done) of \(count) runs done"
    var error = RunError("stopped as asked", at: place, remedy: again, status: .tryAgain)
    if let shortage = MemoryReserve.shortage.map({ RunError($0) }) {
      error = RunError(
        "stopped with \(shortage.problem)", at: "\(place), \(shortage.place)", remedy: "\(shortage.remedy); \(again)",
        status: .tryAgain)
    }
    StandardOutput.writeError(error)
  } else if let digest = results.digest {
    StandardOutput.write("digest \(digest)\n")
  }
}
