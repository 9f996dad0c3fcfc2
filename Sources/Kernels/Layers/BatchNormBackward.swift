public import Memory

// The backward pass through BatchNorm; activations and statistics lie as in its forward kernels.

/// Each lane's Σdy and Σdy·x̂ for every step: `sums` (lanes, 2 · steps · width), rows `stride` apart; and summed over
/// the steps, the gradients of bias and weight, into `vectors`: (lanes, …), rows `vectorStride` apart, at the given
/// offsets. All overwritten. By itself it takes 7 cycles a vector on Zen 4, of which its two loads are two; of a
/// product's tiles see `SummingEpilogue`.
public struct LaneNormGradients: LanePass {
  let lanes: LaneRows
  let work: Work

  /// - dy, h: `lanes.steps` matrices (rowsPerStep, width).
  public init(
    _ dy: BufferView<Float>, _ h: BufferView<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows,
    _ coefficients: NormCoefficients, into sums: BufferView<Float>, stride: Int,
    vectors: BufferView<Float>, vectorStride: Int, weightOffset: Int, biasOffset: Int
  ) {
    let count = lanes.steps * width
    precondition(dy.count == rowsPerStep * count && h.count == dy.count, "activations of the wrong size")
    precondition(sums.count >= (lanes.rows.count - 1) * stride + 2 * count, "a row for each lane")
    self.lanes = lanes
    work = Work(
      dy: UnsafePointer(dy.base), h: UnsafePointer(h.base), rowsPerStep: rowsPerStep, panels: width / 16,
      mean: UnsafePointer(coefficients.mean.base),
      inverseDeviation: UnsafePointer(coefficients.inverseDeviation.base), sums: sums.base, stride: stride,
      count: count, weights: vectors.base + weightOffset, biases: vectors.base + biasOffset, vectorStride: vectorStride)
  }

  /// Sums all.
  public func run() { runAll() }

  struct Work: LaneWork {
    fileprivate(set) var dy, h: UnsafePointer<Float>
    let rowsPerStep, panels: Int
    fileprivate(set) var mean, inverseDeviation: UnsafePointer<Float>
    fileprivate(set) var sums: UnsafeMutablePointer<Float>
    let stride, count: Int
    fileprivate(set) var weights, biases: UnsafeMutablePointer<Float>
    let vectorStride: Int

    /// Goes to the channels from `channel` on, of every step.
    @inline(__always)
    mutating func begin(channel: Int) {
      dy += channel &* rowsPerStep
      h += channel &* rowsPerStep
      mean += channel
      inverseDeviation += channel
      sums += channel
      weights += channel
      biases += channel
    }

    @inline(__always)
    func run(_ piece: LanePiece, rows: Int) {
      var work = self
      work.begin(channel: piece.panel &* 16)
      let start = piece.step &* panels &* 16 &* rowsPerStep &+ piece.first &* 16
      let (dy, h) = (work.dy + start, work.h + start)
      var sums = Sums<OnePanel>(of: work, step: piece.step)
      for row in 0..<rows {
        sums.add(OnePanel.load(dy + row &* 16, 16), state: OnePanel.load(h + row &* 16, 16))
      }
      var totals = Totals<OnePanel>(of: work, lane: piece.lane)
      sums.store(to: work, lane: piece.lane, addingTo: &totals)
      totals.store(to: work, lane: piece.lane)
    }
  }

  /// The sums of a lane at one step, in the channels that its work has gone to.
  struct Sums<Block: ColumnBlock> {
    private let step, place: Int
    private let mean: Block
    private var plain = Block(repeating: 0)
    private var weighted = Block(repeating: 0)

    @inline(__always)
    init(of work: Work, step: Int) {
      self.step = step
      place = step &* work.panels &* 16
      mean = Block.load(work.mean + place, 16)
    }

    /// Adds a row of dy, whose h is `state`.
    @inline(__always)
    mutating func add(_ gradient: Block, state: Block) {
      var deviation = state
      deviation.subtract(mean)
      plain.add(gradient)
      weighted.accumulate(gradient, by: deviation)
    }

    /// Writes them, and adds them to those of the steps before.
    @inline(__always)
    func store(to work: Work, lane: Int, addingTo totals: inout Totals<Block>) {
      let weighted = weighted.multiplied(by: Block.load(work.inverseDeviation + place, 16))
      let sums = work.sums + (lane &* work.stride &+ place)
      plain.store(sums, 16)
      weighted.store(sums + work.count, 16)
      if step == 0 {
        (totals.plain, totals.weighted) = (plain, weighted)
      } else {
        totals.plain.add(plain)
        totals.weighted.add(weighted)
      }
    }
  }

  /// The sums of a lane over all steps so far.
  struct Totals<Block: ColumnBlock> {
    fileprivate var plain, weighted: Block

    @inline(__always)
    init(of work: Work, lane: Int) {
      plain = Block.load(work.biases + lane &* work.vectorStride, 16)
      weighted = Block.load(work.weights + lane &* work.vectorStride, 16)
    }

    @inline(__always)
    func store(to work: Work, lane: Int) {
      plain.store(work.biases + lane &* work.vectorStride, 16)
      weighted.store(work.weights + lane &* work.vectorStride, 16)
    }
  }
}

/// What the backward pass through normalising comes to: dh = offset + dy·scale + h·slope.
@safe
public struct NormBackwardCoefficients: Sendable {
  /// (steps, width) each.
  public let scale, slope, offset: BufferView<Float>

  /// Takes three views of one size.
  public init(scale: BufferView<Float>, slope: BufferView<Float>, offset: BufferView<Float>) {
    precondition(slope.count == scale.count && offset.count == scale.count, "views of different size")
    self.scale = scale
    self.slope = slope
    self.offset = offset
  }

  /// Those of one step.
  func step(_ t: Int, of steps: Int) -> NormBackwardCoefficients {
    let width = scale.count / steps
    let part = (t * width)..<((t + 1) * width)
    return NormBackwardCoefficients(scale: scale[part], slope: slope[part], offset: offset[part])
  }
}

/// The backward pass for the canonical sums of `laneNormGradients` over n = samples rows: dh = scale·(dy − Σdy/n −
/// x̂·Σdy·x̂/n). Overwrites `result`, whose scale may be that of the coefficients.
public func normalisationBackward(
  sums: BufferView<Float>, samples: Int, _ coefficients: NormCoefficients, into result: NormBackwardCoefficients
) {
  let count = coefficients.mean.count
  precondition(sums.count >= 2 * count && result.scale.count == count, "sums of the wrong size")
  let share = SIMD16<Float>(repeating: 1 / Float(samples))
  for place in stride(from: 0, to: count, by: 16) {
    let scale = load16(UnsafePointer(coefficients.scale.base + place))
    let inverse = load16(UnsafePointer(coefficients.inverseDeviation.base + place))
    let mean = load16(UnsafePointer(coefficients.mean.base + place))
    let slope = load16(UnsafePointer(sums.base + count + place)) * share * inverse * scale
    store16(result.scale.base + place, scale)
    store16(result.slope.base + place, -slope)
    store16(
      result.offset.base + place, (mean * slope) - load16(UnsafePointer(sums.base + place)) * share * scale)
  }
}

/// dh = offset + dy·scale + h·slope, in place of dy, and 0 where h isn't positive: the gradient before the ReLU.
/// All of as many steps (rowsPerStep, width) as the backwardCoefficients have.
/// Bound by two loads and a store for each vector, two cycles on Zen 4; it takes 3 to 4.5.
public func normaliseBackward(
  _ dy: BufferView<Float>, _ h: BufferView<Float>, rowsPerStep: Int, _ backwardCoefficients: NormBackwardCoefficients
) {
  let count = backwardCoefficients.scale.count
  precondition(dy.count == rowsPerStep * count && h.count == dy.count, "activations of the wrong size")
  for place in stride(from: 0, to: count, by: 16) {
    let scale = OnePanel.load(backwardCoefficients.scale.base + place, 0)
    let slope = OnePanel.load(backwardCoefficients.slope.base + place, 0)
    let offset = OnePanel.load(backwardCoefficients.offset.base + place, 0)
    for row in 0..<rowsPerStep {
      let element = (place * rowsPerStep) + row * 16
      let state = OnePanel.load(h.base + element, 0)
      var gradient = offset
      gradient.accumulate(OnePanel.load(dy.base + element, 0), by: scale)
      gradient.accumulate(state, by: slope)
      gradient.gated(by: state).store(dy.base + element, 0)
    }
  }
}
