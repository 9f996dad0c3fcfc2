public import Memory

/// Brings the rows of activations, `lanes.steps` matrices (rowsPerStep, width) one after the other, into lane order
/// (lane, step, stream), times `factor` and ⊙ `mask`, in this order: `result` (rows of the lanes in all steps, width),
/// overwritten. The lanes are neighbours, and all of a matrix or a part of it.
///
/// - mask: (rowsPerStep, width), the same at every step, or none: dropout's.
///
/// A lane's rows then follow one another in memory. In time order they lie a step's matrix apart, which for wide
/// matrices is a multiple of a cache's way, so that they push each other out of it. Bound by stores; it reads the rows
/// of a panel and step one after the other, as the prefetcher likes it, and writes a run for each lane.
public func gatherLanes(
  _ activations: BufferView<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows,
  times factor: Float = 1, mask: Panels? = nil, into result: Panels
) {
  let steps = lanes.steps
  let start = lanes.rows.first?.lowerBound ?? 0
  precondition(
    activations.count == steps * rowsPerStep * width
      && result.rows == steps * ((lanes.rows.last?.upperBound ?? 0) - start)
      && result.panels * 16 == width, "wrong size")
  precondition(mask.map { $0.elements.count == rowsPerStep * width } ?? true, "mask of another shape")
  let mask = mask.map { UnsafePointer($0.base) }
  lanes.rows.withUnsafeBufferPointer { lanes in
    for panel in 0..<(width / 16) {
      let target = result.base + panel &* result.panelStride
      for step in 0..<steps {
        let source = UnsafePointer(activations.base + (step &* width &+ panel &* 16) &* rowsPerStep)
        for lane in 0..<lanes.count {
          let (first, count) = (lanes[lane].lowerBound, lanes[lane].count)
          let rows = source + first &* 16
          let mask = mask.map { $0 + (panel &* rowsPerStep &+ first) &* 16 }
          let place = target + ((first &- start) &* steps &+ step &* count) &* 16
          // Of a lane's usual four streams the loop over rows is straight code.
          if count == 4 {
            copyRows(rows, 4, times: factor, mask, into: place)
          } else {
            copyRows(rows, count, times: factor, mask, into: place)
          }
        }
      }
    }
  }
}

@inline(__always)
private func copyRows(
  _ rows: UnsafePointer<Float>, _ count: Int, times factor: Float, _ mask: UnsafePointer<Float>?,
  into target: UnsafeMutablePointer<Float>
) {
  for row in 0..<count {
    var vector = load16(rows + row &* 16) * factor
    if let mask { vector *= load16(mask + row &* 16) }
    store16(target + row &* 16, vector)
  }
}
