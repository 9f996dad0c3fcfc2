internal import Kernels
internal import Memory
internal import Teams

/// BatchNorm with one mean and variance over all rows of a step, fastai's `BatchNorm1dFlat`: statistics of all streams
/// and tokens of all workers, running statistics as torch keeps them, and the backward pass.
///
/// Forward, it is shown the blocks of lanes by `accumulate` before `finish`; backward, by `accumulateGradients` before
/// `finishGradients`, and again by `backward`.
@safe
final class StepNormLayer {
  private let context: ModelContext
  private let name: String
  private let steps, channels, width: Int
  private let weight, bias, runningMean, runningVariance: BufferView<Float>  // (width)
  private let weightOffset, biasOffset: Int
  private let coefficients: NormCoefficients  // (steps, width), the same at each step
  private let backwardCoefficients: NormBackwardCoefficients  // (width)
  private let laneStatistics: BufferView<Float>  // (lanes, 2, width)
  private let statistics: BufferView<Float>  // (2, width)
  private let totals: BufferView<Double>  // (1 + flags): the loss, then the step's flags
  private let laneMoments, rootMoments: MomentSchedule
  // Two, used in turn: by the time one is written again, all have read it.
  private let exchanges: [TreeExchange]

  /// The layer whose parameters are `name.weight` and `name.bias`; collective.
  init(_ context: ModelContext, _ name: String, steps: Int, channels: Int) {
    self.context = context
    self.name = name
    self.steps = steps
    self.channels = channels
    let width = ParameterLayout.padded(channels)
    self.width = width
    weight = context.vector("\(name).weight")
    bias = context.vector("\(name).bias")
    weightOffset = context.vectorOffset("\(name).weight")
    biasOffset = context.vectorOffset("\(name).bias")
    runningMean = context.make(width)
    runningVariance = context.make(width)
    runningVariance[0..<channels].fill(1)
    coefficients = NormCoefficients(
      mean: context.make(steps * width), inverseDeviation: context.make(steps * width),
      scale: context.make(steps * width), shift: context.make(steps * width))
    backwardCoefficients = NormBackwardCoefficients(
      scale: context.make(width), slope: context.make(width), offset: context.make(width))
    laneStatistics = context.make(context.laneRows.count * 2 * width)
    statistics = context.make(2 * width)
    totals = context.make(1 + StepFlags.count)
    let team = context.team
    exchanges = (0..<2).map { _ in team.makeTreeExchange(floats: 2 * width, doubles: 1 + StepFlags.count) }
    laneMoments = MomentSchedule(context.laneReduction, counts: context.laneRows.map { $0.count * steps })
    rootMoments = MomentSchedule(exchanges[0].schedule, counts: context.rootStreams.map { $0 * steps })
  }

  /// Mean and variance by PyTorch's names.
  var runningStatistics: [(name: String, values: BufferView<Float>)] {
    [
      ("\(name).running_mean", runningMean[0..<channels]),
      ("\(name).running_var", runningVariance[0..<channels]),
    ]
  }

  /// Takes the statistics of h (steps, block's streams, channels) for each of the block's lanes.
  func accumulate(_ block: LaneBlock, _ h: BufferView<Float>) {
    laneMomentsOverSteps(
      h, rowsPerStep: block.rowsPerStep, width: width, lanes: block.stepRows,
      into: block.laneRows(laneStatistics, stride: 2 * width), stride: 2 * width)
  }

  /// The coefficients for what all workers have accumulated; updates the running statistics. Collective.
  func finish() -> NormCoefficients {
    let exchange = exchanges[0]
    let stride = exchange.floatStride
    mergeMoments(
      laneStatistics, stride: 2 * width, count: width, schedule: laneMoments, into: ownRows(exchange),
      rootStride: stride, scratch: context.scratch)
    context.team.complete(exchange)
    mergeMoments(
      exchange.floats, stride: stride, count: width, schedule: rootMoments, into: statistics, rootStride: 2 * width,
      scratch: context.scratch)
    normalisation(
      moments: statistics, samples: context.batchSize * steps, weight: weight, bias: bias, width: width,
      running: (runningMean, runningVariance), into: coefficients.first(width: width))
    coefficients.repeatFirst(width: width)
    return coefficients
  }

  /// The coefficients of evaluation, from the running statistics.
  func evaluation() -> NormCoefficients {
    normalisation(
      running: (runningMean, runningVariance), weight: weight, bias: bias, width: width, into: coefficients)
    return coefficients
  }

  /// Takes the block's share of the sums that the backward pass needs, from `dy` (steps, block's streams, channels),
  /// the gradient at the output, and the input h.
  func accumulateGradients(_ block: LaneBlock, _ dy: BufferView<Float>, _ h: BufferView<Float>) {
    laneNormGradientsOverSteps(
      dy, h, rowsPerStep: block.rowsPerStep, width: width, lanes: block.stepRows, coefficients,
      into: block.laneRows(laneStatistics, stride: 2 * width), stride: 2 * width)
    for lane in block.lanes {
      let vectors = context.laneVectors(ofLane: lane)
      let sums = laneStatistics[(lane * 2 * width)..<((lane + 1) * 2 * width)]
      vectors[biasOffset..<(biasOffset + width)].copy(from: sums[0..<width])
      vectors[weightOffset..<(weightOffset + width)].copy(from: sums[width..<(2 * width)])
    }
  }

  /// Sums what `accumulateGradients` took over all workers, for `backward`. Collective.
  ///
  /// `losses`, a number for each lane, ride along with the step's flags: their canonical sum over all lanes is
  /// returned.
  func finishGradients(losses: BufferView<Double>) -> Double {
    let exchange = exchanges[1]
    let stride = exchange.floatStride
    reduceRows(
      laneStatistics, stride: 2 * width, count: 2 * width, schedule: context.laneReduction, into: ownRows(exchange),
      rootStride: stride, scratch: context.scratch)
    context.writeLosses(losses, to: exchange)
    context.team.complete(exchange)
    reduceRows(
      exchange.floats, stride: stride, count: 2 * width, schedule: exchange.schedule, into: statistics,
      rootStride: 2 * width, scratch: context.scratch)
    normalisationBackward(
      sums: statistics, samples: context.batchSize * steps, coefficients.first(width: width), into: backwardCoefficients
    )
    return context.readLosses(from: exchange, totals)
  }

  /// The gradient at the output, dy, gives way to that at the input h.
  func backward(_ block: LaneBlock, _ dy: BufferView<Float>, _ h: BufferView<Float>) {
    normaliseBackwardOverSteps(dy, h, rowsPerStep: block.rowsPerStep, steps: steps, backwardCoefficients)
  }

  private func ownRows(_ exchange: TreeExchange) -> BufferView<Float> {
    let stride = exchange.floatStride
    return exchange.floats[(exchange.ownRoots.lowerBound * stride)..<(exchange.ownRoots.upperBound * stride)]
  }
}
