import Testing

@testable import Kernels
@testable import Memory

/// Gradients over lanes, beside sums by the definition, to the bit.
@Suite struct LaneGradientTests {
  /// In one run of rows for each lane, so long that each lane goes through all tiles before the next.
  @Test(arguments: [(5, 24, 40), (7, 17, 24), (3, 33, 150)])
  func weightGradientOfLongLanes(lanes: Int, depth: Int, columns: Int) {
    let rows = laneRows(lanes).map { ($0.lowerBound * 190)..<($0.upperBound * 190) }
    let count = rows.last!.upperBound
    let schedule = laneSchedule(lanes)
    let (a, d) = (randomMatrix(count, depth, seed: 5), randomMatrix(count, columns, seed: 6))
    let size = Panels.count(rows: depth, columns: columns)
    let storage = Storage()
    let lasting = schedule.height(after: [lanes])
    let roots: BufferView<Float> = storage.take(schedule.roots * size)
    let stack = GradientStack(
      roots, offset: 0, rootStride: size, depth: depth, columns: columns, schedule: schedule, lasting: lasting,
      spare: storage.take(
        GradientStack.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: lasting)))
    for shape in TileShape.allCases {
      weightGradient(
        a.panels.elements, depth: depth, d.panels.elements, columns: columns, rowsPerStep: count,
        lanes: LaneRows(rows: rows, steps: 1), first: 0, schedule: schedule, into: stack, shape: shape)
      for k in 0..<depth {
        for column in 0..<columns {
          let sums = rows.map { rows in
            rows.reduce(Float(0)) { $0.addingProduct(a.panels[$1, k], d.panels[$1, column]) }
          }
          for (root, expected) in reduceNumbers(sums, schedule).enumerated() {
            let place = root * size + column / 16 * depth * 16 + k * 16 + column % 16
            #expect(roots[place].bitPattern == expected.bitPattern)
          }
        }
      }
    }
    withExtendedLifetime((a.arena, d.arena, storage)) {}
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

  /// Each matrix's gradient has the bits that `weightGradient` has, which is compared with the definition above; so do
  /// the column sums.
  @Test(
    arguments: [
      (5, 24, 33, 48), (3, 17, 16, 64), (2, 50, 7, 256), (7, 16, 40, 96), (1, 64, 64, 160), (4, 50, 20, 50),
      (3, 7, 9, 21),
    ],
    [(1, 3), (4, 3), (100, 3), (4, 80), (100, 80)])
  func twoGradientsOfOnePackedMatrix(
    shape: (lanes: Int, first: Int, second: Int, columns: Int), cut: (limit: Int, steps: Int)
  ) {
    // Of 80 steps, lanes are so long that each goes through all tiles before the next.
    let (limit, steps) = cut
    let (lanes, columns) = (shape.lanes, shape.columns)
    let depths = [shape.first, shape.second]
    let rows = laneRows(lanes)
    let streams = rows.last!.upperBound
    let blocks = LaneBlock.cut(rows, steps: steps, limit: limit)
    let schedule = laneSchedule(lanes)
    let lasting = schedule.height(after: blocks.map(\.lanes.upperBound))
    let storage = Storage()
    let d = randomMatrix(streams * steps, columns, seed: 6)
    let inputs = depths.map { randomMatrix(streams * steps, $0, seed: UInt64($0)) }
    let width = (columns + 15) / 16 * 16
    for block in blocks {
      let (part, rows) = (block.part(d.panels.elements, width: width), block.rowsPerStep)
      for place in 0..<(steps * rows) {
        for column in columns..<width {
          part[(place / rows * width + column / 16 * 16) * rows + place % rows * 16 + column % 16] = 0
        }
      }
    }
    func stacks() -> [(roots: BufferView<Float>, stack: GradientStack)] {
      depths.map { depth in
        let count = Panels.count(rows: depth, columns: columns)
        let spare = GradientStack.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: lasting)
        let roots: BufferView<Float> = storage.take(schedule.roots * count)
        return (
          roots,
          GradientStack(
            roots, offset: 0, rootStride: count, depth: depth, columns: columns, schedule: schedule, lasting: lasting,
            spare: storage.take(spare))
        )
      }
    }
    func vectors() -> BufferView<Float> { storage.take(lanes * width) }
    func laneVectors(_ block: LaneBlock, _ vectors: BufferView<Float>) -> LaneVectors {
      LaneVectors(block.laneRows(vectors, stride: width), stride: width, offset: 0)
    }
    let packed: BufferView<Float> = storage.take(packedCount(rows: streams * steps))
    for shape in TileShape.allCases {
      let (expected, given) = (stacks(), stacks())
      let (sums, first, second) = (vectors(), vectors(), vectors())
      for block in blocks {
        let blockD = block.part(d.panels.elements, width: width)
        let ordered = zip(depths, inputs).map { depth, input in
          let width = (depth + 15) / 16 * 16
          let count = block.streams.count * steps
          let result = Panels(storage.take(count * width), rows: count, columns: depth)
          gatherLanes(
            block.part(input.panels.elements, width: width), rowsPerStep: block.streams.count, width: width,
            lanes: block.stepRows, into: result)
          return result
        }
        for (index, depth) in depths.enumerated() {
          weightGradient(
            block.part(inputs[index].panels.elements, width: (depth + 15) / 16 * 16), depth: depth, blockD,
            columns: columns, rowsPerStep: block.streams.count, lanes: block.stepRows, first: block.lanes.lowerBound,
            schedule: schedule, into: expected[index].stack, bias: laneVectors(block, sums))
        }
        packedWeightGradients(
          GradientOperand(ordered[0], into: given[0].stack), GradientOperand(ordered[1], into: given[1].stack), blockD,
          columns: columns, block: block, schedule: schedule, packed: packed,
          biases: (laneVectors(block, first), laneVectors(block, second)), shape: shape)
      }
      for (expected, given) in zip(expected, given) {
        #expect(expected.roots.array.map(\.bitPattern) == given.roots.array.map(\.bitPattern))
      }
      #expect(first.array == sums.array && second.array == sums.array)
    }
    withExtendedLifetime((storage, d.arena, inputs.map(\.arena))) {}
  }

  @Test(arguments: [false, true]) func laneOrderIsLaneThenStepThenStream(masked: Bool) {
    let (steps, width) = (3, 32)
    let rows = laneRows(4)
    let streams = rows.last!.upperBound
    let activations = randomMatrix(streams * steps, width, seed: 8)
    let ordered = randomMatrix(streams * steps, width, seed: 9)
    let mask = randomMatrix(streams, width, seed: 10)
    let block = LaneBlock.cut(rows, steps: steps, limit: streams)[0]
    gatherLanes(
      activations.panels.elements, rowsPerStep: streams, width: width, lanes: block.stepRows, times: 3,
      mask: masked ? mask.panels : nil, into: ordered.panels)
    var row = 0
    for lane in rows {
      for step in 0..<steps {
        for stream in lane {
          for column in 0..<width {
            let given = 3 * element(activations.panels.elements, rows: streams, width: width, step, stream, column)
            #expect(ordered.panels[row, column] == (masked ? given * mask.panels[stream, column] : given))
          }
          row += 1
        }
      }
    }
    withExtendedLifetime((activations.arena, ordered.arena, mask.arena)) {}
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
