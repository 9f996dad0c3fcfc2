/// The transpose of a matrix: `result` (columns, rows), overwritten, padding zero.
public func transpose(_ matrix: Panels, into result: Panels) {
  precondition(result.rows == matrix.columns && result.columns == matrix.rows, "transpose into another shape")
  for panel in 0..<result.panels {
    let height = min(16, matrix.rows - panel * 16)
    for column in 0..<matrix.columns {
      let source = UnsafePointer(matrix.base + column / 16 * matrix.panelStride + column % 16 + panel * 256)
      let target = result.base + panel * result.panelStride + column * 16
      var row = SIMD16<Float>(repeating: 0)
      for k in 0..<height { row[k] = source[k * 16] }
      store16(target, row)
    }
  }
}
