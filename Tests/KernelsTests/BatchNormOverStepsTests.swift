import Testing

@testable import Kernels
@testable import Memory

/// BatchNorm with one mean and variance over all steps, beside its definition in Float64; what a lane gives, to the
/// bit.
@Suite struct BatchNormOverStepsTests {
  private let steps = 3
  private let hidden = 50
  private let width = 64
  private let streams = 15
  /// Lanes of 1, 2, 3, 4 and 5 streams.
  private let lanes = LaneRows(rows: (0..<5).map { ($0 * ($0 + 1) / 2)..<(($0 + 1) * ($0 + 2) / 2) }, steps: 3)
  private let storage = Storage()
  private let h, dy, weight, bias: (panels: Panels, arena: Arena)

  init() {
    h = randomMatrix(steps * streams, hidden, seed: 1)
    dy = randomMatrix(steps * streams, hidden, seed: 2)
    weight = randomMatrix(1, hidden, seed: 3)
    bias = randomMatrix(1, hidden, seed: 4)
    // Steps one after the other have their padding elsewhere.
    for matrices in [h.panels.elements, dy.panels.elements] {
      for place in 0..<matrices.count {
        if place / 16 / streams % (width / 16) * 16 + place % 16 >= hidden { matrices[place] = 0 }
      }
    }
  }

  private func take(_ count: Int) -> BufferView<Float> { storage.take(count) }
  private func value(_ matrices: (panels: Panels, arena: Arena), _ step: Int, _ row: Int, _ column: Int) -> Float {
    element(matrices.panels.elements, rows: streams, width: hidden, step, row, column)
  }
  private func column(_ matrices: (panels: Panels, arena: Arena), _ column: Int) -> [Double] {
    (0..<(steps * streams)).map { Double(value(matrices, $0 / streams, $0 % streams, column)) }
  }

  @Test func forwardAndBackwardFollowTheDefinition() {
    let count = Double(steps * streams)
    let moments = take(5 * 2 * width)
    laneMomentsOverSteps(
      h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, into: moments, stride: 2 * width)
    let schedule = laneSchedule(5)
    let merged = take(2 * width)
    mergeMoments(
      moments, stride: 2 * width, count: width,
      schedule: MomentSchedule(schedule, counts: lanes.rows.map { $0.count * steps }), into: merged,
      rootStride: 2 * width, scratch: take(reductionScratch * schedule.depth))
    let coefficients = NormCoefficients(
      mean: take(steps * width), inverseDeviation: take(steps * width), scale: take(steps * width),
      shift: take(steps * width))
    let (mean, variance) = (take(width), take(width))
    variance.fill(1)
    normalisation(
      moments: merged, samples: steps * streams, weight: weight.panels.elements, bias: bias.panels.elements,
      width: width, running: (mean, variance), into: coefficients.first(width: width))
    coefficients.repeatFirst(width: width)
    let y = Panels(take(steps * streams * width), rows: steps * streams, columns: hidden)
    Normalisation(h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, coefficients, into: y).run()

    let sums = take(5 * 2 * width)
    laneNormGradientsOverSteps(
      dy.panels.elements, h.panels.elements, rowsPerStep: streams, width: width, lanes: lanes, coefficients,
      into: sums, stride: 2 * width)
    let total = take(2 * width)
    reduceRows(
      sums, stride: 2 * width, count: 2 * width, schedule: schedule, into: total, rootStride: 2 * width,
      scratch: take(reductionScratch * schedule.depth))
    let backwardCoefficients = NormBackwardCoefficients(scale: take(width), slope: take(width), offset: take(width))
    normalisationBackward(
      sums: total, samples: steps * streams, coefficients.first(width: width), into: backwardCoefficients)
    let dh = take(dy.panels.elements.count)
    dh.copy(from: dy.panels.elements)
    normaliseBackwardOverSteps(dh, h.panels.elements, rowsPerStep: streams, steps: steps, backwardCoefficients)

    for column in 0..<hidden {
      let (states, gradients) = (self.column(h, column), self.column(dy, column))
      let exactMean = states.reduce(0, +) / count
      let exactVariance = states.map { ($0 - exactMean) * ($0 - exactMean) }.reduce(0, +) / count
      let deviation = (exactVariance + 1e-5).squareRoot()
      let x = states.map { ($0 - exactMean) / deviation }
      let plain = gradients.reduce(0, +) / count
      let weighted = zip(gradients, x).map { $0 * $1 }.reduce(0, +) / count
      #expect((Double(mean[column]) - 0.1 * exactMean).magnitude < 1e-6)
      #expect((Double(variance[column]) - 0.9 - 0.1 * exactVariance * count / (count - 1)).magnitude < 1e-6)
      #expect((Double(total[column]) - plain * count).magnitude < 1e-4)
      #expect((Double(total[width + column]) - weighted * count).magnitude < 1e-4)
      let scale = Double(weight.panels[0, column])
      var row = 0
      for lane in lanes.rows {
        for step in 0..<steps {
          for stream in lane {
            let place = step * streams + stream
            #expect((Double(y[row, column]) - x[place] * scale - Double(bias.panels[0, column])).magnitude < 1e-5)
            let found = Double(element(dh, rows: streams, width: hidden, step, stream, column))
            let exact = scale / deviation * (gradients[place] - plain - x[place] * weighted)
            #expect((found - exact).magnitude < 1e-5)
            row += 1
          }
        }
      }
    }
    for column in hidden..<width { #expect(total[column] == 0 && moments[column] == 0) }
    withExtendedLifetime((storage, h.arena, dy.arena, weight.arena, bias.arena)) {}
  }

  /// Of a block of the last two lanes alone, too.
  @Test func aLaneKnowsNoOther() {
    let first = lanes.rows[3].lowerBound
    let rows = streams - first
    func part(_ matrices: BufferView<Float>) -> BufferView<Float> {
      let result = take(steps * rows * width)
      for panel in 0..<(steps * width / 16) {
        result[(panel * rows * 16)..<((panel + 1) * rows * 16)].copy(
          from: matrices[((panel * streams + first) * 16)..<((panel + 1) * streams * 16)])
      }
      return result
    }
    let coefficients = NormCoefficients(
      mean: take(width), inverseDeviation: take(width), scale: take(width), shift: take(width))
    for place in 0..<width {
      coefficients.mean[place] = Float(place) / 64 - 0.5
      coefficients.inverseDeviation[place] = Float(place + 1) / 16
    }
    func results(_ h: BufferView<Float>, _ dy: BufferView<Float>, _ lanes: LaneRows) -> [[UInt32]] {
      let count = lanes.rows.last!.upperBound
      let moments = take(lanes.rows.count * 2 * width)
      let sums = take(lanes.rows.count * 2 * width)
      laneMomentsOverSteps(h, rowsPerStep: count, width: width, lanes: lanes, into: moments, stride: 2 * width)
      laneNormGradientsOverSteps(
        dy, h, rowsPerStep: count, width: width, lanes: lanes, coefficients, into: sums, stride: 2 * width)
      return [moments, sums].map { $0.array.suffix(4 * width).map(\.bitPattern) }
    }
    let shifted = LaneRows(
      rows: lanes.rows[3...].map { ($0.lowerBound - first)..<($0.upperBound - first) }, steps: steps)
    let (all, alone) = (
      results(h.panels.elements, dy.panels.elements, lanes),
      results(part(h.panels.elements), part(dy.panels.elements), shifted)
    )
    #expect(all == alone)
    withExtendedLifetime((storage, h.arena, dy.arena)) {}
  }
}
