import Foundation

/// What became of the tests of one run, read from the event stream of `swift test --event-stream-version 0`.
///
/// Tests are functions, not cases of one: a function that runs for several arguments counts once. Each test that the
/// run was to do has passed, failed, or was skipped; one that began and didn't end, or didn't begin, has failed: the
/// process died before.
struct Results {
  private(set) var passed: [String] = []
  private(set) var failed: [String] = []
  /// With the reason given.
  private(set) var skipped: [String] = []
  /// Those that failed beside the others, and passed by themselves.
  private(set) var passedAgain: [String] = []

  /// - events: the stream, one JSON object a line; the last line may be cut short.
  /// - status: the exit code of `swift test`. Where it is not 0 although no test has failed, the run itself counts as
  ///   one that has.
  init(events: Data, status: Int) {
    var names: [(id: String, name: String)] = []
    var ended: Set<String> = []
    var reasons: [String: String] = [:]
    var withIssues: Set<String> = []
    for line in events.split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSONDecoder().decode(Record.self, from: line) else { continue }
      let payload = record.payload
      switch (record.kind, payload.kind) {
      case ("test", "function"): names.append((payload.id ?? "", Self.name(payload.id ?? "")))
      case ("event", "testEnded"): ended.insert(payload.testID ?? "")
      case ("event", "testSkipped"): reasons[payload.testID ?? ""] = payload.messages?.first?.text ?? ""
      case ("event", "issueRecorded") where payload.issue?.isKnown != true:
        withIssues.insert(payload.testID ?? Self.run)
      default: break
      }
    }
    for (id, name) in names {
      if reasons[id] != nil {
        skipped.append(reasons[id] ?? name)
      } else if ended.contains(id) && !withIssues.contains(id) {
        passed.append(name)
      } else {
        failed.append(ended.contains(id) ? name : "\(name): didn't end")
      }
    }
    // Of suites, or of no test: outside of any function.
    failed += withIssues.subtracting(names.map(\.id)).sorted()
    if status != 0, failed.isEmpty { failed.append("\(Self.run): swift test ended with status \(status)") }
  }

  /// Takes what became of those that failed when they ran once more, by themselves.
  mutating func take(again: Results) {
    passedAgain = failed.filter { again.passed.contains($0) }
    passed += passedAgain
    failed = failed.filter { !passedAgain.contains($0) } + again.failed.filter { !failed.contains($0) }
  }

  /// What names those that failed for `swift test --filter`, where all are tests, and at most `limit`; nil otherwise.
  func filter(limit: Int) -> String? {
    guard (1...limit).contains(failed.count), failed.allSatisfy({ $0.hasSuffix(")") && $0.contains("/") }) else {
      return nil
    }
    return failed.map { "^" + $0.prefix { $0 != "(" } + #"\("# }.joined(separator: "|")
  }

  private static let run = "the run"

  /// "CommandTests.DigestTests/anyNumberOfRanks(ranks:)" of an identifier that ends in the place in the source.
  private static func name(_ id: String) -> String {
    let parts = id.split(separator: "/")
    return parts.count > 2 ? parts.dropLast().joined(separator: "/") : id
  }

  private struct Record: Decodable {
    let kind: String
    let payload: Payload
  }

  private struct Payload: Decodable {
    let kind: String
    let id, testID: String?
    let messages: [Message]?
    let issue: Issue?
  }

  private struct Message: Decodable { let text: String }

  private struct Issue: Decodable { let isKnown: Bool? }
}
