internal import Configuration
internal import Files
internal import Fitting
internal import Jobs

// fastai's `save` and `load`.

extension Learner {
  /// Writes a file, in place of one of its name once it is whole: weights and running statistics, as a run's
  /// `model.safetensors`; or everything, so that training goes on from it to the same bits on any number of workers.
  ///
  /// Everything is weights, running statistics, the optimizer's state, hidden states and the count of updates: a
  /// checkpoint, which `dist-train verify`, `evaluate`, `generate` and `--resume` take as well.
  ///
  /// - Throws: `RunError`, on all processes alike, where the file can't be written; process 0 writes it.
  public func save(_ path: String, everything: Bool = false) throws {
    try ValueBounds<String>.named("give a file").check(path, "file", at: "path")
    try sessions.run { session, _ in try session.save(path, everything: everything) }
  }

  /// Takes what `save` has written, the last weights of a run (its directory), or one of its checkpoints: of its best
  /// validation `DIR/best`.
  ///
  /// Of weights it begins as a learner that is made with them: with fresh optimizer and hidden states. Where the file
  /// can't be taken, all stays as it is.
  ///
  /// - weightsOnly: whether to take but the weights of a file that has everything.
  /// - Throws: `RunError`, on all processes alike, for a file that can't be read, is damaged, or isn't of this model
  ///   and vocabulary; with status `usage` where everything is another learner's: of another batch size, seed,
  ///   optimizer ….
  public func load(_ path: String, weightsOnly: Bool = false) throws {
    try ValueBounds<String>.named("give a file").check(path, "file", at: "path")
    let found = try job.share { weightsOnly || !WeightsFile.isCheckpoint(path) ? [0] : [1] }
    if found == [0] {
      try sessions.run { session, _ in try session.loadWeights(path) }
    } else {
      let checkpoint = try Resumption.find(path, job) { _ in }.checkpoint
      try check(checkpoint.configuration, path)
      try sessions.run { session, _ in try session.load(checkpoint, from: path) }
    }
    isFresh = false
  }

  /// Throws a usage error where a state is that of a learner with other settings, by which it would not go on to the
  /// same bits. How weights began doesn't matter, and each fit has its own weight decay.
  private func check(_ own: RunConfiguration, _ path: String) throws(RunError) {
    let fitted = [RunOption.data.initialWeights.name, RunOption.schedule.weightDecay.name]
    for option in RunOption.computed where option.role == .computed(.fixed) && !fitted.contains(option.name) {
      let (theirs, ours) = (option.json(own).text, option.json(configuration).text)
      guard theirs != ours else { continue }
      throw RunError(
        "the \(option.name) of the saved learner is \(theirs) and not \(ours)", at: path,
        remedy: "make the learner with the same, or load weightsOnly", status: .usage)
    }
  }
}
