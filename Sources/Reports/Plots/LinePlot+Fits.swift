public import Fitting

// The pictures of a fit. `configuration` is the text below the title; steps count from 1 on, epochs from 0 on as
// fastai counts them in its table.

extension LinePlot {
  /// The smoothed train loss of each step and the valid loss at each epoch's end.
  ///
  /// - smoothedLosses: one a step.
  /// - valid: steps with the loss of the validation after them.
  public static func losses(
    smoothedLosses: [Double], valid: [(step: Int, loss: Double)], configuration: String = ""
  ) -> LinePlot {
    LinePlot(
      title: "Losses", subtitle: configuration, xAxis: steps(smoothedLosses.count), yAxis: .init("loss"),
      series: [
        .init("train, smoothed", y: smoothedLosses),
        .init("valid", x: valid.map { Double($0.step) }, y: valid.map(\.loss), hasDots: true),
      ])
  }

  /// The smoothed train loss by step, of all steps or of some, and the valid loss at each epoch's end.
  public static func losses(
    steps: [StepRecord], valid: [EpochRecord], stepsPerEpoch: Int, configuration: String = ""
  ) -> LinePlot {
    LinePlot(
      title: "Losses", subtitle: configuration, xAxis: Self.steps(steps.last?.step ?? 0), yAxis: .init("loss"),
      series: [
        .init("train, smoothed", curve(steps, \.smoothedLoss)),
        .init(
          "valid", valid.map { Point(x: Double($0.epoch * stepsPerEpoch), y: $0.validLoss) }, hasDots: true),
      ])
  }

  /// The learning rate by step, of all steps or of some.
  public static func learningRates(of steps: [StepRecord], configuration: String = "") -> LinePlot {
    LinePlot(
      title: "Learning rate", subtitle: configuration, xAxis: Self.steps(steps.last?.step ?? 0),
      yAxis: .init("learning rate"),
      series: [.init("learning rate", curve(steps, \.learningRate))])
  }

  /// The momentum by step, of all steps or of some.
  public static func momenta(of steps: [StepRecord], configuration: String = "") -> LinePlot {
    LinePlot(
      title: "Momentum", subtitle: configuration, xAxis: Self.steps(steps.last?.step ?? 0), yAxis: .init("momentum"),
      series: [.init("momentum", curve(steps, \.momentum))])
  }

  /// The accuracy by epoch, of all epochs or of some.
  public static func accuracies(of epochs: [EpochRecord]) -> LinePlot {
    LinePlot(
      title: "Metrics", xAxis: .init("epoch", isWhole: true), yAxis: .init("accuracy"),
      series: [
        .init("accuracy", epochs.map { Point(x: Double($0.epoch - 1), y: $0.accuracy) }, hasDots: true)
      ])
  }

  /// A metric by epoch, of all epochs or of some that have it.
  public static func metric(_ name: String, of epochs: [EpochRecord]) -> LinePlot {
    let points = epochs.compactMap { epoch in
      epoch.metrics.first { $0.name == name }.map { Point(x: Double(epoch.epoch - 1), y: $0.value) }
    }
    return LinePlot(
      title: name, xAxis: .init("epoch", isWhole: true), yAxis: .init(name),
      series: [.init(name, points, hasDots: true)])
  }

  private static func curve(_ steps: [StepRecord], _ value: (StepRecord) -> Double) -> [Point] {
    steps.map { Point(x: Double($0.step), y: value($0)) }
  }

  /// The learning rate of each step.
  public static func learningRates(_ rates: [Double], configuration: String = "") -> LinePlot {
    LinePlot(
      title: "Learning rate", subtitle: configuration, xAxis: steps(rates.count), yAxis: .init("learning rate"),
      series: [.init("learning rate", y: rates)])
  }

  /// The momentum of each step.
  public static func momenta(_ momenta: [Double], configuration: String = "") -> LinePlot {
    LinePlot(
      title: "Momentum", subtitle: configuration, xAxis: steps(momenta.count), yAxis: .init("momentum"),
      series: [.init("momentum", y: momenta)])
  }

  /// Metrics by epoch: each a name with its values.
  public static func metrics(_ metrics: [(name: String, values: [Double])], configuration: String = "") -> LinePlot {
    LinePlot(
      title: "Metrics", subtitle: configuration, xAxis: .init("epoch", isWhole: true),
      yAxis: .init(metrics.count == 1 ? metrics[0].name : ""),
      series: metrics.map { .init($0.name, Self.points($0.values), hasDots: true) })
  }

  private static func points(_ values: [Double]) -> [Point] {
    values.enumerated().map { Point(x: Double($0), y: $1) }
  }

  /// An axis from the first step's beginning to the last one's end.
  private static func steps(_ count: Int) -> Axis { Axis("step", range: 0...Double(max(count, 1)), isWhole: true) }
}
