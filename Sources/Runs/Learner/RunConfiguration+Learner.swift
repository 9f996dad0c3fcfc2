package import Fitting
package import Configuration
package import Files
package import Jobs
internal import Models

extension RunConfiguration {
  /// Throws a usage error that names the learner's parameter, where a size is out of bounds, or loss or metrics don't
  /// go with the model.
  package func checkLearner(_ loss: LossFunction?, _ metrics: [Metric]) throws(RunError) {
    func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
      RunError(problem, at: place, remedy: remedy, status: .usage)
    }
    let model = model.kind
    if let loss, loss != LossFunction(model) {
      throw usage(
        "\(model) has no predictions for the loss \(loss.rawValue)", "loss", "give .\(LossFunction(model).rawValue)")
    }
    if let metric = metrics.first(where: { !$0.fits(model) }) {
      throw usage(
        "\(model) has no predictions for the metric \(metric.name)", "metrics", "give [.\(Metric(model).name)]")
    }
    if let metric = metrics.first(where: { !$0.hasSums }) {
      throw usage(
        "a metric of nothing (\(PlainText.shortened(metric.name, to: 40)))", "metrics", "give at least 1 sum or token")
    }
    if let metric = metrics.first(where: { !$0.isNamed }) {
      throw usage(
        "a metric's name is none for tables and files (\(PlainText.shortened(metric.name, to: 40)))", "metrics",
        "give letters, digits and `_-.`, and none of the files' own names")
    }
    guard Set(metrics.map(\.name)).count == metrics.count else {
      throw usage("two metrics of one name", "metrics", "leave out one of them")
    }
    if let clip { try RunOption.schedule.clip.check(clip, at: "clip") }
    try RunOption.model.hidden.check(hidden, at: "hidden")
    for option in RunOption.model.options { try option.check(self, at: "model (\(option.name))") }
    if let violation = modelViolation {
      throw usage(violation.problem, "model", violation.remedy)
    }
    try RunOption.largeBatch.accumulate.check(accumulate, at: "accumulate")
    if let initialWeights { try RunOption.data.initialWeights.check(initialWeights, at: "weights") }
    try checkLanes(at: "lanes")
    try checkStatistics(at: "data (batchSize)")
  }

  /// The options that a run computes from, as facts that all ranks must have alike.
  package var facts: [Job.Fact] { RunOption.computed.map { Job.Fact($0.typedName, $0.text(self, OptionValues())) } }
}
