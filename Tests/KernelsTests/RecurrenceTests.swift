import Testing

@testable import Kernels

/// The recurrence, forward and backward, beside its definition, to the bit.
@Suite struct RecurrenceTests {
  @Test(arguments: [(1, 16), (4, 64), (5, 24), (7, 33), (13, 17)])
  func stepsFollowTheDefinition(rows: Int, hidden: Int) {
    let steps = 3
    let vocabulary = 6
    let width = (hidden + 15) / 16 * 16
    let w = randomMatrix(hidden, hidden, seed: 1)
    let transposed = randomMatrix(hidden, hidden, seed: 1)
    transpose(w.panels, into: transposed.panels)
    let bias = randomMatrix(1, hidden, seed: 2)
    let state = randomMatrix(rows + 2, hidden, seed: 3)
    let embedding = randomMatrix(1, vocabulary * width, seed: 4)
    let upper = randomMatrix(rows * steps, hidden, seed: 5)
    let size = rows * width
    let arena = Arena(byteCount: 4 * (4 * steps * size + steps * (rows + 1)) + 512)
    let a: Window<Float> = arena.take(steps * size)
    let h: Window<Float> = arena.take(steps * size)
    let d: Window<Float> = arena.take(steps * size)
    let da: Window<Float> = arena.take(size)
    // Tokens of one stream more than there are rows.
    let tokens: Window<Int32> = arena.take(steps * (rows + 1))
    for index in 0..<tokens.count { tokens[index] = Int32(index * 5 % vocabulary) }
    func matrix(_ window: Window<Float>, _ step: Int) -> Panels {
      Panels(window[(step * size)..<((step + 1) * size)], rows: rows, columns: hidden)
    }
    func token(_ step: Int, _ row: Int) -> Int { Int(tokens[step * (rows + 1) + row]) }

    for shape in TileShape.allCases {
      addEmbedding(
        state.panels, first: 1, embedding: embedding.panels.elements, tokens: tokens[0..<rows], into: matrix(a, 0))
      recurrentForward(
        a, into: h, rows: rows, steps: steps, w.panels, bias: bias.panels.elements,
        embedding: embedding.panels.elements, tokens: tokens, tokenStride: rows + 1, shape: shape)
      var before = (0..<rows).map { row in (0..<hidden).map { state.panels[row + 1, $0] } }
      for step in 0..<steps {
        for row in 0..<rows {
          let input = (0..<hidden).map {
            before[row][$0] + embedding.panels.elements[token(step, row) * width + $0]
          }
          for column in 0..<hidden {
            #expect(matrix(a, step)[row, column].bitPattern == input[column].bitPattern)
            var sum = bias.panels[0, column]
            for k in 0..<hidden { sum = sum.addingProduct(input[k], w.panels[k, column]) }
            #expect(matrix(h, step)[row, column] == max(sum, 0))
          }
          before[row] = (0..<hidden).map { matrix(h, step)[row, $0] }
        }
      }

      d.copy(from: upper.panels.elements[0..<(steps * size)])
      let given = d.array
      rectifierBackward(matrix(d, steps - 1).elements, matrix(h, steps - 1).elements)
      for step in (0..<steps).reversed() {
        let dz = (0..<rows).map { row in (0..<hidden).map { matrix(d, step)[row, $0] } }
        recurrentBackward(
          matrix(d, step), transposed.panels, into: Panels(da, rows: rows, columns: hidden),
          previous: step == 0 ? nil : (h: matrix(h, step - 1), dh: matrix(d, step - 1)), shape: shape)
        for row in 0..<rows {
          for column in 0..<hidden {
            var sum: Float = 0
            for k in 0..<hidden { sum = sum.addingProduct(dz[row][k], w.panels[column, k]) }
            #expect(Panels(da, rows: rows, columns: hidden)[row, column].bitPattern == sum.bitPattern)
            if step > 0 {
              let place = (step - 1) * size + column / 16 * rows * 16 + row * 16 + column % 16
              let expected = matrix(h, step - 1)[row, column] > 0 ? sum + given[place] : 0
              #expect(d[place].bitPattern == expected.bitPattern)
            }
          }
        }
      }
      copyRows(matrix(h, 1), into: state.panels, first: 2)
      for row in 0..<rows { #expect(state.panels[row + 2, hidden - 1] == matrix(h, 1)[row, hidden - 1]) }
    }
    withExtendedLifetime((w.arena, transposed.arena, bias.arena, state.arena, embedding.arena, upper.arena, arena)) {}
  }
}
