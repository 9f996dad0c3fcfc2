public import Configuration
internal import Files
public import Fitting

/// What a run has come to, as one self-contained page.
public struct RunReport: Sendable {
  /// What it was computed from.
  public var configuration: RunConfiguration
  /// Facts about where it ran.
  public var environment: [(name: String, value: String)] = []
  /// Its steps, from the first on, or those that show its shape (`BoundedSeries`).
  public var steps: [StepRecord] = []
  /// How many were left out.
  public var skippedSteps = 0
  /// Its epochs, likewise all of them or some.
  public var epochs: [EpochRecord] = []
  /// Seconds of all epochs; nil where all are in `epochs`.
  public var epochSeconds: Double?
  /// The best validation's epoch, from 1 on, by the run's monitored figure; 0 for none.
  public var bestEpoch = 0
  /// Steps of an epoch.
  public var stepsPerEpoch = 1
  /// Tokens of an epoch's steps.
  public var tokensPerEpoch: Int
  /// The LR finder's curve; nil where it didn't run.
  public var curve: LearningRateCurve?
  /// The workers' shares of time.
  public var shares: [WorkerShares] = []
  /// What its model writes.
  public var samples: [Sample] = []
  /// How it ended: "finished", "stopped at step 1000", "failed: " with the error.
  public var end: String
  /// Lines of small print.
  public var notes: [String] = []

  /// A text by the model, and how it was drawn.
  public struct Sample: Sendable {
    /// "the likeliest tokens".
    public var title: String
    /// The text.
    public var text: String

    /// Takes both.
    public init(_ title: String, _ text: String) {
      self.title = title
      self.text = text
    }
  }

  /// A report of a run that has recorded nothing yet.
  public init(_ configuration: RunConfiguration, tokensPerEpoch: Int, end: String) {
    self.configuration = configuration
    self.tokensPerEpoch = tokensPerEpoch
    self.end = end
  }

  /// The page.
  public func html() -> String {
    let corpus = configuration.dataDirectory ?? configuration.trainFile ?? "human numbers"
    let title = "\(configuration.model) on \(corpus)"
    var body = "<h1>\(PlainText.escapedForXML(title))</h1>\n"
    body += "<p class=\"muted\">\(PlainText.escapedForXML("\(configuration.caption); \(end)"))</p>\n"
    body += HTMLPage.list(figures, class: "facts")
    body += section("Losses", HTMLPage.plots(lossPlots))
    if !epochs.isEmpty { body += section("Epochs", HTMLPage.table(epochRows, class: "numbers epochs")) }
    if let curve { body += section("Learning rate finder", HTMLPage.plots([curve.plot()]) + suggestions(curve)) }
    body += section(
      "Schedule",
      HTMLPage.plots([.learningRates(of: steps), .momenta(of: steps)]))
    if !samples.isEmpty { body += section("What the model writes", samples.map(Self.html).joined()) }
    if !shares.isEmpty { body += section("Where the time goes", SharesTable.html(shares)) }
    body += section("Configuration", HTMLPage.list(configuration.entries + environment, class: "options"))
    if !notes.isEmpty {
      body += "<p class=\"muted\">\(notes.map { PlainText.escapedForXML($0) }.joined(separator: "<br>\n"))</p>\n"
    }
    return HTMLPage.start("made by dist-train") + HTMLPage.document(title: title, body)
  }

  private func section(_ title: String, _ content: String) -> String {
    "<section>\n<h2>\(PlainText.escapedForXML(title))</h2>\n\(content)</section>\n"
  }

  private static func html(_ sample: Sample) -> String {
    "<p class=\"muted\">\(PlainText.escapedForXML(sample.title))</p>\n"
      + "<blockquote>\(PlainText.escapedForXML(sample.text))</blockquote>\n"
  }

  private func number(_ value: Double, _ decimals: Int = 4) -> String { NumberText.fixed(value, decimals: decimals) }

  private var figures: [(name: String, value: String)] {
    var figures: [(name: String, value: String)] = [("steps", NumberText.grouped(steps.last?.step ?? 0))]
    if skippedSteps > 0 { figures.append(("of them left out", NumberText.grouped(skippedSteps))) }
    guard let last = epochs.last else {
      if let step = steps.last { figures.append(("train loss", number(step.smoothedLoss))) }
      return figures
    }
    figures += [
      ("train loss", number(last.trainLoss)), ("valid loss", number(last.validLoss)),
      ("perplexity", number(perplexity(ofLoss: last.validLoss), 2)), ("accuracy", number(last.accuracy)),
    ]
    figures += last.metrics.filter { $0.name != "perplexity" }.map { (name: $0.name, value: number($0.value)) }
    if let best = epochs.first(where: { $0.epoch == bestEpoch }) {
      let name = configuration.monitor == .validLoss ? "valid" : configuration.monitor.name
      figures.append(("best \(name), epoch \(best.epoch - 1)", number(configuration.monitor.value(of: best))))
    }
    let seconds = epochSeconds ?? epochs.map(\.seconds).reduce(0, +)
    figures.append(("epochs' time", EpochTable.time(seconds)))
    if let speed = speed(seconds / Double(last.epoch)) { figures.append(("train tokens/s", speed)) }
    return figures
  }

  /// Train tokens over an epoch's time, in which its validation is included.
  private func speed(_ seconds: Double) -> String? {
    seconds > 0 ? NumberText.grouped(Int(Double(tokensPerEpoch) / seconds)) : nil
  }

  private var lossPlots: [LinePlot] {
    var plots = [
      LinePlot.losses(steps: steps, valid: epochs, stepsPerEpoch: stepsPerEpoch)
    ]
    guard epochs.count > 1 else { return plots }
    plots.append(.accuracies(of: epochs))
    plots += (epochs.last?.metrics ?? []).map { .metric($0.name, of: epochs) }
    return plots
  }

  private var epochRows: [[String]] {
    // Every run's table has the perplexity.
    let others = (epochs.last?.metrics ?? []).map(\.name).filter { $0 != "perplexity" }
    let header =
      ["epoch", "train loss", "valid loss", "perplexity", "accuracy"] + others + ["time", "train tokens/s"]
    return [header]
      + epochs.map { epoch in
        let name = "\(epoch.epoch - 1)\(epoch.epoch == bestEpoch ? " (best)" : "")"
        let metrics = others.map { name in epoch.metrics.first { $0.name == name }.map { number($0.value, 6) } ?? "" }
        return [
          name, number(epoch.trainLoss, 6), number(epoch.validLoss, 6),
          number(perplexity(ofLoss: epoch.validLoss), 3), number(epoch.accuracy, 6),
        ] + metrics + [EpochTable.time(epoch.seconds), speed(epoch.seconds) ?? ""]
      }
  }

  private func suggestions(_ curve: LearningRateCurve) -> String {
    let texts = curve.suggestions.map { "\($0.name) \(NumberText.significant($0.learningRate))" }
    return texts.isEmpty ? "" : "<p>Suggested: \(PlainText.escapedForXML(texts.joined(separator: ", "))).</p>\n"
  }
}
