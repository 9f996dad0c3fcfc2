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
/// for each of its streams. A part of a block is a block of some of its lanes, whose rows stay in the whole's matrices.
/// How a worker's lanes are cut into blocks and parts changes speed only.
public struct LaneBlock: Sendable {
  /// The block's lanes among the worker's.
  public let lanes: Range<Int>
  /// The block's streams among the worker's.
  public let streams: Range<Int>
  /// The streams that each step's matrix has rows for: the block's own, or of a part those of the whole.
  public let matrixStreams: Range<Int>
  /// Each lane's rows in each step's matrix.
  public let stepRows: LaneRows
  /// Each lane's rows in one matrix of the block's own rows over all steps, in the order (lane, step, stream).
  public let runs: LaneRows

  /// Rows of each step's matrix.
  public var rowsPerStep: Int { matrixStreams.count }
  /// Rows of the block's own over all steps.
  public var rows: Int { streams.count * stepRows.steps }

  /// Cuts a worker's lanes, whose streams are `rows`, into blocks of at most `limit` streams, but at least one lane.
  public static func cut(_ rows: [Range<Int>], steps: Int, limit: Int) -> [LaneBlock] {
    cut(rows, firstLane: 0, steps: steps, limit: limit, matrixStreams: nil)
  }

  /// Cuts a worker's lanes into blocks that the second-level cache holds with their activations over `steps` steps,
  /// `width` wide: of about the same size, since a last one of few streams would wait for each step's end.
  ///
  /// Hidden weights that are wide are better read once for many streams, as many as keep the multiply-adds busy while
  /// the next weights come from beyond that cache. A block is one lane at least.
  public static func cached(
    _ rows: [Range<Int>], steps: Int, width: Int, caches: CacheSizes = .ofThisMachine
  ) -> [LaneBlock] {
    // a, h and its gradient, and what the output layer keeps.
    let bytesPerStream = 4 * 4 * steps * width
    // Of 64 streams, say, the panels of a step would lie 4 KiB apart, and all their rows in few sets of the first-level
    // cache. Where those have more than eight ways, short sequences are better done at once: at three steps of 64
    // streams in 0.983 of the time on Zen 5.
    let few = caches.first > 8 * 4096 && 64 * bytesPerStream <= caches.second / 4 ? 64 : 48
    let most = isWide(width) ? 128 : min(caches.second * 3 / 4 / bytesPerStream, few)
    return cutEvenly(rows, firstLane: 0, steps: steps, limit: most, matrixStreams: nil)
  }

  /// Whether hidden weights of that width are larger than the first-level cache.
  public static func isWide(_ width: Int) -> Bool { width > 128 }

  /// Whether the gradient of hidden weights of that width is better made of rows in lane order, at the price of a copy.
  ///
  /// That of wide weights is. Narrow tiles gain where more than four steps lie 4 KiB or more apart: rows of both
  /// operands then share few sets of the first-level cache, and are more than its usual eight ways.
  public func ordersRows(width: Int) -> Bool {
    Self.isWide(width) || !TileShape.isWide && stepRows.steps > 4 && rowsPerStep * width * 4 >= 4096
  }

  /// The parts that go through the output layer one after the other, of about the same size: of 16 MiB of logits at
  /// most, or one lane.
  public func outputParts(vocabulary: Int) -> [LaneBlock] {
    let rows = (16 << 20) / (4 * ((vocabulary + 15) / 16 * 16))
    return Self.cutEvenly(
      absoluteRows, firstLane: lanes.lowerBound, steps: stepRows.steps, limit: rows / max(stepRows.steps, 1),
      matrixStreams: matrixStreams)
  }

  /// The parts whose weight gradients are made one after the other, by products of inputs `depth` wide in all: of as
  /// many lanes as the second-level cache holds rows of these, but at least four. From one part to the next, sums of
  /// lanes stay as whole matrices: of lanes by the power of two they are few.
  public func gradientParts(depth: Int, caches: CacheSizes = .ofThisMachine) -> [LaneBlock] {
    var count = 4
    while count < lanes.count && 4 * depth * rows / lanes.count * 2 * count <= caches.second { count *= 2 }
    let all = absoluteRows
    return stride(from: 0, to: all.count, by: count).map { first in
      LaneBlock(
        Array(all[first..<min(first + count, all.count)]), firstLane: lanes.lowerBound + first, steps: stepRows.steps,
        matrixStreams: matrixStreams)
    }
  }

  /// The same lanes over another number of steps.
  public func over(steps: Int) -> LaneBlock {
    LaneBlock(absoluteRows, firstLane: lanes.lowerBound, steps: steps, matrixStreams: matrixStreams)
  }

  /// Each lane's streams among the worker's.
  private var absoluteRows: [Range<Int>] {
    let first = matrixStreams.lowerBound
    return stepRows.rows.map { ($0.lowerBound + first)..<($0.upperBound + first) }
  }

  /// Cuts lanes into as few blocks of at most `limit` streams as there must be, the largest of them as small as it can
  /// be.
  private static func cutEvenly(
    _ rows: [Range<Int>], firstLane: Int, steps: Int, limit: Int, matrixStreams: Range<Int>?
  ) -> [LaneBlock] {
    func blocks(_ limit: Int) -> [LaneBlock] {
      cut(rows, firstLane: firstLane, steps: steps, limit: limit, matrixStreams: matrixStreams)
    }
    guard let first = rows.first, let last = rows.last else { return [] }
    let fewest = blocks(limit).count
    var share = (last.upperBound - first.lowerBound) / fewest
    while true {
      let result = blocks(share)
      if result.count <= fewest { return result }
      share += 1
    }
  }

  private static func cut(
    _ rows: [Range<Int>], firstLane: Int, steps: Int, limit: Int, matrixStreams: Range<Int>?
  ) -> [LaneBlock] {
    var result: [LaneBlock] = []
    var first = 0
    while first < rows.count {
      var end = first + 1
      while end < rows.count && rows[end].upperBound - rows[first].lowerBound <= limit { end += 1 }
      result.append(
        LaneBlock(Array(rows[first..<end]), firstLane: firstLane + first, steps: steps, matrixStreams: matrixStreams))
      first = end
    }
    return result
  }

  /// - matrixStreams: nil for the block's own.
  private init(_ rows: [Range<Int>], firstLane: Int, steps: Int, matrixStreams: Range<Int>?) {
    let start = rows[0].lowerBound
    lanes = firstLane..<(firstLane + rows.count)
    let streams = start..<(rows.last?.upperBound ?? start)
    self.streams = streams
    self.matrixStreams = matrixStreams ?? streams
    let first = self.matrixStreams.lowerBound
    stepRows = LaneRows(rows: rows.map { ($0.lowerBound - first)..<($0.upperBound - first) }, steps: steps)
    runs = LaneRows(
      rows: rows.map { (($0.lowerBound - start) * steps)..<(($0.upperBound - start) * steps) }, steps: 1)
  }

  /// The part of activations (steps, all streams, width) that holds this block's: all of its matrices.
  @inlinable
  public func part(_ activations: BufferView<Float>, width: Int) -> BufferView<Float> {
    let count = stepRows.steps * width
    return activations[(matrixStreams.lowerBound * count)..<(matrixStreams.upperBound * count)]
  }

  /// The rows of this block's lanes in a matrix (lanes, …) whose rows are `stride` apart.
  @inlinable
  public func laneRows<Element>(_ rows: BufferView<Element>, stride: Int) -> BufferView<Element> {
    rows[(lanes.lowerBound * stride)..<(lanes.upperBound * stride)]
  }
}
