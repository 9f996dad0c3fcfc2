internal import Models
internal import Files
internal import Kernels
internal import Memory

/// One of the notebook's models as it is evaluated, for one stream and token by token: BatchNorm takes its running statistics, and
/// what a model carries through the tokens of a step is carried on from token to token.
///
/// So model1 and model2, which begin each step of training from zero, see all that came before; model0 sees the last three tokens,
/// which are all that it ever reads.
struct TokenPredictor {
  private enum Form {
    /// model0
    case unrolled
    /// model1
    case normalisedState
    /// model2, model3
    case plainState
  }

  private let form: Form
  private let hidden, vocabulary: Int
  private let embedding: [Float]  // (vocabulary, hidden)
  private let recurrent: [Float]  // (inputs, outputs) of hidden each
  private let recurrentBias: [Float]
  private let output: [Float]  // (hidden, vocabulary)
  private let outputBias: [Float]
  private let scale, shift: [Float]  // BatchNorm as y = x · scale + shift
  private var state: [Float]
  /// The tokens that model0 reads.
  private var latest: [Int] = []

  /// - Throws: for weights that lack something.
  init(_ model: TrainedModel) throws(RunError) {
    let (kind, _) = try model.requireVocabulary()
    switch kind {
    case .model0: form = .unrolled
    case .model1: form = .normalisedState
    default: form = .plainState
    }
    let (hidden, vocabulary) = (model.hidden, model.vocabularySize)
    self.hidden = hidden
    self.vocabulary = vocabulary
    embedding = try model.floats("input_to_hidden.weight", shape: [vocabulary, hidden])
    let weight = try model.floats("hidden_to_hidden.weight", shape: [hidden, hidden])
    recurrent = Self.transposed(weight, rows: hidden, columns: hidden)
    recurrentBias = try model.floats("hidden_to_hidden.bias", shape: [hidden])
    let outputWeight = try model.floats("hidden_to_output.weight", shape: [vocabulary, hidden])
    output = Self.transposed(outputWeight, rows: vocabulary, columns: hidden)
    outputBias = try model.floats("hidden_to_output.bias", shape: [vocabulary])
    let mean = try model.floats("batch_norm.running_mean", shape: [hidden])
    let variance = try model.floats("batch_norm.running_var", shape: [hidden])
    let normWeight = try model.floats("batch_norm.weight", shape: [hidden])
    let normBias = try model.floats("batch_norm.bias", shape: [hidden])
    let scale = zip(normWeight, variance).map { $0 / ($1 + 1e-5).squareRoot() }
    self.scale = scale
    shift = (0..<hidden).map { normBias[$0] - mean[$0] * scale[$0] }
    state = [Float](repeating: 0, count: hidden)
  }

  private static func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
  }

  /// Reads a token and gives the logits of its successor.
  mutating func next(_ token: Int32) -> [Float] {
    switch form {
    case .plainState:
      state = rectified(applied(added(state, token)))
      return logits(normalised(state))
    case .normalisedState:
      state = normalised(rectified(applied(added(state, token))))
      return logits(state)
    case .unrolled:
      latest = latest.suffix(2) + [Int(token)]
      var h = [Float](repeating: 0, count: hidden)
      for (place, token) in latest.enumerated() {
        let input = added(h, Int32(token))
        h = normalised(rectified(place == 0 ? input : applied(input)))
      }
      return logits(h)
    }
  }

  private func added(_ h: [Float], _ token: Int32) -> [Float] {
    let first = Int(token) * hidden
    return (0..<hidden).map { h[$0] + embedding[first + $0] }
  }

  private func applied(_ x: [Float]) -> [Float] { Self.product(x, recurrent, recurrentBias) }
  private func logits(_ x: [Float]) -> [Float] { Self.product(x, output, outputBias) }
  private func rectified(_ x: [Float]) -> [Float] { x.map { max($0, 0) } }
  private func normalised(_ x: [Float]) -> [Float] { (0..<hidden).map { shift[$0].addingProduct(x[$0], scale[$0]) } }

  /// x · weight + bias for a weight (inputs, outputs): a chain of fused multiply-adds over the inputs for each output.
  private static func product(_ x: [Float], _ weight: [Float], _ bias: [Float]) -> [Float] {
    var result = bias
    let count = bias.count
    let source = weight.span
    var target = result.mutableSpan
    for (input, value) in x.enumerated() {
      let first = input * count
      for column in 0..<count { target[column] = target[column].addingProduct(value, source[first + column]) }
    }
    return result
  }
}
