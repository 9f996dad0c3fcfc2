public import Kernels

/// The linear layer to the vocabulary with softmax cross-entropy, over `steps` predictions of each stream.
///
/// It works on rows in lane order (lane, step, stream), so that each lane's rows are one run.
@safe
public final class OutputLayer {
  /// (rows, hidden): what is predicted from, to be written before `forward`.
  public let input: Panels
  private let context: ModelContext
  private let steps: Int
  private let lanes: LaneRows
  private let weight: Panels  // (hidden, vocabulary)
  private let transposed: Panels  // (vocabulary, hidden)
  private let bias: Window<Float>
  private let weightOffset, biasOffset: Int
  private let logits: Panels  // (rows, vocabulary), then their gradient
  private let targets: Window<Int32>  // (rows)
  private let losses: Window<Float>  // (rows padded to 16)
  private let lossScratch: Window<Float>
  private let places: Window<Int32>  // (rows): a row's place in (steps, streams, hidden)
  /// A sum of losses for each lane.
  public let laneLosses: Window<Double>

  /// The layer whose parameters are `name.weight` and `name.bias`.
  public init(_ context: ModelContext, _ name: String, steps: Int) {
    self.context = context
    self.steps = steps
    let streams = context.streams
    let rows = streams * steps
    lanes = LaneRows(
      rows: context.laneRows.map { ($0.lowerBound * steps)..<($0.upperBound * steps) }, steps: 1)
    weight = context.weight("\(name).weight")
    transposed = context.makePanels(rows: context.vocabulary, columns: context.hidden)
    bias = context.vector("\(name).bias")
    weightOffset = context.gradientOffset("\(name).weight")
    biasOffset = context.vectorOffset("\(name).bias")
    input = context.makePanels(rows: rows, columns: context.hidden)
    logits = context.makePanels(rows: rows, columns: context.vocabulary)
    targets = context.make(rows)
    let padded = ParameterLayout.padded(rows)
    losses = context.make(padded)
    lossScratch = context.make(padded)
    places = context.make(rows)
    laneLosses = context.make(context.laneRows.count)
    var row = 0
    for lane in context.laneRows {
      for step in 0..<steps {
        for stream in lane {
          places[row] = Int32(step * streams * context.width + stream * 16)
          row += 1
        }
      }
    }
  }

  /// Makes the transposed weights anew.
  public func parametersChanged() { transpose(weight, into: transposed) }

  /// Logits and losses for the targets y (steps, streams). With `gradientScale`, the logits give way to the gradient of the loss times
  /// that scale.
  public func forward(targets y: Window<Int32>, gradientScale: Float?) {
    linear(input, weight, bias: bias, into: logits)
    var row = 0
    for lane in context.laneRows {
      for step in 0..<steps {
        for stream in lane {
          targets[row] = y[step * context.streams + stream]
          row += 1
        }
      }
    }
    softmaxLoss(logits, targets: targets, losses: losses, gradientScale: gradientScale, scratch: lossScratch)
    sumLosses(losses, runs: lanes.rows, into: laneLosses, stride: 1)
  }

  /// Each lane's sum of losses and number of correct predictions, after `forward` without gradient.
  public func score(losses: Window<Double>, correct: Window<Double>) {
    losses.copy(from: laneLosses)
    correctPredictions(logits, targets: targets, runs: lanes.rows, into: correct)
  }

  /// The way back after `forward` with gradient: overwrites the gradient of the layer's input, in time order (steps, streams, hidden),
  /// its part of `gradients` (own roots, parameters), and its bias in the lanes' vectors.
  public func backward(into dy: Window<Float>, gradients: Window<Float>) {
    linear(logits, transposed, scatteringTo: places, of: dy, panelStride: context.streams * 16)
    weightGradient(
      (input.elements, context.hidden), (logits.elements, context.vocabulary), rowsPerStep: logits.rows, lanes: lanes,
      schedule: context.laneFolds, roots: gradients, offset: weightOffset, rootStride: context.gradientStride,
      scratch: context.scratch)
    laneColumnSums(
      logits.elements, rowsPerStep: logits.rows, width: ParameterLayout.padded(context.vocabulary), lanes: lanes,
      into: context.laneVectors, vectorStride: context.layout.vectorCount, offset: biasOffset)
  }
}
