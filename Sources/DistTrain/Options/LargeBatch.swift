internal import Training

/// How many streams make a step, and what that does to the learning rate.
struct LargeBatch: Sendable {
  /// Streams of each worker; nil where the batch size is given itself.
  private let batchSizePerWorker: Int?
  /// Lanes as given; nil for the default.
  private let lanes: Int?
  private let scaling: LearningRateScaling
  /// Streams of a step at which the learning rate is that of the options.
  private let base: Int

  /// What the options say.
  init(_ options: OptionValues) {
    batchSizePerWorker = options[RunOption.largeBatch.batchSizePerWorker]
    lanes = options.given(RunOption.data.lanes)
    scaling = options(RunOption.largeBatch.scaling)
    base = options[RunOption.largeBatch.baseBatchSize] ?? 64
  }

  /// Whether the batch size goes by the number of workers.
  var goesByWorkers: Bool { batchSizePerWorker != nil }

  /// Throws a usage error where these options contradict each other or others.
  ///
  /// - options: those that it was made from; scales: whether there is a learning rate that can be scaled.
  func check(_ options: OptionValues, scales: Bool) throws(RunError) {
    if batchSizePerWorker != nil && options.contains(RunOption.data.batchSize) {
      throw Self.usage("two batch sizes", "--batch-size, --batch-size-per-worker", "leave out one of the two")
    }
    if options.contains(RunOption.largeBatch.baseBatchSize) && scaling == .none {
      throw Self.usage("a base without a rule", "--base-batch-size", "give --scale-lr linear or sqrt, or leave it out")
    }
    if scaling != .none && !scales {
      throw Self.usage(
        "the LR finder measures at the run's own batch size, so its suggestion isn't scaled",
        "--lr auto --scale-lr \(scaling.rawValue)", "leave out one of the two")
    }
  }

  /// The configuration with batch size, lanes and learning rate as they come out of these options. Collective.
  ///
  /// A run is known by its batch size and not by its workers: one that goes on keeps the checkpoint's, and
  /// `batchSizePerWorker` is only compared with it.
  func resolve(
    _ requested: RunConfiguration, checkpoint: RunConfiguration?, job: Job
  ) throws -> RunConfiguration {
    var result = requested
    if let batchSizePerWorker {
      let workers = try job.workerCount(lanes: checkpoint?.laneCount ?? lanes)
      let batchSize = batchSizePerWorker * workers
      if let checkpoint {
        try check(batchSize, workers, against: checkpoint)
        result.batchSize = checkpoint.batchSize
      } else {
        guard batchSize <= 1_048_576, batchSize >= lanes ?? 1 else {
          throw Self.usage(
            "\(workers) workers × \(batchSizePerWorker) are \(batchSize) streams, for \(lanes ?? workers) lanes",
            "--batch-size-per-worker", "give more, or fewer --lanes; at most 1048576 streams")
        }
        result.batchSize = batchSize
        // The default number, but at least a lane for each worker.
        result.lanes = lanes ?? max(min(16, batchSize), workers)
      }
      result.batchSizePerWorker = batchSizePerWorker
    }
    guard scaling != .none else { return result }
    // The texts are those that the options name, where they do.
    var run = checkpoint ?? result
    if result.trainFile != nil || result.dataDirectory != nil {
      (run.trainFile, run.validFile, run.dataDirectory) = (result.trainFile, result.validFile, result.dataDirectory)
    }
    let streams = run.batchSize * (try run.batchesPerStep(job))
    result.learningRate = result.learningRate.map { scaling($0, batchSize: streams, base: base) }
    result.lowestLearningRate = result.lowestLearningRate.map { scaling($0, batchSize: streams, base: base) }
    return result
  }

  /// How many times as high as that of the options a run's learning rate is.
  ///
  /// - batches: those of an epoch.
  func scale(_ configuration: RunConfiguration, batches: Int) -> Double {
    scaling(1, batchSize: configuration.batchSize * min(configuration.accumulate, batches), base: base)
  }

  /// Throws unless the option is what the run was started with, on any number of workers, or gives the same batch size.
  private func check(_ batchSize: Int, _ workers: Int, against checkpoint: RunConfiguration) throws(RunError) {
    guard batchSizePerWorker != checkpoint.batchSizePerWorker && batchSize != checkpoint.batchSize else { return }
    let start = checkpoint.batchSizePerWorker.map { ", by \($0) streams of each worker" } ?? ""
    throw Self.usage(
      "a batch size of \(batchSize) (\(workers) workers) contradicts the checkpoint, which has \(checkpoint.batchSize)\(start)",
      "--batch-size-per-worker", "leave it out")
  }

  private static func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
    RunError(problem, at: place, remedy: remedy, status: .usage)
  }
}

// MARK: Reports

extension LargeBatch {
  /// One line on streams of a step and learning rate; nil where none of these options is in use.
  ///
  /// - rate: the maximum of the schedule, as resolved; batches: those of an epoch.
  func report(_ configuration: RunConfiguration, workers: Int, rate: Double, batches: Int) -> String? {
    let perStep = min(configuration.accumulate, batches)
    let streams = configuration.batchSize * perStep
    let perWorker = configuration.batchSizePerWorker
    guard perWorker != nil || configuration.accumulate > 1 || scaling != .none else { return nil }
    var parts: [String]
    if let perWorker, perWorker * workers == configuration.batchSize {
      parts = ["\(workers) \(workers == 1 ? "worker" : "workers") × \(perWorker) streams"]
    } else {
      parts = ["\(configuration.batchSize) streams"]
    }
    if configuration.accumulate > 1 { parts.append("\(perStep) batches") }
    let isShort = perStep < configuration.accumulate ? " (all of an epoch)" : ""
    let rule =
      scaling == .none
      ? "" : " (\(scaling.rawValue) from \(base) to \(streams))"
    return "effective batch \(streams) = \(parts.joined(separator: " × "))\(isShort); "
      + "lr \(NumberText.significant(rate))\(rule)"
  }

  /// What `config.json` has beside the resolved values.
  func facts(_ configuration: RunConfiguration) -> [(name: String, value: JSONValue)] {
    var facts: [(name: String, value: JSONValue)] = []
    if let count = configuration.batchSizePerWorker { facts.append(("batch-size-per-worker", .integer(count))) }
    if scaling != .none {
      facts += [("scale-lr", .string(scaling.rawValue)), ("base-batch-size", .integer(base))]
    }
    return facts
  }
}
