internal import Files
internal import Kernels

/// Lines over an x and a y axis: loss curves, schedules, the LR finder. A plain value that renders itself as an SVG
/// picture (`svg`) and as terminal text (`terminalText`).
///
/// Points that aren't finite, or not positive on a logarithmic axis, are left out and interrupt their line.
public struct LinePlot: Sendable {
  /// A point in the units of the axes.
  public struct Point: Sendable, Equatable {
    /// Position along the x axis.
    public var x: Double
    /// Position along the y axis.
    public var y: Double

    /// The point (`x`, `y`).
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A named line through points, in their order.
  public struct Series: Sendable {
    /// What the legend calls it.
    public var name: String
    /// The line's points; x ascends or the line turns back.
    public var points: [Point]
    /// Whether the line stays in the background, as raw values do behind their mean.
    public var isFaint: Bool
    /// Whether a picture sets off each point by a dot, as befits a few measurements.
    public var hasDots: Bool

    /// The line `name` through `points`.
    public init(_ name: String, _ points: [Point], isFaint: Bool = false, hasDots: Bool = false) {
      self.name = name
      self.points = points
      self.isFaint = isFaint
      self.hasDots = hasDots
    }

    /// The line `name` through (`x[i]`, `y[i]`); both arrays have the same length.
    public init(_ name: String, x: [Double], y: [Double], isFaint: Bool = false, hasDots: Bool = false) {
      precondition(x.count == y.count, "\(x.count) x values for \(y.count) y values")
      self.init(name, zip(x, y).map(Point.init), isFaint: isFaint, hasDots: hasDots)
    }

    /// The line `name` through (`first`, `y[0]`), (`first` + 1, `y[1]`), …
    public init(_ name: String, y: [Double], first: Int = 1, isFaint: Bool = false) {
      self.init(name, y.enumerated().map { Point(x: Double(first + $0), y: $1) }, isFaint: isFaint)
    }
  }

  /// A point set off from the lines, such as the LR finder's suggestion.
  public struct Mark: Sendable {
    /// The text beside it.
    public var label: String
    /// Where it is.
    public var point: Point
    /// Whether a broken line leads from it down to the axis.
    public var dropsToAxis: Bool

    /// A mark `label` at (`x`, `y`).
    public init(_ label: String, x: Double, y: Double, dropsToAxis: Bool = true) {
      self.label = label
      self.point = Point(x: x, y: y)
      self.dropsToAxis = dropsToAxis
    }
  }

  /// How values spread along an axis.
  public enum Scale: Sendable {
    /// Equal differences take equal room.
    case linear
    /// Equal ratios take equal room; ticks at powers of ten.
    case logarithmic
  }

  /// What an axis shows.
  public struct Axis: Sendable {
    /// The text along it.
    public var label: String
    /// How values spread along it.
    public var scale: Scale
    /// What part is shown; nil shows all points. Points beyond are cut off.
    public var range: ClosedRange<Double>?
    /// Whether ticks are at whole numbers only, as befits what is counted.
    public var isWhole: Bool

    /// An axis named `label`.
    public init(_ label: String, _ scale: Scale = .linear, range: ClosedRange<Double>? = nil, isWhole: Bool = false) {
      self.label = label
      self.scale = scale
      self.range = range
      self.isWhole = isWhole
    }
  }

  /// The heading.
  public var title: String
  /// The line below it: the configuration the curves belong to. May be empty.
  public var subtitle: String
  /// The horizontal axis.
  public var xAxis: Axis
  /// The vertical axis.
  public var yAxis: Axis
  /// The lines, in the legend's order.
  public var series: [Series]
  /// The points set off.
  public var marks: [Mark]

  /// A plot of `series` and `marks`.
  public init(
    title: String, subtitle: String = "", xAxis: Axis, yAxis: Axis, series: [Series], marks: [Mark] = []
  ) {
    self.title = title
    self.subtitle = subtitle
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.marks = marks
  }

  /// The series that a legend names: all, or none where the y axis names the only one.
  var namedSeries: [Series] { series.count == 1 && series[0].name == yAxis.label ? [] : series }

  /// The two axes' mappings, fitted to every point that can be shown; nil if there is none.
  func scales() -> (x: AxisScale, y: AxisScale)? {
    let all = series.flatMap(\.points) + marks.map(\.point)
    let shown = all.filter { isShown($0) }
    guard !shown.isEmpty else { return nil }
    return (
      AxisScale(xAxis, values: shown.map(\.x), padding: 0), AxisScale(yAxis, values: shown.map(\.y), padding: 0.05)
    )
  }

  /// Whether `point` has a place on the axes.
  func isShown(_ point: Point) -> Bool {
    func fits(_ value: Double, _ axis: Axis) -> Bool { value.isFinite && (axis.scale == .linear || value > 0) }
    return fits(point.x, xAxis) && fits(point.y, yAxis)
  }

  /// The stretches of `series` between the points that are left out, mapped to 0…1 along both axes (beyond where an
  /// axis has a range of its own), thinned to what `columns` columns can show.
  func stretches(of series: Series, _ x: AxisScale, _ y: AxisScale, columns: Int) -> [[Point]] {
    series.points.split { !isShown($0) }.map { stretch in
      // Coordinates far outside the frame would overflow what draws them.
      let mapped = stretch.map {
        Point(x: x.position($0.x).clamped(to: -9...10), y: y.position($0.y).clamped(to: -9...10))
      }
      return mapped.thinned(columns: columns)
    }
  }
}

extension Array where Element == LinePlot.Point {
  /// The points that show the same line in `columns` columns over x = 0…1: of each column's points the first, the
  /// lowest, the highest and the last, in their order. Lines of up to 4 · `columns` points stay as they are.
  func thinned(columns: Int) -> [LinePlot.Point] {
    guard count > 4 * columns else { return self }
    func column(_ point: LinePlot.Point) -> Int { Int((point.x * Double(columns)).rounded(.down)) }
    var result: [LinePlot.Point] = []
    var start = 0
    while start < count {
      let here = column(self[start])
      var end = start
      var lowest = start
      var highest = start
      while end < count, column(self[end]) == here {
        if self[end].y < self[lowest].y { lowest = end }
        if self[end].y > self[highest].y { highest = end }
        end += 1
      }
      for index in Set([start, lowest, highest, end - 1]).sorted() { result.append(self[index]) }
      start = end
    }
    return result
  }

  /// Points along the line with at most `distance` between them.
  func interpolated(every distance: Double) -> [LinePlot.Point] {
    zip(self, dropFirst()).flatMap { from, to in
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      let count = Swift.max(1, Int((dx.magnitude + dy.magnitude) / distance))
      return (0..<count).map { step in
        let share = Double(step) / Double(count)
        return LinePlot.Point(x: from.x + share * dx, y: from.y + share * dy)
      }
    }
  }
}
