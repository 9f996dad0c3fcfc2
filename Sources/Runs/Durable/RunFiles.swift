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
    let metrics = try resumption?.metrics()
    guard let directory = try place.open() else { return nil }
    self.directory = directory
    let lines = metrics?.bytes ?? []
    history = metrics.map { RunHistory($0.history, length: lines.count) } ?? RunHistory(isWritten: true)
    func writeConfiguration() throws(RunError) {
      // Where it doesn't say how the run begins, the first checkpoint goes before it.
      guard !keeping.keepsBeginning || resumption != nil else { return }
      try directory.write(keeping.configurationText(session.configuration, session.team.size), as: .configuration)
    }
    if case .continuing = place {
      // What came behind the checkpoint comes again.
      try directory.truncateMetrics(to: lines)
      if session.configuration.json != resumption?.checkpoint.configuration.json { try writeConfiguration() }
    } else {
      try writeConfiguration()
      try directory.truncateMetrics(to: lines)
    }
    // Where they are asked for, all that are kept come to the disk; by default a run of less than a second doesn't wait
    // for them.
    writer = try RunWriter(
      directory, try CheckpointStore(in: directory, keep: keeping.checkpoints),
      waiting: keeping.checkpointEvery == nil ? 1 : keeping.checkpoints, session,
      firstStep: resumption?.checkpoint.fit.step ?? 0)
  }
}
