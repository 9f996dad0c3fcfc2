import Foundation
import Kernels
import Launching
import Teams
import Testing

@testable import Configuration
@testable import Files
@testable import Fitting
@testable import Models
@testable import Optimization
@testable import Runs
import Training

/// Groups of parameters: frozen ones, and those with rates of their own.
@Suite struct ParameterGroupTests {
  @Test func ratesRiseGeometrically() {
    #expect(GroupRates(groups: 3, lowest: 0.01).factors[0] == 0.01)
    #expect(abs((GroupRates(groups: 3, lowest: 0.01).factors[1] ?? 0) - 0.1) < 1e-12)
    #expect(GroupRates(groups: 3, lowest: 0.01).factors[2] == 1)
    #expect(GroupRates(groups: 3, frozen: 2, lowest: 0.01).factors == [nil, nil, 1])
    #expect(GroupRates(groups: 1, lowest: 0.01).factors == [1] && GroupRates(groups: 4).isUniform)
    #expect(!GroupRates(groups: 2, frozen: 1).isUniform)
  }

  @Test func groupsAreThoseOfFastai() {
    let model = ModelDescription.awdLSTM(embedding: 20, hidden: 24, layers: 3)
    let layout = model.layout(vocabulary: 40)
    let groups = layout.tensors.map { "\($0.name) \(model.parameterGroup(of: $0.name))" }
    #expect(groups.first == "encoder.weight 3" && groups.last == "decoder.bias 3")
    for layer in 0..<3 { #expect(groups.contains("rnns.\(layer).weight_hh_l0 \(layer)")) }
    #expect([-4, -1, 0, 3].map { model.frozenGroups(to: $0) } == [0, 3, 0, 3])
    #expect(model.frozenGroups(to: 4) == nil && model.frozenGroups(to: -5) == nil)
    #expect(ModelDescription.model3.parameterGroups == 1 && ModelDescription.model3.frozenGroups(to: -1) == 0)
  }

  /// A slice's segments are all of it, each tensor's elements have its group's rate, and only units of several rates
  /// have parts.
  @Test func segmentsCoverTheSlice() {
    let model = ModelDescription.lstm(layers: 2, hidden: 12, embedding: 13)
    let layout = model.layout(vocabulary: 40)
    let tensors = model.groupedTensors(layout)
    let rates = GroupRates(groups: 3, frozen: 1, lowest: 0.25)
    let all = 0..<layout.parameterCount
    for slice in [all, 256..<1024, 1024..<layout.parameterCount, 512..<512] {
      let segments = UpdateSegment.segments(of: slice, unit: 256, tensors, rates)
      var factors: [Int: Double?] = [:]
      var end = slice.lowerBound
      for segment in segments {
        #expect(segment.range.lowerBound == end && segment.range.count % 256 == 0)
        #expect(segment.parts.count == 1 || segment.range.count == 256)
        end = segment.range.upperBound
        for part in segment.parts {
          for element in part.elements { factors[segment.range.lowerBound + element] = .some(part.factor) }
        }
      }
      #expect(end == slice.upperBound)
      for (stored, group) in tensors {
        #expect(stored.clamped(to: slice).allSatisfy { factors[$0] == .some(rates.factors[group]) })
      }
    }
    // The vectors of the three groups share units.
    #expect(UpdateSegment.segments(of: all, unit: 256, tensors, rates).contains { $0.parts.count > 1 })
  }

  // MARK: Steps

  /// How a run is made that is compared with others.
  struct Run {
    var optimizer = OptimizerKind.adam
    var tiesWeights = false
    var accumulate = 1
    var clip: Double?
    var freezeTo: Int?
    /// The first group's rate, and the last one's.
    var lowest: Double?
    var rate = 1e-2
    var steps = 1
    var threads = 1

    /// Each tensor's elements after the steps, the optimizer's too; and the digest.
    func result() throws -> (tensors: [String: [Float]], digest: String) {
      var configuration = RunConfiguration()
      configuration.model = .lstm(layers: 2, hidden: 12)
      configuration.model.tiesWeights = tiesWeights
      configuration.batchSize = 21
      configuration.bptt = 5
      configuration.lanes = 11
      configuration.epochs = 1
      configuration.stepLimit = steps
      configuration.accumulate = accumulate
      configuration.clip = clip
      configuration.optimizer = optimizer
      configuration.freezeTo = freezeTo
      configuration.learningRate = rate
      configuration.lowestLearningRate = lowest
      let resolved = configuration
      let workers = try LocalWorkers(lanes: Lanes(batchSize: 21, count: 11), threads: threads)
      return try workers.run { team in
        let session = try Session(resolved, team: team)
        try session.fit(
          session.plan(learningRate: resolved.learningRate ?? 0), FitObserver(step: { _ in }, epoch: { _ in }))
        var tensors: [String: [Float]] = [:]
        for section in session.trainer.state.sections {
          var values: [Float] = []
          session.trainer.stream([section]) { values += $0.array }
          tensors[section.name] = values
        }
        return (tensors, session.digest() ?? "")
      }[0]
    }
  }

  /// After one step each group is where a run of its rate alone has it, and frozen ones are where they were, though the
  /// vectors of all share units of the arena.
  @Test(arguments: [OptimizerKind.adam, .sgd], [false, true])
  func eachGroupHasItsRate(optimizer: OptimizerKind, tiesWeights: Bool) throws {
    var run = Run()
    (run.optimizer, run.tiesWeights) = (optimizer, tiesWeights)
    // An accumulation of one batch aside, each way that a gradient takes.
    for (accumulate, steps) in [(1, 1), (2, 1)] {
      (run.accumulate, run.steps, run.freezeTo, run.lowest) = (accumulate, steps, nil, nil)
      func at(_ rate: Double) throws -> [String: [Float]] {
        var run = run
        run.rate = rate
        return try run.result().tensors
      }
      let (low, middle, high) = try (at(1e-4), at(1e-3), at(1e-2))
      let start = try at(1e-30)
      run.lowest = 1e-4
      let sliced = try run.result().tensors
      run.freezeTo = 1
      let frozen = try run.result().tensors
      for (name, values) in sliced {
        let isFirst = name.contains("rnns.0."), isSecond = name.contains("rnns.1.")
        let isState = name.hasSuffix(".hidden") || name.hasSuffix(".cell") || name.contains("running")
        if isFirst && !isState {
          #expect(values == low[name], "\(name)")
          let kept = OptimizerTests.isSlot(name) ? values.map { _ in Float(0) } : start[name]
          #expect(frozen[name] == kept, "\(name)")
        } else if isSecond && !isState {
          // Its factor is computed: the same rate but for the last bits.
          let expected = try #require(middle[name])
          #expect(zip(values, expected).allSatisfy { abs($0 - $1) <= 1e-7 * max(1, abs($1)) }, "\(name)")
          #expect(frozen[name] == values, "\(name)")
        } else {
          #expect(values == high[name] && frozen[name] == values, "\(name)")
        }
      }
      #expect(low["rnns.0.weight_hh_l0"] != start["rnns.0.weight_hh_l0"])
    }
  }

  /// A gradient's norm is that of what is trained: of one that is clipped to it nothing changes.
  @Test func frozenGradientsCountInNoNorm() throws {
    var run = Run()
    (run.optimizer, run.freezeTo, run.clip) = (.sgd, -1, 1e-3)
    let clipped = try run.result().tensors
    let buffers = clipped.filter { $0.key.hasPrefix("momentum_buffer.") }
    let norm = buffers.values.joined().reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(norm - 1e-3) < 1e-5)
    #expect(buffers.filter { $0.key.contains("rnns.") }.values.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  @Test(arguments: [(1, nil, false), (3, nil, false), (1, 0.5, true)] as [(Int, Double?, Bool)])
  func anyNumberOfWorkersHasTheSameBits(accumulate: Int, clip: Double?, tiesWeights: Bool) throws {
    var run = Run()
    (run.accumulate, run.clip, run.tiesWeights, run.steps) = (accumulate, clip, tiesWeights, 12)
    let plain = try run.result().digest
    (run.freezeTo, run.lowest) = (1, 1e-3)
    for optimizer in [OptimizerKind.adam, .sgd] {
      run.optimizer = optimizer
      run.threads = 1
      let alone = try run.result().digest
      #expect(alone != plain)
      for threads in [2, 3, 5] {
        run.threads = threads
        #expect(try run.result().digest == alone, "\(optimizer), \(threads) workers")
      }
    }
  }

  // MARK: Learner

  @Test func aLearnerFreezes() throws {
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 16, bptt: 40), .lstm(layers: 2, hidden: 12))
    learn.output = { _ in }
    func tensors() throws -> [String: [Float]] {
      let file = try SafetensorsFile(#require(try learn.weightsFile()))
      var result: [String: [Float]] = [:]
      for tensor in file.tensors { result[tensor.name] = try file.floats(tensor.name, shape: tensor.shape) }
      return result
    }
    try learn.fit(1)
    let before = try tensors()
    try learn.freeze()
    #expect(try learn.summary().areTrained == [true, false, false, true, true])
    try learn.findLearningRate()
    try learn.fitOneCycle(1, maxLearningRate: 1e-2, lowestLearningRate: 1e-4)
    let after = try tensors()
    for (name, values) in after {
      let isFrozen = name.hasPrefix("rnns.") && name.contains("_l0")
      #expect((before[name] == values) == isFrozen, "\(name)")
    }
    let error = #expect(throws: RunError.self) { try learn.freeze(to: 3) }
    #expect(error?.status == .usage && error?.remedy == "give a number from -3 to 2")
    try learn.fineTune(1, baseLearningRate: 4e-3)
    #expect(learn.configuration.freezeTo == nil && abs((learn.recorder.learningRates.max() ?? 0) - 2e-3) < 1e-9)
    #expect(try tensors()["rnns.0.weight_hh_l0"] != after["rnns.0.weight_hh_l0"])
    #expect(throws: RunError.self) { try learn.fitOneCycle(1, maxLearningRate: 1e-3, lowestLearningRate: 1e-2) }
  }
}

extension OptimizerTests {
  /// Whether a section of that name is one of the optimizers' slots.
  static func isSlot(_ name: String) -> Bool {
    OptimizerKind.all.flatMap { $0.type.slots }.contains { name.hasPrefix("\($0).") }
  }
}
