public import Configuration
public import Jobs
internal import Kernels
internal import MPI
internal import Memory
internal import Models
internal import Teams

/// What it costs to sum a vector over all workers.
public struct ReductionRow: Sendable {
  /// Bytes of the vector.
  public let bytes: Int
  /// The canonical reduce-scatter, finishing of the sums, and all-gather, in microseconds (median).
  public let canonicalMicroseconds: Double
  /// `MPI_Allreduce` of as many bytes between the same ranks, in microseconds (median); nil where ranks run several
  /// threads or there is one.
  public let nativeMicroseconds: Double?
  /// What the canonical sum's memory traffic takes at the speed at which all workers together copy: each subtree root's
  /// vector is read once and the result written once. Small vectors stay in caches and can be faster.
  public let boundMicroseconds: Double
}

extension Job {
  /// Times the canonical all-reduce of vectors of about so many bytes. Collective; the rows are on the job's first
  /// process, nothing elsewhere.
  public func measureReduction(_ configuration: RunConfiguration, bytes sizes: [Int]) throws -> [ReductionRow] {
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    var rows: [ReductionRow] = []
    let speed = try withWorkers(lanes) { workers in
      try workers.run { team in
        let rate = copyRate(team)
        let rates = team.gather(Array("\(rate)".utf8)).compactMap { Double(String(decoding: $0, as: UTF8.self)) }
        return rates.reduce(0, +)
      }[0]
    }
    for size in sizes {
      let unit = ParameterLayout.unit
      let count = max(unit, size / 4 / unit * unit)
      let rounds = max(5, min(2000, 200_000_000 / (4 * count)))
      let (canonical, roots) = try withWorkers(lanes) { workers in
        try workers.run { team in timeCanonical(team, count: count, rounds: rounds) }[0]
      }
      let native = try timeNative(count: count, rounds: rounds, lanes: lanes)
      guard rank == 0 else { continue }
      rows.append(
        ReductionRow(
          bytes: 4 * count, canonicalMicroseconds: canonical, nativeMicroseconds: native,
          boundMicroseconds: Double(4 * count * (roots + 1)) / speed * 1e6))
    }
    return rows
  }

  /// Median of `rounds` native all-reduces in microseconds.
  private func timeNative(count: Int, rounds: Int, lanes: Lanes) throws -> Double? {
    #if MPI
      guard let all, all.size > 1, try threads(for: lanes) == 1 else { return nil }
      var values = [Float](repeating: 0, count: count)
      let clock = ContinuousClock()
      var times: [Double] = []
      for round in 0..<(rounds + 2) {
        try all.barrier()
        let start = clock.now
        var span = values.mutableSpan
        try all.allReduce(&span)
        if round >= 2 { times.append((clock.now - start) / .microseconds(1)) }
      }
      return median(times)
    #else
      return nil
    #endif
  }
}

/// Median of `rounds` canonical all-reduces in microseconds, and the number of subtree roots that each sums.
private func timeCanonical(_ team: any Team, count: Int, rounds: Int) -> (microseconds: Double, roots: Int) {
  let exchange = team.makeParameterExchange(count: count, unit: ParameterLayout.unit)
  exchange.gradients.fill(1)
  let scratch = Arena(byteCount: Arena.byteCount(reductionScratch * max(exchange.schedule.depth, 1), of: Float.self))
  let stack: BufferView<Float> = scratch.take(reductionScratch * max(exchange.schedule.depth, 1))
  let clock = ContinuousClock()
  var times: [Double] = []
  times.reserveCapacity(rounds)
  for round in 0..<(rounds + 2) {
    team.barrier()
    let start = clock.now
    team.reduceScatter(exchange)
    if !exchange.slice.isEmpty {
      reduceRows(
        exchange.sliceRoots, stride: exchange.sliceRootStride, count: exchange.slice.count, schedule: exchange.schedule,
        into: exchange.parameters[exchange.slice], rootStride: exchange.slice.count, scratch: stack)
    }
    team.allGather(exchange)
    if round >= 2 { times.append((clock.now - start) / .microseconds(1)) }
  }
  withExtendedLifetime(scratch) {}
  precondition(exchange.parameters[0] == Float(exchange.schedule.additions.count), "a sum of ones is their number")
  return (median(times), exchange.schedule.additions.count)
}

/// Bytes that this worker reads and writes in a second while all copy vectors far larger than caches.
private func copyRate(_ team: any Team) -> Double {
  let count = 8 << 20
  let arena = Arena(byteCount: 2 * Arena.byteCount(count, of: Float.self))
  let source: BufferView<Float> = arena.take(count)
  let target: BufferView<Float> = arena.take(count)
  let clock = ContinuousClock()
  team.barrier()
  target.copy(from: source)
  team.barrier()
  let rounds = 8
  let time = clock.measure { for _ in 0..<rounds { target.copy(from: source) } }
  withExtendedLifetime(arena) {}
  team.barrier()
  return Double(rounds * 2 * 4 * count) / (time / .seconds(1))
}

private func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }
