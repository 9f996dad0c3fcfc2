import Testing

@testable import Kernels
@testable import Memory

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

  // The last is larger than a cut of the rows and of the depth.
  @Test(arguments: [(1, 50, 200), (3, 64, 256), (16, 96, 50), (21, 50, 150), (4, 7, 9), (300, 600, 24)])
  func addingGoesOnFromWhatIsStored(rows: Int, depth: Int, columns: Int) {
    let a = randomMatrix(rows, depth, seed: 1)
    let w = randomMatrix(depth, columns, seed: 2)
    let before = randomMatrix(rows, columns, seed: 3)
    for shape in TileShape.allCases {
      let c = randomMatrix(rows, columns, seed: 3)
      linear(a.panels, w.panels, addingTo: c.panels, shape: shape)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = before.panels[row, column]
          for k in 0..<depth { sum = sum.addingProduct(a.panels[row, k], w.panels[k, column]) }
          #expect(c.panels[row, column].bitPattern == sum.bitPattern)
        }
      }
    }
    withExtendedLifetime((a.arena, w.arena, before.arena)) {}
  }

  @Test(arguments: [(1, 50, 200), (3, 64, 256), (16, 96, 50), (21, 50, 150), (4, 7, 9), (300, 600, 24)])
  func aMaskIsMultipliedIntoWhatIsStored(rows: Int, depth: Int, columns: Int) {
    let (a, w) = (randomMatrix(rows, depth, seed: 1), randomMatrix(depth, columns, seed: 2))
    let mask = randomMatrix(rows, columns, seed: 3)
    for shape in TileShape.allCases {
      let (plain, c) = (randomMatrix(rows, columns, seed: 4), randomMatrix(rows, columns, seed: 5))
      linear(a.panels, w.panels, mask: nil, into: plain.panels, shape: shape)
      linear(a.panels, w.panels, mask: mask.panels, into: c.panels, shape: shape)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum: Float = 0
          for k in 0..<depth { sum = sum.addingProduct(a.panels[row, k], w.panels[k, column]) }
          #expect(plain.panels[row, column].bitPattern == sum.bitPattern)
          #expect(c.panels[row, column].bitPattern == (sum * mask.panels[row, column]).bitPattern)
        }
      }
      withExtendedLifetime((plain.arena, c.arena)) {}
    }
    withExtendedLifetime((a.arena, w.arena, mask.arena)) {}
  }

  // The last two are larger than what goes through the tiles at once.
  @Test(arguments: [
    (1, 3, 5, 24), (7, 16, 40, 8), (21, 50, 64, 150), (16, 33, 17, 64), (5, 130, 140, 40), (300, 600, 9, 24),
  ])
  func aSumOfProductsIsOneChain(rows: Int, first: Int, second: Int, columns: Int) {
    let (a, b) = (randomMatrix(rows, first, seed: 1), randomMatrix(rows, second, seed: 2))
    let (w, v) = (randomMatrix(first, columns, seed: 3), randomMatrix(second, columns, seed: 4))
    let bias = randomMatrix(1, columns, seed: 5)
    for shape in TileShape.allCases {
      let c = randomMatrix(rows, columns, seed: 6)
      linear(a.panels, w.panels, plus: b.panels, v.panels, bias: bias.panels.elements, into: c.panels, shape: shape)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = bias.panels[0, column]
          for k in 0..<first { sum = sum.addingProduct(a.panels[row, k], w.panels[k, column]) }
          for k in 0..<second { sum = sum.addingProduct(b.panels[row, k], v.panels[k, column]) }
          #expect(c.panels[row, column].bitPattern == sum.bitPattern)
        }
      }
    }
    withExtendedLifetime((a.arena, b.arena, w.arena, v.arena, bias.arena)) {}
  }

  /// The deepest cut with this machine's caches.
  private static let deepest = CacheSizes.ofThisMachine.cut(depth: 1 << 20).depth

  /// Two cuts of the depth and of the rows; three of the depth with fewer rows than a cut has.
  @Test(arguments: [(44, deepest + 14, 24), (-6, 2 * deepest + 88, 9)])
  func cutsChangeNoBit(rowsBeyondCut: Int, depth: Int, columns: Int) {
    let rows = CacheSizes.ofThisMachine.cut(depth: depth).rows + rowsBeyondCut
    let a = randomMatrix(rows, depth, seed: 1)
    let w = randomMatrix(depth, columns, seed: 2)
    let bias = randomMatrix(1, columns, seed: 3)
    let c = randomMatrix(rows, columns, seed: 4)
    linear(a.panels, w.panels, bias: bias.panels.elements, into: c.panels)
    let places = (0..<rows).map { Int32((rows - 1 - $0) * 16) }
    let storage = Storage()
    let order: BufferView<Int32> = storage.take(rows)
    order.copy(from: places)
    let reversed: BufferView<Float> = storage.take(c.panels.elements.count)
    linear(a.panels, w.panels, scatteringTo: order, of: reversed, panelStride: c.panels.panelStride)
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, plain) = (bias.panels[0, column], Float(0))
        for k in 0..<depth {
          sum = sum.addingProduct(a.panels[row, k], w.panels[k, column])
          plain = plain.addingProduct(a.panels[row, k], w.panels[k, column])
        }
        #expect(c.panels[row, column].bitPattern == sum.bitPattern)
        let place = column / 16 * rows * 16 + (rows - 1 - row) * 16 + column % 16
        #expect(reversed[place].bitPattern == plain.bitPattern)
      }
    }
    withExtendedLifetime((a.arena, w.arena, bias.arena, c.arena, storage)) {}
  }
}
