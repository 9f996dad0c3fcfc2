internal import Corpus
private import Crypto
internal import Kernels
private import SystemPackage
public import Teams

/// One worker's part of a run: corpus, model and optimizer, set up from a configuration.
///
/// Files are read by worker 0 alone and sent to the others, so that all workers fail alike.
public final class Session {
  /// The configuration.
  public let configuration: RunConfiguration
  /// The team.
  public let team: any Team
  /// The vocabulary's tokens by id.
  public let vocabulary: [String]
  /// SHA-256 of the texts, as hex digits; nil for those built in.
  let dataDigest: String?
  let trainer: Trainer
  let spans: SpanLog?

  /// Sets up a run on the configured texts. Collective; every worker throws the same `RunError` when a file is missing, damaged or
  /// doesn't fit.
  ///
  /// - spans: takes the phases and waits of the steps while it is on.
  public convenience init(_ configuration: RunConfiguration, team: any Team, spans: SpanLog? = nil) throws {
    let (corpora, dataDigest) = try Self.readCorpora(configuration, team)
    try self.init(configuration, corpora, dataDigest: dataDigest, team: team, spans: spans)
  }

  /// Sets up a run on corpora that every worker has. Collective.
  ///
  /// - Throws: the same `RunError` on every worker, as above.
  init(
    _ configuration: RunConfiguration, _ corpora: (train: Corpus, valid: Corpus), dataDigest: String? = nil,
    team plain: any Team, spans: SpanLog? = nil
  ) throws {
    self.configuration = configuration
    self.dataDigest = dataDigest
    self.spans = spans
    let team = spans.map { TracedTeam(plain, log: $0) as any Team } ?? plain
    self.team = team
    vocabulary = corpora.train.vocabulary.tokens
    let layout = configuration.model.layout(hidden: configuration.hidden, vocabulary: vocabulary.count)
    let weights =
      if let file = configuration.initialWeights {
        try Self.readWeights(file, configuration, layout, team)
      } else {
        layout.initialWeights(seed: configuration.seed)
      }
    trainer = Trainer(
      configuration.model, hidden: configuration.hidden, vocabulary: vocabulary.count, bptt: configuration.bptt,
      team: team, train: try Self.batches(corpora.train, configuration, team),
      valid: try Self.batches(corpora.valid, configuration, team), rule: configuration.hiddenState,
      clip: configuration.clip, accumulate: configuration.accumulate)
    trainer.load(weights)
  }

  /// Steps in an epoch of the train split.
  public var stepsPerEpoch: Int { trainer.groups.steps }

  /// Tokens that the steps of an epoch read, over all workers.
  public var tokensPerEpoch: Int { trainer.train.count * configuration.batchSize * configuration.bptt }

  private static func batches(
    _ corpus: Corpus, _ configuration: RunConfiguration, _ team: any Team
  ) throws(RunError) -> WorkerBatches {
    let own = team.lanes.streams(ofWorker: team.rank, of: team.size)
    do {
      let tokens = try WorkerTokens(
        corpus: corpus, batchSize: configuration.batchSize, bptt: configuration.bptt, streams: own)
      return WorkerBatches(
        tokens: tokens.tokens, count: tokens.steps, bptt: configuration.bptt, streams: own.count)
    } catch {
      throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .usage)
    }
  }

  private static func readCorpora(
    _ configuration: RunConfiguration, _ team: any Team
  ) throws -> (corpora: (train: Corpus, valid: Corpus), dataDigest: String?) {
    if let count = configuration.randomVocabulary {
      return (Corpus.random(vocabulary: count, seed: configuration.seed), nil)
    }
    guard let train = configuration.trainFile, let valid = configuration.validFile else {
      return (Corpus.humanNumbers(), nil)
    }
    let trainBytes = try read(train, team)
    let validBytes = try read(valid, team)
    do {
      let corpora = try Corpus.read(train: (train, trainBytes), valid: (valid, validBytes))
      return (corpora, hexadecimal(SHA256.hash(data: trainBytes)) + hexadecimal(SHA256.hash(data: validBytes)))
    } catch {
      throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .badData)
    }
  }

  private static func readWeights(
    _ file: String, _ configuration: RunConfiguration, _ layout: ParameterLayout, _ team: any Team
  ) throws -> [String: [Float]] {
    let bytes = try read(file, team)
    do {
      let tensors = try SafetensorsFile(bytes)
      var result: [String: [Float]] = [:]
      for tensor in layout.tensors { result[tensor.name] = try tensors.floats(tensor.name, shape: tensor.shape) }
      for name in ["batch_norm.running_mean", "batch_norm.running_var"]
      where tensors.tensors.contains(where: { $0.name == name }) {
        result[name] = try tensors.floats(name, shape: [configuration.hidden])
      }
      return result
    } catch {
      throw RunError(
        "\(error)", at: file, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
  }

  /// The bytes of a file, read by worker 0 and sent to the others.
  private static func read(_ path: String, _ team: any Team) throws -> [UInt8] {
    var message: [UInt8] = []
    if team.rank == 0 {
      do {
        message = [0] + (try FileOperations.read(FilePath(path)))
      } catch {
        message = [1] + Array("\(error)".utf8)
      }
    }
    message = team.broadcast(message, from: 0)
    if message.first == 0 { return Array(message.dropFirst()) }
    throw RunError(
      "can't read the file (\(String(decoding: message.dropFirst(), as: UTF8.self)))", at: path,
      remedy: "check its name and permissions", status: .inputOutput)
  }
}
