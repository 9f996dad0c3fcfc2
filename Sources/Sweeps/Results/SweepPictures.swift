internal import Configuration
internal import Fitting
internal import Reports

extension SweepResults {
  /// The best variants' figure by epoch, each the mean over its seeds.
  ///
  /// - title: "valid loss"; most: how many variants.
  func curve(_ title: String, most: Int, _ figure: (Int, RunOutcome) -> Double?) -> LinePlot {
    let shown = ranking.prefix(most).sorted()
    let series = shown.map { variant in
      let outcomes = variants[variant].runs.map(\.outcome).filter { $0.digest != nil }
      let epochs = Set(outcomes.flatMap { $0.epochs.map(\.epoch) }).sorted()
      let points = epochs.map { epoch in
        LinePlot.Point(
          x: Double(epoch), y: Spread(outcomes.compactMap { figure(epoch, $0) }.filter { !$0.isNaN }).mean)
      }
      return LinePlot.Series(name(variant), points, hasDots: points.count < 40)
    }
    let count = ranking.count
    return LinePlot(
      title: "\(title) by epoch",
      subtitle: count > most ? "mean over seeds; the best \(most) of \(count)" : "mean over seeds",
      xAxis: LinePlot.Axis("epoch", isWhole: true), yAxis: LinePlot.Axis(title), series: series)
  }

  /// Valid loss, accuracy and metrics by epoch.
  var curves: [LinePlot] {
    figures.map { figure in
      curve(Self.title(figure), most: 6) { epoch, outcome in
        outcome.epochs.first { $0.epoch == epoch }.map { figure.value(of: $0) }
      }
    }
  }

  /// What pictures call a figure.
  private static func title(_ figure: MonitoredFigure) -> String { figure.name.replacing("_", with: " ") }

  /// The map of what is judged by over two options; nil where variants differ in another number of options, or aren't
  /// all their combinations.
  var heatMap: HeatMap? {
    let columns = columns
    guard columns.count == 2 else { return nil }
    let (first, second) = (values(of: columns[0]), values(of: columns[1]))
    guard first.count * second.count == variants.count else { return nil }
    var cells = first.map { _ in second.map { _ in Double.nan } }
    for variant in variants {
      guard let row = first.firstIndex(of: variant.values[columns[0]]),
        let column = second.firstIndex(of: variant.values[columns[1]])
      else { return nil }
      cells[row][column] = judged(variant)
    }
    return HeatMap(
      title: Self.title(plan.judge), subtitle: "mean over seeds; the best is framed",
      rowTitle: plan.options[columns[0]], rows: first, columnTitle: plan.options[columns[1]], columns: second,
      values: cells, lowerIsBetter: plan.judge.lowerIsBetter)
  }

  /// A line for each run over the options, valid loss, accuracy and metrics.
  var parallelCoordinates: ParallelCoordinates {
    let columns = columns
    let lists = columns.map { values(of: $0) }
    let axes = zip(columns, lists).map { column, values in
      let numbers = values.compactMap { Double($0) }
      guard values.count > 10, numbers.count == values.count else {
        return ParallelCoordinates.Axis(plan.options[column], names: values)
      }
      // What was drawn over more than a decade was drawn by its logarithm.
      let isWide = (numbers.min() ?? 0) > 0 && (numbers.max() ?? 0) > 20 * (numbers.min() ?? 0)
      return ParallelCoordinates.Axis(plan.options[column], scale: isWide ? .logarithmic : .linear)
    }
    let (best, figures) = (best, figures)
    let good = Set(ranking.prefix((ranking.count + 3) / 4))
    let lines = variants.enumerated().flatMap { number, variant in
      variant.runs.filter { $0.outcome.digest != nil }.map { run, outcome in
        let places = zip(columns, zip(axes, lists)).map { column, axis -> Double in
          let value = variant.values[column]
          if axis.0.names != nil { return axis.1.firstIndex(of: value).map { Double($0) } ?? .nan }
          return Double(value) ?? .nan
        }
        return ParallelCoordinates.Line(
          run.name, places + figures.map { outcome.value(of: $0) },
          rank: number == best ? .best : good.contains(number) ? .good : .other)
      }
    }
    return ParallelCoordinates(
      title: "All runs", subtitle: "the best variant's are set off, then those of the best quarter",
      axes: axes + figures.map { ParallelCoordinates.Axis(Self.title($0)) }, lines: lines)
  }

  /// The values of an option, numbers by size, others as they come.
  private func values(of column: Int) -> [String] {
    var values: [String] = []
    for variant in plan.variants where !variant[column].isEmpty && !values.contains(variant[column]) {
      values.append(variant[column])
    }
    let numbers = values.compactMap { Double($0) }
    return numbers.count == values.count
      ? zip(numbers, values).sorted { $0.0 < $1.0 }.map(\.1) : values
  }
}
