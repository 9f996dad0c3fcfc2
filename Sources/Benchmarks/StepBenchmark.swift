internal import Models
internal import Configuration
internal import Teams
internal import Memory
public import Fitting
private import Kernels

/// What the step benchmark measured.
public struct StepTimes: Sendable {
  /// The timed steps, ascending, in microseconds.
  public let microseconds: [Double]
  /// Median of the timed steps, in microseconds.
  public let medianMicroseconds: Double
  /// The shortest of the timed steps, in microseconds: that of a machine which does nothing else.
  public let bestMicroseconds: Double
  /// Median of reduce-scatter and all-gather together when no worker is late, in microseconds.
  public let reduceMicroseconds: Double
  /// Median of a barrier to which nobody is late, in nanoseconds.
  public let barrierNanoseconds: Double
  /// Parameter bytes that this worker's gradient roots hold.
  public let bytesReduced: Int
  /// Share of the steps' time that this worker was in collective operations, where the session keeps spans; else 0.
  public let waitingShare: Double
}

extension Session {
  /// Times `steps` training steps after a warm-up, resetting the hidden state each epoch, since the recurrence may
  /// overflow when it runs on without one. Collective.
  ///
  /// The learning rate is so small that the model doesn't learn its few batches by heart: after some thousand steps its
  /// gradients would be subnormal numbers, with which multiply-adds take an Intel core several times as long.
  public func timeSteps(_ steps: Int) -> StepTimes {
    let clock = ContinuousClock()
    var times: [Double] = []
    times.reserveCapacity(steps)
    let warmUp = min(50, steps)
    for step in 0..<(warmUp + steps) {
      if step == warmUp { spans?.isOn = true }
      let batch = step % stepsPerEpoch
      if batch == 0 { trainer.resetStates() }
      let start = clock.now
      _ = trainer.step(batch, learningRate: 1e-6, momentum: 0.95, weightDecay: configuration.weightDecay)
      if step >= warmUp { times.append((clock.now - start) / .microseconds(1)) }
    }
    spans?.isOn = false
    let total = times.reduce(0, +)
    let waited = Double(spans?.total(.wait) ?? 0) / 1000
    times.sort()
    return StepTimes(
      microseconds: times, medianMicroseconds: times[times.count / 2], bestMicroseconds: times[0],
      reduceMicroseconds: timeReduction(min(steps, 200)),
      barrierNanoseconds: timeBarrier(), bytesReduced: 4 * trainer.exchange.gradients.count,
      waitingShare: total > 0 ? waited / total : 0)
  }

  /// Median of reduce-scatter and all-gather in microseconds, with nothing between them.
  private func timeReduction(_ rounds: Int) -> Double {
    let clock = ContinuousClock()
    var times: [Double] = []
    for _ in 0..<rounds {
      let time = clock.measure {
        team.reduceScatter(trainer.exchange)
        team.allGather(trainer.exchange)
      }
      times.append(time / .microseconds(1))
    }
    times.sort()
    return times[times.count / 2]
  }

  /// Median of a barrier in nanoseconds, one after the other, a hundred for each time that is taken.
  private func timeBarrier() -> Double {
    let clock = ContinuousClock()
    var times: [Double] = []
    for _ in 0..<20 {
      let time = clock.measure { for _ in 0..<100 { team.barrier() } }
      times.append(time / .nanoseconds(100))
    }
    times.sort()
    return times[times.count / 2]
  }

  /// Floating-point operations that a step's products need: those of the model's layers, and 6·width·vocabulary for
  /// each output row.
  public var operationsPerStep: Double {
    let (model, bptt) = (configuration.model, configuration.bptt)
    let outputs = model.kind.type.predictions(bptt: bptt)
    let perStream =
      model.kind.type.operations(model, bptt: bptt)
      + 6 * Double(model.outputWidth * vocabulary.count) * Double(outputs)
    return perStream * Double(configuration.batchSize)
  }
}

extension Session {
  /// Bytes that a step moves at the least, of all workers: each float of parameters and their copies, gradients, the
  /// optimizer's slots and activations is written once and read once.
  public var bytesPerStep: Int {
    let estimate = MemoryEstimate(
      configuration, vocabulary: vocabulary.count, trainBatches: 1, validBatches: 1, readsFile: true, fits: false,
      nodeSizes: [team.size])
    let moved: [MemoryUse] = [.parameters, .gradients, .optimizer, .gradientSums, .weightCopies, .activations]
    return estimate.rows.reduce(0) { $0 + (moved.contains($1.use) ? 2 * $1.node : 0) }
  }
}

/// Fused multiply-adds of one core at its best, in GFLOP/s, measured now.
public func measurePeak() -> Double {
  let clock = ContinuousClock()
  var best = 0.0
  for round in 0..<5 {
    var work = (operations: 0.0, check: Float(0))
    let time = clock.measure { work = fusedMultiplyAdds(rounds: 1_000_000, seed: Float(round) * 1e-3) }
    if work.check.isFinite { best = max(best, work.operations / (time / .nanoseconds(1))) }
  }
  return best
}
