private import Kernels
private import Teams

/// What the step benchmark measured.
public struct StepTimes: Sendable {
  /// Median of the timed steps, in microseconds.
  public let medianMicroseconds: Double
  /// Median of reduce-scatter and all-gather together, in microseconds.
  public let reduceMicroseconds: Double
  /// Parameter bytes that a worker's gradient roots hold.
  public let bytesReduced: Int
  /// Fused multiply-adds of one core, in GFLOP/s, measured in this process.
  public let peakGFLOPS: Double
}

extension Session {
  /// Times `steps` training steps after a warm-up, resetting the hidden state each epoch, since the recurrence may overflow
  /// when it runs on without one. Collective.
  public func timeSteps(_ steps: Int) -> StepTimes {
    let clock = ContinuousClock()
    var times: [Double] = []
    times.reserveCapacity(steps)
    let warmUp = min(50, steps)
    for step in 0..<(warmUp + steps) {
      let batch = step % trainer.train.count
      if batch == 0 { trainer.model.state?.fill(0) }
      let start = clock.now
      _ = trainer.step(batch, learningRate: 1e-3, momentum: 0.95, weightDecay: configuration.weightDecay)
      if step >= warmUp { times.append((clock.now - start) / .microseconds(1)) }
    }
    times.sort()
    var reductions: [Double] = []
    for _ in 0..<min(steps, 200) {
      let time = clock.measure {
        team.reduceScatter(trainer.exchange)
        team.allGather(trainer.exchange) { _ in }
      }
      reductions.append(time / .microseconds(1))
    }
    reductions.sort()
    return StepTimes(
      medianMicroseconds: times[times.count / 2], reduceMicroseconds: reductions[reductions.count / 2],
      bytesReduced: 4 * trainer.exchange.gradients.count,
      peakGFLOPS: Self.peak())
  }

  private static func peak() -> Double {
    let clock = ContinuousClock()
    var best = 0.0
    for round in 0..<5 {
      var work = (operations: 0.0, check: Float(0))
      let time = clock.measure { work = fusedMultiplyAdds(rounds: 2_000_000, seed: Float(round) * 1e-3) }
      if work.check.isFinite { best = max(best, work.operations / (time / .nanoseconds(1))) }
    }
    return best
  }
}
