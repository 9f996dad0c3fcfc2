import Testing

@testable import Kernels
@testable import Memory

@Suite struct SoftmaxTests {
  @Test(arguments: [
    (1, 1), (3, 7), (16, 8), (17, 40), (33, 16), (50, 100), (64, 64), (131, 40), (131, 65), (17, 128), (18, 129),
    (33, 300), (21, 2100), (5, 17_000),
  ])
  func lossAndGradientAreThoseOfEachRow(rows: Int, classes: Int) {
    let logits = randomMatrix(rows, classes, seed: 11)
    let given = randomMatrix(rows, classes, seed: 11)
    for row in 0..<rows { for column in 0..<classes { scale(logits.panels, given.panels, row, column) } }
    let padded = (rows + 15) / 16 * 16
    let arena = Arena(byteCount: 12 * padded + 4 * softmaxScratch(classes: classes) + 256)
    let losses: BufferView<Float> = arena.take(padded)
    let scratch: BufferView<Float> = arena.take(softmaxScratch(classes: classes))
    let targets: BufferView<Int32> = arena.take(rows)
    for row in 0..<rows { targets[row] = Int32((row * 31) % classes) }
    softmaxLoss(logits.panels, targets: targets, losses: losses, gradientScale: nil, scratch: scratch)
    #expect(logits.panels.elements.array == given.panels.elements.array)
    let withoutGradient = losses.array[..<rows]
    // Something left over in the padding changes nothing, and goes.
    for row in 0..<rows { for column in classes..<((classes + 15) / 16 * 16) { logits.panels[row, column] = 100 } }
    softmaxLoss(logits.panels, targets: targets, losses: losses, gradientScale: 0.5, scratch: scratch)
    #expect(losses.array[..<rows] == withoutGradient)
    for row in 0..<rows {
      let powers = (0..<classes).map { exponential(Double(given.panels[row, $0])) }
      let sum = powers.reduce(0, +)
      let target = Int(targets[row])
      #expect(abs(Double(losses[row]) - (logarithm(sum) - Double(given.panels[row, target]))) < 1e-5)
      for column in 0..<((classes + 15) / 16 * 16) {
        let expected = column < classes ? (powers[column] / sum - (column == target ? 1 : 0)) * 0.5 : 0
        #expect(abs(Double(logits.panels[row, column]) - expected) < 1e-6)
        if column >= classes { #expect(logits.panels[row, column] == 0) }
      }
    }
    withExtendedLifetime((logits.arena, given.arena, arena)) {}
  }

  /// Logits from −8 to 8.
  private func scale(_ a: Panels, _ b: Panels, _ row: Int, _ column: Int) {
    a[row, column] *= 8
    b[row, column] *= 8
  }

  // Which of the two ways a row goes changes speed only.
  @Test(arguments: [(5, 7), (16, 40), (50, 100), (34, 128)])
  func longRowsHaveTheBitsOfShortOnes(rows: Int, classes: Int) {
    let (short, long) = (randomMatrix(rows, classes, seed: 3), randomMatrix(rows, classes, seed: 3))
    let padded = (rows + 15) / 16 * 16
    let storage = Storage()
    let (shortLosses, longLosses): (BufferView<Float>, BufferView<Float>) = (storage.take(padded), storage.take(padded))
    let scratch: BufferView<Float> = storage.take(
      max(softmaxScratch(classes: classes), LongSoftmaxJob.scratch(classes: classes)))
    let targets: BufferView<Int32> = storage.take(rows)
    for row in 0..<rows { targets[row] = Int32(row * 5 % classes) }
    softmaxLoss(short.panels, targets: targets, losses: shortLosses, gradientScale: 0.5, scratch: scratch)
    LongSoftmaxJob(long.panels, scratch: scratch.base)
      .run(targets: UnsafePointer(targets.base), losses: longLosses.base, gradientScale: 0.5)
    #expect(shortLosses.array[..<rows].map(\.bitPattern) == longLosses.array[..<rows].map(\.bitPattern))
    #expect(short.panels.elements.array.map(\.bitPattern) == long.panels.elements.array.map(\.bitPattern))
    withExtendedLifetime((short.arena, long.arena, storage)) {}
  }

  @Test(arguments: [40, 2100]) func aRowDoesNotKnowItsNeighbours(classes: Int) {
    let all = randomMatrix(37, classes, seed: 5)
    let arena = Arena(byteCount: 4 * (48 + 37 + softmaxScratch(classes: classes)) + 256)
    let losses: BufferView<Float> = arena.take(48)
    let scratch: BufferView<Float> = arena.take(softmaxScratch(classes: classes))
    let targets: BufferView<Int32> = arena.take(37)
    let before = (0..<37).map { row in (0..<classes).map { all.panels[row, $0] } }
    softmaxLoss(all.panels, targets: targets, losses: losses, gradientScale: 1, scratch: scratch)
    for row in [0, 13, 36] {
      let alone = randomMatrix(1, classes, seed: 1)
      for column in 0..<classes { alone.panels[0, column] = before[row][column] }
      let loss: BufferView<Float> = losses[0..<16]
      let expected = losses[row]
      let kept = losses.array
      softmaxLoss(
        alone.panels, targets: targets[0..<1], losses: loss, gradientScale: 1, scratch: scratch)
      #expect(loss[0].bitPattern == expected.bitPattern)
      losses.copy(from: kept)
      for column in 0..<classes { #expect(alone.panels[0, column].bitPattern == all.panels[row, column].bitPattern) }
      withExtendedLifetime(alone.arena) {}
    }
    withExtendedLifetime((all.arena, arena)) {}
  }

  @Test(arguments: [(16, 16), (64, 40), (40, 64), (33, 17), (1, 9)])
  func transposeMovesEveryElement(rows: Int, columns: Int) {
    let matrix = randomMatrix(rows, columns, seed: 3)
    let result = randomMatrix(columns, rows, seed: 4)
    transpose(matrix.panels, into: result.panels)
    for row in 0..<columns {
      for column in 0..<((rows + 15) / 16 * 16) {
        #expect(result.panels[row, column] == (column < rows ? matrix.panels[column, row] : 0))
      }
    }
    withExtendedLifetime((matrix.arena, result.arena)) {}
  }
}
