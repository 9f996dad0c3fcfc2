internal import Configuration
internal import Kernels
internal import Memory
internal import Models
internal import Teams

/// The kernels around a model's cells, and the notebook's recurrence, with the data that they work on. It is such that
/// a kernel that works in place finds the same work in each call.
struct LayerKernelBench {
  private let hidden, vocabulary, width, steps, parameters: Int
  /// Of the recurrence, and the part of it that goes through the output layer at once.
  private let block, part: LaneBlock
  private let schedule: ReductionSchedule
  private let storage = Storage()
  private let weight, transposed, outputWeight, outputTransposed: Panels
  private let a, h, dh, da: BufferView<Float>  // (steps, block's streams, hidden); da: of one step
  private let inputs, logits: Panels  // (part's rows, hidden), (part's rows, vocabulary)
  private let tokens, targets, places: BufferView<Int32>
  private let bias, outputBias, embedding: BufferView<Float>
  private let coefficients: NormCoefficients
  private let backwardCoefficients: NormBackwardCoefficients
  private let embeddingSums: EmbeddingSums
  private let statistics, vectors: BufferView<Float>
  private let gradient: BufferView<Float>

  /// - width: the widest activations, by which the lanes are cut; nil for the hidden state's. parameters: how many Adam
  ///   updates; nil for those of model3.
  init(_ configuration: RunConfiguration, lanes: Lanes, vocabulary: Int, width widest: Int?, parameters: Int?) {
    hidden = configuration.model.outputWidth
    self.parameters = parameters ?? hidden * (hidden + 2 * vocabulary)
    self.vocabulary = vocabulary
    width = ParameterLayout.padded(hidden)
    steps = configuration.bptt
    let laneRows = (0..<lanes.count).map { lanes.streams(ofLane: $0) }
    block = LaneBlock.cached(laneRows, steps: steps, width: widest ?? width)[0]
    part = block.outputParts(vocabulary: vocabulary)[0]
    schedule = lanes.reductionSchedule(of: block.lanes.map { $0..<($0 + 1) })
    let streams = block.streams.count
    let rows = block.rows
    let storage = storage
    func panels(_ rows: Int, _ columns: Int) -> Panels {
      let elements: BufferView<Float> = storage.take(Panels.count(rows: rows, columns: columns))
      elements.fill(0)
      return Panels(elements, rows: rows, columns: columns)
    }
    let ordered = part.rows
    func spread(_ columns: Int) -> Panels {
      let elements: BufferView<Float> = storage.take(Panels.spreadCount(rows: ordered, columns: columns))
      elements.fill(0.5)
      return Panels.spread(elements, rows: ordered, columns: columns)
    }
    weight = panels(hidden, hidden)
    transposed = panels(hidden, hidden)
    outputWeight = panels(hidden, vocabulary)
    outputTransposed = panels(vocabulary, hidden)
    let count = rows * width
    a = storage.take(count)
    h = storage.take(count)
    dh = storage.take(count)
    for view in [a, h, dh] { view.fill(0.5) }
    da = storage.take(streams * width)
    da.fill(0.5)
    inputs = spread(hidden)
    logits = spread(vocabulary)
    tokens = storage.take(rows)
    targets = storage.take(rows)
    places = storage.take(part.rows)
    bias = storage.take(width)
    outputBias = storage.take(ParameterLayout.padded(vocabulary))
    embedding = storage.take(vocabulary * width)
    for row in 0..<rows {
      tokens[row] = Int32(row * 7919 % vocabulary)
      targets[row] = Int32(row * 104_729 % vocabulary)
    }
    var row = 0
    for lane in part.stepRows.rows {
      for step in 0..<steps {
        for stream in lane {
          places[row] = Int32(step * streams * width + stream * 16)
          row += 1
        }
      }
    }
    func coefficient(_ value: Float) -> BufferView<Float> {
      let view: BufferView<Float> = storage.take(
        configuration.bptt * ParameterLayout.padded(configuration.model.outputWidth))
      view.fill(value)
      return view
    }
    coefficients = NormCoefficients(
      mean: coefficient(0), inverseDeviation: coefficient(1), scale: coefficient(1), shift: coefficient(0))
    backwardCoefficients = NormBackwardCoefficients(
      scale: coefficient(1), slope: coefficient(0), offset: coefficient(0))
    embeddingSums = EmbeddingSums(
      vocabulary: vocabulary, lanes: block.lanes.count, width: width, rows: rows, storage: storage)
    statistics = storage.take(block.lanes.count * 2 * steps * width)
    vectors = storage.take(block.lanes.count * max(2 * width, ParameterLayout.padded(vocabulary)))
    gradient = storage.take(schedule.roots * Panels.count(rows: hidden, columns: max(hidden, vocabulary)))
  }

  /// The notebook models' recurrence.
  func recurrence() -> [KernelRow] {
    [recurrenceRow("recurrence, forward") { recurrence(moments: nil) }]
  }

  private func recurrence(moments: LaneMoments?) {
    recurrentForward(
      a, into: h, rows: block.streams.count, steps: steps, weight, bias: bias, embedding: embedding, tokens: tokens,
      tokenStride: block.streams.count, moments: moments)
  }

  /// BatchNorm with statistics of each t, as the notebook models have it.
  func norm() -> [KernelRow] {
    let streams = block.streams.count
    let (moments, normalisation, sums) = (moments, normalisation, normSums)
    let (all, rows) = (block.rows, part.rows)
    return [
      row("BatchNorm, moments", "\(all)x\(hidden)", 4 * elements(all), all * hidden) {
        moments.take(h, rowsPerStep: streams)
      },
      recurrenceRow("recurrence, with moments") { recurrence(moments: moments) },
      row("BatchNorm, normalise", "\(rows)x\(hidden)", 2 * elements(rows), 2 * rows * hidden) {
        normalisation.run()
      },
      row(
        "logits, with normalising", "\(rows)x\(hidden)x\(vocabulary)", product(rows, vocabulary),
        moved(rows, vocabulary, 3)
      ) {
        linear(normalisation, outputWeight, bias: outputBias, into: logits)
      },
      row("BatchNorm, sums backward", "\(rows)x\(hidden)", 4 * elements(rows), 2 * rows * hidden) {
        sums.run()
      },
      row(
        "logits, backward, with sums", "\(rows)x\(vocabulary)x\(hidden)", product(rows, vocabulary),
        moved(rows, vocabulary, 3)
      ) {
        linear(
          logits, outputTransposed, scatteringTo: places, of: dh, panelStride: streams * 16, summing: sums)
      },
      row("BatchNorm, backward", "\(all)x\(hidden)", 4 * elements(all), 3 * all * hidden) {
        normaliseBackward(dh, h, rowsPerStep: streams, backwardCoefficients)
      },
    ]
  }

  /// The output layer and the loss.
  func output() -> [KernelRow] {
    let (rows, streams) = (part.rows, block.streams.count)
    return [
      row("logits", "\(rows)x\(hidden)x\(vocabulary)", product(rows, vocabulary), moved(rows, vocabulary, 1)) {
        linear(inputs, outputWeight, bias: outputBias, into: logits)
      },
      softmax(),
      row(
        "logits, backward", "\(rows)x\(vocabulary)x\(hidden)", product(rows, vocabulary), moved(rows, vocabulary, 1)
      ) {
        linear(logits, outputTransposed, scatteringTo: places, of: dh, panelStride: streams * 16)
      },
      weightGradientRow("logits, weight gradient", vocabulary, part) { stack, bias in
        weightGradient(
          inputs.elements, depth: hidden, logits.elements, columns: vocabulary,
          rowsPerStep: logits.panelStride / 16, lanes: part.runs, first: 0, schedule: schedule, into: stack, bias: bias)
      },
    ]
  }

  private func softmax() -> KernelRow {
    let rows = part.rows
    let losses: BufferView<Float> = storage.take(ParameterLayout.padded(rows))
    let scratch: BufferView<Float> = storage.take(softmaxScratch(classes: vocabulary))
    // Maximum, difference, exponential (21), sum and scaling.
    return row(
      "softmax, loss and gradient", "\(rows)x\(vocabulary)", 25 * Double(rows * vocabulary), 2 * rows * vocabulary
    ) {
      softmaxLoss(logits, targets: targets[0..<rows], losses: losses, gradientScale: 1, scratch: scratch)
    }
  }

  /// The notebook models' recurrence backward, with BatchNorm and the embedding's sums.
  func recurrenceBackward() -> [KernelRow] {
    let streams = block.streams.count
    return [
      recurrenceRow("recurrence, backward") {
        recurrentBackward(
          dh, h: h, rows: streams, steps: steps, transposed, through: backwardCoefficients, addingTo: embeddingSums,
          lanes: block.stepRows.rows, first: 0, tokens: tokens, tokenStride: streams, scratch: da)
      },
      recurrentWeightGradient(),
    ]
  }

  func rest() -> [KernelRow] {
    let (rows, streams) = (block.rows, block.streams.count)
    let roots: BufferView<Float> = storage.take(schedule.roots * vocabulary * width)
    return [
      row("embedding gradient", "\(rows)x\(hidden)", elements(rows), 3 * rows * hidden) {
        for t in 0..<steps {
          embeddingSums.add(
            da, tokens: tokens[(t * streams)..<((t + 1) * streams)], rowsPerStep: streams, rows: block.stepRows.rows,
            first: 0)
        }
        embeddingSums.reduceTree(schedule, into: roots, offset: 0, rootStride: vocabulary * width)
      },
      row("transpose", "\(hidden)x\(vocabulary)", 0, 2 * hidden * vocabulary) {
        transpose(outputWeight, into: outputTransposed)
      },
      adamRow(parameters),
    ]
  }

  /// As in a step, with the rows of a part brought into lane order where a layer does that.
  private func recurrentWeightGradient() -> KernelRow {
    let name = "recurrence, weight gradient"
    guard block.ordersRows(width: width) else {
      return weightGradientRow(name, hidden, block) { stack, bias in
        weightGradient(
          a, depth: hidden, dh, columns: hidden, rowsPerStep: block.rowsPerStep, lanes: block.stepRows, first: 0,
          schedule: schedule, into: stack, bias: bias)
      }
    }
    let part = block.gradientParts(depth: 2 * width)[0]
    let ordered = Panels(storage.take(part.rows * width), rows: part.rows, columns: hidden)
    let packed: BufferView<Float> = storage.take(packedCount(rows: part.rows))
    return weightGradientRow(name, hidden, part) { stack, bias in
      gatherLanes(a, rowsPerStep: part.rowsPerStep, width: width, lanes: part.stepRows, into: ordered)
      packedWeightGradients(
        GradientOperand(ordered, into: stack), nil, dh, columns: hidden, block: part, schedule: schedule,
        packed: packed, biases: (bias, nil))
    }
  }

  /// - body: makes the gradient of a matrix (hidden, columns) of the block's rows, and the bias's.
  private func weightGradientRow(
    _ name: String, _ columns: Int, _ block: LaneBlock, _ body: (GradientStack, LaneVectors) -> Void
  ) -> KernelRow {
    let spare: BufferView<Float> = storage.take(
      GradientStack.spareCount(depth: hidden, columns: columns, schedule: schedule, lasting: schedule.roots))
    let stack = GradientStack(
      gradient, offset: 0, rootStride: Panels.count(rows: hidden, columns: columns), depth: hidden, columns: columns,
      schedule: schedule, lasting: schedule.roots, spare: spare)
    let bias = LaneVectors(vectors, stride: max(width, ParameterLayout.padded(vocabulary)), offset: 0)
    return row(
      name, "\(hidden)x\(block.rows)x\(columns), \(block.lanes.count) lanes", product(block.rows, columns),
      moved(block.rows, columns, 1)
    ) {
      body(stack, bias)
    }
  }

  private func elements(_ rows: Int) -> Double { Double(rows * hidden) }

  /// Operations of a product of so many rows, `hidden` and so many columns.
  private func product(_ rows: Int, _ columns: Int) -> Double { 2 * elements(rows) * Double(columns) }

  /// Floats that such a product reads and writes, each once, where those of (rows, hidden) are touched so many times.
  private func moved(_ rows: Int, _ columns: Int, _ touches: Int) -> Int {
    rows * (touches * hidden + columns) + hidden * columns
  }

  private var moments: LaneMoments {
    LaneMoments(block.stepRows, width: width, into: statistics, stride: 2 * steps * width)
  }

  private var normalisation: Normalisation {
    Normalisation(
      h, rowsPerStep: part.rowsPerStep, width: width, lanes: part.stepRows, coefficients, into: inputs)
  }

  private var normSums: LaneNormGradients {
    LaneNormGradients(
      dh, h, rowsPerStep: part.rowsPerStep, width: width, lanes: part.stepRows, coefficients, into: statistics,
      stride: 2 * steps * width, vectors: vectors, vectorStride: 2 * width, weightOffset: 0, biasOffset: width)
  }

  /// A kernel that goes through all steps of the recurrence.
  private func recurrenceRow(_ kernel: String, _ call: () -> Void) -> KernelRow {
    row(
      kernel, "\(block.streams.count)x\(hidden)x\(hidden), \(steps) steps", product(block.rows, hidden),
      3 * block.rows * hidden + hidden * hidden, call)
  }

  private func row(
    _ kernel: String, _ shape: String, _ operations: Double, _ moved: Int, _ call: () -> Void
  ) -> KernelRow {
    timeKernel(kernel, shape, operations: operations, elements: moved, call)
  }
}
