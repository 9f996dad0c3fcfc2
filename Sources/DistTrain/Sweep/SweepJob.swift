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
  let status = try Job.run(
    threads: options[RunOption.sweep.threads], ranksPerNode: options[RunOption.sweep.ranksPerNode],
    stallSeconds: options(RunOption.sweep.stallSeconds), goingOn: again,
    agreeingOn: command.facts + [Job.Fact("runs of \(plan.file)", plan.digest)]
  ) { job in
    let cores = try job.coreShare()
    let ends = try job.makeCoordinators().run { team in
      let (summary, results) = try sweep.perform(team, cores: cores, reporter(isQuiet: isQuiet)) {
        StopRequest.hasCome || MemoryReserve.isUsed || limit.map { ContinuousClock.now > $0 } ?? false
      }
      let error = results.flatMap { tell(summary, $0, sweep.path, isQuiet: isQuiet, again: again) }
      if let error { StandardOutput.writeError(error) }
      // The first to end ends the job: not before it is told.
      let hasFailed = !team.broadcast(error == nil ? [] : [1], from: 0).isEmpty
      return summary.isStopped ? ExitStatus.tryAgain : hasFailed ? .failure : .success
    }
    let status = ends.first ?? .success
    if status != .success {
      StandardOutput.settle()
      job.leaveIfBeingEnded(status)
    }
    return status
  }
  if status != .success {
    try StandardOutput.finish()
    Job.end(status)
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
  reporter.hint = { StandardOutput.writeError($0) }
  let width = Terminal.standardOutput?.columns
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
    let start = String(repeating: " ", count: digits - number.count) + "\(number)/\(count)  "
    var end = "  "
    switch outcome.end {
    case .finished:
      end +=
        outcome.validLoss.isNaN
        ? "train_loss \(NumberText.fixed(outcome.trainLoss, decimals: 4))"
        : "valid_loss \(NumberText.fixed(outcome.validLoss, decimals: 4))  accuracy "
          + NumberText.fixed(outcome.accuracy, decimals: 4)
      end += "  \(NumberText.fixed(outcome.seconds, decimals: 2)) s"
    case .failed(let error): end += "failed: \(PlainText.visible(error))"
    }
    // The figures stay where the name is too long for them.
    let room = width.map { max(10, $0 - start.count - end.count) } ?? .max
    StandardOutput.write(fitting(start + fitting(run.name, room) + end, width ?? .max) + "\n")
  }
  return reporter
}

/// A text in at most so many characters.
private func fitting(_ text: String, _ count: Int) -> String {
  text.count <= count ? text : PlainText.shortened(text, to: max(0, count - 1))
}

/// A number of things: "1 run", "1,200 runs".
private func text(_ count: Int, _ name: String) -> String {
  "\(NumberText.grouped(count)) \(name)\(count == 1 ? "" : "s")"
}

/// Tells what has come of a sweep.
///
/// - Returns: what it ends by, where not all runs have finished.
private func tell(
  _ summary: SweepSummary, _ results: SweepResults, _ path: String, isQuiet: Bool, again: String
) -> RunError? {
  let count = results.plan.runs.count
  if !isQuiet {
    let width = Terminal.standardOutput?.columns
    var lines = summary.done > 0 ? [results.text(width: width)] : []
    lines += results.failures.map { fitting("failed  \(PlainText.visible($0))", width ?? .max) }
    func fixed(_ number: Double, _ decimals: Int) -> String { NumberText.fixed(number, decimals: decimals) }
    if summary.busySeconds > 0 {
      let share = "workers were busy for \(fixed(100 * summary.efficiency, 1)) % of the time"
      let times = ": \(fixed(summary.busySeconds, 1)) s of \(summary.workers) × \(fixed(summary.seconds, 1)) s"
      lines.append(share.count + times.count > width ?? .max ? share : share + times)
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
    return error
  }
  if let digest = results.digest { StandardOutput.write("digest \(digest)\n") }
  guard results.failed > 0 else { return nil }
  let isAll = results.failed == count
  return RunError(
    isAll ? "all runs have failed (\(count))" : "\(results.failed) of \(count) runs have failed",
    at: SweepDirectory(FilePath(named: path)).path(of: .runs).named,
    remedy: isAll ? "look there for the errors, and sweep over other values" : "look there for their errors",
    status: .failure)
}
