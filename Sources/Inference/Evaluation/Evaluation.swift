public import Configuration
internal import Corpus
internal import Data
internal import Files
internal import Fitting
public import Models
public import Teams
internal import Tokenization

/// How well weights predict a text.
public struct Evaluation: Sendable {
  /// What the weights are measured on.
  public enum Source: Sendable {
    /// The valid split of the configured texts.
    case validSplit
    /// A text file, cut into tokens as the weights' own texts were.
    case text(String)
  }

  /// Mean cross-entropy in nats, over all batches.
  public let loss: Double
  /// Share of the predictions that are right.
  public let accuracy: Double
  /// Tokens read.
  public let tokens: Int
  /// Time of it.
  public let seconds: Double
  /// What was taken for what, on worker 0 where it was asked for; else empty.
  public let confused: [ConfusedPair]
  /// The tokens by id.
  public let vocabulary: [String]

  /// e^loss
  public var perplexity: Double { Fitting.perplexity(ofLoss: loss) }

  /// Measures weights. Collective; every worker throws the same `RunError` for weights and texts that don't go
  /// together.
  ///
  /// - configuration: model and hidden size give way to what the weights say, unless they are in `fixed`.
  /// - countsConfusions: whether to count what is taken for what, which takes its time.
  public init(
    _ configuration: RunConfiguration, weights: String, on source: Source = .validSplit, fixed: Set<String> = [],
    countsConfusions: Bool = false, team: any Team
  ) throws {
    let model = try TrainedModel.shared(weights, team)
    var configuration = configuration
    configuration.initialWeights = WeightsFile.file(weights)
    if let description = model.description, !fixed.contains("model") {
      let hidden = configuration.hidden
      configuration.model = description
      if fixed.contains("hidden") { configuration.hidden = hidden }
    } else if !fixed.contains("hidden") {
      configuration.hidden = model.hidden
    }
    let texts = try Self.texts(source, configuration, model, team)
    if let vocabulary = model.vocabulary, vocabulary != texts.valid.vocabulary {
      throw RunError(
        "the vocabulary of \(texts.valid.name) is not that of the weights", at: weights,
        remedy: "give the --data or texts that they were trained on, or any text as --text", status: .badData)
    }
    let session = try Session(configuration, texts, team: team, fits: false)
    let counts = countsConfusions ? PredictionCounts() : nil
    session.trainer.context.predictionCounts = counts
    let clock = ContinuousClock()
    let start = clock.now
    (loss, accuracy) = session.validate()
    seconds = (clock.now - start) / .seconds(1)
    tokens = session.trainer.valid.count * configuration.batchSize * configuration.bptt
    vocabulary = session.vocabulary
    confused = counts?.mostConfused(team) ?? []
  }

  private static func texts(
    _ source: Source, _ configuration: RunConfiguration, _ model: TrainedModel, _ team: any Team
  ) throws -> Texts {
    guard case .text(let path) = source else {
      return try Texts(
        configuration.dataSource, batchSize: configuration.batchSize, bptt: configuration.bptt, team)
    }
    guard let vocabulary = model.vocabulary else {
      throw RunError(
        "the weights don't say their vocabulary", at: path,
        remedy: "give the texts that they were trained on, not --text",
        status: .badData)
    }
    return try Texts(
      path, vocabulary, model.tokenizer, batchSize: configuration.batchSize, bptt: configuration.bptt, team)
  }
}
