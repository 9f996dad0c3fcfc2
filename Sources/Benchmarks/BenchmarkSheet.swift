internal import Files

/// The median time of a training step on so many workers, with its quartiles.
package struct StepFigures: Sendable, Equatable {
  /// The shape as it is typed.
  package var shape: String
  package var model: String
  package var hidden, bptt, batchSize: Int
  /// Tokens that there are.
  package var vocabulary: Int
  package var workers: Int
  /// How many steps were timed in each round.
  package var steps: Int
  /// Microseconds of a step.
  package var lower, median, upper: Double
  /// Floating-point operations that a step's products need.
  package var operations: Double
  /// What gives the figure again.
  package var command: String

  /// Operations of all workers in a nanosecond.
  package var gflops: Double { operations / median / 1e3 }
  /// Tokens of all workers in a second.
  package var tokensPerSecond: Double { Double(batchSize * bptt) / median * 1e6 }
}

/// The kernels of a step on one core.
package struct KernelFigures: Sendable {
  /// The step's shape as it is typed.
  package var shape: String
  package var rows: [KernelRow]
  /// What gives the figures again.
  package var command: String
}

/// All that is measured of one machine.
package struct BenchmarkSheet: Sendable {
  /// The program's version.
  package var version: String
  /// What the program was compiled for: "AVX2".
  package var build: String
  /// When it was measured, in UTC.
  package var time: String
  package var machine: MachineFacts
  /// Bytes of the vectors that are multiplied and added.
  package var vectorBytes: Int
  package var cores: [CoreFigures]
  /// How fast one core copies.
  package var memory: MemoryRoof
  package var steps: [StepFigures]
  package var kernels: [KernelFigures]
  /// What measures all of it again.
  package var command: String

  // MARK: What follows from these

  /// Hertz · 10⁹ of the fastest core by itself, and of all at once on average.
  package var gigahertz: (alone: Double, together: Double) {
    (cores.map(\.alone.gigahertz).max() ?? 0, mean(cores.map(\.together.gigahertz)))
  }

  /// Multiply-adds of `vectorBytes` that a core does in a cycle, as measured: their speed over the frequency.
  package var multiplyAddsPerCycle: Double {
    quartiles(cores.filter { $0.alone.gigahertz > 0 }.map { $0.alone.gflops / ($0.alone.gigahertz * flopsOfVector) })
      .median
  }

  /// The multiply-adds that a core can do in a cycle: what is measured, to the next half; nil where the build has none.
  package var multiplyAddUnits: Double? {
    let units = (2 * multiplyAddsPerCycle).rounded() / 2
    return units > 0 ? units : nil
  }

  /// GFLOP/s of a core in theory: units, width and frequency; without units those that are measured.
  package var theoreticalPeak: (alone: Double, together: Double) {
    guard let units = multiplyAddUnits else { return measuredPeak }
    return (units * flopsOfVector * gigahertz.alone, units * flopsOfVector * gigahertz.together)
  }

  /// GFLOP/s of the fastest core by itself, and of one of all at once on average.
  package var measuredPeak: (alone: Double, together: Double) {
    (cores.map(\.alone.gflops).max() ?? 0, mean(cores.map(\.together.gflops)))
  }

  /// What all cores at once do of what each does by itself.
  package var togetherShare: Double { ratio(\.gflops) }

  /// The same for what they do in a cycle, which doesn't depend on the frequency.
  package var togetherShareOfCycle: Double {
    let frequency = ratio(\.gigahertz)
    return frequency > 0 ? togetherShare / frequency : 0
  }

  private var flopsOfVector: Double { Double(vectorBytes / 4 * 2) }

  private func ratio(_ part: KeyPath<CoreLoad, Double>) -> Double {
    let alone = cores.map { $0.alone[keyPath: part] }.reduce(0, +)
    return alone > 0 ? cores.map { $0.together[keyPath: part] }.reduce(0, +) / alone : 0
  }

  private func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}
