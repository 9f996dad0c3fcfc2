internal import Jobs
internal import Kernels
internal import Teams

/// How fast a core works while it does nothing but one kind of work; times are those that the thread was on the core.
package struct CoreLoad: Sendable, Equatable {
  /// Operations of a chain by time (`chainedOperations`), medians of many short stretches.
  package var gigahertz: Double
  /// Independent multiply-adds (`fusedMultiplyAdds`), likewise.
  package var gflops: Double
  /// Share of the time that the thread was on the core; other programs had the rest.
  package var share: Double
}

/// A core's speed by itself and beside all others.
package struct CoreFigures: Sendable, Equatable {
  /// The system's number.
  package var core: Int
  /// While this process' other threads sleep.
  package var alone: CoreLoad
  /// While each core that this process may use does the same.
  package var together: CoreLoad
}

/// Times one worker on each core that this process may use, one after the other and then all at once.
///
/// - seconds: of each of the two, for each core.
package func measureCores(seconds: Double = 0.25) throws -> [CoreFigures] {
  let known = usableCoreNumbers()
  let cores = known.isEmpty ? Array(0..<usableCores()) : known
  let job = try Job.alone(threads: cores.count)
  return try job.withWorkers(Lanes(batchSize: cores.count, count: cores.count)) { workers in
    try workers.run { team in
      let core = cores[team.rank]
      return onCore(core) {
        team.barrier()
        // By the clock, since workers that wait for each other are at work.
        let start = ContinuousClock.now
        let turn = seconds * 1.2
        sleep(until: start + .seconds(turn * Double(team.rank)))
        let alone = load(seconds)
        sleep(until: start + .seconds(turn * Double(team.size)))
        return CoreFigures(core: core, alone: alone, together: load(seconds))
      }
    }
  }
}

private func sleep(until end: ContinuousClock.Instant) {
  while ContinuousClock.now < end { pause(microseconds: 500) }
}

private func load(_ seconds: Double) -> CoreLoad {
  let (begin, first) = (ContinuousClock.now, threadSeconds())
  var frequencies: [Double] = []
  var speeds: [Double] = []
  repeat {
    let start = threadSeconds()
    let chain = chainedOperations(rounds: 20_000, seed: UInt64(frequencies.count))
    let middle = threadSeconds()
    let work = fusedMultiplyAdds(rounds: 40_000, seed: Float(chain.check & 1) * 1e-3)
    let end = threadSeconds()
    if middle > start { frequencies.append(chain.operations / (middle - start) / 1e9) }
    if end > middle, work.check.isFinite { speeds.append(work.operations / (end - middle) / 1e9) }
  } while ContinuousClock.now - begin < .seconds(seconds)
  let wall = (ContinuousClock.now - begin) / .seconds(1)
  return CoreLoad(
    gigahertz: quartiles(frequencies).median, gflops: quartiles(speeds).median,
    share: min(1, (threadSeconds() - first) / wall))
}

/// The median and the quartiles of some values; zeros of none.
func quartiles(_ values: [Double]) -> (lower: Double, median: Double, upper: Double) {
  guard !values.isEmpty else { return (0, 0, 0) }
  let sorted = values.sorted()
  func at(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] }
  return (at(0.25), at(0.5), at(0.75))
}
