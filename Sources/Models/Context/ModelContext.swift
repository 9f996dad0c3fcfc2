public import Kernels
public import Memory
public import Teams

/// What one worker's model is made from: sizes, the team, the parameters, the worker's lanes, and memory for the life of the run.
@safe
public final class ModelContext {
  /// Size of the hidden state, and of the vocabulary.
  public let hidden, vocabulary: Int
  /// Tokens that a stream advances in a step.
  public let bptt: Int
  /// The team, with whom sums are exchanged.
  public let team: any Team
  /// Number of streams of all workers, and of this one.
  public let batchSize, streams: Int
  /// Folds this worker's lanes to its subtree roots.
  public let laneFolds: FoldSchedule
  /// For each lane of the worker its rows among the worker's streams.
  public let laneRows: [Range<Int>]
  /// (lanes, vectors): each lane's gradient of the vectors, all to be written in every step. See `vectorOffset`.
  public let laneVectors: Window<Float>
  /// Scratch for the kernels that fold.
  public let scratch: Window<Float>
  let doubleScratch: Window<Double>
  private let lossExchange: TreeExchange
  private let lossTotals: Window<Double>  // (1 + flags)
  /// What workers tell each other along with a step's loss.
  package let flags = StepFlags()
  /// Takes what evaluation predicts wrongly, if anybody wants that.
  package var predictionCounts: PredictionCounts?
  let layout: ParameterLayout
  /// Where the phases of a step are kept, if anybody wants them.
  package let spans: SpanLog?
  private let parameters: Window<Float>
  private let storage = Storage()

  package init(
    _ layout: ParameterLayout, hidden: Int, vocabulary: Int, bptt: Int, team: any Team, parameters: Window<Float>
  ) {
    self.layout = layout
    self.hidden = hidden
    self.vocabulary = vocabulary
    self.bptt = bptt
    self.team = team
    spans = (team as? TracedTeam)?.log
    self.parameters = parameters
    let lanes = team.lanes
    batchSize = lanes.batchSize
    let own = lanes.lanes(ofWorker: team.rank, of: team.size)
    let ownStreams = lanes.streams(ofWorker: team.rank, of: team.size)
    streams = ownStreams.count
    laneRows = own.map { lane in
      let range = lanes.streams(ofLane: lane)
      return (range.lowerBound - ownStreams.lowerBound)..<(range.upperBound - ownStreams.lowerBound)
    }
    laneFolds = lanes.folds(of: own.map { $0..<($0 + 1) })
    // No fold of lanes or of roots keeps more entries than there are lanes.
    let depth = lanes.count
    laneVectors = storage.take(own.count * layout.vectorCount)
    scratch = storage.take(foldScratch * depth)
    doubleScratch = storage.take(depth)
    lossTotals = storage.take(1 + StepFlags.count)
    lossExchange = team.makeTreeExchange(floats: 0, doubles: 1 + StepFlags.count)
  }

  /// `hidden`, padded to whole panels.
  public var width: Int { ParameterLayout.padded(hidden) }

  /// `steps` runs of each lane's streams, one after the other: activations of several steps.
  public func lanes(steps: Int) -> LaneRows { LaneRows(rows: laneRows, steps: steps) }

  /// All lanes as one block, over `steps` steps.
  public func wholeBlock(steps: Int) -> [LaneBlock] { LaneBlock.cut(laneRows, steps: steps, limit: streams) }

  /// The worker's lanes in blocks whose activations over `steps` steps stay in cache: see `LaneBlock.cached`.
  public func cachedBlocks(steps: Int) -> [LaneBlock] {
    LaneBlock.cached(laneRows, steps: steps, width: width, vocabulary: vocabulary)
  }

  /// Makes the stack on which a linear layer's weight gradient is folded, block by block, for each gradient that it is called with.
  func makeGradientStack(_ name: String, _ blocks: [LaneBlock]) -> (_ gradients: Window<Float>) -> GradientStack {
    let tensor = layout[name]
    let (depth, columns) = (tensor.shape[1], tensor.shape[0])
    let lasting = laneFolds.height(after: blocks.map(\.lanes.upperBound))
    let spare: Window<Float> = make(
      GradientStack.spareCount(depth: depth, columns: columns, schedule: laneFolds, lasting: lasting))
    let (schedule, stride) = (laneFolds, gradientStride)
    return { gradients in
      GradientStack(
        gradients, offset: tensor.offset, rootStride: stride, depth: depth, columns: columns, schedule: schedule,
        lasting: lasting, spare: spare)
    }
  }

  /// An embedding's gradient sums, of at most `rows` rows a step.
  public func makeEmbeddingSums(rows: Int) -> EmbeddingSums {
    EmbeddingSums(vocabulary: vocabulary, lanes: laneRows.count, width: width, rows: rows, storage: storage)
  }

  /// Zeroed memory of `count` elements that lives as long as the context.
  public func make<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type = Element.self) -> Window<Element> {
    storage.take(count, of: type)
  }

  /// Zeroed panels that live as long as the context.
  public func makePanels(rows: Int, columns: Int) -> Panels {
    Panels(make(Panels.count(rows: rows, columns: columns)), rows: rows, columns: columns)
  }

  /// The canonical sum of a number from each lane over all workers; the step's flags ride along. Collective. For models that have no other exchange which it could
  /// ride along in.
  public func sum(_ lanes: Window<Double>) -> Double {
    let stride = lossExchange.doubleStride
    let own = lossExchange.ownRoots
    foldDoubles(
      lanes, stride: 1, count: 1, schedule: laneFolds,
      into: lossExchange.doubles[(own.lowerBound * stride)..<(own.upperBound * stride)], rootStride: stride,
      scratch: doubleScratch)
    let firstRow = own.lowerBound * stride
    flags.write(to: lossExchange.doubles[(firstRow + 1)..<(firstRow + lossTotals.count)])
    team.complete(lossExchange)
    foldDoubles(
      lossExchange.doubles, stride: stride, count: lossTotals.count, schedule: lossExchange.schedule, into: lossTotals,
      rootStride: lossTotals.count, scratch: doubleScratch)
    flags.read(from: lossTotals[1..<lossTotals.count])
    return lossTotals[0]
  }

  // MARK: Views into the parameters and the gradient

  /// An embedding's rows, each padded to 16.
  public func rows(_ name: String) -> Window<Float> {
    let tensor = layout[name]
    return parameters[tensor.offset..<(tensor.offset + tensor.shape[0] * ParameterLayout.padded(tensor.shape[1]))]
  }

  /// A linear layer's weight, (inputs, outputs).
  public func weight(_ name: String) -> Panels {
    let tensor = layout[name]
    let (rows, columns) = (tensor.shape[1], tensor.shape[0])
    let count = Panels.count(rows: rows, columns: columns)
    return Panels(parameters[tensor.offset..<(tensor.offset + count)], rows: rows, columns: columns)
  }

  /// A vector, padded to 16.
  public func vector(_ name: String) -> Window<Float> {
    let tensor = layout[name]
    return parameters[tensor.offset..<(tensor.offset + ParameterLayout.padded(tensor.shape[0]))]
  }

  /// Where a parameter starts in each root of the gradient.
  public func gradientOffset(_ name: String) -> Int { layout[name].offset }

  /// Floats from one root of the gradient to the next.
  public var gradientStride: Int { layout.gradientCount }

  /// Where a parameter's second gradient starts in each root of the gradient: see `ParameterDeclaration.hasSecondGradient`.
  public func secondGradientOffset(_ name: String) -> Int { layout.secondGradientOffset(name) }

  /// Where a vector's gradient starts in each row of `laneVectors`.
  public func vectorOffset(_ name: String) -> Int { layout[name].offset - layout.vectorOffset }

  /// Where the gradient of a vector is to be written for each of a block's lanes: see `vectorOffset`.
  func laneVectors(_ block: LaneBlock, offset: Int) -> LaneVectors {
    LaneVectors(block.laneRows(laneVectors, stride: layout.vectorCount), stride: layout.vectorCount, offset: offset)
  }

  /// Folds `laneVectors` into the gradient.
  public func foldVectors(into gradients: Window<Float>) {
    foldRows(
      laneVectors, stride: layout.vectorCount, count: layout.vectorCount, schedule: laneFolds,
      into: gradients[layout.vectorOffset..<gradients.count], rootStride: gradientStride, scratch: scratch)
  }
}
