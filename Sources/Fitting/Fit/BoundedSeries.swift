/// What a `BoundedSeries` holds: a point of a curve over steps or epochs.
public protocol CurvePoint: Sendable {
  /// Where it is along the curve, from 1 on.
  var position: Int { get }
  /// How high the curve is there.
  var height: Double { get }
}

extension StepRecord: CurvePoint {
  /// The step.
  public var position: Int { step }
  /// The smoothed loss.
  public var height: Double { smoothedLoss }
}

extension EpochRecord: CurvePoint {
  /// The epoch.
  public var position: Int { epoch }
  /// The valid loss.
  public var height: Double { validLoss }
}

/// Records of a curve, in memory that doesn't grow with the run: all of them up to `capacity`, and of a longer run
/// those that show its shape.
///
/// Beyond the capacity, of each `width` positions the first, the lowest, the highest and the last record stay; when
/// these are too many, width doubles. What stays depends on the records alone, not on when they have come.
public struct BoundedSeries<Record: CurvePoint>: Sendable {
  /// The records that have stayed, in their order; the first, the last and the lowest of all are among them.
  public var records: [Record] { kept + open }
  /// How many were appended.
  public private(set) var count = 0
  /// The one that was appended last.
  public private(set) var last: Record?
  /// Positions of which up to four records stay; 1 where all do.
  public private(set) var width = 1
  /// How many stay at most.
  public let capacity: Int

  /// Of the buckets that are full.
  private var kept: [Record] = []
  /// Of the last bucket, up to four.
  private var open: [Record] = []

  /// Without records.
  ///
  /// - capacity: at least 8.
  public init(capacity: Int) {
    precondition(capacity >= 8, "a series of \(capacity) records")
    self.capacity = capacity
  }

  /// Takes the next record, which lies after all others.
  public mutating func append(_ record: Record) {
    count += 1
    last = record
    put(record)
    while kept.count + open.count > capacity { coarsen() }
  }

  private func bucket(_ record: Record) -> Int { (record.position - 1) / width }

  private mutating func put(_ record: Record) {
    if width == 1 {
      kept.append(record)
      return
    }
    if let first = open.first, bucket(first) != bucket(record) {
      kept += open
      open.removeAll(keepingCapacity: true)
    }
    open.append(record)
    if open.count > 4 { open = Self.shape(of: open) }
  }

  private mutating func coarsen() {
    let all = records
    // Four records of eight positions are half of them.
    width = width == 1 ? 8 : 2 * width
    kept.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    for record in all { put(record) }
  }

  /// The first, the lowest, the highest and the last, in their order, each once. What isn't finite is lowest or highest
  /// only where all are so.
  private static func shape(of records: [Record]) -> [Record] {
    let finite = records.indices.filter { records[$0].height.isFinite }
    let lowest = finite.min { records[$0].height < records[$1].height } ?? 0
    let highest = finite.max { records[$0].height < records[$1].height } ?? 0
    return Set([0, lowest, highest, records.count - 1]).sorted().map { records[$0] }
  }
}
