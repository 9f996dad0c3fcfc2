package import Configuration
internal import Corpus
internal import Data
internal import Files
public import Fitting
public import Models
package import Teams
internal import Tokenization

/// How well weights predict a text.
public struct Evaluation: Sendable {
  /// What streams begin with.
  public enum Start: String, Sendable {
    /// The state that the run's own validation began with, or would have.
    case run = "the state of the run's validation"
    /// What a checkpoint goes on with: what a validation there would begin with, or of an earlier version what one has
    /// left.
    case checkpoint = "the state that the checkpoint goes on with"
    /// Zero: as the run's own validation, as was asked for, or by a model that carries no state on.
    case zero = "zero"
    /// Zero, since the file has no state, though the model carries one on.
    case unknown = "zero, since the weights have no state"
  }

  /// Mean cross-entropy in nats: of the valid split as the run has it, over all batches; of a text over its tokens.
  public let loss: Double
  /// Share of the predictions that are right.
  public let accuracy: Double
  /// The other metrics that were asked for.
  public let metrics: [MetricFigure]
  /// Tokens of the text, each counted once.
  public let tokens: Int
  /// Tokens read: those that fill the last batch are read again.
  public let tokensRead: Int
  /// Share of the unknown words among the tokens predicted, on worker 0; nil elsewhere, and where the model's output
  /// isn't counted.
  public let unknownShare: Double?
  /// Whether an unknown word is never right, whatever is predicted: so in a text.
  public let unknownIsWrong: Bool
  /// What streams begin with.
  public let start: Start
  /// Streams, and the tokens that each advances in a step.
  public let streams, bptt: Int
  /// What was asked for that isn't the run's own, or of no effect; one phrase each.
  public let differences: [String]
  /// Time of it.
  public let seconds: Double
  /// What was taken for what, on worker 0 where it was asked for; else empty.
  public let confused: [ConfusedPair]
  /// The tokens by id.
  public let vocabulary: [String]

  /// e^loss
  public var perplexity: Double { Fitting.perplexity(ofLoss: loss) }

  /// Measures weights on a team of the plan's lanes. Collective; every worker throws the same `RunError` for weights
  /// and texts that don't go together, and for weights whose loss isn't finite.
  ///
  /// - metrics: what to tell beside loss, accuracy and perplexity; countsConfusions: whether to count what is taken for
  ///   what, which takes its time.
  package init(
    _ plan: EvaluationPlan, metrics: [MetricName] = [], countsConfusions: Bool = false, team: any Team
  ) throws {
    let model = try TrainedModel.shared(plan.path, team)
    var configuration = plan.configuration
    configuration.initialWeights = plan.path
    let texts = try Self.texts(plan, team)
    if let vocabulary = model.vocabulary, vocabulary != texts.valid.vocabulary {
      throw RunError(
        "the vocabulary of \(texts.valid.name) is not that of the weights", at: plan.path,
        remedy: "give the --data or texts that they were trained on, or any text as --text", status: .badData)
    }
    // These two are told anyway.
    let others = metrics.filter { $0 != .accuracy && $0 != .perplexity }.map { Metric($0) }
    let session = try Session(configuration, texts, team: team, metrics: others, fits: false)
    let trainer = session.trainer
    let isText = plan.tokenCount != nil
    let counting = Counting(session, tokens: texts.valid.count, isStrict: isText, countsConfusions: countsConfusions)
    trainer.context.countedPredictions = counting.own
    start = try Self.start(model, configuration, trainer)
    let clock = ContinuousClock()
    let begin = clock.now
    let figures = isText ? trainer.validate(counting: counting.predictions) : trainer.validate()
    guard counting.own.isUsed || !isText else {
      throw RunError(
        "\(configuration.model.kind) can't be measured on a text, since its output isn't OutputLayer's", at: plan.path,
        remedy: "give it as the valid split", status: .usage)
    }
    guard figures.loss.isFinite else {
      throw RunError(
        "the loss is not finite", at: plan.path, remedy: "take an earlier checkpoint", status: .badData)
    }
    (loss, accuracy) = figures
    self.metrics = try session.metricFigures(validLoss: figures.loss, counting: isText ? counting.predictions : nil)
    seconds = (clock.now - begin) / .seconds(1)
    tokens = texts.valid.count
    tokensRead = trainer.valid.count * configuration.batchSize * configuration.bptt
    (streams, bptt) = (configuration.batchSize, configuration.bptt)
    vocabulary = session.vocabulary
    unknownIsWrong = isText
    unknownShare = counting.unknownShare(team)
    confused = counting.own.confusions?.mostConfused(team) ?? []
    let isAnother = plan.summary.options != nil && !isText && texts.digest != plan.summary.dataDigest
    differences = plan.differences + (isAnother ? ["\(texts.valid.name), which is not the run's text"] : [])
  }

  private static func texts(_ plan: EvaluationPlan, _ team: any Team) throws -> Texts {
    let configuration = plan.configuration
    let (batchSize, bptt) = (configuration.batchSize, configuration.bptt)
    if case .text(let path) = plan.source, let count = plan.tokenCount, let vocabulary = plan.summary.vocabulary {
      return try Texts(
        path, vocabulary, plan.summary.tokenizer, count: count, batchSize: batchSize, bptt: bptt, team)
    }
    do {
      return try Texts(configuration.dataSource, batchSize: batchSize, bptt: bptt, team)
    } catch let error as RunError where plan.textsAreOwn && error.status == .inputOutput {
      throw RunError(
        "\(error.problem), and the weights name it as their text", at: error.place,
        remedy: "give --train and --valid, or --data", status: error.status)
    }
  }

  /// Brings the streams to where the run's validation began, where the file says that.
  private static func start(
    _ model: TrainedModel, _ configuration: RunConfiguration, _ trainer: Trainer
  ) throws(RunError) -> Start {
    let states = trainer.carriedShapes
    guard !states.isEmpty else { return .zero }
    guard configuration.hiddenState != .reset else { return .zero }
    let header = model.summary.header
    // A checkpoint in the middle of an epoch has only the state that it goes on with.
    let prefix =
      ["validation_state.", ""].first { prefix in
        states.allSatisfy { state in
          guard let shape = header.shape(of: prefix + state.name), shape.count == 2 else { return false }
          return shape[0] >= configuration.batchSize && shape[1] == state.width
        }
      }
    guard let prefix else { return .unknown }
    var values: [[Float]] = []
    for state in states {
      let name = prefix + state.name
      values.append(try model.floats(name, shape: header.shape(of: name) ?? []))
    }
    trainer.setCarriedStates(values)
    return prefix.isEmpty ? .checkpoint : .run
  }

  /// Which predictions of a session count, over all workers.
  private struct Counting {
    let own: CountedPredictions
    /// Predictions of all workers that count.
    let predictions: Int

    init(_ session: Session, tokens: Int, isStrict: Bool, countsConfusions: Bool) {
      let configuration = session.configuration
      let (batchSize, bptt) = (configuration.batchSize, configuration.bptt)
      let places = countedPlaces(tokens: tokens, batchSize: batchSize, bptt: bptt)
      let isOfAll = configuration.model.kind.type.predictsEveryToken
      predictions = places.reduce(0) { $0 + (isOfAll ? $1 : $1 / bptt) }
      let isKnown = session.vocabulary[Int(Vocabulary.unknown)] == Vocabulary.specials[Int(Vocabulary.unknown)]
      let team = session.team
      own = CountedPredictions(
        places: Array(places[team.lanes.streams(ofWorker: team.rank, of: team.size)]),
        unknown: isKnown ? Vocabulary.unknown : nil, isStrict: isStrict,
        confusions: countsConfusions ? PredictionCounts() : nil)
    }

    /// The share of unknown words among the counted targets, on worker 0. Collective.
    func unknownShare(_ team: any Team) -> Double? {
      let count = own.unknownTargets
      let all = team.gather((0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) })
      guard team.rank == 0, own.isUsed, predictions > 0 else { return nil }
      let sum = all.reduce(0) { $0 + $1.reversed().reduce(0) { $0 << 8 | Int($1) } }
      return Double(sum) / Double(predictions)
    }
  }
}
