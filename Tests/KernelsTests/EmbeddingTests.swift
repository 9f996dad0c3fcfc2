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
    withExtendedLifetime((storage, matrix.arena, mask.arena, numbers.arena)) {}
  }

  @Test(arguments: [1, 2, 3, 5, 6, 7], [false, true])
  func gradientIsTheCanonicalSumOfLanes(lanes: Int, drops: Bool) {
    let (steps, vocabulary, hidden) = (4, 11, 20)
    let width = 32
    let rows = laneRows(lanes)
    let streams = rows.last!.upperBound
    let schedule = laneSchedule(lanes)
    let da = randomMatrix(streams * steps, hidden, seed: 9)
    let mask = randomMatrix(streams, hidden, seed: 10)
    let factors = randomMatrix(1, vocabulary, seed: 11)
    let storage = Storage()
    let sums = EmbeddingSums(
      vocabulary: vocabulary, lanes: lanes, width: width, rows: steps * streams, storage: storage)
    let roots: BufferView<Float> = storage.take(schedule.roots * vocabulary * width)
    let ids: BufferView<Int32> = storage.take(steps * streams)
    // More than once and with other tokens, since `reduceTree` must forget; two of the vocabulary are never read.
    for factor in [7, 5, 1, 7] {
      let tokens = (0..<(steps * streams)).map { Int32(($0 * $0 * factor + $0) % vocabulary % 9) }
      ids.copy(from: tokens)
      for step in 0..<steps {
        let matrix = (step * streams * width)..<((step + 1) * streams * width)
        sums.add(
          da.panels.elements[matrix], mask: drops ? mask.panels : nil, factors: drops ? factors.panels.elements : nil,
          tokens: ids[(step * streams)..<((step + 1) * streams)], rowsPerStep: streams, rows: rows, first: 0)
      }
      sums.reduceTree(schedule, into: roots, offset: 0, rootStride: vocabulary * width)
      for token in 0..<vocabulary {
        for channel in 0..<hidden {
          let nodes = rows.map { lane in
            var sum: Float = 0
            for step in 0..<steps {
              for row in lane where Int(tokens[step * streams + row]) == token {
                let gradient = element(da.panels.elements, rows: streams, width: hidden, step, row, channel)
                sum += drops ? gradient * mask.panels[row, channel] * factors.panels[0, token] : gradient
              }
            }
            return sum
          }
          for (root, expected) in reduceNumbers(nodes, schedule).enumerated() {
            #expect(roots[(root * vocabulary + token) * width + channel].bitPattern == expected.bitPattern)
          }
        }
      }
    }
    withExtendedLifetime((da.arena, mask.arena, factors.arena, storage)) {}
  }
}
