public import Memory

// BatchNorm with one mean and variance for all rows of all steps (fastai's BatchNorm1dFlat). Activations are
// `lanes.steps` matrices (rowsPerStep, width) in panels, one after the other; statistics and coefficients have `width`
// elements, padded to 16.
//
// Between these kernels work those of a single application: `mergeMoments`, `normalisation` and `normalisationBackward`
// on rows of `width`. `Normalisation` takes coefficients for each step: `NormCoefficients.repeatFirst` makes them.

/// Mean and sum of squared deviations of each lane over all steps: `moments` (lanes, 2 · width), rows `stride` apart,
/// overwritten. Two passes, each in order of step and stream.
public func laneMomentsOverSteps(
  _ h: BufferView<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows, into moments: BufferView<Float>, stride: Int
) {
  let size = rowsPerStep * width
  precondition(h.count == lanes.steps * size, "activations of the wrong size")
  precondition(moments.count >= (lanes.rows.count - 1) * stride + 2 * width, "a row for each lane")
  for (lane, rows) in lanes.rows.enumerated() {
    let share = SIMD16<Float>(repeating: 1 / Float(rows.count * lanes.steps))
    for channel in Swift.stride(from: 0, to: width, by: 16) {
      let column = UnsafePointer(h.base + (channel * rowsPerStep + rows.lowerBound * 16))
      var sum = SIMD16<Float>(repeating: 0)
      for step in 0..<lanes.steps {
        for row in 0..<rows.count { sum += load16(column + (step &* size &+ row &* 16)) }
      }
      let mean = sum * share
      var squares = SIMD16<Float>(repeating: 0)
      for step in 0..<lanes.steps {
        for row in 0..<rows.count {
          let deviation = load16(column + (step &* size &+ row &* 16)) - mean
          squares = squares.addingProduct(deviation, deviation)
        }
      }
      store16(moments.base + (lane * stride + channel), mean)
      store16(moments.base + (lane * stride + width + channel), squares)
    }
  }
}

extension NormCoefficients {
  /// The first `width` elements of each.
  public func first(width: Int) -> NormCoefficients {
    NormCoefficients(
      mean: mean[0..<width], inverseDeviation: inverseDeviation[0..<width], scale: scale[0..<width],
      shift: shift[0..<width])
  }

  /// Overwrites the coefficients of every step but the first, of `width` elements each, with those of the first.
  public func repeatFirst(width: Int) {
    for view in [mean, inverseDeviation, scale, shift] {
      for place in stride(from: width, to: view.count, by: width) {
        view[place..<(place + width)].copy(from: view[0..<width])
      }
    }
  }
}

/// Each lane's Σdy and Σdy·x̂ over all steps, in order of step and stream: the gradients of bias and weight, and what
/// the backward pass needs. `sums` (lanes, 2 · width), rows `stride` apart, overwritten. Of the coefficients the first
/// `width` are used.
public func laneNormGradientsOverSteps(
  _ dy: BufferView<Float>, _ h: BufferView<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows,
  _ coefficients: NormCoefficients, into sums: BufferView<Float>, stride: Int
) {
  let size = rowsPerStep * width
  precondition(dy.count == lanes.steps * size && h.count == dy.count, "activations of the wrong size")
  precondition(coefficients.mean.count >= width, "coefficients of the wrong size")
  precondition(sums.count >= (lanes.rows.count - 1) * stride + 2 * width, "a row for each lane")
  for (lane, rows) in lanes.rows.enumerated() {
    for channel in Swift.stride(from: 0, to: width, by: 16) {
      let mean = load16(UnsafePointer(coefficients.mean.base + channel))
      let start = channel * rowsPerStep + rows.lowerBound * 16
      let (gradients, states) = (UnsafePointer(dy.base + start), UnsafePointer(h.base + start))
      var plain = SIMD16<Float>(repeating: 0)
      var weighted = SIMD16<Float>(repeating: 0)
      for step in 0..<lanes.steps {
        for row in 0..<rows.count {
          let place = step &* size &+ row &* 16
          let gradient = load16(gradients + place)
          plain += gradient
          weighted = weighted.addingProduct(gradient, load16(states + place) - mean)
        }
      }
      weighted *= load16(UnsafePointer(coefficients.inverseDeviation.base + channel))
      store16(sums.base + (lane * stride + channel), plain)
      store16(sums.base + (lane * stride + width + channel), weighted)
    }
  }
}

/// dh = offset + dy·scale + h·slope, in place of dy: the backward pass through the same normalisation of all steps,
/// without a ReLU before it. `backwardCoefficients` are those of one step, (width).
public func normaliseBackwardOverSteps(
  _ dy: BufferView<Float>, _ h: BufferView<Float>, rowsPerStep: Int, steps: Int,
  _ backwardCoefficients: NormBackwardCoefficients
) {
  let width = backwardCoefficients.scale.count
  precondition(dy.count == steps * rowsPerStep * width && h.count == dy.count, "activations of the wrong size")
  for step in 0..<steps {
    for channel in stride(from: 0, to: width, by: 16) {
      let scale = load16(UnsafePointer(backwardCoefficients.scale.base + channel))
      let slope = load16(UnsafePointer(backwardCoefficients.slope.base + channel))
      let offset = load16(UnsafePointer(backwardCoefficients.offset.base + channel))
      let first = (step * width + channel) * rowsPerStep
      for row in 0..<rowsPerStep {
        let place = first &+ row &* 16
        let gradient = offset.addingProduct(load16(UnsafePointer(dy.base + place)), scale)
        store16(dy.base + place, gradient.addingProduct(load16(UnsafePointer(h.base + place)), slope))
      }
    }
  }
}
