internal import Fitting
package import Files
internal import Platform
internal import SystemPackage

/// A run's file for TensorBoard: losses, rates, metrics and speed by step, under the names that `metrics.jsonl` has,
/// and the configuration as text.
///
/// A run that goes on has a further file, which sorts after the earlier ones and whose first event says from which step
/// on.
package struct EventFile {
  private let path: FilePath
  private let stepsPerEpoch: Int
  /// When the last events were written, in seconds since 1970.
  private var lastTime: Double

  /// Makes the file in a run's directory.
  ///
  /// - firstStep: the step that the run starts after, 0 for a fresh one; configuration: the options and their values.
  package init(
    in directory: RunDirectory, firstStep: Int, stepsPerEpoch: Int, configuration: [(name: String, value: String)]
  ) throws(RunError) {
    let time = Self.now()
    self.stepsPerEpoch = stepsPerEpoch
    lastTime = time
    path = directory.path.appending(Self.name(after: FileOperations.names(in: directory.path), at: Int(time)))
    let rows = configuration.map { "| \(Self.cell($0.name)) | \(Self.cell($0.value)) |" }
    var events = [Event(time: time, step: 0, content: .fileVersion)]
    if firstStep > 0 { events.append(Event(time: time, step: firstStep + 1, content: .start)) }
    events.append(
      Event(
        time: time, step: firstStep,
        content: .text(tag: "configuration", (["| option | value |", "|---|---|"] + rows).joined(separator: "\n"))))
    try write(events)
  }

  /// Appends what a run has recorded; the events' times are spread evenly since the last ones.
  package mutating func append(_ metrics: MetricsBatch) throws(RunError) {
    let now = Self.now()
    defer { lastTime = now }
    func time(_ step: Int) -> Double {
      guard let first = metrics.steps.first?.step, let last = metrics.steps.last?.step, last > first else { return now }
      return lastTime + (now - lastTime) * Double(step - first) / Double(last - first)
    }
    var events = metrics.steps.map { step in
      var values = [
        ("loss", step.loss), ("smoothed_loss", step.smoothedLoss), ("lr", step.learningRate),
        ("momentum", step.momentum),
      ]
      if let norm = step.gradientNorm { values.append(("gradient_norm", norm)) }
      return Event(time: time(step.step), step: step.step, content: .scalars(values.map { (tag: $0.0, value: $0.1) }))
    }
    events += metrics.speeds.map { speed in
      Event(
        time: time(speed.step), step: speed.step,
        content: .scalars([(tag: "tokens_per_second", value: speed.tokensPerSecond)]))
    }
    events += metrics.epochs.map { epoch in
      Event(
        time: now, step: epoch.epoch * stepsPerEpoch,
        content: .scalars(
          [
            (tag: "train_loss", value: epoch.trainLoss), (tag: "valid_loss", value: epoch.validLoss),
            (tag: "accuracy", value: epoch.accuracy),
          ] + epoch.metrics.map { (tag: $0.name, value: $0.value) }))
    }
    try write(events)
  }

  private func write(_ events: [Event]) throws(RunError) {
    try FileOperations.append(events.flatMap { TFRecord.framed($0.bytes) }, to: path)
  }

  /// A name that TensorBoard knows, after all others in the directory: it reads them by their names' order.
  static func name(after names: [String], at time: Int) -> String {
    let prefix = "events.out.tfevents."
    let latest = names.filter { $0.hasPrefix(prefix) }.compactMap {
      Int($0.dropFirst(prefix.count).prefix { $0 != "." })
    }.max()
    return "\(prefix)\(max(time, (latest ?? 0) + 1)).dist-train"
  }

  /// Text that stays in its cell of a Markdown table.
  private static func cell(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing("\n", with: " ")
  }

  /// Seconds since 1970. Calls `clock_gettime` with `CLOCK_REALTIME`.
  private static func now() -> Double {
    var time = timespec()
    // The call fills the structure, during the call.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
