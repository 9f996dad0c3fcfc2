internal import Files

/// What benchmarks of steps are about.
package struct BenchmarkOptions: OptionSection {
  package static let title = "Benchmark"

  package let vocabulary = OptionDeclaration(
    "vocab", .at(\.randomVocabulary), "Train on random tokens below this number.", value: "n",
    subject: "vocabulary size", in: .from(1, to: 16_777_216), default: "the text's tokens", role: .common)

  package init() {}
}

/// What `bench step` alone has.
package struct StepBenchmarkOptions: OptionSection {
  package let steps = timedSteps(initial: 300)
  package let json = RunOption.evaluation.json

  package init() {}
}

/// What `bench scaling` alone has.
package struct ScalingBenchmarkOptions: OptionSection {
  package let steps = timedSteps(initial: 200)

  package let weak = OptionDeclaration(
    "weak", initial: false, "Let batch and lanes grow with the workers.", role: .common)

  package let json = RunOption.evaluation.json

  package let svg = OptionDeclaration<String>(
    "svg", "Draw the speed-up as a picture.", value: "file", subject: "file", in: .named("give a file"), role: .own,
    completion: .file)

  package init() {}
}

/// What `bench reduce` alone has.
package struct ReductionBenchmarkOptions: OptionSection {
  package let most = OptionDeclaration(
    "most", initial: 100_000_000, "Bytes of the largest vector.", value: "n", subject: "number of bytes",
    in: .from(1024, to: 4_000_000_000), role: .common)

  package let json = RunOption.evaluation.json

  package init() {}
}

/// What `bench kernels` alone has.
package struct KernelBenchmarkOptions: OptionSection {
  package let json = RunOption.evaluation.json

  package init() {}
}

/// What `bench page` alone has.
package struct PageBenchmarkOptions: OptionSection {
  package let out = OptionDeclaration<String>(
    "out", "A directory for benchmarks.html and benchmarks.json.", value: "dir", subject: "directory", in: .directory,
    role: .common, completion: .directory
  ).with { $0.isRequired = true }

  package let shapes = OptionDeclaration(
    "shapes", initial: ShapeList.steps,
    "Steps to time: model:hidden:bptt or model:hidden:bptt:vocabulary, with commas.",
    value: "list", subject: "shape", in: .shapes, default: "model3, gru and lstm, small and large", role: .common)

  package let kernels = OptionDeclaration(
    "kernels", initial: ShapeList.kernels, "Steps whose kernels are timed one by one.", value: "list", subject: "shape",
    in: .shapes, role: .common)

  package let threads = OptionDeclaration<Int>(
    "threads", "Workers at most.", value: "n", subject: "number of threads", in: .threads, default: "the cores",
    role: .common)

  package let rounds = OptionDeclaration(
    "rounds", initial: 3, "How often all steps are timed in turn.", value: "n", subject: "number of rounds",
    in: .from(1, to: 1000), role: .common)

  package let steps = OptionDeclaration<Int>(
    "steps", "Steps to time in each round, after a warm-up.", value: "n", subject: "number of steps",
    in: .from(1, to: 1_000_000_000), default: "5 to 300, by their size", role: .common)

  package let peers = OptionDeclaration<String>(
    "peers", "Speeds of other programs, to be set beside these.", value: "file", subject: "file",
    in: .named("give a file"), role: .common, completion: .file)

  package let sheetsOnly = OptionDeclaration(
    "sheets-only", initial: false, "Measure nothing: show the given sheets alone.", role: .common)

  package init() {}
}

private func timedSteps(initial: Int) -> OptionDeclaration<Int> {
  OptionDeclaration(
    "steps", initial: initial, "Steps to time, after a warm-up.", value: "n", subject: "number of steps",
    in: .from(1, to: 1_000_000_000), role: .common)
}
