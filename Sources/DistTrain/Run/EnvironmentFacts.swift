import ArgumentParser
internal import MPI
internal import Teams
internal import Training

/// Where a run has run: what no digest reads.
enum EnvironmentFacts {
  /// Names and values for a reader.
  static func entries(workers: Int) -> [(name: String, value: String)] {
    let ranks = Launcher.current?.size ?? 1
    return [
      ("workers", "\(workers)"), ("ranks", workers < ranks ? "\(ranks), of which \(workers) work" : "\(ranks)"),
      ("threads of each", "\(max(1, workers / max(1, ranks)))"),
      ("cores of a process", "\(usableCores())"), ("dist-train", RootCommand.configuration.version),
      ("made", UTCTime.now.basicText),
    ]
  }
}
