internal import Kernels
internal import Teams

/// One worker's part of the notebook's Model3: its streams' hidden state, the activations of one step, and forward and
/// backward over them in terms of the kernels.
///
///     h_t = relu(W·(h_{t−1} + E[x_t]) + b);  y_t = BatchNorm(h_t);  logits_t = O·y_t + c
///
/// Activations are `bptt` matrices (streams, hidden) in panels; the output layer works on all rows at once, in the order
/// (lane, step, stream). BatchNorm stands outside the recurrence, so its statistics for all steps travel in one exchange.
@safe
final class Model3 {
  let shape: ModelShape
  let bptt: Int
  let streams: Int
  let batchSize: Int
  private let team: any Team
  private let parameters: Window<Float>
  private let arena: Arena

  // The worker's lanes: rows within one step, and rows of the output block.
  private let stepLanes: LaneRows
  private let blockLanes: LaneRows
  private let laneFolds: FoldSchedule
  private let laneMomentSchedule: MomentSchedule
  private let rootMomentSchedule: MomentSchedule

  /// (streams, hidden): the state carried from step to step.
  let state: Window<Float>
  let runningMean: Window<Float>
  let runningVariance: Window<Float>

  // Transposed copies for the way back, made anew after each update.
  private let hiddenTransposed: Panels
  private let outputTransposed: Panels

  private let input: Window<Float>  // (bptt, streams, hidden)
  private let hidden: Window<Float>  // (bptt, streams, hidden)
  private let hiddenGradient: Window<Float>  // (bptt, streams, hidden)
  private let sumGradient: Window<Float>  // (bptt, streams, hidden)
  private let inputGradient: Window<Float>  // (bptt, streams, hidden)
  private let normalised: Panels  // (lane rows, hidden)
  private let logits: Panels  // (lane rows, vocabulary)
  private let blockTargets: Window<Int32>
  private let losses: Window<Float>
  private let lossScratch: Window<Float>
  private let places: Window<Int32>
  private let coefficients: NormCoefficients
  private let laneStatistics: Window<Float>  // (lanes, 2·bptt·width)
  private let statistics: Window<Float>  // (2·bptt·width)
  private let laneVectors: Window<Float>  // (lanes, vectors)
  private let laneDoubles: Window<Double>
  private let doubleScratch: Window<Double>
  private let scratch: Window<Float>
  private let embeddingRows: Window<EmbeddingRow>
  private let embeddingHeads: Window<Int32>
  private let moments: TreeExchange
  private let sums: TreeExchange
  private let total: Window<Double>

  /// - parameters: the team's, laid out by `shape`. Collective: every worker makes its model in the same order.
  init(shape: ModelShape, bptt: Int, team: any Team, parameters: Window<Float>) {
    self.shape = shape
    self.bptt = bptt
    self.team = team
    self.parameters = parameters
    let plan = team.lanes
    batchSize = plan.batchSize
    let ownLanes = plan.lanes(ofWorker: team.rank, of: team.size)
    let ownStreams = plan.streams(ofWorker: team.rank, of: team.size)
    streams = ownStreams.count
    let laneStreams = ownLanes.map { plan.streams(ofLane: $0) }
    let first = ownStreams.lowerBound
    stepLanes = LaneRows(rows: laneStreams.map { ($0.lowerBound - first)..<($0.upperBound - first) }, steps: bptt)
    blockLanes = LaneRows(
      rows: stepLanes.rows.map { ($0.lowerBound * bptt)..<($0.upperBound * bptt) }, steps: 1)
    laneFolds = plan.folds(of: ownLanes.map { $0..<($0 + 1) })
    laneMomentSchedule = MomentSchedule(laneFolds, counts: laneStreams.map(\.count))
    moments = team.makeTreeExchange(floats: 2 * bptt * shape.width, doubles: 0)
    sums = team.makeTreeExchange(floats: 2 * bptt * shape.width, doubles: 2)
    let roots = (0..<team.size).flatMap { plan.subtrees(of: plan.lanes(ofWorker: $0, of: team.size)) }
    rootMomentSchedule = MomentSchedule(
      moments.schedule,
      counts: roots.map {
        plan.streams(ofLane: $0.upperBound - 1).upperBound - plan.streams(ofLane: $0.lowerBound).lowerBound
      })

    let width = shape.width
    let stateCount = streams * width
    let rows = streams * bptt
    let paddedRows = (rows + 15) / 16 * 16
    let lanes = ownLanes.count
    let depth = max(laneFolds.depth, moments.schedule.depth)
    let scratchCount = max(weightGradientScratch(laneFolds), 32 * depth)
    let statisticCount = 2 * bptt * width
    let weights = Panels.count(rows: shape.hidden, columns: shape.hidden)
    let outputWeights = Panels.count(rows: shape.vocabulary, columns: shape.hidden)
    let blockWidths =
      Panels.count(rows: rows, columns: shape.hidden) + Panels.count(rows: rows, columns: shape.vocabulary)
    let floats = [
      stateCount, width, width, weights, outputWeights, 5 * stateCount * bptt + 5 * 16, blockWidths, 2 * paddedRows,
      2 * bptt * width * 2, lanes * statisticCount, statisticCount, lanes * shape.vectorCount, scratchCount,
    ]
    let bytes =
      floats.reduce(0) { $0 + Arena.byteCount($1, of: Float.self) } + 64 * 32
      + Arena.byteCount(2 * rows, of: Int32.self) + Arena.byteCount(rows, of: EmbeddingRow.self)
      + Arena.byteCount(shape.vocabulary + 1, of: Int32.self) + Arena.byteCount(2 * lanes + depth + 8, of: Double.self)
    arena = Arena(byteCount: bytes)
    state = arena.take(stateCount)
    runningMean = arena.take(width)
    runningVariance = arena.take(width)
    hiddenTransposed = Panels(arena.take(weights), rows: shape.hidden, columns: shape.hidden)
    outputTransposed = Panels(arena.take(outputWeights), rows: shape.vocabulary, columns: shape.hidden)
    input = arena.take(stateCount * bptt)
    hidden = arena.take(stateCount * bptt)
    hiddenGradient = arena.take(stateCount * bptt)
    sumGradient = arena.take(stateCount * bptt)
    inputGradient = arena.take(stateCount * bptt)
    normalised = Panels(arena.take(Panels.count(rows: rows, columns: shape.hidden)), rows: rows, columns: shape.hidden)
    logits = Panels(
      arena.take(Panels.count(rows: rows, columns: shape.vocabulary)), rows: rows, columns: shape.vocabulary)
    blockTargets = arena.take(rows)
    losses = arena.take(paddedRows)
    lossScratch = arena.take(paddedRows)
    places = arena.take(rows)
    coefficients = NormCoefficients(
      mean: arena.take(bptt * width), inverseDeviation: arena.take(bptt * width), scale: arena.take(bptt * width),
      shift: arena.take(bptt * width))
    laneStatistics = arena.take(lanes * statisticCount)
    statistics = arena.take(statisticCount)
    laneVectors = arena.take(lanes * shape.vectorCount)
    laneDoubles = arena.take(lanes)
    doubleScratch = arena.take(depth)
    total = arena.take(2)
    scratch = arena.take(scratchCount)
    embeddingRows = arena.take(rows)
    embeddingHeads = arena.take(shape.vocabulary + 1)
    runningVariance[0..<shape.hidden].fill(1)
    var row = 0
    for lane in stepLanes.rows {
      for step in 0..<bptt {
        for stream in lane {
          places[row] = Int32(step * stateCount + stream * 16)
          row += 1
        }
      }
    }
  }
}

// MARK: Views into the parameters

extension Model3 {
  private var embedding: Window<Float> { parameters[0..<shape.embeddingCount] }
  private var hiddenWeight: Panels {
    let offset = shape.hiddenWeightOffset
    return Panels(parameters[offset..<(offset + shape.hiddenWeightCount)], rows: shape.hidden, columns: shape.hidden)
  }
  private var outputWeight: Panels {
    let offset = shape.outputWeightOffset
    return Panels(
      parameters[offset..<(offset + shape.outputWeightCount)], rows: shape.hidden, columns: shape.vocabulary)
  }
  private func vector(_ offset: Int, _ count: Int) -> Window<Float> {
    let start = shape.vectorOffset + offset
    return parameters[start..<(start + count)]
  }
  private func step(_ activations: Window<Float>, _ t: Int) -> Panels {
    let count = streams * shape.width
    return Panels(activations[(t * count)..<((t + 1) * count)], rows: streams, columns: shape.hidden)
  }
}

// MARK: Forward and backward

extension Model3 {
  /// Takes over parameters that have changed.
  func parametersChanged() {
    transpose(hiddenWeight, into: hiddenTransposed)
    transpose(outputWeight, into: outputTransposed)
  }

  /// Forward and backward over one batch: tokens x and targets y, (bptt, streams) each. Moves the hidden state on, updates the
  /// running statistics, and leaves this worker's subtree roots of the gradient in `gradients` (roots, parameterCount).
  ///
  /// Returns the mean loss over all rows of all workers.
  func trainStep(x: Window<Int32>, y: Window<Int32>, gradients: Window<Float>) -> Double {
    let samples = batchSize
    recur(x)
    shareMoments()
    normalisation(
      moments: statistics, samples: samples, weight: vector(shape.normWeight, shape.width),
      bias: vector(shape.normBias, shape.width), width: shape.width, running: (runningMean, runningVariance),
      into: coefficients)
    predict(y, gradientScale: 1 / Float(samples * bptt))
    linear(logits, outputTransposed, scatteringTo: places, of: hiddenGradient, panelStride: streams * 16)
    outputGradients(gradients)
    let loss = shareSums()
    normaliseBackward(
      hiddenGradient, hidden, rowsPerStep: streams, sums: statistics, samples: samples, coefficients)
    backThroughTime()
    recurrentGradients(x, gradients)
    return loss / Double(samples * bptt)
  }

  /// Forward over one batch with the running statistics. Moves the hidden state on. Writes each lane's loss sum and number of
  /// correct predictions to `losses` and `correct`, an element for each of this worker's lanes.
  func validationStep(x: Window<Int32>, y: Window<Int32>, losses sums: Window<Double>, correct: Window<Double>) {
    recur(x)
    normalisation(
      running: (runningMean, runningVariance), weight: vector(shape.normWeight, shape.width),
      bias: vector(shape.normBias, shape.width), width: shape.width, into: coefficients)
    predict(y, gradientScale: nil)
    sumLosses(losses, runs: blockLanes.rows, into: sums, stride: 1)
    correctPredictions(logits, targets: blockTargets, runs: blockLanes.rows, into: correct)
  }

  private func recur(_ x: Window<Int32>) {
    let before = Panels(state, rows: streams, columns: shape.hidden)
    addEmbedding(before, embedding: embedding, tokens: x[0..<streams], into: step(input, 0))
    let bias = vector(shape.hiddenBias, shape.width)
    for t in 0..<bptt {
      let isLast = t + 1 == bptt
      let following = isLast ? t : t + 1
      recurrentForward(
        step(input, t), hiddenWeight, bias: bias, into: step(hidden, t), next: isLast ? nil : step(input, following),
        embedding: embedding, tokens: x[(following * streams)..<((following + 1) * streams)])
    }
    state.copy(from: step(hidden, bptt - 1).elements)
  }

  private func shareMoments() {
    let count = bptt * shape.width
    laneMoments(
      hidden, rowsPerStep: streams, width: shape.width, lanes: stepLanes, into: laneStatistics, stride: 2 * count)
    let stride = moments.floatStride
    mergeMoments(
      laneStatistics, stride: 2 * count, count: count, schedule: laneMomentSchedule,
      into: moments.floats[(moments.ownRoots.lowerBound * stride)..<(moments.ownRoots.upperBound * stride)],
      rootStride: stride, scratch: scratch)
    team.complete(moments)
    mergeMoments(
      moments.floats, stride: stride, count: count, schedule: rootMomentSchedule, into: statistics,
      rootStride: 2 * count, scratch: scratch)
  }

  private func predict(_ y: Window<Int32>, gradientScale: Float?) {
    normalise(
      hidden, rowsPerStep: streams, width: shape.width, lanes: stepLanes, coefficients, into: normalised)
    linear(normalised, outputWeight, bias: vector(shape.outputBias, shape.outputWidth), into: logits)
    var row = 0
    for lane in stepLanes.rows {
      for step in 0..<bptt {
        for stream in lane {
          blockTargets[row] = y[step * streams + stream]
          row += 1
        }
      }
    }
    softmaxLoss(logits, targets: blockTargets, losses: losses, gradientScale: gradientScale, scratch: lossScratch)
  }

  private func outputGradients(_ gradients: Window<Float>) {
    weightGradient(
      (normalised.elements, shape.hidden), (logits.elements, shape.vocabulary), rowsPerStep: logits.rows,
      lanes: blockLanes, schedule: laneFolds, roots: gradients, offset: shape.outputWeightOffset,
      rootStride: shape.parameterCount, scratch: scratch)
    laneColumnSums(
      logits.elements, rowsPerStep: logits.rows, width: shape.outputWidth, lanes: blockLanes, into: laneVectors,
      vectorStride: shape.vectorCount, offset: shape.outputBias)
  }

  private func shareSums() -> Double {
    let count = bptt * shape.width
    laneNormGradients(
      hiddenGradient, hidden, rowsPerStep: streams, width: shape.width, lanes: stepLanes, coefficients,
      into: laneStatistics, stride: 2 * count, vectors: laneVectors, vectorStride: shape.vectorCount,
      weightOffset: shape.normWeight, biasOffset: shape.normBias)
    let stride = sums.floatStride
    let own = sums.ownRoots
    foldRows(
      laneStatistics, stride: 2 * count, count: 2 * count, schedule: laneFolds,
      into: sums.floats[(own.lowerBound * stride)..<(own.upperBound * stride)], rootStride: stride, scratch: scratch)
    sumLosses(losses, runs: blockLanes.rows, into: laneDoubles, stride: 1)
    let doubleStride = sums.doubleStride
    foldDoubles(
      laneDoubles, stride: 1, count: 1, schedule: laneFolds,
      into: sums.doubles[(own.lowerBound * doubleStride)..<(own.upperBound * doubleStride)], rootStride: doubleStride,
      scratch: doubleScratch)
    team.complete(sums)
    foldRows(
      sums.floats, stride: stride, count: 2 * count, schedule: sums.schedule, into: statistics, rootStride: 2 * count,
      scratch: scratch)
    foldDoubles(
      sums.doubles, stride: doubleStride, count: 1, schedule: sums.schedule, into: total, rootStride: 1,
      scratch: doubleScratch)
    return total[0]
  }

  private func backThroughTime() {
    rectifierBackward(step(hiddenGradient, bptt - 1), step(hidden, bptt - 1), into: step(sumGradient, bptt - 1))
    for t in (0..<bptt).reversed() {
      let previous =
        t == 0 ? nil : (h: step(hidden, t - 1), dh: step(hiddenGradient, t - 1), dz: step(sumGradient, t - 1))
      recurrentBackward(step(sumGradient, t), hiddenTransposed, into: step(inputGradient, t), previous: previous)
    }
  }

  private func recurrentGradients(_ x: Window<Int32>, _ gradients: Window<Float>) {
    weightGradient(
      (input, shape.hidden), (sumGradient, shape.hidden), rowsPerStep: streams, lanes: stepLanes, schedule: laneFolds,
      roots: gradients, offset: shape.hiddenWeightOffset, rootStride: shape.parameterCount, scratch: scratch)
    laneColumnSums(
      sumGradient, rowsPerStep: streams, width: shape.width, lanes: stepLanes, into: laneVectors,
      vectorStride: shape.vectorCount, offset: shape.hiddenBias)
    foldRows(
      laneVectors, stride: shape.vectorCount, count: shape.vectorCount, schedule: laneFolds,
      into: gradients[shape.vectorOffset..<gradients.count], rootStride: shape.parameterCount, scratch: scratch)
    embeddingGradient(
      inputGradient, tokens: x, rowsPerStep: streams, width: shape.width, vocabulary: shape.vocabulary,
      lanes: stepLanes,
      schedule: laneFolds, roots: gradients, offset: 0, rootStride: shape.parameterCount, order: embeddingRows,
      heads: embeddingHeads, stack: scratch)
  }
}
