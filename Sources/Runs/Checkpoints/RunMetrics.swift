package import Files
internal import Reports
internal import SystemPackage

/// A run's `metrics.jsonl`, read line by line: it may be larger than memory.
enum RunMetrics {
  /// Calls `body` with each line of the first `length` bytes, without its line break; a last line that has none counts.
  ///
  /// - Throws: `ioError` where there are fewer bytes, what reading throws, and what `body` throws.
  static func forEachLine(
    of path: FilePath, length: Int, _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    guard length > 0 else { return }
    let source = try ByteSource(opening: path)
    guard source.count >= length else { throw Errno.ioError }
    var rest: [UInt8] = []
    for start in stride(from: 0, to: length, by: 1 << 16) {
      let piece = rest + (try source.read(start..<min(start + 1 << 16, length)))
      let end = piece.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      for line in piece[..<end].split(separator: UInt8(ascii: "\n")) { try body(line) }
      rest = Array(piece[end...])
    }
    if !rest.isEmpty { try body(rest[...]) }
  }
}

extension RunDirectory {
  /// Writes the metrics as a table, `metrics.csv`; behind the end of what writes the metrics.
  ///
  /// - metrics: the names of those that the run has beside the accuracy.
  package func writeMetricsTable(metrics: [String] = []) throws(RunError) {
    let path = path(of: .metrics)
    var table = MetricsTable(metrics: metrics)
    guard FileOperations.exists(path) else { return try write(table.finish(), as: .metricsTable) }
    do {
      let file = try StreamedFile(
        self.path(of: .metricsTable), aside: ".metrics.csv.part", header: [], isSealed: false)
      let length = try ByteSource(opening: path).count
      try RunMetrics.forEachLine(of: path, length: length) { line in
        table.add(line: line)
        if table.byteCount >= 1 << 16 { try file.write(table.take()) }
      }
      try file.write(table.finish())
      try file.close(durable: false)
    } catch {
      throw error as? RunError
        ?? RunError(
          "can't read the metrics (\(error))", at: path.named, remedy: "leave them alone while the run goes on",
          status: .inputOutput)
    }
  }
}
