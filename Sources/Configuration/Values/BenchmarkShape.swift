package import Files
package import Models

/// The model and the sizes of a step that a benchmark times. It is typed as model:hidden:bptt, with the number of
/// random tokens behind where the text isn't the human numbers: lstm:256:20:10000.
package struct BenchmarkShape: Equatable, Sendable {
  /// The model.
  package var kind: ModelKind
  /// Width of the hidden state.
  package var hidden: Int
  /// Tokens of a stream in a step.
  package var bptt: Int
  /// Random tokens are below this number; nil for the human numbers.
  package var vocabulary: Int?

  package init(_ kind: ModelKind, hidden: Int, bptt: Int, vocabulary: Int? = nil) {
    (self.kind, self.hidden, self.bptt, self.vocabulary) = (kind, hidden, bptt, vocabulary)
  }

  /// Nil for text that is no shape.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3 || parts.count == 4, let kind = ModelKind(text: String(parts[0])) else { return nil }
    let numbers = parts.dropFirst().compactMap { Int($0) }
    guard numbers.count == parts.count - 1 else { return nil }
    self.init(kind, hidden: numbers[0], bptt: numbers[1], vocabulary: numbers.count == 3 ? numbers[2] : nil)
  }

  /// The shape as it is typed.
  package var text: String {
    ([kind.name, "\(hidden)", "\(bptt)"] + (vocabulary.map { ["\($0)"] } ?? [])).joined(separator: ":")
  }

  /// Recurrent cells are timed without BatchNorm, which other programs don't have there.
  private var leavesOutNorm: Bool { kind.isStack && kind.takesNorm }

  /// The options that a benchmark has for it on the command line.
  package var arguments: [String] {
    var list = ["--model", kind.name, "--hidden", "\(hidden)", "--bptt", "\(bptt)"]
    if let vocabulary { list += ["--vocab", "\(vocabulary)"] }
    return leavesOutNorm ? list + ["--norm", "none"] : list
  }

  /// The configuration of those options.
  package func configuration() throws(RunError) -> RunConfiguration {
    var values = OptionValues(RunOption.model.options + RunOption.data.options + RunOption.benchmark.options)
    values.set(kind, for: RunOption.model.model)
    values.set(hidden, for: RunOption.model.hidden)
    values.set(bptt, for: RunOption.data.bptt)
    values.set(vocabulary, for: RunOption.benchmark.vocabulary)
    if leavesOutNorm { values.set(NormChoice.none, for: RunOption.model.norm) }
    try values.check()
    return try RunConfiguration(values)
  }
}

/// Some shapes, typed with commas between them.
package struct ShapeList: Equatable, Sendable, TextualOptionValue {
  package var shapes: [BenchmarkShape]

  package init(_ shapes: [BenchmarkShape]) { self.shapes = shapes }

  package init?(text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    shapes = parts.compactMap { BenchmarkShape($0) }
    if shapes.count != parts.count { return nil }
  }

  package var text: String { shapes.map(\.text).joined(separator: ",") }

  /// What others have published figures of: the notebook's model, and gated cells, small and large.
  package static let steps = ShapeList(
    [3, 20, 70].map { BenchmarkShape(.model3, hidden: 64, bptt: $0) }
      + [BenchmarkShape(.model3, hidden: 512, bptt: 20, vocabulary: 10_000)]
      + [ModelKind.gru, .lstm].flatMap { kind in
        [BenchmarkShape(kind, hidden: 64, bptt: 20)]
          + [256, 512].map { BenchmarkShape(kind, hidden: $0, bptt: 20, vocabulary: 10_000) }
      })

  /// The kernels of a small and of a large step.
  package static let kernels = ShapeList([
    BenchmarkShape(.model3, hidden: 64, bptt: 20), BenchmarkShape(.lstm, hidden: 64, bptt: 20),
    BenchmarkShape(.lstm, hidden: 512, bptt: 20, vocabulary: 10_000),
  ])
}

extension ValueBounds<ShapeList> {
  /// Each once, with sizes that the options of the same names have.
  package static var shapes: Self {
    Self { list, subject in
      let texts = list.shapes.map(\.text)
      guard Set(texts).count == texts.count else {
        return Violation("a \(subject) is there twice (\(list.text))", "give each once")
      }
      for shape in list.shapes {
        let (model, data, benchmark) = (RunOption.model, RunOption.data, RunOption.benchmark)
        let sizes = [
          (model.hidden, shape.hidden), (data.bptt, shape.bptt), (benchmark.vocabulary, shape.vocabulary ?? 1),
        ]
        for (option, size) in sizes {
          guard let violation = option.bounds.violation(size, option.subject) else { continue }
          return Violation(violation.problem, violation.remedy)
        }
      }
      return nil
    }
  }
}
