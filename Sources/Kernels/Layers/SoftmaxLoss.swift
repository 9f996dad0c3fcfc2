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
/// for each other. Bound by the exponential's eleven multiplications and additions an element.
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

  /// - line: the first row's logits; numbers: scratch, one element a row; partial: scratch, 16 elements a row.
  @inline(__always)
  func run(
    _ line: UnsafeMutablePointer<Float>, count: Int, targets: UnsafePointer<Int32>,
    losses: UnsafeMutablePointer<Float>, numbers: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>,
    scale: Float?
  ) {
    for row in 0..<count {
      losses[row] = line[row &* 16 &+ columnOffset(Int(targets[row]), panelStride)]
    }
    partialMaxima(UnsafePointer(line), count: count, into: partial)
    for group in stride(from: 0, to: count, by: 16) {
      store16(numbers + group, reduceSixteenRows(UnsafePointer(partial + group &* 16), larger))
    }
    partialSums(line, count: count, maxima: UnsafePointer(numbers), keep: scale != nil, into: partial)
    for group in stride(from: 0, to: count, by: 16) {
      let sums = reduceSixteenRows(UnsafePointer(partial + group &* 16)) { $0 + $1 }
      let maxima = load16(UnsafePointer(numbers + group))
      store16(losses + group, logarithm(sums) + (maxima - load16(UnsafePointer(losses + group))))
      if let scale { store16(numbers + group, scale / sums) }
    }
    if let scale {
      scaleRows(line, count: count, by: UnsafePointer(numbers))
      // In a loop of its own, whose loads don't wait for the rows' stores.
      for row in 0..<count { line[row &* 16 &+ columnOffset(Int(targets[row]), panelStride)] -= scale }
    }
  }

  /// The largest logit of each row, in 16 parts. Where the last panel is half padding, its other half goes into both
  /// halves of the parts.
  @inline(never)
  private func partialMaxima(
    _ line: UnsafePointer<Float>, count: Int, into partial: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<count {
      var maxima = SIMD16<Float>(repeating: -.infinity)
      var place = line + row &* 16
      for _ in 0..<whole {
        maxima = larger(maxima, load16(place))
        place += panelStride
      }
      let end = endsInHalf ? SIMD16(lowHalf: load8(place), highHalf: load8(place)) : load16(place)
      store16(partial + row &* 16, larger(maxima, lowered(end)))
    }
  }

  /// Σ exp(logit − maximum) of each row, in 16 parts; with `keep`, the terms overwrite the logits.
  ///
  /// Panel by panel, as the scaling is: panels that aren't spread lie a multiple of 4 KiB apart where they have 64 rows
  /// or as many again, and a load from one would wait for a store to another.
  @inline(never)
  private func partialSums(
    _ line: UnsafeMutablePointer<Float>, count: Int, maxima: UnsafePointer<Float>, keep: Bool,
    into partial: UnsafeMutablePointer<Float>
  ) {
    var panel = line
    if whole == 0 {
      for row in 0..<count { store16(partial + row &* 16, SIMD16(repeating: 0)) }
    }
    for number in 0..<whole {
      for row in 0..<count {
        let terms = exponentialOfNegative(load16(UnsafePointer(panel + row &* 16)) - maxima[row])
        if keep { store16(panel + row &* 16, terms) }
        store16(partial + row &* 16, number == 0 ? terms : load16(UnsafePointer(partial + row &* 16)) + terms)
      }
      panel += panelStride
    }
    if endsInHalf {
      // Two rows at a time, both read before either is written; the last of an odd number twice, to the same effect.
      for row in stride(from: 0, to: count, by: 2) {
        let next = min(row + 1, count - 1)
        let first = panel + row &* 16
        let second = panel + next &* 16
        let logits = SIMD16(lowHalf: load8(UnsafePointer(first)), highHalf: load8(UnsafePointer(second)))
        let both = SIMD16(lowHalf: SIMD8(repeating: maxima[row]), highHalf: SIMD8(repeating: maxima[next]))
        let terms = cleared(exponentialOfNegative(logits - both))
        if keep {
          store8(first, terms.lowHalf)
          store8(second, terms.highHalf)
        }
        let firstSum = load8(UnsafePointer(partial + row &* 16)) + terms.lowHalf
        let secondSum = load8(UnsafePointer(partial + next &* 16)) + terms.highHalf
        store8(partial + row &* 16, firstSum)
        store8(partial + next &* 16, secondSum)
      }
    } else {
      for row in 0..<count {
        let terms = cleared(exponentialOfNegative(load16(UnsafePointer(panel + row &* 16)) - maxima[row]))
        if keep { store16(panel + row &* 16, terms) }
        store16(partial + row &* 16, load16(UnsafePointer(partial + row &* 16)) + terms)
      }
    }
  }

  /// Each row of terms times its factor; zero in all of the padding.
  @inline(__always)
  private func scaleRows(_ line: UnsafeMutablePointer<Float>, count: Int, by factors: UnsafePointer<Float>) {
    var panel = line
    for _ in 0..<(endsInHalf ? whole : whole + 1) {
      for row in 0..<count {
        store16(panel + row &* 16, load16(UnsafePointer(panel + row &* 16)) * factors[row])
      }
      panel += panelStride
    }
    if endsInHalf {
      for row in 0..<count {
        let scaled = load8(UnsafePointer(panel + row &* 16)) * factors[row]
        store16(panel + row &* 16, SIMD16(lowHalf: scaled, highHalf: SIMD8(repeating: 0)))
      }
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
}

let columnNumbers = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
