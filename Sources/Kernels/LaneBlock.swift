public import Memory

/// Where the rows of each lane lie in a pair of activations: `steps` runs of the lane's streams, one in each step's
/// matrix.
public struct LaneRows: Sendable {
  /// For each lane its rows within one step.
  public let rows: [Range<Int>]
  /// Number of steps.
  public let steps: Int

  /// Takes the rows of every lane and the number of steps.
  public init(rows: [Range<Int>], steps: Int) {
    self.rows = rows
    self.steps = steps
  }
}

/// Some neighbouring lanes of a worker, whose activations lie together so that they stay in cache from one kernel to
/// the next.
///
/// A block's activations over `steps` steps are `steps` matrices (rows, columns) in panels, one after the other, a row
/// for each of its streams. How a worker's lanes are cut into blocks changes speed only.
public struct LaneBlock: Sendable {
  /// The block's lanes among the worker's.
  public let lanes: Range<Int>
  /// The block's streams among the worker's.
  public let streams: Range<Int>
  /// Each lane's rows in each step's matrix.
  public let stepRows: LaneRows
  /// Each lane's rows in one matrix over all steps, in the order (lane, step, stream).
  public let runs: LaneRows

  /// Cuts a worker's lanes, whose streams are `rows`, into blocks of at most `limit` streams, but at least one lane.
  public static func cut(_ rows: [Range<Int>], steps: Int, limit: Int) -> [LaneBlock] {
    var result: [LaneBlock] = []
    var first = 0
    while first < rows.count {
      var end = first + 1
      while end < rows.count && rows[end].upperBound - rows[first].lowerBound <= limit { end += 1 }
      result.append(LaneBlock(Array(rows[first..<end]), firstLane: first, steps: steps))
      first = end
    }
    return result
  }

  /// Cuts a worker's lanes into blocks that the second-level cache holds with their activations over `steps` steps,
  /// `width` wide.
  ///
  /// Hidden weights that are wide are better read once for many streams: then a block is as large as 16 MiB of logits,
  /// for `vocabulary` of them a prediction, allow. A block is one lane at least.
  public static func cached(
    _ rows: [Range<Int>], steps: Int, width: Int, vocabulary: Int, caches: CacheSizes = .ofThisMachine
  ) -> [LaneBlock] {
    if isWide(width) {
      let streams = rows.last?.upperBound ?? 0
      let most = max((16 << 20) / (4 * steps * ((vocabulary + 15) / 16 * 16)), 4)
      let blocks = max((streams + most - 1) / most, 1)
      return cut(rows, steps: steps, limit: (streams + blocks - 1) / blocks)
    }
    let matrices = 4  // a, h and its gradient, and what the output layer keeps
    // Of 64 streams, say, the panels of a step would lie 4 KiB apart, and all their rows in few sets of the first-level
    // cache.
    let most = 48
    return cut(rows, steps: steps, limit: min(caches.second * 3 / 4 / (4 * matrices * steps * width), most))
  }

  /// Whether hidden weights of that width are larger than the first-level cache.
  public static func isWide(_ width: Int) -> Bool { width > 128 }

  /// The same lanes over another number of steps.
  public func over(steps: Int) -> LaneBlock {
    let first = streams.lowerBound
    return LaneBlock(
      stepRows.rows.map { ($0.lowerBound + first)..<($0.upperBound + first) }, firstLane: lanes.lowerBound, steps: steps
    )
  }

  private init(_ rows: [Range<Int>], firstLane: Int, steps: Int) {
    let start = rows[0].lowerBound
    lanes = firstLane..<(firstLane + rows.count)
    streams = start..<(rows.last?.upperBound ?? start)
    stepRows = LaneRows(rows: rows.map { ($0.lowerBound - start)..<($0.upperBound - start) }, steps: steps)
    runs = LaneRows(rows: stepRows.rows.map { ($0.lowerBound * steps)..<($0.upperBound * steps) }, steps: 1)
  }

  /// The part of activations (steps, all streams, width) that is this block's.
  @inlinable
  public func part(_ activations: BufferView<Float>, width: Int) -> BufferView<Float> {
    let count = stepRows.steps * width
    return activations[(streams.lowerBound * count)..<(streams.upperBound * count)]
  }

  /// The rows of this block's lanes in a matrix (lanes, …) whose rows are `stride` apart.
  @inlinable
  public func laneRows<Element>(_ rows: BufferView<Element>, stride: Int) -> BufferView<Element> {
    rows[(lanes.lowerBound * stride)..<(lanes.upperBound * stride)]
  }
}
