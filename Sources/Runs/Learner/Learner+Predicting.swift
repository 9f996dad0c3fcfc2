internal import Tokenization
internal import Models
internal import Corpus
internal import Configuration
public import Data
internal import Files
internal import Fitting
public import Inference
internal import Jobs
internal import Teams

// What a learner's model says. None of it changes the learner: training goes on to the same bits.

extension Learner {
  /// Has the model go on with a text, fastai's `predict`; an empty one stands for a document's beginning. The same text
  /// for the same seed on all processes, whatever their number.
  ///
  /// - prompt: cut into tokens as the learner's texts were; words that the vocabulary lacks are read as `xxunk`.
  /// - tokens: how many follow; temperature: below 1 likely tokens become likelier, 0 always takes the likeliest; topK:
  ///   how many of the likeliest are drawn from, nil for all; seed: where the random numbers start from.
  /// - report: called with each part of the text as soon as it is there, the prompt with the first, on the job's first
  ///   process.
  /// - Returns: prompt and what follows.
  /// - Throws: `RunError` with status `usage` for settings out of their bounds, `badData` where the predictions aren't
  ///   finite.
  @discardableResult
  public func predict(
    _ prompt: String = "", tokens: Int = 40, temperature: Double = 1, topK: Int? = nil, seed: UInt64 = 42,
    report: (String) -> Void = { _ in }
  ) throws -> String {
    var settings = TextGeneration.Settings()
    (settings.tokens, settings.temperature, settings.topK, settings.seed) = (tokens, temperature, topK, seed)
    try settings.check()
    // Of a copy of the weights on the calling thread: the other workers need not wait.
    let predictor = try sessions.run { session, _ -> Predictor? in
      guard session.team.rank == 0 else { return nil }
      return Predictor(predictor: try TokenPredictor(session), tokenizer: session.tokenizer)
    }
    let text = try job.share { () throws(RunError) in
      guard let predictor else { preconditionFailure("process 0 has worker 0") }
      let start = try TextPrompt(prompt, data.vocabulary, predictor.tokenizer)
      let generation = try TextGeneration(
        predictor.predictor, data.vocabulary, predictor.tokenizer, at: "predict", start, settings, report: report)
      return Array(generation.text.utf8)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What the model predicts for a split, each token once, in the text's order: fastai's `get_preds`.
  ///
  /// - probabilities: whether to keep the probability of each token of the vocabulary, which takes 4 bytes for each
  ///   token of the text and of the vocabulary on every process.
  public func predictions(_ split: DataSplit = .valid, probabilities: Bool = false) throws -> Predictions {
    let tokens = data[split].tokenCount
    return try sessions.run { session, _ in
      session.predictions(split, tokens: tokens, withProbabilities: probabilities)
    }
  }

  /// e^loss of a validation as the one after an epoch, from the same hidden state.
  public func perplexity() throws -> Double {
    try sessions.run { session, _ in Fitting.perplexity(ofLoss: session.trainer.measure().loss) }
  }

  /// The pairs of tokens most often confused in the valid split, the most frequent first: fastai's `most_confused`.
  ///
  /// - minimum: how often, at least.
  public func mostConfused(
    minimum: Int = 1
  ) throws -> [(actual: String, predicted: String, count: Int)] {
    let words = data.vocabulary.tokens
    return try predictions().confused.prefix { $0.count >= minimum }.map {
      (words[$0.actual], words[$0.predicted], $0.count)
    }
  }

  /// Shows for the first streams of a split how they begin, how they go on, and what the model predicts there from all
  /// that has come before: fastai's `show_results`. Told by `output` on the job's first process.
  ///
  /// - rows: streams; tokens: of each as context, and as many to be predicted.
  @discardableResult
  public func showResults(_ split: DataSplit = .valid, rows: Int = 5, tokens: Int = 20) throws -> ResultTable {
    try ValueBounds<Int>.from(1).check(rows, "number of rows", at: "rows")
    try ValueBounds<Int>.from(1, to: 1_048_576).check(tokens, "number of tokens", at: "tokens")
    let rows = min(rows, data.batchSize)
    let (predictions, length) = try sessions.run { session, _ in
      session.firstPredictions(split, streams: rows, most: 2 * tokens)
    }
    let context = length / 2
    func text(_ ids: ArraySlice<Int32>) -> String {
      ids.map { PlainText.shown(token: data.vocabulary.tokens[Int($0)]) }.joined(separator: " ")
    }
    let table = ResultTable(
      rows: (0..<rows).map { row in
        let (start, end) = (row * length, (row + 1) * length)
        return ResultTable.Row(
          context: text(predictions.targets[start..<(start + context)]),
          target: text(predictions.targets[(start + context)..<end]),
          prediction: text(predictions.predicted[(start + context)..<end]))
      })
    if isFirst { output(table.description) }
    return table
  }

  /// Handed from worker 0's run to the calling thread, which is the one that it was made on.
  private struct Predictor: @unchecked Sendable {
    let predictor: TokenPredictor
    let tokenizer: TokenizerKind
  }
}

/// Texts as they go on and as a model would have them go on.
public struct ResultTable: Sendable, Equatable, CustomStringConvertible {
  /// One stream's.
  public struct Row: Sendable, Equatable {
    /// How it begins.
    public let context: String
    /// How it goes on.
    public let target: String
    /// The likeliest token at each place of `target`, from all that has come before it.
    public let prediction: String
  }

  /// By stream, from the first on.
  public let rows: [Row]

  /// The table for a terminal, in lines of at most 80 characters.
  public var description: String {
    rows.enumerated().flatMap { index, row in
      [("\(index)", "context", row.context), ("", "target", row.target), ("", "predicted", row.prediction)].flatMap {
        number, name, text in
        PlainText.lines(text, width: 64).enumerated().map { line, part in
          let (number, name) = line == 0 ? (number, name) : ("", "")
          return number + String(repeating: " ", count: max(1, 4 - number.count)) + name
            + String(repeating: " ", count: 12 - name.count) + part
        }
      }
    }.joined(separator: "\n")
  }
}
