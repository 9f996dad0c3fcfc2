public import Kernels

/// Embedding and hidden-to-hidden layer of the notebook's models, over up to `steps` tokens of each stream:
///
///     a_t = h_{t−1} + E[x_t];  h_t = relu(W·a_t + b)
///
/// Activations are `steps` matrices (streams, hidden) in panels, one after the other.
@safe
public final class RecurrentLayer {
  /// (steps, streams, hidden): a, h, and the gradients of h, of the sum before the ReLU, and of a.
  public let input, hidden, hiddenGradient, sumGradient, inputGradient: Window<Float>
  private let context: ModelContext
  private let steps, first: Int
  private let lanes, hiddenLanes: LaneRows
  private let embedding: Window<Float>
  private let weight, transposed: Panels
  private let bias: Window<Float>
  private let embeddingOffset, weightOffset, biasOffset: Int
  private let rows: Window<EmbeddingRow>
  private let heads: Window<Int32>

  /// The layers whose parameters are `embedding.weight`, and `linear.weight` and `linear.bias`.
  ///
  /// - steps: tokens of each stream in a batch; first: the first of them that goes through the linear layer.
  public init(_ context: ModelContext, embedding: String, linear: String, steps: Int, first: Int = 0) {
    self.context = context
    self.steps = steps
    self.first = first
    lanes = context.lanes(steps: steps)
    hiddenLanes = context.lanes(steps: steps - first)
    let count = steps * context.streams * context.width
    input = context.make(count)
    hidden = context.make(count)
    hiddenGradient = context.make(count)
    sumGradient = context.make(count)
    inputGradient = context.make(count)
    self.embedding = context.rows("\(embedding).weight")
    weight = context.weight("\(linear).weight")
    transposed = context.makePanels(rows: context.hidden, columns: context.hidden)
    bias = context.vector("\(linear).bias")
    embeddingOffset = context.gradientOffset("\(embedding).weight")
    weightOffset = context.gradientOffset("\(linear).weight")
    biasOffset = context.vectorOffset("\(linear).bias")
    rows = context.make(context.streams * steps)
    heads = context.make(context.vocabulary + 1)
  }

  /// Makes the transposed weights anew.
  public func parametersChanged() { transpose(weight, into: transposed) }

  /// The matrix of step t in activations, (streams, hidden).
  public func step(_ activations: Window<Float>, _ t: Int) -> Panels {
    let count = context.streams * context.width
    return Panels(activations[(t * count)..<((t + 1) * count)], rows: context.streams, columns: context.hidden)
  }

  /// a_t = before + E[x_t], for tokens x (steps, streams).
  public func embed(_ before: Panels, _ x: Window<Int32>, at t: Int) {
    addEmbedding(before, embedding: embedding, tokens: tokens(x, t), into: step(input, t))
  }

  /// h_t from a_t, and where it `continues` also a_{t+1} = h_t + E[x_{t+1}], for tokens x (steps, streams).
  public func advance(at t: Int, _ x: Window<Int32>, continues: Bool) {
    let following = continues ? t + 1 : t
    recurrentForward(
      step(input, t), weight, bias: bias, into: step(hidden, t), next: continues ? step(input, following) : nil,
      embedding: embedding, tokens: tokens(x, following))
  }

  /// The gradient of the sum before the ReLU at step t from that of h_t, without later steps.
  public func rectifierBackward(at t: Int) {
    Kernels.rectifierBackward(step(hiddenGradient, t), step(hidden, t), into: step(sumGradient, t))
  }

  /// The gradient of a_t from that of the sum; where `continues`, also the sum's gradient of the step before, from da_t plus the
  /// gradient that reaches h_{t−1} otherwise.
  public func backward(at t: Int, continues: Bool) {
    recurrentBackward(
      step(sumGradient, t), transposed, into: step(inputGradient, t),
      previous: continues
        ? (h: step(hidden, t - 1), dh: step(hiddenGradient, t - 1), dz: step(sumGradient, t - 1)) : nil)
  }

  /// Overwrites the layers' parts of `gradients` (own roots, parameters), and the bias in the lanes' vectors: the embedding's from
  /// `inputGradient`, the linear layer's from `sumGradient` and `input`.
  public func gradients(_ x: Window<Int32>, into gradients: Window<Float>) {
    let through = (first * context.streams * context.width)..<input.count
    weightGradient(
      (input[through], context.hidden), (sumGradient[through], context.hidden), rowsPerStep: context.streams,
      lanes: hiddenLanes, schedule: context.laneFolds, roots: gradients, offset: weightOffset,
      rootStride: context.gradientStride, scratch: context.scratch)
    laneColumnSums(
      sumGradient[through], rowsPerStep: context.streams, width: context.width, lanes: hiddenLanes,
      into: context.laneVectors, vectorStride: context.layout.vectorCount, offset: biasOffset)
    embeddingGradient(
      inputGradient, tokens: x[0..<(steps * context.streams)], rowsPerStep: context.streams, width: context.width,
      vocabulary: context.vocabulary, lanes: lanes, schedule: context.laneFolds, roots: gradients,
      offset: embeddingOffset, rootStride: context.gradientStride, order: rows, heads: heads, stack: context.scratch)
  }

  private func tokens(_ x: Window<Int32>, _ t: Int) -> Window<Int32> {
    x[(t * context.streams)..<((t + 1) * context.streams)]
  }
}
