internal import Data
internal import Configuration
internal import Files
internal import Fitting
internal import Jobs
internal import Models
internal import SystemPackage

// A model that has learned one text, trained on another: fastai's freezing, discriminative rates and `fine_tune`.

extension Learner {
  /// Trains from the group of parameters on that `group` says; those before stay as they are, and don't decay: fastai's
  /// `freeze_to`. Each recurrent layer of a stack is a group, and embedding, norm and output layer are the last. As
  /// fastai does it, the optimizer starts anew, and hidden states from zero.
  ///
  /// - group: from 0 on; below 0 it counts from the end, so that −1 trains the last group alone.
  /// - Throws: `RunError` with status `usage` for a group that the model doesn't have.
  public func freeze(to group: Int) throws {
    var changed = configuration
    changed.freezeTo = group == 0 ? nil : group
    try changed.checkGroups(at: "group")
    configuration = changed
    let freezeTo = changed.freezeTo
    try sessions.run { session, _ in session.freeze(to: freezeTo) }
  }

  /// Trains the last group of parameters alone: see `freeze(to:)`.
  public func freeze() throws { try freeze(to: -1) }

  /// Trains all groups: see `freeze(to:)`.
  public func unfreeze() throws { try freeze(to: 0) }

  /// fastai's `fine_tune`, for weights of another text: trains the last group of parameters by the 1cycle policy, which
  /// rises almost to the end; then all of them, to half the rate, the first group to a hundredth of that.
  ///
  /// - frozenEpochs: those of the first part; rateRatio: the last group's rate over the first group's, where there are
  ///   several.
  /// - directory: keeps the two parts in its `frozen` and `unfrozen`, each as `fitOneCycle` keeps a fit;
  ///   checkpointEvery, keep: as there.
  /// - Throws: as `fitOneCycle`.
  public func fineTune(
    _ epochs: Int, baseLearningRate: Double = 2e-3, frozenEpochs: Int = 1, rateRatio: Double = 100,
    pctStart: Double = 0.3, divFactor: Double = 5, momenta: (ends: Double, peak: Double) = (0.95, 0.85),
    weightDecay: Double = 0.01, keepingIn directory: String? = nil, checkpointEvery: Int? = nil, keep: Int = 3
  ) throws {
    let options = RunOption.schedule
    try options.epochs.check(epochs, at: "epochs")
    try options.epochs.check(frozenEpochs, at: "frozenEpochs")
    try options.learningRate.check(.fixed(baseLearningRate), at: "baseLearningRate")
    try options.divFactor.check(rateRatio, at: "rateRatio")
    // Those of the second part alone, before the first has trained.
    try options.pctStart.check(pctStart, at: "pctStart")
    try options.divFactor.check(divFactor, at: "divFactor")
    func part(_ name: String) -> String? { directory.map { FilePath(named: $0).appending(name).named } }
    try freeze()
    try fitOneCycle(
      frozenEpochs, maxLearningRate: baseLearningRate, pctStart: 0.99, momenta: momenta, weightDecay: weightDecay,
      keepingIn: part("frozen"), checkpointEvery: checkpointEvery, keep: keep)
    try unfreeze()
    let rate = baseLearningRate / 2
    let lowest = configuration.model.parameterGroups > 1 ? rate / rateRatio : nil
    try fitOneCycle(
      epochs, maxLearningRate: rate, lowestLearningRate: lowest, pctStart: pctStart, divFactor: divFactor,
      momenta: momenta, weightDecay: weightDecay, keepingIn: part("unfrozen"), checkpointEvery: checkpointEvery,
      keep: keep)
  }

  /// How many tokens of the texts the weights knew that the learner was made with, where these were taken for a new
  /// vocabulary; nil otherwise.
  public func tokensTakenOver() throws -> Int? { try sessions.run { session, _ in session.tokensTakenOver } }
}
