public import Files
internal import Kernels
internal import Models
internal import Optimization

extension RunConfiguration {
  /// The options by their names on the command line, as files keep them.
  public var json: JSONValue {
    func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    // What old files lack is Adam.
    let chosen: [(name: String, value: JSONValue)] =
      optimizer == .adam ? [] : [("optimizer", .string(optimizer.name))]
    return .object(
      [
        ("model", .string(model.kind.name))
      ] + model.options + chosen + [
        ("batch-size", .integer(batchSize)),
        ("accumulate", .integer(accumulate)), ("bptt", .integer(bptt)), ("lanes", .integer(laneCount)),
        ("hidden-state", .string(hiddenState.rawValue)),
        // As text, since not every reader of JSON has 64 bits.
        ("seed", .string("\(seed)")), ("init", optional(initialWeights)), ("train", optional(trainFile)),
        ("valid", optional(validFile)), ("data", optional(dataDirectory)), ("epochs", .integer(epochs)),
        ("lr", learningRate.map { .number($0) } ?? .string("auto")), ("pct-start", .number(pctStart)),
        ("div-factor", .number(divFactor)), ("moms", .array([.number(momenta.ends), .number(momenta.peak)])),
        ("weight-decay", .number(weightDecay)), ("clip", clip.map { .number($0) } ?? .null),
        ("lr-find", .bool(findsLearningRate)), ("steps", stepLimit.map { .integer($0) } ?? .null),
      ])
  }

  /// The options' names and values as a reader sees them; those that aren't set are left out.
  public var entries: [(name: String, value: String)] {
    guard case .object(let options) = json else { preconditionFailure("options are an object") }
    return options.compactMap { name, value in
      switch value {
      case .null: nil
      case .string(let text): (name, text)
      case .array(let values): (name, values.map(\.text).joined(separator: ", "))
      default: (name, value.text)
      }
    }
  }

  /// The options in `json`; nil where one is missing or out of its bounds. Those that files may lack keep their defaults.
  public init?(json: JSONValue) {
    func integer(_ name: String, from least: Int = 1) -> Int? {
      guard case .integer(let value)? = json[name], value >= least, value <= 1 << 40 else { return nil }
      return value
    }
    func number(_ value: JSONValue?) -> Double? {
      switch value {
      case .number(let value): value
      case .integer(let value): Double(value)
      default: nil
      }
    }
    func text(_ name: String) -> String? { if case .string(let text)? = json[name] { text } else { nil } }
    self.init()
    guard let model = ModelDescription(json: json), let batchSize = integer("batch-size"), let bptt = integer("bptt"),
      let lanes = integer("lanes"),
      lanes <= batchSize, let hiddenState = text("hidden-state").flatMap({ HiddenStateRule(rawValue: $0) }),
      let seed = text("seed").flatMap({ UInt64($0) }), let epochs = integer("epochs"),
      let pctStart = number(json["pct-start"]), let divFactor = number(json["div-factor"]),
      case .array(let momenta)? = json["moms"], momenta.count == 2, let ends = number(momenta[0]),
      let peak = number(momenta[1]), let weightDecay = number(json["weight-decay"])
    else { return nil }
    self.model = model
    self.batchSize = batchSize
    accumulate = integer("accumulate") ?? 1
    self.bptt = bptt
    self.lanes = lanes
    self.hiddenState = hiddenState
    if let name = text("optimizer") {
      guard let kind = OptimizerKind(name: name) else { return nil }
      optimizer = kind
    }
    self.seed = seed
    initialWeights = text("init")
    trainFile = text("train")
    validFile = text("valid")
    dataDirectory = text("data")
    self.epochs = epochs
    learningRate = number(json["lr"])
    self.pctStart = pctStart
    self.divFactor = divFactor
    self.momenta = (ends, peak)
    self.weightDecay = weightDecay
    clip = number(json["clip"])
    if case .bool(let finds)? = json["lr-find"] { findsLearningRate = finds }
    stepLimit = integer("steps")
  }
}
