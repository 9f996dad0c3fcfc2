public import Memory

/// Where the rows of an embedding lie: row by row, or in panels as a decoder's weight that is tied to it.
@safe
public struct EmbeddingRows: Sendable {
  private let elements: BufferView<Float>
  private let vocabulary, panels, rowStride, panelStride: Int

  /// Of (vocabulary, width) row by row, `width` padded to 16.
  public init(_ rows: BufferView<Float>, width: Int) {
    precondition(width % 16 == 0 && width > 0 && rows.count % width == 0, "rows of another width")
    elements = rows
    vocabulary = rows.count / width
    panels = width / 16
    rowStride = width
    panelStride = 16
  }

  /// Of a matrix (vocabulary, width).
  public init(_ matrix: Panels) {
    elements = matrix.elements
    vocabulary = matrix.rows
    panels = matrix.panels
    rowStride = 16
    panelStride = matrix.panelStride
  }

  /// x = e[token] · factors[token] ⊙ mask, in this order: x (rows, width), overwritten, with a token for each row.
  ///
  /// - factors: a number for each row of the vocabulary, or none: embedding dropout.
  /// - mask: (rows, width), or none: input dropout.
  ///
  /// Traps on tokens outside the vocabulary. Bound by stores.
  public func gather(tokens: BufferView<Int32>, factors: BufferView<Float>? = nil, mask: Panels? = nil, into x: Panels)
  {
    precondition(tokens.count == x.rows && x.panels == panels, "one token for each row, and rows of one width")
    precondition(mask.map { $0.elements.count == x.elements.count } ?? true, "mask of another shape")
    checkTokens(tokens, factors: factors, vocabulary: vocabulary)
    let base = UnsafePointer(elements.base)
    for panel in 0..<panels {
      for row in 0..<x.rows {
        let token = Int(tokens.base[row])
        let place = panel &* x.panelStride &+ row &* 16
        var vector = load16(base + (token &* rowStride &+ panel &* panelStride))
        if let factors { vector *= SIMD16(repeating: factors.base[token]) }
        if let mask { vector *= load16(UnsafePointer(mask.base + place)) }
        store16(x.base + place, vector)
      }
    }
  }
}

private func checkTokens(_ tokens: BufferView<Int32>, factors: BufferView<Float>?, vocabulary: Int) {
  precondition(factors.map { $0.count >= vocabulary } ?? true, "a factor for each row of the vocabulary")
  for row in 0..<tokens.count {
    precondition(tokens.base[row] >= 0 && Int(tokens.base[row]) < vocabulary, "token outside the vocabulary")
  }
}
