package import Configuration
internal import Corpus
internal import Data
internal import Files
internal import Fitting
package import Jobs
internal import Models
internal import Tokenization

/// How weights are measured: by the layout of streams of the run that they come from, so that the number is that of the
/// run's validation.
package struct EvaluationPlan: Sendable {
  /// What the weights are measured on.
  package enum Source: Sendable {
    /// The valid split of the run's own texts, or of those that are given.
    case validSplit
    /// A text file, cut into tokens as the weights' own texts were; each token counts once.
    case text(String)
  }

  /// Model, layout and texts: the weights' own, but for what is given.
  package let configuration: RunConfiguration
  /// What is given that isn't the run's own, or is of no effect; one phrase each.
  package let differences: [String]
  /// The file of weights.
  let path: String
  let source: Source
  let summary: WeightsSummary
  /// Tokens of a text.
  let tokenCount: Int?
  /// Whether the texts are those that the weights name.
  let textsAreOwn: Bool

  /// The plan for a file of weights, or a run's directory. Files are read by process 0. Collective.
  ///
  /// - requested: what the options ask for; given: which of them are given.
  /// - Throws: `RunError`, on all processes alike, for a file that is no model, for a text that can't be read, and for
  ///   an option that contradicts the model.
  package init(
    _ requested: RunConfiguration, _ given: OptionValues, weights: String, on source: Source, _ job: Job
  ) throws {
    let message = try job.share { () throws(RunError) in
      let path = WeightsFile.file(weights)
      let (bytes, fileSize) = try WeightsSummary.headerBytes(of: path, remedy: WeightsFile.remedy(weights, path))
      var count = 0
      if case .text(let text) = source {
        count = try Self.tokenCount(text, try Self.summary(bytes, fileSize, path))
      }
      return Array("\(fileSize)".utf8) + [0] + Array("\(count)".utf8) + [0] + Array(path.utf8) + [0] + bytes
    }
    // No name has a NUL in it.
    let parts = message.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false).map { Array($0) }
    func number(_ bytes: [UInt8]) -> Int { Int(String(decoding: bytes, as: UTF8.self)) ?? 0 }
    path = String(decoding: parts[2], as: UTF8.self)
    summary = try Self.summary(parts[3], number(parts[0]), path)
    self.source = source
    if case .text = source { tokenCount = number(parts[1]) } else { tokenCount = nil }
    var resolved = try Self.model(requested, given, summary)
    let own = Self.layout(&resolved, given, summary)
    (differences, textsAreOwn) = (own.differences, own.textsAreOwn)
    if let tokenCount {
      // A short text has fewer streams, each of a step at least.
      resolved.batchSize = min(resolved.batchSize, max(1, tokenCount / resolved.bptt))
      resolved.lanes = min(resolved.laneCount, resolved.batchSize)
    }
    try resolved.checkLanes(at: "--lanes")
    configuration = resolved
  }

  private static func summary(_ bytes: [UInt8], _ fileSize: Int, _ path: String) throws(RunError) -> WeightsSummary {
    let header: SafetensorsHeader
    do { header = try SafetensorsHeader(bytes, fileSize: fileSize) } catch {
      throw RunError(
        "\(error)", at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
    return try WeightsSummary(header, path: path)
  }

  private static func tokenCount(_ text: String, _ summary: WeightsSummary) throws(RunError) -> Int {
    guard let vocabulary = summary.vocabulary else {
      throw RunError(
        "the weights don't say their vocabulary", at: text,
        remedy: "give the texts that they were trained on, not --text", status: .badData)
    }
    return try Texts.tokenCount(text, vocabulary, summary.tokenizer)
  }

  /// The configuration with the weights' own model.
  ///
  /// - Throws: a usage error for an option that contradicts it.
  private static func model(
    _ requested: RunConfiguration, _ given: OptionValues, _ summary: WeightsSummary
  ) throws(RunError) -> RunConfiguration {
    var own = requested
    guard let description = summary.description else {
      own = try RunConfiguration(given)
      if !given.contains(RunOption.model.hidden) { own.hidden = summary.hidden }
      return own
    }
    own.model = description
    var asked = own
    for option in RunOption.model.options { option.take(given, into: &asked) }
    for option in RunOption.model.options where given.contains(option) {
      let (one, other) = (option.json(asked).text, option.json(own).text)
      guard one != other else { continue }
      throw RunError(
        "\(one) contradicts the weights, which have \(other)", at: option.typedName(given), remedy: "leave it out",
        status: .usage)
    }
    return own
  }

  /// Gives the configuration the layout and the texts of the weights' run, but for what is given.
  private static func layout(
    _ configuration: inout RunConfiguration, _ given: OptionValues, _ summary: WeightsSummary
  ) -> (differences: [String], textsAreOwn: Bool) {
    guard let options = summary.options else { return ([], false) }
    var own = configuration
    (own.trainFile, own.validFile, own.dataDirectory) = (nil, nil, nil)
    let said = own.takeEvaluationOptions(options)
    var differences: [String] = []
    let data = RunOption.data
    func settle(_ option: some DeclaredOption, _ take: () -> Void) {
      guard said.contains(option.name) else { return }
      guard given.contains(option) else { return take() }
      let (asked, run) = (option.json(configuration).text, option.json(own).text)
      if asked != run { differences.append("\(option.typedName) \(asked), the run's \(run)") }
    }
    settle(data.bptt) { configuration.bptt = own.bptt }
    settle(data.hiddenState) { configuration.hiddenState = own.hiddenState }
    if said.contains(data.batchSize.name) {
      if given.contains(data.batchSize), configuration.batchSize != own.batchSize {
        differences.append("--batch-size \(configuration.batchSize) of no effect, the run's \(own.batchSize)")
      }
      configuration.batchSize = own.batchSize
      if given.contains(data.lanes) {
        configuration.lanes = min(configuration.laneCount, own.batchSize)
      } else {
        configuration.lanes = own.lanes
      }
    }
    let givesTexts = given.contains(data.train) || given.contains(data.valid) || given.contains(data.directory)
    if !givesTexts {
      (configuration.trainFile, configuration.validFile) = (own.trainFile, own.validFile)
      configuration.dataDirectory = own.dataDirectory
    }
    return (differences, !givesTexts)
  }
}
