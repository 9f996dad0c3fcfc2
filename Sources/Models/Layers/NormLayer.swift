public import Kernels
public import Memory
internal import Teams

/// `torch.nn.BatchNorm1d` over the streams of all workers: statistics, running statistics, and the backward pass,
/// exactly, whatever the number of workers.
///
/// An application normalises `steps` matrices (streams, hidden) at once, each with statistics of its own: all steps of
/// the batch where BatchNorm is outside the recurrence, one where it is inside and is applied once a step.
/// Forward, it takes the blocks of lanes by `accumulateStatistics` or `moments` before `finalizeStatistics`; backward,
/// by `differentiate` or `differentiation` before `reduce`, and again by `backward`.
@safe
public final class NormLayer {
  /// (width): running mean and variance.
  public let runningMean, runningVariance: BufferView<Float>
  private let name: String
  private let context: ModelContext
  private let steps: Int
  private let weight, bias: BufferView<Float>  // (width)
  private let weightOffset, biasOffset: Int
  private let coefficients: [NormCoefficients]  // one for each application, (steps, width)
  /// The coefficients of the backward pass of the application that was reduced last, good until the next `reduce`.
  public let backwardCoefficients: NormBackwardCoefficients
  private let laneStatistics: BufferView<Float>  // (lanes, 2, steps, width)
  private let statistics: BufferView<Float>  // (2, steps, width)
  private let applicationVectors: BufferView<Float>  // (lanes, 2, width)
  private let totals: BufferView<Double>  // (1 + flags): the loss, then the step's flags
  private let laneMomentSchedule, rootMomentSchedule: MomentSchedule
  // Two, used in turn: by the time one is written again, all have read it.
  private let exchanges: [TreeExchange]
  private var turn = 0

  /// The layer whose parameters are `name.weight` and `name.bias`; collective.
  ///
  /// - steps: matrices in an application; applications: how often it is applied in a batch.
  public init(_ context: ModelContext, _ name: String, steps: Int, applications: Int) {
    self.name = name
    self.context = context
    self.steps = steps
    weight = context.vector("\(name).weight")
    bias = context.vector("\(name).bias")
    weightOffset = context.vectorOffset("\(name).weight")
    biasOffset = context.vectorOffset("\(name).bias")
    let width = context.width
    let count = steps * width
    runningMean = context.make(width)
    runningVariance = context.make(width)
    runningVariance[0..<context.hidden].fill(1)
    coefficients = (0..<applications).map { _ in
      NormCoefficients(
        mean: context.make(count), inverseDeviation: context.make(count), scale: context.make(count),
        shift: context.make(count))
    }
    backwardCoefficients = NormBackwardCoefficients(
      scale: context.make(count), slope: context.make(count), offset: context.make(count))
    laneStatistics = context.make(context.laneRows.count * 2 * count)
    statistics = context.make(2 * count)
    applicationVectors = context.make(context.laneRows.count * 2 * width)
    totals = context.make(1 + StepFlags.count)
    laneMomentSchedule = MomentSchedule(context.laneReduction, counts: context.laneRows.map(\.count))
    let team = context.team
    exchanges = (0..<2).map { _ in team.makeTreeExchange(floats: 2 * count, doubles: 1 + StepFlags.count) }
    rootMomentSchedule = MomentSchedule(exchanges[0].schedule, counts: context.rootStreams)
  }

  /// Mean and variance by PyTorch's names.
  public var runningStatistics: [(name: String, values: BufferView<Float>)] {
    [
      ("\(name).running_mean", runningMean[0..<context.hidden]),
      ("\(name).running_var", runningVariance[0..<context.hidden]),
    ]
  }

  /// Takes the statistics of h (steps, block's streams, hidden) for each of the block's lanes.
  public func accumulateStatistics(_ block: LaneBlock, _ h: BufferView<Float>) {
    moments(block).take(h, rowsPerStep: block.rowsPerStep)
  }

  /// What takes these statistics, to be done beside other work.
  public func moments(_ block: LaneBlock) -> LaneMoments {
    let stride = 2 * steps * context.width
    return LaneMoments(
      block.stepRows, width: context.width, into: block.laneRows(laneStatistics, stride: stride), stride: stride)
  }

  /// The coefficients for what has been observed on all workers; updates the running statistics. Collective. They are
  /// good until the application's next turn.
  public func finalizeStatistics(application: Int = 0) -> NormCoefficients {
    let count = steps * context.width
    let exchange = nextExchange()
    let stride = exchange.floatStride
    mergeMoments(
      laneStatistics, stride: 2 * count, count: count, schedule: laneMomentSchedule,
      into: exchange.floats[(exchange.ownRoots.lowerBound * stride)..<(exchange.ownRoots.upperBound * stride)],
      rootStride: stride, scratch: context.scratch)
    context.team.complete(exchange)
    mergeMoments(
      exchange.floats, stride: stride, count: count, schedule: rootMomentSchedule, into: statistics,
      rootStride: 2 * count, scratch: context.scratch)
    normalisation(
      moments: statistics, samples: context.batchSize, weight: weight, bias: bias, width: context.width,
      running: (runningMean, runningVariance), into: coefficients[application])
    return coefficients[application]
  }

  /// The coefficients of evaluation, from the running statistics, the same for each step and application.
  public func evaluation() -> NormCoefficients {
    normalisation(
      running: (runningMean, runningVariance), weight: weight, bias: bias, width: context.width, into: coefficients[0])
    return coefficients[0]
  }

  /// Takes the block's share of the sums that the backward pass needs, from `dy` (steps, block's streams, hidden), the
  /// gradient at the application's output, and its input h. Adds the gradients of weight and bias to the lanes'
  /// vectors, or overwrites those where `isFirst`.
  public func differentiate(
    _ block: LaneBlock, _ dy: BufferView<Float>, _ h: BufferView<Float>, application: Int = 0, isFirst: Bool = true
  ) {
    guard !isFirst else { return differentiation(block, dy, h, application: application).run() }
    let count = steps * context.width
    let width = context.width
    LaneNormGradients(
      dy, h, rowsPerStep: block.rowsPerStep, width: width, lanes: block.stepRows, coefficients[application],
      into: block.laneRows(laneStatistics, stride: 2 * count), stride: 2 * count,
      vectors: block.laneRows(applicationVectors, stride: 2 * width), vectorStride: 2 * width, weightOffset: 0,
      biasOffset: width
    ).run()
    for lane in block.lanes { addToVectors(ofLane: lane) }
  }

  /// What `differentiate` does for the first application, to be done beside other work.
  public func differentiation(
    _ block: LaneBlock, _ dy: BufferView<Float>, _ h: BufferView<Float>, application: Int = 0
  ) -> LaneNormGradients {
    let count = steps * context.width
    let vectorCount = context.layout.vectorCount
    return LaneNormGradients(
      dy, h, rowsPerStep: block.rowsPerStep, width: context.width, lanes: block.stepRows, coefficients[application],
      into: block.laneRows(laneStatistics, stride: 2 * count), stride: 2 * count,
      vectors: block.laneRows(context.laneVectors, stride: vectorCount), vectorStride: vectorCount,
      weightOffset: weightOffset, biasOffset: biasOffset)
  }

  /// Sums what `differentiate` took of an application over all workers, which gives its `backwardCoefficients`.
  /// Collective.
  ///
  /// `losses`, a number for each lane, ride along with the step's flags: their canonical sum over all lanes is
  /// returned.
  public func reduce(application: Int = 0, losses: BufferView<Double>? = nil) -> Double {
    let count = steps * context.width
    let exchange = nextExchange()
    let stride = exchange.floatStride
    let own = exchange.ownRoots
    reduceRows(
      laneStatistics, stride: 2 * count, count: 2 * count, schedule: context.laneReduction,
      into: exchange.floats[(own.lowerBound * stride)..<(own.upperBound * stride)], rootStride: stride,
      scratch: context.scratch)
    if let losses { context.writeLosses(losses, to: exchange) }
    context.team.complete(exchange)
    reduceRows(
      exchange.floats, stride: stride, count: 2 * count, schedule: exchange.schedule, into: statistics,
      rootStride: 2 * count, scratch: context.scratch)
    normalisationBackward(
      sums: statistics, samples: context.batchSize, coefficients[application], into: backwardCoefficients)
    return losses == nil ? 0 : context.readLosses(from: exchange, totals)
  }

  /// The backward pass of a block through the application that was reduced last, and the ReLU before it, whose output h
  /// is: the gradient at the application's output gives way to that before the ReLU.
  public func backward(_ block: LaneBlock, _ dy: BufferView<Float>, _ h: BufferView<Float>) {
    normaliseBackward(dy, h, rowsPerStep: block.rowsPerStep, backwardCoefficients)
  }

  private func nextExchange() -> TreeExchange {
    turn ^= 1
    return exchanges[turn]
  }

  private func addToVectors(ofLane lane: Int) {
    let width = context.width
    let from = lane * 2 * width
    let to = lane * context.layout.vectorCount
    add(applicationVectors[from..<(from + width)], to: weightOffset + to)
    add(applicationVectors[(from + width)..<(from + 2 * width)], to: biasOffset + to)
  }

  private func add(_ row: BufferView<Float>, to offset: Int) {
    accumulate(row, into: context.laneVectors[offset..<(offset + row.count)])
  }
}
