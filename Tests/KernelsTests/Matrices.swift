@testable import Kernels
@testable import Memory

/// A matrix of random numbers in (−1, 1) with the arena that holds it.
func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> (panels: Panels, arena: Arena) {
  let count = Panels.count(rows: rows, columns: columns)
  let arena = Arena(byteCount: count * 4)
  let panels = Panels(arena.take(count), rows: rows, columns: columns)
  var state = seed
  for row in 0..<rows {
    for column in 0..<columns {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      panels[row, column] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
    }
  }
  return (panels, arena)
}

/// Rows of lanes of 1, 2, 3, … streams.
func laneRows(_ lanes: Int) -> [Range<Int>] {
  (0..<lanes).map { ($0 * ($0 + 1) / 2)..<(($0 + 1) * ($0 + 2) / 2) }
}

/// 1, 2, 3, 4 or 5 lanes of the canonical tree ((0 + 1) + (2 + 3)) + 4; of 6 and 7 lanes, two roots are left.
func laneSchedule(_ lanes: Int) -> ReductionSchedule {
  switch lanes {
  case 3: ReductionSchedule(additions: [0, 1, 1])
  case 6: ReductionSchedule(additions: [0, 1, 0, 2, 0, 1])
  case 7: ReductionSchedule(additions: [0, 1, 0, 2, 0, 1, 0])
  default: ReductionSchedule(additions: Array([0, 1, 0, 2, 1][..<lanes]))
  }
}

/// The roots of a schedule over one number for each node, by the definition.
func reduceNumbers(_ nodes: [Float], _ schedule: ReductionSchedule) -> [Float] {
  var stack: [Float] = []
  for (node, additions) in zip(nodes, schedule.additions) {
    stack.append(node)
    for _ in 0..<additions {
      let right = stack.removeLast()
      stack.append(stack.removeLast() + right)
    }
  }
  return stack
}

/// The element at (step, row, column) of `steps` matrices (rows, …) in panels, one after the other.
func element(_ matrices: BufferView<Float>, rows: Int, width: Int, _ step: Int, _ row: Int, _ column: Int) -> Float {
  let padded = (width + 15) / 16 * 16
  return matrices[step * rows * padded + column / 16 * rows * 16 + row * 16 + column % 16]
}
