internal import Memory

/// Softmax cross-entropy of rows of which the first-level cache doesn't hold sixteen, four at a time: `softmaxLoss` of
/// many classes.
///
/// Of many classes a row's logits come from the third-level cache, a line from each panel. So they are read once and
/// written once: what looks for the largest copies them, the copy holds the terms exp(logit − maximum), and what scales
/// these writes the gradient. Panels that are spread (`Panels.spread`) stay in the second level meanwhile, those that
/// lie a multiple of 4 KiB apart don't. Bound by the exponential's 12 multiply-adds an element, and by that traffic.
struct LongSoftmaxJob {
  /// Rows that are done at once: 256 bytes of each panel.
  static let rows = 4
  /// Elements of scratch for so many classes.
  static func scratch(classes: Int) -> Int { 32 + rows * 16 + Panels.count(rows: rows, columns: classes) }

  private let logits: Panels
  /// One element a row; 16 parts of each; (4, classes) in panels.
  private let losses, numbers, partial, terms: UnsafeMutablePointer<Float>
  /// All bits set where the last panel holds columns; the complement is padding.
  private let used: SIMD16<Int32>

  init(_ logits: Panels, scratch: UnsafeMutablePointer<Float>) {
    self.logits = logits
    losses = scratch
    numbers = scratch + 16
    partial = scratch + 32
    terms = scratch + (32 + Self.rows * 16)
    used = SIMD16(repeating: 0).replacing(with: -1, where: columnNumbers .<= Int32((logits.columns - 1) % 16))
  }

  /// Does all rows: see `softmaxLoss`.
  func run(
    targets: UnsafePointer<Int32>, losses result: UnsafeMutablePointer<Float>, gradientScale scale: Float?
  ) {
    for first in stride(from: 0, to: logits.rows, by: Self.rows) {
      let count = min(Self.rows, logits.rows - first)
      let line = logits.base + first * 16
      // Where four rows aren't left, the last one is done again, to the same effect.
      let places = Four { min($0, count - 1) * 16 }
      for row in 0..<count { losses[row] = logit(first + row, targets).pointee }
      store(copyMaxima(line, places))
      store16(numbers, reduce(larger))
      store(sumTerms())
      let sums = reduce { $0 + $1 }
      let loss = logarithm(sums) + (load16(UnsafePointer(numbers)) - load16(UnsafePointer(losses)))
      store16(losses, loss)
      (result + first).update(from: losses, count: count)
      guard let scale else { continue }
      store16(numbers, scale / sums)
      scaleTerms(into: line, places)
      for row in 0..<count { logit(first + row, targets).pointee -= scale }
    }
  }

  /// A row's element at its target.
  private func logit(_ row: Int, _ targets: UnsafePointer<Int32>) -> UnsafeMutablePointer<Float> {
    logits.base + (row * 16 + columnOffset(Int(targets[row]), logits.panelStride))
  }

  /// Copies four rows of logits, with −∞ in their padding, and takes the largest of each, in 16 parts.
  @inline(__always)
  private func copyMaxima(_ line: UnsafeMutablePointer<Float>, _ places: Four<Int>) -> Four<SIMD16<Float>> {
    let lowest = ~used & unsafeBitCast(SIMD16<Float>(repeating: -.infinity), to: SIMD16<Int32>.self)
    var maxima = Four { _ in SIMD16<Float>(repeating: -.infinity) }
    var (source, target) = (UnsafePointer(line), terms)
    for _ in 1..<logits.panels {
      maxima.update(places) { maximum, place, row in
        let logit = load16(source + place)
        store16(target + row &* 16, logit)
        maximum = larger(maximum, logit)
      }
      source += logits.panelStride
      target += Self.rows &* 16
    }
    maxima.update(places) { maximum, place, row in
      let bits = unsafeBitCast(load16(source + place), to: SIMD16<Int32>.self) & used | lowest
      let logit = unsafeBitCast(bits, to: SIMD16<Float>.self)
      store16(target + row &* 16, logit)
      maximum = larger(maximum, logit)
    }
    return maxima
  }

  /// Overwrites the copy with exp(logit − maximum), 0 in the padding, and adds up each row, in 16 parts.
  @inline(__always)
  private func sumTerms() -> Four<SIMD16<Float>> {
    let maxima = Four { numbers[$0] }
    var sums = Four { _ in SIMD16<Float>(repeating: 0) }
    var place = terms
    for _ in 0..<logits.panels {
      sums.update(maxima) { sum, maximum, row in
        let term = exponentialOfNegative(load16(UnsafePointer(place + row &* 16)) - maximum)
        store16(place + row &* 16, term)
        sum += term
      }
      place += Self.rows &* 16
    }
    return sums
  }

  /// Overwrites four rows of logits with their terms, each times its number.
  @inline(__always)
  private func scaleTerms(into line: UnsafeMutablePointer<Float>, _ places: Four<Int>) {
    var factors = Four { SIMD16(repeating: numbers[$0]) }
    var (source, target) = (UnsafePointer(terms), line)
    for _ in 0..<logits.panels {
      factors.update(places) { factor, place, row in
        store16(target + place, load16(source + row &* 16) * factor)
      }
      source += Self.rows &* 16
      target += logits.panelStride
    }
  }

  /// Stores each row's parts, where `reduce` takes them.
  @inline(__always)
  private func store(_ parts: Four<SIMD16<Float>>) {
    var parts = parts
    parts.update(parts) { part, _, row in store16(partial + row &* 16, part) }
  }

  /// What each row's parts come to, in one vector, whose other elements are what happens to lie behind.
  @inline(__always)
  private func reduce(_ combine: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>) -> SIMD16<Float> {
    reduceSixteenRows(UnsafePointer(partial), combine)
  }
}

/// One of each of four rows.
private struct Four<Element> {
  var r0, r1, r2, r3: Element

  @inline(__always)
  init(_ element: (Int) -> Element) { (r0, r1, r2, r3) = (element(0), element(1), element(2), element(3)) }

  /// Calls `body` with each row's element, what `other` holds of it, and its number.
  @inline(__always)
  mutating func update<Other>(_ other: Four<Other>, _ body: (inout Element, Other, Int) -> Void) {
    body(&r0, other.r0, 0)
    body(&r1, other.r1, 1)
    body(&r2, other.r2, 2)
    body(&r3, other.r3, 3)
  }
}
