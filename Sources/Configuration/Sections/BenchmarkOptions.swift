internal import Files

/// What benchmarks of steps are about.
package struct BenchmarkOptions: OptionSection {
  package static let title = "Benchmark"

  package let vocabulary = OptionDeclaration(
    "vocab", \.randomVocabulary, "Train on random tokens below this number.", value: "n", subject: "vocabulary size",
    in: .from(1, to: 16_777_216), default: "the text's tokens", role: .common)

  package init() {}
}
