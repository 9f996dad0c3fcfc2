public import Configuration
internal import Corpus
package import Data
internal import Files
internal import Kernels
internal import Memory
internal import Models
public import Teams
package import Tokenization

/// One worker's part of a run: corpus, model and optimizer, set up from a configuration.
///
/// Files are read by worker 0 alone and sent to the others, so that all workers fail alike.
public final class Session {
  /// The configuration.
  public private(set) var configuration: RunConfiguration
  /// The team.
  public let team: any Team
  /// The vocabulary's tokens by id.
  public let vocabulary: [String]
  /// How the texts were cut into tokens.
  package let tokenizer: TokenizerKind
  /// SHA-256 of the texts, as hex digits; nil for those built in.
  let dataDigest: String?
  package let trainer: Trainer
  /// How many tokens of the texts the initial weights knew, where these were taken for a new vocabulary; nil otherwise.
  public private(set) var tokensTakenOver: Int?
  package let spans: SpanLog?

  /// Sets up a run on the configured texts. Collective; every worker throws the same `RunError` when a value is out of
  /// its bounds, or a file is missing, damaged or doesn't fit.
  ///
  /// - fits: whether it is for a fit, which keeps a copy of the state: what memory is to be had for.
  /// - spans: takes the phases and waits of the steps while it is on.
  /// - awaitsCheckpoint: whether `restore` comes next, so that no weights are drawn or read.
  ///
  /// The metrics are the configuration's.
  public convenience init(
    _ configuration: RunConfiguration, team: any Team, fits: Bool = true, spans: SpanLog? = nil,
    awaitsCheckpoint: Bool = false
  ) throws {
    try configuration.checkBounds()
    try self.init(
      configuration,
      Texts(configuration.dataSource, batchSize: configuration.batchSize, bptt: configuration.bptt, team), team: team,
      metrics: configuration.metrics.map { Metric($0) }, fits: fits, spans: spans, awaitsCheckpoint: awaitsCheckpoint)
  }

  /// Sets up a run on texts that every worker has. Collective.
  ///
  /// - metrics: of validations; awaitsCheckpoint: whether `restore` comes next, so that no weights are drawn or read.
  /// - Throws: the same `RunError` on every worker, as above.
  package init(
    _ configuration: RunConfiguration, _ texts: Texts, team plain: any Team, metrics: [Metric] = [],
    fits: Bool = true, spans: SpanLog? = nil, awaitsCheckpoint: Bool = false
  ) throws {
    self.configuration = configuration
    dataDigest = texts.digest
    tokenizer = texts.tokenizer
    self.spans = spans
    let team = spans.map { TracedTeam(plain, log: $0) as any Team } ?? plain
    self.team = team
    let tokens = texts.train.vocabulary.tokens
    vocabulary = tokens
    try Self.check(metrics, vocabulary: tokens.count)
    let layout = configuration.model.layout(vocabulary: tokens.count)
    let train = try Self.batches(texts.train, texts.files?.train, configuration, team)
    let valid = try Self.batches(texts.valid, texts.files?.valid, configuration, team)
    try Self.checkMemory(
      configuration, vocabulary: vocabulary.count, train: train, valid: valid, readsFile: texts.files != nil,
      fits: fits, team)
    let file = try configuration.initialWeights.flatMap { path in
      awaitsCheckpoint ? nil : try Self.readWeights(path, configuration, tokens, layout, team)
    }
    tokensTakenOver = file?.tokensTakenOver
    trainer = Trainer(
      configuration.model, vocabulary: vocabulary.count, bptt: configuration.bptt, seed: configuration.seed,
      team: team, train: train, valid: valid, rule: configuration.hiddenState, clip: configuration.clip,
      accumulate: configuration.accumulate, optimizer: configuration.optimizer, metrics: metrics)
    if awaitsCheckpoint { return }
    if let file {
      trainer.load(file.tensors)
    } else {
      var weights = InitialWeights(layout, seed: configuration.seed)
      trainer.load { weights.next(ofTensor: $0, into: $1) }
    }
  }

  /// Takes over what another configuration of the same model and texts says of the schedule.
  package func takeSchedule(of other: RunConfiguration) {
    configuration.epochs = other.epochs
    configuration.schedule = other.schedule
    configuration.learningRate = other.learningRate
    configuration.lowestLearningRate = other.lowestLearningRate
    configuration.freezeTo = other.freezeTo
    configuration.pctStart = other.pctStart
    configuration.divFactor = other.divFactor
    configuration.momenta = other.momenta
    configuration.weightDecay = other.weightDecay
    configuration.findsLearningRate = other.findsLearningRate
    configuration.stepLimit = other.stepLimit
    configuration.monitor = other.monitor
    configuration.minDelta = other.minDelta
    configuration.patience = other.patience
    configuration.plateauPatience = other.plateauPatience
    configuration.plateauFactor = other.plateauFactor
  }

  /// The names of the metrics that an epoch's record has beside the accuracy.
  package var metricNames: [String] { trainer.metricNames }

  /// Trains from a group of parameters on, those before it frozen, with fresh optimizer and states: see
  /// `RunConfiguration.freezeTo`.
  package func freeze(to group: Int?) {
    configuration.freezeTo = group
    trainer.startAgain()
  }

  /// Steps in an epoch of the train split.
  public var stepsPerEpoch: Int { trainer.groups.steps }

  /// Tokens that the steps of an epoch read, over all workers.
  public var tokensPerEpoch: Int { trainer.train.count * configuration.batchSize * configuration.bptt }

  /// Throws for a metric of more of the likeliest tokens than there are, which is 1 whatever the model has learnt.
  private static func check(_ metrics: [Metric], vocabulary: Int) throws(RunError) {
    for metric in metrics {
      guard case .topK(let count)? = metric.optionName, count > vocabulary else { continue }
      throw RunError(
        "\(metric.name) is always 1 with a vocabulary of \(vocabulary) tokens", at: "--metrics \(metric.name)",
        remedy: "give a number below \(vocabulary)", status: .usage)
    }
  }

  /// - file: the token file that the corpus is of, if any.
  private static func batches(
    _ corpus: Corpus, _ file: MappedTokens?, _ configuration: RunConfiguration, _ team: any Team
  ) throws -> WorkerBatches {
    let own = team.lanes.streams(ofWorker: team.rank, of: team.size)
    do throws(CorpusError) {
      if let file {
        let plan = try Streams(
          tokenCount: corpus.count, batchSize: configuration.batchSize, bptt: configuration.bptt, name: corpus.name)
        return WorkerBatches(file, plan, streams: own)
      }
      let tokens = try WorkerTokens(
        corpus: corpus, batchSize: configuration.batchSize, bptt: configuration.bptt, streams: own)
      return WorkerBatches(
        tokens: tokens.tokens, count: tokens.steps, bptt: configuration.bptt, streams: own.count)
    } catch {
      throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .usage)
    }
  }

  static func readWeights(
    _ file: String, _ configuration: RunConfiguration, _ vocabulary: [String], _ layout: ParameterLayout,
    _ team: any Team
  ) throws -> (tensors: [String: [Float]], tokensTakenOver: Int?) {
    let (file, bytes) = try WeightsFile.sharedBytes(file, team)
    return try checkedWeights(bytes, file, configuration, vocabulary, layout)
  }

  /// The tensors of a file of weights, held against what they are to fit.
  static func checkedWeights(
    _ bytes: [UInt8], _ file: String, _ configuration: RunConfiguration, _ vocabulary: [String],
    _ layout: ParameterLayout
  ) throws(RunError) -> (tensors: [String: [Float]], tokensTakenOver: Int?) {
    do {
      let tensors = try SafetensorsFile(bytes)
      let isNew = configuration.takesNewVocabulary
      try WeightsFile.check(tensors.header, file, configuration.model.kind, isNew ? nil : vocabulary)
      var result: [String: [Float]] = [:]
      let other = isNew ? try OtherVocabulary(tensors.header, file, vocabulary) : nil
      let rows = other == nil ? [] : configuration.model.vocabularyTensors(vocabulary: vocabulary.count)
      for tensor in layout.tensors {
        guard let other, rows.contains(tensor.name) else {
          result[tensor.name] = try tensors.floats(tensor.name, shape: tensor.shape)
          continue
        }
        result[tensor.name] = other.convert(
          try tensors.floats(tensor.name, shape: [other.count] + tensor.shape.dropFirst()))
      }
      for name in ["batch_norm.running_mean", "batch_norm.running_var"]
      where tensors.tensors.contains(where: { $0.name == name }) {
        result[name] = try tensors.floats(name, shape: [configuration.model.outputWidth])
      }
      if let name = result.first(where: { !$0.value.allSatisfy(\.isFinite) })?.key {
        throw RunError(
          "weights that are not finite (\(name))", at: file, remedy: "give weights of a run that did not diverge",
          status: .badData)
      }
      return (result, other?.shared)
    } catch let error as RunError {
      throw error
    } catch {
      throw RunError(
        "\(error)", at: file, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
  }
}
