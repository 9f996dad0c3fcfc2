import Testing

@testable import Kernels

@Suite struct ProductTests {
  @Test(arguments: [
    (1, 3, 5), (4, 16, 8), (7, 40, 24), (11, 64, 40), (64, 33, 64), (13, 17, 100), (4, 18, 48), (3, 5, 72), (8, 50, 56),
  ])
  func everyTileIsOneChainInAscendingOrder(rows: Int, depth: Int, columns: Int) {
    let a = randomMatrix(rows, depth, seed: 1)
    let w = randomMatrix(depth, columns, seed: 2)
    let bias = randomMatrix(1, columns, seed: 3)
    for shape in TileShape.allCases {
      let c = randomMatrix(rows, columns, seed: 4)
      linear(a.panels, w.panels, bias: bias.panels.elements, into: c.panels, shape: shape)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = bias.panels[0, column]
          for k in 0..<depth { sum = sum.addingProduct(a.panels[row, k], w.panels[k, column]) }
          #expect(c.panels[row, column].bitPattern == sum.bitPattern)
        }
      }
    }
    withExtendedLifetime((a.arena, w.arena, bias.arena)) {}
  }

  @Test(arguments: [(5, 24, 40), (3, 17, 64), (2, 50, 9)])
  func weightGradientIsTheCanonicalSumOfLanes(streams: Int, depth: Int, columns: Int) {
    let steps = 3
    let lanes = LaneRows(rows: (0..<streams).map { $0..<($0 + 1) }, steps: steps)
    let a = randomMatrix(streams * steps, depth, seed: 5)
    let d = randomMatrix(streams * steps, columns, seed: 6)
    // 1, 2, 3, 5 lanes: ((0 + 1) + (2 + 3)) + 4
    let folds = [0, 1, 0, 2, 1]
    let schedule = FoldSchedule(folds: Array(folds[..<(streams == 3 ? 2 : streams)]) + (streams == 3 ? [1] : []))
    #expect(schedule.roots == 1)
    let count = Panels.count(rows: depth, columns: columns)
    let arena = Arena(byteCount: 4 * (count + weightGradientScratch(schedule)) + 128)
    let root = Panels(arena.take(count), rows: depth, columns: columns)
    let scratch: Window<Float> = arena.take(weightGradientScratch(schedule))
    for shape in TileShape.allCases {
      weightGradient(
        (a.panels.elements, depth), (d.panels.elements, columns), rowsPerStep: streams, lanes: lanes,
        schedule: schedule,
        roots: root.elements, offset: 0, rootStride: count, scratch: scratch, shape: shape)
      // The buffers are `steps` matrices (streams, …): element (t, s, c) by hand.
      func element(_ matrix: Panels, _ width: Int, _ step: Int, _ stream: Int, _ column: Int) -> Float {
        let padded = (width + 15) / 16 * 16
        return matrix.elements[step * streams * padded + column / 16 * streams * 16 + stream * 16 + column % 16]
      }
      for k in 0..<depth {
        for column in 0..<columns {
          var stack: [Float] = []
          for lane in 0..<streams {
            var sum: Float = 0
            for step in 0..<steps {
              sum = sum.addingProduct(
                element(a.panels, depth, step, lane, k), element(d.panels, columns, step, lane, column))
            }
            stack.append(sum)
            for _ in 0..<schedule.folds[lane] {
              let right = stack.removeLast()
              stack.append(stack.removeLast() + right)
            }
          }
          #expect(root[k, column].bitPattern == stack[0].bitPattern)
        }
      }
    }
    withExtendedLifetime((a.arena, d.arena, arena)) {}
  }
}
