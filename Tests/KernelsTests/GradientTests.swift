import Testing

@testable import Kernels
@testable import Memory

/// Gradients over lanes, beside sums by the definition, to the bit.
@Suite struct LaneGradientTests {
  /// Lanes of 1, 2, 3, … streams.
  private func laneRows(_ lanes: Int) -> [Range<Int>] {
    (0..<lanes).map { ($0 * ($0 + 1) / 2)..<(($0 + 1) * ($0 + 2) / 2) }
  }

  @Test(arguments: [(5, 24, 40), (3, 17, 64), (2, 50, 9), (7, 16, 24), (1, 64, 41), (4, 33, 150)], [1, 4, 100])
  func weightGradientIsTheCanonicalSumOfLanes(shape: (lanes: Int, depth: Int, columns: Int), limit: Int) {
    let steps = 3
    let (lanes, depth, columns) = shape
    let rows = laneRows(lanes)
    let blocks = LaneBlock.cut(rows, steps: steps, limit: limit)
    let schedule = laneSchedule(lanes)
    let streams = rows.last!.upperBound
    // The blocks' activations one after the other, each `steps` matrices of the block's streams.
    let a = randomMatrix(streams * steps, depth, seed: 5)
    let d = randomMatrix(streams * steps, columns, seed: 6)
    let aWidth = (depth + 15) / 16 * 16
    let dWidth = (columns + 15) / 16 * 16
    let count = Panels.count(rows: depth, columns: columns)
    let lasting = schedule.height(after: blocks.map(\.lanes.upperBound))
    let spare = GradientStack.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: lasting)
    let arena = Arena(byteCount: 4 * (schedule.roots * count + spare + lanes * (dWidth + 16)) + 256)
    let roots: BufferView<Float> = arena.take(schedule.roots * count)
    let stack = GradientStack(
      roots, offset: 0, rootStride: count, depth: depth, columns: columns, schedule: schedule,
      lasting: lasting, spare: arena.take(spare))
    let vectors: BufferView<Float> = arena.take(lanes * (dWidth + 16))
    for shape in TileShape.allCases {
      for block in blocks {
        weightGradient(
          block.part(a.panels.elements, width: aWidth), depth: depth, block.part(d.panels.elements, width: dWidth),
          columns: columns, rowsPerStep: block.streams.count, lanes: block.stepRows, first: block.lanes.lowerBound,
          schedule: schedule, into: stack,
          bias: LaneVectors(
            block.laneRows(vectors, stride: dWidth + 16), stride: dWidth + 16, offset: 16), shape: shape)
      }
      for block in blocks {
        let part = block.part(d.panels.elements, width: dWidth)
        for (lane, rows) in zip(block.lanes, block.stepRows.rows) {
          for column in 0..<columns {
            var sum: Float = 0
            for step in 0..<steps {
              for row in rows { sum += element(part, rows: block.streams.count, width: columns, step, row, column) }
            }
            #expect(vectors[lane * (dWidth + 16) + 16 + column].bitPattern == sum.bitPattern)
          }
        }
      }
      vectors.fill(0)
      for k in 0..<depth {
        for column in 0..<columns {
          let sums = blocks.flatMap { block in
            block.stepRows.rows.map { rows in
              var sum: Float = 0
              let (x, y) = (
                block.part(a.panels.elements, width: aWidth), block.part(d.panels.elements, width: dWidth)
              )
              for step in 0..<steps {
                for row in rows {
                  sum = sum.addingProduct(
                    element(x, rows: block.streams.count, width: depth, step, row, k),
                    element(y, rows: block.streams.count, width: columns, step, row, column))
                }
              }
              return sum
            }
          }
          for (root, expected) in reduceNumbers(sums, schedule).enumerated() {
            let place = root * count + column / 16 * depth * 16 + k * 16 + column % 16
            #expect(roots[place].bitPattern == expected.bitPattern)
          }
        }
      }
    }
    withExtendedLifetime((a.arena, d.arena, arena)) {}
  }

  @Test func laneOrderIsLaneThenStepThenStream() {
    let (steps, width) = (3, 32)
    let rows = laneRows(3)
    let streams = rows.last!.upperBound
    let activations = randomMatrix(streams * steps, width, seed: 8)
    let ordered = randomMatrix(streams * steps, width, seed: 9)
    let block = LaneBlock.cut(rows, steps: steps, limit: streams)[0]
    gatherLanes(
      activations.panels.elements, rowsPerStep: streams, width: width, lanes: block.stepRows, into: ordered.panels)
    var row = 0
    for lane in rows {
      for step in 0..<steps {
        for stream in lane {
          for column in 0..<width {
            let expected = element(
              activations.panels.elements, rows: streams, width: width, step, stream, column)
            #expect(ordered.panels[row, column] == expected)
          }
          row += 1
        }
      }
    }
    withExtendedLifetime((activations.arena, ordered.arena)) {}
  }

  @Test(arguments: [1, 2, 3, 5, 6, 7])
  func embeddingGradientIsTheCanonicalSumOfLanes(lanes: Int) {
    let (steps, vocabulary, hidden) = (4, 11, 20)
    let width = 32
    let rows = laneRows(lanes)
    let streams = rows.last!.upperBound
    let schedule = laneSchedule(lanes)
    let da = randomMatrix(streams * steps, hidden, seed: 9)
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
          da.panels.elements[matrix], tokens: ids[(step * streams)..<((step + 1) * streams)], rowsPerStep: streams,
          rows: rows, first: 0)
      }
      sums.reduceTree(schedule, into: roots, offset: 0, rootStride: vocabulary * width)
      for token in 0..<vocabulary {
        for channel in 0..<hidden {
          let nodes = rows.map { lane in
            var sum: Float = 0
            for step in 0..<steps {
              for row in lane where Int(tokens[step * streams + row]) == token {
                sum += element(da.panels.elements, rows: streams, width: hidden, step, row, channel)
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
    withExtendedLifetime((da.arena, storage)) {}
  }

  @Test func columnSumsGoLaneByLane() {
    let (steps, hidden) = (3, 83)
    let rows = laneRows(4)
    let streams = rows.last!.upperBound
    let d = randomMatrix(streams * steps, hidden, seed: 2)
    let arena = Arena(byteCount: 4 * 4 * 100 + 64)
    let vectors: BufferView<Float> = arena.take(4 * 100)
    laneColumnSums(
      d.panels.elements, rowsPerStep: streams, columns: hidden, lanes: LaneRows(rows: rows, steps: steps),
      into: LaneVectors(vectors, stride: 100, offset: 4))
    for (lane, range) in rows.enumerated() {
      for channel in 0..<hidden {
        var sum: Float = 0
        for step in 0..<steps {
          for row in range { sum += element(d.panels.elements, rows: streams, width: hidden, step, row, channel) }
        }
        #expect(vectors[lane * 100 + 4 + channel].bitPattern == sum.bitPattern)
      }
    }
    withExtendedLifetime((d.arena, arena)) {}
  }
}
