import MPI
import Training

// What each option's value must be, apart from all files: a wrong one is a usage error that names the option.

extension SharedOptions {
  /// Throws a usage error unless every value is within its bounds.
  ///
  /// - resumes: whether lanes and batch size come from a checkpoint, so that the number of workers can't be judged yet.
  func check(resumes: Bool = false) throws(RunError) {
    try check("hidden size", hidden, in: 1...65_536, option: "--hidden")
    try check("batch size", batchSize, in: 1...1_048_576, option: "--batch-size")
    try check("bptt", bptt, in: 1...1_048_576, option: "--bptt")
    guard lanes >= 1, lanes <= batchSize else {
      throw usage(
        "\(lanes) lanes for \(batchSize) streams", "--lanes", "give a number from 1 to the batch size, \(batchSize)")
    }
    if let threads {
      try check("number of threads", threads, in: 1...4096, option: "--threads")
    }
    if let ranksPerNode { try check("number of ranks", ranksPerNode, in: 1...65_536, option: "--ranks-per-node") }
    if !resumes { try checkWorkers(ranks: max(1, Launcher.current?.size ?? 1), threads: threads ?? 1) }
    for (path, option) in [
      (initialWeights, "--init"), (trainText, "--train"), (validText, "--valid"), (data, "--data"),
    ]
    where path?.isEmpty ?? false {
      throw usage("the file's name is empty", option, "give a file")
    }
  }

  /// Throws a usage error unless each of `ranks` · `threads` workers gets at least one lane.
  func checkWorkers(ranks: Int, threads: Int) throws(RunError) {
    guard ranks * threads > lanes else { return }
    let workers = ranks == 1 ? "\(threads) threads" : threads == 1 ? "\(ranks) ranks" : "\(ranks) × \(threads) workers"
    let fewer = ranks > lanes ? "start at most \(lanes) ranks" : "give at most --threads \(lanes / ranks)"
    throw usage(
      "\(workers) for \(lanes) lanes leave some without work", "--lanes \(lanes)",
      lanes < batchSize ? "\(fewer) or more --lanes" : fewer)
  }
}

extension TrainOptions {
  /// Throws a usage error unless every value is within its bounds and fits the others.
  func check(given: GivenOptions) throws(RunError) {
    var shared = shared
    // With so many streams a worker, lanes and batch size follow from the workers.
    if largeBatch.batchSizePerWorker != nil { shared.batchSize = max(shared.batchSize, shared.lanes) }
    try shared.check(resumes: durability.resume != nil || largeBatch.batchSizePerWorker != nil)
    try largeBatch.check(given: given, scales: learningRate != .automatic)
    try durability.check()
    if let clip { try checkPositive("norm", clip, option: "--clip") }
    try shared.check("number of epochs", epochs, in: 1...1_000_000, option: "--epochs")
    if let steps { try shared.check("number of steps", steps, in: 1...Int.max, option: "--steps") }
    switch learningRate {
    case .fixed(let rate): try checkPositive("learning rate", rate, option: "--lr")
    case .automatic where !findsLearningRate:
      throw usage("`auto` needs the LR finder", "--lr auto --no-lr-find", "leave out one of the two")
    case .automatic: break
    }
    guard (0...1).contains(pctStart) else {
      throw usage("share \(pctStart) is out of bounds", "--pct-start", "give a number from 0 to 1")
    }
    try checkPositive("factor", divFactor, option: "--div-factor")
    for momentum in [momenta.high, momenta.low] where !(momentum >= 0 && momentum < 1) {
      throw usage("momentum \(momentum) is out of bounds", "--moms", "give two numbers from 0 to below 1, as 0.95,0.85")
    }
    try checkWeightDecay(weightDecay)
    try checkOutput(output)
    if trace?.isEmpty ?? false { throw usage("the file's name is empty", "--trace", "give a file") }
  }
}

extension DurabilityOptions {
  /// Throws a usage error unless every value is within its bounds and fits the others.
  func check() throws(RunError) {
    if let checkpointEvery, checkpointEvery < 1 {
      throw usage("\(checkpointEvery) steps are too few", "--checkpoint-every", "give at least 1")
    }
    guard keep >= 1 else { throw usage("\(keep) checkpoints are too few", "--keep", "give at least 1") }
    if let maxSeconds { try checkPositive("time", maxSeconds, option: "--max-seconds") }
    try checkPositive("time", stallSeconds, option: "--stall-seconds")
    if resume?.isEmpty ?? false {
      throw usage("the checkpoint's name is empty", "--resume", "give a directory or file")
    }
    if hasNewSchedule && resume == nil {
      throw usage("a new schedule needs a checkpoint", "--new-schedule", "give --resume, or leave it out")
    }
  }
}

extension LearningRateFinderOptions {
  /// Throws a usage error unless every value is within its bounds and fits the others.
  func check() throws(RunError) {
    try shared.check()
    try checkPositive("learning rate", startLearningRate, option: "--start-lr")
    try checkPositive("learning rate", endLearningRate, option: "--end-lr")
    guard startLearningRate < endLearningRate else {
      throw usage(
        "the rates don't rise from \(startLearningRate) to \(endLearningRate)", "--start-lr, --end-lr",
        "give a smaller start or a larger end")
    }
    try shared.check("number of steps", iterations, in: 2...1_000_000, option: "--num-it")
    try checkWeightDecay(weightDecay)
    try checkOutput(output)
  }
}

extension StepBenchmarkOptions {
  /// Throws a usage error unless every value is within its bounds.
  func check() throws(RunError) {
    try shared.check()
    try shared.check("number of steps", steps, in: 1...1_000_000_000, option: "--steps")
    if let vocabulary { try shared.check("vocabulary size", vocabulary, in: 1...16_777_216, option: "--vocab") }
  }
}

extension SharedOptions {
  fileprivate func check(
    _ name: String, _ value: Int, in bounds: ClosedRange<Int>, option: String
  ) throws(RunError) {
    guard !bounds.contains(value) else { return }
    if value < bounds.lowerBound {
      throw usage("\(name) \(value) is too small", option, "give at least \(bounds.lowerBound)")
    }
    throw usage("\(name) \(value) is too large", option, "give at most \(bounds.upperBound)")
  }
}

private func checkPositive(_ name: String, _ value: Double, option: String) throws(RunError) {
  guard value > 0, value.isFinite else {
    throw usage("\(name) \(value) is not positive and finite", option, "give a number above 0")
  }
}

private func checkWeightDecay(_ value: Double) throws(RunError) {
  guard value >= 0, value.isFinite else {
    throw usage("weight decay \(value) is out of bounds", "--weight-decay", "give 0 or a number above it")
  }
}

private func checkOutput(_ output: OutputChoice) throws(RunError) {
  if output == .directory("") {
    throw usage("the output directory's name is empty", "--out", "give a directory, or `none`")
  }
}

private func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
  RunError(problem, at: place, remedy: remedy, status: .usage)
}
