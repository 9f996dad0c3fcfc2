import Testing

@testable import Configuration
@testable import Files
@testable import Models

/// The declarations of options, and what follows from them for configurations.
@Suite struct OptionTests {
  /// A value away from the default for each option that a run computes from, as it is typed.
  private static let away = [
    "optimizer": "sgd",
    "model": "lstm", "hidden": "48", "layers": "3", "embedding": "32", "norm": "none", "tie-weights": "false",
    "dropout-input": "0.1", "dropout-embedding": "0.2", "dropout-hidden": "0.3", "dropout-weight": "0.4",
    "dropout-output": "0.05", "drop-mult": "0.5", "ar": "2.5", "tar": "1.5", "batch-size": "32", "accumulate": "2",
    "bptt": "7", "lanes": "8", "hidden-state": "epoch", "seed": "18446744073709551615", "init": "weights", "train": "a",
    "valid": "b", "data": "", "epochs": "3", "lr": "0.002", "pct-start": "0.25", "div-factor": "10.0",
    "moms": "0.9,0.8", "weight-decay": "0.1", "clip": "0.7", "lr-find": "false", "steps": "9",
    "schedule": "constant", "metrics": "top5,perplexity", "monitor": "accuracy", "min-delta": "0.01", "patience": "4",
    "plateau-patience": "2", "plateau-factor": "0.5",
    "freeze-to": "-2", "new-vocabulary": "true",
  ]

  private static func configuration(_ texts: [String: String]) throws -> RunConfiguration {
    var values = OptionValues(RunOption.computed)
    for option in RunOption.computed {
      if let text = texts[option.name], !text.isEmpty { try option.note(text, in: &values) }
    }
    return try RunConfiguration(values)
  }

  @Test func everyFieldGoesThroughJSONAndBack() throws {
    #expect(Set(Self.away.keys) == Set(RunOption.computed.map(\.name)))
    let first = try Self.configuration(Self.away)
    // Token files stand in the place of texts; what lstm has as its default is turned on for a model of one width.
    var tokens = Self.away
    (tokens["train"], tokens["valid"], tokens["data"]) = ("", "", "tokens")
    (tokens["tie-weights"], tokens["embedding"]) = ("true", "48")
    let second = try Self.configuration(tokens)
    for option in RunOption.computed {
      let plain = option.json(RunConfiguration()).text
      #expect(option.json(first).text != plain || option.json(second).text != plain, "\(option.name)")
    }
    for configuration in [first, second, RunConfiguration()] {
      let text = configuration.json.prettyText
      let back = try #require(RunConfiguration(json: try JSONValue(parsing: Array(text.utf8))))
      #expect(back.json.prettyText == text)
      for option in RunOption.computed where option.isOffered(configuration) {
        #expect(option.json(back).text == option.json(configuration).text, "\(option.name)")
      }
    }
  }

  /// Version 0.1.0's file, which scripts read: names and order.
  @Test func theFileOfTheDefaultRun() {
    guard case .object(let members) = RunConfiguration().json else {
      Issue.record("no object")
      return
    }
    #expect(
      members.map(\.name) == [
        "model", "hidden", "batch-size", "accumulate", "bptt", "lanes", "hidden-state", "seed", "init", "train",
        "valid", "data", "epochs", "lr", "pct-start", "div-factor", "moms", "optimizer", "weight-decay", "clip",
        "lr-find", "steps",
      ])
  }

  /// A rate for each group of parameters: two numbers, which rise.
  @Test func aSliceOfRates() throws {
    let configuration = try Self.configuration(["model": "gru", "lr": "1e-5,0.001", "freeze-to": "1"])
    #expect(configuration.lowestLearningRate == 1e-5 && configuration.learningRate == 1e-3)
    #expect(configuration.json["lr"]?.text == JSONValue.array([.number(1e-5), .number(1e-3)]).text)
    let back = try #require(RunConfiguration(json: configuration.json))
    #expect(back.lowestLearningRate == 1e-5 && back.freezeTo == 1)
    var plain = back
    plain.learningRateChoice = .fixed(0.1)
    #expect(plain.lowestLearningRate == nil && plain.learningRate == 0.1)
    for text in ["0.001,1e-5", "0,1", "-1,1", "1,inf"] {
      var values = OptionValues(RunOption.schedule.options)
      values.set(LearningRateChoice(text: text), for: RunOption.schedule.learningRate)
      #expect(throws: RunError.self) { try values.check() }
    }
    #expect(LearningRateChoice(text: "1,2,3") == nil && LearningRateChoice(text: "1,") == nil)
    for texts in [["freeze-to": "1"], ["model": "gru", "freeze-to": "3"], ["new-vocabulary": "true"]] {
      let error = #expect(throws: RunError.self) { try Self.configuration(texts) }
      #expect(error?.status == .usage && error?.place.hasPrefix("--") ?? false)
    }
    #expect(RunConfiguration(json: .object([("model", .string("gru")), ("freeze-to", .integer(5))])) == nil)
  }

  @Test func jsonOutOfBoundsIsNoConfiguration() {
    func changed(_ name: String, _ value: JSONValue) -> RunConfiguration? {
      guard case .object(let members) = RunConfiguration().json else { return nil }
      return RunConfiguration(json: .object(members.map { ($0.name, $0.name == name ? value : $0.value) }))
    }
    #expect(changed("hidden", .integer(65)) != nil)
    // What a file lacks, or has as null, keeps its default.
    #expect(changed("accumulate", .null)?.accumulate == 1)
    for (name, value) in [
      ("hidden", .integer(0)), ("hidden", .string("64")), ("model", .string("model9")), ("lanes", .integer(65)),
      ("pct-start", .number(1.5)), ("moms", .array([.number(0.9)])), ("lr", .string("fast")), ("seed", .integer(-1)),
      ("epochs", .integer(.max)), ("div-factor", .number(-25)), ("hidden-state", .string("never")),
    ] as [(String, JSONValue)] {
      #expect(changed(name, value) == nil, "\(name) \(value.text)")
    }
  }

  @Test func theModelSetsTheDefaultsOfTheRest() throws {
    let configuration = try Self.configuration(["model": "awd-lstm", "layers": "2"])
    #expect(configuration.hidden == 1152 && configuration.model.layers == 2 && configuration.hiddenState == .epoch)
    #expect(try Self.configuration(["model": "awd-lstm", "hidden": "64"]).hidden == 64)
    #expect(try Self.configuration(["model": "gru"]).model.layers == 2)
  }

  @Test func theScheduleSetsTheDefaultsOfTheRest() throws {
    let flat = try Self.configuration(["schedule": "flat-cosine", "moms": "0.8,0.8"])
    #expect(flat.pctStart == 0.75 && flat.momenta == (0.8, 0.8))
    let constant = try Self.configuration(["schedule": "constant"])
    #expect(constant.pctStart == 0 && constant.momenta == (0.9, 0.9))
    #expect(try Self.configuration(["schedule": "one-cycle", "pct-start": "0.1"]).pctStart == 0.1)
    let back = try #require(RunConfiguration(json: flat.json))
    #expect(back.schedule == .flatCosine && back.momenta == (0.8, 0.8) && back.pctStart == 0.75)
    try flat.checkSchedule()
    #expect(throws: RunError.self) {
      try Self.configuration(["schedule": "constant", "moms": "0.95,0.85"]).checkSchedule()
    }
  }

  @Test func metricsByName() {
    #expect(MetricList(text: "top5,accuracy,perplexity")?.names == [.topK(5), .accuracy, .perplexity])
    for text in ["", "top", "top0", "top05", "accuracy,", "loss"] { #expect(MetricList(text: text) == nil, "\(text)") }
    #expect(RunOption.monitoring.metrics.bounds.violation(MetricList([.topK(2), .topK(2)]), "metric") != nil)
  }

  @Test func whatABetterFigureIs() {
    #expect(MonitoredFigure.validLoss.isBetter(1, than: nil) && !MonitoredFigure.validLoss.isBetter(.nan, than: nil))
    #expect(MonitoredFigure.validLoss.isBetter(0.9, than: 1) && !MonitoredFigure.validLoss.isBetter(1, than: 1))
    #expect(!MonitoredFigure.validLoss.isBetter(0.75, than: 1, by: 0.25))
    #expect(
      MonitoredFigure.accuracy.isBetter(0.9, than: 0.5, by: 0.25) && !MonitoredFigure.accuracy.isBetter(0.4, than: 0.5))
    #expect(!MonitoredFigure.accuracy.isBetter(.nan, than: 0.5))
    #expect(MonitoredFigure.perplexity.isBetter(2, than: 3) && MonitoredFigure.topK(5).isBetter(0.9, than: 0.5))
    for figure in [MonitoredFigure.validLoss, .perplexity, .topK(3), MonitoredFigure("own", lowerIsBetter: true)] {
      let back = MonitoredFigure(json: figure.json)
      #expect(back == figure && back?.lowerIsBetter == figure.lowerIsBetter)
    }
    #expect(MonitoredFigure(text: "loss") == nil && MonitoredFigure(text: "top0") == nil)
  }

  @Test func whatAModelDoesNotHave() throws {
    for (texts, place) in [
      (["layers": "2"], "--layers"), (["model": "model1", "tie-weights": "true"], "--tie-weights"),
      (["dropout-hidden": "0.1"], "--dropout-hidden"),
      (["model": "lstm", "tie-weights": "true", "embedding": "32"], "--tie-weights, --embedding"),
      (["model": "awd-lstm", "drop-mult": "4"], "--drop-mult"),
    ] {
      let error = #expect(throws: RunError.self) { try Self.configuration(texts) }
      #expect(error?.place == place && error?.status == .usage)
    }
  }

  /// Names are unique within a section and among what runs compute from, and each option has a sentence.
  @Test func declarations() {
    #expect(Set(RunOption.computed.map(\.name)).count == RunOption.computed.count)
    for section in RunOption.sections {
      let options = section.options
      #expect(!options.isEmpty && Set(options.map(\.name)).count == options.count, "\(section)")
      for option in options { #expect(option.help.contains(#/^[A-Z].*\.$/#), "\(option.name)") }
    }
  }

  /// A command's option goes by that command's declaration, though another's has its name.
  @Test func optionsOfOneName() throws {
    var values = OptionValues(RunOption.model.options + RunOption.stepBenchmark.options)
    values.set(7, for: RunOption.stepBenchmark.steps)
    #expect(try RunConfiguration(values).stepLimit == nil)
    #expect(values(RunOption.stepBenchmark.steps) == 7 && values(RunOption.stepBenchmark.json) == false)
    values.set(0, for: RunOption.stepBenchmark.steps)
    #expect(throws: RunError.self) { try values.check() }
  }

  /// An option that may be repeated.
  @Test func lists() throws {
    let valid = RunOption.tokenization.valid
    var values = OptionValues(RunOption.tokenization.options)
    #expect(values(valid) == [])
    values.set(["a", "b"], for: valid)
    #expect(valid.text(RunConfiguration(), values) == "a,b")
    #expect([String](json: ["a", "b"].json) == ["a", "b"] && [String](json: .array([.integer(1)])) == nil)
    try values.check()
    values.set(["a", ""], for: valid)
    let error = #expect(throws: RunError.self) { try values.check() }
    #expect(error?.place == "--valid")
  }
}

extension DeclaredOption {
  fileprivate var help: String { declaration.help }

  /// Gives the option a value as it is typed.
  fileprivate func note(_ text: String, in values: inout OptionValues) throws {
    let value = Value(text: text)
    #expect(value != nil, "\(name) \(text)")
    values.set(value, for: declaration)
  }
}
