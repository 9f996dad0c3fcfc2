public import Memory

/// Brings the rows of activations, `lanes.steps` matrices (rowsPerStep, width) one after the other, into lane order
/// (lane, step, stream): `result` (steps · rowsPerStep, width), overwritten.
///
/// A lane's rows then follow one another in memory. In time order they lie a step's matrix apart, which for wide
/// matrices is a multiple of a cache's way, so that they push each other out of it. Bound by stores.
public func gatherLanes(
  _ activations: BufferView<Float>, rowsPerStep: Int, width: Int, lanes: LaneRows, into result: Panels
) {
  precondition(
    activations.count == lanes.steps * rowsPerStep * width && result.elements.count == activations.count, "wrong size")
  for panel in 0..<(width / 16) {
    var output = result.base + panel * result.panelStride
    for rows in lanes.rows {
      for step in 0..<lanes.steps {
        let place = (step * width + panel * 16) * rowsPerStep + rows.lowerBound * 16
        output.update(from: activations.base + place, count: rows.count * 16)
        output += rows.count * 16
      }
    }
  }
}
