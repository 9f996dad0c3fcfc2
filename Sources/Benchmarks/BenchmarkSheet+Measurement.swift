package import Configuration
internal import Files
internal import Fitting
internal import Jobs
internal import Kernels
internal import Models
internal import Teams

/// What a sheet is to hold.
package struct SheetPlan: Sendable {
  /// The steps to time.
  package var shapes: [BenchmarkShape]
  /// The steps whose kernels are timed one by one.
  package var kernels: [BenchmarkShape]
  /// Workers at most.
  package var threads: Int
  /// How often all steps are timed in turn.
  package var rounds: Int
  /// Steps in each round; nil for as many as have a certain number of operations.
  package var steps: Int?
  /// What measures all of it again.
  package var command: String

  package init(
    shapes: [BenchmarkShape], kernels: [BenchmarkShape], threads: Int, rounds: Int, steps: Int?, command: String
  ) {
    (self.shapes, self.kernels, self.threads) = (shapes, kernels, threads)
    (self.rounds, self.steps, self.command) = (rounds, steps, command)
  }

  /// How many steps of so many operations a round times.
  func steps(operations: Double) -> Int { steps ?? Int((100e9 / operations).clamped(to: 5...300)) }
}

extension BenchmarkSheet {
  /// Measures this machine now, on threads of this process.
  ///
  /// - build: what the program was compiled for. announce: is told what is measured next.
  /// - Throws: `RunError` for a shape that can't be, and where there is no memory or no thread for one.
  package static func measure(
    _ plan: SheetPlan, build: String, announcing announce: (String) -> Void
  ) throws -> BenchmarkSheet {
    let configurations = try plan.shapes.map { try $0.configuration() }
    let kernelConfigurations = try plan.kernels.map { try $0.configuration() }
    announce("cores")
    var sheet = BenchmarkSheet(
      version: programVersion, build: build, time: UTCTime.now.basicText, machine: .read(),
      vectorBytes: multiplyAddBytes, cores: try measureCores(), memory: .measure(), steps: [], kernels: [],
      command: plan.command)
    for (shape, configuration) in zip(plan.kernels, kernelConfigurations) {
      announce("kernels of \(shape.text)")
      let rows = try kernelRows(configuration)
      sheet.kernels.append(
        KernelFigures(shape: shape.text, rows: rows, command: command("kernels", shape.arguments)))
    }
    var times = plan.shapes.map { _ in [Int: TimedSteps]() }
    for round in 0..<plan.rounds {
      for (index, configuration) in configurations.enumerated() {
        announce("\(plan.shapes[index].text), round \(round + 1) of \(plan.rounds)")
        try timeSteps(configuration, plan, into: &times[index])
      }
    }
    for (index, shape) in plan.shapes.enumerated() {
      sheet.steps += times[index].sorted { $0.key < $1.key }.map { workers, timed in
        figures(shape, configurations[index], workers, timed)
      }
    }
    return sheet
  }

  /// The times of all rounds.
  private struct TimedSteps {
    var microseconds: [Double] = []
    var operations = 0.0
    var vocabulary = 0
    var steps = 0
  }

  /// One round of a shape, on 1, 2, 4, … workers and on all.
  private static func timeSteps(
    _ configuration: RunConfiguration, _ plan: SheetPlan, into times: inout [Int: TimedSteps]
  ) throws {
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    let job = try Job.alone(threads: min(plan.threads, lanes.count))
    try job.forGrowingTeams(lanes: { _ in lanes }) { workers, count in
      let timed = try workers.run { team in
        let session = try Session(configuration, team: team, fits: false)
        let steps = plan.steps(operations: session.operationsPerStep)
        return TimedSteps(
          microseconds: session.timeSteps(steps).microseconds, operations: session.operationsPerStep,
          vocabulary: session.vocabulary.count, steps: steps)
      }[0]
      let earlier = times[count]?.microseconds ?? []
      times[count] = timed
      times[count]?.microseconds += earlier
    }
  }

  private static func figures(
    _ shape: BenchmarkShape, _ configuration: RunConfiguration, _ workers: Int, _ timed: TimedSteps
  ) -> StepFigures {
    let (lower, median, upper) = quartiles(timed.microseconds)
    return StepFigures(
      shape: shape.text, model: shape.kind.name, hidden: shape.hidden, bptt: shape.bptt,
      batchSize: configuration.batchSize, vocabulary: timed.vocabulary, workers: workers, steps: timed.steps,
      lower: lower, median: median, upper: upper, operations: timed.operations,
      command: command("step", shape.arguments + ["--threads", "\(workers)", "--steps", "\(timed.steps)"]))
  }

  private static func kernelRows(_ configuration: RunConfiguration) throws -> [KernelRow] {
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    return try Job.alone(threads: 1).withWorkers(lanes) { workers in
      try workers.run { team in
        let session = try Session(configuration, team: team, fits: false)
        return measureKernels(configuration, vocabulary: session.vocabulary.count)
      }[0]
    }
  }

  private static func command(_ name: String, _ arguments: [String]) -> String {
    "dist-train bench \(name) \(arguments.joined(separator: " "))"
  }
}
