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

private func timedSteps(initial: Int) -> OptionDeclaration<Int> {
  OptionDeclaration(
    "steps", initial: initial, "Steps to time, after a warm-up.", value: "n", subject: "number of steps",
    in: .from(1, to: 1_000_000_000), role: .common)
}
