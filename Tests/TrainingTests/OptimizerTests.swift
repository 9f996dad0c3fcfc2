import Kernels
import Teams
import Testing

@testable import Fitting
@testable import Models
@testable import Optimization
import Training

/// Optimizers against their definitions, element by element, and their runs on several numbers of workers.
@Suite struct OptimizerTests {
  /// Some numbers of every size.
  private static func numbers(_ seed: UInt64) -> [Float] {
    var random = RandomNumbers(seed: seed)
    return (0..<ParameterLayout.unit).map { _ in Float((2 * random.uniform() - 1) * (random.uniform() < 0.1 ? 100 : 1))
    }
  }

  /// Parameters and slots after a step for each of the gradients, from the parameters `numbers(0)`.
  private static func run(
    _ kind: OptimizerKind, _ gradients: [[Float]], _ step: (Int) -> OptimizerStep
  ) -> (parameters: [Float], slots: [[Float]]) {
    let unit = ParameterLayout.unit
    let arena = Arena(byteCount: (4 + kind.type.slots.count) * Arena.byteCount(unit, of: Float.self))
    let parameters: BufferView<Float> = arena.take(unit)
    parameters.copy(from: numbers(0))
    let slots = OptimizerSlots(kind.type.slots.map { _ in arena.take(unit) })
    let gradient: BufferView<Float> = arena.take(unit)
    let scratch: BufferView<Float> = arena.take(unit)
    let optimizer = kind.type.init()
    for (index, values) in gradients.enumerated() {
      gradient.copy(from: values)
      let isFinite = optimizer.update(
        ParameterRun(
          roots: gradient, rootStride: unit, schedule: ReductionSchedule(additions: [0]), parameters: parameters,
          slots: slots,
          start: 0, arenaStart: 0, norms: nil, gradient: scratch, stack: scratch), step(index))
      #expect(isFinite)
    }
    return withExtendedLifetime(arena) { (parameters.array, slots.views.map(\.array)) }
  }

  private static func step(_ index: Int) -> OptimizerStep {
    OptimizerStep(step: index + 1, learningRate: 0.01 * Double(index + 1), momentum: 0.9, weightDecay: 0.1)
  }

  @Test func momentumIsTheScalarLoop() {
    let gradients = (1...5).map { Self.numbers($0) }
    let (parameters, slots) = Self.run(.sgd, gradients, Self.step)
    var expected = Self.numbers(0)
    var buffer = [Float](repeating: 0, count: expected.count)
    for (index, gradient) in gradients.enumerated() {
      let step = Self.step(index)
      for i in expected.indices {
        buffer[i] = index == 0 ? gradient[i] : Float(step.momentum) * buffer[i] + gradient[i]
        expected[i] *= Float(1 - step.weightDecay * step.learningRate)
        expected[i] -= Float(step.learningRate) * buffer[i]
      }
    }
    #expect(parameters == expected)
    #expect(slots == [buffer])
  }

  /// `torch.optim.SGD([p], lr=0.1, momentum=0.9)` with p = 1 and the gradients 1, 2, −1: the buffers are 1, 2.9 and
  /// 1.61, p is 0.9, 0.61 and 0.449.
  @Test func momentumIsTorchs() {
    func all(_ value: Float) -> [Float] { [Float](repeating: value, count: ParameterLayout.unit) }
    var expected = Self.numbers(0).map { Double($0) }
    let (parameters, slots) = Self.run(.sgd, [all(1), all(2), all(-1)]) {
      OptimizerStep(step: $0 + 1, learningRate: 0.1, momentum: 0.9, weightDecay: 0)
    }
    for i in expected.indices { expected[i] -= 0.1 + 0.29 + 0.161 }
    #expect(slots[0].allSatisfy { abs($0 - 1.61) < 1e-6 })
    #expect(zip(parameters, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 * max(1, abs($1)) })
  }

  @Test func adamIsItsDefinition() {
    let gradients = (1...5).map { Self.numbers($0) }
    let (parameters, slots) = Self.run(.adam, gradients, Self.step)
    var p = Self.numbers(0).map { Double($0) }
    var m = [Double](repeating: 0, count: p.count)
    var v = m
    for (index, gradient) in gradients.enumerated() {
      let step = Self.step(index)
      func power(_ base: Double) -> Double { (0...index).reduce(1.0) { product, _ in product * base } }
      for i in p.indices {
        let g = Double(gradient[i])
        m[i] = step.momentum * m[i] + (1 - step.momentum) * g
        v[i] = 0.99 * v[i] + 0.01 * g * g
        p[i] *= 1 - step.weightDecay * step.learningRate
        let root = (v[i] / (1 - power(0.99))).squareRoot() + 1e-8
        p[i] -= step.learningRate * m[i] / (1 - power(step.momentum)) / root
      }
    }
    func isClose(_ one: [Float], _ other: [Double]) -> Bool {
      zip(one, other).allSatisfy { abs(Double($0) - $1) <= 1e-5 * max(abs($1), 0.1) }
    }
    #expect(isClose(parameters, p) && isClose(slots[0], m) && isClose(slots[1], v))
  }

  @Test(arguments: [OptimizerKind.adam, .sgd]) func whatIsNotFiniteIsSaid(kind: OptimizerKind) {
    let unit = ParameterLayout.unit
    let arena = Arena(byteCount: 6 * Arena.byteCount(2 * unit, of: Float.self))
    for bad in [Float.infinity, .nan] {
      let gradient: BufferView<Float> = arena.take(unit)
      gradient[77] = bad
      let isFinite = kind.type.init().update(
        ParameterRun(
          roots: gradient, rootStride: unit, schedule: ReductionSchedule(additions: [0]), parameters: arena.take(unit),
          slots: OptimizerSlots(kind.type.slots.map { _ in arena.take(unit) }), start: 0, arenaStart: 0, norms: nil,
          gradient: gradient, stack: gradient),
        OptimizerStep(step: 1, learningRate: 0.1, momentum: 0.9, weightDecay: 0))
      #expect(!isFinite)
    }
    withExtendedLifetime(arena) {}
  }

  // MARK: Runs

  /// The digest of a run of some steps, by the number of threads.
  static func digest(
    _ optimizer: OptimizerKind, _ model: ModelDescription, threads: Int, accumulate: Int = 1, clip: Double? = nil
  ) throws -> String? {
    var configuration = RunConfiguration()
    configuration.model = model
    configuration.hidden = 24
    configuration.batchSize = 21
    configuration.bptt = 5
    configuration.lanes = 11
    configuration.epochs = 1
    configuration.stepLimit = 12
    configuration.accumulate = accumulate
    configuration.clip = clip
    configuration.optimizer = optimizer
    let resolved = configuration
    let workers = try LocalWorkers(lanes: Lanes(batchSize: 21, count: 11), threads: threads)
    return try workers.run { team in
      let session = try Session(resolved, team: team)
      try session.fit(session.plan(learningRate: 1e-2), FitObserver(step: { _ in }, epoch: { _ in }))
      return session.digest()
    }[0]
  }

  private static let scaled = OptimizerKind(name: "scaled", ScaledDescent.self)

  @Test(arguments: [OptimizerKind.sgd, scaled])
  func anyNumberOfWorkersHasTheSameBits(optimizer: OptimizerKind) throws {
    let alone = try #require(try Self.digest(optimizer, .model3, threads: 1))
    for threads in [2, 3, 5] {
      #expect(try Self.digest(optimizer, .model3, threads: threads) == alone, "\(threads) workers")
    }
    #expect(try Self.digest(.adam, .model3, threads: 1) != alone)
  }

  /// A tensor that two layers share: its gradient is finished in two parts.
  @Test(arguments: [(1, nil), (3, nil), (1, 0.5)] as [(accumulate: Int, clip: Double?)])
  func sharedTensorsHaveTheSameBits(_ run: (accumulate: Int, clip: Double?)) throws {
    var model = ModelDescription(.lstm)
    model.tiesWeights = true
    for optimizer in [OptimizerKind.adam, .sgd, Self.scaled] {
      let alone = try #require(
        try Self.digest(optimizer, model, threads: 1, accumulate: run.accumulate, clip: run.clip))
      for threads in [2, 5] {
        #expect(
          try Self.digest(optimizer, model, threads: threads, accumulate: run.accumulate, clip: run.clip) == alone,
          "\(optimizer), \(threads) workers")
      }
    }
  }
}

/// An optimizer of the tests' own: descent by a tenth of a percent of each tensor's norm along its gradient.
struct ScaledDescent: Optimizer {
  static let slots: [String] = []
  static let usesTensorNorms = true

  func update(_ unit: ParameterUnit, _ step: OptimizerStep) {
    unit.norms?.forEachTensor { elements, gradientNorm, parameterNorm in
      let rate = Float(step.learningRate * parameterNorm / (gradientNorm + 1e-6))
      for i in elements { unit.parameters[i] -= rate * unit.gradient[i] }
    }
  }
}

/// Norms through the canonical tree.
@Suite struct TensorNormTests {
  /// Norms of ranges of an arena filled with some numbers, by the number of workers; of each worker.
  private static func norms(_ ranges: [Range<Int>], threads: Int) throws -> [[Double]] {
    let workers = try LocalWorkers(lanes: Lanes(batchSize: 8, count: 8), threads: threads)
    return try workers.run { team in
      let unit = ParameterLayout.unit
      let parameters = team.makeParameterExchange(count: 37 * unit, unit: unit)
      let model = ModelDescription.model3
      let context = ModelContext(
        model, model.layout(vocabulary: 8), vocabulary: 8, bptt: 1, seed: 1, team: team,
        parameters: parameters.parameters)
      let norms = TensorNorms(ranges, of: parameters, team: team, context: context)
      for place in parameters.slice { parameters.parameters[place] = value(place) }
      norms.measure { start in
        let first = parameters.slice.lowerBound + start
        return parameters.parameters[first..<(first + unit)]
      }
      return withExtendedLifetime(context) { norms.norms.array }
    }
  }

  private static func value(_ place: Int) -> Float { Float(place * 7919 % 1009) / 1000 - 0.4 }

  /// S(lo, hi) = S(lo, mid) + S(mid, hi) with mid = lo + the largest power of two below hi − lo.
  private static func naive(_ squares: ArraySlice<Double>) -> Double {
    guard squares.count > 1 else { return squares.first ?? 0 }
    var half = 1
    while half * 2 < squares.count { half *= 2 }
    return naive(squares.prefix(half)) + naive(squares.dropFirst(half))
  }

  @Test(arguments: [1, 2, 3, 5, 8]) func anySlicesHaveTheNaiveTreesSum(threads: Int) throws {
    let unit = ParameterLayout.unit
    // One over all, whole units, and parts of units that share one.
    let ranges = [
      0..<(37 * unit), 0..<(11 * unit), (11 * unit)..<(12 * unit), (12 * unit)..<(12 * unit + 48),
      (12 * unit + 48)..<(20 * unit + 16), (36 * unit + 240)..<(37 * unit),
    ]
    let expected = ranges.map { range in
      let squares = stride(from: range.lowerBound / unit * unit, to: range.upperBound, by: unit).map { first in
        let arena = Arena(byteCount: Arena.byteCount(unit, of: Float.self))
        let part = range.clamped(to: first..<(first + unit))
        let view: BufferView<Float> = arena.take(part.count)
        for (index, place) in part.enumerated() { view[index] = Self.value(place) }
        return withExtendedLifetime(arena) { squaredNorm(view) }
      }
      return Self.naive(squares[...]).squareRoot()
    }
    for worker in try Self.norms(ranges, threads: threads) { #expect(worker == expected) }
  }
}
