public import Memory

// BatchNorm over the streams of all workers, for `steps` applications at once. Activations are `steps` matrices
// (rows, hidden) in panels, one after the other; statistics and coefficients are rows of `steps · width` elements,
// width = hidden padded to 16: element (t, channel) at t·width + channel.

/// What normalising with given statistics comes to: y = h·scale + shift, and x̂ = (h − mean)·inverseDeviation.
@safe
public struct NormCoefficients: Sendable {
  /// (steps, width) each.
  public let mean, inverseDeviation, scale, shift: BufferView<Float>

  /// Takes four views of one size.
  public init(
    mean: BufferView<Float>, inverseDeviation: BufferView<Float>, scale: BufferView<Float>, shift: BufferView<Float>
  ) {
    self.mean = mean
    self.inverseDeviation = inverseDeviation
    self.scale = scale
    self.shift = shift
  }
}

/// Coefficients from the statistics of `samples` rows: means and sums of squares as in `LaneMoments`; weight and bias
/// (width). With `running` (mean and variance, width each), these are updated once for each step, in order: momentum
/// 0.1, unbiased.
public func normalisation(
  moments: BufferView<Float>, samples: Int, weight: BufferView<Float>, bias: BufferView<Float>, width: Int,
  running: (mean: BufferView<Float>, variance: BufferView<Float>)?, into result: NormCoefficients
) {
  let count = result.mean.count
  precondition(moments.count >= 2 * count && count % width == 0, "moments of the wrong size")
  let biased = SIMD16<Float>(repeating: 1 / Float(samples))
  let unbiased = SIMD16<Float>(repeating: 1 / Float(max(samples - 1, 1)))
  for place in stride(from: 0, to: count, by: 16) {
    let channel = place % width
    let mean = load16(UnsafePointer(moments.base + place))
    let squares = load16(UnsafePointer(moments.base + count + place))
    setCoefficients(
      mean: mean, variance: squares * biased, weight: weight, bias: bias, channel: channel, place: place, result)
    if let running {
      let oldMean = load16(UnsafePointer(running.mean.base + channel))
      let oldVariance = load16(UnsafePointer(running.variance.base + channel))
      store16(running.mean.base + channel, (oldMean * 0.9).addingProduct(mean, SIMD16(repeating: 0.1)))
      store16(
        running.variance.base + channel, (oldVariance * 0.9).addingProduct(squares * unbiased, SIMD16(repeating: 0.1)))
    }
  }
}

/// Coefficients from the running statistics, the same for every step: evaluation.
public func normalisation(
  running: (mean: BufferView<Float>, variance: BufferView<Float>), weight: BufferView<Float>, bias: BufferView<Float>,
  width: Int,
  into result: NormCoefficients
) {
  for place in stride(from: 0, to: result.mean.count, by: 16) {
    let channel = place % width
    setCoefficients(
      mean: load16(UnsafePointer(running.mean.base + channel)),
      variance: load16(UnsafePointer(running.variance.base + channel)), weight: weight, bias: bias, channel: channel,
      place: place, result)
  }
}

@inline(__always)
private func setCoefficients(
  mean: SIMD16<Float>, variance: SIMD16<Float>, weight: BufferView<Float>, bias: BufferView<Float>, channel: Int,
  place: Int,
  _ result: NormCoefficients
) {
  // A variance beyond Float's range leaves x̂ = 0 and not NaN: the LR finder goes that far.
  let inverse = reciprocalSquareRoot(variance + 1e-5).replacing(with: 0, where: variance .== .infinity)
  let scale = load16(UnsafePointer(weight.base + channel)) * inverse
  store16(result.mean.base + place, mean)
  store16(result.inverseDeviation.base + place, inverse)
  store16(result.scale.base + place, scale)
  store16(result.shift.base + place, load16(UnsafePointer(bias.base + channel)) - mean * scale)
}

/// y = h·scale + shift, with the rows of y in lane order (lane, step, stream): y (rows of the lanes in all steps,
/// width), overwritten. Bound by stores, one of 64 bytes in two cycles on Zen 4, where it works beside a product; by
/// itself it takes 3.3 to 4.8 cycles a vector.
public struct Normalisation: LanePass {
  let y: Panels
  let lanes: LaneRows
  let work: Work

  /// - h: `lanes.steps` matrices (rowsPerStep, width).
  public init(
    _ h: BufferView<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows, _ coefficients: NormCoefficients,
    into y: Panels
  ) {
    precondition(
      h.count == lanes.steps * rowsPerStep * width && y.rows == lanes.steps * lanes.rows.reduce(0) { $0 + $1.count }
        && y.panels * 16 == width, "activations of the wrong size")
    self.y = y
    self.lanes = lanes
    work = Work(
      h: UnsafePointer(h.base), rowsPerStep: rowsPerStep, panels: width / 16,
      scale: UnsafePointer(coefficients.scale.base), shift: UnsafePointer(coefficients.shift.base), y: y.base,
      panelStride: y.panelStride)
  }

  /// Normalises all.
  public func run() { runAll() }

  struct Work: LaneWork {
    let h: UnsafePointer<Float>
    let rowsPerStep, panels: Int
    let scale, shift: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>
    let panelStride: Int

    @inline(__always)
    func run(_ piece: LanePiece, rows: Int) {
      let place = (piece.step &* panels &+ piece.panel) &* 16
      let scale = load16(scale + place)
      let shift = load16(shift + place)
      let input = h + (place &* rowsPerStep &+ piece.first &* 16)
      let output = y + (piece.panel &* panelStride &+ piece.orderedRow &* 16)
      for row in 0..<rows {
        store16(output + row &* 16, shift.addingProduct(load16(input + row &* 16), scale))
      }
    }
  }
}
