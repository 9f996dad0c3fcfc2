internal import Configuration
internal import Files

/// Fits by other schedules than the 1cycle.
extension Learner {
  /// Trains `epochs` epochs at one learning rate and momentum, if need be after a warm-up.
  ///
  /// - warmUp: share of the steps in which the rate rises in equal parts, from its `divFactor`th.
  /// - directory, checkpointEvery, keep: as in `fitOneCycle`, and what it throws.
  public func fit(
    _ epochs: Int, learningRate: Double = 3e-3, momentum: Double = 0.9, warmUp: Double = 0, divFactor: Double = 25,
    weightDecay: Double = 0.01, keepingIn directory: String? = nil, checkpointEvery: Int? = nil, keep: Int = 3
  ) throws {
    var run = try scheduled(.constant, epochs, ("learningRate", learningRate), momentum, weightDecay)
    let options = RunOption.schedule
    try options.pctStart.check(warmUp, at: "warmUp")
    try options.divFactor.check(divFactor, at: "divFactor")
    run.pctStart = warmUp
    run.divFactor = divFactor
    try fit(run, rate: learningRate, in: directory, checkpointEvery: checkpointEvery, keep: keep)
  }

  /// Trains `epochs` epochs as fastai's `fit_flat_cos`: at the maximum rate in the first `pctStart` of all steps, then
  /// down by a cosine to a 1e5th of it, with one momentum.
  ///
  /// - directory, checkpointEvery, keep: as in `fitOneCycle`, and what it throws.
  public func fitFlatCosine(
    _ epochs: Int, maxLearningRate: Double = 3e-3, pctStart: Double = 0.75, momentum: Double = 0.9,
    weightDecay: Double = 0.01, keepingIn directory: String? = nil, checkpointEvery: Int? = nil, keep: Int = 3
  ) throws {
    var run = try scheduled(.flatCosine, epochs, ("maxLearningRate", maxLearningRate), momentum, weightDecay)
    try RunOption.schedule.pctStart.check(pctStart, at: "pctStart")
    run.pctStart = pctStart
    try fit(run, rate: maxLearningRate, in: directory, checkpointEvery: checkpointEvery, keep: keep)
  }

  /// The learner's configuration with a schedule of one momentum.
  private func scheduled(
    _ schedule: ScheduleKind, _ epochs: Int, _ rate: (name: String, value: Double), _ momentum: Double,
    _ weightDecay: Double
  ) throws(RunError) -> RunConfiguration {
    let options = RunOption.schedule
    try options.epochs.check(epochs, at: "epochs")
    try options.learningRate.check(.fixed(rate.value), at: rate.name)
    try ValueBounds<Double>.belowOne.check(momentum, "momentum", at: "momentum")
    try options.weightDecay.check(weightDecay, at: "weightDecay")
    var run = configuration
    run.scheduleKind = schedule
    run.epochs = epochs
    run.learningRate = rate.value
    run.momenta = (momentum, momentum)
    run.weightDecay = weightDecay
    return run
  }
}
