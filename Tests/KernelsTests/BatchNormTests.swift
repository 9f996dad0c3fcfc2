import Testing

@testable import Kernels
@testable import Memory

/// BatchNorm over all lanes, forward and backward, beside its definition in Float64; and what a lane gives, to the bit.
@Suite struct BatchNormTests {
  private let steps = 3
  private let hidden = 20
  private let width = 32
  /// Lanes of 1, 2, 3, 4 and 5 streams.
  private let lanes = LaneRows(rows: (0..<5).map { ($0 * ($0 + 1) / 2)..<(($0 + 1) * ($0 + 2) / 2) }, steps: 3)
  private let streams = 15
  private let storage = Storage()
  private let h, dy: (panels: Panels, arena: Arena)
  private let weight, bias: (panels: Panels, arena: Arena)

  init() {
    h = randomMatrix(steps * streams, hidden, seed: 1)
    dy = randomMatrix(steps * streams, hidden, seed: 2)
    weight = randomMatrix(1, hidden, seed: 3)
    bias = randomMatrix(1, hidden, seed: 4)
  }

  private func take(_ count: Int) -> BufferView<Float> { storage.take(count) }

  private func value(_ matrices: Panels, _ step: Int, _ row: Int, _ column: Int) -> Double {
    Double(element(matrices.elements, rows: streams, width: hidden, step, row, column))
  }

  /// Mean and variance of a step's column by the definition.
  private func moments(_ step: Int, _ column: Int) -> (mean: Double, variance: Double) {
    let values = (0..<streams).map { value(h.panels, step, $0, column) }
    let mean = values.reduce(0, +) / Double(streams)
    return (mean, values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(streams))
  }

  /// From the lanes' moments, merged along the tree.
  private func coefficients(running: (mean: BufferView<Float>, variance: BufferView<Float>)?) -> NormCoefficients {
    let count = steps * width
    let laneStatistics = take(lanes.rows.count * 2 * count)
    LaneMoments(lanes, width: width, into: laneStatistics, stride: 2 * count).take(
      h.panels.elements, rowsPerStep: streams)
    let schedule = laneSchedule(5)
    let merged = take(2 * count)
    mergeMoments(
      laneStatistics, stride: 2 * count, count: count,
      schedule: MomentSchedule(schedule, counts: lanes.rows.map(\.count)), into: merged, rootStride: 2 * count,
      scratch: take(reductionScratch * schedule.depth))
    let result = NormCoefficients(
      mean: take(count), inverseDeviation: take(count), scale: take(count), shift: take(count))
    normalisation(
      moments: merged, samples: streams, weight: weight.panels.elements, bias: bias.panels.elements, width: width,
      running: running, into: result)
    return result
  }

  @Test func normalisesInLaneOrder() {
    let (mean, variance) = (take(width), take(width))
    mean.fill(0)
    variance.fill(1)
    let coefficients = coefficients(running: (mean, variance))
    let y = Panels(take(steps * streams * width), rows: steps * streams, columns: hidden)
    Normalisation(h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, coefficients, into: y).run()
    var row = 0
    for lane in lanes.rows {
      for step in 0..<steps {
        for stream in lane {
          for column in 0..<hidden {
            let (mean, variance) = moments(step, column)
            let x = (value(h.panels, step, stream, column) - mean) / (variance + 1e-5).squareRoot()
            let expected = x * Double(weight.panels[0, column]) + Double(bias.panels[0, column])
            #expect(abs(Double(y[row, column]) - expected) < 1e-5)
          }
          row += 1
        }
      }
    }
    for column in 0..<hidden {
      var (runningMean, runningVariance) = (0.0, 1.0)
      for step in 0..<steps {
        let (mean, variance) = moments(step, column)
        runningMean = 0.9 * runningMean + 0.1 * mean
        runningVariance = 0.9 * runningVariance + 0.1 * variance * Double(streams) / Double(streams - 1)
      }
      #expect(abs(Double(mean[column]) - runningMean) < 1e-6)
      #expect(abs(Double(variance[column]) - runningVariance) < 1e-6)
    }
    withExtendedLifetime((storage, h.arena, weight.arena, bias.arena)) {}
  }

  @Test func laneSumsAreThoseOfTheirRowsInOrder() {
    let coefficients = coefficients(running: nil)
    let count = steps * width
    let sums = take(lanes.rows.count * 2 * count)
    let vectors = take(lanes.rows.count * 2 * width)
    vectors.fill(.nan)
    LaneNormGradients(
      dy.panels.elements, h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, coefficients,
      into: sums, stride: 2 * count, vectors: vectors, vectorStride: 2 * width, weightOffset: 0, biasOffset: width
    ).run()
    for (lane, rows) in lanes.rows.enumerated() {
      for column in 0..<hidden {
        var (weightGradient, biasGradient) = (Float(0), Float(0))
        for step in 0..<steps {
          let place = step * width + column
          var (plain, weighted) = (Float(0), Float(0))
          for row in rows {
            let gradient = element(dy.panels.elements, rows: streams, width: hidden, step, row, column)
            let state = element(h.panels.elements, rows: streams, width: hidden, step, row, column)
            plain += gradient
            weighted = weighted.addingProduct(gradient, state - coefficients.mean[place])
          }
          weighted *= coefficients.inverseDeviation[place]
          #expect(sums[lane * 2 * count + place].bitPattern == plain.bitPattern)
          #expect(sums[lane * 2 * count + count + place].bitPattern == weighted.bitPattern)
          weightGradient += weighted
          biasGradient += plain
        }
        #expect(vectors[lane * 2 * width + column].bitPattern == weightGradient.bitPattern)
        #expect(vectors[lane * 2 * width + width + column].bitPattern == biasGradient.bitPattern)
      }
    }
    withExtendedLifetime((storage, h.arena, dy.arena, weight.arena, bias.arena)) {}
  }

  /// Lanes of other sizes among those of four streams, which alone are done between the multiply-adds and of tiles;
  /// several blocks of columns; a depth with no whole eight rows, and one that is cut; rows that are cut.
  @Test(
    arguments: [[4, 4, 4, 4], [3, 4, 5, 4, 4, 1], [2], [4], [4, 4, 4], [Int](repeating: 4, count: 60)],
    [(5, 20), (40, 20), (40, 64), (200, 64), (100, 100), (130, 20), (700, 50)])
  func besideAProductItIsTheSame(sizes: [Int], of size: (vocabulary: Int, hidden: Int)) {
    let (vocabulary, hidden) = size
    let width = (hidden + 15) / 16 * 16
    let lanes = Self.lanes(sizes, steps: steps)
    let streams = sizes.reduce(0, +)
    let (rows, count) = (streams * steps, steps * width)
    let h = randomMatrix(rows, hidden, seed: 5)
    let d = randomMatrix(rows, vocabulary, seed: 6)
    let weight = randomMatrix(hidden, vocabulary, seed: 7)
    let transposed = randomMatrix(vocabulary, hidden, seed: 8)
    let bias = randomMatrix(1, vocabulary, seed: 9)
    func coefficient(_ seed: UInt64) -> BufferView<Float> {
      let window = take(count)
      let numbers = randomMatrix(1, count, seed: seed)
      for place in 0..<count { window[place] = numbers.panels[0, place] }
      return window
    }
    let coefficients = NormCoefficients(
      mean: coefficient(10), inverseDeviation: coefficient(11), scale: coefficient(12), shift: coefficient(13))
    let places: BufferView<Int32> = storage.take(rows)
    var row = 0
    for lane in lanes.rows {
      for step in 0..<steps {
        for stream in lane {
          places[row] = Int32(step * streams * width + stream * 16)
          row += 1
        }
      }
    }
    func normalisation(_ y: Panels) -> Normalisation {
      Normalisation(h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, coefficients, into: y)
    }
    func gradients(_ dy: BufferView<Float>, _ sums: BufferView<Float>, _ vectors: BufferView<Float>)
      -> LaneNormGradients
    {
      LaneNormGradients(
        dy, h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, coefficients, into: sums,
        stride: 2 * count, vectors: vectors, vectorStride: 2 * width, weightOffset: 0, biasOffset: width)
    }
    func bits(_ windows: BufferView<Float>...) -> [[UInt32]] { windows.map { $0.array.map(\.bitPattern) } }

    for shape in TileShape.allCases {
      func forward(_ body: (Panels, Panels) -> Void) -> [[UInt32]] {
        let y = Panels(take(rows * width), rows: rows, columns: hidden)
        let logits = Panels(
          take(Panels.count(rows: rows, columns: vocabulary)), rows: rows, columns: vocabulary)
        body(y, logits)
        return bits(y.elements, logits.elements)
      }
      let beside = forward {
        linear(normalisation($0), weight.panels, bias: bias.panels.elements, into: $1, shape: shape)
      }
      let before = forward {
        normalisation($0).run()
        linear($0, weight.panels, bias: bias.panels.elements, into: $1, shape: shape)
      }
      #expect(beside == before)

      func backward(_ body: (BufferView<Float>, LaneNormGradients) -> Void) -> [[UInt32]] {
        let (dy, sums, vectors) = (take(rows * width), take(sizes.count * 2 * count), take(sizes.count * 2 * width))
        vectors.fill(.nan)
        body(dy, gradients(dy, sums, vectors))
        return bits(dy, sums, vectors)
      }
      let stride = streams * 16
      let summing = backward {
        linear(
          d.panels, transposed.panels, scatteringTo: places, of: $0, panelStride: stride, summing: $1, shape: shape)
      }
      let behind = backward {
        linear(d.panels, transposed.panels, scatteringTo: places, of: $0, panelStride: stride, shape: shape)
        $1.run()
      }
      #expect(summing == behind)
    }
    withExtendedLifetime((storage, h.arena, d.arena, weight.arena, transposed.arena, bias.arena)) {}
  }

  /// The moments of a recurrence's states are the same taken of its tiles: of one block of columns and of several, and
  /// of a depth that is cut.
  @Test(arguments: [[4, 4, 4, 4], [4, 4, 4], [3, 4, 1], [4]], [20, 64, 100, 400])
  func momentsOfTheRecurrenceAreThoseOfItsStates(sizes: [Int], hidden: Int) {
    let width = (hidden + 15) / 16 * 16
    let lanes = Self.lanes(sizes, steps: steps)
    let rows = sizes.reduce(0, +)
    let count = 2 * steps * width
    let weight = randomMatrix(hidden, hidden, seed: 20)
    let bias = randomMatrix(1, hidden, seed: 21)
    let embedding = randomMatrix(1, 5 * width, seed: 22)
    let input = randomMatrix(rows, hidden, seed: 23)
    let tokens: BufferView<Int32> = storage.take(steps * rows)
    for index in 0..<tokens.count { tokens[index] = Int32(index * 7 % 5) }
    for shape in TileShape.allCases {
      func bits(besideTheRecurrence: Bool) -> [[UInt32]] {
        let (a, h) = (take(steps * rows * width), take(steps * rows * width))
        let moments = take(sizes.count * count)
        moments.fill(.nan)
        a[0..<(rows * width)].copy(from: input.panels.elements)
        let taken = LaneMoments(lanes, width: width, into: moments, stride: count)
        recurrentForward(
          a, into: h, rows: rows, steps: steps, weight.panels, bias: bias.panels.elements,
          embedding: embedding.panels.elements, tokens: tokens, tokenStride: rows,
          moments: besideTheRecurrence ? taken : nil, shape: shape)
        if !besideTheRecurrence { taken.take(h, rowsPerStep: rows) }
        return [a, h, moments].map { $0.array.map(\.bitPattern) }
      }
      #expect(bits(besideTheRecurrence: true) == bits(besideTheRecurrence: false))
    }
    withExtendedLifetime((storage, weight.arena, bias.arena, embedding.arena, input.arena)) {}
  }

  /// Lanes of those many streams, one after the other.
  private static func lanes(_ sizes: [Int], steps: Int) -> LaneRows {
    let ends = sizes.indices.map { sizes[...$0].reduce(0, +) }
    return LaneRows(rows: zip(sizes, ends).map { ($1 - $0)..<$1 }, steps: steps)
  }

  @Test func backwardFollowsTheDefinitionAndStopsAtTheRectifier() {
    let coefficients = coefficients(running: nil)
    let count = steps * width
    let sums = take(2 * count)
    let backwardCoefficients = NormBackwardCoefficients(scale: take(count), slope: take(count), offset: take(count))
    for step in 0..<steps {
      for column in 0..<hidden {
        let (mean, variance) = moments(step, column)
        let rows = (0..<streams).map { row in
          let x = (value(h.panels, step, row, column) - mean) / (variance + 1e-5).squareRoot()
          return (value(dy.panels, step, row, column), x)
        }
        sums[step * width + column] = Float(rows.map(\.0).reduce(0, +))
        sums[count + step * width + column] = Float(rows.map { $0.0 * $0.1 }.reduce(0, +))
      }
    }
    normalisationBackward(sums: sums, samples: streams, coefficients, into: backwardCoefficients)
    let dh = take(dy.panels.elements.count)
    dh.copy(from: dy.panels.elements)
    normaliseBackward(dh, h.panels.elements, rowsPerStep: streams, backwardCoefficients)
    for step in 0..<steps {
      for column in 0..<hidden {
        let (mean, variance) = moments(step, column)
        let deviation = (variance + 1e-5).squareRoot()
        let plain = Double(sums[step * width + column]) / Double(streams)
        let weighted = Double(sums[count + step * width + column]) / Double(streams)
        for row in 0..<streams {
          let state = value(h.panels, step, row, column)
          let x = (state - mean) / deviation
          let through =
            Double(weight.panels[0, column]) / deviation * (value(dy.panels, step, row, column) - plain - x * weighted)
          let found = Double(element(dh, rows: streams, width: hidden, step, row, column))
          #expect(abs(found - (state > 0 ? through : 0)) < 1e-5)
        }
      }
    }
    withExtendedLifetime((storage, h.arena, dy.arena, weight.arena, bias.arena)) {}
  }
}
