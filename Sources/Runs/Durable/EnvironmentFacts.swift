internal import Files
internal import Teams

/// Where a run has run: what no digest reads.
enum EnvironmentFacts {
  /// Names and values for a reader.
  ///
  /// - ranks: processes of the job.
  static func entries(workers: Int, ranks: Int) -> [(name: String, value: String)] {
    [
      ("workers", "\(workers)"), ("ranks", workers < ranks ? "\(ranks), of which \(workers) work" : "\(ranks)"),
      ("threads of each", "\(max(1, workers / max(1, ranks)))"),
      ("cores of a process", "\(usableCores())"), ("dist-train", programVersion), ("made", UTCTime.now.basicText),
    ]
  }
}
