public import Memory

/// Softmax cross-entropy of rows of logits.
///
/// - logits: (rows, classes), with anything in the padding. With `scale` they are overwritten by the gradient
///   (softmax − one-hot)·scale, and the padding by zero.
/// - targets: the class of each row, below `classes`.
/// - losses: (rows padded to 16), overwritten: ln Σ exp(logit) − logit of the target; unspecified in the padding.
/// - scratch: at least `softmaxScratch(classes:)` elements.
///
/// What is one number a row (maximum, sum, loss, quotient) is one vector operation for sixteen rows; and up to
/// `mostRows` are done at once, while their logits are in the first-level cache, so that these operations don't wait
/// for each other. Bound by the exponential's 12 multiply-adds an element.
///
/// Long rows are another job, four at a time (`LongSoftmaxJob`).
public func softmaxLoss(
  _ logits: Panels, targets: BufferView<Int32>, losses: BufferView<Float>, gradientScale scale: Float?,
  scratch: BufferView<Float>
) {
  let padded = (logits.rows + 15) / 16 * 16
  precondition(targets.count == logits.rows && losses.count == padded, "wrong size")
  precondition(scratch.count >= softmaxScratch(classes: logits.columns), "scratch is too small")
  if logits.columns > longRow {
    return LongSoftmaxJob(logits, scratch: scratch.base)
      .run(targets: UnsafePointer(targets.base), losses: losses.base, gradientScale: scale)
  }
  let job = SoftmaxJob(logits)
  // Of the last sixteen rows, those that aren't there give numbers that nobody reads.
  let chunk = logits.columns <= 64 ? mostRows : 16
  for row in stride(from: 0, to: logits.rows, by: chunk) {
    job.run(
      logits.base + row * 16, count: min(chunk, logits.rows - row), targets: UnsafePointer(targets.base + row),
      losses: losses.base + row, numbers: scratch.base, partial: scratch.base + mostRows, scale: scale)
  }
}

/// Rows that are done at once where their logits fit into the first-level cache.
private let mostRows = 64

/// More logits than that are a long row: sixteen such rows crowd the first-level cache. With AVX2 four at a time take
/// 0.96 of the time at 150 logits and 0.6 from 300 to 2,000, but 1.1 to 1.4 times as long at up to 128.
private let longRow = 128

/// Elements of scratch that `softmaxLoss` needs for so many classes: of short rows, a number for each of those that are
/// done at once, and 16 parts of its sum.
public func softmaxScratch(classes: Int) -> Int {
  classes > longRow ? LongSoftmaxJob.scratch(classes: classes) : mostRows + mostRows * 16
}

private struct SoftmaxJob {
  let panelStride: Int
  /// Panels before the last.
  let whole: Int
  /// Whether the last panel's second half is all padding: then the first halves of two rows make one vector.
  let endsInHalf: Bool
  /// All bits set where the last panel of a row, or the first halves of two rows', hold columns; the complement is
  /// padding.
  let used: SIMD16<Int32>
  /// −∞ in the padding.
  let lowest: SIMD16<Int32>

  init(_ logits: Panels) {
    panelStride = logits.panelStride
    whole = logits.panels - 1
    let last = Int32((logits.columns - 1) % 16)
    endsInHalf = last < 8
    used = SIMD16(repeating: 0).replacing(with: -1, where: (endsInHalf ? columnNumbers & 7 : columnNumbers) .<= last)
    lowest = ~used & unsafeBitCast(SIMD16<Float>(repeating: -.infinity), to: SIMD16<Int32>.self)
  }

  /// - line: the first row's logits; numbers: scratch, one element a row; partial: (16, 16), scratch.
  @inline(__always)
  func run(
    _ line: UnsafeMutablePointer<Float>, count: Int, targets: UnsafePointer<Int32>,
    losses: UnsafeMutablePointer<Float>, numbers: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>,
    scale: Float?
  ) {
    for row in 0..<count {
      losses[row] = line[row &* 16 &+ columnOffset(Int(targets[row]), panelStride)]
    }
    // Two rows at a time; the last of an odd number twice, to the same effect.
    for row in stride(from: 0, to: count, by: 2) {
      let next = min(row + 1, count - 1)
      partialMaxima(line + row &* 16, line + next &* 16, into: partial + row &* 16, partial + next &* 16)
    }
    for group in stride(from: 0, to: count, by: 16) {
      store16(numbers + group, reduceSixteenRows(UnsafePointer(partial + group &* 16), larger))
    }
    for row in stride(from: 0, to: count, by: 2) {
      let next = min(row + 1, count - 1)
      partialSums(
        line + row &* 16, line + next &* 16, maxima: (numbers[row], numbers[next]), keep: scale != nil,
        into: partial + row &* 16, partial + next &* 16)
    }
    for group in stride(from: 0, to: count, by: 16) {
      let sums = reduceSixteenRows(UnsafePointer(partial + group &* 16)) { $0 + $1 }
      let maxima = load16(UnsafePointer(numbers + group))
      store16(losses + group, logarithm(sums) + (maxima - load16(UnsafePointer(losses + group))))
      if let scale { store16(numbers + group, scale / sums) }
    }
    if let scale {
      for row in 0..<count { scaleRow(line + row &* 16, by: numbers[row]) }
      // In a loop of its own, whose loads don't wait for the rows' stores.
      for row in 0..<count { line[row &* 16 &+ columnOffset(Int(targets[row]), panelStride)] -= scale }
    }
  }

  /// The largest logits of two rows, in 16 parts. (Into memory, where results would go on their way back anyway.)
  @inline(__always)
  private func partialMaxima(
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>,
    into firstMaxima: UnsafeMutablePointer<Float>, _ secondMaxima: UnsafeMutablePointer<Float>
  ) {
    var a = SIMD16<Float>(repeating: -.infinity)
    var b = a
    var place = 0
    for _ in 0..<whole {
      a = larger(a, load16(UnsafePointer(first + place)))
      b = larger(b, load16(UnsafePointer(second + place)))
      place &+= panelStride
    }
    if endsInHalf {
      let end = lowered(bothHalves(first + place, second + place))
      a.lowHalf = larger(a.lowHalf, end.lowHalf)
      b.lowHalf = larger(b.lowHalf, end.highHalf)
    } else {
      a = larger(a, lowered(load16(UnsafePointer(first + place))))
      b = larger(b, lowered(load16(UnsafePointer(second + place))))
    }
    store16(firstMaxima, a)
    store16(secondMaxima, b)
  }

  /// Σ exp(logit − maximum) of two rows, in 16 parts each; with `keep`, the terms overwrite the logits.
  @inline(__always)
  private func partialSums(
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>, maxima: (Float, Float), keep: Bool,
    into firstSums: UnsafeMutablePointer<Float>, _ secondSums: UnsafeMutablePointer<Float>
  ) {
    var a = SIMD16<Float>(repeating: 0)
    var b = a
    var place = 0
    // Both rows are read before either is written: they may be one.
    for _ in 0..<whole {
      let x = exponentialOfNegative(load16(UnsafePointer(first + place)) - maxima.0)
      let y = exponentialOfNegative(load16(UnsafePointer(second + place)) - maxima.1)
      if keep {
        store16(first + place, x)
        store16(second + place, y)
      }
      a += x
      b += y
      place &+= panelStride
    }
    if endsInHalf {
      let both = SIMD16(lowHalf: SIMD8(repeating: maxima.0), highHalf: SIMD8(repeating: maxima.1))
      let end = cleared(exponentialOfNegative(bothHalves(first + place, second + place) - both))
      if keep {
        store8(first + place, end.lowHalf)
        store8(second + place, end.highHalf)
      }
      a.lowHalf += end.lowHalf
      b.lowHalf += end.highHalf
    } else {
      let x = cleared(exponentialOfNegative(load16(UnsafePointer(first + place)) - maxima.0))
      let y = cleared(exponentialOfNegative(load16(UnsafePointer(second + place)) - maxima.1))
      if keep {
        store16(first + place, x)
        store16(second + place, y)
      }
      a += x
      b += y
    }
    store16(firstSums, a)
    store16(secondSums, b)
  }

  /// The row of terms times `factor`; zero in all of the padding.
  @inline(__always)
  private func scaleRow(_ line: UnsafeMutablePointer<Float>, by factor: Float) {
    var place = line
    for _ in 0..<whole {
      store16(place, load16(UnsafePointer(place)) * factor)
      place += panelStride
    }
    if endsInHalf {
      store16(place, SIMD16(lowHalf: load8(UnsafePointer(place)) * factor, highHalf: SIMD8(repeating: 0)))
    } else {
      store16(place, load16(UnsafePointer(place)) * factor)
    }
  }

  /// −∞ in the padding.
  @inline(__always)
  private func lowered(_ x: SIMD16<Float>) -> SIMD16<Float> {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<Int32>.self) & used | lowest, to: SIMD16<Float>.self)
  }

  /// 0 in the padding.
  @inline(__always)
  private func cleared(_ x: SIMD16<Float>) -> SIMD16<Float> {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<Int32>.self) & used, to: SIMD16<Float>.self)
  }

  @inline(__always)
  private func bothHalves(
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>
  ) -> SIMD16<Float> {
    SIMD16(lowHalf: load8(UnsafePointer(first)), highHalf: load8(UnsafePointer(second)))
  }
}

let columnNumbers = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
