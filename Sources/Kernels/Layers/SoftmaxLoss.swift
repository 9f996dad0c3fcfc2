/// Softmax cross-entropy of rows of logits.
///
/// - logits: (rows, classes). With `scale` they are overwritten by the gradient (softmax − one-hot)·scale, padding by zero.
/// - targets: the class of each row.
/// - losses: (rows padded to 16), overwritten: ln Σ exp(logit) − logit of the target.
/// - scratch: as long as `losses`.
public func softmaxLoss(
  _ logits: Panels, targets: Window<Int32>, losses: Window<Float>, gradientScale scale: Float?, scratch: Window<Float>
) {
  let padded = (logits.rows + 15) / 16 * 16
  precondition(targets.count == logits.rows && losses.count == padded && scratch.count == padded, "wrong size")
  let last = logits.panels - 1
  let lastMask = paddingMask(columns: logits.columns)
  let panelStride = logits.panelStride
  let tail = UnsafeMutablePointer(scratch.base + logits.rows)
  for row in 0..<(padded - logits.rows) { tail[row] = 1 }
  for row in 0..<logits.rows {
    let line = logits.base + row * 16
    var largest = SIMD16<Float>(repeating: -.infinity)
    for panel in 0..<last { largest = larger(largest, load16(UnsafePointer(line + panel * panelStride))) }
    let end = load16(UnsafePointer(line + last * panelStride)).replacing(with: -.infinity, where: lastMask)
    largest = larger(largest, end)
    let maximum = foldedMaximum(largest)
    let target = Int(targets.base[row])
    let targetLogit = line[target / 16 * panelStride + target % 16]
    var sum = SIMD16<Float>(repeating: 0)
    for panel in 0..<last {
      let place = line + panel * panelStride
      let power = exponential(load16(UnsafePointer(place)) - maximum)
      if scale != nil { store16(place, power) }
      sum += power
    }
    let power = exponential(end - maximum).replacing(with: 0, where: lastMask)
    sum += power
    let total = foldedSum(sum)
    scratch.base[row] = total
    losses.base[row] = maximum - targetLogit
    if let scale {
      let factor = scale / total
      for panel in 0..<last {
        let place = line + panel * panelStride
        store16(place, load16(UnsafePointer(place)) * factor)
      }
      store16(line + last * panelStride, power * factor)
      line[target / 16 * panelStride + target % 16] -= scale
    }
  }
  for row in stride(from: 0, to: padded, by: 16) {
    store16(
      losses.base + row,
      logarithm(load16(UnsafePointer(scratch.base + row))) + load16(UnsafePointer(losses.base + row)))
  }
}

/// The columns of the last panel that are padding.
@inline(__always)
private func paddingMask(columns: Int) -> SIMDMask<SIMD16<Int32>> {
  let used = Int32((columns - 1) % 16)
  return SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) .> used
}

/// How many rows of logits are largest at their target, the first of equal ones counting as the largest, for each run of
/// `runs` rows one after the other.
public func correctPredictions(
  _ logits: Panels, targets: Window<Int32>, runs: [Range<Int>], into counts: Window<Double>
) {
  precondition(targets.count == logits.rows && counts.count >= runs.count, "wrong size")
  for (run, rows) in runs.enumerated() {
    var correct = 0
    for row in rows {
      let target = Int(targets[row])
      let line = logits.base + row * 16
      let best = line[target / 16 * logits.panelStride + target % 16]
      var isLargest = true
      for column in 0..<logits.columns where column != target {
        let other = line[column / 16 * logits.panelStride + column % 16]
        if column < target ? !(other < best) : !(other <= best) {
          isLargest = false
          break
        }
      }
      if isLargest { correct += 1 }
    }
    counts[run] = Double(correct)
  }
}

/// Sums of losses in Float64 for each run of rows: `sums[run · stride]`, overwritten.
public func sumLosses(_ losses: Window<Float>, runs: [Range<Int>], into sums: Window<Double>, stride: Int) {
  for (run, rows) in runs.enumerated() {
    var sum = 0.0
    for row in rows { sum += Double(losses[row]) }
    sums[run * stride] = sum
  }
}

/// Column sums of each run of rows: the gradient of a bias. d (rows, columns) for each of `steps` matrices one after the
/// other; lane l's sum goes to `vectors[l·vectorStride + offset…]`, whole panels, overwritten.
public func laneColumnSums(
  _ d: Window<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows, into vectors: Window<Float>, vectorStride: Int,
  offset: Int
) {
  precondition(d.count == rowsPerStep * width * lanes.steps, "wrong size")
  for (lane, rows) in lanes.rows.enumerated() {
    for channel in stride(from: 0, to: width, by: 16) {
      var sum = SIMD16<Float>(repeating: 0)
      for step in 0..<lanes.steps {
        let column = UnsafePointer(d.base + (step * width + channel) * rowsPerStep + rows.lowerBound * 16)
        for row in 0..<rows.count { sum += load16(column + row * 16) }
      }
      store16(vectors.base + lane * vectorStride + offset + channel, sum)
    }
  }
}
