public import Configuration
public import Data
internal import Files
public import Fitting
public import Jobs
internal import Kernels
public import Models
internal import Optimization
internal import Reports
internal import Teams

/// Data, a model and an optimizer, as fastai's `Learner`.
///
///     let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
///     let learn = try Learner(data, .model3)
///     try learn.findLearningRate()
///     try learn.fitOneCycle(10, maxLearningRate: 1e-3)
///
/// Without a job it trains on the cores of this process. Inside `Job.run`, given the job, it trains on all ranks and threads: every
/// rank makes the same learners and calls the same methods in the same order, and each gets the same numbers, which do not depend on
/// how many there are. After a method has thrown, the learner can't be used any more.
public final class Learner {
  /// What it trains on.
  public let data: LanguageModelData
  /// What the model is.
  public let model: ModelDescription
  /// The sizes and settings it was made with.
  public let configuration: RunConfiguration
  /// What the latest fit and LR finder have left.
  public private(set) var recorder: Recorder
  /// Takes the lines of fastai's table while a fit runs, on the job's first process; prints them unless told otherwise.
  public var output: (String) -> Void = { print($0) }
  private let sessions: LocalSessions
  private let isFirst: Bool

  /// A learner with fresh weights.
  ///
  /// - loss, metrics: as the notebook names them; a nil loss is the model's own.
  /// - hidden: size of the hidden state; nil for the description's. lanes: nil for min(16, batch size).
  /// - accumulate: batches whose mean gradient makes a step.
  /// - seed: of the initial weights; weights: a safetensors file of weights to start from instead.
  /// - Throws: `RunError` where loss or metrics don't go with the model, sizes don't fit each other, or the weights can't be read.
  public init(
    _ data: LanguageModelData, _ model: ModelDescription, loss: LossFunction? = nil, metrics: [Metric] = [],
    hidden: Int? = nil, lanes: Int? = nil, accumulate: Int = 1, seed: UInt64 = 42, hiddenState: HiddenStateRule? = nil,
    weights: String? = nil, job: Job? = nil
  ) throws {
    self.data = data
    var model = model
    if let hidden { model.hidden = hidden }
    self.model = model
    var configuration = RunConfiguration()
    configuration.model = model
    configuration.batchSize = data.batchSize
    configuration.bptt = data.bptt
    configuration.lanes = lanes
    configuration.accumulate = accumulate
    configuration.seed = seed
    configuration.hiddenState = hiddenState ?? (model.kind.startsEpochsAfresh ? .epoch : .carry)
    configuration.initialWeights = weights
    try Self.check(configuration, loss, metrics)
    self.configuration = configuration
    recorder = Recorder(metrics: metrics, caption: configuration.caption)
    isFirst = job.map { $0.rank == 0 } ?? true
    let workers = try (job ?? Job.alone()).makeWorkers(
      Lanes(batchSize: data.batchSize, count: configuration.laneCount))
    let (resolved, texts) = (configuration, Texts(data.corpora))
    sessions = try LocalSessions(workers) { try Session(resolved, texts, team: $0) }
  }

  private static func check(
    _ configuration: RunConfiguration, _ loss: LossFunction?, _ metrics: [Metric]
  ) throws(RunError) {
    let model = configuration.model.kind
    func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
      RunError(problem, at: place, remedy: remedy, status: .usage)
    }
    if let loss, loss != LossFunction(model) {
      throw usage(
        "\(model) has no predictions for the loss \(loss.rawValue)", "Learner",
        "give loss: .\(LossFunction(model).rawValue)")
    }
    if let metric = metrics.first(where: { $0 != Metric(model) }) {
      throw usage(
        "\(model) has no predictions for the metric \(metric.rawValue)", "Learner",
        "give metrics: [.\(Metric(model).rawValue)]")
    }
    guard configuration.hidden > 0, configuration.batchSize > 0, configuration.bptt > 0, configuration.accumulate > 0
    else {
      throw usage("a size is not positive", "Learner", "give positive sizes")
    }
    try configuration.checkStatistics()
    guard (1...configuration.batchSize).contains(configuration.laneCount) else {
      throw usage(
        "\(configuration.laneCount) lanes for \(configuration.batchSize) streams", "Learner",
        "give a number from 1 to the batch size")
    }
  }

  // MARK: Training

  /// Trains with exponentially rising learning rates, from `start` to `end` in `iterations` steps, until the smoothed loss exceeds four
  /// times its best or isn't finite; then puts weights, moments, running statistics and hidden state back to the bit.
  ///
  /// The curve is also in `recorder.curve`.
  @discardableResult
  public func findLearningRate(
    start: Double = 1e-7, end: Double = 10, iterations: Int = 100, weightDecay: Double = 0.01
  ) throws -> LearningRateCurve {
    guard start > 0, end > start, end.isFinite, iterations > 1 else {
      throw RunError(
        "\(iterations) learning rates from \(start) to \(end) don't rise", at: "findLearningRate",
        remedy: "give a smaller start or a larger end", status: .usage)
    }
    var finder = LearningRateFinder()
    finder.start = start
    finder.end = end
    finder.iterations = iterations
    finder.weightDecay = weightDecay
    let settings = finder
    let curve = try sessions.run { session, _ in session.findLearningRate(settings) }
    recorder.curve = curve
    return curve
  }

  /// Trains `epochs` epochs by fastai's 1cycle policy.
  ///
  /// The learning rate rises by a cosine from the maximum over `divFactor` to the maximum in the first `pctStart` of all steps, then
  /// falls to that start over 1e4; momentum goes from `ends` to `peak` and back. Moments and step count go on from an earlier fit.
  public func fitOneCycle(
    _ epochs: Int, maxLearningRate: Double = 3e-3, pctStart: Double = 0.3, divFactor: Double = 25,
    momenta: (ends: Double, peak: Double) = (0.95, 0.85), weightDecay: Double = 0.01
  ) throws {
    let steps = max(0, epochs) * BatchGroups(batches: data.trainSteps, size: configuration.accumulate).steps
    let cycle = OneCycle(
      steps: steps, maximum: maxLearningRate, pctStart: pctStart, divFactor: divFactor, momenta: momenta)
    try fit(FitPlan(epochs: epochs, schedule: .oneCycle(cycle), weightDecay: weightDecay))
  }

  /// Trains `epochs` epochs at one learning rate and momentum.
  public func fit(_ epochs: Int, learningRate: Double = 3e-3, momentum: Double = 0.9, weightDecay: Double = 0.01) throws
  {
    try fit(
      FitPlan(
        epochs: epochs, schedule: .constant(learningRate: learningRate, momentum: momentum), weightDecay: weightDecay))
  }

  private func fit(_ plan: FitPlan) throws {
    guard plan.epochs > 0 else {
      throw RunError("\(plan.epochs) epochs", at: "fit", remedy: "give at least 1", status: .usage)
    }
    let table = EpochTable(metrics: recorder.metrics.map(\.rawValue))
    let log = FitLog(recorder.forNextFit, output: isFirst ? output : { _ in })
    log.tell(table.header)
    _ = try sessions.run { session, isLocalFirst in
      try session.fit(
        plan,
        FitObserver(
          step: { record in if isLocalFirst { log.recorder.steps.append(record) } },
          epoch: { record in
            guard isLocalFirst else { return }
            log.recorder.epochs.append(record)
            log.tell(
              table.row(
                epoch: record.epoch - 1, trainLoss: record.trainLoss, validLoss: record.validLoss,
                metrics: log.recorder.metrics.map { _ in record.accuracy }, seconds: record.seconds))
          }))
    }
    recorder = log.recorder
  }

  /// Mean loss over the valid split in nats, and the metrics asked for. A carried hidden state moves on, as in the notebook.
  public func validate() throws -> (loss: Double, metrics: [Double]) {
    let (loss, accuracy) = try sessions.run { session, _ in session.validate() }
    return (loss, recorder.metrics.map { _ in accuracy })
  }

  // MARK: State

  /// SHA-256 over parameters, moments, running statistics, hidden states and step count, as 64 hex digits; nil on all processes but
  /// the job's first.
  public func digest() throws -> String? { try sessions.run { session, _ in session.digest() } }

  /// Weights and running statistics as a safetensors file, with PyTorch's names and shapes; nil on all processes but the job's first.
  public func weightsFile() throws -> [UInt8]? { try sessions.run { session, _ in session.weightsFile() } }
}

/// What a fit has told so far. Only the process's first worker uses it, on the thread that has called the fit.
private final class FitLog: @unchecked Sendable {
  var recorder: Recorder
  private let output: (String) -> Void

  init(_ recorder: Recorder, output: @escaping (String) -> Void) {
    self.recorder = recorder
    self.output = output
  }

  func tell(_ line: String) { output(line) }
}
