internal import SystemPackage
internal import Teams
internal import Training

/// The files of a run at its start, on worker 0: a fresh directory, or that of the run that goes on.
struct RunFiles {
  let directory: RunDirectory
  let writer: RunWriter
  /// What the run has told before.
  let history: RunHistory

  /// Nil for `--out none`.
  init?(
    _ options: OptionValues, _ session: Session, _ resumption: Resumption?
  ) throws(RunError) {
    let configuration = session.configuration
    var lines: [UInt8] = []
    var history = RunHistory()
    if let resumption {
      let metrics = try resumption.metrics()
      lines = metrics.bytes
      history = RunHistory(metrics.history, length: lines.count)
    }
    let text = ConfigurationFile.text(
      configuration, nonFinite: options(RunOption.schedule.nonFinite), workers: session.team.size,
      facts: LargeBatch(options).facts(configuration))
    switch options[RunOption.output.out] {
    case .nowhere: return nil
    case nil:
      if let path = resumption?.directory {
        directory = try RunDirectory(goingOn: path)
        // What came behind the checkpoint comes again.
        try directory.truncateMetrics(to: lines)
        if configuration.json != resumption?.checkpoint.configuration.json {
          try directory.write(text, as: .configuration)
        }
      } else {
        directory = try RunDirectory(named: configuration.model.kind.name)
        try directory.write(text, as: .configuration)
      }
    case .begun(let path):
      directory = try RunDirectory(goingOn: FilePath(named: path))
      try directory.truncateMetrics(to: [])
      try directory.write(text, as: .configuration)
    case .directory(let path):
      directory = try RunDirectory(at: FilePath(named: path))
      try directory.write(text, as: .configuration)
      try directory.truncateMetrics(to: lines)
    }
    let keep = options(RunOption.durability.keep)
    // Where they are asked for, all that are kept come to the disk; by default a run of less than a second doesn't wait
    // for them.
    writer = try RunWriter(
      directory, try CheckpointStore(in: directory, keep: keep),
      waiting: options.contains(RunOption.durability.checkpointEvery) ? keep : 1, session,
      firstStep: resumption?.checkpoint.fit.step ?? 0)
    self.history = history
  }
}
