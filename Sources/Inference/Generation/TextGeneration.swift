internal import Configuration
package import Corpus
public import Files
package import Tokenization

/// Text that a model writes.
public struct TextGeneration: Sendable {
  /// How the next tokens are drawn.
  public struct Settings: Sendable {
    /// Tokens to write.
    public var tokens = 40
    /// What logits are divided by: below 1 likely tokens become likelier; 0 always takes the likeliest.
    public var temperature = 1.0
    /// How many of the likeliest tokens are drawn from; nil for all.
    public var topK: Int?
    /// Where the random numbers start from.
    public var seed: UInt64 = 42

    /// The defaults.
    public init() {}

    /// Throws a usage error that names the property whose value is out of the bounds of the command line's option.
    package func check() throws(RunError) {
      let options = RunOption.generation
      try options.tokens.check(tokens, at: "tokens")
      try options.temperature.check(temperature, at: "temperature")
      if let topK { try options.topK.check(topK, at: "topK") }
    }
  }

  /// Prompt and what follows, as a readable text.
  public let text: String
  /// The ids that follow the prompt's.
  public let tokens: [Int32]
  /// Words of the prompt that the vocabulary lacks, read as `xxunk`.
  public let unknown: [String]

  /// Lets a model go on with a prompt; an empty one stands for a document's beginning. The same text for the same seed,
  /// on any number of workers.
  ///
  /// - report: called with each part of the text as soon as it is there, the prompt with the first; together they are
  ///   `text`.
  /// - Throws: `RunError` for settings out of their bounds, a model without kind or vocabulary, one whose predictions
  ///   aren't finite, and for a word that a vocabulary without `xxunk` lacks.
  public init(
    _ model: TrainedModel, prompt: String, _ settings: Settings = Settings(), report: (String) -> Void = { _ in }
  ) throws(RunError) {
    try self.init(model, TextPrompt(prompt, for: model), settings, report: report)
  }

  /// The same with a prompt that has been read.
  public init(
    _ model: TrainedModel, _ prompt: TextPrompt, _ settings: Settings = Settings(), report: (String) -> Void = { _ in }
  ) throws(RunError) {
    try settings.check()
    let (_, vocabulary) = try model.requireVocabulary()
    try self.init(
      TokenPredictor(model), vocabulary, model.tokenizer, at: model.path, prompt, settings, report: report)
  }

  /// The same by a predictor that has read nothing yet, and settings within their bounds.
  ///
  /// - place: what an error is about.
  package init(
    _ predictor: TokenPredictor, _ vocabulary: Vocabulary, _ tokenizer: TokenizerKind, at place: String,
    _ prompt: TextPrompt, _ settings: Settings, report: (String) -> Void
  ) throws(RunError) {
    unknown = prompt.unknown
    let mute = vocabulary.tokens.indices.filter {
      ["xxunk", "xxpad", "xxbos", "xxeos", "xxfld", "xxfake"].contains(vocabulary.tokens[$0])
    }
    var sampler = TokenSampler(
      temperature: settings.temperature, topK: settings.topK, seed: settings.seed, excluded: Set(mute))
    var logits: [Float] = []
    for id in prompt.ids { logits = predictor.next(id) }
    var writer = TextWriter(tokenizer)
    var unreported = prompt.words.map { writer.next($0) }.joined()
    var tokens: [Int32] = []
    var text = ""
    for _ in 0..<settings.tokens {
      guard logits.allSatisfy(\.isFinite) else {
        throw RunError(
          "the model's predictions are not finite", at: place, remedy: "take an earlier checkpoint",
          status: .badData)
      }
      let token = sampler.draw(logits)
      tokens.append(token)
      unreported += writer.next(vocabulary.tokens[Int(token)])
      report(unreported)
      text += unreported
      unreported = ""
      if tokens.count < settings.tokens { logits = predictor.next(token) }
    }
    self.tokens = tokens
    self.text = text + unreported
  }
}

/// What a model is to go on with, cut into tokens as its own texts were.
public struct TextPrompt: Sendable {
  /// Words of the prompt that the vocabulary lacks, read as `xxunk`.
  public let unknown: [String]
  let words: [String]
  let ids: [Int32]

  /// - Throws: `RunError` for a model without kind or vocabulary, and for a word that a vocabulary without `xxunk`
  ///   lacks.
  public init(_ text: String, for model: TrainedModel) throws(RunError) {
    try self.init(text, model.requireVocabulary().vocabulary, model.tokenizer)
  }

  /// - Throws: `RunError` for a word that a vocabulary without `xxunk` lacks.
  package init(_ text: String, _ vocabulary: Vocabulary, _ tokenizer: TokenizerKind) throws(RunError) {
    var text = text
    // A byte-order mark is none of its characters.
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    var words = Tokenizer.tokens(text, tokenizer)
    if words.isEmpty { words = ["xxbos"] }
    let ids = vocabulary.ids(of: words)
    let unknown = zip(words, ids).filter { vocabulary.tokens[Int($1)] != $0 }.map(\.0)
    if let word = unknown.first, vocabulary.tokens[Int(Vocabulary.unknown)] != "xxunk" {
      throw RunError(
        "the vocabulary has no \(JSONValue.string(PlainText.shortened(word, to: 40)).text)", at: "prompt",
        remedy: "use other words", status: .usage)
    }
    (self.unknown, self.words, self.ids) = (unknown, words, ids)
  }
}
