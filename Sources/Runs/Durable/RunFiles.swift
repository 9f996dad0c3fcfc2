internal import Configuration
internal import Files
internal import Fitting
internal import Teams

/// The files of a run at its start, on worker 0: a fresh directory, or that of the run that goes on.
struct RunFiles {
  let directory: RunDirectory
  let writer: RunWriter
  /// What the run has told before.
  let history: RunHistory

  /// Nil for a run that leaves no files.
  init?(
    _ session: Session, _ start: RunStart, _ place: RunPlace, _ keeping: RunKeeping
  ) throws(RunError) {
    let resumption = start.resumption
    var history = RunHistory(
      isWritten: true, monitor: session.configuration.monitor, minDelta: session.configuration.minDelta)
    try resumption?.forEachMetric { history.add(earlier: $0) }
    let metrics = resumption?.metrics
    history.add(earlierBytes: metrics?.length ?? 0)
    guard let directory = try place.open() else { return nil }
    self.directory = directory
    self.history = history
    func writeConfiguration() throws(RunError) {
      // Where it doesn't say how the run begins, the first checkpoint goes before it.
      guard !keeping.keepsBeginning || resumption != nil else { return }
      try directory.write(keeping.configurationText(session.configuration, session.team.size), as: .configuration)
    }
    if case .continuing = place {
      // What came behind the checkpoint comes again.
      try directory.truncateMetrics(to: metrics?.length ?? 0)
      if session.configuration.json != resumption?.checkpoint.configuration.json { try writeConfiguration() }
    } else {
      try writeConfiguration()
      if let metrics {
        try directory.copyMetrics(from: metrics.path, length: metrics.length)
      } else {
        try directory.truncateMetrics(to: 0)
      }
    }
    let store = try CheckpointStore(in: directory, keep: keeping.checkpoints, carried: session.carriedNames)
    try store.nameBest(resumption?.checkpoint.fit.bestStep ?? 0)
    // Where they are asked for, all that are kept come to the disk; by default a run of less than a second doesn't wait
    // for them.
    writer = try RunWriter(
      directory, store,
      waiting: keeping.checkpointEvery == nil ? 1 : keeping.checkpoints, session,
      firstStep: resumption?.checkpoint.fit.step ?? 0)
  }
}
