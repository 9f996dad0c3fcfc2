public import Kernels
public import Memory
public import Teams

/// What one worker's model is made from: sizes, the team, the parameters, the worker's lanes, and memory for the life
/// of the run.
@safe
public final class ModelContext {
  /// What the model is.
  public let description: ModelDescription
  /// Size of the vocabulary.
  public let vocabulary: Int
  /// Seed of what is random in a step.
  public let seed: UInt64
  /// Where in the run the step is that comes next, or is under way.
  public package(set) var place = StepPlace()
  /// Tokens that a stream advances in a step.
  public let bptt: Int
  /// The team, with whom sums are exchanged.
  public let team: any Team
  /// Number of streams of all workers, and of this one.
  public let batchSize, streams: Int
  /// The number among all streams of this worker's first.
  public let firstStream: Int
  /// How this worker's lanes are added up to its subtree roots.
  public let laneReduction: ReductionSchedule
  /// For each lane of the worker its rows among the worker's streams.
  public let laneRows: [Range<Int>]
  /// (lanes, vectors): each lane's gradient of the vectors, all to be written in every step. See `vectorOffset`.
  public let laneVectors: BufferView<Float>
  /// Scratch for the kernels that reduce along the tree.
  public let scratch: BufferView<Float>
  let doubleScratch: BufferView<Double>
  private let lossExchange: TreeExchange
  private let lossTotals: BufferView<Double>  // (1 + flags)
  /// What workers exchange along with a step's loss.
  package let flags = StepFlags()
  /// Which predictions count in an evaluation; nil for all.
  package var countedPredictions: CountedPredictions?
  /// What metrics sum up over the predictions of a validation; nil for nothing.
  package var metricSums: MetricSums?
  /// Takes what is predicted in an evaluation, if anybody wants that.
  package var collectedPredictions: CollectedPredictions?
  let layout: ParameterLayout
  /// Where the phases of a step are kept, if anybody wants them.
  package let spans: SpanLog?
  private let parameters: BufferView<Float>
  private let storage: Storage

  /// - seed: of what is random in a step; bptt: tokens that a stream advances in it.
  /// - storage: where all memory comes from.
  package init(
    _ description: ModelDescription, _ layout: ParameterLayout, vocabulary: Int, bptt: Int, seed: UInt64,
    team: any Team, parameters: BufferView<Float>, storage: Storage = Storage()
  ) {
    self.storage = storage
    self.layout = layout
    self.description = description
    self.vocabulary = vocabulary
    self.seed = seed
    self.bptt = bptt
    self.team = team
    spans = (team as? TracedTeam)?.log
    self.parameters = parameters
    let lanes = team.lanes
    batchSize = lanes.batchSize
    let own = lanes.lanes(ofWorker: team.rank, of: team.size)
    let ownStreams = lanes.streams(ofWorker: team.rank, of: team.size)
    streams = ownStreams.count
    firstStream = ownStreams.lowerBound
    laneRows = own.map { lane in
      let range = lanes.streams(ofLane: lane)
      return (range.lowerBound - ownStreams.lowerBound)..<(range.upperBound - ownStreams.lowerBound)
    }
    laneReduction = lanes.reductionSchedule(of: own.map { $0..<($0 + 1) })
    // No reduction of lanes or of roots keeps more entries than there are lanes.
    let depth = lanes.count
    laneVectors = storage.take(own.count * layout.vectorCount)
    scratch = storage.take(reductionScratch * depth)
    doubleScratch = storage.take(depth)
    lossTotals = storage.take(1 + StepFlags.count)
    lossExchange = team.makeTreeExchange(floats: 0, doubles: 1 + StepFlags.count)
  }

  /// Size of the hidden state.
  public var hidden: Int { description.hidden }
  /// `hidden`, padded to whole panels.
  public var width: Int { ParameterLayout.padded(hidden) }

  /// `steps` runs of each lane's streams, one after the other: activations of several steps.
  public func lanes(steps: Int) -> LaneRows { LaneRows(rows: laneRows, steps: steps) }

  /// All lanes as one block, over `steps` steps.
  public func wholeBlock(steps: Int) -> [LaneBlock] { LaneBlock.cut(laneRows, steps: steps, limit: streams) }

  /// The worker's lanes in blocks whose activations over `steps` steps stay in cache: see `LaneBlock.cached`.
  ///
  /// - width: of the widest activations; nil for that of the hidden state.
  public func cachedBlocks(steps: Int, width: Int? = nil) -> [LaneBlock] {
    LaneBlock.cached(laneRows, steps: steps, width: width ?? self.width)
  }

  /// Makes the stack on which a linear layer's weight gradient is added up over the lanes, block by block, for each
  /// gradient that it is called with.
  func makeGradientStack(_ name: String, _ blocks: [LaneBlock]) -> (_ gradients: BufferView<Float>) -> GradientStack {
    let tensor = layout[name]
    let (depth, columns) = tensor.isShared ? (tensor.shape[0], tensor.shape[1]) : (tensor.shape[1], tensor.keptColumns)
    let lasting = laneReduction.height(after: blocks.map(\.lanes.upperBound))
    let spare: BufferView<Float> = make(
      GradientStack.spareCount(depth: depth, columns: columns, schedule: laneReduction, lasting: lasting),
      for: .gradientSums)
    let (schedule, stride) = (laneReduction, gradientStride)
    return { gradients in
      GradientStack(
        gradients, offset: tensor.offset, rootStride: stride, depth: depth, columns: columns, schedule: schedule,
        lasting: lasting, spare: spare)
    }
  }

  /// An embedding's gradient sums, of at most `rows` rows a step.
  ///
  /// - columns: the embedding's width; nil for that of the hidden state.
  public func makeEmbeddingSums(rows: Int, columns: Int? = nil) -> EmbeddingSums {
    EmbeddingSums(
      vocabulary: vocabulary, lanes: laneRows.count, width: ParameterLayout.padded(columns ?? hidden), rows: rows,
      storage: storage)
  }

  /// Zeroed memory of `count` elements that lives as long as the context.
  ///
  /// - use: what it is counted as.
  public func make<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type = Element.self, for use: MemoryUse = .activations
  ) -> BufferView<Element> {
    storage.take(count, of: type, for: use)
  }

  /// Zeroed panels that live as long as the context.
  ///
  /// - use: what they are counted as.
  public func makePanels(rows: Int, columns: Int, for use: MemoryUse = .activations) -> Panels {
    Panels(make(Panels.count(rows: rows, columns: columns), for: use), rows: rows, columns: columns)
  }

  /// Memory of its own, which belongs to the caller.
  package func makeArena(byteCount: Int, for use: MemoryUse) -> Arena {
    storage.makeArena(byteCount: byteCount, for: use)
  }

  /// The canonical sum of a number from each lane over all workers; the step's flags ride along. Collective. For models
  /// that have no other exchange which it could ride along in.
  public func sum(_ lanes: BufferView<Double>) -> Double {
    writeLosses(lanes, to: lossExchange)
    team.complete(lossExchange)
    return readLosses(from: lossExchange, lossTotals)
  }

  /// Writes this worker's subtree roots of a number from each lane, and the step's flags, into an exchange of 1 +
  /// `StepFlags.count` doubles.
  func writeLosses(_ losses: BufferView<Double>, to exchange: TreeExchange) {
    let stride = exchange.doubleStride
    let own = exchange.ownRoots
    reduceDoubles(
      losses, stride: 1, count: 1, schedule: laneReduction,
      into: exchange.doubles[(own.lowerBound * stride)..<(own.upperBound * stride)], rootStride: stride,
      scratch: doubleScratch)
    let firstRow = own.lowerBound * stride
    flags.write(to: exchange.doubles[(firstRow + 1)..<(firstRow + 1 + StepFlags.count)])
  }

  /// The canonical sum of what all workers have written by `writeLosses`; takes the flags.
  ///
  /// - totals: 1 + `StepFlags.count` elements of scratch.
  func readLosses(from exchange: TreeExchange, _ totals: BufferView<Double>) -> Double {
    reduceDoubles(
      exchange.doubles, stride: exchange.doubleStride, count: totals.count, schedule: exchange.schedule, into: totals,
      rootStride: totals.count, scratch: doubleScratch)
    flags.read(from: totals[1..<totals.count])
    return totals[0]
  }

  /// Streams of each of the team's subtree roots, in lane order.
  var rootStreams: [Int] {
    let lanes = team.lanes
    return (0..<team.size).flatMap { lanes.subtrees(of: lanes.lanes(ofWorker: $0, of: team.size)) }.map {
      lanes.streams(ofLane: $0.upperBound - 1).upperBound - lanes.streams(ofLane: $0.lowerBound).lowerBound
    }
  }

  // MARK: Views into the parameters and the gradient

  /// An embedding's rows, each padded to 16.
  public func rows(_ name: String) -> BufferView<Float> {
    let tensor = layout[name]
    return parameters[tensor.offset..<(tensor.offset + tensor.shape[0] * ParameterLayout.padded(tensor.shape[1]))]
  }

  /// A linear layer's weight, (inputs, outputs); a cell's, (inputs, gate columns).
  public func weight(_ name: String) -> Panels {
    let tensor = layout[name]
    let (rows, columns) = (tensor.shape[1], tensor.keptColumns)
    let count = Panels.count(rows: rows, columns: columns)
    return Panels(parameters[tensor.offset..<(tensor.offset + count)], rows: rows, columns: columns)
  }

  /// An embedding that is an output layer's weight as well, (rows, columns).
  public func sharedEmbedding(_ name: String) -> Panels {
    let tensor = layout[name]
    let count = Panels.count(rows: tensor.shape[0], columns: tensor.shape[1])
    return Panels(
      parameters[tensor.offset..<(tensor.offset + count)], rows: tensor.shape[0], columns: tensor.shape[1])
  }

  /// A vector, padded to 16; a cell's bias, a number for each gate column.
  public func vector(_ name: String) -> BufferView<Float> {
    let tensor = layout[name]
    return parameters[tensor.offset..<(tensor.offset + tensor.vectorCount)]
  }

  /// Where a parameter starts in each root of the gradient.
  public func gradientOffset(_ name: String) -> Int { layout[name].offset }

  /// Floats from one root of the gradient to the next.
  public var gradientStride: Int { layout.count }

  /// Where a vector's gradient starts in each row of `laneVectors`.
  public func vectorOffset(_ name: String) -> Int { layout[name].offset - layout.vectorOffset }

  /// Where the gradient of a vector is to be written for each of a block's lanes: see `vectorOffset`.
  func laneVectors(_ block: LaneBlock, offset: Int) -> LaneVectors {
    LaneVectors(block.laneRows(laneVectors, stride: layout.vectorCount), stride: layout.vectorCount, offset: offset)
  }

  /// A lane's gradient of the vectors: see `vectorOffset`.
  func laneVectors(ofLane lane: Int) -> BufferView<Float> {
    laneVectors[(lane * layout.vectorCount)..<((lane + 1) * layout.vectorCount)]
  }

  /// Where the gradient of an embedding's use as such starts in each root of the gradient: of a shared one, after all
  /// parameters.
  func embeddingGradientOffset(_ name: String) -> Int {
    layout.sharedGradients.first { $0.parameter.lowerBound == layout[name].offset }?.second.lowerBound
      ?? gradientOffset(name)
  }

  /// Adds `laneVectors` up over the lanes, into the gradient.
  public func reduceVectors(into gradients: BufferView<Float>) {
    reduceRows(
      laneVectors, stride: layout.vectorCount, count: layout.vectorCount, schedule: laneReduction,
      into: gradients[layout.vectorOffset..<gradients.count], rootStride: layout.count, scratch: scratch)
  }
}
