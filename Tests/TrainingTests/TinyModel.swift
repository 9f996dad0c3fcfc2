import Kernels
import Teams
import Testing

@testable import Benchmarks
@testable import Fitting
@testable import Models
@testable import Tokenization
import Training

/// A model of the tests' own, to show what one takes: the next token is predicted from the last one alone, logits =
/// O·E[x] + c.
final class TinyModel: Model {
  static let kind = ModelKind(name: "tiny", TinyModel.self)
  static let predictsEveryToken = false
  static func operations(_ description: ModelDescription, bptt: Int) -> Double { 0 }
  static func parameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
    ParameterDeclaration.embedding("token", rows: vocabulary, columns: description.hidden)
      + ParameterDeclaration.linear("output", inputs: description.hidden, outputs: vocabulary)
  }

  private let context: ModelContext
  private let output: OutputLayer
  private let embedding: BufferView<Float>
  private let zero: Panels
  private let gradient: BufferView<Float>
  private let embeddingSums: EmbeddingSums
  private let block: LaneBlock
  let carriedStates: [CarriedState] = []
  let runningStatistics: [(name: String, values: BufferView<Float>)] = []

  init(_ context: ModelContext) {
    self.context = context
    block = context.wholeBlock(steps: 1)[0]
    output = OutputLayer(context, "output", steps: 1, blocks: [block])
    embedding = context.rows("token.weight")
    zero = context.makePanels(rows: context.streams, columns: context.hidden)
    gradient = context.make(context.streams * context.width)
    embeddingSums = context.makeEmbeddingSums(rows: context.streams)
  }

  func parametersChanged() { output.parametersChanged() }

  func trainStep(x: BufferView<Int32>, y: BufferView<Int32>, gradients: BufferView<Float>) -> Double {
    predict(x, y, gradientScale: 1 / Float(context.batchSize))
    output.backward(block, into: gradient, gradients: gradients)
    embeddingSums.add(
      gradient, tokens: last(x), rowsPerStep: context.streams, rows: block.stepRows.rows, first: 0)
    embeddingSums.reduceTree(
      context.laneReduction, into: gradients, offset: context.gradientOffset("token.weight"),
      rootStride: context.gradientStride)
    context.reduceVectors(into: gradients)
    return context.sum(output.laneLosses)
  }

  func validationStep(
    x: BufferView<Int32>, y: BufferView<Int32>, losses: BufferView<Double>, correct: BufferView<Double>
  ) {
    predict(x, y, gradientScale: nil)
    output.score(block, losses: losses, correct: correct)
  }

  func predict(x: BufferView<Int32>) -> Panels {
    addEmbedding(zero, embedding: embedding, tokens: last(x), into: output.input(block))
    output.evaluate(block)
    return output.logits(block)
  }

  private func predict(_ x: BufferView<Int32>, _ y: BufferView<Int32>, gradientScale: Float?) {
    addEmbedding(zero, embedding: embedding, tokens: last(x), into: output.input(block))
    output.forward(block, targets: last(y), gradientScale: gradientScale)
  }

  private func last(_ tokens: BufferView<Int32>) -> BufferView<Int32> {
    tokens[((context.bptt - 1) * context.streams)..<(context.bptt * context.streams)]
  }
}

/// Every model on several numbers of workers.
@Suite struct ModelDigestTests {
  @Test(arguments: ModelKind.all + [TinyModel.kind, LeakyCell.kind])
  func anyNumberOfThreadsHasTheSameBits(kind: ModelKind) throws {
    var configuration = RunConfiguration()
    configuration.model = .small(kind, hidden: 24)
    configuration.batchSize = 21
    configuration.bptt = 5
    configuration.lanes = 11
    configuration.epochs = 1
    configuration.stepLimit = 20
    let resolved = configuration
    func digest(_ threads: Int) throws -> String? {
      let workers = try LocalWorkers(lanes: Lanes(batchSize: 21, count: 11), threads: threads)
      return try workers.run { team in
        let session = try Session(resolved, team: team)
        _ = session.findLearningRate(LearningRateFinder())
        try session.fit(session.plan(learningRate: 1e-2), FitObserver(step: { _ in }, epoch: { _ in }))
        _ = session.validate()
        return session.digest()
      }[0]
    }
    let alone = try #require(try digest(1))
    for threads in [2, 3, 5, 11] { #expect(try digest(threads) == alone, "\(threads) threads") }
  }
}
