/// The transpose of a matrix: `result` (columns, rows), overwritten, padding zero.
///
/// Element (row, column) is in panel column / 16 of the one and row / 16 of the other, so whole blocks of 16 × 16 go
/// over as blocks, in four quarters; what is left at the edges goes element by element. Bound by the shuffles, six of
/// half a vector for each: three cycles on Zen 4; it takes 4.1. A matrix that comes from memory is fetched four blocks
/// ahead, since the CPU by itself sees no further than a block: 512 × 10,000 take 0.65 of the time.
public func transpose(_ matrix: Panels, into result: Panels) {
  precondition(result.rows == matrix.columns && result.columns == matrix.rows, "transpose into another shape")
  for panel in 0..<result.panels {
    let height = min(16, matrix.rows - panel * 16)
    for block in 0..<matrix.panels {
      let width = min(16, matrix.columns - block * 16)
      let source = UnsafePointer(matrix.base + block * matrix.panelStride + panel * 256)
      let target = result.base + panel * result.panelStride + block * 256
      for row in 0..<16 { prefetch(source + 4 * matrix.panelStride + row * 16) }
      if height == 16 {
        for half in 0..<(width / 8) {
          transposeEight(source + half * 8, 16, into: target + half * 128, 16)
          transposeEight(source + half * 8 + 128, 16, into: target + half * 128 + 8, 16)
        }
      }
      for column in (height == 16 ? width / 8 * 8 : 0)..<width {
        for row in 0..<16 { target[column * 16 + row] = row < height ? source[row * 16 + column] : 0 }
      }
    }
  }
}
