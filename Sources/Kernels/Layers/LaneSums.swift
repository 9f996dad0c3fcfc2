public import Memory

/// How many rows of logits are largest at their target, the first of equal ones counting as the largest, for each run
/// of `runs` rows one after the other.
public func correctPredictions(
  _ logits: Panels, targets: BufferView<Int32>, runs: [Range<Int>], into counts: BufferView<Double>
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

/// How many elements of a row come before the one at `target`: those that are larger, and of equal ones the first. Not
/// counted beyond `limit`.
public func rankOfTarget(_ logits: Panels, row: Int, target: Int, limit: Int = .max) -> Int {
  precondition(row >= 0 && row < logits.rows && target >= 0 && target < logits.columns, "no such element")
  let line = logits.base + row * 16
  let own = line[target / 16 * logits.panelStride + target % 16]
  var rank = 0
  for column in 0..<logits.columns where column != target {
    let other = line[column / 16 * logits.panelStride + column % 16]
    // What isn't a number comes before all others, as where right predictions are counted.
    if column < target ? !(other < own) : !(other <= own) { rank += 1 }
    if rank >= limit { break }
  }
  return rank
}

/// The column of a row's largest element; of equal ones the first.
public func largestColumn(_ logits: Panels, row: Int) -> Int {
  precondition(row >= 0 && row < logits.rows, "no such row")
  let line = logits.base + row * 16
  var best = 0
  var largest = line[0]
  for column in 1..<max(1, logits.columns) {
    let value = line[column / 16 * logits.panelStride + column % 16]
    if value > largest { (best, largest) = (column, value) }
  }
  return best
}

/// Sums of losses in Float64 for each run of rows: `sums[run · stride]`, overwritten.
public func sumLosses(_ losses: BufferView<Float>, runs: [Range<Int>], into sums: BufferView<Double>, stride: Int) {
  for (run, rows) in runs.enumerated() {
    var sum = 0.0
    for row in rows { sum += Double(losses[row]) }
    sums[run * stride] = sum
  }
}

/// A vector for each of some lanes: rows of a matrix, `stride` apart, from an offset on.
@safe
public struct LaneVectors: Sendable {
  private let vectors: BufferView<Float>
  private let stride: Int

  /// - vectors: (lanes, stride); offset: where a lane's vector begins in its row.
  public init(_ vectors: BufferView<Float>, stride: Int, offset: Int) {
    self.vectors = vectors[offset..<vectors.count]
    self.stride = stride
  }

  func holds(lanes: Int, columns: Int) -> Bool { vectors.count >= (lanes - 1) * stride + (columns + 15) / 16 * 16 }

  @inline(__always)
  subscript(lane: Int) -> UnsafeMutablePointer<Float> { vectors.base + lane &* stride }
}

/// Column sums of each run of rows: the gradient of a bias. d (rows, columns) for each of `steps` matrices one after
/// the other; `sums` are overwritten, whole halves of panels. Bound by loads: one for each addition.
public func laneColumnSums(
  _ d: BufferView<Float>, rowsPerStep: Int, columns: Int, lanes: LaneRows, into sums: LaneVectors
) {
  let width = (columns + 15) / 16 * 16
  precondition(d.count >= rowsPerStep * width * lanes.steps, "wrong size")
  precondition(sums.holds(lanes: lanes.rows.count, columns: columns), "a vector for each lane")
  for (lane, rows) in lanes.rows.enumerated() {
    let output = sums[lane]
    var channel = 0
    while channel + 56 < columns {
      sumColumns(FourPanels.self, d, rowsPerStep, width, channel, rows, lanes.steps).store(output + channel, 16)
      channel += 64
    }
    while channel + 8 < columns {
      sumColumns(OnePanel.self, d, rowsPerStep, width, channel, rows, lanes.steps).store(output + channel, 16)
      channel += 16
    }
    if channel < columns {
      sumColumns(HalfPanel.self, d, rowsPerStep, width, channel, rows, lanes.steps).store(output + channel, 16)
    }
  }
}

/// Σ over `steps` runs of rows. Wide blocks keep as many additions under way as the adders can take.
@inline(__always)
private func sumColumns<Block: ColumnBlock>(
  _: Block.Type, _ d: BufferView<Float>, _ rowsPerStep: Int, _ width: Int, _ channel: Int, _ rows: Range<Int>,
  _ steps: Int
) -> Block {
  var sum = Block(repeating: 0)
  var column = UnsafePointer(d.base + channel * rowsPerStep + rows.lowerBound * 16)
  for _ in 0..<steps {
    for row in 0..<rows.count { sum.add(Block.load(column + row &* 16, rowsPerStep &* 16)) }
    column += width &* rowsPerStep
  }
  return sum
}
