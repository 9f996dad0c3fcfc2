public import Configuration
public import Fitting
internal import Kernels
public import Teams

/// Where a worker's time goes in training steps; the shares add up to 1.
public struct WorkerShares: Sendable, Equatable {
  /// Arithmetic.
  public let compute: Double
  /// Collective operations as the worker that came to them last had them: what they cost when nobody waits.
  public let reduction: Double
  /// The rest of its collective operations: waiting for those that come later.
  public let waiting: Double

  /// The shares of all workers from what each of them measured over the same steps.
  ///
  /// - logs: of each worker, how long it took in all, and how long each of its collective operations, in the order that
  ///   all workers have.
  static func shares(_ logs: [(total: Int64, waits: [Int64])]) -> [WorkerShares] {
    // Of an operation in which all workers took part, the last one's time is nobody's waiting.
    let count = logs.map(\.waits.count).min() ?? 0
    let costs = (0..<count).map { index in logs.reduce(Int64.max) { min($0, $1.waits[index]) } }
    let cost = costs.reduce(0, +)
    return logs.map { log in
      let collective = log.waits[..<count].reduce(0, +)
      let total = Double(max(log.total, collective, 1))
      return WorkerShares(
        compute: 1 - Double(collective) / total, reduction: Double(cost) / total,
        waiting: Double(collective - cost) / total)
    }
  }
}

extension Session {
  /// The workers' shares over the steps that were observed, on worker 0; empty elsewhere, and where there were none.
  /// Collective.
  public func workerShares() -> [WorkerShares] {
    guard let spans else { return [] }
    spans.isOn = false
    let waits = spans.spans.filter { $0.kind == .wait }.map { $0.end - $0.start }
    let total = spans.spans.reduce(Int64(0)) { $1.kind == .wait ? $0 : $0 + $1.end - $1.start }
    let logs = team.gather(Array(([total] + waits).map { "\($0)" }.joined(separator: " ").utf8)).map { bytes in
      let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
      return (total: numbers.first ?? 0, waits: Array(numbers.dropFirst()))
    }
    guard team.rank == 0, logs.allSatisfy({ $0.total > 0 }) else { return [] }
    return WorkerShares.shares(logs)
  }

  /// Which steps to observe of a fit that starts after `first` and ends at `last`, all within one epoch, so that
  /// nothing but steps is measured, and few enough for the log's memory: not the first ones, which are slower.
  ///
  /// - most: the log's capacity in steps.
  public func observe(from first: Int, to last: Int, most: Int) {
    let room = min(stepsPerEpoch - first % stepsPerEpoch, last - first)
    let start = first + min(10, room / 2)
    spans?.steps = start..<max(start, min(start + most, first + room))
  }
}

extension SpanLog {
  /// At most so many spans come from a step.
  public static func spansPerStep(_ configuration: RunConfiguration) -> Int {
    (4 * configuration.bptt + 20) * configuration.accumulate
  }
}
