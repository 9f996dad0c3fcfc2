import Foundation
import Kernels
import Launching
import SystemPackage
import Teams
import Testing

@testable import Files
@testable import Fitting
@testable import Models
@testable import Optimization
import Training

/// A run's state as sections: their order, both ways of gathering on worker 0, and restoring.
@Suite struct StateTests {
  private static func models() -> [ModelDescription] {
    var tied = ModelDescription(.lstm)
    tied.tiesWeights = true
    tied.layers = 2
    return [.model0, .model3, ModelDescription(.gru), tied].map { model in
      var model = model
      // No multiple of 16, so that rows and panels have padding.
      model.hidden = 40
      return model
    }
  }

  private static func configuration(_ model: ModelDescription, _ optimizer: OptimizerKind = .adam) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.model = model
    configuration.batchSize = 21
    configuration.bptt = 5
    configuration.lanes = 11
    configuration.epochs = 1
    configuration.optimizer = optimizer
    return configuration
  }

  private static func run<Output: Sendable>(
    _ configuration: RunConfiguration, threads: Int, _ body: @escaping @Sendable (Session) throws -> Output
  ) throws -> [Output] {
    let workers = try LocalWorkers(lanes: Lanes(batchSize: 21, count: 11), threads: threads)
    return try workers.run { try body(try Session(configuration, team: $0)) }
  }

  @Test(arguments: StateTests.models(), [1, 100, 5000, 1 << 18])
  func piecesHaveEveryElementOnceInOrder(model: ModelDescription, most: Int) {
    let layout = model.layout(vocabulary: 40)
    let arena = Arena(byteCount: 4 * Arena.byteCount(layout.count, of: Float.self))
    let whole: BufferView<Float> = arena.take(layout.count)
    let copy: BufferView<Float> = arena.take(layout.count)
    let room: BufferView<Float> = arena.take(layout.count)
    let elements: BufferView<Float> = arena.take(layout.count)
    for (index, tensor) in layout.tensors.enumerated() {
      // Element by element, by the index of each.
      let values = (0..<tensor.shape.reduce(1, *)).map { Float($0 + index) }
      tensor.write(values, to: whole)
      var read: [Float] = []
      for piece in tensor.pieces(of: most) {
        let stored = room[0..<piece.storedCount]
        let own = elements[0..<piece.elements.count]
        #expect(piece.elements.lowerBound == read.count)
        var end = 0
        for segment in piece.segments {
          #expect(tensor.stored.contains(segment.lowerBound) && segment.upperBound <= tensor.stored.upperBound)
          stored[end..<(end + segment.count)].copy(from: whole[segment])
          end += segment.count
        }
        tensor.read(piece, from: stored, into: own)
        read += own.array
        stored.fill(-1)
        tensor.write(piece, own, to: stored)
        end = 0
        for segment in piece.segments {
          copy[segment].copy(from: stored[end..<(end + segment.count)])
          end += segment.count
        }
      }
      #expect(read == values, "\(tensor.name)")
    }
    #expect(copy.array == whole.array)
    withExtendedLifetime(arena) {}
  }

  @Test func sectionsAreInTheOrderOfDigests() throws {
    let names = try Self.run(Self.configuration(.model3), threads: 1) { session in
      (session.trainer.state.sections.map(\.name), session.trainer.state.fileOrder.map(\.name))
    }[0]
    let tensors = ["input_to_hidden.weight", "hidden_to_hidden.weight", "hidden_to_hidden.bias"]
    #expect(names.0.prefix(3) == tensors[...])
    #expect(names.0.contains("first_moment.\(tensors[1])") && names.0.contains("second_moment.\(tensors[1])"))
    #expect(names.0.suffix(3) == ["batch_norm.running_mean", "batch_norm.running_var", "hidden_state"])
    #expect(names.1.count == names.0.count && Set(names.1) == Set(names.0))
    #expect(names.1[7...8] == ["batch_norm.running_mean", "batch_norm.running_var"])
    let momentum = try Self.run(Self.configuration(.model3, .sgd), threads: 1) {
      $0.trainer.state.sections.map(\.name)
    }[0]
    #expect(momentum.contains("momentum_buffer.\(tensors[2])") && !momentum.contains { $0.contains("moment.") })
  }

  /// The state that one number of workers has is taken up by another; copied as a whole and piece by piece it is the
  /// same.
  @Test(arguments: StateTests.models(), [OptimizerKind.adam, .sgd])
  func aStateGoesFromSomeWorkersToOthers(model: ModelDescription, optimizer: OptimizerKind) throws {
    let configuration = Self.configuration(model, optimizer)
    @Sendable func train(_ session: Session, from first: Int, to last: Int) {
      for step in first..<last {
        _ = session.trainer.step(step, learningRate: 1e-2, momentum: 0.9, weightDecay: 0.01)
      }
    }
    @Sendable func contents(_ session: Session) -> [Float] {
      var all: [Float] = []
      session.trainer.stream(session.trainer.state.fileOrder) { all += $0.array }
      return all
    }
    let expected = try Self.run(configuration, threads: 1) { session in
      train(session, from: 0, to: 6)
      return session.digest()
    }[0]
    for (before, after) in [(1, 3), (3, 1), (2, 5)] {
      let kept = try Self.run(configuration, threads: before) {
        session -> (values: [Float], streamed: String, copied: String?) in
        train(session, from: 0, to: 3)
        let state = session.trainer.state
        let streamed = state.digest { session.trainer.stream(state.sections, to: $0) }
        return (contents(session), streamed, session.digest())
      }[0]
      #expect(kept.copied == kept.streamed)
      let digest = try Self.run(configuration, threads: after) { session in
        let sections = session.trainer.state.fileOrder
        var starts: [String: Int] = [:]
        var end = 0
        for section in sections {
          starts[section.name] = end
          end += section.count
        }
        try session.trainer.restore(sections, updates: 3) { section, elements in
          let start = starts[section.name] ?? 0
          return littleEndianBytes(
            Array(kept.values[(start + elements.lowerBound)..<(start + elements.upperBound)]))
        }
        train(session, from: 3, to: 6)
        return session.digest()
      }[0]
      #expect(digest == expected, "\(before) workers, then \(after)")
    }
  }

  @Test func aSnapshotIsPutBackToTheBit() throws {
    let digests = try Self.run(Self.configuration(.model3), threads: 3) { session in
      func train() {
        for step in 0..<3 { _ = session.trainer.step(step, learningRate: 1e-2, momentum: 0.9, weightDecay: 0.01) }
      }
      train()
      let snapshot = StateSnapshot(session.trainer)
      let before = session.digest()
      train()
      let between = session.digest()
      snapshot.restore(session.trainer)
      let after = session.digest()
      train()
      return [before, between, after, session.digest()]
    }[0]
    #expect(digests[0] == digests[2] && digests[1] == digests[3] && digests[0] != digests[1])
  }

  /// Files written piece by piece carry the digest of what they hold.
  @Test func aSealedFileIsWholeAndNothingElseIsLeft() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    func file(_ name: String) -> FilePath { FilePath(directory.path).appending(name) }
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory.path) }
    let header = SafetensorsFile.header(
      tensors: [SafetensorsFile.TensorShape(floats: "a", shape: [3])],
      metadata: [(CheckpointSeal.name, CheckpointSeal.blank)])
    let arena = Arena(byteCount: 64)
    let floats: BufferView<Float> = arena.take(3)
    floats.copy(from: [1, 2, 3])
    do {
      let left = try StreamedFile(file("left"), aside: ".part", header: header, isSealed: true)
      try left.write(floats)
    }
    #expect(try names().isEmpty)
    let whole = try StreamedFile(file("whole"), aside: ".part", header: header, isSealed: true)
    try whole.write(floats)
    try whole.close(durable: true)
    #expect(try names() == ["whole"])
    let source = try ByteSource(opening: file("whole"))
    #expect(try CheckpointSeal.isWhole(source))
    var bytes = try source.read(0..<source.count)
    #expect(try SafetensorsFile(bytes).floats("a", shape: [3]) == [1, 2, 3])
    bytes[bytes.count - 1] ^= 1
    #expect(!CheckpointSeal.isWhole(bytes))
    withExtendedLifetime(arena) {}
  }
}
