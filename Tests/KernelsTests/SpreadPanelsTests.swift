import Testing

@testable import Kernels
@testable import Memory

/// Matrices whose panels are spread have the bits of those whose panels lie side by side, in all that the output layer
/// does with them.
@Suite struct SpreadPanelsTests {
  private let storage = Storage()
  private let depth = 17

  @Test func panelsLieNoMultipleOf2KiBApart() {
    var count = 0
    for rows in 1...200 {
      let matrix = spread(rows, depth)
      #expect(matrix.panelStride >= rows * 16 && matrix.panelStride % 512 != 0)
      #expect(Panels.spreadCount(rows: rows, columns: depth) >= count)
      count = Panels.spreadCount(rows: rows, columns: depth)
    }
  }

  /// Of 24 rows nothing is spread; of short and of long rows of logits.
  @Test(arguments: [24, 32, 96], [40, 300])
  func everyKernelFindsTheirElements(rows: Int, columns: Int) {
    let lanes = LaneRows(rows: [0..<(rows / 4), (rows / 4)..<rows], steps: 1)
    let w = randomMatrix(depth, columns, seed: 1)
    let transposed = randomMatrix(columns, depth, seed: 2)
    let given = randomMatrix(rows, depth, seed: 3)
    let targets: BufferView<Int32> = storage.take(rows)
    let places: BufferView<Int32> = storage.take(rows)
    for row in 0..<rows { (targets[row], places[row]) = (Int32(row * 31 % columns), Int32((rows - 1 - row) * 16)) }
    let schedule = ReductionSchedule(additions: [0, 1])

    func results(_ a: Panels, _ logits: Panels) -> [[Float]] {
      gatherLanes(given.panels.elements, rowsPerStep: rows, width: 32, lanes: lanes, into: a)
      linear(a, w.panels, bias: nil, into: logits)
      let losses: BufferView<Float> = storage.take((rows + 15) / 16 * 16)
      let correct: BufferView<Double> = storage.take(2)
      correctPredictions(logits, targets: targets, runs: lanes.rows, into: correct)
      softmaxLoss(
        logits, targets: targets, losses: losses, gradientScale: 0.5,
        scratch: storage.take(softmaxScratch(classes: columns)))
      let back: BufferView<Float> = storage.take(rows * 32)
      linear(logits, transposed.panels, scatteringTo: places, of: back, panelStride: rows * 16)
      let gradient: BufferView<Float> = storage.take(Panels.count(rows: depth, columns: columns))
      let vectors: BufferView<Float> = storage.take(2 * 304)
      let bias = LaneVectors(vectors, stride: 304, offset: 0)
      let spare = GradientStack.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: 1)
      weightGradient(
        a.elements, depth: depth, logits.elements, columns: columns, rowsPerStep: a.panelStride / 16, lanes: lanes,
        first: 0, schedule: schedule,
        into: GradientStack(
          gradient, offset: 0, rootStride: gradient.count, depth: depth, columns: columns, schedule: schedule,
          lasting: 1, spare: storage.take(spare)), bias: bias)
      let elements = (0..<rows).map { row in (0..<columns).map { logits[row, $0] } }
      return elements + [
        losses[0..<rows].array, back.array, gradient.array, vectors.array, correct.array.map { Float($0) },
      ]
    }
    let plain = results(makePanels(rows, depth), makePanels(rows, columns))
    #expect(plain == results(spread(rows, depth), spread(rows, columns)))
    withExtendedLifetime((w.arena, transposed.arena, given.arena)) {}
  }

  private func makePanels(_ rows: Int, _ columns: Int) -> Panels {
    Panels(storage.take(Panels.count(rows: rows, columns: columns)), rows: rows, columns: columns)
  }

  private func spread(_ rows: Int, _ columns: Int) -> Panels {
    Panels.spread(
      storage.take(Panels.spreadCount(rows: rows, columns: columns)), rows: rows, columns: columns)
  }
}
