@testable import Kernels

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
