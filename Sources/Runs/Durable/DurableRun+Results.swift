internal import Configuration
internal import Files
public import Fitting
internal import Inference
internal import Memory
internal import Reports
internal import Teams

extension DurableRun {
  /// Writes what a run leaves at its end: the metrics as a table and the report; of one that has finished, weights and
  /// the plot of losses too. Collective.
  ///
  /// - Returns: on worker 0, the digest of a run that has finished.
  public func writeResults(_ end: FitEnd) throws -> String? {
    if case .stopped(let step) = end {
      // The plan's last step is that of the configuration.
      let steps = session.steps(of: session.plan(learningRate: 0))
      try writeSummary("stopped at step \(NumberText.grouped(step)) of \(NumberText.grouped(steps))")
      return nil
    }
    try session.writeWeights(to: directory)
    if let directory {
      try directory.write(lossPlot.svg(), as: .lossPlot)
    }
    let digest = session.digest()
    let how = if case .ended(let step, let reason) = end { Self.text(step, reason) } else { "finished" }
    try writeSummary(how, samples: directory.map { samples($0) } ?? [], digest: digest)
    return digest
  }

  /// How a callback has ended the run, in words.
  public static func text(_ step: Int, _ reason: String) -> String {
    "ended early, at step \(NumberText.grouped(step)): \(reason)"
  }

  /// What the model that has been written writes; nothing for one that can't.
  private func samples(_ directory: RunDirectory) -> [RunReport.Sample] {
    // No run fails for them: its file, its weights, and these as layers have them.
    guard MemoryLimit.binding.map({ $0.available > 4 * session.weightsByteCount + 8 << 20 }) ?? true else { return [] }
    guard let model = try? TrainedModel(directory.path(of: .model).named) else { return [] }
    return [("the likeliest tokens", 0.0), ("tokens as likely as the model has them", 1.0)].compactMap {
      title, temperature in
      var settings = TextGeneration.Settings()
      settings.temperature = temperature
      settings.seed = session.configuration.seed
      return (try? TextGeneration(model, prompt: "", settings)).map { RunReport.Sample(title, $0.text) }
    }
  }

  /// The metrics as a table, and the report. Collective.
  ///
  /// - end: how the run has ended.
  func writeSummary(_ end: String, samples: [RunReport.Sample] = [], digest: String? = nil) throws {
    guard isKept else { return }
    let shares = session.workerShares()
    guard let directory else { return }
    var report = RunReport(
      session.configuration, tokensPerEpoch: session.tokensPerEpoch,
      end: [end, history.skippedStepsText].compactMap { $0 }.joined(separator: "; "))
    report.environment = EnvironmentFacts.entries(workers: session.team.size, ranks: keeping.ranks)
    (report.steps, report.epochs) = (history.steps.records, history.epochs.records)
    (report.skippedSteps, report.epochSeconds) = (history.skippedSteps, history.epochSeconds)
    report.stepsPerEpoch = session.stepsPerEpoch
    report.bestEpoch = history.bestEpoch
    (report.shares, report.samples) = (shares, samples)
    // A run that goes on has had its finder before.
    report.curve = curve ?? directory.text(of: .learningRateTable).flatMap { LearningRateCurve(csv: $0) }
    report.notes = (digest.map { ["digest \($0)"] } ?? [])
    report.notes.append("This run again: dist-train train --config \(directory.path(of: .configuration))")
    try directory.write(report.html(), as: .report)
    // It is made of the metrics on the disk.
    try writer?.finish()
    try directory.writeMetricsTable(metrics: session.metricNames)
  }
}
