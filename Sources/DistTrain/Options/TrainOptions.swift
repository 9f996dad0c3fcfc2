internal import Training

// How the options of `train` must fit each other, apart from the bounds of each.

extension CommandJob {
  /// The job of `dist-train train`.
  ///
  /// - Throws: a usage error for options that don't fit each other.
  static func train(_ options: OptionValues) throws(RunError) -> CommandJob {
    let job = try CommandJob(
      "train", options,
      sizesAreKnown: !options.contains(RunOption.durability.resume)
        && !options.contains(RunOption.largeBatch.batchSizePerWorker))
    try job.checkTrain()
    return job
  }

  /// Throws a usage error for options of `train` that don't fit each other.
  func checkTrain() throws(RunError) {
    try LargeBatch(options).check(options, scales: configuration.learningRate != nil)
    if options(RunOption.durability.newSchedule), !options.contains(RunOption.durability.resume) {
      throw RunError(
        "a new schedule needs a checkpoint", at: "--new-schedule", remedy: "give --resume, or leave it out",
        status: .usage)
    }
    if configuration.learningRate == nil, !configuration.findsLearningRate {
      throw RunError(
        "`auto` needs the LR finder", at: "--lr auto --no-lr-find", remedy: "leave out one of the two", status: .usage)
    }
    try checkMonitoring()
  }

  /// Throws a usage error for an option of the best model that has no effect without another one. What a run that goes
  /// on has may be that other one.
  private func checkMonitoring() throws(RunError) {
    let monitoring = RunOption.monitoring
    guard !options.contains(RunOption.durability.resume) else { return }
    try configuration.checkMonitor()
    if options.contains(monitoring.plateauFactor), configuration.plateauPatience == nil {
      throw RunError(
        "the rate is never lowered", at: monitoring.plateauFactor.typedName,
        remedy: "give \(monitoring.plateauPatience.typedName), or leave it out", status: .usage)
    }
  }

  /// The job of `dist-train lr-find`.
  static func learningRateFinder(_ options: OptionValues) throws(RunError) -> CommandJob {
    let job = try CommandJob("lr-find", options)
    let (start, end) = (options(RunOption.finder.start), options(RunOption.finder.end))
    guard start < end else {
      throw RunError(
        "the rates don't rise from \(start) to \(end)", at: "--start-lr, --end-lr",
        remedy: "give a smaller start or a larger end", status: .usage)
    }
    return job
  }
}

extension OptionValues {
  /// Whether the run leaves files.
  var writesFiles: Bool { self[RunOption.output.out] != .nowhere }
}
