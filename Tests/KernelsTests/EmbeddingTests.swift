import Testing

@testable import Kernels
@testable import Memory

@Suite struct EmbeddingTests {
  @Test(arguments: [(1, 50), (3, 64), (16, 96), (21, 50)])
  func gathersRowsOfBothLayouts(rows: Int, width: Int) {
    let vocabulary = 11
    let padded = (width + 15) / 16 * 16
    let matrix = randomMatrix(vocabulary, width, seed: 1)
    let mask = randomMatrix(rows, width, seed: 2)
    let numbers = randomMatrix(1, vocabulary, seed: 3)
    let storage = Storage()
    let rowByRow: BufferView<Float> = storage.take(vocabulary * padded)
    for token in 0..<vocabulary {
      for column in 0..<width { rowByRow[token * padded + column] = matrix.panels[token, column] }
    }
    let tokens: BufferView<Int32> = storage.take(rows)
    for row in 0..<rows { tokens[row] = Int32(row * 7 % vocabulary) }
    let x = Panels(storage.take(rows * padded), rows: rows, columns: width)
    let factors = numbers.panels.elements
    for source in [EmbeddingRows(rowByRow, width: padded), EmbeddingRows(matrix.panels)] {
      for (useFactors, useMask) in [(false, false), (true, false), (false, true), (true, true)] {
        x.elements.fill(.nan)
        source.gather(
          tokens: tokens, factors: useFactors ? factors : nil, mask: useMask ? mask.panels : nil, into: x)
        for row in 0..<rows {
          let token = Int(tokens[row])
          for column in 0..<width {
            var expected = matrix.panels[token, column]
            if useFactors { expected *= factors[token] }
            if useMask { expected *= mask.panels[row, column] }
            #expect(x[row, column].bitPattern == expected.bitPattern)
          }
          for column in width..<padded { #expect(x.elements[column / 16 * rows * 16 + row * 16 + column % 16] == 0) }
        }
      }
    }
    let before = x.elements.array
    scaleRows(x, tokens: tokens, factors: factors)
    for place in before.indices {
      let token = Int(tokens[place / 16 % rows])
      #expect(x.elements[place].bitPattern == (before[place] * factors[token]).bitPattern)
    }
    withExtendedLifetime((storage, matrix.arena, mask.arena, numbers.arena)) {}
  }
}
