internal import Files

/// What `evaluate` measures.
package struct EvaluationOptions: OptionSection {
  package let weights = OptionDeclaration<String>(
    "weights", "A run's directory, DIR/best for the weights of its best validation, or a file of weights.",
    value: "file", subject: "file",
    in: .named("give a file or a run's directory"), role: .common, completion: .file
  ).with { $0.isRequired = true }

  package let text = OptionDeclaration<String>(
    "text", "A text to measure on, cut into tokens as the weights' own texts were.", value: "file", subject: "file",
    in: .named("give a file"), role: .common, completion: .file)

  package let metrics = OptionDeclaration<MetricList>(
    "metrics", "What to tell beside loss, accuracy and perplexity: topK as in top5.", value: "names",
    subject: "metric", in: .once, role: .common)

  package let confused = OptionDeclaration(
    "confused", initial: 0, "Show the pairs of tokens most often confused.", value: "n", subject: "number of pairs",
    in: .from(0), role: .common)

  package let json = OptionDeclaration("json", initial: false, "Print one JSON object on one line.", role: .own)

  package init() {}
}
