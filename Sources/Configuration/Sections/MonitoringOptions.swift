internal import Files

/// Which validation is the best, and what is done where none gets better.
package struct MonitoringOptions: OptionSection {
  package static let title = "Validation, best model and early stopping"

  package let metrics = OptionDeclaration(
    "metrics", .at(\.metricList), "What each validation tells beside the loss: accuracy, perplexity, topK as in top5.",
    value: "names", subject: "metric", in: .once, default: "accuracy"
  ).with { $0.leavesOutDefault = true }

  package let monitor = OptionDeclaration(
    "monitor", .at(\.monitor),
    "What the best validation is judged by: valid_loss, accuracy, or one of --metrics; DIR/best has its weights.",
    value: "figure", role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package let minDelta = OptionDeclaration(
    "min-delta", .at(\.minDelta), "A validation is better than the best so far by more than this.", value: "x",
    subject: "difference", in: .notNegative, role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package let patience = OptionDeclaration(
    "patience", .at(\.patience), "End the run after so many epochs without a better validation.", value: "n",
    subject: "number of epochs", in: .from(1), role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package let plateauPatience = OptionDeclaration(
    "plateau-patience", .at(\.plateauPatience),
    "Lower the rate after so many epochs without a better validation, and again after as many more.", value: "n",
    subject: "number of epochs", in: .from(1), role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package let plateauFactor = OptionDeclaration(
    "plateau-factor", .at(\.plateauFactor), "What the schedule's rates are multiplied by then.", value: "x",
    subject: "factor", in: .properShare, role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package init() {}
}
