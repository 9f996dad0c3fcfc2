public import Memory

/// A dropout mask as a function: element (row, feature) is 0 with probability p, else 1/(1 − p), by a random word that
/// hangs on nothing but what is named here. Whoever asks for an element, on whatever worker and in whatever order, gets
/// the same number.
///
/// The word of an element is one of a block of `philox`. The seed is the key; the counter's words are the block's
/// number within the row, the row, the update step, and the place, phase and batch.
public struct DropoutMask: Sendable, Equatable {
  /// What is masked.
  public enum Site: Sendable, Equatable {
    /// Rows of the embedding, a number each.
    case embedding
    /// The embedded input; the state between a layer, counted from 0, and the next; what goes to the decoder.
    case input, hidden(layer: Int), output
    /// The hidden-to-hidden weights of a layer, counted from 0.
    case weight(layer: Int)
  }

  /// What the step belongs to.
  public enum Phase: Sendable, Equatable { case fit, finder }

  /// The probability of a zero.
  public let probability: Double
  let key: SIMD2<UInt32>
  /// The last two words of the counter.
  let step, purpose: UInt32
  /// Words below it make a zero.
  let threshold: UInt32

  /// The mask of one site in one batch.
  ///
  /// - updateStep: steps before this one in the phase, below 2³². batch: its number among those of the step, below 2¹⁹.
  /// - site: layers below 256.
  /// - probability: at least 0 and below 1.
  public init(seed: UInt64, phase: Phase, updateStep: Int, batch: Int, site: Site, probability: Double) {
    precondition(probability >= 0 && probability < 1, "a probability outside 0 ..< 1")
    precondition(batch >= 0 && batch < 1 << 19, "too many batches in a step")
    precondition(site.layer >= 0 && site.layer < 256, "too many layers")
    self.probability = probability
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    step = UInt32(updateStep)
    purpose = site.number | UInt32(site.layer) << 3 | (phase == .fit ? 0 : 1) << 11 | UInt32(batch) << 13
    threshold = UInt32(min((probability * 0x1p32).rounded(), 0x1p32 - 1))
  }

  /// What isn't zero: 1/(1 − p).
  public var factor: Float { Float(1 / (1 - probability)) }
}

extension DropoutMask.Site {
  fileprivate var number: UInt32 {
    switch self {
    case .embedding: 0
    case .input: 1
    case .hidden: 2
    case .output: 3
    case .weight: 4
    }
  }

  fileprivate var layer: Int {
    switch self {
    case .embedding, .input, .output: 0
    case .hidden(let layer), .weight(let layer): layer
    }
  }
}

extension DropoutMask {
  /// Fills `mask` (rows, width) for the global streams from `first` on; padding is zero.
  ///
  /// Feature f of a row takes word f/16 % 4 of the block f/64·16 + f % 16, so that sixteen blocks are 64 features in
  /// order.
  public func fill(_ mask: Panels, first: Int) {
    let value = SIMD16<Float>(repeating: factor)
    for group in stride(from: 0, to: mask.panels, by: 4) {
      let panels = min(4, mask.panels - group)
      let left = mask.columns - group * 16
      for row in 0..<mask.rows {
        let words = words(first: group &* 4, row: first &+ row)
        let place = mask.base + (group &* mask.panelStride &+ row &* 16)
        store16(place, without(tail: left, kept(value, words.0)))
        if panels > 1 { store16(place + mask.panelStride, without(tail: left &- 16, kept(value, words.1))) }
        if panels > 2 { store16(place + 2 &* mask.panelStride, without(tail: left &- 32, kept(value, words.2))) }
        if panels > 3 { store16(place + 3 &* mask.panelStride, without(tail: left &- 48, kept(value, words.3))) }
      }
    }
  }

  /// Fills `factors` with a number for each row of the vocabulary: that of row v is feature v of row 0. `factors` may
  /// be padded to whole vectors of 16; padding is zero.
  public func fill(_ factors: BufferView<Float>, vocabulary: Int) {
    fill(Panels(factors, rows: 1, columns: vocabulary), first: 0)
  }

  @inline(__always)
  func words(first: Int, row: Int) -> PhiloxWords {
    philoxWords(
      first: UInt32(truncatingIfNeeded: first), row: UInt32(truncatingIfNeeded: row), step, purpose, key: key)
  }

  /// `values`, and 0 where the words say so.
  @inline(__always)
  func kept(_ values: SIMD16<Float>, _ words: SIMD16<UInt32>) -> SIMD16<Float> {
    // word < threshold as the borrow of their difference, spread over all bits: comparisons of integers are done one by
    // one.
    let limit = SIMD16<UInt32>(repeating: threshold)
    let borrow = (~words & limit) | ((~words | limit) & (words &- limit))
    let dropped = unsafeBitCast(borrow, to: SIMD16<Int32>.self) &>> 31
    return unsafeBitCast(unsafeBitCast(values, to: SIMD16<Int32>.self) & ~dropped, to: SIMD16<Float>.self)
  }
}

/// `values` with 0 from element `count` on.
@inline(__always)
func without(tail count: Int, _ values: SIMD16<Float>) -> SIMD16<Float> {
  if count >= 16 { return values }
  let elements = SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  return values.replacing(with: 0, where: elements .>= SIMD16(repeating: Float(count)))
}
