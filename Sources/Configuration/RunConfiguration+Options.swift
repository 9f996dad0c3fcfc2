package import Files
internal import Models

extension RunConfiguration {
  /// The configuration that options ask for. The model comes first, so that what isn't given has the model's own
  /// default.
  ///
  /// - isResumption: whether model and shape will be a checkpoint's, against which the options are only held.
  /// - Throws: a usage error for an option that the model doesn't have, for a shape that doesn't fit together, and for
  ///   texts that exclude each other.
  package init(_ values: OptionValues, isResumption: Bool = false) throws(RunError) {
    self.init()
    for option in values.declared { option.take(values, into: &self) }
    if !isResumption {
      for option in values.declared where values.contains(option) && !option.isOffered(self) {
        throw RunError(
          "\(model.kind) has no such option", at: option.typedName(values), remedy: "leave it out", status: .usage)
      }
      try checkModel()
      try checkGroups(at: "--freeze-to")
      try checkRates(at: "--lr")
    }
    if !isResumption, takesNewVocabulary, initialWeights == nil {
      throw RunError(
        "a new vocabulary without weights", at: "--new-vocabulary", remedy: "give --init, or leave it out",
        status: .usage)
    }
    guard (trainFile == nil) == (validFile == nil) else {
      throw RunError("only one of the two texts is given", at: "--train, --valid", remedy: "give both", status: .usage)
    }
    if dataDirectory != nil, trainFile != nil {
      throw RunError(
        "both texts and token files are given", at: "--train, --data", remedy: "leave out one", status: .usage)
    }
  }

  /// Throws a usage error that names the option whose value is out of bounds, or what doesn't fit together: for
  /// configurations that no command line has made.
  package func checkBounds() throws(RunError) {
    for option in RunOption.computed { try option.check(self, at: "configuration (\(option.name))") }
    try checkLanes(at: "configuration (lanes)")
    try checkGroups(at: "configuration (freeze-to)")
    if let violation = modelViolation {
      throw RunError(violation.problem, at: "configuration (model)", remedy: violation.remedy, status: .usage)
    }
  }

  /// Throws a usage error unless the model has the group that is the first to be trained.
  ///
  /// - place: what it was given by.
  package func checkGroups(at place: String) throws(RunError) {
    guard let freezeTo, model.frozenGroups(to: freezeTo) == nil else { return }
    let count = model.parameterGroups
    throw RunError(
      "\(model.kind) has \(count == 1 ? "one group" : "\(count) groups") of parameters", at: "\(place) \(freezeTo)",
      remedy: count == 1 ? "leave it out" : "give a number from \(-count) to \(count - 1)", status: .usage)
  }

  /// Throws a usage error where there are two learning rates for one group of parameters.
  ///
  /// - place: what they were given by.
  package func checkRates(at place: String) throws(RunError) {
    guard lowestLearningRate != nil, model.parameterGroups == 1 else { return }
    throw RunError(
      "\(model.kind) has one group of parameters, and so one learning rate",
      at: "\(place) \(learningRateChoice.text)", remedy: "give one rate", status: .usage)
  }

  /// Throws a usage error unless each lane has a stream.
  ///
  /// - place: what the number of lanes was given by.
  package func checkLanes(at place: String) throws(RunError) {
    guard laneCount < 1 || laneCount > batchSize else { return }
    throw RunError(
      "\(laneCount) lanes for \(batchSize) streams", at: place,
      remedy: "give a number from 1 to the batch size, \(batchSize)", status: .usage)
  }

  /// This configuration, a checkpoint's, with what the options of a new launch may change about it.
  ///
  /// Texts may have another name: their contents are compared when they are read.
  ///
  /// - requested: what the options ask for, with defaults; values: which of them are given.
  /// - Throws: a usage error that names the option, for one that contradicts the checkpoint.
  package func resuming(
    _ requested: RunConfiguration, _ values: OptionValues, hasNewSchedule: Bool
  ) throws(RunError) -> RunConfiguration {
    var result = self
    // A text takes the place of token files, and they of it.
    if values.contains(RunOption.data.directory) { (result.trainFile, result.validFile) = (nil, nil) }
    if values.contains(RunOption.data.train) { result.dataDirectory = nil }
    if hasNewSchedule { result.stepLimit = nil }
    for option in RunOption.computed {
      guard case .computed(let rule) = option.role, let name = givenName(of: option, values) else { continue }
      switch rule {
      case .start: continue
      case .launch: option.copy(from: requested, to: &result)
      case .schedule where hasNewSchedule: option.copy(from: requested, to: &result)
      case .schedule, .fixed:
        let (asked, own) = (option.json(requested).text, option.json(self).text)
        guard asked != own else { continue }
        throw RunError(
          "\(asked) contradicts the checkpoint, which has \(own)", at: name,
          remedy: rule == .schedule ? "leave it out, or give --new-schedule" : "leave it out", status: .usage)
      }
    }
    try result.checkGroups(at: "--freeze-to")
    if values.contains(RunOption.schedule.learningRate) { try result.checkRates(at: "--lr") }
    return result
  }

  /// The first option whose value a run that goes on from this configuration can't have changed, and that differs in
  /// another: its name and both values; nil where there is none.
  package func firstContradiction(of other: RunConfiguration) -> (name: String, own: String, other: String)? {
    for option in RunOption.computed {
      guard case .computed(let rule) = option.role, rule == .fixed || rule == .schedule else { continue }
      let (own, theirs) = (option.json(self).text, option.json(other).text)
      if own != theirs { return (option.name, own, theirs) }
    }
    return nil
  }

  /// What the option's value was given by; nil where it wasn't. A scaled rate is that of two options.
  private func givenName(of option: some DeclaredOption, _ values: OptionValues) -> String? {
    if option.name == RunOption.schedule.learningRate.name, values.contains(RunOption.largeBatch.scaling) {
      return RunOption.largeBatch.scaling.typedName
    }
    return values.contains(option) ? option.typedName(values) : nil
  }
}

extension DeclaredOption {
  /// Takes the value that another configuration has, if it has one.
  fileprivate func copy(from source: RunConfiguration, to target: inout RunConfiguration) {
    if let value = declaration.value(in: source) { declaration.set(value, in: &target) }
  }
}
