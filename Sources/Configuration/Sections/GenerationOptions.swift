internal import Files

/// What `generate` writes.
package struct GenerationOptions: OptionSection {
  package let weights = RunOption.evaluation.weights

  package let prompt = OptionDeclaration(
    "prompt", initial: "", "What to go on with; nothing for a document's beginning.", value: "text", role: .common)

  package let tokens = OptionDeclaration(
    "tokens", initial: 40, "Tokens to write.", value: "n", subject: "number of tokens", in: .from(1, to: 1_000_000),
    role: .common)

  package let temperature = OptionDeclaration(
    "temperature", initial: 1.0, "Below 1, likely tokens become likelier; 0 takes the likeliest.", value: "x",
    subject: "temperature", in: .notNegative, role: .common)

  package let topK = OptionDeclaration<Int>(
    "top-k", "Draw from that many of the likeliest tokens.", value: "k", subject: "number of tokens", in: .from(1),
    role: .common)

  package let seed = OptionDeclaration<UInt64>(
    "seed", initial: 42, "Where the random numbers start from.", value: "n", role: .common)

  package init() {}
}
