/// The gradient of an embedding: for each token, the rows of `da` at which it was read, summed per lane in order of step
/// and stream and folded over the lanes.
///
/// - da: `lanes.steps` matrices (rowsPerStep, width).
/// - tokens: (steps, rowsPerStep), each below `vocabulary`.
/// - roots: root i's gradient (vocabulary, width), row by row, starts at `offset + i·rootStride`; overwritten, zero for
///   tokens that weren't read.
/// - order: scratch of `tokens.count` elements; heads: scratch of `vocabulary + 1`; stack: `16 · schedule.depth` elements.
///
/// A token's rows are found by a counting sort in lane order. Lanes without the token count as zero: see `FoldSchedule`.
public func embeddingGradient(
  _ da: Window<Float>, tokens: Window<Int32>, rowsPerStep: Int, width: Int, vocabulary: Int, lanes: LaneRows,
  schedule: FoldSchedule, roots: Window<Float>, offset: Int, rootStride: Int,
  order: Window<EmbeddingRow>, heads: Window<Int32>, stack: Window<Float>
) {
  precondition(da.count == lanes.steps * rowsPerStep * width && tokens.count == lanes.steps * rowsPerStep, "wrong size")
  precondition(order.count >= tokens.count && heads.count > vocabulary && stack.count >= 16 * schedule.depth, "scratch")
  sortByToken(
    tokens, rowsPerStep: rowsPerStep, width: width, lanes: lanes, order: order, heads: heads, vocabulary: vocabulary)
  schedule.folds.withUnsafeBufferPointer { folds in
    var start = 0
    for token in 0..<vocabulary {
      let end = Int(heads.base[token])
      for channel in stride(from: 0, to: width, by: 16) {
        let output = roots.base + offset + token * width + channel
        foldToken(
          UnsafeBufferPointer(start: order.base + start, count: end - start),
          UnsafePointer(da.base + channel * rowsPerStep),
          folds, schedule.roots, stack.base, output, rootStride)
      }
      start = end
    }
  }
}

/// Where a row that read a token lies: its lane, and its offset in `da`'s first panel.
public struct EmbeddingRow: BitwiseCopyable, Sendable {
  var lane: Int32
  var place: Int32
}

@inline(__always)
private func sortByToken(
  _ tokens: Window<Int32>, rowsPerStep: Int, width: Int, lanes: LaneRows, order: Window<EmbeddingRow>,
  heads: Window<Int32>, vocabulary: Int
) {
  let heads = heads.base
  for token in 0...vocabulary { heads[token] = 0 }
  for index in 0..<tokens.count {
    let token = Int(tokens.base[index])
    precondition(token >= 0 && token < vocabulary, "token outside the vocabulary")
    heads[token + 1] += 1
  }
  for token in 0..<vocabulary { heads[token + 1] += heads[token] }
  // Placing moves each head to the token's end.
  for (lane, rows) in lanes.rows.enumerated() {
    for step in 0..<lanes.steps {
      for row in rows {
        let token = Int(tokens.base[step * rowsPerStep + row])
        order.base[Int(heads[token])] = EmbeddingRow(
          lane: Int32(lane), place: Int32((step * width * rowsPerStep) + row * 16))
        heads[token] += 1
      }
    }
  }
}

@inline(__always)
private func foldToken(
  _ rows: UnsafeBufferPointer<EmbeddingRow>, _ da: UnsafePointer<Float>, _ folds: UnsafeBufferPointer<Int>,
  _ rootCount: Int, _ stack: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ rootStride: Int
) {
  if rows.isEmpty {
    for root in 0..<rootCount { store16(output + root * rootStride, SIMD16(repeating: 0)) }
    return
  }
  var next = 0
  var height = 0
  for lane in 0..<folds.count {
    var sum = SIMD16<Float>(repeating: 0)
    while next < rows.count && rows[next].lane == lane {
      sum += load16(da + Int(rows[next].place))
      next += 1
    }
    for _ in 0..<folds[lane] {
      height -= 1
      sum = load16(UnsafePointer(stack + height * 16)) + sum
    }
    store16(stack + height * 16, sum)
    height += 1
  }
  for root in 0..<height { store16(output + root * rootStride, load16(UnsafePointer(stack + root * 16))) }
}
