internal import Configuration
internal import Data
internal import Files
internal import Jobs
internal import Reports

/// Where a learner's fit starts and is kept: by default nowhere.
struct KeptFit: Sendable {
  var start = RunStart.fresh
  var place = RunPlace.nowhere
  var keeping = RunKeeping()
  /// What has been recorded before, on all processes.
  var history = MetricsHistory()
  var directory = ""

  /// The error of a fit that was asked to stop.
  func stop(_ step: Int) -> RunError {
    RunError(
      "stopped as asked", at: "step \(step)", remedy: "run again to go on in \(directory)", status: .tryAgain)
  }
}

extension Learner {
  /// What there is in the directory of a fit. Collective.
  ///
  /// - run: the configuration with the fit's schedule.
  /// - Throws: `RunError`, on all processes alike, for a directory that holds another run, or one with nothing to go on
  ///   from.
  func kept(_ run: RunConfiguration, in directory: String?, checkpointEvery: Int?, keep: Int) throws -> KeptFit {
    var kept = KeptFit()
    guard let directory else { return kept }
    let options = RunOption.durability
    if let checkpointEvery { try options.checkpointEvery.check(checkpointEvery, at: "checkpointEvery") }
    try options.keep.check(keep, at: "keep")
    try ValueBounds<String>.named("give a directory").check(directory, "directory", at: "keepingIn")
    (kept.start, kept.place) = try RunStart.find(in: directory, job) { error in
      output("passed over a \(error.problem): \(error.place)")
    }
    if let (name, own, asked) = kept.start.configuration?.firstContradiction(of: run) {
      throw RunError(
        "the directory holds another run, whose \(name) is \(own) and not \(asked)", at: directory,
        remedy: "give another directory", status: .usage)
    }
    if let resumption = kept.start.resumption {
      let lines = try job.share { () throws(RunError) in try resumption.metricsLines() }
      kept.history = MetricsHistory(lines) ?? MetricsHistory()
    }
    kept.directory = directory
    kept.keeping.checkpointEvery = checkpointEvery
    kept.keeping.checkpoints = keep
    kept.keeping.ranks = job.ranks
    kept.keeping.keepsBeginning = !isFresh || data.corpora.source == nil
    kept.keeping.remedy = { sound, rate in
      "give a maxLearningRate of \(rate) and another directory"
        + (sound.map { ", and begin with weights: \($0.named)" } ?? "")
    }
    return kept
  }
}
