package import Files

extension BenchmarkSheet {
  private static let form = "dist-train benchmarks 1"

  /// The sheet as JSON, which `init(json:)` reads.
  package var json: JSONValue {
    func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
    let machine = JSONValue.object([
      ("cpu", .string(machine.cpu)), ("virtual", .bool(machine.isVirtual)), ("cores", .integer(machine.cores)),
      ("usable", numbers(machine.usable)), ("siblings", .array(machine.siblings.map(numbers))),
      (
        "caches",
        .array(
          machine.caches.map {
            .object([
              ("level", .integer($0.level)), ("type", .string($0.type)), ("bytes", .integer($0.bytes)),
              ("cores", .integer($0.cores)),
            ])
          })
      ),
    ])
    let copies = memory.levels.map {
      JSONValue.object([("bytes", .number($0.bytes)), ("gigabytes_per_second", .number($0.gigabytesPerSecond))])
    }
    let (theory, measured) = (theoreticalPeak, measuredPeak)
    return .object([
      ("form", .string(Self.form)), ("version", .string(version)), ("build", .string(build)), ("time", .string(time)),
      ("command", .string(command)), ("machine", machine), ("vector_bytes", .integer(vectorBytes)),
      ("theoretical_peak_gflops_per_core", .number(theory.alone)), ("peak_gflops_per_core", .number(measured.alone)),
      ("together_of_alone", .number(togetherShare)), ("cores", .array(cores.map(\.json))), ("copies", .array(copies)),
      ("steps", .array(steps.map(\.json))), ("kernels", .array(kernels.map(\.json))),
    ])
  }

  /// Nil for JSON that is no sheet.
  package init?(json: JSONValue) {
    guard json.text("form") == Self.form, let machine = json["machine"].flatMap({ MachineFacts(json: $0) }),
      let version = json.text("version"), let build = json.text("build"), let time = json.text("time"),
      let command = json.text("command"), let vectorBytes = json.whole("vector_bytes"), vectorBytes > 0,
      let cores = json.list("cores", { CoreFigures(json: $0) }), !cores.isEmpty,
      let levels = json.list(
        "copies", { level in level.number("bytes").map { ($0, level.number("gigabytes_per_second")) } }
      ), let steps = json.list("steps", { StepFigures(json: $0) }),
      let kernels = json.list("kernels", { KernelFigures(json: $0) })
    else { return nil }
    let memory = MemoryRoof(levels: levels.compactMap { level in level.1.map { (level.0, $0) } })
    guard memory.levels.count == levels.count, !levels.isEmpty else { return nil }
    self.init(
      version: version, build: build, time: time, machine: machine, vectorBytes: vectorBytes, cores: cores,
      memory: memory, steps: steps, kernels: kernels, command: command)
  }
}

extension MachineFacts {
  fileprivate init?(json: JSONValue) {
    guard let cpu = json.text("cpu"), case .bool(let isVirtual)? = json["virtual"], let cores = json.whole("cores"),
      let usable = json.list("usable", \.whole), let siblings = json.list("siblings", \.wholes),
      let caches = json.list("caches", { Cache(json: $0) })
    else { return nil }
    self.init(cpu: cpu, isVirtual: isVirtual, cores: cores, usable: usable, siblings: siblings, caches: caches)
  }
}

extension MachineFacts.Cache {
  fileprivate init?(json: JSONValue) {
    guard let level = json.whole("level"), let type = json.text("type"), let bytes = json.whole("bytes"),
      let cores = json.whole("cores")
    else { return nil }
    self.init(level: level, type: type, bytes: bytes, cores: cores)
  }
}

extension CoreFigures {
  fileprivate var json: JSONValue {
    .object([("core", .integer(core)), ("alone", alone.json), ("together", together.json)])
  }

  fileprivate init?(json: JSONValue) {
    guard let core = json.whole("core"), let alone = json["alone"].flatMap({ CoreLoad(json: $0) }),
      let together = json["together"].flatMap({ CoreLoad(json: $0) })
    else { return nil }
    self.init(core: core, alone: alone, together: together)
  }
}

extension CoreLoad {
  fileprivate var json: JSONValue {
    .object([("gigahertz", .number(gigahertz)), ("gflops", .number(gflops)), ("share", .number(share))])
  }

  fileprivate init?(json: JSONValue) {
    guard let gigahertz = json.number("gigahertz"), let gflops = json.number("gflops"),
      let share = json.number("share")
    else { return nil }
    self.init(gigahertz: gigahertz, gflops: gflops, share: share)
  }
}

extension StepFigures {
  fileprivate var json: JSONValue {
    .object([
      ("shape", .string(shape)), ("model", .string(model)), ("hidden", .integer(hidden)), ("bptt", .integer(bptt)),
      ("batch_size", .integer(batchSize)), ("vocab", .integer(vocabulary)), ("workers", .integer(workers)),
      ("steps", .integer(steps)), ("us_per_step_lower_quartile", .number(lower)),
      ("us_per_step_median", .number(median)), ("us_per_step_upper_quartile", .number(upper)),
      ("flops_per_step", .number(operations)), ("tokens_per_second", .number(tokensPerSecond)),
      ("model_gflops", .number(gflops)), ("command", .string(command)),
    ])
  }

  fileprivate init?(json: JSONValue) {
    guard let shape = json.text("shape"), let model = json.text("model"), let hidden = json.whole("hidden"),
      let bptt = json.whole("bptt"), let batchSize = json.whole("batch_size"), let vocabulary = json.whole("vocab"),
      let workers = json.whole("workers"), workers > 0, let steps = json.whole("steps"),
      let lower = json.number("us_per_step_lower_quartile"), let median = json.number("us_per_step_median"),
      median > 0, let upper = json.number("us_per_step_upper_quartile"),
      let operations = json.number("flops_per_step"), let command = json.text("command")
    else { return nil }
    self.init(
      shape: shape, model: model, hidden: hidden, bptt: bptt, batchSize: batchSize, vocabulary: vocabulary,
      workers: workers, steps: steps, lower: lower, median: median, upper: upper, operations: operations,
      command: command)
  }
}

extension KernelFigures {
  fileprivate var json: JSONValue {
    let rows = rows.map { row in
      JSONValue.object([
        ("kernel", .string(row.kernel)), ("shape", .string(row.shape)), ("us", .number(row.microseconds)),
        ("flops", .number(row.operations)), ("bytes", .number(row.bytes)),
      ])
    }
    return .object([("shape", .string(shape)), ("rows", .array(rows)), ("command", .string(command))])
  }

  fileprivate init?(json: JSONValue) {
    guard let shape = json.text("shape"), let command = json.text("command"),
      let rows = json.list(
        "rows",
        { row -> KernelRow? in
          guard let kernel = row.text("kernel"), let shape = row.text("shape"), let time = row.number("us"), time > 0,
            let operations = row.number("flops"), let bytes = row.number("bytes")
          else { return nil }
          return KernelRow(kernel: kernel, shape: shape, microseconds: time, operations: operations, bytes: bytes)
        })
    else { return nil }
    self.init(shape: shape, rows: rows, command: command)
  }
}
