internal import Files
public import Fitting
internal import Teams

/// The spans of all workers as a Chrome trace (chrome://tracing, ui.perfetto.dev): one row a worker.
enum ChromeTrace {
  /// The trace on worker 0, nil elsewhere. Collective.
  ///
  /// Clocks of several nodes differ: every worker's `origin`, its own time right after a barrier, is the zero of its
  /// row.
  static func gather(_ log: SpanLog, team: any Team) -> String? {
    let lines = log.spans.map { span in
      "\(span.kind.rawValue) \(span.start - log.origin) \(span.end - span.start)\n"
    }
    let all = team.gather(Array(lines.joined().utf8))
    guard team.rank == 0 else { return nil }
    var events: [JSONValue] = []
    for (worker, bytes) in all.enumerated() {
      events.append(
        .object([
          ("name", .string("thread_name")), ("ph", .string("M")), ("pid", .integer(0)), ("tid", .integer(worker)),
          ("args", .object([("name", .string("worker \(worker)"))])),
        ]))
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        let parts = line.split(separator: " ")
        guard parts.count == 3, let start = Double(parts[1]), let length = Double(parts[2]) else { continue }
        // Microseconds, as the format has them.
        events.append(
          .object([
            ("name", .string(String(parts[0]))), ("ph", .string("X")), ("pid", .integer(0)), ("tid", .integer(worker)),
            ("ts", .number(start / 1000)), ("dur", .number(length / 1000)),
          ]))
      }
    }
    return JSONValue.object([("traceEvents", .array(events)), ("displayTimeUnit", .string("ns"))]).text + "\n"
  }
}

extension Session {
  /// The observed steps of all workers as a Chrome trace, on worker 0; nil elsewhere, and where the session keeps no
  /// spans. Collective.
  public func trace() -> String? { spans.flatMap { ChromeTrace.gather($0, team: team) } }
}
