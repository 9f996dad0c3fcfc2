import Foundation

/// `TestSummary REST (STATUS EVENTS [again STATUS EVENTS])...`: prints what became of the tests of one or more runs:
/// those that failed, those that passed when they ran again, those that were skipped and, where there are such, `REST`,
/// which says how to run them; in the last line `N passed, N failed, N skipped`, the runs' sum.
///
/// Each run is given by the exit code of `swift test` and the file of its event stream; behind `again` stands that of
/// the tests that failed in it. Exits with 0 where tests have passed and none has failed, with 1 otherwise.
///
/// `TestSummary --failed STATUS EVENTS`: prints what names the tests that failed for `swift test --filter`; nothing
/// where more than ten have, or the run itself.
@main enum TestSummary {
  static func main() {
    var arguments = CommandLine.arguments.dropFirst()
    guard let rest = arguments.popFirst(), let first = results(&arguments) else { fail() }
    if rest == "--failed" {
      if let filter = first.filter(limit: 10) { print(filter) }
      exit(0)
    }
    var all = [first]
    while !arguments.isEmpty {
      if arguments.first == "again" {
        arguments.removeFirst()
        guard let again = results(&arguments) else { fail() }
        all[all.count - 1].take(again: again)
      } else {
        guard let next = results(&arguments) else { fail() }
        all.append(next)
      }
    }
    let (failed, skipped) = (all.flatMap(\.failed), all.flatMap(\.skipped))
    let passed = all.reduce(0) { $0 + $1.passed.count }
    for name in failed { print("failed: \(name)") }
    for name in all.flatMap(\.passedAgain) { print("failed beside the others, passed by itself: \(name)") }
    for reason in skipped { print("skipped: \(reason)") }
    if !skipped.isEmpty { print(rest) }
    print("\(passed) passed, \(failed.count) failed, \(skipped.count) skipped")
    exit(failed.isEmpty && passed > 0 ? 0 : 1)
  }

  /// Of the run that the next two arguments give; nil where they don't.
  private static func results(_ arguments: inout ArraySlice<String>) -> Results? {
    guard let status = arguments.popFirst(), let events = arguments.popFirst() else { return nil }
    // A run that left no file has died before its first test.
    return Results(events: FileManager.default.contents(atPath: events) ?? Data(), status: Int(status) ?? 1)
  }

  private static func fail() -> Never {
    let usage = "TestSummary REST (STATUS EVENTS [again STATUS EVENTS])..."
    FileHandle.standardError.write(Data("TestSummary: usage: \(usage)\n".utf8))
    exit(64)
  }
}
