/// A rectangle with its origin at the upper left; lengths in pixels.
struct SVGBox {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func contains(_ point: LinePlot.Point) -> Bool {
    point.x >= x - 3 && point.x <= right + 3 && point.y >= y - 0.5 && point.y <= bottom + 0.5
  }

  func distance(to point: LinePlot.Point) -> Double {
    let (dx, dy) = (max(x - point.x, 0, point.x - right), max(y - point.y, 0, point.y - bottom))
    return (dx * dx + dy * dy).squareRoot()
  }

  func overlaps(_ other: SVGBox) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }
}

/// Finds room for the labels of marks: beside their mark, within the frame, off the curves and off each other.
struct LabelPlacement {
  let frame: SVGBox
  let obstacles: [LinePlot.Point]
  let marks: [LinePlot.Point]
  private var taken: [SVGBox] = []

  /// Places labels within `frame`, off `obstacles` (the curves' points) and `marks`.
  init(frame: SVGBox, obstacles: [LinePlot.Point], marks: [LinePlot.Point]) {
    self.frame = frame
    self.obstacles = obstacles
    self.marks = marks
  }

  /// The box for a label of this size at the mark `at`; the nearest of those that cover the least.
  mutating func place(width: Double, height: Double, at mark: LinePlot.Point) -> SVGBox {
    var best: (cost: Double, box: SVGBox)?
    for distance in [8.0, 22, 38, 56] {
      let shifts = [(1.0, -1.0), (1, 0), (1, 1), (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1)]
      for (order, (right, down)) in shifts.enumerated() {
        let box = SVGBox(
          x: mark.x + right * (distance + width / 2) - width / 2,
          y: mark.y + down * (distance + height / 2) - height / 2, width: width, height: height)
        let cost = cost(of: box, for: mark) + distance / 10 + Double(order) / 100
        if best.map({ cost < $0.cost }) ?? true { best = (cost, box) }
      }
    }
    let box = best?.box ?? SVGBox(x: mark.x, y: mark.y, width: width, height: height)
    taken.append(box)
    return box
  }

  private func cost(of box: SVGBox, for mark: LinePlot.Point) -> Double {
    let outside =
      max(0, frame.x - box.x) + max(0, box.right - frame.right) + max(0, frame.y - box.y)
      + max(0, box.bottom - frame.bottom)
    let overlaps = taken.count { $0.overlaps(box) }
    let covered = obstacles.count { box.contains($0) }
    let coveredMarks = marks.count { box.contains($0) }
    // A label that is no farther from another mark reads as that one's.
    let strangers = marks.count { $0 != mark && box.distance(to: $0) <= box.distance(to: mark) + 3 }
    return outside * 100 + Double(overlaps) * 1000 + Double(coveredMarks + strangers) * 100 + Double(covered)
  }
}
