internal import Configuration
internal import Files
internal import Fitting
internal import Jobs

/// The callbacks of a learner's fit that no option stands for. Only the job's first worker calls them, on the thread
/// that has called the fit.
final class OwnCallbacks: @unchecked Sendable {
  let all: [any FitCallback]
  init(_ all: [any FitCallback]) { self.all = all }
}

extension Learner {
  /// The configuration of a fit with what the learner's monitor and callbacks are as options of the command line: these
  /// are made from it, so that it is the same run there.
  ///
  /// - Throws: a usage error that names the parameter, for a value out of its bounds, and for two callbacks of a kind.
  func monitored(_ run: RunConfiguration) throws(RunError) -> RunConfiguration {
    var run = run
    let options = RunOption.monitoring
    try options.minDelta.check(minDelta, at: "minDelta")
    guard monitor.isAlwaysThere || recorder.metrics.contains(where: { $0.name == monitor.name }) else {
      throw RunError(
        "the learner has no metric \(monitor.name)", at: "monitor", remedy: "give it among the metrics", status: .usage)
    }
    (run.monitor, run.minDelta) = (monitor, minDelta)
    func once(_ isThere: Bool, _ callback: any FitCallback) throws(RunError) {
      guard isThere else { return }
      throw RunError(
        "two callbacks of one name (\(callback.name))", at: "callbacks", remedy: "leave out one of them",
        status: .usage)
    }
    for callback in callbacks {
      if let stopping = callback as? EarlyStopping {
        try once(run.patience != nil, stopping)
        try options.patience.check(stopping.patience, at: "patience")
        run.patience = stopping.patience
      } else if let plateau = callback as? ReduceRateOnPlateau {
        try once(run.plateauPatience != nil, plateau)
        try options.plateauPatience.check(plateau.patience, at: "patience")
        try options.plateauFactor.check(plateau.factor, at: "factor")
        (run.plateauPatience, run.plateauFactor) = (plateau.patience, plateau.factor)
      }
    }
    return run
  }

  /// The other callbacks. Collective.
  ///
  /// - Throws: a usage error where two have one name, and where the processes of the job don't have the same.
  func ownCallbacks() throws -> OwnCallbacks {
    let own = callbacks.filter { !($0 is EarlyStopping || $0 is ReduceRateOnPlateau) }
    let names = callbacks.map(\.name)
    for (index, name) in names.enumerated() {
      guard (1...200).contains(name.utf8.count), !names[..<index].contains(name) else {
        throw RunError(
          "a callback's name is empty, too long or there twice (\(PlainText.shortened(name, to: 40)))", at: "callbacks",
          remedy: "give each its own `name`", status: .usage)
      }
    }
    let facts = callbacks.map { "\($0.name)\($0.hasBatchHooks ? " of batches" : "")" }
    try job.agree(on: [
      Job.Fact("monitor", monitor.name), Job.Fact("minDelta", "\(minDelta)"),
      Job.Fact("callbacks", facts.joined(separator: ", ")),
    ])
    return OwnCallbacks(own)
  }
}
