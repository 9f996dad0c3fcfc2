#if canImport(Kernels)
  import Kernels
  import Memory
#endif

/// Sends made-up numbers through all kernels of a training step and prints a line for each: the hash of all that it and
/// those before it have written. The lines of two machines are equal if their kernels agree to the bit.
///
/// It also compiles together with the kernels as one module of Embedded Swift, for machines without a Swift runtime.
@main
struct KernelExercise {
  static func main() {
    for shape in [
      StepShape(hidden: 64, vocabulary: 40, streams: 12, steps: 3, lanes: 3),
      StepShape(hidden: 64, vocabulary: 40, streams: 64, steps: 20, lanes: 16),
      StepShape(hidden: 150, vocabulary: 33, streams: 21, steps: 4, lanes: 5),
      StepShape(hidden: 96, vocabulary: 1000, streams: 48, steps: 11, lanes: 5),
      StepShape(hidden: 20, vocabulary: 30, streams: 7, steps: 2, lanes: 7),
      StepShape(hidden: 256, vocabulary: 300, streams: 16, steps: 5, lanes: 4),
      StepShape(hidden: 64, vocabulary: 48, streams: 11, steps: 3, lanes: 2),
      StepShape(hidden: 32, vocabulary: 2101, streams: 7, steps: 3, lanes: 2),
    ] {
      print("hidden \(shape.hidden), vocabulary \(shape.vocabulary), \(shape.streams) streams, \(shape.steps) steps:")
      var step = Step(shape)
      step.run()
    }
  }
}

/// The size of a step.
struct StepShape {
  let hidden, vocabulary, streams, steps, lanes: Int
  /// Hidden units and vocabulary, padded to whole panels.
  var width: Int { (hidden + 15) / 16 * 16 }
  var logitsWidth: Int { (vocabulary + 15) / 16 * 16 }
  /// The streams of each lane.
  var rows: [Range<Int>] { (0..<lanes).map { (streams * $0 / lanes)..<(streams * ($0 + 1) / lanes) } }
  /// As many lanes as there are, folded like a counter that counts them.
  var schedule: ReductionSchedule { ReductionSchedule(additions: (1...lanes).map { $0.trailingZeroBitCount }) }
}

/// A training step of model3, kernel by kernel, on numbers of its own.
struct Step {
  private let shape: StepShape
  private let storage = Storage()
  private var numbers = Numbers()
  private var hash = Hash()

  init(_ shape: StepShape) { self.shape = shape }

  mutating func run() {
    let (hidden, vocabulary, steps, width) = (shape.hidden, shape.vocabulary, shape.steps, shape.width)
    let tokens = makeTokens()
    let targets = makeTokens()
    let embedding = makeMatrix(vocabulary, hidden)
    let weight = makeMatrix(hidden, hidden)
    let outputWeight = makeMatrix(hidden, vocabulary)
    let embeddingRows: BufferView<Float> = storage.take(vocabulary * width)
    for token in 0..<vocabulary {
      for unit in 0..<hidden { embeddingRows[token * width + unit] = embedding[token, unit] }
    }
    let lanes = LaneRows(rows: shape.rows, steps: steps)
    let runs = LaneRows(rows: shape.rows.map { ($0.lowerBound * steps)..<($0.upperBound * steps) }, steps: 1)
    let count = shape.streams * steps * width

    let transposed = makePanels(hidden, hidden)
    let outputTransposed = makePanels(vocabulary, hidden)
    transpose(weight, into: transposed)
    transpose(outputWeight, into: outputTransposed)
    report("transposes", transposed.elements, outputTransposed.elements)

    let a: BufferView<Float> = storage.take(count)
    let h: BufferView<Float> = storage.take(count)
    addEmbedding(
      makeMatrix(shape.streams, hidden), embedding: embeddingRows, tokens: tokens[0..<shape.streams],
      into: Panels(a[0..<(shape.streams * width)], rows: shape.streams, columns: hidden))
    recurrentForward(
      a, into: h, rows: shape.streams, steps: steps, weight, bias: makeVector(hidden), embedding: embeddingRows,
      tokens: tokens, tokenStride: shape.streams)
    report("recurrence", a, h)

    let moments: BufferView<Float> = storage.take(shape.lanes * 2 * steps * width)
    LaneMoments(lanes, width: width, into: moments, stride: 2 * steps * width).take(h, rowsPerStep: shape.streams)
    report("moments", moments)
    let coefficients = NormCoefficients(
      mean: storage.take(steps * width), inverseDeviation: storage.take(steps * width),
      scale: storage.take(steps * width), shift: storage.take(steps * width))
    let running = (mean: makeVector(hidden), variance: storage.take(width, of: Float.self))
    normalisation(
      moments: moments, samples: shape.streams, weight: makeVector(hidden), bias: makeVector(hidden), width: width,
      running: running, into: coefficients)
    report("coefficients", coefficients.scale, coefficients.shift, running.mean, running.variance)
    let normalised = makePanels(shape.streams * steps, hidden)
    Normalisation(h, rowsPerStep: shape.streams, width: width, lanes: lanes, coefficients, into: normalised).run()
    report("normalised", normalised.elements)

    let logits = makePanels(shape.streams * steps, vocabulary)
    linear(normalised, outputWeight, bias: makeVector(vocabulary), into: logits)
    report("logits", logits.elements)
    let losses: BufferView<Float> = storage.take((logits.rows + 15) / 16 * 16)
    softmaxLoss(
      logits, targets: targets, losses: losses, gradientScale: 0.01,
      scratch: storage.take(softmaxScratch(classes: vocabulary)))
    report("losses and gradient", losses[0..<logits.rows], logits.elements)
    let gradient = makePanels(shape.streams * steps, hidden)
    linear(
      logits, outputTransposed, scatteringTo: makePlaces(), of: gradient.elements, panelStride: shape.streams * 16)
    report("output layer backward", gradient.elements)
    addWeightGradient("output weights", normalised.elements, hidden, logits.elements, vocabulary, runs)

    let sums: BufferView<Float> = storage.take(moments.count)
    let vectors: BufferView<Float> = storage.take(shape.lanes * 2 * width)
    LaneNormGradients(
      gradient.elements, h, rowsPerStep: shape.streams, width: width, lanes: lanes, coefficients, into: sums,
      stride: 2 * steps * width, vectors: vectors, vectorStride: 2 * width, weightOffset: 0, biasOffset: width
    ).run()
    report("BatchNorm's sums", sums, vectors)
    let backwardCoefficients = NormBackwardCoefficients(
      scale: coefficients.scale, slope: storage.take(steps * width), offset: storage.take(steps * width))
    normalisationBackward(sums: sums, samples: shape.streams, coefficients, into: backwardCoefficients)
    let embeddingSums = EmbeddingSums(
      vocabulary: vocabulary, lanes: shape.lanes, width: width, rows: shape.streams * steps, storage: storage)
    recurrentBackward(
      gradient.elements, h: h, rows: shape.streams, steps: steps, transposed, through: backwardCoefficients,
      addingTo: embeddingSums, lanes: shape.rows, first: 0, tokens: tokens, tokenStride: shape.streams,
      scratch: storage.take(shape.streams * width))
    report("recurrence backward", backwardCoefficients.slope, backwardCoefficients.offset, gradient.elements)
    let embeddingGradient: BufferView<Float> = storage.take(shape.schedule.roots * vocabulary * width)
    embeddingSums.reduceTree(shape.schedule, into: embeddingGradient, offset: 0, rootStride: vocabulary * width)
    report("embedding", embeddingGradient)
    addWeightGradient("recurrent weights", a, hidden, gradient.elements, hidden, lanes)
    let sum = makePanels(normalised.rows, vocabulary)
    linear(
      normalised, outputWeight, plus: gradient, outputWeight, bias: makeVector(vocabulary), into: sum)
    report("sum of products", sum.elements)
    addPackedGradients(normalised, gradient.elements)
    update(embeddingGradient)
  }

  /// Σ aᵀ·d of each lane, folded.
  private mutating func addWeightGradient(
    _ name: String, _ a: BufferView<Float>, _ depth: Int, _ d: BufferView<Float>, _ columns: Int, _ lanes: LaneRows
  ) {
    let size = Panels.count(rows: depth, columns: columns)
    let schedule = shape.schedule
    let lasting = schedule.height(after: [shape.lanes])
    let gradients: BufferView<Float> = storage.take(schedule.roots * size)
    let spare = GradientStack.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: lasting)
    let width = (columns + 15) / 16 * 16
    let vectors: BufferView<Float> = storage.take(shape.lanes * width)
    weightGradient(
      a, depth: depth, d, columns: columns, rowsPerStep: shape.streams * shape.steps / lanes.steps, lanes: lanes,
      first: 0, schedule: schedule,
      into: GradientStack(
        gradients, offset: 0, rootStride: size, depth: depth, columns: columns, schedule: schedule, lasting: lasting,
        spare: storage.take(spare)), bias: LaneVectors(vectors, stride: width, offset: 0))
    report(name, gradients, vectors)
  }

  /// The gradients of two matrices (hidden, hidden padded) of one d, as a cell has them.
  private mutating func addPackedGradients(_ a: Panels, _ d: BufferView<Float>) {
    let (columns, schedule) = (shape.width, shape.schedule)
    let size = Panels.count(rows: a.columns, columns: columns)
    let lasting = schedule.height(after: [shape.lanes])
    let gradients: BufferView<Float> = storage.take(2 * schedule.roots * size)
    let spare = GradientStack.spareCount(depth: a.columns, columns: columns, schedule: schedule, lasting: lasting)
    func operand(_ index: Int) -> GradientOperand {
      GradientOperand(
        a,
        into: GradientStack(
          gradients, offset: index * schedule.roots * size, rootStride: size, depth: a.columns, columns: columns,
          schedule: schedule, lasting: lasting, spare: storage.take(spare)))
    }
    let vectors: BufferView<Float> = storage.take(shape.lanes * columns)
    packedWeightGradients(
      operand(0), operand(1), d, columns: columns,
      block: LaneBlock.cut(shape.rows, steps: shape.steps, limit: shape.streams)[0], schedule: schedule,
      packed: storage.take(packedCount(rows: a.rows)),
      biases: (LaneVectors(vectors, stride: columns, offset: 0), nil))
    report("two gradients of one matrix", gradients, vectors)
  }

  /// Three updates by Adam, each with the first root of `gradients`.
  private mutating func update(_ gradients: BufferView<Float>) {
    let count = (shape.vocabulary * shape.width + 255) / 256 * 256
    let parameters = makeVector(count)
    let first: BufferView<Float> = storage.take(count)
    let second: BufferView<Float> = storage.take(count)
    let gradient: BufferView<Float> = storage.take(count)
    for place in 0..<min(count, gradients.count) { gradient[place] = gradients[place] }
    let scratch: BufferView<Float> = storage.take(256)
    let stack: BufferView<Float> = storage.take(reductionScratch)
    for step in 1...3 {
      let isFinite = adam(
        AdamStep(step: step, learningRate: 0.01, momentum: 0.9, weightDecay: 0.01), roots: gradient,
        rootStride: count, schedule: ReductionSchedule(additions: [0]), parameters: parameters, first: first,
        second: second,
        gradient: scratch, stack: stack)
      precondition(isFinite, "a gradient that isn't finite")
    }
    report("Adam", parameters, first, second)
  }

  private mutating func report(_ name: String, _ written: BufferView<Float>...) {
    for window in written { hash.add(window) }
    print("  \(name) \(hash.value)")
  }

  private func makePanels(_ rows: Int, _ columns: Int) -> Panels {
    Panels(storage.take(Panels.count(rows: rows, columns: columns)), rows: rows, columns: columns)
  }

  private mutating func makeMatrix(_ rows: Int, _ columns: Int) -> Panels {
    let panels = makePanels(rows, columns)
    for row in 0..<rows { for column in 0..<columns { panels[row, column] = numbers.next() * 0.2 } }
    return panels
  }

  /// With padding of zero, as parameters have it.
  private mutating func makeVector(_ count: Int) -> BufferView<Float> {
    let vector: BufferView<Float> = storage.take((count + 15) / 16 * 16)
    for place in 0..<count { vector[place] = numbers.next() * 0.2 }
    return vector
  }

  /// Where rows in lane order stand in the steps' matrices.
  private func makePlaces() -> BufferView<Int32> {
    let places: BufferView<Int32> = storage.take(shape.steps * shape.streams)
    var row = 0
    for lane in shape.rows {
      for step in 0..<shape.steps {
        for stream in lane {
          places[row] = Int32(step * shape.streams * shape.width + stream * 16)
          row += 1
        }
      }
    }
    return places
  }

  private mutating func makeTokens() -> BufferView<Int32> {
    let tokens: BufferView<Int32> = storage.take(shape.steps * shape.streams)
    for place in 0..<tokens.count { tokens[place] = Int32((numbers.next() + 1) / 2 * Float(shape.vocabulary)) }
    return tokens
  }
}

/// Random numbers in [−1, 1), by Knuth's linear congruential generator.
struct Numbers {
  private var state: UInt64 = 1

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32) >> 8) * 0x1p-23
  }
}

/// FNV-1a over the bits of numbers, a number at a time.
struct Hash {
  private(set) var value: UInt64 = 14_695_981_039_346_656_037

  mutating func add(_ window: BufferView<Float>) {
    for place in 0..<window.count { value = (value ^ UInt64(window[place].bitPattern)) &* 1_099_511_628_211 }
  }
}
