public import Configuration
private import Kernels
internal import Memory
internal import Models
private import Teams

/// One kernel's speed on matrices of one shape.
public struct KernelRow: Sendable {
  /// The kernel, by what it is for.
  public let kernel: String
  /// Rows, and for products depth, and columns of what it computes.
  public let shape: String
  /// Time of a call, the best of several, in microseconds.
  public let microseconds: Double
  /// Additions and multiplications of a call, whether fused or not; 0 where it only moves numbers.
  public let operations: Double

  /// Operations in a nanosecond.
  public var gflops: Double { operations / microseconds / 1e3 }
}

/// Times each kernel of a training step by itself, on this thread and on data of its own: one block of lanes of a worker that has the
/// whole batch, as `LaneBlock.cached` cuts it. What a kernel reads is in cache from the call before, as far as it fits.
public func measureKernels(_ configuration: RunConfiguration, vocabulary: Int) -> [KernelRow] {
  let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
  let bench = KernelBench(configuration, lanes: lanes, vocabulary: vocabulary)
  return bench.forward() + bench.backward() + bench.rest()
}

/// The data that the kernels work on. It is such that a kernel that works in place finds the same work in each call.
private struct KernelBench {
  private let hidden, vocabulary, width, steps, rows: Int
  private let block: LaneBlock
  private let schedule: FoldSchedule
  private let storage = Storage()
  private let weight, transposed, outputWeight, outputTransposed: Panels
  private let a, h, dh, da: Window<Float>  // (steps, block's streams, hidden); da: of one step
  private let inputs, logits: Panels  // (rows, hidden), (rows, vocabulary)
  private let tokens, targets, places: Window<Int32>
  private let bias, outputBias, embedding: Window<Float>
  private let coefficients: NormCoefficients
  private let slopes: NormSlopes
  private let embeddingSums: EmbeddingSums
  private let statistics, vectors: Window<Float>
  private let gradient: Window<Float>

  init(_ configuration: RunConfiguration, lanes: Lanes, vocabulary: Int) {
    hidden = configuration.hidden
    self.vocabulary = vocabulary
    width = ParameterLayout.padded(hidden)
    steps = configuration.bptt
    let laneRows = (0..<lanes.count).map { lanes.streams(ofLane: $0) }
    block = LaneBlock.cached(laneRows, steps: steps, width: width, vocabulary: vocabulary)[0]
    schedule = lanes.folds(of: block.lanes.map { $0..<($0 + 1) })
    let streams = block.streams.count
    rows = streams * steps
    let storage = storage
    func panels(_ rows: Int, _ columns: Int, _ value: Float = 0) -> Panels {
      let elements: Window<Float> = storage.take(Panels.count(rows: rows, columns: columns))
      elements.fill(value)
      return Panels(elements, rows: rows, columns: columns)
    }
    weight = panels(hidden, hidden)
    transposed = panels(hidden, hidden)
    outputWeight = panels(hidden, vocabulary)
    outputTransposed = panels(vocabulary, hidden)
    let count = rows * width
    a = storage.take(count)
    h = storage.take(count)
    dh = storage.take(count)
    for window in [a, h, dh] { window.fill(0.5) }
    da = storage.take(streams * width)
    da.fill(0.5)
    inputs = panels(rows, hidden, 0.5)
    logits = panels(rows, vocabulary, 0.5)
    tokens = storage.take(rows)
    targets = storage.take(rows)
    places = storage.take(rows)
    bias = storage.take(width)
    outputBias = storage.take(ParameterLayout.padded(vocabulary))
    embedding = storage.take(vocabulary * width)
    for row in 0..<rows {
      tokens[row] = Int32(row * 7919 % vocabulary)
      targets[row] = Int32(row * 104_729 % vocabulary)
      places[row] = Int32(row / streams * streams * width + row % streams * 16)
    }
    func coefficient(_ value: Float) -> Window<Float> {
      let window: Window<Float> = storage.take(configuration.bptt * ParameterLayout.padded(configuration.hidden))
      window.fill(value)
      return window
    }
    coefficients = NormCoefficients(
      mean: coefficient(0), inverseDeviation: coefficient(1), scale: coefficient(1), shift: coefficient(0))
    slopes = NormSlopes(scale: coefficient(1), slope: coefficient(0), offset: coefficient(0))
    embeddingSums = EmbeddingSums(
      vocabulary: vocabulary, lanes: block.lanes.count, width: width, rows: rows, storage: storage)
    statistics = storage.take(block.lanes.count * 2 * steps * width)
    vectors = storage.take(block.lanes.count * max(2 * width, ParameterLayout.padded(vocabulary)))
    gradient = storage.take(schedule.roots * Panels.count(rows: hidden, columns: max(hidden, vocabulary)))
  }

  func forward() -> [KernelRow] {
    let streams = block.streams.count
    let normalisation = Normalisation(
      h, rowsPerStep: streams, width: width, lanes: block.stepRows, coefficients, into: inputs)
    return [
      row("recurrence, forward", "\(streams)x\(hidden)x\(hidden), \(steps) steps", product(hidden)) {
        recurrentForward(
          a, into: h, rows: streams, steps: steps, weight, bias: bias, embedding: embedding, tokens: tokens,
          tokenStride: streams)
      },
      row("BatchNorm, moments", "\(rows)x\(hidden)", 4 * elements) {
        laneMoments(
          h, rowsPerStep: streams, width: width, lanes: block.stepRows, into: statistics, stride: 2 * steps * width)
      },
      row("BatchNorm, normalise", "\(rows)x\(hidden)", 2 * elements) {
        normalisation.run()
      },
      row("logits", "\(rows)x\(hidden)x\(vocabulary)", product(vocabulary)) {
        linear(inputs, outputWeight, bias: outputBias, into: logits)
      },
      row("logits, with normalising", "\(rows)x\(hidden)x\(vocabulary)", product(vocabulary)) {
        linear(normalisation, outputWeight, bias: outputBias, into: logits)
      },
      softmax(),
    ]
  }

  private func softmax() -> KernelRow {
    let losses: Window<Float> = storage.take(ParameterLayout.padded(rows))
    let scratch: Window<Float> = storage.take(softmaxScratch)
    // Maximum, difference, exponential (21), sum and scaling.
    return row("softmax, loss and gradient", "\(rows)x\(vocabulary)", 25 * Double(rows * vocabulary)) {
      softmaxLoss(logits, targets: targets, losses: losses, gradientScale: 1, scratch: scratch)
    }
  }

  func backward() -> [KernelRow] {
    let streams = block.streams.count
    let sums = LaneNormGradients(
      dh, h, rowsPerStep: streams, width: width, lanes: block.stepRows, coefficients, into: statistics,
      stride: 2 * steps * width, vectors: vectors, vectorStride: 2 * width, weightOffset: 0, biasOffset: width)
    return [
      row("logits, backward", "\(rows)x\(vocabulary)x\(hidden)", product(vocabulary)) {
        linear(logits, outputTransposed, scatteringTo: places, of: dh, panelStride: streams * 16)
      },
      weightGradientRow("logits, weight gradient", inputs.elements, logits.elements, vocabulary, rows, block.runs),
      row("BatchNorm, sums backward", "\(rows)x\(hidden)", 4 * elements) {
        sums.run()
      },
      row("logits, backward, with sums", "\(rows)x\(vocabulary)x\(hidden)", product(vocabulary)) {
        linear(
          logits, outputTransposed, scatteringTo: places, of: dh, panelStride: streams * 16, summing: sums)
      },
      row("BatchNorm, backward", "\(rows)x\(hidden)", 4 * elements) {
        normaliseBackward(dh, h, rowsPerStep: streams, slopes)
      },
      // With BatchNorm and the embedding's sums.
      row("recurrence, backward", "\(streams)x\(hidden)x\(hidden), \(steps) steps", product(hidden)) {
        recurrentBackward(
          dh, h: h, rows: streams, steps: steps, transposed, through: slopes, addingTo: embeddingSums,
          lanes: block.stepRows.rows, first: 0, tokens: tokens, tokenStride: streams, scratch: da)
      },
      recurrentWeightGradient(),
    ]
  }

  func rest() -> [KernelRow] {
    let streams = block.streams.count
    let roots: Window<Float> = storage.take(schedule.roots * vocabulary * width)
    return [
      row("embedding gradient", "\(rows)x\(hidden)", elements) {
        for t in 0..<steps {
          embeddingSums.add(
            da, tokens: tokens[(t * streams)..<((t + 1) * streams)], rowsPerStep: streams, rows: block.stepRows.rows,
            first: 0)
        }
        embeddingSums.fold(schedule, into: roots, offset: 0, rootStride: vocabulary * width)
      },
      row("transpose", "\(hidden)x\(vocabulary)", 0) { transpose(outputWeight, into: outputTransposed) },
      adamRow(),
    ]
  }

  private func adamRow() -> KernelRow {
    let unit = ParameterLayout.unit
    let count = (hidden * (hidden + 2 * vocabulary) + unit - 1) / unit * unit
    func vector(_ value: Float) -> Window<Float> {
      let window: Window<Float> = storage.take(count)
      window.fill(value)
      return window
    }
    let (parameters, first, second, root) = (vector(0.1), vector(0.01), vector(0.0001), vector(0.01))
    let scratch: Window<Float> = storage.take(unit)
    let stack: Window<Float> = storage.take(foldScratch)
    let step = AdamStep(step: 1000, learningRate: 1e-9, momentum: 0.9, weightDecay: 0)
    // With its square root (14) and the look for infinities (2).
    return row("Adam", "\(count)", 29 * Double(count)) {
      _ = adam(
        step, roots: root, rootStride: count, schedule: FoldSchedule(folds: [0]), parameters: parameters,
        first: first, second: second, gradient: scratch, stack: stack)
    }
  }

  /// As in a step, where wide layers bring the rows into lane order before.
  private func recurrentWeightGradient() -> KernelRow {
    let name = "recurrence, weight gradient"
    let streams = block.streams.count
    guard LaneBlock.isWide(width) else {
      return weightGradientRow(name, a, dh, hidden, streams, block.stepRows)
    }
    let ordered = [a, dh].map { _ in
      Panels(storage.take(rows * width), rows: rows, columns: width)
    }
    return weightGradientRow(name, ordered[0].elements, ordered[1].elements, hidden, rows, block.runs) {
      gatherLanes(a, rowsPerStep: streams, width: width, lanes: block.stepRows, into: ordered[0])
      gatherLanes(dh, rowsPerStep: streams, width: width, lanes: block.stepRows, into: ordered[1])
    }
  }

  private func weightGradientRow(
    _ name: String, _ a: Window<Float>, _ d: Window<Float>, _ columns: Int, _ rowsPerStep: Int, _ lanes: LaneRows,
    before: () -> Void = {}
  ) -> KernelRow {
    let spare: Window<Float> = storage.take(
      GradientStack.spareCount(depth: hidden, columns: columns, schedule: schedule, lasting: schedule.roots))
    let stack = GradientStack(
      gradient, offset: 0, rootStride: Panels.count(rows: hidden, columns: columns), depth: hidden, columns: columns,
      schedule: schedule, lasting: schedule.roots, spare: spare)
    return row(name, "\(hidden)x\(rows)x\(columns), \(block.lanes.count) lanes", product(columns)) {
      before()
      weightGradient(
        a, depth: hidden, d, columns: columns, rowsPerStep: rowsPerStep, lanes: lanes, first: 0, schedule: schedule,
        into: stack, bias: LaneVectors(vectors, stride: max(width, ParameterLayout.padded(vocabulary)), offset: 0))
    }
  }

  private var elements: Double { Double(rows * hidden) }

  /// Operations of a product of all rows, `hidden` and so many columns.
  private func product(_ columns: Int) -> Double { 2 * elements * Double(columns) }

  /// The best of 60 timings of some tenths of a millisecond each: another program on the core lengthens some, never all.
  private func row(_ kernel: String, _ shape: String, _ operations: Double, _ call: () -> Void) -> KernelRow {
    let clock = ContinuousClock()
    call()
    let single = clock.measure(call) / .microseconds(1)
    let calls = max(1, Int(300 / max(single, 0.01)))
    var best = Double.infinity
    for _ in 0..<(single > 30_000 ? 10 : 60) {
      best = min(best, clock.measure { for _ in 0..<calls { call() } } / .microseconds(1) / Double(calls))
    }
    return KernelRow(kernel: kernel, shape: shape, microseconds: best, operations: operations)
  }
}
