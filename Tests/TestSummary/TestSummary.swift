import Foundation

/// `TestSummary REST (STATUS EVENTS)...`: prints what became of the tests of one or more runs: those that failed, those
/// that were skipped and, where there are such, `REST`, which says how to run them; in the last line `N passed, N
/// failed, N skipped`, the runs' sum.
///
/// Each run is given by the exit code of `swift test` and the file of its event stream. Exits with 0 where tests have
/// passed and none has failed, with 1 otherwise.
@main enum TestSummary {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let runs = Array(arguments.dropFirst())
    guard let rest = arguments.first, !runs.isEmpty, runs.count.isMultiple(of: 2) else {
      FileHandle.standardError.write(Data("TestSummary: usage: TestSummary REST (STATUS EVENTS)...\n".utf8))
      exit(64)
    }
    let results = stride(from: 0, to: runs.count, by: 2).map { place in
      // A run that left no file has died before its first test.
      Results(events: FileManager.default.contents(atPath: runs[place + 1]) ?? Data(), status: Int(runs[place]) ?? 1)
    }
    let failed = results.flatMap(\.failed)
    let skipped = results.flatMap(\.skipped)
    let passed = results.reduce(0) { $0 + $1.passed.count }
    for name in failed { print("failed: \(name)") }
    for reason in skipped { print("skipped: \(reason)") }
    if !skipped.isEmpty { print(rest) }
    print("\(passed) passed, \(failed.count) failed, \(skipped.count) skipped")
    exit(failed.isEmpty && passed > 0 ? 0 : 1)
  }
}
