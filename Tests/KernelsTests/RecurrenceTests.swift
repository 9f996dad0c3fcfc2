import Testing

@testable import Kernels
@testable import Memory

/// The recurrence, forward and backward, beside its definition, to the bit.
@Suite struct RecurrenceTests {
  @Test(arguments: [(1, 16), (4, 64), (5, 24), (7, 33), (13, 17), (16, 32), (28, 64)])
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
    let a: BufferView<Float> = arena.take(steps * size)
    let h: BufferView<Float> = arena.take(steps * size)
    let d: BufferView<Float> = arena.take(steps * size)
    let da: BufferView<Float> = arena.take(size)
    let storage = Storage()
    let sums = EmbeddingSums(
      vocabulary: vocabulary, lanes: 3, width: width, rows: steps * rows, storage: storage)
    let roots: BufferView<Float> = storage.take(3 * vocabulary * width)
    let lanes = rows > 1 ? [0..<(rows / 2), (rows / 2)..<rows] : [0..<1]
    func vector(_ seed: Int) -> BufferView<Float> {
      let window: BufferView<Float> = storage.take(steps * width)
      for place in 0..<window.count { window[place] = Float((place * 37 + seed * 11) % 29 - 14) / 16 }
      return window
    }
    let backwardCoefficients = NormBackwardCoefficients(scale: vector(1), slope: vector(2), offset: vector(3))
    // Tokens of one stream more than there are rows.
    let tokens: BufferView<Int32> = arena.take(steps * (rows + 1))
    for index in 0..<tokens.count { tokens[index] = Int32(index * 5 % vocabulary) }
    func matrix(_ window: BufferView<Float>, _ step: Int) -> Panels {
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
      recurrentBackward(
        d, h: h, rows: rows, steps: steps, transposed.panels, through: backwardCoefficients, addingTo: sums,
        lanes: lanes, first: 1,
        tokens: tokens, tokenStride: rows + 1, scratch: da, shape: shape)
      var later = (0..<rows).map { _ in [Float](repeating: 0, count: hidden) }
      var expected = [Float](repeating: 0, count: 3 * vocabulary * width)
      for step in (0..<steps).reversed() {
        for row in 0..<rows {
          for column in 0..<hidden {
            let place = step * size + column / 16 * rows * 16 + row * 16 + column % 16
            let state = matrix(h, step)[row, column]
            let behind = backwardCoefficients.offset[step * width + column]
              .addingProduct(given[place], backwardCoefficients.scale[step * width + column])
              .addingProduct(state, backwardCoefficients.slope[step * width + column])
            // At the last step nothing comes from a later one.
            let dz = state > 0 ? (step == steps - 1 ? behind : behind + later[row][column]) : 0
            #expect(d[place].bitPattern == dz.bitPattern)
          }
        }
        for row in 0..<rows {
          for column in 0..<hidden {
            var sum: Float = 0
            for k in 0..<hidden { sum = sum.addingProduct(matrix(d, step)[row, k], w.panels[column, k]) }
            later[row][column] = sum
            let lane = 1 + (lanes.firstIndex { $0.contains(row) } ?? 0)
            expected[(lane * vocabulary + token(step, row)) * width + column] += sum
          }
        }
      }
      sums.reduceTree(ReductionSchedule(additions: [0, 0, 0]), into: roots, offset: 0, rootStride: vocabulary * width)
      for place in expected.indices { #expect(roots[place].bitPattern == expected[place].bitPattern) }
      copyRows(matrix(h, 1), into: state.panels, first: 2)
      for row in 0..<rows { #expect(state.panels[row + 2, hidden - 1] == matrix(h, 1)[row, hidden - 1]) }
    }
    withExtendedLifetime(
      (w.arena, transposed.arena, bias.arena, state.arena, embedding.arena, upper.arena, arena, storage)
    ) {}
  }
}
